// SPDX-License-Identifier: Apache-2.0
// The module's own malloc (wasm/allocate.c).
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { freshInstance } from './instance.mjs';

const PAGE = 65536;

/** Numbers that are the same each time. @param {number} seed */
function numbers(seed) {
  let state = seed;
  return (/** @type {number} */ below) => {
    state = (Math.imul(state, 1103515245) + 12345) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

async function heap() {
  const { exports } = (await freshInstance()).ckpt;
  const allocate = (/** @type {number} */ size) => exports.ckpt_wasm_allocate(size) >>> 0;
  const release = (/** @type {number} */ at) => exports.ckpt_wasm_release(at);
  return { memory: exports.memory, allocate, release };
}

test('blocks do not overlap, are aligned and keep what is written to them', async () => {
  const { memory, allocate, release } = await heap();
  const random = numbers(7);
  /** @type {{at: number, size: number, mark: number}[]} */
  const live = [];
  for (let i = 0; i < 20_000; i++) {
    if (live.length > 0 && random(100) < (live.length < 60 ? 40 : 60)) {
      const [{ at, size, mark }] = live.splice(random(live.length), 1);
      const bytes = new Uint8Array(memory.buffer, at, size);
      assert.ok(
        bytes.every((byte) => byte === mark),
        `block ${i} at ${at}`,
      );
      release(at);
    } else {
      const size = random(10) === 0 ? random(3 * PAGE) : random(300);
      const at = allocate(size);
      assert.ok(at !== 0 && at % 8 === 0);
      const mark = random(256);
      new Uint8Array(memory.buffer, at, size).fill(mark);
      live.push({ at, size, mark });
    }
  }
});

test('free neighbours are one block again, in whatever order they became free', async () => {
  const { memory, allocate, release } = await heap();
  const all = memory.buffer.byteLength;
  const large = Math.floor(all / 2);
  const orders = [
    [0, 1, 2, 3],
    [3, 2, 1, 0],
    [0, 2, 1, 3],
    [1, 3, 0, 2],
  ];
  for (const order of orders) {
    const blocks = Array.from({ length: 4 }, () => allocate(large / 4));
    for (const i of order) release(blocks[i]);
    const whole = allocate(large + 1000); // no room for it beside half of one of them
    assert.ok(whole !== 0);
    release(whole);
    assert.equal(memory.buffer.byteLength, all);
  }
});

test('what there is no memory for is refused, and nothing is lost by it', async () => {
  const { memory, allocate, release } = await heap();
  for (const size of [2 ** 32 - 1, 2 ** 32 - 9, 2 ** 31, 2 ** 30 + 1, 2 ** 30, 2 ** 28]) {
    assert.equal(allocate(size), 0, `${size}`);
  }
  const blocks = [];
  for (let at; (at = allocate(2 ** 20)) !== 0;) blocks.push(at);
  assert.ok(blocks.length > 240, `${blocks.length} MiB of 256`);
  assert.ok(memory.buffer.byteLength > 2 ** 28 - 2 ** 21);
  for (const at of blocks) release(at);
  assert.notEqual(allocate(240 * 2 ** 20), 0);
});
