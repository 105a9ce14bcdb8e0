// SPDX-License-Identifier: Apache-2.0
// Searching the memory of a dump in one pass: the JavaScript side of exports_search.c.
import { enums } from '../../dist/tables.js';
import { withBytes } from './summary.js';

/**
 * @typedef {import('../border/core.js').Core} Core
 * @typedef {import('./ranges.js').Range} Range
 *
 * What is looked for: one of text, hex, regex, strings, pointers and secrets.
 * @typedef {object} Query
 * @property {string | string[]} [text] each as UTF-8 and as UTF-16LE
 * @property {string | string[]} [hex] bytes as hexadecimal digits, "?" for any digit
 * @property {string} [regex] an expression over bytes; see src/criu/regex.h
 * @property {number} [strings] all runs of at least this many printable characters
 * @property {bigint | bigint[]} [pointers] addresses, as 64-bit words that stand in memory
 * @property {boolean} [secrets] what looks like a password, a key or a token
 * @property {('utf8' | 'utf16')[]} [encodings] of text and strings; both by default
 * @property {boolean} [ignoreCase] of ASCII letters
 * @property {boolean} [blur] of an expression: bytes that are no printable ASCII count as "?"
 *
 * @typedef {object} SearchOptions
 * @property {number[]} [pids] only these processes
 * @property {string[]} [kinds] only mappings of these kinds, as `maps` calls them
 * @property {string} [perms] only mappings with these permissions: "x", "rw"
 * @property {bigint} [from] only from this address on
 * @property {bigint} [to] only below this one
 * @property {boolean} [own] no shared memory
 * @property {number} [context] bytes before and after that are told, at most 256
 * @property {number} [limit] ends after this many matches
 * @property {Iterable<Stream> | AsyncIterable<Stream>} [streams] what else is searched
 * @property {(state: {read: number, size: number}) => void} [onProgress]
 * @property {AbortSignal} [signal]
 *
 * @typedef {{name: string, pieces: AsyncIterable<Uint8Array>, left?: boolean}} Stream left: it cannot be
 *   searched, and `pieces` has nothing
 *
 * @typedef {object} Mapping
 * @property {bigint} start @property {bigint} end @property {string} kind @property {string} perms
 * @property {Uint8Array | null} name @property {boolean | null} deleted null: not known
 * @property {'arguments' | 'environment' | null} area of the process's memory
 *
 * @typedef {object} Match
 * @property {number} pid 0: not in memory
 * @property {bigint} address in memory, else the offset in the stream
 * @property {string | null} stream its name; null: memory
 * @property {number} pattern number of the text, hex or pointer; of strings 1: UTF-16
 * @property {Uint8Array} bytes
 * @property {Uint8Array} before
 * @property {Uint8Array} after
 * @property {Mapping | null} mapping
 * @property {{kind: string | null, start: number, wide: boolean}} [secret] of secrets: what it is (null: the name in front of
 *   it says so), and where it begins in the bytes
 *
 * What was asked for and not searched.
 * @typedef {object} Left
 * @property {number} bytes of memory, in whole KiB, that are not in the dumps
 * @property {number} borders of pages at which nothing was kept, because there are too many
 * @property {number} blocks that are damaged
 * @property {string[]} files sparse ones, too large to be searched, and compressed ones, damaged or too large
 */

/** Kinds of mappings. */
export const KINDS = enums.vmaKinds;
const FORMS = { text: 0, hex: 1, regex: 2 };
const ENCODINGS = { utf8: 1, utf16: 2 };
const PROT = { r: 1, w: 2, x: 4 };
/** Words of struct ckpt_scan_found, and of a range. */
const FOUND = 8;
const RANGE = 6;
const LAST = 2n ** 64n - 1n;

const encoder = new TextEncoder();
const decoder = new TextDecoder();
const NO_MEMORY = 'there is not enough memory';

/** A pattern that cannot be searched for. */
export class PatternError extends TypeError {
  /** @param {string} message @param {string} pattern @param {number} offset */
  constructor(message, pattern, offset) {
    super(message);
    this.name = 'PatternError';
    this.pattern = pattern;
    /** Where in the pattern, in bytes. */
    this.offset = offset;
  }
}

/** @template T @param {T | T[] | undefined} value @returns {T[]} */
const listOf = (value) => (value === undefined ? [] : Array.isArray(value) ? value : [value]);

/** @param {bigint} pointer little-endian, as hexadecimal digits */
const wordHex = (pointer) =>
  BigInt.asUintN(64, pointer).toString(16).padStart(16, '0').match(/../g)?.reverse().join('') ?? '';

/** @param {readonly string[]} names @param {Record<string, number>} bits @param {string} what */
function bitsOf(names, bits, what) {
  let all = 0;
  for (const name of names) {
    if (!Object.hasOwn(bits, name))
      throw new TypeError(`${what} ${name}: expected ${Object.keys(bits).join(', ')}`);
    all |= bits[name];
  }
  return all;
}

const KIND_BITS = Object.fromEntries(KINDS.map((kind, i) => [kind, 1 << i]));

/** A search in the core. */
export class Search {
  /** @param {any} exports @param {Query} query */
  constructor(exports, query) {
    this.exports = exports;
    this.handle = exports.ckpt_wasm_search_new();
    if (!this.handle) throw new RangeError(NO_MEMORY);
    try {
      this.#fill(query);
    } catch (error) {
      this.free();
      throw error;
    }
  }

  /** @param {Query} query */
  #fill({
    text,
    hex,
    regex,
    strings,
    pointers,
    secrets,
    encodings = ['utf8', 'utf16'],
    ignoreCase = false,
    blur = false,
  }) {
    const { exports, handle } = this;
    const given = Object.entries({
      text,
      hex,
      regex,
      strings,
      pointers,
      secrets: secrets || undefined,
    }).filter(([, value]) => value !== undefined);
    if (given.length !== 1)
      throw new TypeError('query: expected one of text, hex, regex, strings, pointers and secrets');
    const forms = bitsOf(encodings, ENCODINGS, 'encodings');
    for (const one of listOf(text)) this.#add('text', one, forms, ignoreCase);
    for (const one of listOf(hex)) this.#add('hex', one, forms, ignoreCase);
    for (const one of listOf(pointers)) this.#add('hex', wordHex(one), forms, false);
    if (regex !== undefined) this.#add('regex', regex, forms, ignoreCase, blur);
    if (
      strings !== undefined &&
      !(Number.isSafeInteger(strings) && exports.ckpt_wasm_search_strings(handle, strings, forms))
    )
      throw new TypeError(`strings: expected a number from 1 to 512, not ${strings}`);
    if (secrets) exports.ckpt_wasm_search_secrets(handle);
    this.secrets = Boolean(secrets);
    if (!exports.ckpt_wasm_search_prepare(handle))
      throw new TypeError('query: there is no pattern, or not enough memory for them');
  }

  /** @param {keyof typeof FORMS} form @param {string} pattern @param {number} encodings @param {boolean} fold @param {boolean} [blur] */
  #add(form, pattern, encodings, fold, blur = false) {
    if (typeof pattern !== 'string') throw new TypeError(`${form}: expected a string`);
    const { exports, handle } = this;
    const bytes = encoder.encode(pattern);
    const flags = (fold ? 1 : 0) | (blur ? 2 : 0);
    const error = withBytes(exports, bytes, (at) =>
      exports.ckpt_wasm_search_add(handle, FORMS[form], at, bytes.length, encodings, flags),
    );
    if (!error) return;
    const [address, length, offset] = new Uint32Array(exports.memory.buffer, error, 3);
    const message = decoder.decode(new Uint8Array(exports.memory.buffer, address, length));
    throw new PatternError(message, pattern, offset);
  }

  free() {
    if (this.handle) this.exports.ckpt_wasm_search_free(this.handle);
    this.handle = 0;
  }
}

/** The words of a list in the core. @param {any} exports @param {number} at */
function wordsAt(exports, at) {
  const [address, length] = new Uint32Array(exports.memory.buffer, at, 2);
  return length === 0
    ? new Uint32Array()
    : new Uint32Array(exports.memory.buffer, address, length / 4).slice();
}

/** @param {any} exports @param {number} dump @param {Search} search @param {SearchOptions} options */
export function newScan(exports, dump, search, options) {
  const {
    pids = [],
    kinds = [],
    perms = '',
    from = 0n,
    to = LAST,
    own = false,
    context = 0,
  } = options;
  const words = new Uint32Array(pids);
  const bytes = new Uint8Array(words.buffer);
  const scan = withBytes(exports, bytes, (at) =>
    exports.ckpt_wasm_scan_new(
      dump,
      search.handle,
      at,
      words.length,
      bitsOf(kinds, KIND_BITS, 'kinds'),
      bitsOf([...perms.replace(/-/g, '')], PROT, 'perms'),
      from,
      to,
      own ? 1 : 0,
      context,
    ),
  );
  if (!scan) throw new RangeError(NO_MEMORY);
  return scan;
}

/** One search while it runs. */
export class Run {
  #exports;
  #dump;
  #scan;
  #read = 0;
  #left = 0;
  #size;
  #onProgress;
  #secrets;
  /** @type {string[]} */
  #streams = [];
  /** That are left out. @type {string[]} */
  #files = [];
  /** @type {(Mapping & {pid: number}) | null} the last one that was asked for */
  #mapping = null;

  /** @param {any} exports @param {number} dump @param {number} scan @param {SearchOptions['onProgress']} onProgress @param {number} secrets the search, if it is for secrets */
  constructor(exports, dump, scan, onProgress, secrets) {
    this.#secrets = secrets;
    this.#exports = exports;
    this.#dump = dump;
    this.#scan = scan;
    this.#size = exports.ckpt_wasm_scan_size(scan);
    this.#onProgress = onProgress;
  }

  /** From now on mappings are those of this dump, which knows more. @param {number} dump @param {SearchOptions['onProgress']} onProgress */
  goOnWith(dump, onProgress) {
    this.#dump = dump;
    this.#mapping = null;
    this.#onProgress = onProgress;
  }

  /** A match that was found before goOnWith(). @param {Match} match @returns {Match} */
  again(match) {
    return { ...match, mapping: this.#mappingOf(match.pid, match.address) };
  }

  /** The ranges of each level. @param {readonly {directory: string}[]} levels @returns {Range[][]} */
  ranges(levels) {
    /** @type {Range[][]} */
    const lists = levels.map(() => []);
    const words = wordsAt(this.#exports, this.#exports.ckpt_wasm_scan_ranges(this.#scan));
    for (let i = 0; i < words.length; i += RANGE) {
      const level = words[i];
      lists[level].push({
        member: `${levels[level].directory}pages-${words[i + 1]}.img`,
        offset: words[i + 3] * 2 ** 32 + words[i + 2],
        length: words[i + 5] * 2 ** 32 + words[i + 4],
        tag: i / RANGE,
      });
    }
    return lists;
  }

  /** @param {number} range */
  begin(range) {
    this.#exports.ckpt_wasm_scan_begin(this.#scan, range);
  }

  /** @param {number} bytes of ranges */
  leaveBytes(bytes) {
    this.#left += bytes;
  }

  /** @param {string} name */
  leave(name) {
    this.#files.push(name);
  }

  /** @param {string} name */
  beginStream(name) {
    this.#streams.push(name);
    this.#exports.ckpt_wasm_scan_begin_stream(this.#scan, this.#streams.length);
  }

  /** @param {{readonly bytes: Uint8Array}} piece whose bytes may be lent: looked at again after each call and each match @returns {Generator<Match>} */
  *feed(piece) {
    const exports = this.#exports;
    const { length } = piece.bytes;
    for (let at = 0; at < length;) {
      const answer = exports.ckpt_wasm_scan_room(this.#scan);
      const [room, size] = new Uint32Array(exports.memory.buffer, answer, 2);
      const part = piece.bytes.subarray(at, at + size);
      if (!room) throw new RangeError(NO_MEMORY);
      new Uint8Array(exports.memory.buffer, room, part.length).set(part);
      const fed = part.length; // the memory may grow
      this.#check(exports.ckpt_wasm_scan_feed(this.#scan, fed));
      yield* this.#results();
      if (fed === 0) {
        const [, more] = new Uint32Array(
          exports.memory.buffer,
          exports.ckpt_wasm_scan_room(this.#scan),
          2,
        );
        if (more === 0) break;
      }
      at += fed;
    }
    this.#read += length;
    this.#onProgress?.({ read: this.#read, size: Math.max(this.#size, this.#read) });
  }

  *end() {
    this.#check(this.#exports.ckpt_wasm_scan_end(this.#scan));
    yield* this.#results();
  }

  *finish() {
    this.#check(this.#exports.ckpt_wasm_scan_finish(this.#scan));
    yield* this.#results();
  }

  /** @returns {Left} */
  left() {
    const [kib, borders, blocks] = wordsAt(
      this.#exports,
      this.#exports.ckpt_wasm_scan_left(this.#scan),
    );
    return { bytes: kib * 1024 + this.#left, borders, blocks, files: this.#files };
  }

  /** @param {number} good */
  #check(good) {
    if (!good) throw new RangeError(NO_MEMORY);
  }

  /** @returns {Generator<Match>} */
  *#results() {
    const exports = this.#exports;
    const answer = exports.ckpt_wasm_scan_results(this.#scan);
    const [address, length] = new Uint32Array(exports.memory.buffer, answer, 2);
    if (length === 0) return;
    const words = new Uint32Array(exports.memory.buffer, address, length / 4).slice();
    const bytes = new Uint8Array(words.buffer);
    for (let i = 0; i < words.length;) {
      const [stream, pid, low, high, pattern, before, size, after] = words.subarray(i, i + FOUND);
      const start = (i + FOUND) * 4;
      const place = (BigInt(high) << 32n) | BigInt(low);
      yield {
        pid,
        address: place,
        stream: stream === 0 ? null : this.#streams[stream - 1],
        pattern,
        before: bytes.subarray(start, start + before),
        bytes: bytes.subarray(start + before, start + before + size),
        after: bytes.subarray(start + before + size, start + before + size + after),
        mapping: stream === 0 ? this.#mappingOf(pid, place) : null,
        ...(this.#secrets && { secret: this.#secret(pattern) }),
      };
      i += FOUND + Math.ceil((before + size + after) / 4);
    }
  }

  /** @param {number} pattern as search.h says */
  #secret(pattern) {
    const exports = this.#exports;
    const answer = exports.ckpt_wasm_search_kind(this.#secrets, pattern & 127);
    const [address, length] = new Uint32Array(exports.memory.buffer, answer, 2);
    const kind = decoder.decode(new Uint8Array(exports.memory.buffer, address, length));
    return { kind: kind === '' ? null : kind, start: pattern >>> 8, wide: (pattern & 128) !== 0 };
  }

  /** @param {number} pid @param {bigint} address @returns {Mapping | null} */
  #mappingOf(pid, address) {
    const known = this.#mapping;
    if (!this.#secrets && known?.pid === pid && known.start <= address && address < known.end)
      return known;
    const exports = this.#exports;
    const words = wordsAt(exports, exports.ckpt_wasm_memory_mapping(this.#dump, pid, address));
    if (words.length === 0) return null;
    const [startLow, startHigh, endLow, endHigh, kind, prot, name, length, deleted, area] = words;
    const letter = (/** @type {number} */ bit, /** @type {string} */ text) =>
      prot & bit ? text : '-';
    this.#mapping = {
      pid,
      start: (BigInt(startHigh) << 32n) | BigInt(startLow),
      end: (BigInt(endHigh) << 32n) | BigInt(endLow),
      kind: KINDS[kind],
      perms: letter(1, 'r') + letter(2, 'w') + letter(4, 'x') + (prot & 8 ? 's' : 'p'),
      name: name === 0 ? null : new Uint8Array(exports.memory.buffer, name, length).slice(),
      deleted: enums.deleted[deleted],
      area: enums.areas[area],
    };
    return this.#mapping;
  }
}

/**
 * Searches the memory of a dump and those before it: one pass over the pages files, in their order; what
 * stands at the borders of pages that lie apart comes last.
 * @param {Core} core
 * @param {() => number} handle of the dump
 * @param {readonly import('./memory.js').Level[]} levels
 * @param {Query} query @param {SearchOptions} [options]
 * @returns {AsyncGenerator<Match, Left>} returns what was not searched
 * @throws {PatternError}
 */
export async function* searchMemory(core, handle, levels, query, options = {}) {
  const { exports } = core;
  const { limit = Infinity, streams = [], signal, onProgress } = options;
  const ahead = levels[0].ahead?.()?.take(handle(), query, options);
  if (ahead) {
    try {
      let left = limit;
      const matches = left <= 0 ? [] : goOn(ahead, levels, streams, signal);
      for await (const match of matches) {
        yield match;
        handle(); // throws if the dump was closed meanwhile
        if (--left <= 0) break;
      }
      return ahead.run.left();
    } finally {
      ahead.free();
    }
  }
  const search = new Search(exports, query);
  let scan = 0;
  try {
    scan = newScan(exports, handle(), search, options);
    const run = new Run(exports, handle(), scan, onProgress, search.secrets ? search.handle : 0);
    let left = limit;
    if (left <= 0) return run.left();
    for await (const match of allMatches(run, levels, streams, signal)) {
      yield match;
      handle(); // throws if the dump was closed meanwhile
      if (--left <= 0) break;
    }
    return run.left();
  } finally {
    if (scan) exports.ckpt_wasm_scan_free(scan);
    search.free();
  }
}

/** In a dump as CRIU makes them there is one pass. */
const MOST_PASSES = 8;

/**
 * Ranges that do not overlap, so that each is read from its start to its end. What is not in them is not searched.
 * @param {Range[]} list by file and offset @param {Run} run
 */
export function passesOf(list, run) {
  /** @type {Range[][]} */
  const passes = [];
  /** @type {{member: string, end: number}[]} of each pass */
  const ends = [];
  for (const range of list) {
    const { member, offset = 0, length = 0 } = range;
    let i = ends.findIndex((end) => end.member !== member || end.end <= offset);
    if (i < 0) i = ends.length;
    if (i === MOST_PASSES) {
      run.leaveBytes(length);
      continue;
    }
    (passes[i] ??= []).push(range);
    ends[i] = { member: String(member), end: offset + length };
  }
  return passes;
}

/**
 * @param {Run} run @param {readonly import('./memory.js').Level[]} levels
 * @param {Iterable<Stream> | AsyncIterable<Stream>} streams @param {AbortSignal} [signal]
 * @returns {AsyncGenerator<Match>}
 */
async function* allMatches(run, levels, streams, signal) {
  for (const [level, list] of run.ranges(levels).entries())
    for (const apart of passesOf(list, run))
      yield* inRanges(run, levels[level].ranges(apart, signal, true));
  yield* afterRanges(run, streams, signal);
}

/**
 * The same where some ranges were searched before: those that are left are read.
 * @param {import('./search-ahead.js').Taken} ahead @param {readonly import('./memory.js').Level[]} levels
 * @param {Iterable<Stream> | AsyncIterable<Stream>} streams @param {AbortSignal} [signal]
 * @returns {AsyncGenerator<Match>}
 */
async function* goOn({ run, ranges, found }, levels, streams, signal) {
  /** @type {Range[]} */
  let unread = [];
  for (const range of [...ranges, null]) {
    const matches = range && found.get(range.tag);
    if (range && !matches) {
      unread.push(range);
      continue;
    }
    if (unread.length > 0) yield* inRanges(run, levels[0].ranges(unread, signal, true));
    unread = [];
    for (const match of matches ?? []) yield run.again(match);
  }
  yield* afterRanges(run, streams, signal);
}

/** @param {Run} run @param {AsyncIterable<import('./ranges.js').RangePiece>} pieces @returns {AsyncGenerator<Match>} */
async function* inRanges(run, pieces) {
  let current = -1;
  for await (const piece of pieces) {
    if (piece.tag !== current) run.begin((current = piece.tag));
    yield* run.feed(piece);
    if (piece.last) yield* run.end();
  }
}

/**
 * @param {Run} run @param {Iterable<Stream> | AsyncIterable<Stream>} streams @param {AbortSignal} [signal]
 * @returns {AsyncGenerator<Match>}
 */
async function* afterRanges(run, streams, signal) {
  yield* run.finish();
  for await (const { name, pieces, left } of streams) {
    if (left) {
      run.leave(name);
      continue;
    }
    run.beginStream(name);
    for await (const bytes of pieces) {
      signal?.throwIfAborted();
      yield* run.feed({ bytes });
    }
    yield* run.end();
  }
}
