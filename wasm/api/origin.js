// SPDX-License-Identifier: Apache-2.0
// Where the bytes of a checkpoint come from: a source, a member of an archive, a member of a member.
import { ArchiveError, finished, openArchive, readArchive, windowOf } from './archive.js';

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

  /**
   * Reads the archive from its start.
   * @param {ArchiveOptions} options
   * @returns {AsyncGenerator<import('./archive.js').Piece, Archive>} as readArchive
   */
  async *read(options) {
    const { input } = this;
    if (input) {
      if (this.#spent && input.size === undefined) throw new TypeError(ONCE);
      this.#spent = true;
      const head = this.#head;
      this.#head = undefined;
      const read = (/** @type {number} */ offset, /** @type {number} */ length) =>
        offset === 0 && head ? head : input.read(offset, length);
      const source = /** @type {any} */ ({ size: input.size, read });
      return yield* readArchive(this.#core, source, { depth: this.#depth, ...options });
    }
    const outer = /** @type {Origin} */ (this.#outer);
    const index = /** @type {number} */ (this.#index);
    const { onProgress, signal, ...inner } = options;
    const pickAs = { archive: inner };
    const read = yield* outer.read({ onProgress, signal, pick: [index], pickAs });
    const nested = read.nested.get(index);
    if (!nested) throw read.error ?? new ArchiveError(GONE, { code: 'gone' });
    return nested;
  }

  /** The archive, read to its end. @param {ArchiveOptions} options @returns {Promise<Archive>} */
  archive(options) {
    return finished(this.read(options));
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
    return new Origin(this.#core, rest, this.#depth);
  }

  /** Lets go of what the input holds. */
  async close() {
    await this.input?.close?.();
    await this.#outer?.close();
  }
}

const ONCE = 'a stream can be read only once; open a file, a Blob or bytes to read members later';
export const GONE = 'The member is no longer where it was.';
