// SPDX-License-Identifier: Apache-2.0
// Large checkpoints of one process, written to disk in pieces: pages of a program, empty pages, text.
import { randomBytes } from 'node:crypto';
import fs from 'node:fs';
import process from 'node:process';
import { coreImage, image, message, mmImage, pstreeImage } from '../js/lib/dump.mjs';
import { header } from '../js/lib/tar.mjs';
import { inputs } from './inputs.mjs';

export const PAGE = 4096;
const PAGEMAP = 0x56084025;
const START = 0x7f0000000000n;

/** Bytes that no compressor makes smaller. */
const NOISE = 64 * 2 ** 20;

/**
 * Pages: three of the running program, one that is empty, one of text; from `start` on.
 * @param {number} bytes @param {number} start @param {boolean} [noise] instead of the program
 */
export function* pages(bytes, start, noise = false) {
  const random = randomBytes(noise ? NOISE : 0);
  const executable = fs.openSync(process.execPath, 'r');
  const programPages = Math.floor(fs.fstatSync(executable).size / PAGE);
  const text = Buffer.from(inputs.find(({ name }) => name === 'spec.dump 90 KB')?.bytes ?? '');
  for (let done = 0, page = start; done < bytes; done += 5 * PAGE, page += 3) {
    const piece = Buffer.alloc(5 * PAGE);
    if (noise) random.copy(piece, 0, (page * PAGE) % (NOISE - 3 * PAGE));
    else fs.readSync(executable, piece, 0, 3 * PAGE, (page % (programPages - 3)) * PAGE);
    text.copy(piece, 4 * PAGE, ((page * 67) % 20) * PAGE, ((page * 67) % 20) * PAGE + PAGE);
    yield piece.subarray(0, Math.min(piece.length, bytes - done));
  }
  fs.closeSync(executable);
}

/**
 * @param {string} path @param {number} size bytes of memory, whole pages
 * @param {{every?: number, noise?: boolean}} [options] every: of so many pages one has a byte that is another; 0: none;
 *   noise: most of it cannot be compressed
 */
export function makeDump(path, size, { every = 0, noise = false } = {}) {
  const out = fs.openSync(path, 'w');
  const put = (/** @type {Uint8Array} */ bytes) => void fs.writeSync(out, bytes);
  const member = (/** @type {string} */ name, /** @type {Uint8Array} */ bytes) => {
    put(header(name, { size: bytes.length }));
    put(bytes);
    put(new Uint8Array(-bytes.length & 511));
  };
  for (const kind of ['config.dump', 'spec.dump', 'network.status'])
    member(kind, inputs.find((input) => input.kind === kind)?.bytes ?? Buffer.from('null'));
  put(header('checkpoint/', { type: '5' }));
  member('checkpoint/core-1.img', coreImage('large'));
  member('checkpoint/mm-1.img', mmImage([{ start: START, end: START + BigInt(size) }]));
  const entries = [];
  for (let at = 0; at < size; at += 256 * PAGE)
    entries.push(
      message(
        ...[
          [1, START + BigInt(at)],
          [2, 0],
          [4, 4],
          [5, Math.min(256, (size - at) / PAGE)],
        ],
      ),
    );
  member('checkpoint/pagemap-1.img', image(PAGEMAP, message([1, 1]), ...entries));
  member('checkpoint/pstree.img', pstreeImage([1]));
  put(header('checkpoint/pages-1.img', { size }));
  let page = 0;
  for (const piece of pages(size, 5000, noise)) {
    for (let at = 0; at < piece.length; at += PAGE, page++)
      if (every > 0 && page % every === every - 1) piece[at + 100] ^= 1;
    put(piece);
  }
  put(new Uint8Array((-size & 511) + 1024));
  fs.closeSync(out);
}
