// SPDX-License-Identifier: Apache-2.0
// Searching memory while an archive is opened that cannot be read in place: so it is decompressed once, not twice.
// What a search needs to know of the memory (mappings, page maps) comes before the pages in what engines write. Once
// all is known, the plan of the search must come out the same, else what was found does not count.
import { Dump } from './dump.js';
import { Cutter } from './ranges.js';
import { Run, Search, newScan, passesOf } from './search.js';

/**
 * @typedef {import('./search.js').Query} Query
 * @typedef {import('./search.js').SearchOptions} SearchOptions
 * @typedef {import('./search.js').Match} Match
 * @typedef {import('./ranges.js').Range} Range
 * @typedef {{query: Query, options?: SearchOptions}} Wanted
 * @typedef {{take(dump: number, query: Query, options: SearchOptions): Taken | null}} Found
 *
 * A search that has begun.
 * @typedef {object} Taken
 * @property {Run} run
 * @property {Range[]} ranges all that are to be searched
 * @property {Map<number, Match[]>} found by the tags of the ranges that were searched
 * @property {() => void} free
 */

/** What is found is kept until all is known: more than that is searched for anew. */
const MOST_MATCHES = 2 ** 15;
const MOST_BYTES = 2 ** 22;

/** What makes a search another one. @param {Query} query @param {SearchOptions} options */
const keyOf = (query, { pids, kinds, perms, from, to, own, context }) =>
  JSON.stringify([query, pids, kinds, perms, from, to, own, context], (_, value) =>
    typeof value === 'bigint' ? `${value}n` : value,
  );

/** Frees what was never taken. @type {FinalizationRegistry<() => void>} */
const forgotten = new FinalizationRegistry((free) => free());

export class SearchAhead {
  #core;
  #query;
  #options;
  #key;
  /** How many matches are enough. */
  #limit;
  #bytes = MOST_BYTES;
  #matches = 0;
  /** The images that it stands on: names and indexes of members. @type {Map<string, number>} */
  #images = new Map();
  /** @type {{dump: Dump, search: Search, scan: number, run: Run, ranges: Range[], byMember: Map<Range['member'], Range[]>} | null} */
  #state = null;
  #free = () => {};
  /** It is of no use. */
  #failed = false;
  /** The pages files that were met. @type {Map<string, number>} */
  #files = new Map();
  /** @type {Map<number, Match[]>} */
  #found = new Map();
  /** The pages file that is read. @type {{index: number, cutter: Cutter} | null} */
  #file = null;
  #current = -1;
  /** Of the range that is read. @type {Match[]} */
  #pending = [];

  /** @param {import('../border/core.js').Core} core @param {Wanted} wanted */
  constructor(core, { query, options = {} }) {
    this.#core = core;
    this.#query = query;
    this.#options = options;
    this.#key = keyOf(query, options);
    this.#limit = options.limit ?? Infinity;
  }

  /**
   * A pages file begins.
   * @param {{name: string, index: number, size: number}} member
   * @param {{members: import('./archive-members.js').MemberList, bodies: Map<number, Uint8Array>}} reader what came before
   * @returns {boolean} whether its bytes are wanted
   */
  begin({ name, index, size }, reader) {
    if (this.#failed) return false;
    try {
      this.#state ??= this.#start(reader);
    } catch {
      return this.#fail(); // the search itself will say why
    }
    const parts = (this.#state.byMember.get(name) ?? []).map(({ offset = 0, length = 0, tag }) => ({
      ...{ start: Math.min(offset, size), end: Math.min(offset + length, size), tag },
    }));
    if (parts.length === 0) return false;
    if (this.#files.has(name)) return this.#fail(); // it is the last of one name that counts
    this.#files.set(name, index);
    this.#file = { index, cutter: new Cutter({ member: { index }, parts }) };
    return true;
  }

  /** @param {Parameters<SearchAhead['begin']>[1]} reader */
  #start({ members, bodies }) {
    const { exports } = this.#core;
    /** @type {Map<string, Uint8Array>} */
    const images = new Map();
    for (const [index, bytes] of bodies) {
      const name = members.at(index)?.name ?? '';
      images.set(name, bytes);
      this.#images.set(name, index);
    }
    const dump = Dump.ofImages(this.#core, () => members.records(), images);
    /** @type {Search | undefined} */
    let search;
    try {
      search = new Search(exports, this.#query);
      const scan = newScan(exports, dump.handle, search, this.#options);
      const run = new Run(
        exports,
        dump.handle,
        scan,
        undefined,
        search.secrets ? search.handle : 0,
      );
      this.#free = () => {
        exports.ckpt_wasm_scan_free(scan);
        search?.free();
        dump.close();
      };
      forgotten.register(this, this.#free, this);
      const [ranges] = run.ranges([dump]);
      if (passesOf(ranges, run).length > 1) throw new RangeError('several passes');
      /** @type {Map<Range['member'], Range[]>} */
      const byMember = new Map();
      for (const range of ranges) {
        const before = byMember.get(range.member);
        if (before) before.push(range);
        else byMember.set(range.member, [range]);
      }
      return { dump, search, scan, run, ranges, byMember };
    } catch (error) {
      this.free();
      search?.free();
      dump.close();
      throw error;
    }
  }

  #fail() {
    this.#failed = true;
    this.#found.clear();
    this.free();
    return false;
  }

  /** Bytes of a pages file. @param {import('./archive.js').Piece} piece */
  take(piece) {
    const { index, offset, length } = piece;
    if (!this.#state || this.#file?.index !== index || this.#matches >= this.#limit) return;
    const { run } = this.#state;
    const parts = this.#file.cutter.cut(offset, length, (from, to) => ({
      get bytes() {
        return piece.bytes.subarray(from, to);
      },
    }));
    for (const part of parts) {
      const { tag } = part;
      if (tag !== this.#current) {
        run.begin((this.#current = tag));
        this.#pending = [];
      }
      if (!this.#keep(run.feed(part))) return;
      if (!part.last) continue;
      if (!this.#keep(run.end())) return;
      this.#found.set(tag, this.#pending);
    }
  }

  /** @param {Iterable<Match>} matches @returns {boolean} whether there is room */
  #keep(matches) {
    for (const match of matches) {
      this.#pending.push(match);
      this.#bytes -= match.before.length + match.bytes.length + match.after.length;
      if (++this.#matches > MOST_MATCHES || this.#bytes < 0) return this.#fail();
    }
    return true;
  }

  /**
   * What was found, if it holds.
   * @param {number} dump in the core, now that all is known
   * @param {(names: Set<string>) => Map<string, {index: number}>} membersOf the members that names stand for
   * @param {Query} query @param {SearchOptions} options @returns {Taken | null}
   */
  result(dump, membersOf, query, options) {
    const state = this.#state;
    const { limit = Infinity } = options;
    // Where enough was found, it must be enough for the one who asks, too.
    const enough = this.#matches < this.#limit || limit <= this.#limit;
    if (this.#failed || !state || !enough || this.#key !== keyOf(query, options)) return null;
    const used = [...this.#images, ...this.#files];
    const members = membersOf(new Set(used.map(([name]) => name)));
    if (!used.every(([name, index]) => members.get(name)?.index === index)) return null;
    const { run, search, scan, ranges } = state;
    const { exports } = this.#core;
    const known = newScan(exports, dump, search, options);
    const holds = exports.ckpt_wasm_scan_same(scan, known);
    exports.ckpt_wasm_scan_free(known);
    // A range of which there was only a part cannot be read once more.
    const begun = this.#current >= 0 && !this.#found.has(this.#current);
    if (!holds || (begun && this.#matches < this.#limit)) return null;
    if (begun) this.#found.set(this.#current, this.#pending);
    this.#state = null; // the taker's
    run.goOnWith(dump, options.onProgress);
    return { run, ranges, found: this.#found, free: () => this.free() };
  }

  /** Frees its memory. */
  free() {
    forgotten.unregister(this);
    this.#state = null;
    this.#free();
    this.#free = () => {};
  }
}
