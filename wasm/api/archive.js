// SPDX-License-Identifier: Apache-2.0
// Archives: drives a reader of the C core over a source of bytes.
import { Archive, READ_SIZE, Reader } from './archive-reader.js';

export { Archive, ArchiveError } from './archive-reader.js';

/**
 * @typedef {{size: number, read(offset: number, length: number): Uint8Array | Promise<Uint8Array>}} Source
 * @typedef {import('./archive-reader.js').Progress} Progress
 * @typedef {import('./archive-reader.js').ArchiveOptions} ArchiveOptions
 * @typedef {import('./archive-members.js').Member} Member
 */

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
  let ahead = /** @type {{offset: number, bytes: Uint8Array | Promise<Uint8Array>} | null} */ (
    null
  );
  let position = 0;
  let breathed = Date.now();
  const get = (/** @type {number} */ offset, /** @type {number} */ length) => {
    const most = size === undefined ? length : Math.min(length, size - offset);
    return most > 0 ? read(offset, most) : new Uint8Array(); // a decoder asks until the end
  };
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
        const following = get(next, READ_SIZE);
        ahead = { offset: next, bytes: following };
        if (!(following instanceof Uint8Array)) following.catch(() => {}); // until its turn comes
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
