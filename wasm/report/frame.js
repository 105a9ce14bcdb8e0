// SPDX-License-Identifier: Apache-2.0
// The lines of a file around a finding, with a caret under the token. What it costs depends on the
// width of the frame, not on the size of the file or of its lines.
import { displayWidth, sequenceLength, visibleCharacters } from './escape.js';

const LF = 10;
const CR = 13;
const BEFORE = 2;
const AFTER = 1;
const TAB = '    ';
const ELLIPSIS = '…';
const MASK = '•';
/** However long the secret is. */
const MASKS = 3;
/** Lines that are longer than this many bytes have no neighbours worth showing. */
const LONG_LINE = 1 << 16;

/** @typedef {import('./findings.js').Text} Text */
/** A character and the byte offset where it begins. @typedef {{text: string, width: number, offset: number}} Cell */

/** A part of a file that is not shown: a secret. @typedef {{offset: number, length: number}} Range */

/** @param {Text} file @param {number} start @param {number} end @returns {Cell[]} */
function cellsOf({ bytes, hidden: ranges }, start, end) {
  const near = ranges.filter(({ offset, length }) => offset < end && offset + length > start);
  /** Of each hidden range, how often the mask was put. @type {Map<Range, number>} */
  const masks = new Map();
  const cells = [];
  for (const { text, offset } of visibleCharacters(bytes, start, end)) {
    const range = near.find((one) => offset >= one.offset && offset < one.offset + one.length);
    const count = range ? (masks.get(range) ?? 0) : 0;
    if (range) masks.set(range, count + 1);
    const hidden = count < MASKS ? MASK : '';
    const shown = range ? hidden : text === '\\t' && bytes[offset] === 9 ? TAB : text;
    cells.push({ text: shown, width: displayWidth(shown), offset });
  }
  return cells;
}

/** @param {Cell[]} cells */
const widthOf = (cells) => cells.reduce((sum, { width }) => sum + width, 0);

/** How many of the cells fit, from the first or from the last. @param {Cell[]} cells @param {number} width @param {boolean} fromEnd */
function fitting(cells, width, fromEnd) {
  let count = 0;
  while (count < cells.length) {
    width -= cells[fromEnd ? cells.length - 1 - count : count].width;
    if (width < 0) break;
    count++;
  }
  return count;
}

/**
 * The part of a line around a byte that fits into a width, cut with an ellipsis at either side.
 * @param {Text} file
 * @param {{start: number, end: number}} line offsets; `start` may lie within the line if that is very long
 * @param {number} focus an offset of the line
 * @param {number} width
 * @returns {{cells: Cell[], text: string, cutLeft: boolean}}
 */
function view(file, line, focus, width) {
  const { bytes } = file;
  // No character has more than 4 bytes, and few have no width.
  const reach = 4 * width + 4;
  let from = Math.max(line.start, focus - reach);
  const to = Math.min(line.end, focus + reach);
  if (from > line.start) while (from < focus && (bytes[from] & 0xc0) === 0x80) from++;
  let left = cellsOf(file, from, focus);
  let right = cellsOf(file, focus, to);
  const whole = from === line.start && to === line.end;
  if (!whole || widthOf(left) + widthOf(right) > width) {
    const room = width - 2;
    const most = Math.max(Math.floor(room / 2), room - widthOf(right));
    left = left.slice(left.length - fitting(left, most, true));
    right = right.slice(0, fitting(right, room - widthOf(left), false));
  }
  const cells = [...left, ...right];
  const first = cells.length > 0 ? cells[0].offset : focus;
  const last = cells.at(-1);
  const after = last ? last.offset + (sequenceLength(bytes, last.offset, line.end) || 1) : focus;
  const cutLeft = first > line.start;
  return {
    cells,
    cutLeft,
    text: `${cutLeft ? ELLIPSIS : ''}${cells.map(({ text }) => text).join('')}${after < line.end ? ELLIPSIS : ''}`,
  };
}

/** Where the line that begins at `start` ends, without its line feed (and carriage return). @param {Uint8Array} bytes @param {number} start */
function endOfLine(bytes, start) {
  const near = bytes.subarray(start, start + LONG_LINE).indexOf(LF);
  const end = near < 0 ? Math.min(start + LONG_LINE, bytes.length) : start + near;
  return near > 0 && bytes[end - 1] === CR ? end - 1 : end;
}

/** Where the line begins that ends before `end`; -1 if that is far away. @param {Uint8Array} bytes @param {number} end */
function startOfLine(bytes, end) {
  const from = Math.max(0, end - LONG_LINE);
  const feed = bytes.subarray(from, end).lastIndexOf(LF);
  return feed >= 0 ? from + feed + 1 : from === 0 ? 0 : -1;
}

/**
 * The lines to show: up to two before, that of the token, and one after.
 * @param {Uint8Array} bytes @param {number} offset @param {number} line
 */
function linesAround(bytes, offset, line) {
  const start = startOfLine(bytes, offset);
  const end = Math.max(endOfLine(bytes, offset), offset);
  // Of a very long line the beginning is not looked for; one byte of it is enough to know of more.
  const lines = [{ number: line, start: start < 0 ? offset - LONG_LINE : start, end }];
  for (let i = 1, first = start; i <= BEFORE && first > 0; i++) {
    const previous = startOfLine(bytes, first - 1);
    if (previous < 0) break;
    lines.unshift({ number: line - i, start: previous, end: endOfLine(bytes, previous) });
    first = previous;
  }
  for (let i = 1, last = end; i <= AFTER; i++) {
    if (bytes[last] === CR) last++;
    if (bytes[last] !== LF || last + 1 >= bytes.length) break;
    lines.push({ number: line + i, start: last + 1, end: endOfLine(bytes, last + 1) });
    last = lines[lines.length - 1].end;
  }
  return lines;
}

/**
 * @param {Text} file
 * @param {{offset: number, length: number, line: number}} place
 * @param {number} width columns of the frame
 * @param {import('../cli/output.js').Style} style
 * @returns {string} lines, each with a line feed
 */
export function frame(file, { offset, length, line }, width, style) {
  const lines = linesAround(file.bytes, offset, line);
  const digits = String(lines[lines.length - 1].number).length;
  const room = Math.max(width - digits - 5, 20);
  const gutter = (/** @type {string} */ text) => style.dim(`  ${text.padStart(digits)} |`);
  let out = '';
  for (const { number, start, end } of lines) {
    const here = number === line;
    const { cells, text, cutLeft } = view(file, { start, end }, here ? offset : start, room);
    out += `${gutter(String(number))}${text === '' ? '' : ` ${text}`}\n`;
    if (!here) continue;
    const before = cells.filter((cell) => cell.offset < offset);
    const token = cells.filter((cell) => cell.offset >= offset && cell.offset < offset + length);
    const blank = ' '.repeat(widthOf(before) + (cutLeft ? 1 : 0));
    const mark = `^${'~'.repeat(Math.max(widthOf(token) - 1, 0))}`;
    out += `${gutter('')} ${blank}${style.red(mark)}\n`;
  }
  return out;
}
