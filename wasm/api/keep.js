// SPDX-License-Identifier: Apache-2.0
// What is kept of an archive that cannot be read in place, so that dump() need not read it again.
import { Dump } from './dump.js';
import { GIVE } from './archive.js';
import { SearchAhead } from './search-ahead.js';

/**
 * @typedef {import('./archive-members.js').Brief} Brief
 * @typedef {import('./archive-reader.js').Reader} Reader
 * @typedef {import('./archive-reader.js').Wish} Wish
 * @typedef {'images' | 'processes'} Keep
 */

export const KEEPS = ['images', 'processes'];

/** The most that is kept, in bytes: of images, and of memory. */
const MOST_IMAGES = 2 ** 24;
const MOST_PAGES = 12 * 2 ** 20;
/** … of what can be read only once. */
const MOST_PAGES_ONCE = 40 * 2 ** 20;
/** Of an image of which only the head is wanted, all is kept up to this size. */
const SMALL = 2 ** 16;
/** How often it is found out anew what command lines need, as more images come. */
const MOST_PLANS = 16;

/** Part of a pages file. @typedef {{start: number, end: number, bytes: Uint8Array, filled: number}} Part */

export class Keeper {
  #core;
  #keep;
  #left = { images: MOST_IMAGES, pages: MOST_PAGES };
  /** By index of the member. @type {Map<number, Part[]>} */
  #parts = new Map();
  /** @type {{images: number, needed: Map<string, {offset: number, length: number}[]>} | null} */
  #plan = null;
  #plans = 0;
  /** Searches what passes by. @type {SearchAhead | undefined} */
  ahead;

  /**
   * @param {import('../border/core.js').Core} core @param {Keep} keep
   * @param {boolean} once the source is a stream
   * @param {import('./search-ahead.js').Wanted} [search]
   */
  constructor(core, keep, once, search) {
    this.#core = core;
    if (once) this.#left.pages = MOST_PAGES_ONCE;
    this.#keep = keep;
    if (search) this.ahead = new SearchAhead(core, search);
  }

  /** @param {'images' | 'pages'} what @param {number} size */
  #take(what, size) {
    if (size > this.#left[what]) return false;
    this.#left[what] -= size;
    return true;
  }

  /** Of a member of an archive inside: it is kept whole or not. @param {Brief} member */
  inside(member) {
    return member.type === 'file' && this.#whole(member, this.#wanted(member));
  }

  /** @param {Brief} member @param {number} wanted */
  #whole(member, wanted) {
    if (wanted < 0) return this.#keep === 'processes' && this.#take('pages', member.size);
    const whole = wanted === member.size || member.size <= SMALL;
    return wanted > 0 && whole && this.#take('images', member.size);
  }

  /**
   * @param {Brief} member @param {Reader} reader what was read before it
   * @returns {Wish}
   */
  decide(member, reader) {
    if (member.type !== 'file') return false;
    const wanted = this.#wanted(member);
    if (this.#whole(member, wanted)) return true;
    if (this.#keep !== 'processes' || wanted >= 0) return false;
    const parts = [];
    for (const { offset, length } of this.#needed(member.name, reader)) {
      const size = Math.min(length, member.size - offset);
      if (size <= 0 || !this.#take('pages', size)) continue;
      const bytes = new Uint8Array(size);
      parts.push({ start: offset, end: offset + size, bytes, filled: 0 });
    }
    const searched = this.ahead?.begin(member, reader) ?? false;
    if (parts.length > 0) this.#parts.set(member.index, parts);
    return (parts.length > 0 || searched) && GIVE;
  }

  /** Bytes that a dump wants of the start of an image; -1: it is memory. @param {Brief} member @returns {number} */
  #wanted({ nameAt, nameLength, size }) {
    return this.#core.exports.ckpt_wasm_dump_use(nameAt, nameLength, size);
  }

  /** What command lines and environments need of a pages file, by the images before it. @param {string} name @param {Reader} reader */
  #needed(name, { members, bodies }) {
    if (this.#plan?.images !== bodies.size && this.#plans < MOST_PLANS) {
      this.#plans++;
      const images = new Map();
      for (const [index, bytes] of bodies) images.set(members.at(index)?.name, bytes);
      const needed = Dump.pagesNeeded(this.#core, () => members.records(), images);
      this.#plan = { images: bodies.size, needed };
    }
    return this.#plan?.needed.get(name) ?? [];
  }

  /** Bytes of a member that is given. @param {import('./archive.js').Piece} piece */
  take(piece) {
    const { index, offset, length } = piece;
    for (const part of this.#parts.get(index) ?? []) {
      const from = Math.max(part.start, offset);
      const to = Math.min(part.end, offset + length);
      if (from >= to) continue;
      part.bytes.set(piece.bytes.subarray(from - offset, to - offset), from - part.start);
      part.filled += to - from;
    }
    this.ahead?.take(piece);
  }

  /** Part of a member, if it was kept. @param {number} index @param {number} start @param {number} end @returns {Uint8Array | undefined} */
  part(index, start, end) {
    const found = this.#parts
      .get(index)
      ?.find((part) => part.start <= start && end <= part.end && part.filled === part.bytes.length);
    return found?.bytes.slice(start - found.start, end - found.start);
  }
}
