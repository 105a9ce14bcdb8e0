// SPDX-License-Identifier: Apache-2.0
// What stays in the worker until the page asks for it: long sequences and long texts.

/** How many rows go along at once, without being asked for. */
const FIRST = 100;
/** Longer texts are sent in pieces. */
const LONG = 4000;

/** @template Row @typedef {import('../types.d.ts').Seq<Row>} Seq */
/** @typedef {import('../types.d.ts').Cell} Cell */

export class Shelf {
  /** @type {Map<number, {total: number, make: (index: number) => any}>} */
  #seqs = new Map();
  /** @type {string[]} */
  #texts = [];

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
    const id = this.#seqs.size + 1;
    this.#seqs.set(id, { total, make });
    return { id, total, rows };
  }

  /** @param {number} id @param {number} from @param {number} count */
  rows(id, from, count) {
    const { total, make } = this.#seqs.get(id) ?? { total: 0, make: () => undefined };
    const length = Math.max(0, Math.min(count, total - from));
    return Array.from({ length }, (_, index) => make(from + index));
  }

  /** The rows of a sequence of texts or members that contain a text, whatever the case. @param {number} id @param {string} text */
  find(id, text) {
    const { total, make } = this.#seqs.get(id) ?? { total: 0, make: () => '' };
    const wanted = text.toLowerCase();
    const found = /** @type {any[]} */ ([]);
    for (let index = 0; index < total; index++) {
      const row = make(index);
      if (typeof row === 'string') {
        if (row.toLowerCase().includes(wanted)) found.push(row);
      } else if (row.path.toLowerCase().includes(wanted)) {
        found.push({ ...row, depth: 0, name: row.path });
      }
    }
    return this.seq(found.length, (index) => found[index]);
  }

  /** A cell for a text of any length. @param {string} text @returns {Cell | undefined} undefined: it is short */
  long(text) {
    if (text.length <= LONG) return undefined;
    const id = this.#texts.push(text) - 1;
    return { t: 'long', head: this.text(id, 0, 1000), length: text.length, id };
  }

  /** A piece of a long text, which does not end inside a surrogate pair. @param {number} id @param {number} from @param {number} count */
  text(id, from, count) {
    const text = this.#texts[id] ?? '';
    let end = Math.min(text.length, from + count);
    if (end < text.length && /[\uD800-\uDBFF]/.test(text[end - 1])) end++;
    return text.slice(from, end);
  }
}
