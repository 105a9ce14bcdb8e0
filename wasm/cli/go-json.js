// SPDX-License-Identifier: Apache-2.0
// JSON in the form that the reference tool's is in: Go's MarshalIndent with two blanks.
import { Buffer } from 'node:buffer';
import { escapeInJson } from '../report/escape.js';

/** @type {Record<string, string>} */
const HTML = { '<': '\\u003c', '>': '\\u003e', '&': '\\u0026' };

/** @param {string} text */
const quote = (text) => JSON.stringify(text).replace(/[<>&]/g, (c) => HTML[c]);

/**
 * @param {any} value of strings, numbers, booleans, arrays, and objects or Maps, whose order is kept
 *   (that of an object's keys that look like numbers is not); members that are undefined are left out
 * @returns {string} one line feed at the end; what acts in a terminal is escaped
 */
export const goJson = (value) => `${escapeInJson(write(value, ''))}\n`;

/** @param {any} part @param {string} margin of all lines but the first @returns {string} */
function write(part, margin) {
  const inner = `${margin}  `;
  const enclose = (/** @type {string[]} */ items, /** @type {string} */ open) =>
    items.length === 0
      ? open
      : `${open[0]}\n${items.map((item) => inner + item).join(',\n')}\n${margin}${open[1]}`;
  if (typeof part === 'string') return quote(part);
  if (Array.isArray(part))
    return enclose(
      part.map((item) => write(item, inner)),
      '[]',
    );
  if (typeof part !== 'object' || part === null) return String(part);
  const entries = part instanceof Map ? [...part] : Object.entries(part);
  return enclose(
    entries
      .filter(([, item]) => item !== undefined)
      .map(([key, item]) => `${quote(key)}: ${write(item, inner)}`),
    '{}',
  );
}

/**
 * The members of an object in Go's order, that of the keys' bytes.
 * @template T @param {Record<string, T>} object @returns {Map<string, T>}
 */
export const sortedByKey = (object) =>
  new Map(
    Object.entries(object).sort(([a], [b]) => Buffer.compare(Buffer.from(a), Buffer.from(b))),
  );
