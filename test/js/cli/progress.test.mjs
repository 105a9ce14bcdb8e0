// SPDX-License-Identifier: Apache-2.0
// The line that tells how far a reading is.
import assert from 'node:assert/strict';
import test from 'node:test';
import { Progress, wantsProgress } from '../../../wasm/cli/progress.js';

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
});
