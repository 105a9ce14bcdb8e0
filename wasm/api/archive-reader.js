// SPDX-License-Identifier: Apache-2.0
// One reader of the C core (src/archive/archive.h), and what it found.
import { border } from '../../dist/tables.js';
import { field, layout } from '../border/archive-layout.js';
import { Decoder, codecsLoaded } from '../border/codecs.js';
import { Sha256 } from '../border/hash.js';
import { noMemory } from './admission.js';
import { Brief, MemberList, lastRecord } from './archive-members.js';
import { Archive } from './archive-result.js';
import { Budget, checkedLimits } from './budget.js';

/**
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
    /** What stopped the reading: wrong or missing bytes (damage), a limit, or something that is no archive
     * or compressed in a way that is not known (unreadable). @type {'damage' | 'limit' | 'unreadable'} */
    this.stop = 'damage';
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
 * What happens to the data of a member: `true` has them in `bodies`, GIVE has them handed out piece by
 * piece, `{archive: OPTIONS}` reads them as an archive, which is then in `nested`.
 * @typedef {boolean | typeof GIVE | {archive: ArchiveOptions}} Wish
 * @typedef {object} ArchiveOptions
 * @property {(progress: Progress) => void} [onProgress]
 * @property {AbortSignal} [signal]
 * @property {readonly string[] | ((member: Brief) => Wish | undefined)} [want] names (a final '*'
 *   stands for any end) of files to keep, or a function that is asked for every member
 * @property {(member: Brief, reader: Reader) => Wish | undefined} [decide] asked for every member that no name of
 *   `want` chose; members then come one by one. The reader has what came before: members, bodies
 * @property {readonly number[]} [pick] indexes of the members of interest, ascending. Members are not
 *   listed then, and reading ends after the last of these.
 * @property {Wish} [pickAs] what happens to the data of these, GIVE by default
 * @property {import('./budget.js').Limits} [limits] if no budget is given
 * @property {Budget} [budget] shared by all readers of a checkpoint
 * @property {boolean} [raw] no members: the decompressed bytes, whatever they are, are handed out as
 *   pieces of member 0
 * @property {boolean} [hash] the SHA-256 of the source is wanted, if all of it is read
 * @property {boolean} [alone] read when nobody else reads (origin.js)
 * @property {number} [depth] how many archives this one is inside of
 */

/** The wish to be given the data of a member piece by piece. */
export const GIVE = 'give';

/**
 * What a reader has to say. 'load': the decoders of xz and bzip2 are to be loaded. Of a piece, `bytes` gives a view of
 * the core's memory as it is then: good until the reader runs again, and a view once taken until anything else calls
 * the core.
 * @typedef {{type: 'need', offset: number, length: number}
 *   | {type: 'pause'} | {type: 'end'} | {type: 'load'}
 *   | {type: 'piece', index: number, offset: number, length: number, readonly bytes: Uint8Array}} ReaderEvent
 */

/** Frees readers that nobody freed. @type {FinalizationRegistry<{exports: any, handle: number}>} */
const forgotten = new FinalizationRegistry(({ exports, handle }) =>
  exports.ckpt_wasm_archive_free(handle),
);

/** One reader in the core. */
export class Reader {
  /** @type {any} */
  #core;
  #handle;
  #want;
  #pick;
  #pickAs;
  /** Picked members that were met. */
  #picked = 0;
  /** @type {Reader | null} */
  #child = null;
  /** It was given all there is. */
  #childFed = false;
  /** Nothing else is of interest. */
  #done = false;
  /** @type {{index: number, bytes: Uint8Array, filled: number} | null} */
  #body = null;
  /** The member that is handed out: its index, and how far it was. @type {{index: number, offset: number} | null} */
  #given = null;
  #depth;
  /** Decodes what is fed, if the core cannot. @type {Decoder | null} */
  #decoder = null;
  /** What the decoder is to be made of when the module is there. @type {{compression: number, window: number, first: Uint8Array[], atEnd: boolean} | null} */
  #decoding = null;
  /** Where the bytes are that the core was fed last. */
  #fed = { at: 0, length: 0, atEnd: false };
  /** @type {Uint8Array} */
  #bytes = new Uint8Array();
  /** @type {DataView} */
  #view = new DataView(new ArrayBuffer(0));
  members;
  /** Members met so far. */
  count = 0;
  /** @type {Map<number, Uint8Array>} */
  bodies = new Map();
  /** @type {Map<number, Archive>} */
  nested = new Map();
  /** @type {ArchiveError | null} */
  error = null;
  #budget;
  /** Of the source, as far as it was read without a gap. @type {Sha256 | null} */
  #hash = null;
  /** The size of the source, once it is known. */
  #size;
  /** Where the bytes lie in the source that were asked for. */
  #asked = 0;
  /** Bytes of the tar that the budget knows of. */
  #output = 0;

  /**
   * @param {any} core @param {number | undefined} size @param {ArchiveOptions} options
   * @param {boolean} [sequential]
   */
  constructor(core, size, options, sequential = false) {
    const exports = core.exports;
    this.#core = exports;
    this.#depth = options.depth ?? 0;
    this.#size = size;
    if (options.hash) this.#hash = new Sha256(exports);
    this.#want = options.decide ?? (typeof options.want === 'function' ? options.want : null);
    this.#pick = options.pick;
    this.#pickAs = options.pickAs ?? GIVE;
    this.#budget = options.budget ?? new Budget(checkedLimits(options.limits));
    this.members = new MemberList();

    const { size: structSize, fields } = layout.options;
    const unknown = (1n << 64n) - 1n;
    const values = {
      ...this.#budget.options(),
      source_size: size === undefined ? unknown : BigInt(size),
      flags:
        (this.#want || this.#pick ? border.modes.decide : 0) |
        (sequential ? border.modes.sequential : 0) |
        (options.raw ? border.modes.raw : 0),
      depth: this.#depth,
    };
    const at = exports.ckpt_wasm_allocate(structSize);
    if (!at) throw noMemory();
    try {
      new Uint8Array(exports.memory.buffer, at, structSize).fill(0);
      const view = new DataView(exports.memory.buffer);
      for (const [name, value] of Object.entries(values)) {
        const place = fields[name];
        if (place[1] === 'uint64_t') view.setBigUint64(at + place[0], BigInt(value), true);
        else view.setUint32(at + place[0], Number(value), true);
      }
      this.#handle = exports.ckpt_wasm_archive_new(at);
    } finally {
      exports.ckpt_wasm_release(at);
    }
    if (!this.#handle) throw noMemory();
    if (options.raw) this.#given = { index: 0, offset: 0 };
    forgotten.register(this, { exports, handle: this.#handle }, this);
    try {
      if (Array.isArray(options.want)) for (const pattern of options.want) this.#select(pattern);
    } catch (error) {
      this.free();
      throw error;
    }
  }

  /** @param {string} pattern */
  #select(pattern) {
    const bytes = encoder.encode(pattern);
    const at = this.#core.ckpt_wasm_allocate(bytes.length || 1);
    if (!at) throw noMemory();
    new Uint8Array(this.#core.memory.buffer, at, bytes.length).set(bytes);
    const done = this.#core.ckpt_wasm_archive_select(this.#handle, at, bytes.length, 0);
    this.#core.ckpt_wasm_release(at);
    if (!done) throw noMemory();
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

  /** Takes bytes of the source, READ_SIZE at most. @param {Uint8Array} bytes @param {boolean} atEnd */
  feed(bytes, atEnd) {
    if (!this.#decoder) {
      this.feedInside(this.#input(bytes), bytes.length, atEnd);
      return;
    }
    if (this.#hashes(bytes.length, atEnd)) this.#hash?.add(bytes);
    this.#decoder.feed(bytes.slice(), atEnd);
  }

  /** Whether the next bytes are to be hashed. @param {number} length @param {boolean} atEnd */
  #hashes(length, atEnd) {
    if (this.#hash?.length !== this.#asked) return false; // a gap
    if (atEnd) this.#size = this.#asked + length;
    this.#asked += length; // an archive inside is not asked
    return true;
  }

  /** The SHA-256 of the source, if all of it was read; else ''. */
  takeHash() {
    const hash = this.#hash;
    this.#hash = null;
    if (hash && hash.length === this.#size) return hash.end();
    hash?.free();
    return '';
  }

  /** The same of bytes that are in the core's memory already. @param {number} at @param {number} length @param {boolean} atEnd */
  feedInside(at, length, atEnd) {
    if (this.#hashes(length, atEnd)) this.#hash?.addInside(at, length);
    if (this.#decoder) {
      this.#refresh();
      this.#decoder.feed(this.#bytes.slice(at, at + length), atEnd);
      return;
    }
    this.#fed = { at, length, atEnd };
    this.#core.ckpt_wasm_archive_feed(this.#handle, at, length, atEnd ? 1 : 0);
  }

  /** Copies bytes to where the core can read them. @param {Uint8Array} bytes @param {number} [room] @returns {number} */
  #input(bytes, room = READ_SIZE) {
    const at = this.#core.ckpt_wasm_archive_input(this.#handle, Math.max(bytes.length, room));
    if (!at) throw noMemory();
    this.#refresh();
    this.#bytes.set(bytes, at);
    return at;
  }

  /** The core says that it is to be fed decoded bytes from now on. */
  #decode() {
    const at = this.#event('data');
    const end = this.#fed.at + this.#fed.length;
    this.#decoding = {
      compression: this.#event('code'),
      window: this.#event('want'),
      first: [
        this.#bytes.slice(at, at + this.#event('length')),
        this.#bytes.slice(end - this.#event('have'), end),
      ],
      atEnd: this.#fed.atEnd,
    };
  }

  /** Makes the decoder; false if the module is not loaded yet. */
  #startDecoder() {
    if (!this.#decoding) return true;
    if (!codecsLoaded()) return false;
    const { compression, window, first, atEnd } = this.#decoding;
    this.#decoding = null;
    this.#decoder = new Decoder(compression, window);
    if (!this.#decoder.ready) throw noMemory();
    this.#decoder.feed(first[0], false);
    this.#decoder.feed(first[1], atEnd);
    return true;
  }

  /** Gives the core the next decoded bytes; false if the decoder needs more. */
  #feedDecoded() {
    const next = this.#decoder?.next();
    if (!next) return false;
    const { output, state } = next;
    const after = (output.length + 7) & ~7;
    const at = this.#input(output, after + state.length);
    this.#bytes.set(state, at + after);
    this.#core.ckpt_wasm_archive_feed_decoded(this.#handle, at, output.length, at + after);
    return true;
  }

  /**
   * Runs until there is something to do for the caller. An archive inside this one is asked first: as
   * long as it has something to say, nothing more is read of what is around it.
   * @returns {ReaderEvent}
   */
  run() {
    for (;;) {
      if (this.#child) {
        const event = this.#child.run();
        this.#refresh();
        if (event.type === 'end' || (event.type === 'need' && this.#childFed)) this.#endChild();
        else if (event.type !== 'need') return event;
      }
      if (this.#done) return { type: 'end' };
      if (!this.#startDecoder()) return { type: 'load' };
      const type = layout.events[this.#core.ckpt_wasm_archive_next(this.#handle)];
      this.#refresh();
      if ((type === 'need' || type === 'pause') && !this.#countOutput()) continue;
      if (type === 'need') {
        if (this.#feedDecoded()) continue;
        this.#asked = this.#decoder ? this.#decoder.position : this.#event('offset');
        const length = this.#decoder ? READ_SIZE : this.#event('length');
        return { type, offset: this.#asked, length };
      } else if (type === 'decode') {
        this.#decode();
      } else if (type === 'pause') {
        return { type };
      } else if (type === 'members') {
        this.#takeMembers();
      } else if (type === 'data') {
        const piece = this.#takeData();
        if (piece) return piece;
      } else if (type === 'memberEnd') {
        this.#endMember();
      } else {
        if (type === 'error') this.error = this.#error();
        if (this.error?.code === 'memory') throw noMemory();
        this.#cutBody();
        this.#cutChild();
        return { type: 'end' };
      }
    }
  }

  #takeMembers() {
    const at = this.#event('data');
    const count = this.#event('count');
    this.count += count;
    if (this.#pick) {
      const index = this.count - 1;
      if (index !== this.#pick[this.#picked]) return;
      this.#picked++;
      const record = this.#bytes.subarray(at, at + this.#event('length'));
      this.#core.ckpt_wasm_archive_accept(this.#handle);
      this.#start(this.#pickAs, index, sizeOf(record), true);
      return;
    }
    const length = this.#event('length');
    this.members.add(this.#bytes.subarray(at, at + length), count);
    if (this.#exceeds(this.#budget.takeMembers(count, length))) return;
    /** @type {Wish | undefined} */
    let wish = false;
    const last = new Brief(this.#core.memory, this.#view, lastRecord(this.#view, at, at + length));
    if (last.wanted) {
      wish = true;
    } else if (this.#want) {
      wish = this.#want(last, this);
      if (wish) this.#core.ckpt_wasm_archive_accept(this.#handle);
    }
    this.#start(wish, last.index, last.size, last.wanted);
  }

  /**
   * The data of a member follow.
   * @param {Wish | undefined} wish @param {number} index @param {number} size
   * @param {boolean} must whether it is an error if they cannot be kept
   */
  #start(wish, index, size, must) {
    if (wish === true) {
      if (!this.#budget.keep(size)) {
        if (must) this.#exceeds(KEPT_TOO_MUCH);
        else this.#skip();
        return;
      }
      this.#body = { index, bytes: new Uint8Array(size), filled: 0 };
      this.bodies.set(index, this.#body.bytes);
    } else if (wish === GIVE) {
      this.#given = { index, offset: 0 };
    } else if (wish) {
      if (this.#exceeds(this.#budget.takeArchive())) return;
      const options = { budget: this.#budget, ...wish.archive, depth: this.#depth + 1 };
      this.#child = new Reader({ exports: this.#core }, size, options, true);
      this.#childFed = false;
      this.nested.set(index, new Archive(this.#child));
    }
  }

  /** @returns {ReaderEvent | undefined} */
  #takeData() {
    const at = this.#event('data');
    const length = this.#event('length');
    const bytes = this.#bytes.subarray(at, at + length);
    if (this.#body) {
      this.#body.bytes.set(bytes, this.#body.filled);
      this.#body.filled += length;
    } else if (this.#given) {
      const { index, offset } = this.#given;
      this.#given.offset += length;
      return this.#piece(index, offset, at, length);
    } else if (this.#child) {
      this.#child.feedInside(at, length, false);
      this.#exceeds(this.#budget.takeOutput(length));
    }
    return undefined;
  }

  /**
   * The memory may grow before the piece is looked at, and a view made now would then be empty.
   * @param {number} index @param {number} offset @param {number} at @param {number} length @returns {ReaderEvent}
   */
  #piece(index, offset, at, length) {
    const { memory } = this.#core;
    return {
      type: 'piece',
      index,
      offset,
      length,
      get bytes() {
        return new Uint8Array(memory.buffer, at, length);
      },
    };
  }

  /** Nobody wants the rest of the member. */
  #skip() {
    this.#core.ckpt_wasm_archive_skip(this.#handle);
  }

  /** @param {import('./budget.js').Exceeded | null} problem @returns {boolean} whether that ends the reading */
  #exceeds(problem) {
    if (!problem) return false;
    const { message, code } = problem;
    const { tar_read: offset } = this.info().info;
    this.error = new ArchiveError(message, { code, stop: 'limit', offset });
    this.#cutBody();
    this.#cutChild();
    this.#done = true;
    return true;
  }

  /** @returns {boolean} whether reading may go on */
  #countOutput() {
    const { info, compression } = this.info();
    if (compression === 'none') return true;
    const more = info.tar_read - this.#output;
    this.#output = info.tar_read;
    return !this.#exceeds(this.#budget.takeOutput(Math.max(0, more)));
  }

  /** Bytes of the source were read for this one. @param {number} bytes */
  took(bytes) {
    this.#budget.takeInput(bytes);
  }

  #endChild() {
    const child = /** @type {Reader} */ (this.#child);
    this.nested.get(this.count - 1)?.finish(child);
    child.free();
    this.#child = null;
    if (!this.#childFed) this.#skip();
    this.#done = this.#picked > 0 && this.#picked === this.#pick?.length;
  }

  /** Of a member that is not there to its end there is only the beginning. */
  #cutBody() {
    if (!this.#body) return;
    const { index, bytes, filled } = this.#body;
    this.bodies.set(index, bytes.subarray(0, filled));
  }

  /** What is around the archive inside ended early: so does that one. */
  #cutChild() {
    if (!this.#child) return;
    this.#child.error ??= this.error;
    this.#child.#cutBody();
    this.#childFed = true;
    this.#child.#cutChild();
    this.#endChild();
    this.#done = true;
  }

  #endMember() {
    this.#body = null;
    this.#given = null;
    if (this.#child) {
      this.#child.feedInside(0, 0, true);
      this.#childFed = true;
    } else {
      this.#done = this.#picked > 0 && this.#picked === this.#pick?.length;
    }
  }

  #error() {
    const at = this.#event('message');
    const member = this.#event('member');
    return new ArchiveError(
      decoder.decode(this.#bytes.subarray(at, at + this.#event('message_length'))),
      {
        code: layout.errors[this.#event('code')],
        stop: layout.stops[this.info().info.stop],
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
      reading: new Uint8Array(this.#core.memory.buffer, at, layout.info.size).slice(),
      compression: layout.compressions[info.compression],
      end: layout.ends[info.end],
    };
  }

  /** Frees its memory. */
  free() {
    this.#child?.free();
    this.#child = null;
    this.#decoder?.free();
    this.#decoder = null;
    this.#hash?.free();
    if (!this.#handle) return;
    forgotten.unregister(this);
    this.#core.ckpt_wasm_archive_free(this.#handle);
    this.#handle = 0;
  }
}

/** @type {import('./budget.js').Exceeded} */
const KEPT_TOO_MUCH = {
  code: 'limit-kept',
  message:
    'The metadata files of all archives of the checkpoint are more than is kept of them; that is the limit (maxKeptSum).',
};

/** The size of the member of a record. @param {Uint8Array} record */
const sizeOf = (record) =>
  field(
    new DataView(record.buffer, record.byteOffset, record.length),
    0,
    layout.member.fields.size,
  );
