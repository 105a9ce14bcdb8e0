// SPDX-License-Identifier: Apache-2.0
// The memory of two dumps, compared page by page. Each dump is read once, in the order of its files;
// what is kept is 16 bytes for each page (src/criu/page_digest.h).
import { noMemory } from './admission.js';
import { changedBytes } from './diff-bytes.js';

/**
 * @typedef {import('./memory.js').Memory} Memory
 * @typedef {import('./memory.js').Segment} Segment
 *
 * Pages, counted.
 * @typedef {object} PageCounts
 * @property {number} same @property {number} changed @property {number} added @property {number} removed
 * @property {number} unknown the dumps do not hold them: they are in dumps before, were to be sent later …
 *
 * Pages that follow each other.
 * @typedef {object} PageRange
 * @property {'added' | 'removed' | 'changed'} change
 * @property {bigint} start @property {bigint} end the address after them
 * @property {bigint | null} first the first byte that differs; null: it was not looked for
 * @property {bigint | null} last @property {number | null} bytes how many differ
 *
 * @typedef {{start: bigint, end: bigint, perms: string}} Bounds
 *
 * A mapping that differs, or has pages that do.
 * @typedef {object} MapChange
 * @property {'added' | 'removed' | 'changed' | null} change of the mapping itself
 * @property {string} kind @property {string | {hex: string} | null} name
 * @property {Bounds[]} before what was there, one mapping or several @property {Bounds[]} after
 * @property {PageCounts} pages @property {PageRange[]} ranges
 *
 * @typedef {{pid: number, change: 'added' | 'removed' | 'changed', pages: PageCounts, maps: MapChange[], strings: StringChanges | null}} MemoryChange
 *
 * Strings in the pages that came, went or changed, which the other side does not have in such pages of the process.
 * @typedef {object} StringChanges
 * @property {FoundString[]} added @property {FoundString[]} removed
 * @property {number} cut how many are counted but not listed
 * @typedef {{address: bigint, text: string}} FoundString what looks like a secret is hidden
 *
 * @typedef {object} MemoryDiff
 * @property {number} pageSize bytes
 * @property {PageCounts} pages of all processes
 * @property {MemoryChange[]} processes with a difference
 * @property {number} rangesCut how many ranges are counted but not listed
 */

/** Bytes that are looked at in one go. */
const REGION = 256 * 1024;
const DIGEST = 16;
const KEY_TAIL = 16;
/** Ranges that are listed. */
export const MOST_RANGES = 10_000;
/** Bytes of a random number generator that it gives at once. */
const MOST_RANDOM = 65536;

/** @returns {PageCounts} */
export const noPages = () => ({ same: 0, changed: 0, added: 0, removed: 0, unknown: 0 });

/** @param {PageCounts} sum @param {PageCounts} more */
function addPages(sum, more) {
  for (const key of /** @type {(keyof PageCounts)[]} */ (Object.keys(sum))) sum[key] += more[key];
}

/** @param {PageCounts} pages */
export const pagesDiffer = ({ changed, added, removed }) => changed + added + removed > 0;

/** Makes digests of pages in the core, all with one random key. */
export class Digester {
  #exports;
  #key;
  #room;
  #out;

  /** @param {any} exports of the core @param {number} pageSize bytes, a multiple of 8 */
  constructor(exports, pageSize) {
    this.#exports = exports;
    this.pageSize = pageSize;
    const length = pageSize + KEY_TAIL;
    const key = new Uint8Array(length);
    for (let at = 0; at < length; at += MOST_RANDOM)
      globalThis.crypto.getRandomValues(key.subarray(at, at + MOST_RANDOM));
    this.#key = exports.ckpt_wasm_allocate(length);
    this.#room = exports.ckpt_wasm_allocate(REGION);
    this.#out = exports.ckpt_wasm_allocate((REGION / pageSize) * DIGEST);
    if (!this.#key || !this.#room || !this.#out) {
      this.free();
      throw noMemory();
    }
    new Uint8Array(exports.memory.buffer, this.#key, length).set(key);
    const zero = new Uint8Array(DIGEST);
    this.digest(new Uint8Array(pageSize), zero, 0);
    /** Of a page of zeros. */
    this.zero = zero;
  }

  /** @param {Uint8Array} bytes whole pages @param {Uint8Array} out where the digests go @param {number} page the first one's number there */
  digest(bytes, out, page) {
    const { pageSize } = this;
    const { memory } = this.#exports;
    for (let at = 0; at < bytes.length; at += REGION) {
      const part = bytes.subarray(at, at + REGION);
      const count = part.length / pageSize;
      new Uint8Array(memory.buffer, this.#room, part.length).set(part);
      this.#exports.ckpt_wasm_pages_digests(this.#room, count, pageSize, this.#key, this.#out);
      out.set(
        new Uint8Array(memory.buffer, this.#out, count * DIGEST),
        (page + at / pageSize) * DIGEST,
      );
    }
  }

  free() {
    for (const at of [this.#key, this.#room, this.#out])
      if (at) this.#exports.ckpt_wasm_release(at);
    this.#key = this.#room = this.#out = 0;
  }
}

/** Digests of pieces that come in order, and need not end with a page. @template T */
export class PieceDigests {
  #digester;
  /** The pages that have begun, by what they are of. @type {Map<T, Uint8Array>} */
  #begun = new Map();

  /** @param {Digester} digester */
  constructor(digester) {
    this.#digester = digester;
  }

  /**
   * @param {T} to what the bytes are of @param {Uint8Array} out where its digests go
   * @param {number} offset in it @param {Uint8Array} bytes @param {boolean} last
   */
  take(to, out, offset, bytes, last) {
    const digester = this.#digester;
    const { pageSize } = digester;
    const begun = this.#begun;
    let at = 0;
    const inside = offset % pageSize;
    if (inside > 0) {
      const page = begun.get(to) ?? new Uint8Array(pageSize);
      at = Math.min(bytes.length, pageSize - inside);
      page.set(bytes.subarray(0, at), inside);
      begun.set(to, page);
      if (inside + at < pageSize && !last) return;
      digester.digest(page, out, (offset - inside) / pageSize);
      begun.delete(to);
    }
    const whole = at + Math.floor((bytes.length - at) / pageSize) * pageSize;
    if (whole > at) digester.digest(bytes.subarray(at, whole), out, (offset + at) / pageSize);
    if (whole === bytes.length) return;
    const page = new Uint8Array(pageSize);
    page.set(bytes.subarray(whole));
    if (last) digester.digest(page, out, (offset + whole) / pageSize);
    else begun.set(to, page);
  }
}

/**
 * What is at some addresses: pages with digests, zeros, a file as it was mapped, what the kernel makes, or
 * what is not known.
 * @typedef {{start: bigint, end: bigint, what: 'bytes' | 'zero' | 'file' | 'kernel' | 'unknown', digests: Uint8Array | null, segment: Segment}} Stretch
 */

/** @type {Record<string, Stretch['what']>} by place of a segment */
const WHAT = {
  stored: 'bytes',
  block: 'bytes',
  zero: 'zero',
  file: 'file',
  kernel: 'kernel',
  previous: 'unknown',
  lazy: 'unknown',
  unreadable: 'unknown',
};

/** One of the two dumps, with the digests of its pages. */
class Side {
  /** @type {Map<number, Stretch[]>} by pid, in the order of addresses */
  stretches = new Map();
  /** @type {Map<number, any[]>} */
  maps = new Map();
  memory;

  /** @param {Memory} memory @param {ReadonlySet<number>} pids those to be compared */
  constructor(memory, pids) {
    this.memory = memory;
    for (const map of /** @type {any[]} */ (memory.maps().maps)) {
      const list = this.maps.get(map.pid) ?? [];
      list.push(map);
      this.maps.set(map.pid, list);
    }
    /** Memory that several processes share is read once. @type {Map<string, Uint8Array>} */
    const known = new Map();
    /** @type {Map<Segment, Uint8Array>} */
    this.wanted = new Map();
    this.size = 0;
    for (const pid of memory.pids) {
      if (!pids.has(pid)) continue;
      /** @type {Stretch[]} */
      const list = [];
      for (const segment of memory.segments(pid)) {
        const { start, end, place, member, offset, level, block } = segment;
        const what = WHAT[place];
        if (!what) continue;
        let digests = null;
        if (what === 'bytes') {
          const length = Number(end - start);
          const key = JSON.stringify([level, member, offset, length, block]);
          digests = known.get(key) ?? null;
          if (!digests) {
            digests = new Uint8Array(Math.ceil(length / memory.pageSize) * DIGEST);
            known.set(key, digests);
            this.wanted.set(segment, digests);
            this.size += length;
          }
        }
        list.push({ start, end, what, digests, segment });
      }
      this.stretches.set(pid, list);
    }
  }

  /**
   * @param {Digester} digester @param {AbortSignal | undefined} signal @param {(bytes: number) => void} onRead
   * @param {import('./memory.js').Beside} [beside] what else is read in the same pass
   */
  async read(digester, signal, onRead, beside) {
    const { memory, wanted } = this;
    /** @type {PieceDigests<Segment>} */
    const digests = new PieceDigests(digester);
    for await (const piece of memory.pieces(wanted.keys(), signal, beside)) {
      const { segment, offset, bytes } = piece;
      onRead(bytes.length);
      const last = offset + bytes.length === Number(segment.end - segment.start);
      const out = /** @type {Uint8Array} */ (wanted.get(segment));
      digests.take(segment, out, offset, bytes, last);
    }
    wanted.clear();
  }

  /** Pages that are stored, of a process that the other side does not have. @param {number} pid */
  stored(pid) {
    let bytes = 0n;
    for (const { start, end, place } of this.memory.segments(pid))
      if (WHAT[place] === 'bytes') bytes += end - start;
    return Number(bytes / BigInt(this.memory.pageSize));
  }
}

/** @param {any} map */
const boundsOf = ({ start, end, perms }) => ({ start, end, perms });
/** What a mapping is of: two that lie over each other belong together if that is the same. @param {any} map */
const subject = ({ kind, name }) => `${kind} ${JSON.stringify(name)}`;
/** Where a mapped file begins, so to say. @param {any} map */
const base = ({ start, offset }) => BigInt(start) - BigInt(offset ?? 0);

/**
 * The mappings of a process, those of both sides that belong together as one.
 * @param {any[]} before @param {any[]} after
 * @returns {(MapChange & {from: any[], to: any[]})[]}
 */
function pairMaps(before, after) {
  /** @type {(MapChange & {from: any[], to: any[]})[]} */
  const pairs = [];
  const taken = new Set();
  /** @type {Map<any, any>} */
  const owner = new Map();
  let first = 0;
  for (const map of after) {
    // Both lists are in order: what ended before this one is not looked at again.
    while (first < before.length && before[first].end <= map.start) first++;
    const from = [];
    for (let i = first; i < before.length && before[i].start < map.end; i++)
      if (subject(before[i]) === subject(map)) from.push(before[i]);
    const known = from.map((one) => owner.get(one)).find(Boolean);
    const pair = known ?? {
      ...{ change: null, kind: map.kind, name: map.name, before: [], after: [] },
      ...{ pages: noPages(), ranges: [], from: [], to: [] },
    };
    if (!known) pairs.push(pair);
    pair.to.push(map);
    for (const one of from) {
      owner.set(one, pair);
      if (!taken.has(one)) pair.from.push(one);
      taken.add(one);
    }
  }
  for (const map of before)
    if (!taken.has(map))
      pairs.push({
        ...{ change: null, kind: map.kind, name: map.name, before: [], after: [] },
        ...{ pages: noPages(), ranges: [], from: [map], to: [] },
      });
  for (const pair of pairs) {
    pair.before = pair.from.map(boundsOf);
    pair.after = pair.to.map(boundsOf);
    const alike =
      pair.from.length === pair.to.length &&
      pair.from.every((one, i) => {
        const two = pair.to[i];
        const { start, end, perms } = one;
        return (
          start === two.start && end === two.end && perms === two.perms && base(one) === base(two)
        );
      });
    if (pair.from.length === 0) pair.change = 'added';
    else if (pair.to.length === 0) pair.change = 'removed';
    else if (!alike) pair.change = 'changed';
  }
  const start = (/** @type {any} */ pair) => (pair.to[0] ?? pair.from[0]).start;
  return pairs.sort((a, b) => (start(a) < start(b) ? -1 : start(a) > start(b) ? 1 : 0));
}

/** Lists ranges, until they are too many. */
class Ranges {
  cut = 0;
  #left = MOST_RANGES;

  /** @param {MapChange} map @param {PageRange['change']} change @param {bigint} start @param {bigint} end */
  add({ ranges }, change, start, end) {
    const last = ranges[ranges.length - 1];
    if (last && last.change === change && last.end === start) {
      last.end = end;
    } else if (this.#left > 0) {
      this.#left--;
      ranges.push({ change, start, end, first: null, last: null, bytes: null });
    } else {
      this.cut++;
    }
  }
}

/** Whether the digests of two pages are equal. @param {Uint8Array} a @param {number} i @param {Uint8Array} b @param {number} j */
function sameDigest(a, i, b, j) {
  for (let k = 0; k < DIGEST; k++) if (a[i * DIGEST + k] !== b[j * DIGEST + k]) return false;
  return true;
}

/**
 * One process. @param {Stretch[]} before @param {Stretch[]} after @param {(MapChange & {from: any[], to: any[]})[]} pairs
 * @param {Digester} digester @param {Ranges} ranges
 */
function comparePages(before, after, pairs, { zero, pageSize }, ranges) {
  const size = BigInt(pageSize);
  /** Of both sides, in the order of addresses. @type {{map: any, pair: any}[]} */
  const mine = pairs.flatMap((pair) => pair.to.map((map) => ({ map, pair })));
  /** @type {{map: any, pair: any}[]} */
  const theirs = pairs.flatMap((pair) => pair.from.map((map) => ({ map, pair })));
  for (const list of [mine, theirs])
    list.sort((a, b) => (a.map.start < b.map.start ? -1 : a.map.start > b.map.start ? 1 : 0));
  let [mineAt, theirsAt] = [0, 0];
  /** The mapping at an address. @param {bigint} at */
  const pairsAt = (at) => {
    while (mineAt < mine.length && mine[mineAt].map.end <= at) mineAt++;
    while (theirsAt < theirs.length && theirs[theirsAt].map.end <= at) theirsAt++;
    const [b, a] = [mine[mineAt], theirs[theirsAt]];
    return { b: b && b.map.start <= at ? b : null, a: a && a.map.start <= at ? a : null };
  };
  let [i, j] = [0, 0];
  const digestOf = (/** @type {Stretch} */ { what, digests, start }, /** @type {bigint} */ at) =>
    what === 'zero'
      ? { list: zero, index: 0 }
      : { list: /** @type {Uint8Array} */ (digests), index: Number((at - start) / size) };
  const holds = (/** @type {Stretch | null} */ one) =>
    one?.what === 'bytes' || one?.what === 'zero';
  const ends = (/** @type {bigint} */ at, /** @type {Stretch | undefined} */ one) =>
    !one ? null : one.start > at ? one.start : one.end;
  const starts = [before[0]?.start, after[0]?.start].filter((one) => one !== undefined);
  if (starts.length === 0) return;
  let at = starts.reduce((least, one) => (one < least ? one : least));
  for (;;) {
    while (i < before.length && before[i].end <= at) i++;
    while (j < after.length && after[j].end <= at) j++;
    if (i === before.length && j === after.length) return;
    const { a: mapA, b: mapB } = pairsAt(at);
    const stops = [
      ends(at, before[i]),
      ends(at, after[j]),
      mapA?.map.end ?? theirs[theirsAt]?.map.start,
      mapB?.map.end ?? mine[mineAt]?.map.start,
    ].filter((one) => one !== null && one !== undefined && one > at);
    const end = stops.reduce((least, one) => (one < least ? one : least));
    const a = i < before.length && before[i].start <= at ? before[i] : null;
    const b = j < after.length && after[j].start <= at ? after[j] : null;
    const together = mapA !== null && mapA.pair === mapB?.pair;
    const pages = Number((end - at) / size);
    if (!together) {
      // Another mapping lies there now, or none.
      if (mapA && a?.what === 'bytes') {
        mapA.pair.pages.removed += pages;
        ranges.add(mapA.pair, 'removed', at, end);
      }
      if (mapB && b?.what === 'bytes') {
        mapB.pair.pages.added += pages;
        ranges.add(mapB.pair, 'added', at, end);
      }
    } else if (a && b) {
      const { pair } = /** @type {{pair: any}} */ (mapB);
      if (a.what === 'unknown' || b.what === 'unknown') {
        pair.pages.unknown += pages;
      } else if (holds(a) && holds(b)) {
        if (a.what === 'zero' && b.what === 'zero') pair.pages.same += pages;
        else
          for (let page = at; page < end; page += size) {
            const [one, two] = [digestOf(a, page), digestOf(b, page)];
            if (sameDigest(one.list, one.index, two.list, two.index)) {
              pair.pages.same++;
            } else {
              pair.pages.changed++;
              ranges.add(pair, 'changed', page, page + size);
            }
          }
      } else if (a.what === b.what) {
        pair.pages.same += pages;
      } else {
        pair.pages.changed += pages;
        ranges.add(pair, 'changed', at, end);
      }
    }
    at = end;
  }
}

/**
 * @param {{exports: any}} core @param {{memory: Memory}} a @param {{memory: Memory}} b
 * @param {object} [options]
 * @param {AbortSignal} [options.signal] @param {(state: {read: number, size: number}) => void} [options.onProgress]
 * @param {readonly import('./memory.js').Beside[]} [options.beside] what else is read of each, in the same pass
 * @param {(text: string, pid: number) => string} [options.text] hides what is secret in a string of a process
 * @returns {Promise<MemoryDiff | null>} null: machines with pages of other sizes, which cannot be compared
 */
export async function diffMemory(core, a, b, { signal, onProgress, beside, text } = {}) {
  const { exports } = core;
  const { pageSize } = a.memory;
  if (pageSize !== b.memory.pageSize) return null;
  const pidsA = new Set(a.memory.pids);
  const pidsB = new Set(b.memory.pids);
  const both = new Set([...pidsA].filter((pid) => pidsB.has(pid)));
  const digester = new Digester(exports, pageSize);
  try {
    const sides = [new Side(a.memory, both), new Side(b.memory, both)];
    const size = sides[0].size + sides[1].size;
    let read = 0;
    const onRead = (/** @type {number} */ bytes) => onProgress?.({ read: (read += bytes), size });
    for (const [i, side] of sides.entries()) await side.read(digester, signal, onRead, beside?.[i]);
    const [before, after] = sides;
    const ranges = new Ranges();
    /** @type {MemoryDiff} */
    const result = { pageSize, pages: noPages(), processes: [], rangesCut: 0 };
    for (const pid of new Set([...pidsA, ...pidsB].sort((x, y) => x - y))) {
      /** @type {MemoryChange} */
      const process = { pid, change: 'changed', pages: noPages(), maps: [], strings: null };
      if (!both.has(pid)) {
        process.change = pidsA.has(pid) ? 'removed' : 'added';
        const side = pidsA.has(pid) ? before : after;
        process.pages[process.change] = side.stored(pid);
      } else {
        const pairs = pairMaps(before.maps.get(pid) ?? [], after.maps.get(pid) ?? []);
        comparePages(
          before.stretches.get(pid) ?? [],
          after.stretches.get(pid) ?? [],
          pairs,
          digester,
          ranges,
        );
        for (const { change, kind, name, before: was, after: is, pages, ranges: list } of pairs) {
          const map = { change, kind, name, before: was, after: is, pages, ranges: list };
          addPages(process.pages, map.pages);
          if (map.change || pagesDiffer(map.pages)) process.maps.push(map);
        }
      }
      addPages(result.pages, process.pages);
      if (!both.has(pid) || process.maps.length > 0) result.processes.push(process);
    }
    result.rangesCut = ranges.cut;
    await changedBytes(core, result, [a.memory, b.memory], { signal, text });
    return result;
  } finally {
    digester.free();
  }
}
