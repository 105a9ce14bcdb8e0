// SPDX-License-Identifier: Apache-2.0
// Tables as the reference tool prints them: cells padded with blanks, no borders.
import { displayWidth, escapeForTerminal } from '../report/escape.js';

const LEAST = 6;
const PADDING = 3;

/**
 * Every column is as wide as its widest cell and three blanks, at least six; the last one is not
 * padded. The second line underlines the header.
 * @param {readonly string[]} header
 * @param {readonly (readonly string[])[]} rows with as many cells as the header; any text
 * @returns {string} lines, each with a line feed
 */
export function table(header, rows) {
  const lines = [
    header,
    header.map((title) => '-'.repeat(title.length)),
    ...rows.map((row) => row.map(escapeForTerminal)),
  ];
  const widths = header.map((_, column) =>
    lines.reduce((most, line) => Math.max(most, displayWidth(line[column]) + PADDING), LEAST),
  );
  const last = header.length - 1;
  const pad = (/** @type {string} */ cell, /** @type {number} */ column) =>
    column === last ? cell : cell + ' '.repeat(widths[column] - displayWidth(cell));
  return lines.map((line) => `${line.map(pad).join('')}\n`).join('');
}
