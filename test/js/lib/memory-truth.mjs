// SPDX-License-Identifier: Apache-2.0
// What /proc/PID/mem held when the processes of a dump were frozen, against what the API says: every range by its
// SHA-256, every marker by its address, and nothing found where nothing is.
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { openCheckpoint } from '../../../wasm/api/node.js';
import { FORMS, canRewrite, isMapOf, rewritePageMap } from './page-dialects.mjs';
import { tar } from './tar.mjs';

/**
 * @typedef {{pid: number, address: bigint, length: number, sha256: string}} Hashed
 * @typedef {object} Truth
 * @property {Hashed[]} ranges that are in the image, or in those before it, as they were in the process
 * @property {{pid: number, address: bigint, length: number}[]} absent that must not be made up: lazy pages
 * @property {{pid: number, address: bigint, text: string}[]} markers
 *
 * @typedef {Awaited<ReturnType<typeof openCheckpoint>>} Checkpoint
 */

/** @param {string} name */
const isMap = (name) => /(^|\/)pagemap-(shmem-)?\d+\.img$/.test(name);

/**
 * The members of an archive, as it is or with its page maps in another form.
 * @param {string | Uint8Array} source @param {import('./page-dialects.mjs').Form} [form]
 * @returns {Promise<Buffer | null>} a tar archive; null: it cannot be written so
 */
export async function rewritten(source, form) {
  const checkpoint = await openCheckpoint(source);
  try {
    /** @type {Map<string, Uint8Array>} */
    const files = new Map();
    for await (const { member, bytes } of checkpoint.readAll(() => true))
      files.set(member.name, bytes.slice());
    /** @type {Set<string>} */
    const done = new Set();
    if (form)
      for (const [name, map] of files) {
        if (!isMap(name)) continue;
        if (!canRewrite(map, form)) return null;
        const id = idOf(map);
        const pages = name.replace(/[^/]*$/, `pages-${id}.img`);
        const bytes = files.get(pages) ?? new Uint8Array();
        // Page maps of processes that ended before the last dump into this folder name other processes' files.
        if (done.has(pages) || !isMapOf(map, bytes)) continue;
        done.add(pages);
        const other = rewritePageMap(map, bytes, form);
        files.set(name, other.map);
        if (files.has(pages)) files.set(pages, other.pages);
      }
    return tar(...files);
  } finally {
    await checkpoint.close();
  }
}

/** @param {Uint8Array} map */
function idOf(map) {
  let id = 0;
  for (let at = 13, shift = 0; ; at++, shift += 7) {
    id += (map[at] & 127) * 2 ** shift;
    if (map[at] < 128) return id;
  }
}

export { FORMS };

/** The dumps of a chain, the last one first, each as an archive. @param {string} path */
export async function chainOf(path) {
  const checkpoint = await openCheckpoint(path);
  /** @type {Map<string, [string, Uint8Array][]>} */
  const dumps = new Map();
  for await (const { member, bytes } of checkpoint.readAll(() => true)) {
    const found = /(?:^|\/)(\d)\/([^/]+)$/.exec(member.name);
    if (!found) continue;
    const list = dumps.get(found[1]) ?? [];
    dumps.set(found[1], list);
    list.push([`checkpoint/${found[2]}`, bytes.slice()]);
  }
  await checkpoint.close();
  return [...dumps].sort(([a], [b]) => Number(b) - Number(a)).map(([, files]) => tar(...files));
}

/** All places of a text in bytes. @param {Uint8Array} bytes @param {string} text */
function placesIn(bytes, text) {
  const whole = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  const places = [];
  for (let at = whole.indexOf(text); at >= 0; at = whole.indexOf(text, at + text.length))
    places.push(at);
  return places;
}

/**
 * Compares. @param {string | Uint8Array} source @param {Truth} truth @param {(string | Uint8Array)[]} [previous]
 * @returns {Promise<{checks: number, faults: string[]}>}
 */
export async function checkMemory(source, truth, previous = []) {
  const checkpoint = await openCheckpoint(source);
  const before = await Promise.all(previous.map((one) => openCheckpoint(one)));
  const dump = await checkpoint.dump(before.length > 0 ? { previous: before } : {});
  /** @type {string[]} */
  const faults = [];
  let checks = 0;
  const expect = (/** @type {boolean} */ good, /** @type {string} */ what) => {
    checks++;
    if (!good) faults.push(what);
  };
  const place = (/** @type {{pid: number, address: bigint}} */ { pid, address }) =>
    `${pid} 0x${address.toString(16)}`;
  try {
    for (const range of truth.ranges) {
      const bytes = await dump.memory.read(range.pid, range.address, range.length);
      const sha = createHash('sha256').update(bytes).digest('hex');
      expect(sha.startsWith(range.sha256), `${place(range)}+${range.length}: other bytes`);
    }
    for (const range of truth.absent) {
      const answer = await dump.memory
        .read(range.pid, range.address, range.length)
        .catch((error) => error.place);
      expect(answer === 'lazy' || answer === 'previous', `${place(range)}: ${answer}`);
    }
    const texts = [...new Set(truth.markers.map(({ text }) => text))];
    for (const text of texts) {
      /** @type {Set<string>} */
      const found = new Set();
      for await (const match of dump.memory.search({ text, encodings: ['utf8'] })) {
        expect(Buffer.from(match.bytes).toString() === text, `${place(match)}: not ${text}`);
        expect(!found.has(place(match)), `${place(match)}: twice`);
        found.add(place(match));
      }
      for (const marker of truth.markers)
        if (marker.text === text) expect(found.has(place(marker)), `${place(marker)}: no ${text}`);
      // None but those that stand in what can be read: looked for in another way.
      const all = await everyPlace(dump, text);
      for (const one of found) expect(all.has(one), `${one}: ${text} is not there`);
      for (const one of all) expect(found.has(one), `${one}: ${text} was not found`);
    }
    return { checks, faults };
  } finally {
    dump.close();
    for (const one of [checkpoint, ...before]) await one.close();
  }
}

/** Where a text stands in stored memory, by reading all of it. @param {any} dump @param {string} text */
async function everyPlace(dump, text) {
  /** @type {Set<string>} */
  const all = new Set();
  for (const pid of dump.memory.pids) {
    /** @type {{start: bigint, end: bigint}[]} */
    const areas = [];
    const limits = dump.memory.maps(pid).maps;
    const parts = limits.length > 0 ? limits : [{ start: 0n, end: 2n ** 64n - 1n }];
    for (const { start, end } of parts)
      for (const segment of dump.memory.segments(pid, start, end)) {
        if (segment.member === null) continue;
        const last = areas.at(-1);
        if (last && last.end === segment.start) last.end = segment.end;
        else areas.push({ start: segment.start, end: segment.end });
      }
    for (const { start, end } of areas) {
      const bytes = await dump.memory.read(pid, start, Number(end - start));
      for (const at of placesIn(bytes, text))
        all.add(`${pid} 0x${(start + BigInt(at)).toString(16)}`);
    }
  }
  return all;
}

/** @param {string} path a file with [[pid, address, length, sha256], …], [[pid, address, length]], [[pid, address, text]] @returns {Truth} */
export function readTruth(path) {
  const { ranges, absent, markers } = JSON.parse(readFileSync(path, 'utf8'));
  return {
    ranges: ranges.map((/** @type {any} */ [pid, address, length, sha256]) => ({
      pid,
      address: BigInt(address),
      length,
      sha256,
    })),
    absent: absent.map((/** @type {any} */ [pid, address, length]) => ({
      pid,
      address: BigInt(address),
      length,
    })),
    markers: markers.map((/** @type {any} */ [pid, address, text]) => ({
      pid,
      address: BigInt(address),
      text,
    })),
  };
}
