// SPDX-License-Identifier: Apache-2.0
// The lines of a file, without making a string of all of it.
import { visibleCharacters } from '../../wasm/report/escape.js';
import { characterStart } from './text-rows.js';

const LF = 0x0a;
const CR = 0x0d;
const TAB = 0x09;
const STAR = 0x2a;

/** Lines before and after the one of a source frame. */
const CONTEXT = 2;
/** What a source frame shows of a line, in characters, and how much of that before an error. */
const FRAME_WIDTH = 100;
const FRAME_BEFORE = 60;
/** Bytes that are looked at for that. */
const REACH = 4 * FRAME_WIDTH;

/** @typedef {import('../types.d.ts').FrameLine} FrameLine */

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
