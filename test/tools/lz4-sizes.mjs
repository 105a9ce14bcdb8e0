#!/usr/bin/env node
// SPDX-License-Identifier: Apache-2.0
/*
 * What lz4 itself makes of the pages of dumps, block by block as CRIU stores them, beside what `ckpt size` says.
 *
 *   test/tools/lz4-sizes.mjs ARCHIVE...
 *
 * Prints a line for each: name, stored bytes, bytes by page and by region of 256 KiB (lz4 -1, each block alone, zero
 * blocks left out, what does not shrink below 7/8 as it is), the estimates, and how far they are off. The first four
 * are recorded in test/js/criu/size.test.mjs.
 */
import { execFileSync } from 'node:child_process';
import { basename } from 'node:path';
import process from 'node:process';
import { openCheckpoint } from '../../wasm/api/node.js';
import { PAGE } from '../js/lib/dump.mjs';
import { isMapOf, readPageMap } from '../js/lib/page-dialects.mjs';

/** Sizes of the blocks of a frame without checksums. @param {Buffer} frame */
function blocksOf(frame) {
  const sizes = [];
  const head = 4 + 2 + (frame[4] & 8 ? 8 : 0) + 1;
  for (let at = head; ;) {
    const word = frame.readUInt32LE(at);
    if (word === 0) return sizes;
    sizes.push(word & 0x7fffffff);
    at += 4 + (word & 0x7fffffff);
  }
}

/** @param {Buffer} bytes @param {number} block */
function stored(bytes, block) {
  const frame = execFileSync('lz4', ['-1', '-c', '-q', '-BI', `-B${block}`, '--no-frame-crc'], {
    input: bytes,
    maxBuffer: 1 << 30,
  });
  let sum = 0;
  for (const [i, size] of blocksOf(frame).entries()) {
    const raw = bytes.subarray(i * block, (i + 1) * block);
    if (raw.every((byte) => byte === 0)) continue;
    sum += size >= Math.floor(raw.length / 8) * 7 ? raw.length : size;
  }
  return sum;
}

for (const path of process.argv.slice(2)) {
  const checkpoint = await openCheckpoint(path);
  /** @type {Map<string, Uint8Array>} */
  const files = new Map();
  for await (const { member, bytes } of checkpoint.readAll(({ name }) =>
    /(pages|pagemap-(shmem-)?)-?\d+\.img$/.test(name),
  ))
    files.set(member.name, bytes.slice());
  let whole = 0;
  let byPage = 0;
  let byRegion = 0;
  const done = new Set();
  for (const [name, map] of files) {
    if (!name.includes('pagemap')) continue;
    const { id, entries } = readPageMap(map);
    const pagesName = name.replace(/[^/]*$/, `pages-${id}.img`);
    const pages = files.get(pagesName);
    if (!pages || done.has(pagesName) || !isMapOf(map, pages) || pages.length === 0) continue;
    done.add(pagesName);
    whole += pages.length;
    byPage += stored(Buffer.from(pages), PAGE);
    let at = 0;
    for (const { pages: count, flags } of entries) {
      if (!(flags & 4)) continue;
      byRegion += stored(Buffer.from(pages.subarray(at, (at += count * PAGE))), 64 * PAGE);
    }
  }
  const dump = await checkpoint.dump({ texts: false });
  const { total } = await dump.memory.usage();
  dump.close();
  await checkpoint.close();
  const off = (/** @type {number} */ a, /** @type {number} */ b) =>
    `${(((a - b) / b) * 100).toFixed(2)} %`;
  console.log(
    [
      basename(path),
      whole,
      byPage,
      byRegion,
      total.stored,
      total.byPage,
      total.byRegion,
      off(total.byPage, byPage),
      off(total.byRegion, byRegion),
    ].join('\t'),
  );
}
