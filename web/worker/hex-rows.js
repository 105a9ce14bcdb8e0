// SPDX-License-Identifier: Apache-2.0
// Bytes as hexadecimal figures.
import { Pieces } from './pieces.js';

/** @param {number} byte */
const pair = (byte) => byte.toString(16).padStart(2, '0');

/**
 * @param {Uint8Array} bytes of the row
 * @param {number} offset where it begins
 * @param {{columns: number, digits: number}} width bytes in a row; digits of offsets
 * @param {import('./pieces.js').Marks} marks
 * @returns {import('../types.d.ts').ContentRow}
 */
export function hexRow(bytes, offset, { columns, digits }, marks) {
  const figures = new Pieces();
  const ascii = new Pieces();
  for (let i = 0; i < columns; i++) {
    const gap = i === 0 ? '' : i % 8 === 0 ? '  ' : ' ';
    if (i >= bytes.length) {
      figures.add(`${gap}  `, '');
      continue;
    }
    const secret = marks.secretAt(offset + i) !== undefined;
    const mark = `${secret ? 'secret' : ''}${marks.of(offset + i)}`.trim();
    const byte = bytes[i];
    const shown = byte >= 0x20 && byte < 0x7f;
    if (gap !== '') figures.add(gap, '');
    figures.add(secret ? '••' : pair(byte), mark || (byte === 0 ? 'zero' : ''));
    ascii.add(
      secret ? '•' : shown ? String.fromCharCode(byte) : '·',
      mark || (shown ? '' : 'zero'),
    );
  }
  return {
    line: 0,
    label: offset.toString(16).padStart(digits, '0'),
    here: marks.touches(offset, offset + bytes.length),
    pieces: figures.list,
    ascii: ascii.list,
  };
}
