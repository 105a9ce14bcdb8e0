// SPDX-License-Identifier: Apache-2.0
// ckpt decode: the bytes of WriteJSONFile, and what happens where there are none.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { ckpt, data, folder } from '../lib/cli-run.mjs';

const lines = (/** @type {string} */ name) =>
  readFileSync(join(data, 'conformance', name), 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
const answers = lines('cases-expected.jsonl');
const cases = lines('cases-inputs.jsonl').map((input, i) => ({ ...input, ...answers[i] }));

/** Every n-th of the cases that have a property. @param {string} property @param {number} n */
const some = (property, n) =>
  cases.filter((one) => one[property] !== undefined).filter((_, i) => i % n === 0);

test('prints the exact bytes of the Go package', async () => {
  const chosen = some('indented', 12);
  assert.ok(chosen.length >= 20);
  for (const { kind, name, b64, indented } of chosen) {
    const { code, stdout, stderr, bytes } = await ckpt(['decode', '--kind', kind, '-'], {
      input: Buffer.from(b64, 'base64'),
    });
    assert.equal(stdout, indented, `${kind} ${name}`);
    assert.ok(bytes.equals(Buffer.from(indented)), name);
    assert.equal(stderr, '');
    assert.equal(code, 0);
  }
});

test('prints nothing where the Go package gives an error', async () => {
  for (const { kind, name, b64, error } of some('error', 20)) {
    const { code, stdout, stderr } = await ckpt(['decode', '--kind', kind, '-'], {
      input: Buffer.from(b64, 'base64'),
    });
    assert.equal(code, 1, name);
    assert.equal(stdout, '', name);
    assert.match(stderr, /^<stdin>:\d+:\d+: error: .* \[CKP\d+\]\n( *\d+ \|.*\n)+ *\| *\^/, name);
    // Every character of Go's message that can be seen as it is.
    if (/^[\x20-\x7e]{1,150}$/.test(error)) assert.ok(stderr.includes(error), name);
  }
});

test('--partial prints what the Go package keeps', async () => {
  const chosen = some('partial', 16);
  assert.ok(chosen.length >= 10);
  for (const { kind, name, b64, partial } of chosen) {
    const { code, stdout, stderr } = await ckpt(['decode', '--partial', '--kind', kind, '-'], {
      input: Buffer.from(b64, 'base64'),
    });
    assert.equal(code, 1, name);
    assert.notEqual(stderr, '', name);
    assert.deepEqual(JSON.parse(stdout), partial, name);
  }
});

test('--partial prints nothing after a syntax error', async () => {
  const { code, stdout } = await ckpt(['decode', '--partial', '-k', 'any', '-'], { input: '{' });
  assert.deepEqual({ code, stdout }, { code: 1, stdout: '' });
});

test('the kind comes from the name, in any folder, unless --kind says otherwise', async () => {
  const bytes = readFileSync(join(data, 'example/deleted.files'));
  const files = folder({ 'a/b/deleted.files': bytes });
  const cwd = files;
  assert.ok((await ckpt(['decode', 'a/b/deleted.files'], { cwd })).bytes.equals(bytes));
  assert.ok((await ckpt(['decode', join(files, 'a/b/deleted.files')])).bytes.equals(bytes));
  const other = await ckpt(['decode', '--kind', 'status', 'a/b/deleted.files'], { cwd });
  assert.equal(other.code, 1);
  assert.match(other.stderr, /^a\/b\/deleted\.files:1:1: error: json: cannot unmarshal array/);
  const named = await ckpt(['decode', '--stdin-name', 'x/deleted.files', '-'], { input: bytes });
  assert.ok(named.bytes.equals(bytes));
});

test('a time that can be read but not written', async () => {
  const input = '{"createdTime":"2024-01-28T00:10:45+24:00"}';
  for (const args of [['decode'], ['decode', '--partial']]) {
    const { code, stdout, stderr } = await ckpt([...args, '-k', 'config.dump', '-'], { input });
    assert.equal(code, 1);
    assert.equal(stdout, '');
    assert.equal(
      stderr,
      '<stdin>: error: json: error calling MarshalJSON for type time.Time: Time.MarshalJSON: timezone hour outside of range [0,23] [CKP103]\n',
    );
  }
});

test('what cannot be read', async () => {
  const cwd = folder({ 'dir/x': '' });
  for (const [path, message] of [
    ['none/config.dump', 'no such file or directory'],
    ['dir/x/config.dump', 'not a directory'],
  ]) {
    const { code, stdout, stderr } = await ckpt(['decode', path], { cwd });
    assert.equal(stderr, `${path}: unreadable: ${message}\n`);
    assert.deepEqual({ code, stdout }, { code: 3, stdout: '' });
  }
  const { code, stderr } = await ckpt(['decode', 'dir'], { cwd });
  assert.equal(code, 2);
  assert.match(stderr, /^ckpt: dir: is a folder; give files in it, or --format jsonl /);
});
