// SPDX-License-Identifier: Apache-2.0
// Nothing is written over what is read, and what is no regular file is refused at once.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import {
  linkSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import test from 'node:test';
import { nameTest } from '../../../wasm/cli/glob.js';
import { archives } from '../lib/cli-archives.mjs';
import { ckpt, folder } from '../lib/cli-run.mjs';

const archive = readFileSync(join(archives, 'simple-none.tar'));

test('--output is refused where it is what is read, by whatever name, before anything is written', async (t) => {
  if (process.platform === 'win32') return t.skip('links need rights there');
  const cwd = folder({
    'a.tar': archive,
    'j.json': '{"magic":"PSTREE","entries":[]}',
  });
  mkdirSync(join(cwd, 'sub'));
  for (const [name, file] of [
    ['a', 'a.tar'],
    ['j', 'j.json'],
  ]) {
    linkSync(join(cwd, file), join(cwd, `${name}-hard`));
    symlinkSync(file, join(cwd, `${name}-soft`));
    symlinkSync(`${name}-soft`, join(cwd, `${name}-soft-soft`));
  }
  const ways = ['hard', 'soft', 'soft-soft'];
  const commands = [
    ['validate', 'a.tar'],
    ['view', 'a.tar'],
    ['core', '--pid', '1', 'a.tar'],
    ['memory', '--pid', '1', 'a.tar'],
    ['memory', '--raw', '--pid', '1', 'a.tar'],
    ['memparse', '--pid', '1', 'a.tar'],
    ['encode', 'j.json'],
  ];
  for (const [command, ...rest] of commands) {
    const input = String(rest.at(-1));
    for (const output of [`sub/../${input}`, ...ways.map((way) => `${input[0]}-${way}`)]) {
      const { code, stderr } = await ckpt([command, '--output', output, ...rest], { cwd });
      assert.equal(code, 2, `${command} ${output}: ${stderr}`);
      assert.match(stderr, /would overwrite a file that is being checked or read/);
    }
  }
  assert.ok(readFileSync(join(cwd, 'a.tar')).equals(archive));
  assert.equal(readFileSync(join(cwd, 'j.json'), 'utf8'), '{"magic":"PSTREE","entries":[]}');
  // Neighbours: another file, there already or not.
  writeFileSync(join(cwd, 'old.txt'), 'old');
  for (const output of ['old.txt', 'new.txt'])
    assert.equal((await ckpt(['memory', '--pid', '1', '-o', output, 'a.tar'], { cwd })).code, 0);
  assert.notEqual(readFileSync(join(cwd, 'old.txt'), 'utf8'), 'old');
  assert.ok(readdirSync(cwd).includes('new.txt'));
});

test('--output is refused where it lies in a folder that is read, by whatever name', async (t) => {
  if (process.platform === 'win32') return t.skip('links need rights there');
  const cwd = folder({ 'd/config.dump': '{}', 'd/spec.dump': '{}' });
  execFileSync('tar', ['xf', '-', '-C', 'd'], { cwd, input: archive });
  const before = readFileSync(join(cwd, 'd/config.dump'));
  symlinkSync('d/config.dump', join(cwd, 'soft'));
  symlinkSync('d', join(cwd, 'folder'));
  for (const output of ['d/config.dump', 'soft', 'folder/spec.dump', 'd/../d/spec.dump'])
    for (const input of ['d', 'folder'])
      for (const command of [['validate'], ['view'], ['memory', '--pid', '1']]) {
        const { code, stderr } = await ckpt([...command, '--output', output, input], { cwd });
        assert.equal(code, 2, `${command[0]} ${output}: ${stderr}`);
        assert.match(stderr, /would overwrite a file that is being checked or read/);
      }
  assert.ok(readFileSync(join(cwd, 'd/config.dump')).equals(before));
});

test('what makes a new archive refuses to put it in the place of what it reads', async (t) => {
  if (process.platform === 'win32') return t.skip('links need rights there');
  const cwd = folder({ 'a.tar': archive });
  linkSync(join(cwd, 'a.tar'), join(cwd, 'hard.tar'));
  symlinkSync('a.tar', join(cwd, 'soft.tar'));
  for (const output of ['a.tar', 'hard.tar', 'soft.tar', './/a.tar']) {
    for (const args of [
      ['redact', 'a.tar', '--output', output],
      ['convert', '--criu', '4.1', 'a.tar', output],
    ]) {
      const { code, stderr } = await ckpt(args, { cwd });
      assert.equal(code, 2, `${args.join(' ')}: ${stderr}`);
      assert.match(stderr, /is the input; it is not written over/);
    }
  }
  assert.deepEqual(readdirSync(cwd).sort(), ['a.tar', 'hard.tar', 'soft.tar']);
  assert.ok(readFileSync(join(cwd, 'hard.tar')).equals(archive));
});

test('a FIFO is refused at once', async (t) => {
  if (process.platform === 'win32') return t.skip('there are none');
  const cwd = folder({ 'a.tar': archive });
  const names = ['f.tar', 'f', 'spec.dump'];
  execFileSync('mkfifo', names, { cwd });
  for (const command of ['validate', 'show', 'inspect', 'ls', 'ps', 'decode', 'info'])
    for (const name of names) {
      const { code, stdout, stderr } = await ckpt([command, name], { cwd });
      assert.equal(code, 3, `${command} ${name}`);
      assert.match(stdout + stderr, /(neither a regular file nor a directory|not a regular file)/);
    }
  const { code, signal } = await ckpt(['validate', '--config', 'f', 'a.tar'], {
    cwd,
  });
  assert.deepEqual([code, signal], [2, null]);
});

test('--max-window', async () => {
  const run = (/** @type {string[]} */ ...args) => ckpt(args, { cwd: archives });
  for (const command of ['validate', 'show', 'inspect', 'ls'])
    for (const [size, good] of /** @type {[string, boolean][]} */ ([
      ['1K', false],
      ['64M', true],
      ['67108864', true],
      ['144M', true],
    ])) {
      const { stdout, stderr } = await run(command, '--max-window', size, 'simple-zstd.tar.zst');
      assert.equal(/window/.test(stdout + stderr), !good, `${command} ${size}`);
    }
  for (const size of ['x', '-1', '0', '1.5M', '145M', '2G', '9999999999G'])
    assert.equal((await run('show', '--max-window', size, 'simple-zstd.tar.zst')).code, 2, size);
});

test('patterns of names', () => {
  /** @type {[string, string[], string[]][]} */
  const cases = [
    ['*', ['', 'a', 'a.tar', 'ä😀'], []],
    ['a*b', ['ab', 'axb', 'abab'], ['a', 'aba', 'b']],
    ['*.tar', ['.tar', 'x.tar', 'a.tar.tar'], ['x.tar.gz', 'tar']],
    ['?', ['a', '😀', '*'], ['', 'ab']],
    ['a?c*', ['abc', 'abcd'], ['ac', 'xabc']],
    ['[a-c]x', ['ax', 'cx'], ['dx', 'x', '-x']],
    ['[!a-c]x', ['dx'], ['ax', 'x']],
    ['[^a]', ['b', '^'], ['a']],
    ['[]]', [']'], ['[]]', 'x']],
    ['[z-a]', [], ['a', 'z', '[z-a]']],
    ['[ab', ['[ab'], ['a']],
    ['a.b', ['a.b'], ['axb']],
    ['**a', ['a', 'ba'], ['b']],
    ['a+(b)$^|\\', ['a+(b)$^|\\'], ['aab']],
  ];
  for (const [pattern, yes, no] of cases) {
    const matches = nameTest(pattern);
    for (const name of yes) assert.ok(matches(name), `${pattern} ${name}`);
    for (const name of no) assert.ok(!matches(name), `${pattern} ${name}`);
  }
});

test('patterns with many stars: the work is at most the product of the lengths', () => {
  for (const n of [200, 400, 800]) {
    let steps = 0;
    const text = 'a'.repeat(n);
    const counted = Object.assign(Object.create(null), {
      *[Symbol.iterator]() {
        const letters = [...text].map(() => 'a');
        yield* letters;
      },
    });
    const pattern = `${'*a'.repeat(60)}*[b]`;
    const original = RegExp.prototype.test;
    RegExp.prototype.test = function counting(text_) {
      steps++;
      return original.call(this, text_);
    };
    try {
      assert.equal(nameTest(pattern)(counted), false);
    } finally {
      RegExp.prototype.test = original;
    }
    assert.ok(steps <= n + 1, `${steps}`); // the last star alone is tried again
  }
});
