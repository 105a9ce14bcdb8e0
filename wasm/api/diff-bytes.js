// SPDX-License-Identifier: Apache-2.0
// Of pages that changed: which bytes.

/** @typedef {import('./memory.js').Memory} Memory */
/** @typedef {import('./memory.js').Segment} Segment */

/** Pages that are read again to find the bytes; both sides of one are 8 KiB. */
const MOST_PAGES = 2048;

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

/**
 * Fills in which bytes differ, of the first pages that changed.
 * @param {import('./diff-memory.js').MemoryDiff} diff @param {Memory} a @param {Memory} b @param {AbortSignal} [signal]
 */
export async function changedBytes({ pageSize, processes }, a, b, signal) {
  const size = BigInt(pageSize);
  let left = MOST_PAGES;
  /** @type {{pid: number, start: bigint, end: bigint, range: import('./diff-memory.js').PageRange}[]} */
  const wanted = [];
  for (const { pid, maps } of processes)
    for (const { ranges } of maps)
      for (const range of ranges) {
        const count = Number((range.end - range.start) / size);
        if (range.change !== 'changed' || count > left) continue;
        left -= count;
        wanted.push({ pid, start: range.start, end: range.end, range });
      }
  if (wanted.length === 0) return;
  const [before, after] = [new Pages(), new Pages()];
  await before.read(a, wanted, signal);
  await after.read(b, wanted, signal);
  for (const { pid, start, end, range } of wanted) {
    let [bytes, known] = [0, true];
    for (let address = start; address < end; address += size) {
      const [one, two] = [before.get(pid, address), after.get(pid, address)];
      if (!one || !two) {
        known = false; // what the file or the kernel has there is not in the dump
        break;
      }
      for (let i = 0; i < pageSize; i++) {
        if (one[i] === two[i]) continue;
        bytes++;
        range.first ??= address + BigInt(i);
        range.last = address + BigInt(i);
      }
    }
    if (known) range.bytes = bytes;
    else range.first = range.last = null;
  }
}
