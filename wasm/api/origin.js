// SPDX-License-Identifier: Apache-2.0
// Where the bytes of a checkpoint come from: a source, a member of an archive, a member of a member.
import { admissionOf, ALONE, READER, ResourceError } from './admission.js';
import {
  ArchiveError,
  finished,
  openArchive,
  readArchive,
  unlessAborted,
  windowOf,
} from './archive.js';
import { Budget } from './budget.js';
import { Summary } from './summary.js';

/**
 * @typedef {import('./archive.js').Archive} Archive
 * @typedef {import('./archive.js').ArchiveOptions} ArchiveOptions
 * @typedef {import('./archive.js').Member} Member
 * @typedef {import('./sources.js').Input} Input
 */

/** An archive that can be read again. */
export class Origin {
  #core;
  /** @type {Origin | undefined} */
  #outer;
  /** @type {number | undefined} */
  #index;
  #depth;
  #spent = false;
  /** The first bytes, if they were looked at and not used yet. @type {Uint8Array | undefined} */
  #head;
  /** Of what is known, the largest window of its compression. */
  #window = 0;
  /** @type {Input | undefined} */
  input;
  /** Known after the first reading. @type {string | undefined} */
  compression;
  /** Checked ones. @type {Record<string, number>} */
  limits;
  /** What the checkpoint that it belongs to may cost to open. @type {Budget} */
  budget;

  /**
   * @param {{exports: any}} core
   * @param {Input | {outer: Origin, index: number}} from an input, or a member of an archive that
   *   can only be streamed
   * @param {{limits?: Record<string, number>, budget?: Budget, depth?: number}} [options] depth: how many
   *   archives are around this one
   */
  constructor(core, from, { limits = {}, budget = new Budget(limits), depth = 0 } = {}) {
    this.#core = core;
    this.#depth = depth;
    this.limits = limits;
    this.budget = budget;
    if ('outer' in from) {
      this.#outer = from.outer;
      this.#index = from.index;
    } else {
      this.input = from;
    }
  }

  /** What belongs to the same checkpoint. @param {Input | {outer: Origin, index: number}} from @param {number} deeper */
  #related(from, deeper) {
    const { limits, budget } = this;
    return new Origin(this.#core, from, { limits, budget, depth: this.#depth + deeper });
  }

  /** Whether members can be read where they lie. */
  get plain() {
    return this.compression === 'none' && this.input?.size !== undefined;
  }

  /** Finds out the compression, and what memory it needs. @param {AbortSignal} [signal] */
  async probe(signal) {
    const { input } = this;
    if (!input) return;
    const length = input.size === undefined ? HEAD : Math.min(HEAD, input.size);
    this.#head = await unlessAborted(input.read(0, length), signal);
    // A window that is not allowed is reported; no room is made for it.
    const limits = { maxWindow: 1 };
    const admission = admissionOf(this.#core);
    const holder = await admission.enter(READER, signal);
    try {
      const { compression, info } = await openArchive(this.#core, this.#head, { limits });
      if (input.size !== undefined) this.compression = compression;
      this.#window = info.window;
    } finally {
      admission.leave(holder);
    }
  }

  /**
   * Reads the archive from its start, when there is room for that.
   * @param {ArchiveOptions} options
   * @returns {AsyncGenerator<import('./archive.js').Piece, Archive>} as readArchive
   */
  async *read(options) {
    // A pass for some members costs nothing that stays.
    const budget = options.pick ? new Budget(this.limits) : this.budget;
    const { input } = this;
    if (!input) return yield* this.#readInside({ budget, ...options });
    if (this.#spent && input.size === undefined) throw new TypeError(ONCE);
    this.#spent = true;
    const admission = admissionOf(this.#core);
    const weight = READER + Math.min(this.#window, this.limits.maxWindow ?? 2 ** 53);
    const holder = await admission.enter(options.alone ? ALONE : weight, options.signal);
    if (options.alone) Summary.dropAll();
    try {
      const head = this.#head;
      this.#head = undefined;
      const read = (/** @type {number} */ offset, /** @type {number} */ length) => {
        holder.touched = Date.now();
        if (head && offset < head.length) return head.subarray(offset);
        return input.read(offset, length);
      };
      const source = /** @type {any} */ ({ size: input.size, read });
      const archive = yield* readArchive(this.#core, source, {
        budget,
        depth: this.#depth,
        ...options,
      });
      this.#window = Math.max(this.#window, archive.info.window ?? 0);
      return archive;
    } finally {
      admission.leave(holder);
    }
  }

  /** @param {ArchiveOptions} options @returns {AsyncGenerator<import('./archive.js').Piece, Archive>} */
  async *#readInside(options) {
    const outer = /** @type {Origin} */ (this.#outer);
    const index = /** @type {number} */ (this.#index);
    const { onProgress, signal, alone, ...inner } = options;
    const pickAs = { archive: inner };
    const { budget } = options;
    const read = yield* outer.read({ onProgress, signal, alone, budget, pick: [index], pickAs });
    const nested = read.nested.get(index);
    if (!nested) throw read.error ?? new ArchiveError(GONE, { code: 'gone' });
    return nested;
  }

  /** Whether the source can be read again. @returns {boolean} */
  get #again() {
    return this.#outer ? this.#outer.#again : this.input?.size !== undefined;
  }

  /**
   * The archive, read to its end: once more, with nobody else there, if the memory was not enough.
   * @param {ArchiveOptions} options
   * @param {(piece: import('./archive.js').Piece) => void} [take] gets what the options ask to GIVE
   * @returns {Promise<Archive>}
   */
  async archive(options, take) {
    const mark = this.budget.mark();
    try {
      return await finished(this.read(options), take);
    } catch (error) {
      if (!(error instanceof ResourceError && error.code === 'memory' && this.#again)) throw error;
    }
    this.budget.reset(mark);
    return finished(this.read({ ...options, alone: true }), take);
  }

  /** The bytes of the archive, decompressed. @param {AbortSignal} [signal] @returns {AsyncGenerator<Uint8Array>} */
  async *tar(signal) {
    if (this.plain) {
      yield* this.stored(signal);
      return;
    }
    const pass = this.read({ raw: true, signal, budget: new Budget(this.limits) });
    try {
      for (;;) {
        const { done, value } = await pass.next();
        if (!done) {
          yield value.bytes.slice();
          continue;
        }
        if (value.error) throw value.error;
        return;
      }
    } finally {
      await pass.return(/** @type {any} */ (undefined));
    }
  }

  /** The bytes of the archive as they are stored. @param {AbortSignal} [signal] @returns {AsyncGenerator<Uint8Array>} */
  async *stored(signal) {
    const { input } = this;
    if (!input) {
      const outer = /** @type {Origin} */ (this.#outer);
      const pass = outer.read({ pick: [/** @type {number} */ (this.#index)], signal });
      for (;;) {
        const { done, value } = await pass.next();
        if (!done) yield value.bytes.slice();
        else if (value.error) throw value.error;
        else return;
      }
    }
    if (this.#spent && input.size === undefined) throw new TypeError(ONCE);
    this.#spent = true;
    const { size = Infinity } = input;
    for (let at = 0; at < size;) {
      signal?.throwIfAborted();
      const bytes = await unlessAborted(input.read(at, Math.min(STEP, size - at)), signal);
      if (bytes.length === 0) return;
      yield bytes;
      at += bytes.length;
    }
  }

  /** The archive that a member is. @param {Member} member @returns {Origin} */
  inside(member) {
    const whole = this.plain && !member.flags.includes('sparse');
    return whole
      ? this.#related(windowOf(/** @type {any} */ (this.input), member.dataOffset, member.size), 1)
      : this.#related({ outer: this, index: member.index }, 1);
  }

  /** The archive that bytes are. @param {Uint8Array} bytes @returns {Origin} */
  over(bytes) {
    const read = (/** @type {number} */ at, /** @type {number} */ length) =>
      bytes.subarray(at, at + length);
    return this.#related({ size: bytes.length, read }, 1);
  }

  /**
   * A part of the input, where the members of a plain archive lie.
   * @param {number} start @param {number} length @returns {Promise<Uint8Array>} fewer bytes at the end
   */
  async bytes(start, length) {
    return /** @type {Input} */ (this.input).read(start, length);
  }

  /** A sparse member of a plain archive as an archive of its own. @param {Member} member @returns {Origin} */
  alone(member) {
    const input = /** @type {Input & {size: number}} */ (this.input);
    const { headerOffset } = member;
    const rest = windowOf(/** @type {any} */ (input), headerOffset, input.size - headerOffset);
    return this.#related(rest, 0);
  }

  /** Releases what the input holds. */
  async close() {
    await this.input?.close?.();
    await this.#outer?.close();
  }
}

/** Bytes that are looked at to know what it is. */
const HEAD = 512;
/** Bytes that are read at once where all are wanted. */
const STEP = 2 ** 20;
const ONCE = 'a stream can be read only once; open a file, a Blob or bytes to read members later';
export const GONE = 'The member is no longer where it was.';
