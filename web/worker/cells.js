// SPDX-License-Identifier: Apache-2.0
// Values as cells: how one value is shown.
import { T } from '../text.js';

/** @typedef {import('../types.d.ts').Cell} Cell */
/** @typedef {import('./shelf.js').Shelf} Shelf */
/** @typedef {import('./views.js').Context} Context */

/** @param {string} text @returns {Cell} */
export const none = (text = T.unset) => ({ t: 'none', text });

/** @param {unknown} text @returns {Cell} */
export const code = (text) => ({ t: 'code', text: String(text) });

/** @param {boolean | undefined} value @returns {Cell} */
export const yesNo = (value) => (value === undefined ? none() : value ? T.yes : T.no);

/** A run of hexadecimal digits that no one reads. */
const DIGEST = /[0-9a-f]{33,}/;

/**
 * A text from a file: shortened if it holds a digest, sent in pieces if it is long.
 * @param {Shelf} shelf
 * @param {string | undefined} text
 * @param {(text: string) => Cell} [plain] how to show it otherwise
 * @returns {Cell}
 */
export function textCell(shelf, text, plain = (same) => same) {
  if (text === undefined) return none();
  if (text === '') return none(T.emptyText);
  const long = shelf.long(text);
  return long ?? (DIGEST.test(text) ? { t: 'id', text } : plain(text));
}

/** A cell that is hidden if the report says that a secret stands there. @param {Context} context @param {string} pointer @param {Cell} cell @returns {Cell} */
export const guarded = ({ secrets, member }, pointer, cell) =>
  secrets.has(member, pointer) ? { t: 'secret', cell } : cell;

/** @param {Context} context @param {string} pointer of the list @param {string[] | null | undefined} items @returns {Cell} */
export function tags(context, pointer, items) {
  if (!items?.length) return none(T.none);
  const cells = items
    .slice(0, 500)
    .map((item, i) => guarded(context, `${pointer}/${i}`, textCell(context.shelf, item, code)));
  return { t: 'tags', items: cells };
}

/** What Go prints for a time that was never set. */
const ZERO_TIME = '0001-01-01T00:00:00Z';

/** @param {string | undefined} exact RFC 3339 @returns {Extract<Cell, {t: 'time'}> | null} null: not set */
export function time(exact) {
  if (exact === undefined || exact === ZERO_TIME) return null;
  return { t: 'time', exact, ms: Date.parse(exact) };
}

/** @param {bigint | undefined} ns nanoseconds since 1970 @returns {Extract<Cell, {t: 'time'}> | null} null: not set */
export function nanoTime(ns) {
  if (!ns) return null;
  const rest = ((ns % 1_000_000_000n) + 1_000_000_000n) % 1_000_000_000n;
  const seconds = new Date(Number((ns - rest) / 1_000_000n));
  const fraction = String(rest).padStart(9, '0');
  const exact = seconds.toISOString().replace(/\.000Z$/, `.${fraction}Z`);
  return { t: 'time', exact, ms: Date.parse(exact), ns: String(ns) };
}

/**
 * A number of bytes.
 * @param {{byteToString(bytes: bigint): string}} ckpt
 * @param {bigint | undefined} amount
 * @returns {Cell}
 */
export function bytes(ckpt, amount) {
  if (amount === undefined) return none();
  if (amount === -1n) return T.unlimited;
  return { t: 'figure', exact: String(amount), text: ckpt.byteToString(amount) };
}
