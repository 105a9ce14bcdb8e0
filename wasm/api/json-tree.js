// SPDX-License-Identifier: Apache-2.0
// The structure of a JSON text that the core has found valid: one row for each value and for each
// closing bracket. Tokens stay what they are in the text; nothing is decoded but keys.

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const COLON = 0x3a;
const OPEN_LIST = 0x5b;
const CLOSE_LIST = 0x5d;
const OPEN = 0x7b;
const CLOSE = 0x7d;

/** A key as a part of a JSON pointer (RFC 6901). */
export const escapeKey = (/** @type {string} */ key) =>
  key.replaceAll('~', '~0').replaceAll('/', '~1');

/** The index of the last number that is not larger, or -1. @param {ArrayLike<number>} sorted @param {number} value @param {number} [length] */
export function lastUpTo(sorted, value, length = sorted.length) {
  let low = 0;
  let high = length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (sorted[middle] <= value) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

/** Texts with more rows are not laid out. */
export const MOST_ROWS = 4_000_000;
/** Keys of a pointer are not shown any longer. */
const LONG_KEY = 1000;
const decoder = new TextDecoder();

/** @param {number} byte */
const isSpace = (byte) => byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09;
/** @param {number} byte */
const isOpen = (byte) => byte === OPEN || byte === OPEN_LIST;
/** @param {number} byte */
const isClose = (byte) => byte === CLOSE || byte === CLOSE_LIST;

export class JsonTree {
  bytes;
  total = 0;
  /** Where each row begins. */
  starts = new Uint32Array(256);
  /** The row of what each is in; -1 for the whole. */
  parents = new Int32Array(256);
  /** The row of the closing bracket; of others itself. */
  ends = new Uint32Array(256);

  /** @param {Uint8Array} bytes valid JSON */
  constructor(bytes) {
    this.bytes = bytes;
    let parent = -1;
    let fresh = true;
    for (let at = 0; at < bytes.length && this.total <= MOST_ROWS;) {
      const byte = bytes[at];
      if (isSpace(byte) || byte === COLON) {
        at++;
      } else if (byte === COMMA) {
        fresh = true;
        at++;
      } else if (isClose(byte)) {
        this.ends[parent] = this.total;
        parent = this.parents[parent];
        this.#add(at++, parent);
        fresh = false;
      } else {
        if (fresh) this.#add(at, parent);
        fresh = false;
        at = this.#tokenEnd(at);
        if (!isOpen(byte)) continue;
        const inside = this.#skip(at);
        if (isClose(bytes[inside])) {
          at = inside + 1;
        } else {
          parent = this.total - 1;
          fresh = true;
        }
      }
    }
  }

  /** @param {number} start @param {number} parent */
  #add(start, parent) {
    if (this.total === this.starts.length) {
      const room = 2 * this.total;
      const grown = [new Uint32Array(room), new Uint32Array(room)];
      const parents = new Int32Array(room);
      grown[0].set(this.starts);
      grown[1].set(this.ends);
      parents.set(this.parents);
      [this.starts, this.ends] = grown;
      this.parents = parents;
    }
    this.starts[this.total] = start;
    this.parents[this.total] = parent;
    this.ends[this.total] = this.total;
    this.total++;
  }

  /** @param {number} at */
  #skip(at) {
    while (isSpace(this.bytes[at])) at++;
    return at;
  }

  /** Where the token ends that begins here: a bracket, a string, a number, a word. @param {number} at */
  #tokenEnd(at) {
    const { bytes } = this;
    const first = bytes[at++];
    if (isOpen(first) || isClose(first) || first === COMMA || first === COLON) return at;
    if (first === QUOTE) {
      while (at < bytes.length && bytes[at] !== QUOTE) at += bytes[at] === BACKSLASH ? 2 : 1;
      return at + 1;
    }
    for (; at < bytes.length; at++) {
      const byte = bytes[at];
      if (isSpace(byte) || byte === COMMA || isClose(byte)) break;
    }
    return at;
  }

  /** The tokens of a row: from, to. @param {number} row @returns {[number, number][]} */
  tokens(row) {
    const end = row + 1 < this.total ? this.starts[row + 1] : this.bytes.length;
    /** @type {[number, number][]} */
    const found = [];
    for (let at = this.#skip(this.starts[row]); at < end; at = this.#skip(at)) {
      const to = this.#tokenEnd(at);
      found.push([at, to]);
      at = to;
    }
    return found;
  }

  /** Whether a row begins something that has its own rows. @param {number} row */
  opens(row) {
    return this.ends[row] > row;
  }

  /** Whether a row is nothing but a closing bracket. @param {number} row */
  closes(row) {
    return isClose(this.bytes[this.starts[row]]);
  }

  /** Whether what begins in a row has keys. @param {number} row that opens */
  hasKeys(row) {
    return this.bytes[this.starts[this.ends[row]]] === CLOSE;
  }

  /** @param {number} row */
  depth(row) {
    let depth = 0;
    for (let up = this.parents[row]; up >= 0; up = this.parents[up]) depth++;
    return depth;
  }

  /** The rows of the values in a row. @param {number} row @returns {Generator<number>} */
  *children(row) {
    const end = this.ends[row];
    for (let child = row + 1; child < end; child = this.ends[child] + 1) yield child;
  }

  /** How many values are in a row. @param {number} row */
  count(row) {
    let count = 0;
    const end = this.ends[row];
    for (let child = row + 1; child < end; child = this.ends[child] + 1) count++;
    return count;
  }

  /** The row of an opening bracket for that of its closing one. @param {number} row */
  opener(row) {
    if (!this.closes(row)) return row;
    // It is the last of its parent's children that begin before it.
    let up = row - 1;
    while (this.ends[up] !== row) up = this.parents[up];
    return up;
  }

  /** The key of a row in something with keys, decoded. @param {number} row @returns {string} */
  key(row) {
    const start = this.starts[row];
    const text = decoder.decode(this.bytes.subarray(start, this.#tokenEnd(start)));
    try {
      return JSON.parse(text);
    } catch {
      return text;
    }
  }

  /** Where the value of a row stands, with all that is in it: from, to. @param {number} row @returns {[number, number]} */
  value(row) {
    const parent = this.parents[row];
    let from = this.starts[row];
    if (parent >= 0 && this.hasKeys(parent))
      from = this.#skip(this.#skip(this.#tokenEnd(from)) + 1);
    if (this.opens(row)) return [from, this.starts[this.ends[row]] + 1];
    const to = this.#tokenEnd(from);
    return [from, isOpen(this.bytes[from]) ? this.#skip(to) + 1 : to];
  }

  /** RFC 6901. @param {number} row */
  pointer(row) {
    /** @type {string[]} */
    const parts = [];
    for (let at = this.opener(row); this.parents[at] >= 0; at = this.parents[at]) {
      const parent = this.parents[at];
      let part;
      if (this.hasKeys(parent)) {
        part = this.key(at).slice(0, LONG_KEY);
      } else {
        let index = 0;
        for (let child = parent + 1; child < at; child = this.ends[child] + 1) index++;
        part = String(index);
      }
      parts.push(escapeKey(part));
    }
    return parts.length === 0 ? '' : `/${parts.reverse().join('/')}`;
  }

  /** @param {number} offset */
  rowAt(offset) {
    return Math.max(0, lastUpTo(this.starts, offset, this.total));
  }
}
