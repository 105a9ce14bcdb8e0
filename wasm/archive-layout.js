// SPDX-License-Identifier: Apache-2.0
// Where the C core's records have which field, as it says itself (src/archive/layout.c).
import { archive } from '../dist/tables.js';

/**
 * A C struct: its size, and of each field the offset and the C type. Names by number, numbers by name.
 * @typedef {{size: number, fields: Record<string, [number, string]>}} Struct
 * @typedef {Record<string, string>} Names
 * @typedef {Record<string, number>} Numbers
 */

/**
 * @type {{member: Struct, event: Struct, info: Struct, options: Struct, events: Names, types: Names,
 *   dialects: Names, ends: Names, compressions: Names, errors: Names, flags: Numbers, nameFlags: Numbers}}
 */
export const layout = /** @type {any} */ (archive);

/** Reads one field of a C struct. @param {DataView} view @param {number} at @param {[number, string]} field */
export function field(view, at, [offset, type]) {
  if (type === 'uint64_t') return Number(view.getBigUint64(at + offset, true));
  if (type === 'int64_t') return Number(view.getBigInt64(at + offset, true));
  return view.getUint32(at + offset, true);
}

/** The names of the bits that are set. @param {number} bits @param {Numbers} names */
export function flagNames(bits, names) {
  return Object.keys(names).filter((name) => bits & names[name]);
}
