// SPDX-License-Identifier: Apache-2.0
// JSON that only says where to look: what is not as expected counts as not there.

const decoder = new TextDecoder();

/** @param {Uint8Array | undefined} bytes @returns {any} undefined if it is no JSON */
export function parse(bytes) {
  if (!bytes) return undefined;
  try {
    return JSON.parse(decoder.decode(bytes));
  } catch {
    return undefined;
  }
}

export const list = (/** @type {any} */ value) => (Array.isArray(value) ? value : []);
export const text = (/** @type {any} */ value) => (typeof value === 'string' ? value : '');

/** @param {any} value @returns {Record<string, string>} */
export function textsOf(value) {
  if (typeof value !== 'object' || value === null) return {};
  return Object.fromEntries(Object.entries(value).filter(([, entry]) => typeof entry === 'string'));
}
