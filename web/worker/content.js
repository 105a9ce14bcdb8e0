// SPDX-License-Identifier: Apache-2.0
// The bytes of one member: small ones in memory, of large ones the parts that are looked at.

/** Larger members are read in parts. */
export const WHOLE = 32 * 2 ** 20;
/** How much is read at once, and how many times that is kept. */
const PART = 2 ** 20;
const PARTS = 32;
/** How much is searched in one go. */
const REACH = 2 ** 22;
/** More places than these are not told. */
const MOST = 10_000;
/** Milliseconds after which others get their turn. */
const TURN = 40;

/** @typedef {(range: {start: number, end: number, signal: AbortSignal}) => Promise<Uint8Array>} Read */

/** Lets questions of the page in. */
export const breathe = () => new Promise((resolve) => setTimeout(resolve));

export class Content {
  size;
  /** All of it, or the beginning of it. @type {Uint8Array} */
  head = new Uint8Array();
  #read;
  #stop = new AbortController();
  /** By their numbers, the latest last. @type {Map<number, Promise<Uint8Array>>} */
  #parts = new Map();

  /** @param {number} size @param {Read} read */
  constructor(size, read) {
    this.size = size;
    this.#read = read;
  }

  /** Reads the head. */
  async open() {
    this.head = await this.#get(0, Math.min(this.size, WHOLE));
    return this;
  }

  /** Stops what is being read. */
  close() {
    this.#stop.abort();
    this.#parts.clear();
  }

  /** @param {number} start @param {number} end */
  #get(start, end) {
    return this.#read({ start, end, signal: this.#stop.signal });
  }

  /** @param {number} start @param {number} end @returns {Promise<Uint8Array>} */
  async slice(start, end) {
    const last = Math.min(end, this.size);
    if (last <= this.head.length) return this.head.subarray(start, last);
    const bytes = new Uint8Array(Math.max(0, last - start));
    // All parts are asked for at once.
    const count = Math.min(PARTS, Math.ceil(last / PART) - Math.floor(start / PART));
    for (let i = 0; i < count; i++) this.#part(Math.floor(start / PART) + i);
    for (let at = start; at < last;) {
      const number = Math.floor(at / PART);
      const part = (await this.#part(number)).subarray(at - number * PART, last - number * PART);
      bytes.set(part, at - start);
      at = (number + 1) * PART;
    }
    return bytes;
  }

  /** @param {number} number */
  #part(number) {
    const known = this.#parts.get(number);
    this.#parts.delete(number);
    const part = known ?? this.#get(number * PART, Math.min(this.size, (number + 1) * PART));
    part.catch(() => this.#parts.delete(number)); // it may be asked for again
    this.#parts.set(number, part);
    const [oldest] = this.#parts.keys();
    if (this.#parts.size > PARTS) this.#parts.delete(oldest);
    return part;
  }

  /**
   * Where some bytes are, whatever the case of ASCII letters.
   * @param {Uint8Array} wanted
   * @param {() => boolean} given says whether the answer is not wanted any more
   * @returns {Promise<{places: Float64Array, more: boolean}>}
   */
  async find(wanted, given) {
    /** @type {number[]} */
    const places = [];
    let more = false;
    let last = performance.now();
    for (let at = 0; wanted.length > 0 && at < this.size && !more && !given(); at += REACH) {
      const bytes = await this.slice(at, at + REACH + wanted.length - 1);
      for (const place of matches(bytes, wanted)) {
        if (places.length === MOST) {
          more = true;
          break;
        }
        places.push(at + place);
      }
      if (performance.now() - last < TURN) continue;
      await breathe();
      last = performance.now();
    }
    return { places: Float64Array.from(places), more };
  }
}

/** @param {number} byte */
const lower = (byte) => (byte >= 0x41 && byte <= 0x5a ? byte | 0x20 : byte);

/** @param {Uint8Array} bytes @param {Uint8Array} wanted not empty */
function* matches(bytes, wanted) {
  const small = wanted.map(lower);
  const first = small[0];
  const other = first >= 0x61 && first <= 0x7a ? first & 0xdf : first;
  const end = bytes.length - small.length;
  const next = (/** @type {number} */ byte, /** @type {number} */ from) => {
    const found = bytes.indexOf(byte, from);
    return found < 0 ? Infinity : found;
  };
  let one = next(first, 0);
  let two = first === other ? Infinity : next(other, 0);
  for (let at = Math.min(one, two); at <= end; at = Math.min(one, two)) {
    let same = 1;
    while (same < small.length && lower(bytes[at + same]) === small[same]) same++;
    const found = same === small.length;
    if (found) yield at;
    const from = at + (found ? same : 1);
    if (one < from) one = next(first, from);
    if (two < from) two = next(other, from);
  }
}
