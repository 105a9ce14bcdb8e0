// SPDX-License-Identifier: Apache-2.0
// Where the C core's records have which field, as it says itself (src/archive/layout.c).
import { archive } from '../../dist/tables.js';

/**
 * A C struct: its size, and of each field the offset and the C type. Names by number, numbers by name.
 * @typedef {{size: number, fields: Record<string, [number, string]>}} Struct
 * @typedef {Record<string, string>} Names
 * @typedef {Record<string, number>} Numbers
 */

/**
 * @type {{member: Struct, event: Struct, info: Struct, options: Struct, decoder: Struct, events: Names, types: Names,
 *   dialects: Names, ends: Names, compressions: Names, stops: Names, errors: Names, flags: Numbers, nameFlags: Numbers,
 *   maxKept: number}} maxKept: bytes of one metadata file, if no other limit is given
 */
export const layout = /** @type {any} */ (archive);

/** Reads one field of a C struct; numbers in it stay below 2^53. @param {DataView} view @param {number} at @param {[number, string]} field */
export function field(view, at, [offset, type]) {
  const low = view.getUint32(at + offset, true);
  if (type === 'uint64_t') return view.getUint32(at + offset + 4, true) * 2 ** 32 + low;
  return type === 'int64_t' ? view.getInt32(at + offset + 4, true) * 2 ** 32 + low : low;
}

/** @type {WeakMap<Numbers, [string, number][]>} */
const lists = new WeakMap();

/** The names of the bits that are set. @param {number} bits @param {Numbers} names @returns {string[]} */
export function flagNames(bits, names) {
  if (bits === 0) return [];
  let list = lists.get(names);
  if (!list) lists.set(names, (list = Object.entries(names)));
  return list.filter(([, bit]) => bits & bit).map(([name]) => name);
}
