// SPDX-License-Identifier: Apache-2.0
// The rules as the generated table tells them (wasm/gen/rules.mjs).
import { Failure } from './exit.js';
import { reason } from './output.js';

/** @returns {Promise<readonly import('../report/rules-table.js').Rule[]>} */
export async function loadRules() {
  try {
    const url = new URL('../../dist/rules.js', import.meta.url);
    return (await import(url.href)).rules;
  } catch (error) {
    throw new Failure(
      `dist/rules.js cannot be read: ${reason(/** @type {Error} */ (error).message)}; in a clone of the repository "make" builds it`,
    );
  }
}
