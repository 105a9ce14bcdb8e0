// SPDX-License-Identifier: Apache-2.0
// What a checkpoint can be read from, in browsers and Node alike.
import { bytesOf, kindOf } from '../border/arguments.js';

/**
 * Where bytes come from. Without a size they come in order, once.
 * @typedef {object} Input
 * @property {number | undefined} size
 * @property {(offset: number, length: number) => Uint8Array | Promise<Uint8Array>} read
 * @property {() => void | Promise<void>} [close]
 * @property {boolean} [directory] the archive is made up from the files of a directory
 */

const EXPECTED =
  'expected a Blob or File, an ArrayBuffer or a view of one, a Response, a ReadableStream or another ' +
  'async iterable of bytes, or {size, read(offset, length)}';

/** Inputs that are streams. @type {WeakSet<object>} */
const streams = new WeakSet();

/**
 * A stream: read in order, once.
 * @param {any} stream a ReadableStream, or anything that can be iterated @returns {Input}
 */
export function streamInput(stream) {
  // The reader of a ReadableStream can be given up while it waits, an iterator cannot.
  const reader = typeof stream.getReader === 'function' ? stream.getReader() : undefined;
  const iterator = reader ? undefined : stream[Symbol.asyncIterator]();
  /** @type {Uint8Array} */
  let rest = new Uint8Array();
  let position = 0;
  /** @type {Input} */
  const input = {
    size: undefined,
    async read(offset, length) {
      if (offset !== position) throw new RangeError('a stream is read in order');
      while (rest.length === 0) {
        const { done, value } = await (reader ? reader.read() : iterator.next());
        if (done) return new Uint8Array();
        const bytes = bytesOf(value);
        if (!bytes) throw new TypeError(`the stream must give bytes, not ${kindOf(value)}`);
        rest = bytes;
      }
      const bytes = rest.subarray(0, length);
      rest = rest.subarray(bytes.length);
      position += bytes.length;
      return bytes;
    },
    async close() {
      if (reader) await reader.cancel();
      else if (typeof stream.destroy === 'function') stream.destroy();
      else await iterator.return?.();
    },
  };
  streams.add(input);
  return input;
}

/** Whether a size is one. @param {any} size */
const isSize = (size) => Number.isSafeInteger(size) && size >= 0;

/**
 * @param {any} source @returns {Input}
 * @throws {TypeError} which says what was expected
 */
export function inputOf(source) {
  const bytes = bytesOf(source);
  if (bytes)
    return {
      size: bytes.length,
      read: (offset, length) => bytes.subarray(offset, offset + length),
    };
  if (typeof source !== 'object' || source === null || typeof source.then === 'function')
    throw new TypeError(`a checkpoint cannot be read from ${kindOf(source)}: ${EXPECTED}`);
  if (typeof source.getReader === 'function') return streamInput(source);
  if (typeof source.arrayBuffer === 'function' && typeof source.slice === 'function') {
    return blobInput(source);
  }
  if (typeof source.arrayBuffer === 'function' && 'body' in source) return responseInput(source);
  if (typeof source.read === 'function' && 'size' in source) {
    if (!isSize(source.size) && source.size !== undefined)
      throw new TypeError(
        `the size of a source must be a whole number of bytes, not ${kindOf(source.size)}`,
      );
    if (source.size === undefined && !streams.has(source))
      throw new TypeError(
        'the source has no size: give {size, read} with the size in bytes, or a stream',
      );
    return source;
  }
  if (typeof source[Symbol.asyncIterator] === 'function') return streamInput(source);
  if (isSize(source.size) && typeof source.slice === 'function') return blobInput(source);
  throw new TypeError(`a checkpoint cannot be read from ${kindOf(source)}: ${EXPECTED}`);
}

/** Of jsdom, only a FileReader gets at what is in a blob. @param {any} blob @returns {Promise<ArrayBuffer>} */
const contentOf = (blob) =>
  typeof blob.arrayBuffer === 'function'
    ? blob.arrayBuffer()
    : new Promise((resolve, reject) => {
        const reader = new /** @type {any} */ (globalThis).FileReader();
        reader.onload = () => resolve(reader.result);
        reader.onerror = () => reject(reader.error);
        reader.readAsArrayBuffer(blob);
      });

/** @param {{size: number, slice(start: number, end: number): any}} blob @returns {Input} */
const blobInput = (blob) => ({
  size: blob.size,
  read: async (offset, length) =>
    new Uint8Array(await contentOf(blob.slice(offset, Math.min(offset + length, blob.size)))),
});

/** @param {Response} response @returns {Input} */
function responseInput(response) {
  if (response.ok === false)
    throw new TypeError(
      `the response is no checkpoint: ${response.status} ${response.statusText}`.trimEnd(),
    );
  if (response.bodyUsed || !response.body)
    throw new TypeError('the response has no body, or it was read already');
  return streamInput(response.body);
}
