// SPDX-License-Identifier: Apache-2.0
// The rules as the generated table tells them (wasm/gen/rules.mjs).
import { Failure } from './exit.js';
import { packageFile, reason } from './output.js';

/** @returns {Promise<readonly import('../report/rules-table.js').Rule[]>} */
export async function loadRules() {
  try {
    return JSON.parse(packageFile('dist/rules.json').toString());
  } catch (error) {
    throw new Failure(
      `dist/rules.json cannot be read: ${reason(/** @type {Error} */ (error).message)}; in a clone of the repository "make" builds it`,
    );
  }
}
