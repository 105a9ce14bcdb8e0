// SPDX-License-Identifier: Apache-2.0
// One reader of the C core (src/archive/archive.h), and what it found.
import { field, layout } from '../border/archive-layout.js';
import { Decoder, codecsLoaded, loadCodecs } from '../border/codecs.js';
import { MemberList } from './archive-members.js';

/**
 * @typedef {import('./archive-members.js').Member} Member
 * @typedef {{read: number, size: number, members: number}} Progress bytes read of the source, its size
 */

/** Bytes that the core asks for at most. */
export const READ_SIZE = 262144;
const NO_MEMBER = 0xffffffff;
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
export class Reader {
  /** @type {any} */
  #core;
  #handle;
  #want;
  /** @type {Reader | null} */
  #child = null;
  /** @type {{bytes: Uint8Array, filled: number} | null} */
  #body = null;
  /** @type {((piece: Uint8Array) => void | Promise<void>) | null} */
  #sink = null;
  #depth;
  /** Decodes what is fed, if the core cannot. @type {Decoder | null} */
  #decoder = null;
  /** How to make the decoder when the module is there. @type {(() => void) | null} */
  #startDecoder = null;
  /** Where the bytes are that the core was fed last. */
  #fed = { at: 0, length: 0, atEnd: false };
  /** The child waits for its decoder. */
  #childWaits = false;
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
    this.#core = exports;
    this.#depth = options.depth ?? 0;
    this.#want = options.decide ?? (typeof options.want === 'function' ? options.want : null);
    this.members = new MemberList();
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
    return field(this.#view, this.#handle, layout.event.fields[name]);
  }

  /** Gives the core bytes, READ_SIZE at most. @param {Uint8Array} bytes @param {boolean} atEnd */
  feed(bytes, atEnd) {
    if (this.#decoder) {
      this.#decoder.feed(bytes.slice(), atEnd);
      return;
    }
    this.feedInside(this.#input(bytes), bytes.length, atEnd);
  }

  /** Gives the core bytes that are in its memory already. @param {number} at @param {number} length @param {boolean} atEnd */
  feedInside(at, length, atEnd) {
    if (this.#decoder) {
      this.#decoder.feed(this.#bytes.slice(at, at + length), atEnd);
      return;
    }
    this.#fed = { at, length, atEnd };
    this.#core.ckpt_wasm_archive_feed(this.#handle, at, length, atEnd ? 1 : 0);
  }

  /** Copies bytes to where the core can read them. @param {Uint8Array} bytes @param {number} [room] @returns {number} */
  #input(bytes, room = READ_SIZE) {
    const at = this.#core.ckpt_wasm_archive_input(this.#handle, Math.max(bytes.length, room));
    if (!at) throw new ArchiveError('There is not enough memory.', { code: 'memory' });
    this.#refresh();
    this.#bytes.set(bytes, at);
    return at;
  }

  /** Gives the core the next decoded bytes; false if the decoder needs more. @param {Decoder} from */
  #feedDecoded(from) {
    const next = from.next();
    if (!next) return false;
    const { output, state } = next;
    const after = (output.length + 7) & ~7;
    const at = this.#input(output, after + state.length);
    this.#bytes.set(state, at + after);
    this.#core.ckpt_wasm_archive_feed_decoded(this.#handle, at, output.length, at + after);
    return true;
  }

  /** The core says that it is to be fed decoded bytes from now on. */
  #decode() {
    const compression = this.#event('code');
    const window = this.#event('want');
    const at = this.#event('data');
    const { at: fed, length, atEnd } = this.#fed;
    const rest = fed + length - this.#event('have');
    const first = [
      this.#bytes.slice(at, at + this.#event('length')),
      this.#bytes.slice(rest, fed + length),
    ];
    this.#startDecoder = () => {
      this.#startDecoder = null;
      const made = new Decoder(compression, window);
      if (!made.ready) throw new ArchiveError('There is not enough memory.', { code: 'memory' });
      this.#decoder = made;
      made.feed(first[0], false);
      made.feed(first[1], atEnd);
    };
    if (!codecsLoaded()) this.waiting.push(loadCodecs());
  }

  /**
   * Runs until the core needs bytes, wants a pause, or is done.
   * @returns {{type: 'need' | 'pause' | 'end', offset: number, length: number}}
   */
  run() {
    const pause = { type: /** @type {const} */ ('pause'), offset: 0, length: 0 };
    if (this.#childWaits) {
      this.#runChild();
      if (this.waiting.length > 0) return pause;
    }
    for (;;) {
      if (this.#startDecoder) {
        if (!codecsLoaded()) return pause;
        this.#startDecoder();
      }
      const type = layout.events[this.#core.ckpt_wasm_archive_next(this.#handle)];
      this.#refresh();
      if (type === 'need' && this.#decoder) {
        const offset = this.#decoder.position;
        if (!this.#feedDecoded(this.#decoder)) return { type, offset, length: READ_SIZE };
      } else if (type === 'need' || type === 'pause') {
        return { type, offset: this.#event('offset'), length: this.#event('length') };
      } else if (type === 'decode') {
        this.#decode();
      } else if (type === 'members') {
        this.#takeMembers();
      } else if (type === 'data') {
        this.#takeData();
        if (this.waiting.length > 0) return pause;
      } else if (type === 'memberEnd') {
        this.#endMember();
        if (this.waiting.length > 0) return pause;
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
    this.#childWaits = false;
    while (this.#child) {
      const { type } = this.#child.run();
      this.#refresh();
      if (type === 'need') return;
      this.#childWaits = type === 'pause' && this.waiting.length > 0;
      if (this.#childWaits) return;
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
        code: layout.errors[this.#event('code')],
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
    for (const [name, place] of Object.entries(layout.info.fields)) {
      info[name] = field(this.#view, at, /** @type {[number, string]} */ (place));
    }
    return {
      info,
      compression: layout.compressions[info.compression],
      end: layout.ends[info.end],
    };
  }

  free() {
    this.#child?.free();
    this.#child = null;
    this.#decoder?.free();
    this.#decoder = null;
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
