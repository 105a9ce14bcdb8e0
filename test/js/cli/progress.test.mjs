// SPDX-License-Identifier: Apache-2.0
// The line that tells how far a reading is.
import assert from 'node:assert/strict';
import { copyFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { Writable } from 'node:stream';
import test, { mock } from 'node:test';
import { COMMANDS } from '../../../wasm/cli/commands.js';
import { main } from '../../../wasm/cli/main.js';
import { Progress, wantsProgress } from '../../../wasm/cli/progress.js';
import { archives } from '../lib/cli-archives.mjs';
import { folder } from '../lib/cli-run.mjs';

/** A progress on a terminal of that many columns, with a clock that is set by hand. @param {number} [columns] */
function scene(columns = 80) {
  const clock = { now: 1000 };
  /** @type {string[]} */
  const written = [];
  const stream = { columns, write: (/** @type {string} */ text) => written.push(text) };
  const progress = new Progress(
    stream,
    (bytes) => `${bytes} B`,
    () => clock.now,
  );
  return { progress, clock, written };
}

test('shown after 300 ms, rewritten at most ten times a second, taken away', () => {
  const { progress, clock, written } = scene();
  progress.start('dump.tar');
  clock.now = 1299;
  progress.update({ read: 10, size: 1000 });
  progress.clear();
  assert.deepEqual(written, []);
  clock.now = 1500;
  progress.update({ read: 250, size: 1000 });
  assert.deepEqual(written, ['\r\x1b[Kdump.tar: 25%, 250 B of 1000 B, 500 B/s']);
  clock.now = 1599;
  progress.update({ read: 251, size: 1000 });
  assert.equal(written.length, 1);
  clock.now = 1600;
  progress.update({ read: 300, size: 1000 });
  assert.equal(written[1], '\r\x1b[Kdump.tar: 30%, 300 B of 1000 B, 500 B/s');
  progress.end();
  assert.equal(written[2], '\r\x1b[K');
  clock.now = 9000;
  progress.update({ read: 400, size: 1000 });
  progress.end();
  assert.equal(written.length, 3);
});

test('the size may be unknown, or wrong', () => {
  const { progress, clock, written } = scene();
  progress.start('x');
  clock.now = 3000;
  progress.update({ read: 500, size: 0 });
  clock.now = 5000;
  progress.update({ read: 500, size: 100 });
  assert.deepEqual(written, [
    '\r\x1b[Kx: 500 B, 250 B/s',
    '\r\x1b[Kx: 100%, 500 B of 100 B, 125 B/s',
  ]);
});

test('one line whatever the name', () => {
  const { progress, clock, written } = scene(40);
  progress.start(`/some/where/\x1b[2J漢字\n${'y'.repeat(100)}/漢字漢字.tar`);
  clock.now = 2000;
  progress.update({ read: 500, size: 1000 });
  assert.deepEqual(written, ['\r\x1b[K…字.tar: 50%, 500 B of 1000 B, 500 B/s']);
  const narrow = scene(20);
  narrow.progress.start('x');
  narrow.clock.now = 2000;
  narrow.progress.update({ read: 500, size: 1000 });
  assert.deepEqual(narrow.written, ['\r\x1b[K50%, 500 B of 1000 ']);
  progress.start('\x1b]0;x\x07');
  clock.now = 3000;
  progress.update({ read: 5, size: 9 });
  assert.equal(written.at(-1), '\r\x1b[K\\x1b]0;x\\x07: 55%, 5 B of 9 B, 5 B/s');
});

test('only on a terminal, and not if it is not wanted', () => {
  const none = new Set();
  assert.equal(wantsProgress({ isTTY: true }, none, {}), true);
  assert.equal(wantsProgress({ isTTY: true }, none, { NO_PROGRESS: '' }), true);
  assert.equal(wantsProgress({ isTTY: false }, none, {}), false);
  assert.equal(wantsProgress({}, none, {}), false);
  assert.equal(wantsProgress({ isTTY: true }, none, { NO_PROGRESS: '1' }), false);
  assert.equal(wantsProgress({ isTTY: true }, none, { TERM: 'dumb' }), false);
  assert.equal(wantsProgress({ isTTY: true }, new Set(['no-progress']), {}), false);
  assert.equal(wantsProgress({ isTTY: true }, new Set(['quiet']), {}), false);
});

test('several passes over a file, and several files: the speed is that of the pass', () => {
  const { progress, clock, written } = scene();
  const lines = () => written.splice(0).map((line) => line.replace('\r\x1b[K', ''));
  progress.start('a');
  clock.now = 2000;
  progress.passed({ read: 1000, size: 1000 }, 'a');
  progress.passed({ read: 100, size: 1000 }, 'a'); // again, from the start
  clock.now = 3000;
  progress.passed({ read: 500, size: 1000 }, 'a');
  clock.now = 4000;
  progress.passed({ read: 10, size: 100 }, 'b');
  assert.deepEqual(lines(), [
    'a: 100%, 1000 B of 1000 B, 1000 B/s',
    'a: 50%, 500 B of 1000 B, 500 B/s',
    'b: 10%, 10 B of 100 B, 100 B/s',
  ]);
  // What the command tells goes before.
  clock.now = 5000;
  progress.update({ read: 7, size: 10 });
  clock.now = 6000;
  progress.passed({ read: 20, size: 100 }, 'b');
  assert.deepEqual(lines(), ['b: 70%, 7 B of 10 B, 7 B/s']);
  progress.start('3 of 300: c');
  clock.now = 7000;
  progress.show();
  assert.deepEqual(lines(), ['', '3 of 300: c']);
});

const CLEAR = '\r\x1b[K';

/** Commands that read whole files: what else there is on their command lines. @type {Record<string, string[]>} */
const READS = {
  ...{ show: [], inspect: [], list: [], ls: [], hash: [], ps: [], files: [], sockets: [] },
  ...{ mounts: [], ns: [], maps: [], strings: [], memparse: [], size: [], cpu: [], validate: [] },
  ...{ host: [], search: ['bin'], cat: ['config.dump'], memory: ['--pid', '1'] },
  core: ['--pid', '1', '-o', 'out.core', '--'],
  redact: ['-o', 'out.tar', '--'],
  convert: ['--compress', 'none', '--', 'FILE', 'out.tar'],
  build: ['FILE', 'image.tar'],
  diff: ['FILE', 'FILE'],
  x: ['ps', 'FILE'],
};
/** Which read one image or member, or no archive. */
const OTHERS = [
  'unbuild',
  'view',
  'info',
  'decode',
  'encode',
  'explain',
  'rules',
  'completion',
  'plugin',
];

test('every command that reads an archive shows it, and nothing where nobody sees it', async () => {
  assert.deepEqual(
    [...Object.keys(READS), ...OTHERS].sort(),
    COMMANDS.map(({ name }) => name).sort(),
  );
  const cwd = folder({});
  copyFileSync(join(archives, 'multi-gzip.tar.gz'), join(cwd, 'a.tar.gz'));
  const before = process.cwd();
  process.chdir(cwd);
  let now = 0;
  const clock = mock.method(performance, 'now', () => (now += 1000));
  /** @param {string[]} args @param {boolean} isTTY */
  const run = async (args, isTTY) => {
    const text = { stdout: '', stderr: '' };
    const stream = (/** @type {'stdout' | 'stderr'} */ name) =>
      Object.assign(
        new Writable({
          write: (chunk, _, done) => {
            text[name] += String(chunk);
            done();
          },
        }),
        name === 'stderr' ? { isTTY, columns: 80 } : {},
      );
    const saved = { stdout: process.stdout, stderr: process.stderr };
    for (const name of /** @type {const} */ (['stdout', 'stderr']))
      Object.defineProperty(process, name, { value: stream(name), configurable: true });
    try {
      await main(args);
    } finally {
      for (const [name, value] of Object.entries(saved))
        Object.defineProperty(process, name, { value, configurable: true });
    }
    for (const name of ['out.core', 'out.tar', 'image.tar']) rmSync(name, { force: true });
    return text.stderr;
  };
  try {
    for (const [name, more] of Object.entries(READS)) {
      const rest = more.includes('FILE')
        ? more.map((one) => (one === 'FILE' ? 'a.tar.gz' : one))
        : more.at(-1) === '--'
          ? [...more, 'a.tar.gz']
          : name === 'search' || name === 'cat'
            ? ['a.tar.gz', ...more]
            : [...more, 'a.tar.gz'];
      const shown = await run([name, ...rest], true);
      assert.ok(shown.includes(CLEAR), name);
      assert.match(shown.replaceAll(CLEAR, ''), /a\.tar\.gz: (\d+%, )?\d.* of .*\/s/, name);
      assert.ok(shown.lastIndexOf(CLEAR) > shown.lastIndexOf('/s'), `${name}: the line is gone`);
      assert.equal(await run([name, ...rest], false), '', name);
      const has = COMMANDS.find((one) => one.name === name)?.options.some(
        (option) => option.name === 'no-progress',
      );
      if (has) assert.equal(await run([name, '--no-progress', ...rest], true), '', name);
    }
    assert.equal(await run(['validate', '-q', 'a.tar.gz'], true), '');
  } finally {
    clock.mock.restore();
    process.chdir(before);
  }
});
