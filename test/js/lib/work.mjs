// SPDX-License-Identifier: Apache-2.0
// Counts the work of our JavaScript, so that tests can tell linear from quadratic without a clock: how often each block
// of code ran, as V8's precise coverage says, the elements that searching and copying functions of arrays go through, and
// the bytes that are copied (into the module, above all).
import assert from 'node:assert/strict';
import { Session } from 'node:inspector/promises';
import { setFlagsFromString } from 'node:v8';

// Optimized loops do not count.
setFlagsFromString('--no-opt');

const ours = new URL('../../../wasm/', import.meta.url).href;
const LISTS = ['includes', 'indexOf', 'lastIndexOf', 'slice', 'splice', 'concat', 'shift', 'sort'];

/**
 * @param {() => unknown} run
 * @returns {Promise<number>} blocks run, elements searched or copied, and KiB copied
 */
export async function workOf(run) {
  const session = new Session();
  session.connect();
  let elements = 0;
  let bytes = 0;
  const list = /** @type {any} */ (Array.prototype);
  const array = Object.getPrototypeOf(Uint8Array.prototype);
  const before = [...LISTS.map((name) => [list, name, list[name]]), [array, 'set', array.set]];
  const counting = { on: false };
  for (const [of, name, own] of before)
    of[name] = /** @this {any} */ function (/** @type {any[]} */ ...args) {
      if (counting.on) {
        if (of === list) elements += this.length;
        else bytes += args[0].length;
      }
      return Reflect.apply(own, this, args);
    };
  try {
    await session.post('Profiler.enable');
    await session.post('Profiler.startPreciseCoverage', { callCount: true, detailed: true });
    counting.on = true;
    await run();
    counting.on = false;
    const { result } = await session.post('Profiler.takePreciseCoverage');
    let blocks = 0;
    for (const { url, functions } of result)
      if (url.startsWith(ours))
        for (const { ranges } of functions) for (const { count } of ranges) blocks += count;
    return blocks + elements + bytes / 1024;
  } finally {
    counting.on = false;
    for (const [of, name, own] of before) of[name] = own;
    await session.post('Profiler.stopPreciseCoverage');
    session.disconnect();
  }
}

/**
 * Asserts that work grows as what it is done on: with twice of it at most a little more than twice.
 * @param {string} what @param {number} n @param {(n: number) => Promise<() => unknown>} prepare gives what is counted
 */
export async function assertLinear(what, n, prepare) {
  const work = [];
  for (const size of [n, n, 2 * n, 4 * n]) work.push(await workOf(await prepare(size)));
  const [, one, two, four] = work; // the first time there is more to do
  const told = `${what}: ${one}, ${two}, ${four}`;
  assert.ok(one > 0, told);
  assert.ok(two <= 2.2 * one + 5000 && four <= 2.2 * two + 5000, told);
}
