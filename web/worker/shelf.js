// SPDX-License-Identifier: Apache-2.0
// What stays in the worker until the page asks for it: long sequences and long texts.

/** How many rows go along at once, without being asked for. */
const FIRST = 100;
/** Cells of a table that are drawn at once: more take longer than a frame may. */
const CELLS = 300;
/** Longer texts are sent in pieces. */
const LONG = 4000;

/** @template Row @typedef {import('../types.d.ts').Seq<Row>} Seq */
/** @typedef {import('../types.d.ts').Cell} Cell */

/** @type {Map<number, {total: number, make: (index: number) => any, fetch?: (from: number, count: number) => Promise<any[]>}>} */
const seqs = new Map();
/** @type {Map<number, string>} */
const texts = new Map();
let last = 0;

/** How many rows of a table go along at once. @param {string[]} head */
export const rowsAtOnce = (head) => Math.floor(CELLS / head.length);

/** What one view of one item has put there. Numbers are given out once, so that late questions do not get others' answers. */
export class Shelf {
  /** @type {number[]} */
  #own = [];

  /**
   * @template Row
   * @param {number} total
   * @param {(index: number) => Row} make
   * @param {number} [first] how many rows to make now
   * @returns {Seq<Row>}
   */
  seq(total, make, first = FIRST) {
    const rows = Array.from({ length: Math.min(total, first) }, (_, index) => make(index));
    if (rows.length === total) return { id: 0, total, rows };
    seqs.set(++last, { total, make });
    this.#own.push(last);
    return { id: last, total, rows };
  }

  /**
   * A sequence whose rows have to be read first.
   * @template Row
   * @param {number} total
   * @param {(from: number, count: number) => Promise<Row[]>} fetch
   * @returns {Promise<Seq<Row>>}
   */
  async lazy(total, fetch) {
    seqs.set(++last, { total, make: () => undefined, fetch });
    const id = last;
    this.#own.push(id);
    return { id, total, rows: await fetch(0, Math.min(total, FIRST)) };
  }

  /** A cell for a text of any length. @param {string} text @returns {Cell | undefined} undefined: it is short */
  long(text) {
    if (text.length <= LONG) return undefined;
    texts.set(++last, text);
    this.#own.push(last);
    return { t: 'long', head: piece(last, 0, 1000), length: text.length, id: last };
  }

  /** Forgets all of it. */
  clear() {
    for (const id of this.#own) {
      seqs.delete(id);
      texts.delete(id);
    }
    this.#own = [];
  }
}

/** @param {number} id @param {number} from @param {number} count */
export function rowsOf(id, from, count) {
  const { total, make, fetch } = seqs.get(id) ?? { total: 0, make: () => undefined };
  const length = Math.max(0, Math.min(count, total - from));
  if (fetch) return fetch(from, length);
  return Array.from({ length }, (_, index) => make(from + index));
}

/** The rows of a sequence of texts that contain a text, whatever the case. @param {number} id @param {string} text @param {Shelf} shelf @returns {Seq<string>} */
export function find(id, text, shelf) {
  const { total, make } = seqs.get(id) ?? { total: 0, make: () => '' };
  const wanted = text.toLowerCase();
  /** @type {string[]} */
  const found = [];
  for (let index = 0; index < total; index++) {
    const row = make(index);
    if (row.toLowerCase().includes(wanted)) found.push(row);
  }
  return shelf.seq(found.length, (index) => found[index]);
}

/** A piece of a long text, which does not end inside a surrogate pair. @param {number} id @param {number} from @param {number} count */
export function piece(id, from, count) {
  const text = texts.get(id) ?? '';
  let end = Math.min(text.length, from + count);
  if (end < text.length && /[\uD800-\uDBFF]/.test(text[end - 1])) end++;
  return text.slice(from, end);
}
