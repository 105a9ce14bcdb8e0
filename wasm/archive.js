// SPDX-License-Identifier: Apache-2.0
// Archives: drives the reader of the C core (src/archive/archive.h) over a source of bytes.

/**
 * @typedef {{size: number, read(offset: number, length: number): Uint8Array | Promise<Uint8Array>}} Source
 * @typedef {{read: number, size: number, members: number}} Progress bytes read of the source, its size
 * @typedef {object} Member
 * @property {number} index
 * @property {string} name without leading "./" and trailing "/"; bytes that are not UTF-8 are U+FFFD
 * @property {string} rawName as it stands in the archive
 * @property {Uint8Array} nameBytes as it stands in the archive
 * @property {'file' | 'hardlink' | 'symlink' | 'character' | 'block' | 'directory' | 'fifo' | 'other'} type
 * @property {string} typeflag the type byte of the header
 * @property {'v7' | 'ustar' | 'gnu' | 'star'} dialect
 * @property {number} size of the content
 * @property {number} storedSize bytes in the archive; less than size if sparse
 * @property {number} mode as written: mask with 0o7777
 * @property {number} mtime seconds since 1970
 * @property {number} mtimeNsec
 * @property {number} uid
 * @property {number} gid
 * @property {string} uname
 * @property {string} gname
 * @property {string} link target of a link, else ''
 * @property {number} devMajor
 * @property {number} devMinor
 * @property {number} headerOffset in the tar, that is, behind the decompressor
 * @property {number} dataOffset
 * @property {string[]} flags e.g. wanted, tooBig, sparse, pax
 * @property {string[]} nameFlags what is remarkable about the name, e.g. absolute, dotdot, control, seen
 * @property {{name: string, value: Uint8Array}[]} xattrs
 */

const READ_SIZE = 262144;
const NO_MEMBER = 0xffffffff;
/** Bytes of a batch of member records that came one by one. */
const BATCH = 65536;
const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
const encoder = new TextEncoder();

/** What went wrong in an archive; `code` is a short fixed name, see the C header. */
export class ArchiveError extends Error {
  /** @param {string} message @param {object} facts */
  constructor(message, facts) {
    super(message);
    this.name = 'ArchiveError';
    /** e.g. not-tar, truncated-member, limit-members */
    this.code = '';
    /** In the tar; for a damaged compressed stream, in the source. */
    this.offset = 0;
    /** Of a truncated thing: bytes there are. */
    this.have = 0;
    /** Of a truncated thing: bytes there should be. */
    this.want = 0;
    /** Index of the member concerned. @type {number | undefined} */
    this.member = undefined;
    Object.assign(this, facts);
  }
}

/** The C tables, per instance of the core. @type {WeakMap<object, any>} */
const layouts = new WeakMap();

/** @param {any} exports */
function layoutOf(exports) {
  let layout = layouts.get(exports);
  if (!layout) {
    const size = exports.ckpt_wasm_archive_layout(0, 0);
    const at = exports.ckpt_wasm_allocate(size);
    exports.ckpt_wasm_archive_layout(at, size);
    layout = JSON.parse(decoder.decode(new Uint8Array(exports.memory.buffer, at, size)));
    exports.ckpt_wasm_release(at);
    for (const table of ['types', 'dialects', 'ends', 'compressions', 'events']) {
      layout[table] = invert(layout[table]);
    }
    layouts.set(exports, layout);
  }
  return layout;
}

/** @param {Record<string, number>} table @returns {string[]} */
function invert(table) {
  /** @type {string[]} */
  const list = [];
  for (const [name, value] of Object.entries(table)) list[value] = name;
  return list;
}

/** Reads one field of a C struct. @param {DataView} view @param {number} at @param {[number, string]} field */
function field(view, at, [offset, type]) {
  if (type === 'uint64_t') return Number(view.getBigUint64(at + offset, true));
  if (type === 'int64_t') return Number(view.getBigInt64(at + offset, true));
  return view.getUint32(at + offset, true);
}

/** @param {number} bits @param {Record<string, number>} names */
function flagNames(bits, names) {
  return Object.keys(names).filter((name) => bits & names[name]);
}

/** The members of an archive: kept as the core wrote them, made into objects when asked for. */
export class MemberList {
  #layout;
  /** @type {{first: number, bytes: Uint8Array, starts: Uint32Array | null}[]} */
  #batches = [];
  #last = 0;
  /** How many there are. */
  length = 0;

  /** @param {any} layout */
  constructor(layout) {
    this.#layout = layout;
  }

  /** Room behind the last batch, so that single records do not become batches of their own. */
  #room = new Uint8Array();

  /** @param {Uint8Array} bytes records, which are copied @param {number} count */
  add(bytes, count) {
    const batch = this.#batches.at(-1);
    const end = batch ? batch.bytes.length : 0;
    if (batch && batch.bytes.buffer === this.#room.buffer && end + bytes.length <= BATCH) {
      this.#room.set(bytes, end);
      batch.bytes = this.#room.subarray(0, end + bytes.length);
      batch.starts = null;
    } else if (bytes.length <= BATCH / 4) {
      this.#room = new Uint8Array(BATCH);
      this.#room.set(bytes);
      this.#batches.push({
        first: this.length,
        bytes: this.#room.subarray(0, bytes.length),
        starts: null,
      });
    } else {
      this.#batches.push({ first: this.length, bytes: bytes.slice(), starts: null });
    }
    this.length += count;
  }

  /** The records as the core wrote them, in order. @returns {Generator<Uint8Array>} */
  *records() {
    for (const { bytes } of this.#batches) yield bytes;
  }

  /** The last member. @returns {Member | undefined} */
  last() {
    const batch = this.#batches.at(-1);
    if (!batch) return undefined;
    if (batch.starts) return this.at(this.length - 1);
    // The last of a batch that grows: found without looking at all of it again.
    const view = new DataView(batch.bytes.buffer, batch.bytes.byteOffset, batch.bytes.length);
    let at = this.#lastStart.batch === batch ? this.#lastStart.at : 0;
    const size = this.#layout.member.fields.record_size;
    for (let next; (next = at + field(view, at, size)) < batch.bytes.length;) at = next;
    this.#lastStart = { batch, at };
    return this.#member(batch.bytes, view, at);
  }
  /** @type {{batch: object | null, at: number}} */
  #lastStart = { batch: null, at: 0 };

  /**
   * The members of which a number in the record has one of these bits, made only for them.
   * @param {'flags' | 'name_flags'} name @param {number} bits @returns {Generator<Member>}
   */
  *having(name, bits) {
    const { record_size: size, [name]: place } = this.#layout.member.fields;
    for (const { bytes } of this.#batches) {
      const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
      for (let at = 0; at < bytes.length; at += field(view, at, size)) {
        if (field(view, at, place) & bits) yield this.#member(bytes, view, at);
      }
    }
  }

  /** @param {number} index @returns {Member | undefined} */
  at(index) {
    if (!(index >= 0 && index < this.length)) return undefined;
    const batch = this.#batchOf(index);
    const view = new DataView(batch.bytes.buffer, batch.bytes.byteOffset, batch.bytes.length);
    if (!batch.starts) batch.starts = this.#starts(view, batch.bytes.length);
    return this.#member(batch.bytes, view, batch.starts[index - batch.first]);
  }

  /** The first member of this name (without "./"). @param {string} name @returns {Member | undefined} */
  find(name) {
    for (const member of this) if (member.name === name) return member;
    return undefined;
  }

  /** @returns {Generator<Member>} */
  *[Symbol.iterator]() {
    for (let i = 0; i < this.length; i++) yield /** @type {Member} */ (this.at(i));
  }

  /** @param {number} index */
  #batchOf(index) {
    const batches = this.#batches;
    let low = this.#last;
    let high = batches.length - 1;
    if (batches[low].first > index) low = 0;
    else if (low === high || batches[low + 1].first > index) return batches[low];
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (batches[middle].first <= index) low = middle;
      else high = middle - 1;
    }
    this.#last = low;
    return batches[low];
  }

  /** Where the records start. @param {DataView} view @param {number} length */
  #starts(view, length) {
    const starts = [];
    const size = this.#layout.member.fields.record_size;
    for (let at = 0; at < length; at += field(view, at, size)) starts.push(at);
    return Uint32Array.from(starts);
  }

  /** @param {Uint8Array} bytes @param {DataView} view @param {number} start @returns {Member} */
  #member(bytes, view, start) {
    const layout = this.#layout;
    /** @type {Record<string, number>} */
    const raw = {};
    for (const [name, place] of Object.entries(layout.member.fields)) {
      raw[name] = field(view, start, /** @type {[number, string]} */ (place));
    }
    let at = start + layout.member.size;
    const take = (/** @type {number} */ length) => bytes.subarray(at, (at += length));
    const text = (/** @type {number} */ length) => decoder.decode(take(length));
    const nameBytes = take(raw.name_length);
    const normal = nameBytes.subarray(raw.normal_start, raw.normal_start + raw.normal_length);
    const link = text(raw.link_length);
    const uname = text(raw.uname_length);
    const gname = text(raw.gname_length);
    const xattrs = [];
    for (let i = 0; i < raw.xattr_count; i++) {
      const [keyLength, valueLength, encoding] = [0, 4, 8].map((n) => view.getUint32(at + n, true));
      at += 12;
      const key = text(keyLength);
      const value = take(valueLength);
      xattrs.push(encoding ? decodeXattr(key, value) : { name: key, value });
    }
    return {
      index: raw.index,
      name: decoder.decode(normal),
      rawName: decoder.decode(nameBytes),
      nameBytes,
      type: layout.types[raw.type],
      typeflag: String.fromCharCode(raw.typeflag || 48),
      dialect: layout.dialects[raw.dialect],
      size: raw.size,
      storedSize: raw.stored_size,
      mode: raw.mode,
      mtime: raw.mtime,
      mtimeNsec: raw.mtime_nsec,
      uid: raw.uid,
      gid: raw.gid,
      uname,
      gname,
      link,
      devMajor: raw.dev_major,
      devMinor: raw.dev_minor,
      headerOffset: raw.header_offset,
      dataOffset: raw.data_offset,
      flags: flagNames(raw.flags, layout.flags),
      nameFlags: flagNames(raw.name_flags, layout.nameFlags),
      xattrs,
    };
  }
}

/** libarchive's spelling: percent-encoded key, base64 value. @param {string} key @param {Uint8Array} value */
function decodeXattr(key, value) {
  let name = key;
  try {
    name = decodeURIComponent(key);
    return { name, value: Uint8Array.from(atob(decoder.decode(value)), (c) => c.charCodeAt(0)) };
  } catch {
    return { name, value };
  }
}

/**
 * Whether the data of a member are wanted: `true` to have them in `bodies`, a function to be given
 * them piece by piece (a piece is only good during the call), `{archive: OPTIONS}` to have them read
 * as an archive, which is then in `nested`.
 * @typedef {boolean | ((piece: Uint8Array) => void | Promise<void>) | {archive: ArchiveOptions}} Wish
 * @typedef {object} ArchiveOptions
 * @property {(progress: Progress) => void} [onProgress]
 * @property {AbortSignal} [signal]
 * @property {readonly string[] | ((member: Member) => Wish | undefined)} [want] names (a final '*'
 *   stands for any end) of files to keep, or a function that is asked for every member
 * @property {(member: Member) => Wish | undefined} [decide] asked for every member that no name of
 *   `want` chose; members then come one by one
 * @property {number} [stopAfter] index of the last member of interest: reading may stop behind it
 * @property {Record<string, number>} [limits] max_members, max_name, max_pax, max_table, max_kept,
 *   max_kept_sum, max_ratio, max_window, max_depth: as in the C header
 * @property {number} [depth] how many archives this one is inside of
 */

/** One reader in the core. */
class Reader {
  /** @type {any} */
  #core;
  #layout;
  #handle;
  #want;
  /** @type {Reader | null} */
  #child = null;
  /** @type {{bytes: Uint8Array, filled: number} | null} */
  #body = null;
  /** @type {((piece: Uint8Array) => void | Promise<void>) | null} */
  #sink = null;
  #depth;
  /** @type {Uint8Array} */
  #bytes = new Uint8Array();
  /** @type {DataView} */
  #view = new DataView(new ArrayBuffer(0));
  members;
  /** @type {Map<number, Uint8Array>} */
  bodies = new Map();
  /** @type {Map<number, Archive>} */
  nested = new Map();
  /** What to wait for before going on. @type {Promise<void>[]} */
  waiting;
  /** @type {ArchiveError | null} */
  error = null;

  /**
   * @param {any} core @param {number | undefined} size @param {ArchiveOptions} options
   * @param {boolean} sequential @param {Promise<void>[]} waiting
   */
  constructor(core, size, options, sequential, waiting) {
    const exports = core.exports;
    const layout = layoutOf(exports);
    this.#core = exports;
    this.#layout = layout;
    this.#depth = options.depth ?? 0;
    this.#want = options.decide ?? (typeof options.want === 'function' ? options.want : null);
    this.members = new MemberList(layout);
    this.waiting = waiting;

    const { size: structSize, fields } = layout.options;
    const at = exports.ckpt_wasm_allocate(structSize);
    if (!at) throw new ArchiveError('There is not enough memory.', { code: 'memory' });
    new Uint8Array(exports.memory.buffer, at, structSize).fill(0);
    const view = new DataView(exports.memory.buffer);
    const values = {
      ...options.limits,
      flags: (this.#want ? 1 : 0) | (sequential ? 2 : 0),
      depth: this.#depth,
    };
    for (const [name, value] of Object.entries(values)) {
      const place = fields[name];
      if (!place) throw new RangeError(`there is no limit ${name}`);
      if (place[1] === 'uint64_t') view.setBigUint64(at + place[0], BigInt(value), true);
      else view.setUint32(at + place[0], value, true);
    }
    const unknown = (1n << 64n) - 1n;
    view.setBigUint64(
      at + fields.source_size[0],
      size === undefined ? unknown : BigInt(size),
      true,
    );
    this.#handle = exports.ckpt_wasm_archive_new(at);
    exports.ckpt_wasm_release(at);
    if (!this.#handle) throw new ArchiveError('There is not enough memory.', { code: 'memory' });
    if (Array.isArray(options.want)) for (const pattern of options.want) this.#select(pattern);
  }

  /** @param {string} pattern */
  #select(pattern) {
    const bytes = encoder.encode(pattern);
    const at = this.#core.ckpt_wasm_allocate(bytes.length || 1);
    new Uint8Array(this.#core.memory.buffer, at, bytes.length).set(bytes);
    const done = this.#core.ckpt_wasm_archive_select(this.#handle, at, bytes.length, 0);
    this.#core.ckpt_wasm_release(at);
    if (!done) throw new RangeError('too many names to keep');
  }

  /** Views of the memory; a call into the core may have replaced it. */
  #refresh() {
    if (this.#bytes.buffer !== this.#core.memory.buffer) {
      this.#bytes = new Uint8Array(this.#core.memory.buffer);
      this.#view = new DataView(this.#core.memory.buffer);
    }
  }

  /** @param {string} name */
  #event(name) {
    return field(this.#view, this.#handle, this.#layout.event.fields[name]);
  }

  /** Gives the core bytes, as many as it has room for. @param {Uint8Array} bytes @param {boolean} atEnd */
  feed(bytes, atEnd) {
    const at = this.#core.ckpt_wasm_archive_input(this.#handle, Math.max(bytes.length, READ_SIZE));
    if (!at) throw new ArchiveError('There is not enough memory.', { code: 'memory' });
    this.#refresh();
    this.#bytes.set(bytes, at);
    this.#core.ckpt_wasm_archive_feed(this.#handle, at, bytes.length, atEnd ? 1 : 0);
  }

  /** Gives the core bytes that are in its memory already. @param {number} at @param {number} length @param {boolean} atEnd */
  feedInside(at, length, atEnd) {
    this.#core.ckpt_wasm_archive_feed(this.#handle, at, length, atEnd ? 1 : 0);
  }

  /**
   * Runs until the core needs bytes, wants a pause, or is done.
   * @returns {{type: 'need' | 'pause' | 'end', offset: number, length: number}}
   */
  run() {
    for (;;) {
      const type = this.#layout.events[this.#core.ckpt_wasm_archive_next(this.#handle)];
      this.#refresh();
      if (type === 'need' || type === 'pause') {
        return { type, offset: this.#event('offset'), length: this.#event('length') };
      } else if (type === 'members') {
        this.#takeMembers();
      } else if (type === 'data') {
        this.#takeData();
        if (this.waiting.length > 0) return { type: 'pause', offset: 0, length: 0 };
      } else if (type === 'memberEnd') {
        this.#endMember();
      } else {
        if (type === 'error') this.error = this.#error();
        this.#child?.free();
        this.#child = null;
        return { type: 'end', offset: 0, length: 0 };
      }
    }
  }

  #takeMembers() {
    const at = this.#event('data');
    const count = this.#event('count');
    this.members.add(this.#bytes.subarray(at, at + this.#event('length')), count);
    /** @type {Wish | undefined} */
    let wish = false;
    const last = /** @type {Member} */ (this.members.last());
    if (last.flags.includes('wanted')) {
      wish = true;
    } else if (this.#want) {
      wish = this.#want(last);
      if (wish) this.#core.ckpt_wasm_archive_want(this.#handle);
    }
    if (wish === true) {
      this.#body = { bytes: new Uint8Array(last.size), filled: 0 };
      this.bodies.set(last.index, this.#body.bytes);
    } else if (typeof wish === 'function') {
      this.#sink = wish;
    } else if (wish) {
      const options = { ...wish.archive, depth: this.#depth + 1 };
      const core = { exports: this.#core };
      this.#child = new Reader(core, last.size, options, true, this.waiting);
      this.nested.set(last.index, new Archive(this.#child));
      if (this.#child.run().type === 'end') this.#endChild(); // e.g. nested too deep
    }
  }

  #takeData() {
    const at = this.#event('data');
    const length = this.#event('length');
    if (this.#body) {
      this.#body.bytes.set(this.#bytes.subarray(at, at + length), this.#body.filled);
      this.#body.filled += length;
    } else if (this.#sink) {
      const promise = this.#sink(this.#bytes.slice(at, at + length));
      if (promise) this.waiting.push(promise);
    } else if (this.#child) {
      this.#child.feedInside(at, length, false);
      this.#runChild();
    }
  }

  /** A child uses up what it is given; its pauses matter only to the one who waits in the end. */
  #runChild() {
    while (this.#child) {
      const { type } = this.#child.run();
      this.#refresh();
      if (type === 'need') return;
      if (type === 'end') this.#endChild();
    }
  }

  #endChild() {
    const child = /** @type {Reader} */ (this.#child);
    this.nested.get(this.members.length - 1)?.finish(child);
    child.free();
    this.#child = null;
  }

  #endMember() {
    if (this.#child) {
      this.#child.feedInside(0, 0, true);
      this.#runChild();
    }
    this.#body = null;
    this.#sink = null;
  }

  #error() {
    const at = this.#event('message');
    const member = this.#event('member');
    return new ArchiveError(
      decoder.decode(this.#bytes.subarray(at, at + this.#event('message_length'))),
      {
        code: this.#layout.errors[this.#event('code')],
        offset: this.#event('offset'),
        have: this.#event('have'),
        want: this.#event('want'),
        member: member === NO_MEMBER ? undefined : member,
      },
    );
  }

  /** The facts about the whole, by the names of the C header. */
  info() {
    const at = this.#core.ckpt_wasm_archive_info(this.#handle);
    this.#refresh();
    /** @type {Record<string, number>} */
    const info = {};
    for (const [name, place] of Object.entries(this.#layout.info.fields)) {
      info[name] = field(this.#view, at, /** @type {[number, string]} */ (place));
    }
    return {
      info,
      compression: this.#layout.compressions[info.compression],
      end: this.#layout.ends[info.end],
    };
  }

  free() {
    this.#child?.free();
    this.#child = null;
    if (this.#handle) this.#core.ckpt_wasm_archive_free(this.#handle);
    this.#handle = 0;
  }
}

/** What was found in an archive. */
export class Archive {
  /** @param {Reader} reader */
  constructor(reader) {
    /** All members, in order, up to the first error. */
    this.members = reader.members;
    /** Data of the members that were wanted whole, by index. */
    this.bodies = reader.bodies;
    /** Archives inside this one that were wanted as such, by index. */
    this.nested = reader.nested;
    /** Why reading stopped before the end, or null. @type {ArchiveError | null} */
    this.error = null;
    /** none, gzip, zstd ... or undefined if nothing was read. @type {string | undefined} */
    this.compression = undefined;
    /** How it ended: clean, one-zero-block, no-mark; undefined after an error. @type {string | undefined} */
    this.end = undefined;
    /** Bytes behind the end mark, of which some were looked at. */
    this.trailing = { bytes: 0, seen: 0, nonzero: 0, offset: 0 };
    /** Offset in the source of bytes behind the compressed stream. @type {number | undefined} */
    this.garbageOffset = undefined;
    /** Other numbers, by the names of the C header. @type {Record<string, number>} */
    this.info = {};
  }

  /** @param {Reader} reader */
  finish(reader) {
    const { info, compression, end } = reader.info();
    this.error = reader.error;
    this.compression = compression;
    this.end = end;
    this.trailing = {
      bytes: info.trailing,
      seen: info.trailing_seen,
      nonzero: info.trailing_nonzero,
      offset: info.trailing_first,
    };
    if (info.garbage_offset < Number.MAX_SAFE_INTEGER) this.garbageOffset = info.garbage_offset;
    this.info = info;
  }

  /** The data of the first kept member of this name. @param {string} name @returns {Uint8Array | undefined} */
  body(name) {
    for (const [index, bytes] of this.bodies) {
      if (this.members.at(index)?.name === name) return bytes;
    }
    return undefined;
  }
}

/**
 * @param {Blob | Uint8Array | Source} source
 * @returns {Source}
 */
export function sourceOf(source) {
  if (source instanceof Uint8Array) {
    return {
      size: source.length,
      read: (offset, length) => source.subarray(offset, offset + length),
    };
  }
  if (typeof Blob !== 'undefined' && source instanceof Blob) {
    return {
      size: source.size,
      read: async (offset, length) =>
        new Uint8Array(await source.slice(offset, offset + length).arrayBuffer()),
    };
  }
  if (typeof (/** @type {Source} */ (source)?.read) !== 'function')
    throw new TypeError('the source must be a Blob, a Uint8Array or {size, read}');
  return /** @type {Source} */ (source);
}

/** A part of a source as a source: how a plain archive inside a plain archive is read. @param {Source} source @param {number} start @param {number} size @returns {Source} */
export function windowOf(source, start, size) {
  return {
    size,
    read: (offset, length) => source.read(start + offset, Math.min(length, size - offset)),
  };
}

/** Lets other things happen: an abort, painting. */
const breathe = () => new Promise((resolve) => setTimeout(resolve));

/**
 * Reads an archive once, from start to end, with bounded memory. Broken archives do not throw: what
 * was found is returned with `error` set. Throws if aborted or if the source's `read` does.
 * @param {{exports: any}} core the instance of the core
 * @param {Blob | Uint8Array | Source} source size undefined: read in order until nothing comes
 * @param {ArchiveOptions} [options]
 * @returns {Promise<Archive>}
 */
export async function openArchive(core, source, options = {}) {
  const { size, read } = sourceOf(source);
  const { onProgress, signal } = options;
  const last = (options.stopAfter ?? Infinity) + 1;
  signal?.throwIfAborted();
  /** @type {Promise<void>[]} */
  const waiting = [];
  const reader = new Reader(core, size, options, false, waiting);
  const archive = new Archive(reader);
  /** The next piece of a stream, asked for while the one before is worked on. */
  let ahead = /** @type {{offset: number, bytes: Promise<Uint8Array>} | null} */ (null);
  let position = 0;
  let breathed = Date.now();
  const get = (/** @type {number} */ offset, /** @type {number} */ length) =>
    read(offset, size === undefined ? length : Math.min(length, size - offset));
  try {
    for (;;) {
      const { type, offset, length } = reader.run();
      while (waiting.length > 0) await waiting.shift();
      if (type === 'end' || reader.members.length > last) break;
      if (Date.now() - breathed > 30) {
        await breathe();
        breathed = Date.now();
      }
      signal?.throwIfAborted();
      if (type === 'pause') continue;
      /** @type {Uint8Array | Promise<Uint8Array>} */
      const pending = ahead?.offset === offset ? ahead.bytes : get(offset, length);
      ahead = null;
      /** @type {Uint8Array} */
      let bytes = pending instanceof Uint8Array ? pending : await pending;
      signal?.throwIfAborted();
      if (bytes.length > READ_SIZE) bytes = bytes.subarray(0, READ_SIZE);
      reader.feed(bytes, bytes.length === 0);
      const next = offset + bytes.length;
      if (length === READ_SIZE && offset === position && (size === undefined || next < size)) {
        const promise = get(next, READ_SIZE);
        if (!(promise instanceof Uint8Array)) {
          promise.catch(() => {}); // it is looked at when its turn comes, if ever
          ahead = { offset: next, bytes: promise };
        }
      }
      position = next;
      onProgress?.({ read: next, size: size ?? 0, members: reader.members.length });
    }
    archive.finish(reader);
    return archive;
  } finally {
    reader.free();
  }
}
