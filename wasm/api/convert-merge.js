// SPDX-License-Identifier: Apache-2.0
// An incremental dump and those before it, merged into one that is whole: pages that its page maps leave
// to the parent (PARENT) are taken from there, as CRIU does when it restores.
import { ConversionError } from './convert-error.js';

/**
 * @typedef {import('./checkpoint.js').Checkpoint} Checkpoint
 * @typedef {import('./redact-write.js').Rebuilt} Rebuilt
 *
 * Pages that lie together in a pages file.
 * @typedef {{vaddr: bigint, pages: bigint, level: number, member: string, offset: number}} Run offset: bytes in the file
 *
 * A page map of one dump. `entries`: as decodeImage gives them, without the head.
 * @typedef {{member: string, value: any, entries: any[], file: string}} PageMap file: of the pages
 *
 * Where bytes are put down until they are read again, in any order.
 * @typedef {{write: (bytes: Uint8Array, position: number) => void, read: (position: number, length: number) => Uint8Array}} Spool
 */

const PAGEMAP = /^pagemap-(shmem-)?\d+\.img$/;
/** Flags of an entry. */
const PARENT = 1;
const LAZY = 2;
const PRESENT = 4;
const STEP = 2 ** 20;

/** @param {string} name */
const baseOf = (name) => name.slice(name.lastIndexOf('/') + 1);

/** @param {any} entry */
const countOf = ({ nr_pages: pages, compat_nr_pages: compat }) => BigInt(pages ?? compat ?? 0);

/** What the flags of an entry are; those of old dumps have none. @param {any} entry */
function flagsOf({ flags, in_parent: parent }) {
  if (flags === undefined) return parent ? PARENT : PRESENT;
  return Number(flags) | (parent ? PARENT : 0);
}

/** The page maps of a dump by their names. @param {any} core @param {Checkpoint} checkpoint */
async function pageMapsOf(core, checkpoint) {
  /** @type {Map<string, PageMap>} */
  const maps = new Map();
  const which = (/** @type {{name: string}} */ { name }) => PAGEMAP.test(baseOf(name));
  for await (const { member, bytes } of checkpoint.readAll(which)) {
    const value = core.decodeImage(bytes, { name: member.name });
    const [head, ...entries] = value.entries;
    for (const [i, entry] of entries.entries())
      if (Number(entry.flags ?? 0) > 7 || entry.blocks !== undefined)
        throw new ConversionError(
          `${member.name}, entry ${i + 1}: its pages are compressed, which cannot be merged`,
        );
    const folder = member.name.slice(0, member.name.length - baseOf(member.name).length);
    const file = `${folder}pages-${head.pages_id}.img`;
    maps.set(baseOf(member.name), { member: member.name, value, entries, file });
  }
  return maps;
}

/** The runs of a map that hold some pages, in order. @param {Run[]} runs by address @param {bigint} vaddr @param {bigint} pages @param {bigint} size of a page @returns {Run[]} */
function cut(runs, vaddr, pages, size) {
  const end = vaddr + pages * size;
  let low = 0;
  let high = runs.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (runs[middle].vaddr + runs[middle].pages * size <= vaddr) low = middle + 1;
    else high = middle;
  }
  const found = [];
  let at = vaddr;
  for (let i = low; at < end && i < runs.length && runs[i].vaddr <= at; i++) {
    const run = runs[i];
    const skip = (at - run.vaddr) / size;
    const until = run.vaddr + run.pages * size < end ? run.vaddr + run.pages * size : end;
    const count = (until - at) / size;
    found.push({ ...run, vaddr: at, pages: count, offset: run.offset + Number(skip * size) });
    at = until;
  }
  return at < end ? [] : found;
}

/**
 * Where the bytes of all pages of a map are, through the dumps before.
 * @param {Map<string, PageMap>[]} levels @param {string} name @param {bigint} size of a page
 */
function runsOf(levels, name, size) {
  /** @type {Run[]} of the level below */
  let below = [];
  for (let level = levels.length - 1; level >= 0; level--) {
    const map = levels[level].get(name);
    /** @type {Run[]} */
    const runs = [];
    let offset = 0;
    for (const [i, entry] of (map?.entries ?? []).entries()) {
      const { member, file } = /** @type {PageMap} */ (map);
      const vaddr = BigInt(entry.vaddr);
      const pages = countOf(entry);
      const flags = flagsOf(entry);
      if (flags & PARENT) {
        const found = cut(below, vaddr, pages, size);
        if (found.length === 0 && pages > 0n) {
          const where = `${member}, entry ${i + 1}: pages at 0x${vaddr.toString(16)} are in the dump before`;
          throw new ConversionError(
            level + 1 < levels.length
              ? `${where}, and are not in the one that was given`
              : `${where}; give it with --previous`,
          );
        }
        runs.push(...found);
      } else if (flags & PRESENT) {
        runs.push({ vaddr, pages, level, member: file, offset });
        offset += Number(pages * size);
      }
    }
    below = runs.sort((a, b) => (a.vaddr < b.vaddr ? -1 : a.vaddr > b.vaddr ? 1 : 0));
  }
  return below;
}

/** The entries of a map with all that is in the parent as if it was here. @param {PageMap} map @returns {number} that were changed */
function makeWhole({ entries }) {
  let changed = 0;
  for (const entry of entries) {
    const flags = flagsOf(entry);
    if (!(flags & PARENT)) continue;
    delete entry.in_parent;
    if (entry.flags !== undefined) entry.flags = (flags & LAZY) | PRESENT;
    changed++;
  }
  return changed;
}

/**
 * Reads what is to be merged and puts it down in the order of the new pages files: one pass over each dump.
 * @param {any} core @param {Checkpoint} checkpoint @param {Checkpoint[]} previous those before it, the latest first @param {Spool} spool
 * @returns {Promise<{images: {member: string, value: any, changed: number}[], pages: Map<string, Rebuilt>}>}
 */
export async function merged(core, checkpoint, previous, spool) {
  const chain = [checkpoint, ...previous];
  const levels = [];
  for (const one of chain) levels.push(await pageMapsOf(core, one));
  const dump = await checkpoint.dump({ texts: false });
  const size = BigInt(dump.memory.pageSize || 4096);
  dump.close();
  const images = [];
  /** @type {Map<string, Rebuilt>} */
  const pages = new Map();
  /** @type {{member: string, offset: number, length: number, tag: number}[][]} */
  const wanted = chain.map(() => []);
  let position = 0;
  for (const [name, map] of levels[0]) {
    const runs = runsOf(levels, name, size);
    const changed = makeWhole(map);
    if (changed === 0) continue;
    images.push({ member: map.member, value: map.value, changed });
    const start = position;
    for (const { level, member, offset, pages: count } of runs) {
      const length = Number(count * size);
      wanted[level].push({ member, offset, length, tag: position - offset });
      position += length;
    }
    const total = position - start;
    pages.set(map.file, {
      size: total,
      *read() {
        for (let at = 0; at < total; at += STEP)
          yield spool.read(start + at, Math.min(STEP, total - at));
      },
    });
  }
  for (const [level, ranges] of wanted.entries()) {
    let left = ranges.reduce((sum, { length }) => sum + length, 0);
    for await (const { tag, offset, bytes } of chain[level].ranges(ranges)) {
      spool.write(bytes, tag + offset);
      left -= bytes.length;
    }
    if (left > 0)
      throw new ConversionError(
        `a pages file of ${chain[level].name} is shorter than its page map says`,
      );
  }
  // The statistics count what the page maps hold, or the images would seem to be of two dumps.
  const which = (/** @type {{name: string}} */ { name }) => baseOf(name) === 'stats-dump';
  for await (const { member, bytes } of checkpoint.readAll(which)) {
    const value = core.decodeImage(bytes, { name: member.name });
    const stats = value.entries[0]?.dump;
    if (!stats) continue;
    for (const [written, skipped] of [
      ['pages_written', 'pages_skipped_parent'],
      ['shpages_written', 'shpages_skipped_parent'],
    ]) {
      if (stats[written] === undefined || stats[skipped] === undefined) continue;
      stats[written] = BigInt(stats[written]) + BigInt(stats[skipped]);
      stats[skipped] = 0n;
    }
    images.push({ member: member.name, value, changed: 1 });
  }
  return { images, pages };
}
