// SPDX-License-Identifier: Apache-2.0
// Opening archives of 256 MiB, side by side with what one would use instead, in turns; a figure is the
// median of the rounds. The content is what checkpoints hold: pages of a program, empty pages, text.
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createGunzip, createGzip, constants } from 'node:zlib';
import { pipeline } from 'node:stream/promises';
import { openCheckpoint } from '../../wasm/api/node.js';
import { openArchive } from '../../wasm/api/archive.js';
import { load } from '../../wasm/api/index.js';
import { header } from '../js/lib/tar.mjs';
import { inputs } from './inputs.mjs';
import { pages } from './large-dump.mjs';

const MIB = 2 ** 20;
const SIZE = Number(process.env.CKPT_BENCH_MIB ?? 256) * MIB;
const ROUNDS = Number(process.env.CKPT_BENCH_ROUNDS ?? 5);
const folder = fileURLToPath(new URL('../../build/bench/', import.meta.url));
const plain = join(folder, 'archive.tar');
const median = (/** @type {number[]} */ values) => values.sort((a, b) => a - b)[values.length >> 1];

/** The archive, with the metadata last, and what gzip and zstd make of it; kept from run to run. */
async function make() {
  fs.mkdirSync(folder, { recursive: true });
  if (!fs.existsSync(plain) || fs.statSync(plain).size < SIZE) {
    const out = fs.openSync(plain, 'w');
    const put = (/** @type {Uint8Array} */ bytes) => fs.writeSync(out, bytes);
    const member = (/** @type {string} */ name, /** @type {number} */ size) => {
      put(header(name, { size }));
      return new Uint8Array(-size & 511);
    };
    for (let i = 1; i <= 8; i++) {
      const end = member(`checkpoint/pages-${i}.img`, SIZE / 8);
      for (const piece of pages(SIZE / 8, i * 5000)) put(piece);
      put(end);
    }
    for (const kind of ['config.dump', 'spec.dump', 'network.status']) {
      const bytes = inputs.find((input) => input.kind === kind)?.bytes ?? Buffer.from('null');
      const end = member(kind, bytes.length);
      put(bytes);
      put(end);
    }
    put(new Uint8Array(1024));
    fs.closeSync(out);
  }
  const fresh = (/** @type {string} */ path) =>
    fs.existsSync(path) && fs.statSync(path).mtimeMs >= fs.statSync(plain).mtimeMs;
  if (!fresh(`${plain}.gz`))
    await pipeline(
      fs.createReadStream(plain, { highWaterMark: MIB }),
      createGzip({ level: constants.Z_DEFAULT_COMPRESSION }),
      fs.createWriteStream(`${plain}.gz`),
    );
  if (!fresh(`${plain}.zst`)) execFileSync('zstd', ['-qf', '-3', plain, '-o', `${plain}.zst`]);
}

/** @param {() => unknown} run */
async function milliseconds(run) {
  globalThis.gc?.();
  const start = performance.now();
  await run();
  return performance.now() - start;
}

/** All take turns. @param {Record<string, () => unknown>} contestants */
async function race(contestants) {
  /** @type {Record<string, number[]>} */
  const results = Object.fromEntries(Object.keys(contestants).map((name) => [name, []]));
  for (let round = -1; round < ROUNDS; round++) {
    for (const [name, run] of Object.entries(contestants)) {
      const time = await milliseconds(run);
      if (round >= 0) results[name].push(time);
    }
  }
  return Object.fromEntries(Object.entries(results).map(([name, list]) => [name, median(list)]));
}

/** A program whose output is thrown away. @param {string} command @param {string[]} args */
async function program(command, ...args) {
  const child = spawn(command, args, { stdio: ['ignore', 'ignore', 'inherit'] });
  const [code] = await once(child, 'exit');
  if (code !== 0) throw new Error(`${command} failed`);
}

/** Node's zlib over a file. @param {string} path */
async function gunzip(path) {
  const stream = createGunzip({ chunkSize: 256 * 1024 });
  let length = 0;
  stream.on('data', (piece) => (length += piece.length));
  await pipeline(fs.createReadStream(path, { highWaterMark: 256 * 1024 }), stream);
  if (length < SIZE) throw new Error('short');
}

/** @param {string} path */
async function ours(path) {
  const checkpoint = await openCheckpoint(path);
  if (checkpoint.error || !checkpoint.files.has('config.dump')) throw new Error('not read');
  await checkpoint.close();
}

/** How many bytes of a file are read, and in how many reads. @param {string} path */
async function reads(path) {
  const file = fs.openSync(path, 'r');
  const count = { bytes: 0, reads: 0 };
  const size = fs.fstatSync(file).size;
  await openCheckpoint({
    size,
    read(/** @type {number} */ offset, /** @type {number} */ length) {
      const bytes = new Uint8Array(Math.min(length, size - offset));
      count.bytes += fs.readSync(file, bytes, 0, bytes.length, offset);
      count.reads++;
      return bytes;
    },
  });
  fs.closeSync(file);
  return count;
}

/** Peak memory of a process that opens it, and of the core. @param {string} path */
function memory(path) {
  const node = JSON.stringify(new URL('../../wasm/api/node.js', import.meta.url));
  const script = `
    import { readFileSync } from 'node:fs';
    import { load, openCheckpoint } from ${node};
    await openCheckpoint(${JSON.stringify(path)});
    const [, peak] = /VmHWM:\\s+(\\d+) kB/.exec(readFileSync('/proc/self/status', 'utf8'));
    console.log(peak / 1024, (await load()).exports.memory.buffer.byteLength / ${MIB});`;
  const run = execFileSync(process.execPath, ['--input-type=module', '-e', script]);
  return run.toString().trim().split(' ').map(Number);
}

await make();
const core = await load();
const row = (/** @type {(string | number)[]} */ ...cells) =>
  console.log(cells.map((cell, i) => String(cell)[i ? 'padStart' : 'padEnd'](i ? 12 : 9)).join(''));

console.log(
  `Opening an archive of ${SIZE / MIB} MiB, the metadata last: milliseconds; in brackets`,
);
console.log('as many times as fast as the other\n');
row('archive', 'file MiB', 'opened', 'other', '', 'reads', 'bytes', 'peak MiB', 'wasm MiB');
/** @type {[string, string, string, () => Promise<void>][]} */
const rows = [
  ['plain', plain, 'tar -xO', () => program('tar', '-xOf', plain, 'config.dump')],
  ['gzip', `${plain}.gz`, 'createGunzip', () => gunzip(`${plain}.gz`)],
  ['zstd', `${plain}.zst`, 'zstd -dc', () => program('zstd', '-qdc', `${plain}.zst`)],
];
for (const [name, path, other, run] of rows) {
  const times = await race({ ours: () => ours(path), other: run });
  const { bytes, reads: count } = await reads(path);
  const [peak, wasm] = memory(path);
  row(
    name,
    (fs.statSync(path).size / MIB).toFixed(1),
    times.ours.toFixed(1),
    times.other.toFixed(1),
    `(${(times.other / times.ours).toFixed(2)}×)`,
    count,
    bytes,
    peak.toFixed(0),
    wasm,
  );
  console.log(`${''.padEnd(9)}other: ${other}`);
}

console.log('\nDecoding alone, from memory: MB/s of output\n');
const [compressed, small] = [`${plain}.gz`, `${plain}.zst`].map((path) => fs.readFileSync(path));
const decoding = await race({
  'gzip here': () => openArchive(core, compressed),
  'createGunzip, 256 KiB chunks': async () => {
    const stream = createGunzip({ chunkSize: 256 * 1024 });
    stream.resume();
    for (let at = 0; at < compressed.length; at += 256 * 1024)
      if (!stream.write(compressed.subarray(at, at + 256 * 1024))) await once(stream, 'drain');
    stream.end();
    await once(stream, 'end');
  },
  'zstd here': () => openArchive(core, small),
});
for (const [name, time] of Object.entries(decoding))
  console.log(`${name.padEnd(30)}${(SIZE / time / 1000).toFixed(0).padStart(6)}`);
