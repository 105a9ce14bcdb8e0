// SPDX-License-Identifier: Apache-2.0
// The bytes of one member: small ones in memory, of large ones the parts that are looked at.

/** Larger members are read in parts. */
export const WHOLE = 32 * 2 ** 20;
/** How much is read at once, and how many times that is kept. */
const PART = 2 ** 20;
const PARTS = 32;
/** Places listed at most. */
const MOST = 10_000;
/** Milliseconds after which others get their turn. */
const TURN = 40;

/** @typedef {(range: {start: number, end: number, signal: AbortSignal}) => AsyncIterable<Uint8Array>} Read pieces, in order */

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
  async #get(start, end) {
    const bytes = new Uint8Array(end - start);
    let filled = 0;
    for await (const piece of this.#read({ start, end, signal: this.#stop.signal })) {
      bytes.set(piece, filled);
      filled += piece.length;
    }
    return bytes;
  }

  /** @param {number} start @param {number} end @returns {Promise<Uint8Array>} */
  async slice(start, end) {
    const last = Math.min(end, this.size);
    if (last <= this.head.length) return this.head.subarray(start, last);
    const bytes = new Uint8Array(Math.max(0, last - start));
    const first = Math.floor(start / PART);
    const parts = this.#between(first, Math.ceil(last / PART));
    for (const [i, part] of parts.entries()) {
      const at = Math.max(start, (first + i) * PART);
      bytes.set((await part).subarray(at % PART, last - (first + i) * PART), at - start);
    }
    return bytes;
  }

  /** Parts, of which those that are not there are read in one go. @param {number} first @param {number} end */
  #between(first, end) {
    const parts = [];
    for (let number = first; number < end; number++) {
      const known = this.#parts.get(number);
      this.#parts.delete(number);
      if (known) {
        this.#parts.set(number, known); // it was used last
        parts.push(known);
        continue;
      }
      let missing = number + 1;
      for (; missing < end && !this.#parts.has(missing);) missing++;
      const start = number * PART;
      const all = this.#get(start, Math.min(this.size, missing * PART));
      for (let from = 0; number < missing; number++, from += PART) {
        const own = number;
        const part = all.then((bytes) => bytes.slice(from, from + PART));
        part.catch(() => this.#parts.delete(own)); // it may be asked for again
        this.#parts.set(own, part);
        parts.push(part);
      }
      number--;
    }
    for (const oldest of this.#parts.keys()) {
      if (this.#parts.size <= PARTS) break;
      this.#parts.delete(oldest);
    }
    return parts;
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
    if (wanted.length === 0) return { places: new Float64Array(), more: false };
    let last = performance.now();
    let at = 0; // of the rest in the member
    /** What a place may begin in that ends in the next piece. */
    let rest = new Uint8Array();
    for await (const piece of this.#whole()) {
      if (given()) break;
      const bytes = joined(rest, piece);
      let next = Math.max(0, bytes.length - wanted.length + 1);
      for (const place of matches(bytes, wanted)) {
        if (places.length === MOST) return { places: Float64Array.from(places), more: true };
        places.push(at + place);
        next = Math.max(next, place + wanted.length);
      }
      at += next;
      rest = bytes.slice(next);
      if (performance.now() - last < TURN) continue;
      await breathe();
      last = performance.now();
    }
    return { places: Float64Array.from(places), more: false };
  }

  /** All of it, read once. */
  async *#whole() {
    if (this.size <= this.head.length) {
      for (let at = 0; at < this.size; at += PART) yield this.head.subarray(at, at + PART);
      return;
    }
    yield* this.#read({ start: 0, end: this.size, signal: this.#stop.signal });
  }
}

/** @param {Uint8Array} one @param {Uint8Array} two */
function joined(one, two) {
  if (one.length === 0) return two;
  const bytes = new Uint8Array(one.length + two.length);
  bytes.set(one);
  bytes.set(two, one.length);
  return bytes;
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
