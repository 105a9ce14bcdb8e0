// SPDX-License-Identifier: Apache-2.0
// The lines of a text, without making a string of all of it. Of the rows only every 64th is
// remembered; those between are found again from there.
import { lastUpTo } from '../../wasm/api/json-tree.js';
import { Pieces } from './pieces.js';

const LF = 0x0a;
const CR = 0x0d;
/** Bytes of a line that are shown as one row. */
export const WIDTH = 200;
/** Of how many rows one is remembered. */
const STEP = 64;

/** @typedef {import('../types.d.ts').ContentRow} ContentRow */

/** Not before the beginning of a UTF-8 sequence. @param {Uint8Array} bytes @param {number} at */
export function characterStart(bytes, at) {
  for (let back = 0; back < 3 && at > 0 && (bytes[at] & 0xc0) === 0x80; back++) at--;
  return at;
}

export class TextRows {
  total = 0;
  #bytes;
  /** Where remembered rows begin, and in which line. */
  #starts = new Uint32Array(256);
  #lines = new Uint32Array(256);
  /** The row that was asked for last. */
  #last = { row: 0, start: 0, line: 1 };

  /** @param {Uint8Array} bytes */
  constructor(bytes) {
    this.#bytes = bytes;
    let start = 0;
    let line = 1;
    for (;;) {
      if (this.total % STEP === 0) this.#remember(this.total / STEP, start, line);
      this.total++;
      const { next, ends } = this.#next(start);
      if (next < 0) break;
      if (ends) line++;
      start = next;
    }
  }

  /** @param {number} at @param {number} start @param {number} line */
  #remember(at, start, line) {
    if (at === this.#starts.length) {
      const [starts, lines] = [new Uint32Array(2 * at), new Uint32Array(2 * at)];
      starts.set(this.#starts);
      lines.set(this.#lines);
      this.#starts = starts;
      this.#lines = lines;
    }
    this.#starts[at] = start;
    this.#lines[at] = line;
  }

  /** The row after the one that begins at `start`. @param {number} start @returns {{next: number, end: number, ends: boolean}} next: -1 if there is none; ends: whether the line does */
  #next(start) {
    const bytes = this.#bytes;
    const most = Math.min(bytes.length, start + WIDTH + 1);
    for (let at = start; at < most; at++)
      if (bytes[at] === LF) return { next: at + 1, end: at, ends: true };
    if (most === bytes.length && most - start <= WIDTH) return { next: -1, end: most, ends: true };
    const next = characterStart(bytes, start + WIDTH);
    return { next, end: next, ends: false };
  }

  /** Goes on from a row that is known to another one. @param {number} wanted */
  #find(wanted) {
    const block = Math.floor(wanted / STEP);
    let { row, start, line } = this.#last;
    if (row > wanted || Math.floor(row / STEP) < block) {
      row = block * STEP;
      start = this.#starts[block];
      line = this.#lines[block];
    }
    for (; row < wanted; row++) {
      const { next, ends } = this.#next(start);
      if (ends) line++;
      start = next;
    }
    this.#last = { row, start, line };
    return this.#last;
  }

  /** Which row a byte is in. @param {number} offset */
  rowAt(offset) {
    let row = Math.max(0, lastUpTo(this.#starts, offset, Math.ceil(this.total / STEP))) * STEP;
    for (; row + 1 < this.total && this.#find(row + 1).start <= offset; row++);
    return row;
  }

  /** Where a line begins. @param {number} line from 1 */
  offsetOfLine(line) {
    const block = Math.max(0, lastUpTo(this.#lines, line - 1, Math.ceil(this.total / STEP)));
    let row = block * STEP;
    for (; row + 1 < this.total && this.#find(row).line < line; row++);
    return this.#find(row).start;
  }

  /** @param {number} offset */
  lineOf(offset) {
    return this.#find(this.rowAt(offset)).line;
  }

  /** The line of a byte, and where that begins. @param {number} offset */
  lineAt(offset) {
    return {
      line: this.lineOf(offset),
      start: offset === 0 ? 0 : this.#bytes.lastIndexOf(LF, offset - 1) + 1,
    };
  }

  /** @param {number} row */
  offsetOf(row) {
    return this.#find(row).start;
  }

  /** @param {number} row @param {import('./pieces.js').Marks} marks @returns {ContentRow} */
  row(row, marks) {
    const bytes = this.#bytes;
    const { start, line } = this.#find(row);
    const { end: last, next } = this.#next(start);
    let end = last;
    if (bytes[last] === LF && last > start && bytes[last - 1] === CR) end--;
    const pieces = new Pieces();
    pieces.addText(bytes, start, end, marks);
    const begins = start === 0 || bytes[start - 1] === LF;
    const here = marks.touches(start, next < 0 ? end + 1 : next);
    return { line: begins ? line : 0, here, pieces: pieces.list };
  }
}
