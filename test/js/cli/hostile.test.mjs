// SPDX-License-Identifier: Apache-2.0
// Names and contents made to deceive: nothing of them acts where the output is shown.
import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import test from 'node:test';
import { ckpt, folder } from '../lib/cli-run.mjs';

/** Whatever acts or hides, apart from the line feeds of the output itself. */
const ACTING = /(?!\n)[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/u;

/** Contents with an error each, full of what acts. */
const POISON =
  '\x1b[2J\x1b]0;x\x07\x1b]8;;http://x\x1b\\\x9b31m\u202e\u2066\u200b\u2028\ufeff\u{e0041}\ufe0f';
const contents = {
  'control characters in a string': `{"id":"${POISON}"}`,
  'after the value': `{}${POISON}`,
  'in the neighbouring lines': `{"id":"${'\u202e\u009b\u{e0041}'}",\n"name":1,\n"x":"${'\u2028\u202e'}"}`,
  'in keys, for the pointer': `{"\u202e\u009b31m/~":{"\u2066":[1,}}`,
  'in a value that is quoted': '{"restored":"\u202e\u009b\u0085\u{e0041}"}',
  'in a time': '{"createdTime":"2024\u202e\u009b-01"}',
  'carriage return': '{"id":"x"}\r\x1b[1A',
  'invalid UTF-8': Buffer.from('{"id":"\xff\xfe\xc0\x80\xed\xa0\x80\xf5","name":1}', 'latin1'),
  'NUL bytes': Buffer.alloc(100_000),
  'random bytes': Buffer.from(Array.from({ length: 4096 }, (_, i) => (i * i * 31 + i * 7) & 0xff)),
  'a million characters that have no width': `["${'\u0301'.repeat(500_000)}", 1]`,
  'nested deeply': '[{"a":'.repeat(6000),
};
for (const [name, content] of Object.entries(contents)) {
  test(`hostile content: ${name}`, async () => {
    const cwd = folder({ 'config.dump': content });
    for (const format of ['text', 'json']) {
      const { code, stdout, stderr } = await ckpt(['validate', '-f', format, 'config.dump'], {
        cwd,
      });
      assert.equal(code, 1);
      assert.equal(stderr, '');
      assert.doesNotMatch(stdout, ACTING);
      if (format === 'json') assert.equal(JSON.parse(stdout).summary.counts.error > 0, true);
      else assert.ok(stdout.length < 16384);
      if (format === 'json') assert.match(stdout, /^[\n\x20-\x7e]*$/);
    }
    const decoded = await ckpt(['decode', 'config.dump'], { cwd });
    assert.equal(decoded.code, 1);
    assert.equal(decoded.stdout, '');
    assert.doesNotMatch(decoded.stderr, ACTING);
  });
}

/** Names of folders; the shell would pass them on, and so would a folder that is searched. */
const poisoned = [
  '\x1b[31mred',
  'a\nb:1:1: error: fake',
  'x\ry',
  '\u202etxt',
  '\u009b2J',
  '-dash',
  'wei\u00df 容器',
];
test('hostile names on the command line and in folders', async () => {
  const cwd = folder(Object.fromEntries(poisoned.map((name) => [`all/${name}/config.dump`, '{'])));
  const found = await ckpt(['validate', 'all'], { cwd });
  const named = await ckpt(['validate', '--', ...poisoned.map((name) => `all/${name}`)], { cwd });
  const json = await ckpt(['validate', '-f', 'json', 'all'], { cwd });
  for (const { stdout, stderr, code } of [found, named, json]) {
    assert.equal(code, 1);
    assert.equal(stderr, '');
    assert.doesNotMatch(stdout, ACTING);
  }
  for (const shown of [
    'all/\\x1b[31mred/config.dump:1:2: error: ',
    'all/a\\nb:1:1: error: fake/config.dump:1:2: error: ',
    'all/x\\ry/config.dump:1:2: ',
    'all/\\u202etxt/config.dump:1:2: ',
    'all/\\x9b2J/config.dump:1:2: ',
    'all/wei\u00df 容器/config.dump:1:2: ',
  ]) {
    assert.ok(found.stdout.includes(`\n${shown}`) || found.stdout.startsWith(shown), shown);
    assert.ok(named.stdout.includes(shown), shown);
  }
  assert.match(json.stdout, /^[\n\x20-\x7e]*$/);
  const paths = JSON.parse(json.stdout).results.map(
    (/** @type {{path: string}} */ file) => file.path,
  );
  assert.deepEqual(paths.toSorted(), poisoned.map((name) => `all/${name}/config.dump`).toSorted());

  const missing = await ckpt(['validate', 'no\x1b[2J\u202e\n'], { cwd });
  assert.equal(missing.stderr, 'no\\x1b[2J\\u202e\\n: unreadable: no such file or directory\n');
  const usage = await ckpt(['validate', '--stdin-name', '\x1b[2J', '-'], { cwd });
  assert.doesNotMatch(usage.stderr, ACTING);
});

test('names of folders that are not UTF-8', async (t) => {
  if (process.platform !== 'linux') return t.skip('the file system may refuse such names');
  const cwd = folder();
  const name = Buffer.from([0x61, 0xff, 0x1b, 0xc3, 0x28]);
  const path = Buffer.concat([Buffer.from(`${cwd}/`), name]);
  mkdirSync(path);
  writeFileSync(Buffer.concat([path, Buffer.from('/config.dump')]), '{"id":1}');
  const { code, stdout, stderr } = await ckpt(['validate', '.'], { cwd });
  assert.match(stdout, /^\.\/a\\xff\\x1b\\xc3\(\/config\.dump:1:7: error: /m);
  assert.equal(stderr, '');
  assert.equal(code, 1);
  const json = JSON.parse((await ckpt(['validate', '-f', 'json', '.'], { cwd })).stdout);
  assert.equal(json.results[0].path, './a\\xff\x1b\\xc3(/config.dump');
});

test('a deep tree of folders, and one that holds itself', async () => {
  const deep = 'd/'.repeat(300);
  const cwd = folder({ [join(deep, 'status', 'x')]: '', [`${deep}deleted.files`]: '[]' });
  const { code, stdout } = await ckpt(['validate', cwd]);
  assert.deepEqual([code, stdout], [0, '1 metadata file checked: no findings\n']);
});
