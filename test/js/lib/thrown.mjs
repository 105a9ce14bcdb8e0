// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';

/** @param {() => unknown} run @returns {any} what it throws; undefined: nothing */
export function thrownBy(run) {
  try {
    run();
  } catch (error) {
    return error;
  }
  return undefined;
}

/** @param {() => unknown} run @returns {any} what it throws, as it must */
export const thrown = (run) => thrownBy(run) ?? assert.fail('nothing was thrown');
