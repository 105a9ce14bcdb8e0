// SPDX-License-Identifier: Apache-2.0
// Why a checkpoint is as large as it is: parts of the archive, and what the stored pages are.

/**
 * @typedef {import('./memory.js').Segment} Segment
 *
 * Bytes of memory.
 * @typedef {object} Usage
 * @property {number} stored all that is in the pages files of this dump
 * @property {number} zero all-zero pages among them
 * @property {number} duplicate other pages that are equal to one counted before, of any process
 * @property {number} byPage what is left if CRIU compresses page by page
 * @property {number} byRegion … and in regions of 256 KiB
 *
 * @typedef {object} PartOf the archive
 * @property {string} name pages, images, rootfs, volumes, logs, metadata, overhead
 * @property {number} bytes
 * @property {number} members
 */

/** The first that fits. @type {[string, RegExp][]} */
const PARTS = [
  ['pages', /(^|\/)pages-\d+\.img$/],
  ['images', /(^|\/)(pre-)?checkpoint\/|\.img$/],
  ['rootfs', /(^|\/)rootfs-diff\.tar$/],
  ['volumes', /(^|\/)volumes\//],
  ['logs', /\.log$/],
  ['metadata', /./],
];

/** @returns {Usage} */
export const noUsage = () => ({ stored: 0, zero: 0, duplicate: 0, byPage: 0, byRegion: 0 });

const KEYS = /** @type {(keyof Usage)[]} */ (Object.keys(noUsage()));

/** @param {Usage} sum @param {Usage} more */
export function addUsage(sum, more) {
  for (const key of KEYS) sum[key] += more[key];
}

/**
 * The parts of an archive. Together they have as many bytes as the tar archive; what is not data of a
 * member is overhead.
 * @param {Iterable<import('./archive.js').Member>} members @param {number | null} size of the tar archive; null: only
 *   what belongs to these members counts
 * @returns {PartOf[]}
 */
export function archiveParts(members, size) {
  /** @type {Map<string, PartOf>} */
  const parts = new Map(PARTS.map(([name]) => [name, { name, bytes: 0, members: 0 }]));
  let own = 0;
  let data = 0;
  for (const { name, type, storedSize, size: whole, headerOffset, dataOffset } of members) {
    const bytes = type === 'file' ? (storedSize ?? whole) : 0;
    own += dataOffset - headerOffset + Math.ceil(bytes / 512) * 512;
    if (type !== 'file') continue;
    const [kind] = /** @type {[string, RegExp]} */ (
      PARTS.find(([, pattern]) => pattern.test(name))
    );
    const part = /** @type {PartOf} */ (parts.get(kind));
    part.bytes += bytes;
    part.members++;
    data += bytes;
  }
  const overhead = (size ?? own) - data;
  return [...parts.values(), { name: 'overhead', bytes: overhead, members: 0 }];
}

/** What is left of ranges of files once others were taken. */
class Taken {
  /** @type {Map<string, {from: number, to: number}[]>} by file, sorted */
  #files = new Map();

  /** Takes a range and returns the parts that were not taken before. @param {string} file @param {number} from @param {number} to */
  take(file, from, to) {
    const list = this.#files.get(file) ?? [];
    const left = [];
    let at = from;
    for (const range of list) {
      if (range.to <= at || range.from >= to) continue;
      if (range.from > at) left.push({ from: at, to: range.from });
      at = Math.max(at, range.to);
    }
    if (at < to) left.push({ from: at, to });
    list.push(...left);
    list.sort((a, b) => a.from - b.from);
    this.#files.set(file, list);
    return left;
  }
}

/** Counts pages in the core. */
class Counter {
  #exports;
  #handle;
  #filled = 0;

  /** @param {any} exports @param {number} pageSize @param {boolean} compress */
  constructor(exports, pageSize, compress) {
    this.#exports = exports;
    this.pageSize = pageSize;
    this.#handle = exports.ckpt_wasm_pages_new(pageSize, compress ? 1 : 0);
    if (!this.#handle) throw new RangeError('there is not enough memory');
  }

  /** @param {Uint8Array} bytes @param {Usage} usage that they belong to @param {boolean} last of it @param {boolean} ends what comes next does not follow */
  add(bytes, usage, last, ends) {
    for (let at = 0; at < bytes.length;) {
      const [room, size] = new Uint32Array(
        this.#exports.memory.buffer,
        this.#exports.ckpt_wasm_pages_room(this.#handle),
        2,
      );
      const part = bytes.subarray(at, at + size - this.#filled);
      new Uint8Array(this.#exports.memory.buffer, room + this.#filled, part.length).set(part);
      this.#filled += part.length;
      at += part.length;
      if (this.#filled === size) this.#flush(usage, at === bytes.length && last && ends);
    }
    if (last && this.#filled > 0) this.#flush(usage, ends);
  }

  /** @param {Usage} usage @param {boolean} ends */
  #flush(usage, ends) {
    const at = this.#exports.ckpt_wasm_pages_add(this.#handle, this.#filled, ends ? 1 : 0);
    const [pages, zero, duplicate, byPage, byRegion] = new Uint32Array(
      this.#exports.memory.buffer,
      at,
      5,
    );
    this.#filled = 0;
    const { pageSize } = this;
    addUsage(usage, {
      stored: pages * pageSize,
      zero: zero * pageSize,
      duplicate: duplicate * pageSize,
      byPage,
      byRegion,
    });
  }

  get full() {
    return this.#exports.ckpt_wasm_pages_full(this.#handle) !== 0;
  }

  free() {
    this.#exports.ckpt_wasm_pages_free(this.#handle);
  }
}

/** Where a segment stands in its file, or what is so far behind that. @param {Segment} segment @param {bigint} more */
const placeOf = ({ member, offset, block, start }, more) =>
  block ? `${start + more}` : `${member} ${offset + Number(more)}`;

/**
 * What the pages are that a dump stores, by mapping. Memory that several processes share counts for the
 * first one of them.
 * @param {any} exports of the core
 * @param {import('./memory.js').Memory} memory
 * @param {{compress?: boolean, signal?: AbortSignal, onProgress?: (state: {read: number, size: number}) => void}} [options]
 *   compress: find out what compression would give, which takes most of the time; true by default
 * @returns {Promise<{pageSize: number, total: Usage, exact: boolean, inFiles: number, maps: (Usage & {pid: number, start: bigint, end: bigint, kind: string, name: any, perms: string})[]}>}
 *   exact: all duplicates were counted; inFiles: bytes of the pages files that these mappings take, compressed blocks
 *   as they are stored. Of a pre-dump, which has no list of processes, there are none
 */
export async function usageOf(exports, memory, { compress = true, signal, onProgress } = {}) {
  const { pageSize } = memory;
  const counter = new Counter(exports, pageSize, compress);
  const taken = new Taken();
  /** @type {Segment[]} */
  const segments = [];
  /** @type {Map<Segment, any>} */
  const owners = new Map();
  let size = 0;
  let inFiles = 0;
  /** Where compressed blocks are that were counted. @type {Set<string>} */
  const blocks = new Set();
  const maps = memory
    .maps()
    .maps.map((/** @type {any} */ { pid, start, end, kind, name, perms }) => {
      const map = { pid, start, end, kind, name, perms, ...noUsage() };
      for (const segment of memory.segments(pid, start, end)) {
        const { member, level, offset, block } = segment;
        if (member === null || level > 0) continue;
        const length = Number(segment.end - segment.start);
        const own = segment.shared && !block ? taken.take(member, offset, offset + length) : null;
        if (
          segment.shared &&
          block &&
          taken.take(member, offset, offset + block.stored).length === 0
        )
          continue;
        const at = block && `${member} ${offset}`;
        if (block && at && !blocks.has(at)) {
          blocks.add(at);
          inFiles += block.stored;
        }
        for (const { from, to } of own ?? [{ from: offset, to: offset + length }]) {
          const first = segment.start + BigInt(from - offset);
          const part = { ...segment, start: first, end: first + BigInt(to - from), offset: from };
          segments.push(part);
          owners.set(part, map);
          size += to - from;
          if (!block) inFiles += to - from;
        }
      }
      return map;
    });
  // Regions go on from a mapping to the next one, where their pages follow each other in the file.
  const behind = new Map(segments.map((one) => [placeOf(one, 0n), one]));
  let read = 0;
  try {
    for await (const { segment, offset, bytes } of memory.pieces(segments, signal)) {
      const last = offset + bytes.length === Number(segment.end - segment.start);
      const ends =
        last && behind.get(placeOf(segment, segment.end - segment.start))?.start !== segment.end;
      counter.add(bytes, owners.get(segment), last, ends);
      onProgress?.({ read: (read += bytes.length), size });
    }
    const total = noUsage();
    for (const { stored, zero, duplicate, byPage, byRegion } of maps)
      addUsage(total, { stored, zero, duplicate, byPage, byRegion });
    return { pageSize, total, exact: !counter.full, inFiles, maps };
  } finally {
    counter.free();
  }
}
