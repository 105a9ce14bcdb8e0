// SPDX-License-Identifier: Apache-2.0
// The lines of a file, without making a string of all of it.
import { visibleCharacters } from '../../wasm/report/escape.js';
import { characterStart } from './text-rows.js';

const LF = 0x0a;
const CR = 0x0d;
const TAB = 0x09;
const QUOTE = 0x22;
const EQUALS = 0x3d;
/** What stands for a secret, however long that is. */
const DOTS = new TextEncoder().encode('••••••••');

/** Lines before and after the one of a source frame. */
const CONTEXT = 2;
/** What a source frame shows of a line, in characters, and how much of that before an error. */
const FRAME_WIDTH = 100;
const FRAME_BEFORE = 60;
/** Bytes that are looked at for that. */
const REACH = 4 * FRAME_WIDTH;

/** @typedef {import('../types.d.ts').FrameLine} FrameLine */
/** @typedef {import('../types.d.ts').Span} Span */

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

/** The part of a secret that is to be hidden: of "NAME=value" not the name, nor the quotes around it. @param {Uint8Array} bytes @param {Span} span */
function valueIn(bytes, { offset, length, variable }) {
  let [start, end] = [offset, offset + length];
  if (end - start >= 2 && bytes[start] === QUOTE && bytes[end - 1] === QUOTE)
    [start, end] = [start + 1, end - 1];
  // A password may look like one, too: only where variables stand is there a name.
  for (let at = start; variable && at < end && isName(bytes[at]); at++)
    if (bytes[at + 1] === EQUALS && at + 2 < end) return { start: at + 2, end };
  return { start, end };
}

/** Of a variable. @param {number} byte */
const isName = (byte) =>
  byte === 0x5f ||
  (byte >= 0x30 && byte <= 0x39) ||
  ((byte | 0x20) >= 0x61 && (byte | 0x20) <= 0x7a);

/**
 * A copy in which secrets are replaced, all by the same number of dots, and where a place is in it.
 * @param {Uint8Array} bytes @param {Span[]} hidden @param {Span} place
 */
export function withoutSecrets(bytes, hidden, place) {
  /** @type {Uint8Array[]} */
  const parts = [];
  let { offset, length } = place;
  const placeEnd = place.offset + place.length;
  let from = 0;
  for (const span of [...hidden].sort((a, b) => a.offset - b.offset)) {
    const { start, end } = valueIn(bytes, span);
    if (end <= from || end > bytes.length) continue;
    if (start >= from) parts.push(bytes.subarray(from, start), DOTS);
    const first = from;
    from = end;
    const grown = start >= first ? DOTS.length - (end - start) : first - end;
    if (end <= place.offset) offset += grown;
    else if (start < placeEnd) length = Math.max(1, length + grown);
  }
  if (parts.length === 0) return { bytes, offset, length };
  parts.push(bytes.subarray(from));
  const all = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return { bytes: all, offset, length };
}

/**
 * The lines around a place; long ones are cut around it.
 * @param {Uint8Array} all
 * @param {{offset: number, length: number, line: number}} place
 * @param {Span[]} [hidden] what is not to be shown
 * @returns {FrameLine[]}
 */
export function frame(all, { line, ...place }, hidden = []) {
  const { bytes, offset, length } = withoutSecrets(all, hidden, place);
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
