// SPDX-License-Identifier: Apache-2.0
// JSON laid out, one value a row, with what is folded away left out.
import { JsonTree, lastUpTo } from '../../wasm/api/json-tree.js';
import { Pieces } from './pieces.js';

/** Bytes of a token that are shown. */
const LONG = 400;
const QUOTE = 0x22;
const number = new Intl.NumberFormat('en');

/** @typedef {import('./pieces.js').Marks} Marks */

/** @param {number} byte */
function kindOf(byte) {
  if (byte === QUOTE) return 'string';
  if (byte === 0x2d || (byte >= 0x30 && byte <= 0x39)) return 'number';
  return byte >= 0x61 && byte <= 0x7a && byte < 0x7b ? 'word' : '';
}

export class JsonRows {
  tree;
  /** Rows that are folded. @type {Set<number>} */
  #folded = new Set();
  /** Of those that are not inside of others, in order: the row, and how many rows are hidden before it. */
  #rows = new Uint32Array();
  #hidden = new Uint32Array();
  total;

  /** @param {Uint8Array} bytes valid JSON */
  constructor(bytes) {
    this.tree = new JsonTree(bytes);
    this.total = this.tree.total;
  }

  #fold() {
    const { tree } = this;
    const outermost = [];
    const hidden = [];
    let sum = 0;
    let end = -1;
    for (const row of Uint32Array.from(this.#folded).sort()) {
      if (row <= end) continue;
      end = tree.ends[row];
      outermost.push(row);
      hidden.push(sum);
      sum += end - row;
    }
    this.#rows = Uint32Array.from(outermost);
    this.#hidden = Uint32Array.from([...hidden, sum]);
    this.total = tree.total - sum;
  }

  /** Folds or unfolds what begins, or ends, in a visible row. @param {number} visible */
  toggle(visible) {
    const row = this.tree.opener(this.rowOf(visible));
    if (!this.tree.opens(row)) return;
    if (!this.#folded.delete(row)) this.#folded.add(row);
    this.#fold();
  }

  /** Folds all that is in the whole, or nothing. @param {boolean} all */
  toggleAll(all) {
    this.#folded.clear();
    if (all)
      for (const row of this.tree.children(0)) if (this.tree.opens(row)) this.#folded.add(row);
    this.#fold();
  }

  /** Makes a row visible. @param {number} row */
  reveal(row) {
    let changed = false;
    for (let up = this.tree.parents[row]; up >= 0; up = this.tree.parents[up])
      changed = this.#folded.delete(up) || changed;
    if (changed) this.#fold();
  }

  /** The row that is seen there. @param {number} visible */
  rowOf(visible) {
    let low = 0;
    let high = this.#rows.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#rows[middle] - this.#hidden[middle] < visible) low = middle + 1;
      else high = middle;
    }
    return visible + (this.#hidden[low] ?? 0);
  }

  /** Where a row is seen, or what it is folded into. @param {number} row */
  visible(row) {
    const index = lastUpTo(this.#rows, row);
    if (index < 0) return row;
    const outer = this.#rows[index];
    if (row <= this.tree.ends[outer]) return outer - this.#hidden[index];
    return row - this.#hidden[index + 1];
  }

  /** @param {number} visible @param {Marks} marks @param {(offset: number) => number} lineOf @returns {import('../types.d.ts').ContentRow} */
  row(visible, marks, lineOf) {
    const { tree } = this;
    const row = this.rowOf(visible);
    const start = tree.starts[row];
    const opens = tree.opens(row);
    const folded = opens && this.#folded.has(row);
    const end = folded ? tree.ends[row] : row;
    const pieces = new Pieces();
    this.#add(pieces, row, marks);
    if (folded) {
      pieces.add(` ${number.format(tree.count(row))} … `, 'fold');
      this.#add(pieces, end, marks);
    }
    const next = end + 1 < tree.total ? tree.starts[end + 1] : tree.bytes.length;
    const line = lineOf(start);
    return {
      line: row === 0 || lineOf(tree.starts[row - 1]) !== line ? line : 0,
      here: marks.touches(start, opens && !folded ? tree.value(row)[0] + 1 : next),
      pieces: pieces.list,
      depth: tree.depth(row),
      ...(opens && { open: !folded }),
    };
  }

  /** @param {Pieces} pieces @param {number} row @param {Marks} marks */
  #add(pieces, row, marks) {
    const { tree } = this;
    const { bytes } = tree;
    const tokens = tree.tokens(row);
    tokens.forEach(([from, to], index) => {
      const isKey = index === 0 && bytes[tokens[1]?.[0]] === 0x3a;
      const kind = isKey ? 'key' : kindOf(bytes[from]);
      const cut = to - from > LONG;
      pieces.addText(bytes, from, cut ? from + LONG : to, marks, kind);
      if (cut) pieces.add(` … ${number.format(to - from)}`, 'fold');
      if (bytes[from] === 0x3a) pieces.add(' ', '');
    });
  }
}
