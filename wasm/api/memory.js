// SPDX-License-Identifier: Apache-2.0
// The memory of the processes of a dump: the JavaScript side of exports_memory.c.
import { enums, views as fields } from '../../dist/tables.js';
import { checkedOptions, checkedPid, kindOf, must } from '../border/arguments.js';
import { readTape } from '../border/value.js';
import { searchMemory } from './search.js';
import { withBytes } from './summary.js';
import { usageOf } from './usage.js';

/**
 * @typedef {import('../border/core.js').Core} Core
 * @typedef {import('./ranges.js').Range} Range
 * @typedef {import('./ranges.js').RangePiece} RangePiece
 * @typedef {{ranges: Range[], take: (piece: RangePiece) => void}} Beside ranges of members, and who gets them
 * @typedef {object} Level a dump, or one before it
 * @property {string} directory of the images in the archive, with a slash at its end; or ''
 * @property {(list: Range[], signal?: AbortSignal, lend?: boolean) => AsyncGenerator<RangePiece>} ranges
 * @property {() => import('./search-ahead.js').Found | undefined} [ahead] what was searched while it was opened
 *
 * @typedef {import('../../dist/types/dump.d.ts').Map} Mapping
 *
 * Memory that is alike.
 * @typedef {object} Segment
 * @property {bigint} start address
 * @property {bigint} end the address after it
 * @property {Place} place where its bytes are
 * @property {boolean} shared it is shared memory, with a page map of its own
 * @property {number} level stored: 0: in this dump, 1: in the one before …
 * @property {string | null} member stored: the pages file
 * @property {number} offset stored: in that file
 * @property {{stored: number, skip: number, raw: number} | null} block it is a part of one that may be
 *   compressed: its bytes in the file, where the segment begins in it, its bytes in memory
 */

/** @typedef {(typeof enums.places)[number]} Place */

/** Why bytes cannot be had. @type {Record<string, string>} */
const WHY = {
  nowhere: 'the process has no memory there',
  file: 'it is as in the mapped file, which is not in the dump',
  kernel: 'the kernel makes it; it is not in the dump',
  previous: 'it is in a dump before this one, which was not given or does not have it',
  lazy: 'it was to be sent later (lazy pages): it is not in the dump',
  unreadable: 'it is stored in a form that is not known',
};

/** What `read` returns at most, unless a limit is given. */
const READ_LIMIT = 256 * 2 ** 20;
/** Segments requested at once. */
const BATCH = 1024;
/** Words of a segment (exports_memory.c). */
const SEGMENT = 12;
const LAST = 2n ** 64n - 1n;

/** @param {bigint} number */
const hex = (number) => `0x${number.toString(16)}`;

/** A mapping in words; a name that is no plain text is left out. @param {Mapping} mapping @param {bigint} address in it */
function described({ start, end, perms, kind, name, offset }, address) {
  const plain = typeof name === 'string' && /^[ -~]+$/.test(name) ? name : kind;
  const inFile = kind === 'file' ? `, ${hex(offset + address - start)} of the file` : '';
  return `${perms} ${plain}, ${hex(start)} to ${hex(end)}${inFile}`;
}

/** Memory that cannot be had, because the dump does not hold it. */
export class MemoryError extends RangeError {
  /** @param {bigint} address @param {Place} place @param {Mapping | null} [mapping] that the address is in */
  constructor(address, place, mapping = null) {
    super(`${hex(address)}: ${WHY[place]}${mapping ? `: ${described(mapping, address)}` : ''}`);
    this.name = 'MemoryError';
    /** The first one that is not there. */
    this.address = address;
    this.place = place;
    /** Where it is mapped; null: nowhere. */
    this.mapping = mapping;
  }
}

/** @param {unknown} value @param {string} what @returns {bigint} */
function toAddress(value, what) {
  const number = typeof value === 'number' && Number.isSafeInteger(value) ? BigInt(value) : value;
  if (typeof number === 'bigint' && number >= 0n && number <= LAST) return number;
  throw new TypeError(
    `${what}: expected an address, a bigint or a whole number, not ${kindOf(value)}`,
  );
}

const mustBeLimit = (/** @type {any} */ value) =>
  (typeof value !== 'number' || Number.isNaN(value)) && 'a number';
const mustBeAddress = (/** @type {any} */ value) => typeof value !== 'bigint' && 'a bigint';
const mustBeList = (/** @type {any} */ value) => !Array.isArray(value) && 'a list';
const READ_OPTIONS = { signal: must.signal, limit: mustBeLimit };
const USAGE_OPTIONS = { compress: must.flag, signal: must.signal, onProgress: must.call };
/** What the values must be, the search itself says. */
const QUERY = {
  ...{ text: must.any, hex: must.any, regex: must.any, strings: must.any, pointers: must.any },
  ...{ secrets: must.any, encodings: must.any, ignoreCase: must.flag },
  blur: must.flag,
};
const SEARCH_OPTIONS = {
  ...{ pids: mustBeList, kinds: must.texts, perms: must.text, from: mustBeAddress },
  ...{ to: mustBeAddress, own: must.flag, context: must.count, limit: mustBeLimit },
  ...{ streams: must.object, onProgress: must.call, signal: must.signal },
};

export class Memory {
  /** @type {Core} */
  #core;
  #handle;
  #levels;

  /** @param {Core} core @param {() => number} handle of the dump; throws once that is closed @param {Level[]} levels */
  constructor(core, handle, levels) {
    this.#core = core;
    this.#handle = handle;
    this.#levels = levels;
  }

  /** Bytes of a page of the machine. */
  get pageSize() {
    return this.#core.exports.ckpt_wasm_memory_page_size(this.#handle());
  }

  /** The processes that have memory. @returns {number[]} */
  get pids() {
    return [...this.#words(this.#core.exports.ckpt_wasm_memory_pids(this.#handle()))];
  }

  /** @param {number} at of {address, length in bytes} */
  #words(at) {
    const { buffer } = this.#core.exports.memory;
    const [address, length] = new Uint32Array(buffer, at, 2);
    return length === 0 ? new Uint32Array() : new Uint32Array(buffer, address, length / 4).slice();
  }

  /**
   * The mappings of a process, or of all of them, and how much of each is where.
   * @param {number} [pid]
   * @returns {import('../../dist/types/dump.d.ts').MapView}
   */
  maps(pid = 0) {
    const { exports } = this.#core;
    const answer = exports.ckpt_wasm_memory_maps(this.#handle(), checkedPid(pid));
    if (!answer) throw new RangeError('there is not enough memory');
    const { buffer } = exports.memory;
    const [start, , strings, length] = new Uint32Array(buffer, answer, 4);
    const text = new TextDecoder().decode(new Uint8Array(buffer, strings, length));
    return readTape(new Uint32Array(buffer), start, '', text, 0, fields);
  }

  /**
   * Where the memory of a process is, from one address up to another.
   * @param {number} pid @param {bigint} [from] @param {bigint} [to]
   * @returns {Generator<Segment>}
   */
  *segments(pid, from = 0n, to = LAST) {
    const { exports } = this.#core;
    checkedPid(pid);
    const end = toAddress(to, 'to');
    for (let at = toAddress(from, 'from'); at < end;) {
      const words = this.#words(
        exports.ckpt_wasm_memory_segments(this.#handle(), pid, at, end, BATCH),
      );
      if (words.length === 0) return;
      for (let i = 0; i < words.length; i += SEGMENT) {
        const place = enums.places[words[i + 4] & 255];
        const stored = place === 'stored' || place === 'block';
        const level = words[i + 5];
        at = long(words, i + 2);
        yield {
          start: long(words, i),
          end: at,
          place,
          shared: words[i + 4] > 255,
          level,
          member: stored ? `${this.#levels[level].directory}pages-${words[i + 6]}.img` : null,
          offset: Number(long(words, i + 7)),
          block:
            place === 'block'
              ? { stored: words[i + 9], skip: words[i + 10], raw: words[i + 11] }
              : null,
        };
      }
    }
  }

  /**
   * How much memory the processes have: bytes of their own pages that this dump holds, and bytes of their
   * shared mappings.
   * @returns {{pid: number, stored: bigint, shared: bigint}[]}
   */
  sizes() {
    const words = this.#words(this.#core.exports.ckpt_wasm_memory_sizes(this.#handle()));
    return Array.from({ length: words.length / 5 }, (_, i) => ({
      pid: words[5 * i],
      stored: long(words, 5 * i + 1),
      shared: long(words, 5 * i + 3),
    }));
  }

  /**
   * The bytes of a process's memory.
   * @param {number} pid @param {bigint | number} address @param {number} length
   * @param {{signal?: AbortSignal, limit?: number}} [options] limit: bytes, 256 MiB by default
   * @returns {Promise<Uint8Array>}
   * @throws {MemoryError} some of them are not in the dump, nor in those before it that were given
   */
  async read(pid, address, length, options) {
    const { signal, limit = READ_LIMIT } = checkedOptions(options, READ_OPTIONS, 'memory.read');
    const start = toAddress(address, 'address');
    if (!Number.isSafeInteger(length) || length < 0)
      throw new TypeError(`length: expected a whole number, not ${kindOf(length)}`);
    if (length > limit) throw new RangeError(`${length} bytes are more than the limit of ${limit}`);
    const segments = [...this.segments(pid, start, start + BigInt(length))];
    if (segments.length === 0 && length > 0) throw new MemoryError(start, 'nowhere');
    for (const { place, start: at } of segments) if (WHY[place]) throw this.refusal(pid, at, place);
    if (start + BigInt(length) > LAST) throw new MemoryError(LAST, 'nowhere');
    const out = new Uint8Array(length);
    for await (const { segment, offset, bytes } of this.pieces(segments, signal))
      out.set(bytes, Number(segment.start - start) + offset);
    return out;
  }

  /**
   * Why bytes cannot be had, with the mapping that they are in.
   * @param {number} pid @param {bigint} address @param {Place} place
   */
  refusal(pid, address, place) {
    const { maps } = this.maps(pid);
    const mapping = maps.find(({ start, end }) => start <= address && address < end);
    return new MemoryError(address, place, mapping ?? null);
  }

  /**
   * The bytes of segments that are stored, in the order of the files, not of the addresses.
   * @param {Iterable<Segment>} segments
   * @param {AbortSignal} [signal]
   * @param {Beside} [beside] what else is read of the archive of this dump, in the same pass
   * @returns {AsyncGenerator<{segment: Segment, offset: number, bytes: Uint8Array}>} offset: of the bytes in the segment
   */
  async *pieces(segments, signal, beside) {
    /** @type {Range[][]} */
    const lists = this.#levels.map(() => []);
    for (const segment of segments) {
      const { member, offset, block, level, start, end } = segment;
      if (member === null) continue;
      const length = block ? block.stored : Number(end - start);
      lists[level].push({ member, offset, length, tag: segment });
    }
    if (beside)
      lists[0].push(...beside.ranges.map((range) => ({ ...range, tag: { beside: range } })));
    for (const [level, list] of lists.entries()) {
      if (list.length === 0) continue;
      /** @type {Map<Segment, Uint8Array>} of blocks, as far as they were read */
      const blocks = new Map();
      for await (const piece of this.#levels[level].ranges(list, signal)) {
        const { tag, offset, bytes, last } = piece;
        if (tag.beside) {
          beside?.take({ ...piece, tag: tag.beside.tag });
          continue;
        }
        const at = offset - tag.offset;
        if (!tag.block) {
          if (last && at + bytes.length < Number(tag.end - tag.start)) throw cut(tag);
          yield { segment: tag, offset: at, bytes };
          continue;
        }
        let whole = blocks.get(tag);
        if (!whole) blocks.set(tag, (whole = new Uint8Array(tag.block.stored)));
        whole.set(bytes, at);
        if (!last) continue;
        blocks.delete(tag);
        if (at + bytes.length < whole.length) throw cut(tag);
        yield { segment: tag, offset: 0, bytes: this.#expand(tag, whole) };
      }
    }
  }

  /**
   * The core file of a process, as the kernel would have written it.
   * @param {number} pid
   * @returns {{size: number, head: Uint8Array, loads: {start: bigint, end: bigint, offset: number, held: boolean}[]}}
   *   head: its first bytes; loads: the memory; what is not held is not in the file
   * @throws {RangeError} there is none
   */
  core(pid) {
    const { exports } = this.#core;
    const words = this.#words(exports.ckpt_wasm_memory_core(this.#handle(), checkedPid(pid)));
    if (words.length === 0) throw new RangeError('there is not enough memory');
    const text = (/** @type {number} */ i) =>
      new Uint8Array(exports.memory.buffer, words[i], words[i + 1]).slice();
    if (words[0] !== 0) throw new RangeError(new TextDecoder().decode(text(0)));
    const loads = [];
    for (let i = 6; i < words.length; i += 7)
      loads.push({
        start: long(words, i),
        end: long(words, i + 2),
        offset: Number(long(words, i + 4)),
        held: words[i + 6] !== 0,
      });
    return { size: Number(long(words, 4)), head: text(2), loads };
  }

  /**
   * The bytes of a core file, with their places in it, in the order in which they can be had. What lies
   * between them is zero.
   * @param {number} pid @param {AbortSignal} [signal]
   * @returns {AsyncGenerator<{position: number, bytes: Uint8Array}, number>} returns the size of the file
   */
  async *coreFile(pid, signal) {
    const { size, head, loads } = this.core(pid);
    yield { position: 0, bytes: head };
    const held = loads.filter((load) => load.held);
    /** @type {Map<Segment, number>} */
    const places = new Map();
    for (const { start, end, offset } of held)
      for (const segment of this.segments(pid, start, end))
        if (segment.member !== null) places.set(segment, offset + Number(segment.start - start));
    for await (const { segment, offset, bytes } of this.pieces(places.keys(), signal))
      yield { position: /** @type {number} */ (places.get(segment)) + offset, bytes };
    return size;
  }

  /**
   * What the stored pages are, by mapping: zero, duplicates, what compression would leave.
   * @param {Parameters<typeof usageOf>[2]} [options]
   */
  usage(options) {
    this.#handle(); // throws if the dump is closed
    return usageOf(this.#core.exports, this, checkedOptions(options, USAGE_OPTIONS, 'usage'));
  }

  /**
   * Searches the memory of all processes.
   * @param {import('./search.js').Query} query @param {import('./search.js').SearchOptions} [options]
   * @returns {AsyncGenerator<import('./search.js').Match, import('./search.js').Left>} returns what was not searched
   * @throws {import('./search.js').PatternError}
   */
  search(query, options) {
    if (typeof query !== 'object' || query === null || Array.isArray(query))
      throw new TypeError(
        `search takes what is looked for, such as {text: 'password='}, not ${kindOf(query)}`,
      );
    checkedOptions(query, QUERY, 'the query of search');
    checkedOptions(options, SEARCH_OPTIONS, 'search');
    return searchMemory(this.#core, this.#handle, this.#levels, query, options);
  }

  /** @param {Segment} segment @param {Uint8Array} stored */
  #expand({ start, end, block, member }, stored) {
    const { exports } = this.#core;
    const { skip, raw } = /** @type {{skip: number, raw: number}} */ (block);
    const out = exports.ckpt_wasm_allocate(raw);
    if (!out) throw new RangeError('there is not enough memory');
    try {
      const good = withBytes(exports, stored, (at) =>
        exports.ckpt_wasm_memory_expand(at, stored.length, out, raw),
      );
      if (!good)
        throw new RangeError(
          `${member}: the compressed block of 0x${start.toString(16)} is damaged`,
        );
      return new Uint8Array(exports.memory.buffer, out + skip, Number(end - start)).slice();
    } finally {
      exports.ckpt_wasm_release(out);
    }
  }
}

/** @param {Segment} segment */
const cut = ({ member, start }) =>
  new RangeError(`${member} ends before the bytes of 0x${start.toString(16)}`);

/** @param {Uint32Array} words @param {number} at */
const long = (words, at) => (BigInt(words[at + 1]) << 32n) | BigInt(words[at]);
