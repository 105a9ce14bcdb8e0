// SPDX-License-Identifier: Apache-2.0
// Of pages that changed: which bytes, and which strings came and went.
import { noMemory } from './admission.js';
import { withBytes } from './summary.js';

/** @typedef {import('./memory.js').Memory} Memory */
/** @typedef {import('./memory.js').Segment} Segment */

/** Of ASCII, in which strings are looked for, any will do. */
const latin = new TextDecoder('latin1');
/** Pages that are read again to find the bytes; both sides of one are 8 KiB. */
const MOST_PAGES = 2048;
/** Pages that are looked at for strings as one. */
const MOST_RUN = 256;
/** Characters of a string, at least. */
const LEAST_STRING = 6;
/** Strings that are listed of a process, of those that came and of those that went. */
const MOST_STRINGS = 500;

/**
 * Parts of segments as segments. @param {Memory} memory @param {number} pid @param {bigint} start @param {bigint} end
 * @returns {Segment[]}
 */
function cutSegments(memory, pid, start, end) {
  const parts = [];
  for (const segment of memory.segments(pid, start, end)) {
    const from = segment.start > start ? segment.start : start;
    const to = segment.end < end ? segment.end : end;
    const skip = Number(from - segment.start);
    const { block } = segment;
    parts.push({
      ...segment,
      ...{ start: from, end: to },
      ...(block
        ? { block: { ...block, skip: block.skip + skip } }
        : { offset: segment.offset + skip }),
    });
  }
  return parts;
}

/** Bytes of pages by process and address. */
class Pages {
  /** @type {Map<string, Uint8Array>} */
  #pages = new Map();

  /** @param {Memory} memory @param {{pid: number, start: bigint, end: bigint}[]} wanted @param {AbortSignal | undefined} signal */
  async read(memory, wanted, signal) {
    const size = memory.pageSize;
    /** @type {Map<Segment, number>} */
    const owners = new Map();
    for (const { pid, start, end } of wanted)
      for (const segment of cutSegments(memory, pid, start, end)) {
        if (segment.place === 'zero')
          for (let at = segment.start; at < segment.end; at += BigInt(size))
            this.#page(pid, at, size);
        if (segment.member !== null) owners.set(segment, pid);
      }
    for await (const { segment, offset, bytes } of memory.pieces(owners.keys(), signal)) {
      const pid = /** @type {number} */ (owners.get(segment));
      for (let at = 0; at < bytes.length;) {
        const inside = (offset + at) % size;
        const part = bytes.subarray(at, at + size - inside);
        this.#page(pid, segment.start + BigInt(offset + at - inside), size).set(part, inside);
        at += part.length;
      }
    }
  }

  /** @param {number} pid @param {bigint} address @param {number} size */
  #page(pid, address, size) {
    const key = `${pid} ${address}`;
    let page = this.#pages.get(key);
    if (!page) this.#pages.set(key, (page = new Uint8Array(size)));
    return page;
  }

  /** @param {number} pid @param {bigint} address */
  get(pid, address) {
    return this.#pages.get(`${pid} ${address}`);
  }
}

/** What is read again of a process. @typedef {{pid: number, start: bigint, end: bigint, range: import('./diff-memory.js').PageRange, process: import('./diff-memory.js').MemoryChange}} Wanted */

/** The first ranges that do not hold too many pages. @param {import('./diff-memory.js').MemoryDiff} diff @returns {Wanted[]} */
function wantedOf({ pageSize, processes }) {
  const size = BigInt(pageSize);
  let left = MOST_PAGES;
  const wanted = [];
  for (const process of processes)
    for (const { ranges } of process.maps)
      for (const range of ranges) {
        const { start, end } = range;
        const count = Number((end - start) / size);
        if (count > left) continue;
        left -= count;
        wanted.push({ pid: process.pid, start, end, range, process });
      }
  return wanted;
}

/** Which bytes of a range differ. @param {Wanted} wanted @param {Pages} before @param {Pages} after @param {number} pageSize */
function findBytes({ pid, start, end, range }, before, after, pageSize) {
  let bytes = 0;
  for (let address = start; address < end; address += BigInt(pageSize)) {
    const [one, two] = [before.get(pid, address), after.get(pid, address)];
    if (!one || !two) {
      range.first = range.last = null; // what the file or the kernel has there is not in the dump
      return;
    }
    for (let i = 0; i < pageSize; i++) {
      if (one[i] === two[i]) continue;
      bytes++;
      range.first ??= address + BigInt(i);
      range.last = address + BigInt(i);
    }
  }
  range.bytes = bytes;
}

/**
 * The strings of the pages of a process that were read. @param {any} exports @param {readonly Wanted[]} wanted @param {Pages} pages @param {number} pageSize
 * @returns {Map<string, bigint>} where each is first
 */
function stringsOf(exports, wanted, pages, pageSize) {
  /** @type {Map<string, bigint>} */
  const found = new Map();
  for (const { pid, start, end } of wanted) {
    /** Pages that follow each other are looked at as one. @type {Uint8Array[]} */
    let run = [];
    let from = start;
    const flush = () => {
      for (const { offset, text } of stringsIn(exports, run))
        if (!found.has(text)) found.set(text, from + BigInt(offset));
      run = [];
    };
    for (let address = start; address < end; address += BigInt(pageSize)) {
      const page = pages.get(pid, address);
      if (!page || run.length === MOST_RUN) flush();
      if (!page) continue;
      if (run.length === 0) from = address;
      run.push(page);
    }
    flush();
  }
  return found;
}

/** @param {any} exports @param {readonly Uint8Array[]} parts @returns {{offset: number, text: string}[]} */
function stringsIn(exports, parts) {
  if (parts.length === 0) return [];
  const bytes = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return withBytes(exports, bytes, (address) => {
    const answer = exports.ckpt_wasm_pages_strings(address, bytes.length, LEAST_STRING);
    if (!answer) throw noMemory();
    const [list, length] = new Uint32Array(exports.memory.buffer, answer, 2);
    const words = new Uint32Array(exports.memory.buffer, list, length / 4);
    const all = latin.decode(bytes);
    const strings = [];
    for (let i = 0; i < words.length; i += 3) {
      const offset = words[i];
      const text = all.slice(offset, offset + words[i + 1]);
      strings.push({ offset, text: words[i + 2] ? text.replace(/(.)./gs, '$1') : text });
    }
    return strings;
  });
}

/**
 * Strings that one of them has and the other has not.
 * @param {Map<string, bigint>} these @param {Map<string, bigint>} those @param {(text: string) => string} text
 */
function without(these, those, text) {
  const all = [...these].filter(([one]) => !those.has(one));
  const list = all.slice(0, MOST_STRINGS).map(([one, address]) => ({ address, text: text(one) }));
  return { list, cut: all.length - list.length };
}

/**
 * Fills in which bytes differ, and which strings came and went, of the first pages that did.
 * @param {{exports: any}} core @param {import('./diff-memory.js').MemoryDiff} diff @param {[Memory, Memory]} memories
 * @param {{signal?: AbortSignal, text?: (text: string, pid: number) => string}} options text: hides what is secret in one
 */
export async function changedBytes({ exports }, diff, [a, b], { signal, text = (one) => one }) {
  const { pageSize, processes } = diff;
  const wanted = wantedOf(diff);
  if (wanted.length === 0) return;
  const [before, after] = [new Pages(), new Pages()];
  const in_ = (/** @type {string} */ not) => wanted.filter(({ range }) => range.change !== not);
  await before.read(a, in_('added'), signal);
  await after.read(b, in_('removed'), signal);
  for (const one of wanted)
    if (one.range.change === 'changed') findBytes(one, before, after, pageSize);
  for (const process of processes) {
    const own = wanted.filter((one) => one.process === process);
    if (own.length === 0) continue;
    const [was, is] = [before, after].map((pages) => stringsOf(exports, own, pages, pageSize));
    const hide = (/** @type {string} */ one) => text(one, process.pid);
    const [added, removed] = [without(is, was, hide), without(was, is, hide)];
    process.strings = {
      ...{ added: added.list, removed: removed.list, cut: added.cut + removed.cut },
    };
  }
}
