// SPDX-License-Identifier: Apache-2.0
// Reading parts of members, many at a time: all data of a checkpoint is read this way.
import { ArchiveError, unlessAborted } from './archive.js';
import { kindOf } from '../border/arguments.js';
import { GONE } from './origin.js';

/**
 * A part of a member that is wanted.
 * @typedef {object} Range
 * @property {string | number | import('./archive.js').Member} member its name, its index, or itself
 * @property {number} [offset] of the first byte in the member, 0 by default
 * @property {number} [length] all that follows by default; never more than there is
 * @property {any} [tag] comes back with the bytes
 *
 * Some bytes of a range. Those of one range come in order; `offset` is where they are in the member.
 * @typedef {object} RangePiece
 * @property {any} tag of the range
 * @property {number} member index
 * @property {number} offset of the bytes in the member
 * @property {Uint8Array} bytes none for a range that is empty
 * @property {boolean} last whether the range is complete
 * @property {object} range the same for all pieces of one
 *
 * @typedef {{start: number, end: number, tag: any, bytes?: Uint8Array}} Part of a member; bytes: if they
 *   are there already
 * @typedef {object} Group the parts of one member that are wanted
 * @property {import('./archive.js').Member} member
 * @property {Part[]} parts by start
 * @property {Uint8Array} [kept] all bytes of the member, if they are there already
 */

/** Bytes that are read at once. */
const PIECE = 2 ** 20;
/** Bytes that are rather read than left out. */
const GAP = 2 ** 16;
const NOTHING = new Uint8Array();

/** @param {any} value @param {string} what @param {number} fallback */
function count(value, what, fallback) {
  if (value === undefined) return fallback;
  if (Number.isSafeInteger(value) && value >= 0) return value;
  throw new TypeError(`the ${what} of a range must be a whole number, not ${String(value)}`);
}

/**
 * Ranges by member, in the order of the archive.
 * @param {Iterable<Range>} list
 * @param {(references: Set<Range['member']>) => Map<Range['member'], import('./archive.js').Member>} resolve
 * @param {(index: number) => Uint8Array | undefined} [keptOf]
 * @param {(index: number, start: number, end: number) => Uint8Array | undefined} [partOf]
 * @returns {Group[]}
 */
export function plan(list, resolve, keptOf = () => undefined, partOf = () => undefined) {
  if (typeof list?.[Symbol.iterator] !== 'function' || typeof list === 'string')
    throw new TypeError(
      `ranges takes a list of {member, offset, length, tag}, not ${kindOf(list)}`,
    );
  const ranges = [...list];
  for (const range of ranges)
    if (range?.member === undefined)
      throw new TypeError(
        `a range must name a member: {member, offset, length, tag}; it is ${kindOf(range)}`,
      );
  const members = resolve(new Set(ranges.map(({ member }) => member)));
  /** @type {Map<number, Group>} */
  const groups = new Map();
  for (const { member: reference, offset, length, tag } of ranges) {
    const member = /** @type {import('./archive.js').Member} */ (members.get(reference));
    const start = Math.min(count(offset, 'offset', 0), member.size);
    const end = Math.min(start + count(length, 'length', member.size), member.size);
    let group = groups.get(member.index);
    if (!group) {
      const kept = keptOf(member.index);
      group = { member, parts: [], kept: kept?.length === member.size ? kept : undefined };
      groups.set(member.index, group);
    }
    const bytes = group.kept ? undefined : partOf(member.index, start, end);
    group.parts.push({ start, end, tag, ...(bytes && { bytes }) });
  }
  const sorted = [...groups.values()].sort((a, b) => a.member.index - b.member.index);
  for (const { parts } of sorted) parts.sort((a, b) => a.start - b.start);
  return sorted;
}

/** Cuts what comes in order into the pieces of parts. */
export class Cutter {
  #parts;
  #index;
  #next = 0;
  /** Begun and not complete. @type {Part[]} */
  #open = [];

  /** @param {{member: {index: number}, parts: Part[]}} group */
  constructor({ member, parts }) {
    this.#index = member.index;
    this.#parts = parts.filter(isToBeRead);
  }

  get done() {
    return this.#open.length === 0 && this.#next === this.#parts.length;
  }

  /**
   * The pieces in some bytes of the member.
   * @param {number} at where they are in it
   * @param {number} length
   * @param {(from: number, to: number) => {readonly bytes: Uint8Array}} part of the bytes
   * @returns {RangePiece[]}
   */
  cut(at, length, part) {
    const until = at + length;
    while (this.#next < this.#parts.length && this.#parts[this.#next].start < until)
      this.#open.push(this.#parts[this.#next++]);
    if (this.#open.length === 0) return [];
    const pieces = this.#open.map((open) => {
      const from = Math.max(open.start, at);
      const to = Math.min(open.end, until);
      return Object.assign(part(from - at, to - at), {
        ...{ tag: open.tag, member: this.#index, offset: from },
        ...{ last: to === open.end, range: open },
      });
    });
    this.#open = this.#open.filter(({ end }) => end > until);
    return pieces;
  }
}

/** What needs no reading of a group: empty parts, and all if the bytes are there. @param {Group} group @returns {Generator<RangePiece>} */
function* atOnce({ member, parts, kept }) {
  for (const part of parts) {
    const { start, end, tag } = part;
    if (kept || part.bytes || start === end) {
      const bytes = kept?.slice(start, end) ?? part.bytes ?? NOTHING;
      yield { tag, member: member.index, offset: start, bytes, last: true, range: part };
    }
  }
}

/** @param {Part} part */
const isToBeRead = ({ start, end, bytes }) => start < end && !bytes;

/** @param {Group} group */
const needsReading = ({ parts, kept }) => !kept && parts.some(isToBeRead);

/**
 * Yields the ranges of groups, in the order of the archive: of a plain archive by reading what is near
 * together at once, and the next piece ahead; of another one in one pass, which ends after the last
 * range. Leaving the loop ends the reading.
 * @param {import('./origin.js').Origin} origin
 * @param {Group[]} groups
 * @param {AbortSignal} [signal]
 * @param {boolean} [lend] nothing is copied for the pieces: each look at their `bytes` gives a view, as readArchive() does
 * @returns {AsyncGenerator<RangePiece>}
 */
export async function* rangesOf(origin, groups, signal, lend = false) {
  signal?.throwIfAborted();
  if (origin.plain) yield* inPlace(origin, groups, signal, lend);
  else yield* inOnePass(origin, groups, signal, lend);
}

/**
 * A part of a piece of an archive: its own bytes, or what gives them.
 * @param {import('./archive.js').Piece} piece @param {number} from @param {number} to @param {boolean} lend
 * @returns {{readonly bytes: Uint8Array}}
 */
const partOf = (piece, from, to, lend) =>
  lend
    ? {
        get bytes() {
          return piece.bytes.subarray(from, to);
        },
      }
    : { bytes: piece.bytes.slice(from, to) };

/**
 * @param {import('./origin.js').Origin} origin @param {Group[]} groups @param {AbortSignal} [signal]
 * @param {boolean} [lend] @returns {AsyncGenerator<RangePiece>}
 */
async function* inOnePass(origin, groups, signal, lend = false) {
  const pick = groups.filter(needsReading).map(({ member }) => member.index);
  let next = 0; // of the groups: whose pieces come next
  let left = pick.length;
  /** @type {Cutter | null} */
  let cutter = null;
  let current = -1;
  const pass = left > 0 ? origin.read({ signal, pick }) : null;
  try {
    while (pass && left > 0) {
      const { done, value } = await pass.next();
      if (done) throw value.error ?? new ArchiveError(GONE, { code: 'gone' });
      const { index, offset, length } = value;
      const first = next;
      if (!cutter || index !== current) {
        if (cutter && !cutter.done) throw new ArchiveError(GONE, { code: 'gone' });
        while (groups[next].member.index !== index) next++;
        cutter = new Cutter(groups[next++]);
        current = index;
      }
      if (cutter.done) continue; // the rest of a member
      // Copied before anybody else gets a turn.
      const pieces = cutter.cut(offset, length, (from, to) => partOf(value, from, to, lend));
      if (cutter.done) left--;
      for (let i = first; i < next; i++) yield* atOnce(groups[i]);
      yield* pieces;
    }
  } finally {
    await pass?.return(/** @type {any} */ (undefined));
  }
  for (; next < groups.length; next++) yield* atOnce(groups[next]);
}

/**
 * What is read in one go, or a group that is read otherwise.
 * @typedef {{start: number, end: number, extents: Extent[]}} Block in the source
 * @typedef {{start: number, end: number, base: number, cutter: Cutter}} Extent base: where the member lies
 */

/** Parts of a member that are near together, as one. @param {Group} group @returns {Generator<Extent>} */
function* extentsOf(group) {
  const base = group.member.dataOffset;
  const cutter = new Cutter(group);
  let start = 0;
  let end = 0;
  for (const part of group.parts) {
    if (!isToBeRead(part)) continue;
    if (part.start > end + GAP && end > 0) {
      yield { start: base + start, end: base + end, base, cutter };
      end = 0;
    }
    if (end === 0) start = part.start;
    end = Math.max(end, part.end);
  }
  if (end > 0) yield { start: base + start, end: base + end, base, cutter };
}

/** @param {Group[]} groups @returns {Generator<Block | Group>} */
function* blocksOf(groups) {
  /** @type {Block | null} */
  let block = null;
  for (const group of groups) {
    const sparse = group.member.flags.includes('sparse');
    if (group.kept || sparse || !group.parts.every(isToBeRead)) {
      if (block) yield block;
      block = null;
      yield group;
    }
    if (sparse || !needsReading(group)) continue;
    for (let extent of extentsOf(group)) {
      if (block && (extent.start < block.end || extent.start > block.end + GAP)) {
        yield block;
        block = null;
      }
      for (;;) {
        block ??= { start: extent.start, end: extent.start, extents: [] };
        const end = Math.min(extent.end, block.start + PIECE);
        if (extent.start < end) {
          block.extents.push({ ...extent, end });
          block.end = end;
        }
        if (end === extent.end) break;
        extent = { ...extent, start: Math.max(extent.start, end) };
        yield block;
        block = null;
      }
    }
  }
  if (block) yield block;
}

/** @param {import('./origin.js').Origin} origin @param {Block} block */
async function readBlock(origin, { start, end }) {
  let bytes = await origin.bytes(start, end - start);
  if (bytes.length >= end - start || bytes.length === 0) return bytes.subarray(0, end - start);
  const whole = new Uint8Array(end - start);
  let filled = 0;
  for (; bytes.length > 0; bytes = await origin.bytes(start + filled, whole.length - filled)) {
    whole.set(bytes.subarray(0, whole.length - filled), filled);
    filled = Math.min(whole.length, filled + bytes.length);
    if (filled === whole.length) break;
  }
  return whole.subarray(0, filled);
}

/**
 * @param {import('./origin.js').Origin} origin @param {Group[]} groups @param {AbortSignal | undefined} signal
 * @param {boolean} lend @returns {AsyncGenerator<RangePiece>}
 */
async function* inPlace(origin, groups, signal, lend) {
  const steps = blocksOf(groups);
  const ask = (/** @type {IteratorResult<Block | Group>} */ { done, value }) => {
    const bytes = !done && 'extents' in value ? readBlock(origin, value) : undefined;
    bytes?.catch(() => {}); // until its turn comes
    return { step: done ? undefined : value, bytes };
  };
  for (let now = ask(steps.next()); now.step;) {
    const { step } = now;
    const bytes = await unlessAborted(now.bytes ?? NOTHING, signal);
    signal?.throwIfAborted();
    now = ask(steps.next());
    if ('parts' in step) {
      yield* atOnce(step);
      if (needsReading(step) && step.member.flags.includes('sparse'))
        yield* ofSparse(origin, step, signal, lend);
      continue;
    }
    for (const { start, end, base, cutter } of step.extents) {
      const content = bytes.subarray(start - step.start, end - step.start);
      yield* cutter.cut(start - base, content.length, (from, to) => ({
        bytes: content.subarray(from, to),
      }));
      if (content.length < end - start)
        throw new ArchiveError(CUT, { code: 'truncated-member', offset: start + content.length });
    }
  }
}

/** Sparse members have a map that only the reader of archives knows. @param {import('./origin.js').Origin} origin @param {Group} group @param {AbortSignal | undefined} signal @param {boolean} lend */
async function* ofSparse(origin, group, signal, lend) {
  const member = { ...group.member, index: 0 };
  const parts = group.parts.filter(isToBeRead);
  for await (const piece of inOnePass(
    origin.alone(group.member),
    [{ member, parts }],
    signal,
    lend,
  ))
    yield Object.assign(piece, { member: group.member.index });
}

const CUT = 'The archive ends inside the member.';

/**
 * Ranges that are small enough, each in one piece: bytes of its own, not a part of more.
 * @param {AsyncIterable<RangePiece>} pieces @returns {AsyncGenerator<RangePiece>}
 */
export async function* wholes(pieces) {
  /** Of ranges that are not complete, by their tags and where they began. @type {Map<any, RangePiece[]>} */
  const open = new Map();
  for await (const piece of pieces) {
    const parts = open.get(piece.range) ?? [];
    parts.push(piece);
    open.set(piece.range, parts);
    if (!piece.last) continue;
    open.delete(piece.range);
    const [first] = parts;
    const bytes = new Uint8Array(piece.offset + piece.bytes.length - first.offset);
    for (const part of parts) bytes.set(part.bytes, part.offset - first.offset);
    yield { ...first, bytes, last: true };
  }
}
