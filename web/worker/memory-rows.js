// SPDX-License-Identifier: Apache-2.0
// The memory of a mapping as rows of bytes: each with its address, and where it lies in the archive. What is
// not there is one row, however long it is.
import { lastUpTo } from '../../wasm/api/json-tree.js';
import { M } from '../text/dump.js';
import { hexRow } from './hex-rows.js';
import { Marks, Pieces } from './pieces.js';

/** Bytes of memory offered at most; the rest of a larger mapping is reached by its address. */
const MOST = 2n ** 45n;
/** What there are bytes of. */
const BYTES = ['stored', 'block', 'zero'];

/** Addresses that are shown alike: row by row if there are bytes, else in one row. @typedef {{start: bigint, end: bigint, why: string}} Run why: '': there are bytes */

/** @param {any} memory of the API @param {number} pid @param {bigint} start @param {bigint} end @returns {Run[]} without gaps */
function runsOf(memory, pid, start, end) {
  /** @type {Run[]} */
  const runs = [];
  const add = (/** @type {bigint} */ from, /** @type {bigint} */ to, /** @type {string} */ why) => {
    const last = runs.at(-1);
    if (last?.why === why) last.end = to;
    else if (from < to) runs.push({ start: from, end: to, why });
  };
  let at = start;
  for (const segment of memory.segments(pid, start, end)) {
    if (segment.start > at) add(at, segment.start, M.why.nowhere);
    const { place } = segment;
    add(segment.start, segment.end, BYTES.includes(place) ? '' : (M.why[place] ?? M.why.nowhere));
    at = segment.end;
  }
  if (at < end) add(at, end, M.why.nowhere);
  return runs;
}

/**
 * @param {any} ckpt
 * @param {any} memory of the API
 * @param {any} map one of its mappings
 * @param {{columns: number, offset?: number}} how columns: bytes in a row; offset: what to bring into view
 * @param {import('./shelf.js').Shelf} shelf
 * @returns {Promise<import('../types.d.ts').MemoryBytes>}
 */
export async function memoryRows(ckpt, memory, map, { columns, offset = 0 }, shelf) {
  const { pid, start } = map;
  const end = map.end - start > MOST ? start + MOST : map.end;
  const runs = runsOf(memory, pid, start, end);
  const wide = BigInt(columns);
  /** Of each run: its first row. */
  const firsts = new Float64Array(runs.length);
  let total = 0;
  for (const [index, run] of runs.entries()) {
    firsts[index] = total;
    total += run.why === '' ? Number((run.end - run.start + wide - 1n) / wide) : 1;
  }
  const fetch = async (/** @type {number} */ from, /** @type {number} */ count) => {
    /** @type {import('../types.d.ts').MemoryRow[]} */
    const rows = [];
    for (let index = lastUpTo(firsts, from); rows.length < count && index < runs.length; index++) {
      const run = runs[index];
      if (run.why !== '') rows.push(absent(ckpt, run));
      else {
        const first = run.start + BigInt(from + rows.length - firsts[index]) * wide;
        rows.push(...(await present(memory, pid, first, run.end, count - rows.length, columns)));
      }
    }
    return rows;
  };
  const wanted = start + BigInt(offset);
  const here = runs.findIndex((run) => run.start <= wanted && wanted < run.end);
  const into = here >= 0 && runs[here].why === '' ? (wanted - runs[here].start) / wide : 0n;
  return {
    title: M.bytesOf(`0x${start.toString(16)}`),
    start: start.toString(16),
    pid,
    at: here < 0 ? 0 : firsts[here] + Number(into),
    seq: await shelf.lazy(total, fetch),
  };
}

const labelOf = (/** @type {bigint} */ address) => address.toString(16).padStart(12, '0');

/** Rows of bytes that are there. @param {any} memory @param {number} pid @param {bigint} first @param {bigint} end @param {number} most @param {number} columns */
async function present(memory, pid, first, end, most, columns) {
  const last = first + BigInt(most) * BigInt(columns);
  const stop = last < end ? last : end;
  const segments = [...memory.segments(pid, first, stop)];
  const bytes = new Uint8Array(Number(stop - first));
  for await (const { segment, offset, bytes: piece } of memory.pieces(segments))
    bytes.set(piece, Number(segment.start - first) + offset);
  let index = 0;
  return Array.from({ length: Math.ceil(bytes.length / columns) }, (_, line) => {
    const at = first + BigInt(line * columns);
    while (segments[index].end <= at) index++;
    const part = bytes.subarray(line * columns, (line + 1) * columns);
    return row(part, at, segments[index], columns);
  });
}

/** @param {any} ckpt @param {Run} run @returns {import('../types.d.ts').MemoryRow} */
function absent(ckpt, { start, end, why }) {
  const words = new Pieces();
  words.add(M.absent(why, ckpt.byteToString(end - start), labelOf(end)), 'zero');
  return { line: 0, label: labelOf(start), here: false, pieces: words.list, where: '' };
}

/** @param {Uint8Array} bytes @param {bigint} address @param {any} segment that it begins in @param {number} columns @returns {import('../types.d.ts').MemoryRow} */
function row(bytes, address, segment, columns) {
  const content = hexRow(bytes, 0, { columns, digits: 1 }, new Marks());
  const into = Number(address - segment.start);
  const file = segment.member?.slice(segment.member.lastIndexOf('/') + 1);
  const where =
    segment.place === 'stored'
      ? `${file}+${(segment.offset + into).toString(16)}`
      : (file ?? M.places.zero);
  return { ...content, label: labelOf(address), where };
}
