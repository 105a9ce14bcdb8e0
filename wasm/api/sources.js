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

/**
 * A stream of which so much is remembered that it can be read again, if that is all of it. Its size is known only then.
 * @param {any} stream @param {number} most in bytes
 * @returns {Input & {drain(): Promise<void>}} drain: reads to the end, or until there is more than that
 */
export function rememberedInput(stream, most) {
  const once = streamInput(stream);
  /** Null: it was too much. @type {Uint8Array[] | null} */
  let pieces = [];
  /** Where they begin. @type {number[]} */
  const starts = [];
  let length = 0;
  let ended = false;
  const next = async (/** @type {number} */ wanted) => {
    const bytes = await once.read(length, wanted);
    if (bytes.length === 0) ended = true;
    if (bytes.length > 0 && pieces) {
      starts.push(length);
      // A copy: what it is a view of may be larger, or used again.
      pieces.push(bytes.slice());
    }
    length += bytes.length;
    if (length > most) pieces = null;
    return bytes;
  };
  const input = {
    get size() {
      return ended && pieces ? length : undefined;
    },
    async read(/** @type {number} */ offset, /** @type {number} */ wanted) {
      if (offset === length && !ended) return next(wanted);
      if (!pieces) return once.read(offset, wanted); // which says that it is too late
      let low = 0;
      for (let high = pieces.length - 1; low < high;) {
        const middle = (low + high + 1) >> 1;
        if (starts[middle] <= offset) low = middle;
        else high = middle - 1;
      }
      const bytes = new Uint8Array(Math.max(0, Math.min(wanted, length - offset)));
      for (let filled = 0; filled < bytes.length; low++) {
        const from = offset + filled - starts[low];
        const part = pieces[low].subarray(from, from + bytes.length - filled);
        bytes.set(part, filled);
        filled += part.length;
      }
      return bytes;
    },
    async drain() {
      while (!ended && pieces) await next(READ);
    },
    close: once.close,
  };
  streams.add(input);
  return input;
}

const READ = 1 << 18;

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
    return new BlobInput(source);
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
  if (isSize(source.size) && typeof source.slice === 'function') return new BlobInput(source);
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

/** What is asked for beyond what is read in order: at first, and at most. Browsers take as long for little as for a lot. */
const LEAST = 2 ** 18;
const MOST = 2 ** 23;
/** Pieces that are on their way at once. */
const AHEAD = 2;

/** @typedef {{start: number, end: number, bytes: Promise<Uint8Array>}} Piece of a blob */

/**
 * A blob. Each reading of it goes through another process of the browser, so what is read in order is asked for
 * ahead, in pieces that become larger.
 */
class BlobInput {
  #blob;
  /** Where the last reading ended: the next one there goes on. */
  #position = -1;
  /** In order, from the position on. @type {Piece[]} */
  #pieces = [];
  #step = LEAST;

  /** @param {{size: number, slice(start: number, end: number): any}} blob */
  constructor(blob) {
    this.#blob = blob;
    this.size = blob.size;
  }

  /** Gives up what was read ahead. */
  async close() {
    this.#position = -1;
    this.#pieces = [];
  }

  /** @param {number} start @param {number} end */
  async #slice(start, end) {
    return new Uint8Array(await contentOf(this.#blob.slice(start, end)));
  }

  /** @param {number} offset @param {number} length @returns {Promise<Uint8Array>} */
  async read(offset, length) {
    const end = Math.min(offset + length, this.size);
    const goesOn = offset === this.#position;
    this.#position = end;
    if (!goesOn) {
      this.#pieces = [];
      this.#step = LEAST;
      return this.#slice(offset, end);
    }
    this.#ask(offset, end);
    const parts = this.#pieces.filter(({ start }) => start < end);
    this.#pieces = this.#pieces.filter((piece) => piece.end > end);
    if (parts.length === 0) return new Uint8Array();
    const cut = async (/** @type {Piece} */ { start, end: last, bytes }) =>
      (await bytes).subarray(Math.max(start, offset) - start, Math.min(last, end) - start);
    if (parts.length === 1) return cut(parts[0]);
    const whole = new Uint8Array(end - offset);
    let filled = 0;
    for (const piece of parts) {
      const bytes = await cut(piece);
      whole.set(bytes, filled);
      filled += bytes.length;
      if (offset + filled < Math.min(piece.end, end)) break; // there is less than was said
    }
    return whole.subarray(0, filled);
  }

  /** Asks for what is wanted, and for what comes after it. @param {number} offset @param {number} end */
  #ask(offset, end) {
    const ahead = () => this.#pieces.filter(({ start }) => start >= end).length;
    let at = this.#pieces.at(-1)?.end ?? offset;
    while (at < this.size && (at < end || ahead() < AHEAD)) {
      const length = Math.max(this.#step, end - at);
      const last = Math.min(at + length, this.size);
      const bytes = this.#slice(at, last);
      bytes.catch(() => {}); // until its turn comes
      this.#pieces.push({ start: at, end: last, bytes });
      this.#step = Math.min(length * 2, MOST);
      at = last;
    }
  }
}

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
