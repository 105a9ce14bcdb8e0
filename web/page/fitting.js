// SPDX-License-Identifier: Apache-2.0
// How much goes along with a page that is sent on.

/** @typedef {import('../types.d.ts').Carried} Carried */

/** Bytes of all that goes along, at most. */
export const MOST_BYTES = 5 * 2 ** 20;

/** @param {unknown} value */
const bytesOf = (value) => new Blob([JSON.stringify(value).replaceAll('<', '\\u003c')]).size;

/** What goes along, without the largest parts if all together are too large. @param {Carried} carried @returns {Carried} */
export function fitting({ tables, metadata, left }) {
  const parts = tables.map((table) => ({ view: table.view, table, bytes: bytesOf(table) }));
  const all = metadata
    ? [...parts, { view: 'metadata', table: null, bytes: bytesOf(metadata) }]
    : parts;
  const out = new Set();
  let sum = all.reduce((total, { bytes }) => total + bytes, 0);
  for (const part of [...all].sort((a, b) => b.bytes - a.bytes)) {
    if (sum <= MOST_BYTES) break;
    out.add(part.view);
    sum -= part.bytes;
  }
  return {
    tables: tables.filter(({ view }) => !out.has(view)),
    ...(metadata && !out.has('metadata') && { metadata }),
    left: [...left, ...out],
  };
}
