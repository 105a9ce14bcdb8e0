// SPDX-License-Identifier: Apache-2.0
// Where the bytes of a checkpoint come from: a source, a member of an archive, a member of a member.
import { ArchiveError, openArchive, windowOf } from './archive.js';

/**
 * @typedef {import('./archive.js').Archive} Archive
 * @typedef {import('./archive.js').ArchiveOptions} ArchiveOptions
 * @typedef {import('./archive.js').Member} Member
 * @typedef {object} Input
 * @property {number | undefined} size undefined: a stream, to be read in order, once
 * @property {(offset: number, length: number) => Uint8Array | Promise<Uint8Array>} read
 * @property {() => void | Promise<void>} [close]
 * @property {boolean} [directory] the archive is made up from the files of a directory
 */

const PIECE = 2 ** 20;

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
  /** @type {Input | undefined} */
  input;
  /** Known after the first reading. @type {string | undefined} */
  compression;

  /**
   * @param {{exports: any}} core
   * @param {Input | {outer: Origin, index: number}} from an input, or a member of an archive that
   *   can only be streamed
   * @param {number} [depth] archives around this one
   */
  constructor(core, from, depth = 0) {
    this.#core = core;
    this.#depth = depth;
    if ('outer' in from) {
      this.#outer = from.outer;
      this.#index = from.index;
    } else {
      this.input = from;
    }
  }

  /** Whether members can be read where they lie. */
  get plain() {
    return this.compression === 'none' && this.input?.size !== undefined;
  }

  /** Finds out the compression, without reading a stream. */
  async probe() {
    const { input } = this;
    if (input?.size === undefined) return;
    this.#head = await input.read(0, Math.min(512, input.size));
    this.compression = (await openArchive(this.#core, this.#head)).compression;
  }

  /** Reads the archive. @param {ArchiveOptions} options @returns {Promise<Archive>} */
  async archive(options) {
    const { input } = this;
    if (input) {
      if (this.#spent && input.size === undefined) throw new TypeError(ONCE);
      this.#spent = true;
      const head = this.#head;
      this.#head = undefined;
      const read = (/** @type {number} */ offset, /** @type {number} */ length) =>
        offset === 0 && head ? head : input.read(offset, length);
      const source = /** @type {any} */ ({ size: input.size, read });
      return openArchive(this.#core, source, { depth: this.#depth, ...options });
    }
    const outer = /** @type {Origin} */ (this.#outer);
    const index = /** @type {number} */ (this.#index);
    const { onProgress, signal, ...inner } = options;
    const read = await outer.archive({
      onProgress,
      signal,
      stopAfter: index,
      decide: (member) => (member.index === index ? { archive: inner } : undefined),
    });
    const nested = read.nested.get(index);
    if (!nested) throw read.error ?? new ArchiveError(GONE, { code: 'gone' });
    return nested;
  }

  /** The archive that a member is. @param {Member} member @returns {Origin} */
  inside(member) {
    const whole = this.plain && !member.flags.includes('sparse');
    return whole
      ? new Origin(
          this.#core,
          windowOf(/** @type {any} */ (this.input), member.dataOffset, member.size),
          this.#depth + 1,
        )
      : new Origin(this.#core, { outer: this, index: member.index }, this.#depth + 1);
  }

  /** The archive that bytes are. @param {Uint8Array} bytes @returns {Origin} */
  over(bytes) {
    const read = (/** @type {number} */ at, /** @type {number} */ length) =>
      bytes.subarray(at, at + length);
    return new Origin(this.#core, { size: bytes.length, read }, this.#depth + 1);
  }

  /**
   * The data of a member, or a part of them, piece by piece.
   * @param {Member} member @param {AbortSignal} [signal] @param {number} [start] @param {number} [end]
   * @returns {AsyncGenerator<Uint8Array>}
   */
  async *stream(member, signal, start = 0, end = member.size) {
    signal?.throwIfAborted();
    if (start >= end) return;
    if (this.plain && !member.flags.includes('sparse')) {
      const { dataOffset } = member;
      yield* this.#seek(dataOffset + start, dataOffset + end, signal);
      return;
    }
    let at = 0;
    for await (const piece of this.#search(member, signal)) {
      const from = Math.max(0, start - at);
      const to = Math.min(piece.length, end - at);
      if (from < to) yield piece.subarray(from, to);
      at += piece.length;
      if (at >= end) return;
    }
  }

  /** @param {number} start @param {number} end @param {AbortSignal} [signal] */
  async *#seek(start, end, signal) {
    const input = /** @type {Input} */ (this.input);
    for (let at = start; at < end;) {
      const bytes = await input.read(at, Math.min(PIECE, end - at));
      signal?.throwIfAborted();
      if (bytes.length === 0) throw new ArchiveError(CUT, { code: 'truncated-member', offset: at });
      at += bytes.length;
      yield bytes;
    }
  }

  /** @param {Member} member @param {AbortSignal} [signal] */
  async *#search(member, signal) {
    /** @type {{bytes: Uint8Array, taken: () => void}[]} */
    const pieces = [];
    let wake = () => {};
    let left = member.size;
    let finished = false;
    const stop = new AbortController();
    const signals = signal ? AbortSignal.any([signal, stop.signal]) : stop.signal;
    const reading = this.archive({
      signal: signals,
      stopAfter: member.index,
      decide: ({ index }) =>
        index === member.index &&
        ((bytes) =>
          new Promise((taken) => {
            pieces.push({ bytes, taken });
            wake();
          })),
    }).finally(() => {
      finished = true;
      wake();
    });
    reading.catch(() => {}); // it is looked at below
    try {
      while (left > 0) {
        const piece = pieces.shift();
        if (piece) {
          left -= piece.bytes.length;
          yield piece.bytes;
          piece.taken();
        } else if (finished) {
          const { error } = await reading;
          throw error ?? new ArchiveError(GONE, { code: 'gone' });
        } else {
          await new Promise((resolve) => (wake = () => resolve(undefined)));
        }
      }
    } finally {
      stop.abort();
      for (const { taken } of pieces) taken();
    }
  }

  /** Lets go of what the input holds. */
  async close() {
    await this.input?.close?.();
    await this.#outer?.close();
  }
}

const ONCE = 'a stream can be read only once; open a file, a Blob or bytes to read members later';
const GONE = 'The member is no longer where it was.';
const CUT = 'The archive ends inside the member.';
