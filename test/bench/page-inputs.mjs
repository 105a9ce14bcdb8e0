// SPDX-License-Identifier: Apache-2.0
// What the benchmark of the page gives to it, on disk: a tar with the memory of a process, a zstd archive, many members.
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { manyMembers } from '../js/lib/page-browser.mjs';
import { makeDump } from './large-dump.mjs';

const folder = fileURLToPath(new URL('../../build/bench/', import.meta.url));

/** How much larger memory is than what zstd -1 makes of it, 1.626, and a little more. */
const RATIO = 1.65;

/** A file of the folder of benchmarks, made once. @param {string} name @param {number} least bytes @param {(path: string) => unknown} make */
async function madeOnce(name, least, make) {
  fs.mkdirSync(folder, { recursive: true });
  const path = join(folder, name);
  if (!fs.existsSync(path) || fs.statSync(path).size < least) {
    const fresh = `${path}.new`;
    await make(fresh);
    fs.renameSync(fresh, path);
  }
  return path;
}

/** A plain tar of a checkpoint of one process with so much memory. @param {number} size */
export const plainDump = (size) =>
  madeOnce(`dump-${size / 2 ** 20}m.tar`, size, (path) => makeDump(path, size));

/** A zstd archive of at least so many bytes: three of five pages are noise. It is written through a pipe. @param {number} size */
export const zstdDump = (size) =>
  madeOnce(`dump-${size / 2 ** 20}m.tar.zst`, size, async (path) => {
    const pipe = `${path}.pipe`;
    fs.rmSync(pipe, { force: true });
    execFileSync('mkfifo', [pipe]);
    const zstd = spawn('zstd', ['-q', '-f', '-1', '-T2', pipe, '-o', path], { stdio: 'inherit' });
    const ended = once(zstd, 'exit');
    makeDump(pipe, Math.ceil((size * RATIO) / 2 ** 20) * 2 ** 20, { noise: true });
    const [code] = await ended;
    fs.rmSync(pipe);
    if (code !== 0) throw new Error(`zstd ended with ${code}`);
  });

export const manyFiles = () =>
  madeOnce('many.tar', 512e5, (path) => fs.writeFileSync(path, manyMembers(100_000)));
