// SPDX-License-Identifier: Apache-2.0
// Bytes as lines for reading.

const ROW = 16;
/** Rows that are given at once. */
const BATCH = 512;

const DIGITS = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'));
const TEXT = Array.from({ length: 256 }, (_, byte) =>
  byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : '.',
);

/** What stands above such rows in checkpointctl's output. */
export const HEADING =
  'Address           Hexadecimal                                       ASCII            ';
export const DASHES = '-'.repeat(85);

/**
 * One row, without a line feed.
 * @param {Uint8Array} bytes @param {number} at @param {bigint} address of them @param {boolean} gap whether there is one between 8 and 8 bytes
 */
function row(bytes, at, address, gap) {
  let hex = '';
  let text = '';
  for (let i = 0; i < ROW; i++) {
    if (at + i < bytes.length) {
      hex += `${DIGITS[bytes[at + i]]} `;
      text += TEXT[bytes[at + i]];
    } else {
      hex += '   ';
    }
    if (gap && i === ROW / 2 - 1) hex += ' ';
  }
  return `${address.toString(16).padStart(16, '0')}  ${hex} |${text}|`;
}

/** @param {Uint8Array} bytes @param {number} a @param {number} b */
function same(bytes, a, b) {
  for (let i = 0; i < ROW; i++) if (bytes[a + i] !== bytes[b + i]) return false;
  return true;
}

/**
 * Rows of 16 bytes: address, hexadecimal digits, text. Rows that are equal to the one before are a
 * single "*".
 * @param {Uint8Array} bytes @param {bigint} address of the first one
 * @param {{gap?: boolean, collapse?: boolean}} [options] a gap in the middle of a row, and the "*"; both by default
 * @returns {Generator<string>} lines, each with a line feed
 */
export function* hexDump(bytes, address, { gap = true, collapse = true } = {}) {
  let lines = '';
  let starred = false;
  let count = 0;
  for (let at = 0; at < bytes.length; at += ROW) {
    if (collapse && at > 0 && at + ROW <= bytes.length && same(bytes, at - ROW, at)) {
      if (!starred) lines += '*\n';
      starred = true;
      continue;
    }
    starred = false;
    lines += `${row(bytes, at, address + BigInt(at), gap)}\n`;
    if (++count % BATCH === 0) {
      yield lines;
      lines = '';
    }
  }
  if (lines !== '') yield lines;
}
