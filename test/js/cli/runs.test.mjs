// SPDX-License-Identifier: Apache-2.0
// ckpt validate: the configuration file, patterns, where reports go, threads; ckpt view.
import assert from 'node:assert/strict';
import { chmodSync, existsSync, readFileSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import test from 'node:test';
import Ajv2020 from 'ajv/dist/2020.js';
import { glob } from '../../../wasm/cli/glob.js';
import { threadsFor } from '../../../wasm/cli/pool.js';
import { checkpoint, tar } from '../lib/cli-archives.mjs';
import { ckpt, folder } from '../lib/cli-run.mjs';

const dist = (name) => new URL(`../../../dist/${name}`, import.meta.url);

// ---- configuration ---------------------------------------------------------------------------------

const FILE = { 'network.status': '[' }; // a warning, CKP302

test('configuration: found by its name or named, and options count more', async () => {
  const code = async (files, ...args) =>
    (await ckpt(['validate', ...args, 'network.status'], { cwd: folder({ ...FILE, ...files }) }))
      .code;
  assert.equal(await code({}), 0);
  assert.equal(await code({ '.ckpt.json': '{"failOn": "warning"}' }), 1);
  assert.equal(await code({ 'ckpt.config.json': '{"failOn": "warning"}' }), 1);
  assert.equal(await code({ '.ckpt.json': '{}', 'ckpt.config.json': '{"failOn": "warning"}' }), 0);
  assert.equal(await code({ 'x.json': '{"failOn": "warning"}' }, '--config', 'x.json'), 1);
  assert.equal(await code({ '.ckpt.json': '{"failOn": "warning"}' }, '--fail-on', 'error'), 0);
  assert.equal(await code({ '.ckpt.json': '{"severities": {"CKP302": "error"}}' }), 1);
  assert.equal(
    await code(
      { '.ckpt.json': '{"severities": {"CKP302": "error"}}' },
      '--severity',
      'CKP302=info',
    ),
    0,
  );
  assert.equal(await code({ '.ckpt.json': '{"ignore": ["CKP30*"], "failOn": "info"}' }), 0);
  assert.equal(await code({ '.ckpt.json': '{"only": ["CKP100"], "failOn": "info"}' }), 0);
  assert.equal(
    await code({ '.ckpt.json': '{"only": ["CKP100"], "failOn": "info"}' }, '--only', 'CKP302'),
    1,
  );
});

const accepts = new Ajv2020.default({ strict: true, formats: { date: true } }).compile(
  JSON.parse(readFileSync(dist('schema/config.json'), 'utf8')),
);
for (const [text, message] of [
  ['{"onyl": []}', 'c.json:1:10: /onyl: unknown key "onyl"; did you mean only?'],
  ['{\n  "only": ["CKP1*", 1]\n}', 'c.json:2:21: /only/1: expected a text'],
  [
    '{"failOn": "bad"}',
    'c.json:1:12: /failOn: expected one of error, warning, info, verdict, none',
  ],
  ['{"maxFindings": 0}', 'c.json:1:17: /maxFindings: expected an integer from 1 to 100000'],
  [
    '{"severities": {"CKP100": "fatal"}}',
    'c.json:1:27: /severities/CKP100: expected one of error, warning, info, off',
  ],
  ['{"targets": "podman"}', 'c.json:1:13: /targets: expected a list of texts'],
  ['[]', 'c.json:1:1: the file: expected an object'],
])
  test(`configuration: ${text}`, async () => {
    const cwd = folder({ ...FILE, 'c.json': text });
    const { code, stderr } = await ckpt(['validate', '--config', 'c.json', 'network.status'], {
      cwd,
    });
    assert.deepEqual([code, stderr.split('\n')[0]], [2, `ckpt: ${message}`]);
    assert.ok(!accepts(JSON.parse(text)));
  });

test('configuration: what it names must be there; broken JSON has a place', async () => {
  const cwd = folder({
    ...FILE,
    'c.json': '{"only": [}',
    'r.json': '{"ignore": ["CKP9999"]}',
    't.json': '{"targets": ["lxc"]}',
  });
  const said = async (...args) =>
    (await ckpt(['validate', ...args, 'network.status'], { cwd })).stderr.split('\n')[0];
  assert.match(await said('--config', 'c.json'), /^ckpt: c\.json:1:11: invalid character '}'/);
  assert.match(
    await said('--config', 'no.json'),
    /^ckpt: --config no\.json: no such file or directory$/,
  );
  assert.match(
    await said('--config', 'r.json'),
    /^ckpt: r\.json:1:13: .*: there is no rule "CKP9999"/,
  );
  assert.match(
    await said('--config', 't.json'),
    /^ckpt: t\.json:1:14: .*: unknown target "lxc" \(one of podman, /,
  );
  assert.match(await said('--target', 'podman@x'), /^ckpt: the version "x" /);
  assert.match(
    await said('--severity', 'CKP100'),
    /^ckpt: --severity "CKP100": expected RULE=LEVEL/,
  );
  assert.match(await said('--ignore', 'CKP1000'), /^ckpt: there is no rule "CKP1000"/);
  assert.ok(
    accepts({
      $schema: 'x',
      targets: ['podman'],
      only: ['CKP1*'],
      ignore: [],
      severities: { CKP100: 'off' },
      failOn: 'info',
      maxFindings: 5,
    }),
  );
});

// ---- patterns, outputs -----------------------------------------------------------------------------

test('patterns', () => {
  const cwd = folder({
    'a.tar': '',
    'b.tar': '',
    'c.tar.zst': '',
    '.hidden.tar': '',
    'x/a.tar': '',
    'x/y/b.tar': '',
    '.git/c.tar': '',
    '[z].tar': '',
  });
  symlinkSync('x', join(cwd, 'link'));
  const found = (pattern) => glob(`${cwd}/${pattern}`).map((path) => path.slice(cwd.length + 1));
  for (const [pattern, expected] of [
    ['*.tar', ['[z].tar', 'a.tar', 'b.tar']],
    ['?.tar', ['a.tar', 'b.tar']],
    ['[ac].tar*', ['a.tar', 'c.tar.zst']],
    ['[!a].tar', ['b.tar']],
    ['.*.tar', ['.hidden.tar']],
    ['{b,a,q}.tar', ['b.tar', 'a.tar']],
    ['{a,c}.{tar,tar.zst}', ['a.tar', 'c.tar.zst']],
    ['**/*.tar', ['[z].tar', 'a.tar', 'b.tar', 'x/a.tar', 'x/y/b.tar']],
    ['x/**/b.tar', ['x/y/b.tar']],
    ['*/a.tar', ['link/a.tar', 'x/a.tar']],
    ['n*', []],
    ['[z-a].tar', []],
    ['*******************a*****************z', []],
  ])
    assert.deepEqual(found(pattern), expected, pattern);
});

test('patterns that the shell left alone, and such that match nothing', async () => {
  const cwd = folder({ 'a/deleted.files': '[]', 'b/deleted.files': '{}', 'b/notes': '' });
  const json = await ckpt(['validate', '-f', 'json', '*/*'], { cwd });
  assert.deepEqual(
    JSON.parse(json.stdout).results.map(({ path }) => path),
    ['a/deleted.files', 'b/deleted.files'],
  );
  const none = await ckpt(['validate', '*.tar', 'a'], { cwd });
  assert.equal(
    none.stderr,
    '*.tar: unreadable: no file that can be checked matches this pattern\n',
  );
  assert.equal(none.code, 3);
});

test('reports in several forms at once, each where it belongs', async () => {
  const cwd = folder({ 'deleted.files': '{}' });
  const run = (...args) => ckpt(['validate', ...args, 'deleted.files', 'nope'], { cwd });
  const { stdout, stderr, code } = await run(
    '-f',
    'sarif',
    '-o',
    'a.sarif',
    '-f',
    'text',
    '-f',
    'junit',
    '-o',
    'b.xml',
  );
  assert.match(stdout, /^deleted\.files:1:1: error: /);
  assert.equal(stderr, 'nope: unreadable: no such file or directory\n');
  assert.equal(code, 3);
  assert.equal(JSON.parse(readFileSync(join(cwd, 'a.sarif'), 'utf8')).version, '2.1.0');
  assert.match(readFileSync(join(cwd, 'b.xml'), 'utf8'), /<\/testsuites>\n$/);
  // One of each in any order; what could not be read is told if nothing else is printed.
  const one = await run('-o', 'c.json', '-f', 'json');
  assert.deepEqual([one.stdout, one.stderr], ['', 'nope: unreadable: no such file or directory\n']);
  assert.equal(JSON.parse(readFileSync(join(cwd, 'c.json'), 'utf8')).results.length, 2);
  for (const [args, message] of [
    [['-f', 'json', '-f', 'sarif'], /several report formats cannot go to standard output/],
    [['-o', 'x', '-f', 'json', '-o', 'y'], /each must follow its --format/],
    [['-f', 'json', '-o', 'x', '-o', 'y'], /--format json has two options --output/],
    [['-f', 'json', '-o', 'x', '-f', 'sarif', '-o', 'x'], /cannot go to x/],
    [['-o', './deleted.files'], /would overwrite a file that is being checked/],
  ]) {
    const wrong = await run(...args);
    assert.equal(wrong.code, 2, args.join(' '));
    assert.match(wrong.stderr, message);
  }
  assert.equal(readFileSync(join(cwd, 'deleted.files'), 'utf8'), '{}');
  const full = await run('-o', 'no/such/folder');
  assert.deepEqual(
    [full.code, full.stderr],
    [3, 'ckpt: no/such/folder cannot be written: no such file or directory\n'],
  );
});

// ---- threads ---------------------------------------------------------------------------------------

test('threads are used where there is enough to do', () => {
  const jobs = (count) =>
    Array.from({ length: count }, () => ({
      kind: 'archive',
      file: '/nowhere',
      path: '',
      shown: '',
      inputs: [],
    }));
  assert.equal(threadsFor(jobs(1)), 0);
  assert.equal(threadsFor(jobs(20)), 0);
  const files = jobs(5000).map((job) => ({ ...job, kind: 'files' }));
  assert.equal(threadsFor(files), 0);
});

test('threads: the same report in the same order as without them', async () => {
  const names = Array.from({ length: 260 }, (_, i) => `${String(i).padStart(3, '0')}.tar`);
  const cwd = folder(
    Object.fromEntries(
      names.map((name, i) => [
        name,
        tar(
          checkpoint({
            'config.dump': `{"id": ${i}}`,
            'checkpoint/pages-1.img': 'x'.repeat((i % 7) * 3000),
          }),
        ),
      ]),
    ),
  );
  const all = await ckpt(
    ['validate', '-f', 'jsonl', '--ignore', 'CKP009', ...names, 'nope.tar', '.'],
    { cwd },
  );
  assert.equal(all.code, 3);
  const lines = all.stdout.split('\n').slice(0, -1).map(JSON.parse);
  assert.deepEqual(
    lines.map(({ path }) => path),
    [...names, 'nope.tar', ...names.map((name) => `./${name}`)],
  );
  const text = await ckpt(['validate', '-q', '--only', 'CKP100', ...names], { cwd });
  assert.deepEqual(
    [
      ...text.stdout.matchAll(
        /^(\d+\.tar)!config\.dump:1:8: error: .*\n {2}1 \| \{"id": (\d+)\}$/gm,
      ),
    ].map(([, name, id]) => [name, Number(id)]),
    names.map((name, i) => [name, i]),
  );
  for (const i of [0, 131, 259]) {
    const alone = await ckpt(['validate', '-f', 'jsonl', '--ignore', 'CKP009', names[i]], { cwd });
    assert.deepEqual(JSON.parse(alone.stdout), lines[i]);
  }
});

// ---- view ------------------------------------------------------------------------------------------

test('ckpt view: a page with the result, opened by the system', async (t) => {
  if (process.platform === 'win32' || process.platform === 'darwin')
    return t.skip('another opener');
  const cwd = folder({
    'deleted.files': '{}',
    'bin/xdg-open': '#!/bin/sh\necho "$1" >"$OPENED"\n',
    'tmp/x': '',
  });
  chmodSync(join(cwd, 'bin/xdg-open'), 0o755);
  const env = {
    PATH: `${join(cwd, 'bin')}:${process.env.PATH}`,
    OPENED: join(cwd, 'opened'),
    TMPDIR: join(cwd, 'tmp'),
  };
  const { code, stdout, stderr } = await ckpt(['view', 'deleted.files'], { cwd, env });
  assert.deepEqual([code, stderr], [1, '']);
  assert.equal(readFileSync(join(cwd, 'opened'), 'utf8'), stdout);
  const html = readFileSync(stdout.trim(), 'utf8');
  assert.match(html, /<script type="application\/json" id="ckpt-embedded">\{"version":1,/);
  const named = await ckpt(
    ['view', '--output', 'r.html', '--severity', 'CKP403=info', 'deleted.files'],
    { cwd, env: { PATH: env.PATH } },
  );
  assert.deepEqual([named.code, named.stdout], [0, 'r.html\n']);
  assert.ok(existsSync(join(cwd, 'r.html')));
  const none = await ckpt(['view', 'deleted.files'], {
    cwd,
    env: { PATH: '/nowhere', TMPDIR: join(cwd, 'tmp') },
  });
  assert.equal(none.code, 3);
  assert.match(none.stderr, /^ckpt: the file could not be opened: xdg-open: /);
});

test('braces that stand for too many names are refused, not cut', async () => {
  const many = `x${'{a,b}'.repeat(11)}`;
  for (const command of ['validate', 'show', 'ls']) {
    const { code, stdout, stderr } = await ckpt([command, many]);
    assert.deepEqual([code, stdout], [2, ''], command);
    assert.match(stderr, /braces of a pattern stand for more than 1000 names/);
  }
  assert.equal(glob(`x${'{a,b}'.repeat(9)}`).length, 0);
});
