// SPDX-License-Identifier: Apache-2.0
// The memory of a mapping as rows of bytes: each with its address, and where it lies in the archive.
import { M } from '../text/dump.js';
import { hexRow } from './hex-rows.js';
import { Marks, Pieces } from './pieces.js';

/** Bytes of memory offered at most; the rest of a larger mapping is reached by its address. */
const MOST = 2 ** 45;

/**
 * @param {any} memory of the API
 * @param {any} map one of its mappings
 * @param {number} columns bytes in a row
 * @param {import('./shelf.js').Shelf} shelf
 * @returns {Promise<import('../types.d.ts').MemoryBytes>}
 */
export async function memoryRows(memory, map, columns, shelf) {
  const { pid, start, end } = map;
  const size = Math.min(Number(end - start), MOST);
  const total = Math.ceil(size / columns);
  const fetch = async (/** @type {number} */ from, /** @type {number} */ count) => {
    const first = start + BigInt(from) * BigInt(columns);
    const last = first + BigInt(count) * BigInt(columns);
    const stop = last < end ? last : end;
    const segments = [...memory.segments(pid, first, stop)];
    const bytes = new Uint8Array(Number(stop - first));
    for await (const { segment, offset, bytes: piece } of memory.pieces(segments))
      bytes.set(piece, Number(segment.start - first) + offset);
    return Array.from({ length: count }, (_, index) => {
      const at = first + BigInt(index * columns);
      const segment = segments.find((each) => each.start <= at && at < each.end);
      const part = bytes.subarray(index * columns, (index + 1) * columns);
      return row(part, at, segment, columns);
    });
  };
  return {
    title: M.bytesOf(`0x${start.toString(16)}`),
    start: start.toString(16),
    pid,
    seq: await shelf.lazy(total, fetch),
  };
}

/** @param {Uint8Array} bytes @param {bigint} address @param {any} segment that it begins in @param {number} columns @returns {import('../types.d.ts').MemoryRow} */
function row(bytes, address, segment, columns) {
  const label = address.toString(16).padStart(12, '0');
  const why = M.why[segment?.place ?? 'nowhere'];
  if (why !== undefined && !['stored', 'block', 'zero'].includes(segment?.place)) {
    const words = new Pieces();
    words.add(why, 'zero');
    return { line: 0, label, here: false, pieces: words.list, where: '' };
  }
  const content = hexRow(bytes, 0, { columns, digits: 1 }, new Marks());
  const into = Number(address - segment.start);
  const file = segment.member?.slice(segment.member.lastIndexOf('/') + 1);
  const where =
    segment.place === 'stored'
      ? `${file}+${(segment.offset + into).toString(16)}`
      : (file ?? M.places.zero);
  return { ...content, label, where };
}
