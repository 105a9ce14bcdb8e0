// SPDX-License-Identifier: Apache-2.0
// ckpt hash, against the system's own SHA-256.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { test } from 'node:test';
import { ckpt, data, folder } from '../lib/cli-run.mjs';
import { tar } from '../lib/tar.mjs';

const digestOf = (bytes) => createHash('sha256').update(bytes).digest('hex');
const of = (path) => digestOf(readFileSync(`${data}${path}`));
const NAMES = ['archives/simple-none.tar', 'archives/multi-gzip.tar.gz', 'archives/README.md'];

test('ckpt hash prints lines as sha256sum does', async () => {
  const { code, stdout, stderr } = await ckpt(['hash', ...NAMES]);
  assert.equal(stdout, NAMES.map((name) => `${of(name)}  ${name}\n`).join(''));
  assert.equal(stderr, '');
  assert.equal(code, 0);
  const piped = await ckpt(['hash', '-'], { input: 'abc' });
  assert.equal(piped.stdout, `${digestOf('abc')}  -\n`);
});

test('a name with a line break or a backslash is escaped as sha256sum escapes it', async () => {
  const cwd = folder();
  writeFileSync(`${cwd}/a\\b\nc`, 'abc');
  const { stdout } = await ckpt(['hash', 'a\\b\nc'], { cwd });
  assert.equal(stdout, `\\${digestOf('abc')}  a\\\\b\\nc\n`);
});

test('--members hashes what is in the checkpoint', async () => {
  const cwd = folder();
  const members = [
    ['config.dump', '{}'],
    ['empty', ''],
    ['checkpoint/pages-1.img', Buffer.alloc(3_000_000, 7)],
  ];
  writeFileSync(`${cwd}/a.tar`, tar(...members, ['checkpoint/', '', { type: '5' }]));
  const { code, stdout } = await ckpt(['hash', '--members', 'a.tar'], { cwd });
  const [first, ...rest] = stdout.trimEnd().split('\n');
  assert.equal(first, `${digestOf(readFileSync(`${cwd}/a.tar`))}  a.tar`);
  assert.deepEqual(
    rest,
    members.map(([name, content]) => `${digestOf(content)}  ${name}`),
  );
  assert.equal(code, 0);
  const json = await ckpt(['hash', '--members', '--format', 'json', 'a.tar'], { cwd });
  const value = JSON.parse(json.stdout);
  assert.equal(value.file, 'a.tar');
  assert.equal(value.size, readFileSync(`${cwd}/a.tar`).length);
  assert.deepEqual(
    value.members,
    members.map(([name, content]) => ({ name, size: content.length, sha256: digestOf(content) })),
  );
});

test('what cannot be read is said, and the others are hashed', async () => {
  const { code, stdout, stderr } = await ckpt(['hash', 'missing', NAMES[0], 'cli']);
  assert.equal(stdout, `${of(NAMES[0])}  ${NAMES[0]}\n`);
  assert.match(
    stderr,
    /^ckpt: missing: no such file or directory\nckpt: cli: is a folder without .*\n$/,
  );
  assert.equal(code, 3);
  const wrong = await ckpt(['hash', '--members', '-'], { input: 'abc' });
  assert.match(wrong.stderr, /standard input can be read only once/);
  assert.equal(wrong.code, 2);
});

test('of a damaged archive what could be read is hashed, and what is wrong is said', async () => {
  const cwd = folder();
  const whole = tar(['config.dump', '{}'], ['checkpoint/pages-1.img', Buffer.alloc(5000, 7)]);
  writeFileSync(`${cwd}/cut.tar`, whole.subarray(0, 2500));
  const { code, stdout, stderr } = await ckpt(['hash', '--members', 'cut.tar'], { cwd });
  assert.ok(stdout.includes(`${digestOf('{}')}  config.dump\n`), stdout);
  assert.ok(!stdout.includes('pages-1.img'), stdout);
  assert.match(stderr, /cut\.tar: .*ends/);
  assert.equal(code, 1);
});
