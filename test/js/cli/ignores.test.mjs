// SPDX-License-Identifier: Apache-2.0
// Exceptions in the configuration of ckpt validate: rules that do not count for some files, until a day.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join, posix, win32 } from 'node:path';
import { test } from 'node:test';
import Ajv2020 from 'ajv/dist/2020.js';
import { pathTest } from '../../../wasm/cli/glob.js';
import { Ignores, isDay } from '../../../wasm/cli/ignores.js';
import { checkpoint, tar } from '../lib/cli-archives.mjs';
import { ckpt, folder } from '../lib/cli-run.mjs';

/** An archive in which CKP302 finds something. */
const archive = tar(checkpoint({ 'network.status': '[' }));
const config = (/** @type {any[]} */ ignores, more = {}) =>
  JSON.stringify({ only: ['CKP302'], failOn: 'info', ignores, ...more }, null, 1);
const rule = { rule: 'CKP30*', reason: 'known' };

/** Runs ckpt validate in a folder with that configuration. @param {any} ignores @param {string[]} args */
async function run(ignores, ...args) {
  const text = typeof ignores === 'string' ? ignores : config(ignores);
  const cwd = folder({ '.ckpt.json': text, 'nightly/a/x.tar': archive, 'release/y.tar': archive });
  return ckpt(['validate', '--summary', ...args], { cwd });
}
const both = ['nightly', 'release'];

test('without exceptions the archives fail', async () => {
  const { code, stdout } = await run([], ...both);
  assert.equal(code, 1);
  assert.doesNotMatch(stdout, /no findings/);
});

test('an exception counts for what its path names, and for nothing else', async () => {
  for (const [path, wanted] of /** @type {[string | undefined, string[]][]} */ ([
    [undefined, ['x', 'y']],
    ['nightly/**', ['x']],
    ['nightly', ['x']],
    ['nightly/', ['x']],
    ['nightly/a/x.tar', ['x']],
    ['./nightly/a/*.tar', ['x']],
    ['**/x.tar', ['x']],
    ['x.tar', ['x']],
    ['*.tar', ['x', 'y']],
    ['{nightly,release}/**', ['x', 'y']],
    ['release/*', ['y']],
    ['nightly/*.tar', []],
    ['night', []],
    ['/x.tar', []],
  ])) {
    const { code, stdout, stderr } = await run([{ ...rule, path }], ...both);
    const good = [...stdout.matchAll(/(\w)\.tar:.* no findings/g)].map(([, name]) => name);
    assert.deepEqual([good, stderr], [wanted, ''], String(path));
    assert.equal(code, wanted.length === 2 ? 0 : 1, String(path));
  }
});

test('paths start at the folder of the configuration, wherever the command runs', async () => {
  const text = config([{ ...rule, path: 'nightly/**' }]);
  const cwd = folder({
    '.ckpt.json': text,
    'nightly/x.tar': archive,
    'other/nightly/x.tar': archive,
  });
  for (const [place, path, code] of /** @type {[string, string, number]} */ ([
    ['.', 'nightly/x.tar', 0],
    ['nightly', 'x.tar', 0],
    ['nightly', '../nightly/x.tar', 0],
    ['other', '../nightly/x.tar', 0],
    ['other', join(cwd, 'nightly/x.tar'), 0],
    ['other', 'nightly/x.tar', 1],
  ])) {
    const { code: got } = await ckpt(['validate', path], { cwd: join(cwd, place) });
    assert.equal(got, code, `${place}: ${path}`);
  }
  // A folder elsewhere is none of the configuration's.
  const elsewhere = folder({ 'nightly/x.tar': archive });
  const args = ['validate', '--config', join(cwd, '.ckpt.json'), 'nightly/x.tar'];
  assert.equal((await ckpt(args, { cwd: elsewhere })).code, 1);
});

test('a metadata file, an unpacked checkpoint and standard input have paths, too', async () => {
  const files = { 'a/network.status': '[', 'b/config.dump': '{}', 'b/network.status': '[' };
  for (const [path, operand, input] of /** @type {[string, string, string]} */ ([
    ['a/network.status', 'a/network.status', ''],
    ['b', 'b', ''],
    ['b/network.status', 'b/config.dump b/network.status', ''],
    ['<stdin>', '--kind network.status -', '['],
    ['in/network.status', '--stdin-name in/network.status -', '['],
  ])) {
    const only = { only: ['CKP302'] };
    const withIt = folder({ ...files, '.ckpt.json': config([{ ...rule, path }], only) });
    const without = folder({ ...files, '.ckpt.json': config([{ ...rule, path: 'z' }], only) });
    const args = ['validate', ...operand.split(' ')];
    const codes = [
      (await ckpt(args, { cwd: withIt, input })).code,
      (await ckpt(args, { cwd: without, input })).code,
    ];
    assert.deepEqual(codes, [0, 1], operand);
  }
});

test('an exception that has expired warns and no longer counts', async () => {
  const old = { ...rule, path: 'nightly/**', until: '2020-02-29' };
  const { code, stdout, stderr } = await run([{ ...old, reason: 'bug \u001b7' }], ...both);
  assert.equal(code, 1);
  assert.doesNotMatch(stdout, /no findings/);
  assert.equal(
    stderr,
    'ckpt: .ckpt.json:7:3: warning: CKP30* in nightly/** is no longer ignored since 2020-02-29 has passed (bug \\x1b7)\n',
  );
  const open = await run([{ ...rule, until: '9999-12-31' }], ...both);
  assert.deepEqual([open.code, open.stderr], [0, '']);
});

test('the last day still counts, in UTC', () => {
  const at = (/** @type {string} */ now) =>
    new Ignores([{ ...rule, until: '2027-01-31', place: '' }], {
      folder: '.',
      now: new Date(now),
    }).of(['x']).length;
  assert.equal(at('2027-01-31T23:59:59Z'), 1);
  assert.equal(at('2027-02-01T00:00:00Z'), 0);
});

test('-v says where the settings come from, and which exceptions were needed', async () => {
  const ignores = [
    { rule: 'ckp302', path: 'nightly/**', reason: 'one' },
    { rule: 'CKP304', path: 'nightly/**', reason: 'two' },
    { rule: 'CKP3*', path: 'gone/**', reason: 'three' },
    { rule: 'CKP30', reason: 'four', until: '2020-01-01' },
  ];
  const quiet = await run(ignores, ...both);
  assert.doesNotMatch(quiet.stderr, /one|two|three/);
  const { stderr, code } = await run(ignores, '-v', ...both);
  assert.equal(code, 1);
  assert.deepEqual(stderr.trimEnd().split('\n'), [
    'ckpt: settings: .ckpt.json',
    'ckpt: .ckpt.json:22:3: warning: CKP30* is no longer ignored since 2020-01-01 has passed (four)',
    'ckpt: .ckpt.json:7:3: CKP302 in nightly/** is ignored (one): in 1 checkpoint',
    'ckpt: .ckpt.json:12:3: CKP304 in nightly/** is ignored (two), but it was not found there: the exception can go',
    'ckpt: .ckpt.json:17:3: CKP3* in gone/** is ignored (three), but no file of this run matches gone/**: the exception can go',
  ]);
  const none = await ckpt(['validate', '-v', '--summary', 'x.tar'], {
    cwd: folder({ 'x.tar': archive, '.git/HEAD': '' }),
  });
  assert.match(none.stderr, /^ckpt: no settings file\n$/);
});

test('what the file system says counts in -v, too', async () => {
  const text = JSON.stringify({
    only: ['CKP009'],
    failOn: 'info',
    ignores: [{ rule: 'CKP009', reason: 'a checkout' }],
  });
  const cwd = folder({ 'x.tar': archive, '.ckpt.json': text });
  const { code, stderr } = await ckpt(['validate', '-v', 'x.tar'], { cwd });
  assert.equal(code, 0);
  assert.match(stderr, /CKP009 is ignored \(a checkout\): in 1 checkpoint/);
});

/** Wrong configurations, and what is said. @type {[string, string][]} */
const WRONG = [
  ['{"ignores": {}}', '1:13: /ignores: expected a list of objects'],
  ['{"ignores": ["CKP109"]}', '1:14: /ignores/0: expected an object'],
  ['{"ignores": [{}]}', '1:14: /ignores/0: "rule" is missing'],
  ['{"ignores": [\n {"rule": "CKP109"}]}', '2:2: /ignores/0: "reason" is missing'],
  ['{"ignores": [{"rule": "CKP109", "reason": ""}]}', '1:43: /ignores/0/reason: expected a text'],
  ['{"ignores": [{"rule": 109, "reason": "x"}]}', '1:23: /ignores/0/rule: expected a text'],
  [
    '{"ignores": [\n{"rule": "CKP109", "reason": "x",\n "untill": "2027-01-31"}]}',
    '3:12: /ignores/0/untill: unknown key "untill"; did you mean until?',
  ],
  ...[
    '"2027-02-30"',
    '"2027-13-01"',
    '"2027-1-31"',
    '"31.01.2027"',
    '"2027-01-31T00:00:00Z"',
    '"+12027-01-31"',
    '""',
    '20270131',
    'null',
  ].map(
    (until) =>
      /** @type {[string, string]} */ ([
        `{"ignores": [{"rule": "CKP109", "reason": "x", "until": ${until}}]}`,
        '1:57: /ignores/0/until: expected a day, as in 2027-01-31',
      ]),
  ),
  [
    '{"ignores": [{"rule": "CKP9999", "reason": "x"}]}',
    '1:23: /ignores/0/rule: there is no rule "CKP9999"',
  ],
  ['{"ignore": ["CKP109",\n "CPK110"]}', '2:2: /ignore/1: there is no rule "CPK110"'],
  ['{"only": ["CKP1109"]}', '1:11: /only/0: there is no rule "CKP1109"'],
  ['{"severities": {"CKP1O9": "info"}}', '1:27: /severities/CKP1O9: there is no rule "CKP1O9"'],
  ['{"targets": ["podmam"]}', '1:14: /targets/0: unknown target "podmam"; did you mean podman?'],
  ['{"targets": [\n"podman@x"]}', '2:1: /targets/0: '],
  ['{"ignores": [,]}', '1:14: '],
  ['[]', '1:1: the file: expected an object'],
];
test('mistakes in the configuration are said with line and column', async () => {
  for (const [text, said] of WRONG) {
    const { code, stderr } = await run(text, 'nightly');
    assert.equal(code, 2, text);
    assert.ok(stderr.startsWith(`ckpt: .ckpt.json:${said}`), `${text}\n${stderr}\n${said}`);
  }
});

test('days are those of the calendar', () => {
  for (const day of ['2024-02-29', '2027-01-31', '9999-12-31', '0001-01-01'])
    assert.ok(isDay(day), day);
  for (const day of ['2023-02-29', '2027-00-10', '2027-01-00', '2027-01-32', '0', 7, null])
    assert.ok(!isDay(day), String(day));
});

test('the schema takes what the command takes', () => {
  const schema = JSON.parse(
    readFileSync(new URL('../../../dist/schema/config.json', import.meta.url), 'utf8'),
  );
  const accepts = new Ajv2020({ formats: { date: isDay } }).compile(schema);
  const whole = [{ ...rule, path: 'a/**', until: '2027-01-31' }];
  assert.ok(accepts(JSON.parse(config(whole))), JSON.stringify(accepts.errors));
  for (const [text, said] of WRONG) {
    if (/there is no|target|^\d+:\d+: $/.test(said)) continue; // names are not in the schema
    assert.ok(!accepts(JSON.parse(text)), text);
  }
});

test('paths on Windows: drives, separators, other cases of letters', () => {
  const list = (/** @type {string} */ path) => [{ ...rule, path, place: '' }];
  for (const [pattern, path, wanted] of /** @type {[string, string, boolean]} */ ([
    ['nightly/**', 'C:\\ci\\nightly\\a\\x.tar', true],
    ['nightly\\**', 'C:\\ci\\nightly\\a\\x.tar', true],
    ['nightly/*.tar', 'c:\\CI\\nightly\\x.tar', true],
    ['x.tar', 'C:\\ci\\deep\\below\\x.tar', true],
    ['C:/ci/nightly/**', 'C:\\ci\\nightly\\x.tar', true],
    ['C:\\ci\\nightly\\**', 'C:\\ci\\nightly\\x.tar', true],
    ['**', 'D:\\ci\\nightly\\x.tar', false],
    ['nightly/**', 'D:\\ci\\nightly\\x.tar', false],
    ['nightly/**', 'C:\\other\\nightly\\x.tar', false],
  ])) {
    const ignores = new Ignores(list(pattern), { folder: 'C:\\ci', path: win32 });
    assert.equal(ignores.of([path]).length === 1, wanted, `${pattern} ${path}`);
  }
  // Elsewhere a backslash is a character of a name.
  const ignores = new Ignores(list('a\\b/**'), { folder: '/ci', path: posix });
  assert.deepEqual([ignores.of(['/ci/a\\b/x']).length, ignores.of(['/ci/a/b/x']).length], [1, 0]);
});

test('patterns of paths', () => {
  for (const [pattern, path, wanted] of /** @type {[string, string, boolean]} */ ([
    ['a/**/b', 'a/b', true],
    ['a/**/b', 'a/x/y/b', true],
    ['a/**/b', 'a/x/y/c', false],
    ['a/**/b/**/c', 'a/b/b/x/c', true],
    ['**', 'a', true],
    ['a*', 'ab/c', true],
    ['a/*', 'a', false],
    ['a/b', 'x/a/b', false],
    ['*/b', 'a/b', true],
    ['[ab]/x', 'b/x', true],
    ['a', 'x/a/y', true],
    ['', 'x', true],
  ]))
    assert.equal(pathTest(pattern)(path), wanted, `${pattern} ${path}`);
  // In time that is at most the product of the lengths.
  const long = pathTest(`${'**/a/'.repeat(200)}b`);
  assert.equal(long('a/'.repeat(2000)), false);
});
