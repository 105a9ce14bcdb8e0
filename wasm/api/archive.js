// SPDX-License-Identifier: Apache-2.0
// Archives: drives a reader of the C core over a source of bytes.
import { loadCodecs } from '../border/codecs.js';
import { READ_SIZE, Reader } from './archive-reader.js';
import { Archive } from './archive-result.js';
import { inputOf } from './sources.js';

export { ArchiveError, GIVE } from './archive-reader.js';
export { Archive } from './archive-result.js';

/**
 * @typedef {{size: number | undefined, read(offset: number, length: number): Uint8Array | Promise<Uint8Array>}} Source
 * @typedef {import('./archive-reader.js').Progress} Progress
 * @typedef {import('./archive-reader.js').ArchiveOptions} ArchiveOptions
 * @typedef {import('./archive-members.js').Member} Member
 * @typedef {Extract<import('./archive-reader.js').ReaderEvent, {type: 'piece'}>} Piece
 */

/** A part of a source as a source: how a plain archive inside a plain archive is read. @param {Source} source @param {number} start @param {number} size @returns {Source} */
export function windowOf(source, start, size) {
  return {
    size,
    read: (offset, length) => source.read(start + offset, Math.min(length, size - offset)),
  };
}

/** Lets other things happen: an abort, painting. */
const breathe = () => new Promise((resolve) => setTimeout(resolve));

/** Milliseconds of work after which others get their turn. */
const TURN = 30;

/**
 * What a promise gives, unless the signal aborts before.
 * @template T @param {T | Promise<T>} pending @param {AbortSignal} [signal] @returns {Promise<T>}
 */
export function unlessAborted(pending, signal) {
  if (!(pending instanceof Object && 'then' in pending)) return Promise.resolve(pending);
  if (typeof signal?.addEventListener !== 'function') return Promise.resolve(pending);
  return new Promise((resolve, reject) => {
    const stop = () => reject(signal.reason);
    const settle = (/** @type {() => void} */ how) => {
      signal.removeEventListener('abort', stop);
      how();
    };
    signal.addEventListener('abort', stop);
    Promise.resolve(pending).then(
      (value) => settle(() => resolve(value)),
      (error) => settle(() => reject(error)),
    );
  });
}

/** The bytes of a source, each piece asked for while the one before is worked on. */
class Ahead {
  #source;
  #signal;
  /** @type {{offset: number, bytes: Uint8Array | Promise<Uint8Array>} | null} */
  #next = null;
  #position = 0;

  /** @param {Source} source @param {AbortSignal} [signal] */
  constructor(source, signal) {
    this.#source = source;
    this.#signal = signal;
  }

  /** @param {number} offset @param {number} length */
  #ask(offset, length) {
    const { size } = this.#source;
    const most = size === undefined ? length : Math.min(length, size - offset);
    return most > 0 ? this.#source.read(offset, most) : new Uint8Array(); // decoders ask to the end
  }

  /** @param {number} offset @param {number} length @returns {Promise<Uint8Array>} */
  async get(offset, length) {
    const { size } = this.#source;
    const pending = this.#next?.offset === offset ? this.#next.bytes : this.#ask(offset, length);
    this.#next = null;
    let bytes =
      pending instanceof Uint8Array ? pending : await unlessAborted(pending, this.#signal);
    if (bytes.length > READ_SIZE) bytes = bytes.subarray(0, READ_SIZE);
    const next = offset + bytes.length;
    if (length === READ_SIZE && offset === this.#position && (size === undefined || next < size)) {
      const following = this.#ask(next, READ_SIZE);
      this.#next = { offset: next, bytes: following };
      if (!(following instanceof Uint8Array)) following.catch(() => {}); // until its turn comes
    }
    this.#position = next;
    return bytes;
  }
}

/**
 * Reads an archive once, from start to end, with bounded memory, and hands out the pieces of the members
 * that are to be given. It is the consumer who sets the pace: nothing is read while a piece is looked at.
 * Stopping early (break, return) frees the reader. Broken archives do not throw: what was found
 * is returned with `error` set. Throws if aborted or if the source's `read` does.
 * @param {{exports: any}} core the instance of the core
 * @param {Blob | Uint8Array | Source} source size undefined: read in order until nothing comes
 * @param {ArchiveOptions} [options]
 * @returns {AsyncGenerator<Piece, Archive>} each look at the `bytes` of a piece gives a view, until the next piece is
 *   asked for; a view is good until anything else calls the core: look again after waiting, or copy
 */
export async function* readArchive(core, source, options = {}) {
  const from =
    typeof (/** @type {any} */ (source)?.read) === 'function'
      ? /** @type {Source} */ (source)
      : inputOf(source);
  const { onProgress, signal } = options;
  signal?.throwIfAborted();
  const ahead = new Ahead(from, signal);
  const reader = new Reader(core, from.size, options);
  const archive = new Archive(reader);
  let breathed = Date.now();
  try {
    for (;;) {
      const event = reader.run();
      if (event.type === 'end') break;
      if (Date.now() - breathed > TURN && event.type !== 'piece') {
        await breathe();
        breathed = Date.now();
      }
      signal?.throwIfAborted();
      if (event.type === 'piece') {
        yield event;
        signal?.throwIfAborted();
      } else if (event.type === 'need') {
        const bytes = await ahead.get(event.offset, event.length);
        signal?.throwIfAborted();
        reader.feed(bytes, bytes.length === 0);
        reader.took(bytes.length);
        const read = event.offset + bytes.length;
        onProgress?.({ read, size: from.size ?? 0, members: reader.count });
      } else if (event.type === 'load') {
        await unlessAborted(loadCodecs(), signal);
        signal?.throwIfAborted();
      }
    }
    archive.finish(reader);
    return archive;
  } finally {
    reader.free();
  }
}

/**
 * Reads an archive to its end.
 * @template T @template P @param {AsyncGenerator<P, T>} reading
 * @param {(piece: P) => void} [take] gets what is given
 * @returns {Promise<T>}
 */
export async function finished(reading, take) {
  for (;;) {
    const { done, value } = await reading.next();
    if (done) return /** @type {T} */ (value);
    take?.(/** @type {P} */ (value));
  }
}

/**
 * Reads an archive as readArchive does, at once.
 * @param {{exports: any}} core @param {Blob | Uint8Array | Source} source
 * @param {ArchiveOptions} [options] nothing in it may be GIVE
 * @returns {Promise<Archive>}
 */
export const openArchive = (core, source, options) => finished(readArchive(core, source, options));
