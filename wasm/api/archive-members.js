// SPDX-License-Identifier: Apache-2.0
// The members of an archive: records of the C core (ckpt_member), made into objects when asked for.
import { field, flagNames, layout } from '../border/archive-layout.js';

/**
 * @typedef {import('../../dist/types/checkpoint.d.ts').Member} Member
 */

/** Bytes of a batch of member records that came one by one. */
const BATCH = 65536;
/** Bytes of the first one. */
const FIRST = 4096;
const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
const encoder = new TextEncoder();

const FIELDS = layout.member.fields;

/** What decides whether the data of a member are wanted: its record, in the memory of the core until that goes on. */
export class Brief {
  #memory;

  /** @param {WebAssembly.Memory} memory @param {DataView} view of it @param {number} at where the record is */
  constructor(memory, view, at) {
    this.#memory = memory;
    this.index = field(view, at, FIELDS.index);
    this.size = field(view, at, FIELDS.size);
    this.type = /** @type {Member['type']} */ (layout.types[field(view, at, FIELDS.type)]);
    /** A pattern chose it. */
    this.wanted = (field(view, at, FIELDS.flags) & layout.flags.wanted) !== 0;
    /** Where its name is, without "./". */
    this.nameAt = at + layout.member.size + field(view, at, FIELDS.normal_start);
    this.nameLength = field(view, at, FIELDS.normal_length);
  }

  get name() {
    return decoder.decode(new Uint8Array(this.#memory.buffer, this.nameAt, this.nameLength));
  }
}

/** Where the last of some records is. @param {DataView} view @param {number} at @param {number} end */
export function lastRecord(view, at, end) {
  for (let next; (next = at + field(view, at, FIELDS.record_size)) < end;) at = next;
  return at;
}

/** The members of an archive: kept as the core wrote them, made into objects when asked for. */
export class MemberList {
  /** @type {{first: number, bytes: Uint8Array, starts: Uint32Array | null}[]} */
  #batches = [];
  #last = 0;
  /** How many there are. */
  length = 0;

  /** Records that came one by one, and room for more: the next batch. @type {Uint8Array} */
  #room = new Uint8Array();
  #filled = 0;
  #first = 0;
  /** Bytes of the last room, when it was new. */
  #size = 0;

  /** @param {Uint8Array} bytes records, which are copied @param {number} count */
  add(bytes, count) {
    const end = this.#filled + bytes.length;
    if (end <= this.#room.length) {
      if (this.#filled === 0) this.#first = this.length;
      this.#room.set(bytes, this.#filled);
      this.#filled = end;
    } else if (bytes.length <= BATCH / 4) {
      this.#close();
      // Most archives are small; rooms grow as the list does.
      this.#size = Math.min(BATCH, Math.max(4 * this.#size, FIRST, 4 * bytes.length));
      this.#room = new Uint8Array(this.#size);
      this.#room.set(bytes);
      this.#filled = bytes.length;
      this.#first = this.length;
    } else {
      this.#close();
      this.#batches.push({ first: this.length, bytes: bytes.slice(), starts: null });
    }
    this.length += count;
  }

  /** Makes a batch of what is in the room; what comes next lies behind it there. */
  #close() {
    if (this.#filled === 0) return;
    const bytes = this.#room.subarray(0, this.#filled);
    this.#batches.push({ first: this.#first, bytes, starts: null });
    this.#room = this.#room.subarray(this.#filled);
    this.#filled = 0;
  }

  /** @returns {{first: number, bytes: Uint8Array, starts: Uint32Array | null}[]} */
  get #all() {
    this.#close();
    return this.#batches;
  }

  /** The records as the core wrote them, in order. @returns {Generator<Uint8Array>} */
  *records() {
    for (const { bytes } of this.#all) yield bytes;
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

  /** Where the records are, with their names without "./". */
  *#named() {
    const { record_size, normal_start, normal_length } = FIELDS;
    for (const { bytes } of this.#all) {
      const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
      for (let at = 0, next; at < bytes.length; at = next) {
        next = at + field(view, at, record_size);
        const start = at + layout.member.size + field(view, at, normal_start);
        yield { bytes, view, at, next, start, length: field(view, at, normal_length) };
      }
    }
  }

  /**
   * The last regular file of each of some names, as an engine that unpacks leaves it.
   * @param {Set<string>} names @returns {Map<string, Member>}
   */
  filesNamed(names) {
    /** @type {Map<string, {bytes: Uint8Array, view: DataView, at: number}>} */
    const found = new Map();
    if (names.size === 0) return new Map();
    // Most names are told apart by their length.
    const lengths = new Set([...names].map((name) => encoder.encode(name).length));
    const odd = [...names].some((name) => name.includes('\ufffd'));
    for (const { bytes, view, at, start, length } of this.#named()) {
      if (!odd && !lengths.has(length)) continue;
      if (layout.types[field(view, at, FIELDS.type)] !== 'file') continue;
      const name = decoder.decode(bytes.subarray(start, start + length));
      if (names.has(name)) found.set(name, { bytes, view, at });
    }
    return new Map(
      [...found].map(([name, { bytes, view, at }]) => [name, this.#member(bytes, view, at)]),
    );
  }

  /**
   * The members below directories at the top, each directory's as a list of its own. Their `index` stays
   * what it is here.
   * @param {Iterable<string>} directories @returns {Map<string, MemberList>}
   */
  below(directories) {
    /** @type {Map<string, MemberList>} */
    const lists = new Map();
    for (const name of directories) lists.set(name, new MemberList());
    for (const { bytes, at, next, start, length } of this.#named()) {
      const name = bytes.subarray(start, start + length);
      const slash = name.indexOf(0x2f);
      if (slash < 1) continue;
      lists.get(decoder.decode(name.subarray(0, slash)))?.add(bytes.subarray(at, next), 1);
    }
    return lists;
  }

  /** @returns {Generator<Member>} */
  *[Symbol.iterator]() {
    for (let i = 0; i < this.length; i++) yield /** @type {Member} */ (this.at(i));
  }

  /** @param {number} index */
  #batchOf(index) {
    const batches = this.#all;
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
    const size = layout.member.fields.record_size;
    for (let at = 0; at < length; at += field(view, at, size)) starts.push(at);
    return Uint32Array.from(starts);
  }

  /** @param {Uint8Array} bytes @param {DataView} view @param {number} start @returns {Member} */
  #member(bytes, view, start) {
    const number = (/** @type {string} */ name) => field(view, start, FIELDS[name]);
    let at = start + layout.member.size;
    const take = (/** @type {number} */ length) => bytes.subarray(at, (at += length));
    const text = (/** @type {number} */ length) =>
      length === 0 ? '' : decoder.decode(take(length));
    const from = at + number('normal_start');
    const normal = bytes.subarray(from, from + number('normal_length'));
    const nameBytes = take(number('name_length'));
    const name = decoder.decode(normal);
    const link = text(number('link_length'));
    const uname = text(number('uname_length'));
    const gname = text(number('gname_length'));
    const xattrs = [];
    for (let left = number('xattr_count'); left > 0; left--) {
      const [keyLength, valueLength, encoding] = [0, 4, 8].map((n) => view.getUint32(at + n, true));
      at += 12;
      const key = text(keyLength);
      const value = take(valueLength);
      xattrs.push(encoding ? decodeXattr(key, value) : { name: key, value });
    }
    return {
      index: number('index'),
      name,
      rawName: normal.length === nameBytes.length ? name : decoder.decode(nameBytes),
      nameBytes,
      type: /** @type {Member['type']} */ (layout.types[number('type')]),
      typeflag: String.fromCharCode(number('typeflag') || 48),
      dialect: /** @type {Member['dialect']} */ (layout.dialects[number('dialect')]),
      size: number('size'),
      storedSize: number('stored_size'),
      mode: number('mode'),
      mtime: number('mtime'),
      mtimeNsec: number('mtime_nsec'),
      uid: number('uid'),
      gid: number('gid'),
      uname,
      gname,
      link,
      devMajor: number('dev_major'),
      devMinor: number('dev_minor'),
      headerOffset: number('header_offset'),
      dataOffset: number('data_offset'),
      flags: flagNames(number('flags'), layout.flags),
      nameFlags: flagNames(number('name_flags'), layout.nameFlags),
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
