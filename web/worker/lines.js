// SPDX-License-Identifier: Apache-2.0
// The lines of a file, without making a string of all of it.
import { visibleCharacters } from '../../wasm/escape.js';

const LF = 0x0a;
const CR = 0x0d;
const TAB = 0x09;
const STAR = 0x2a;

/** Bytes of a line that are shown as one row. */
const WIDTH = 200;
/** Lines before and after the one of a source frame. */
const CONTEXT = 2;
/** What a source frame shows of a line, in characters, and how much of that before an error. */
const FRAME_WIDTH = 100;
const FRAME_BEFORE = 60;
/** Bytes that are looked at for that. */
const REACH = 4 * FRAME_WIDTH;

/** @typedef {import('../types.d.ts').FrameLine} FrameLine */
/** @typedef {import('../types.d.ts').RawRow} RawRow */

/** A part of the file, character by character, with nothing in it that acts or hides. */
const visible = (
  /** @type {Uint8Array} */ bytes,
  /** @type {number} */ from,
  /** @type {number} */ to,
) =>
  Array.from(visibleCharacters(bytes, from, Math.max(from, to)), ({ text: shown, offset }) =>
    bytes[offset] === TAB ? '    ' : shown,
  );
const text = (
  /** @type {Uint8Array} */ bytes,
  /** @type {number} */ from,
  /** @type {number} */ to,
) => visible(bytes, from, to).join('');

/** Not before the beginning of a UTF-8 sequence. @param {Uint8Array} bytes @param {number} at */
function characterStart(bytes, at) {
  for (let back = 0; back < 3 && at > 0 && (bytes[at] & 0xc0) === 0x80; back++) at--;
  return at;
}

/**
 * Where the rows of the raw view begin: every line, and every WIDTH bytes of a longer one.
 * @param {Uint8Array} bytes
 * @returns {{starts: Uint32Array, numbers: Uint32Array}} byte offset and line number of each row
 */
function index(bytes) {
  let starts = new Uint32Array(1024);
  let numbers = new Uint32Array(1024);
  let rows = 0;
  const add = (/** @type {number} */ start, /** @type {number} */ number) => {
    if (rows === starts.length) {
      const grown = [new Uint32Array(rows * 2), new Uint32Array(rows * 2)];
      grown[0].set(starts);
      grown[1].set(numbers);
      [starts, numbers] = grown;
    }
    starts[rows] = start;
    numbers[rows++] = number;
  };
  for (let start = 0, line = 1; start <= bytes.length; line++) {
    let end = bytes.indexOf(LF, start);
    if (end < 0) end = bytes.length;
    add(start, line);
    for (let from = start; end - from > WIDTH;) {
      from = characterStart(bytes, from + WIDTH);
      add(from, line);
    }
    start = end + 1;
  }
  return { starts: starts.subarray(0, rows), numbers: numbers.subarray(0, rows) };
}

/**
 * The rows of the raw view.
 * @param {Uint8Array} bytes
 * @param {{offset: number, length: number} | undefined} mark what to highlight
 * @returns {{total: number, row(index: number): RawRow, at: number}} `at`: row of the mark, or -1
 */
export function rawRows(bytes, mark) {
  const { starts, numbers } = index(bytes);
  const markEnd = mark ? mark.offset + Math.max(1, mark.length) : 0;

  const row = (/** @type {number} */ at) => {
    const start = starts[at];
    const next = at + 1 < starts.length ? starts[at + 1] : bytes.length + 1;
    const whole = next > bytes.length || numbers[at + 1] !== numbers[at];
    let end = whole ? next - 1 : next;
    if (whole && end > start && bytes[end - 1] === CR) end--;
    /** @type {RawRow} */
    const made = {
      line: numbers[at],
      text: text(bytes, start, end),
      continued: at > 0 && numbers[at - 1] === numbers[at],
    };
    if (mark && mark.offset < next && markEnd > start)
      made.mark = [
        text(bytes, start, Math.max(start, mark.offset)).length,
        text(bytes, start, Math.min(end, markEnd)).length,
      ];
    return made;
  };

  let at = -1;
  if (mark) {
    at = starts.length - 1;
    while (at > 0 && starts[at] > mark.offset) at--;
  }
  return { total: starts.length, row, at };
}

/** Where the line that begins at `start` ends. @param {Uint8Array} bytes @param {number} start */
function lineEnd(bytes, start) {
  const end = bytes.indexOf(LF, start);
  return end < 0 ? bytes.length : end;
}

/** Where the line begins that holds `offset`. @param {Uint8Array} bytes @param {number} offset */
const lineStart = (bytes, offset) => (offset === 0 ? 0 : bytes.lastIndexOf(LF, offset - 1) + 1);

/** The beginning of a line. @param {Uint8Array} bytes @param {number} from @param {number} end @param {number} [room] */
function shorten(bytes, from, end, room = FRAME_WIDTH) {
  if (end > from && bytes[end - 1] === CR) end--;
  const characters = visible(bytes, from, Math.min(end, from + REACH));
  const cut = characters.length > room || end > from + REACH;
  return characters.slice(0, room).join('') + (cut ? '…' : '');
}

/** A copy in which some places are crossed out. @param {Uint8Array} bytes @param {{offset: number, length: number}[]} hidden */
function without(bytes, hidden) {
  if (hidden.length === 0) return bytes;
  const copy = bytes.slice();
  for (const { offset, length } of hidden) copy.fill(STAR, offset, offset + length);
  return copy;
}

/**
 * The lines around a place; long ones are cut around it.
 * @param {Uint8Array} all
 * @param {{offset: number, length: number, line: number}} place
 * @param {{offset: number, length: number}[]} [hidden] what is not to be shown
 * @returns {FrameLine[]}
 */
export function frame(all, { offset, length, line }, hidden = []) {
  const bytes = without(all, hidden);
  const start = lineStart(bytes, offset);
  const end = lineEnd(bytes, offset);

  const near = visible(bytes, characterStart(bytes, Math.max(start, offset - REACH)), offset);
  const cut = near.length > FRAME_BEFORE;
  const before = `${cut ? '…' : ''}${near.slice(-FRAME_BEFORE).join('')}`;
  const after = shorten(
    bytes,
    offset,
    end,
    Math.max(FRAME_WIDTH - near.length, FRAME_WIDTH - FRAME_BEFORE),
  );
  const marked = text(bytes, offset, Math.min(end, offset + Math.max(1, Math.min(length, REACH))));
  const shown = before + after;
  /** @type {FrameLine[]} */
  const lines = [
    {
      line,
      text: shown,
      mark: [before.length, Math.min(shown.length, before.length + marked.length)],
    },
  ];

  for (let n = 1, first = start; n <= CONTEXT && first > 0; n++) {
    const last = first - 1;
    first = lineStart(bytes, last);
    lines.unshift({ line: line - n, text: shorten(bytes, first, last) });
  }
  for (let n = 1, last = end; n <= CONTEXT && last < bytes.length; n++) {
    const first = last + 1;
    last = lineEnd(bytes, first);
    lines.push({ line: line + n, text: shorten(bytes, first, last) });
  }
  return lines;
}
