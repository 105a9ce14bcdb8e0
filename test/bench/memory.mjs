// SPDX-License-Identifier: Apache-2.0
// Searching memory, and telling why a dump is large: the module in one thread, the native library beside it, and the
// commands on a 1 GiB archive against grep behind zstd, and against checkpointctl if CHECKPOINTCTL says where it is.
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import { dirname, join } from 'node:path';
import process from 'node:process';
import { performance } from 'node:perf_hooks';
import { fileURLToPath } from 'node:url';
import { coreImage, image, message, mmImage, pstreeImage } from '../js/lib/dump.mjs';
import { header } from '../js/lib/tar.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '../..');
const wasm = process.env.CORE_WASM ?? join(root, 'dist/core.wasm');
const native = process.env.BENCH_MEMORY ?? join(root, 'build/native/bench-memory');
const SIZE = 64 * 2 ** 20;
const PIECE = 256 * 1024;
const PAGE = 4096;
const ROUNDS = 5;
const median = (/** @type {number[]} */ list) => list.sort((a, b) => a - b)[list.length >> 1];

/** A third zero pages, a third of texts, a third of noise; see memory.c. @param {number} size */
function memoryOf(size) {
  const bytes = new Uint8Array(size);
  const letters = Buffer.from('etaoin shrdlu\n');
  let state = 1;
  for (let i = 0; i < size; i++) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    const page = ((i / PAGE) | 0) % 3;
    const noise = state >>> 24;
    bytes[i] = page === 0 ? 0 : page === 1 ? letters[noise % 14] : noise;
  }
  return bytes;
}

const { instance } = await WebAssembly.instantiate(fs.readFileSync(wasm));
const exports = /** @type {any} */ (instance.exports);
exports._initialize?.();
const bytes = memoryOf(SIZE);

/** @param {(search: number, add: (text: string, form: number) => void) => void} fill @returns {number} MB/s */
function search(fill) {
  const times = [];
  for (let round = 0; round < ROUNDS; round++) {
    const handle = exports.ckpt_wasm_search_new();
    fill(handle, (text, form) => {
      const data = Buffer.from(text);
      const at = exports.ckpt_wasm_allocate(data.length);
      new Uint8Array(exports.memory.buffer, at, data.length).set(data);
      if (exports.ckpt_wasm_search_add(handle, form, at, data.length, 1, 0)) throw new Error(text);
      exports.ckpt_wasm_release(at);
    });
    exports.ckpt_wasm_search_prepare(handle);
    const dump = exports.ckpt_wasm_dump_new();
    const scan = exports.ckpt_wasm_scan_new(dump, handle, 0, 0, 0, 0, 0n, 2n ** 64n - 1n, 0, 0);
    if (!scan) throw new Error('no scan');
    exports.ckpt_wasm_scan_begin_stream(scan, 1);
    const start = performance.now();
    for (let at = 0; at < SIZE;) {
      const [room, size] = new Uint32Array(
        exports.memory.buffer,
        exports.ckpt_wasm_scan_room(scan),
        2,
      );
      const part = bytes.subarray(at, at + Math.min(size, PIECE));
      new Uint8Array(exports.memory.buffer, room, part.length).set(part);
      exports.ckpt_wasm_scan_feed(scan, part.length);
      exports.ckpt_wasm_scan_results(scan);
      at += part.length;
    }
    exports.ckpt_wasm_scan_end(scan);
    times.push(performance.now() - start);
    exports.ckpt_wasm_scan_free(scan);
    exports.ckpt_wasm_search_free(handle);
  }
  return SIZE / median(times) / 1000;
}

/** @param {number} compress @returns {number} MB/s */
function pages(compress) {
  const times = [];
  for (let round = 0; round < ROUNDS; round++) {
    const counter = exports.ckpt_wasm_pages_new(PAGE, compress);
    const start = performance.now();
    for (let at = 0; at < SIZE; at += PIECE) {
      const answer = exports.ckpt_wasm_pages_room(counter);
      const [room] = new Uint32Array(exports.memory.buffer, answer, 1);
      new Uint8Array(exports.memory.buffer, room, PIECE).set(bytes.subarray(at, at + PIECE));
      exports.ckpt_wasm_pages_add(counter, PIECE, 1);
    }
    times.push(performance.now() - start);
    exports.ckpt_wasm_pages_free(counter);
  }
  return SIZE / median(times) / 1000;
}

/** @type {Record<string, number>} */
const module = {
  literal: search((_, add) => add('a 21-byte needle here', 0)),
  '100 patterns': search((_, add) => {
    for (let i = 0; i < 100; i++) add(`needle number ${i * 7919}`, 0);
  }),
  expression: search((_, add) => add('needle[0-9]+', 2)),
  strings: search((handle) => exports.ckpt_wasm_search_strings(handle, 8, 3)),
  secrets: search((handle) => exports.ckpt_wasm_search_secrets(handle)),
  pages: pages(0),
  'pages with LZ4': pages(1),
};
const WANTED = /** @type {Record<string, [number, number | null]>} */ ({
  literal: [1500, 3000],
  '100 patterns': [500, null],
  pages: [1000, null],
});
const own = Object.fromEntries(
  fs.existsSync(native)
    ? execFileSync(native, { encoding: 'utf8' })
        .trim()
        .split('\n')
        .map((line) => line.split('\t'))
    : [],
);
console.log('MB/s, one thread     module (wanted)   native (wanted)');
for (const [what, speed] of Object.entries(module)) {
  const [least, leastNative] = WANTED[what] ?? [null, null];
  const text = (/** @type {any} */ value, /** @type {number | null} */ wanted) =>
    `${String(Math.round(value)).padStart(6)} ${(wanted ? `(${wanted})` : '').padEnd(10)}`;
  console.log(
    `${what.padEnd(20)} ${text(speed, least)} ${own[what] ? text(own[what], leastNative) : ''}`,
  );
}

// ---- Archives ------------------------------------------------------------------------------------

const folder = process.env.BENCH_FOLDER ?? join(root, 'build/bench');
const plain = join(folder, 'memory.tar');
const BIG = 2 ** 30;

function make() {
  fs.mkdirSync(folder, { recursive: true });
  if (fs.existsSync(plain) && fs.statSync(plain).size > BIG) return;
  const out = fs.openSync(plain, 'w');
  const member = (/** @type {string} */ name, /** @type {Uint8Array} */ data) => {
    fs.writeSync(out, header(name, { size: data.length }));
    fs.writeSync(out, data);
    fs.writeSync(out, new Uint8Array(-data.length & 511));
  };
  const entries = [];
  for (let page = 0; page < BIG / PAGE; page += 256)
    entries.push(message([1, 0x10000000n + BigInt(page) * BigInt(PAGE)], [2, 0], [4, 4], [5, 256]));
  const start = 0x10000000n;
  fs.writeSync(out, header('checkpoint/', { type: '5' }));
  member('checkpoint/pstree.img', pstreeImage([1]));
  member('checkpoint/core-1.img', coreImage('large'));
  member('checkpoint/mm-1.img', mmImage([{ start, end: start + BigInt(BIG) }]));
  member('checkpoint/pagemap-1.img', image(0x56084025, message([1, 1]), ...entries));
  fs.writeSync(out, header('checkpoint/pages-1.img', { size: BIG }));
  const part = Uint8Array.from(bytes);
  for (let at = 0; at < BIG; at += SIZE) {
    new DataView(part.buffer).setUint32(PAGE, at); // no two parts are alike
    part.set(Buffer.from('a 21-byte needle here'), 2 * PAGE - 10);
    fs.writeSync(out, part);
  }
  member('config.dump', Buffer.from('{"id":"1","name":"large","rootfsImageName":"x"}'));
  member(
    'spec.dump',
    Buffer.from('{"ociVersion":"1.0.2","annotations":{"io.container.manager":"libpod"}}'),
  );
  fs.writeSync(out, new Uint8Array(1024));
  fs.closeSync(out);
}

/** Seconds of the clock and of the processors, MiB, and output of a command with all that it starts. @param {string} command */
async function measure(command) {
  const child = spawn('/usr/bin/time', ['-f', '%e %U %S %M', '/bin/bash', '-c', command], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let text = '';
  child.stdout.on('data', (piece) => (text += piece));
  let errors = '';
  child.stderr.on('data', (piece) => (errors += piece));
  await once(child, 'close');
  const [seconds, user, system, kib] = errors.trim().split('\n').at(-1).split(' ').map(Number);
  return { seconds, cpu: user + system, memory: kib / 1024, text };
}

/* --quick: none of these; --zstd: only what concerns archives compressed with zstd. */
if (!process.argv.includes('--quick')) {
  make();
  if (!fs.existsSync(`${plain}.zst`))
    execFileSync('zstd', ['-qf', '-3', plain, '-o', `${plain}.zst`]);
  const needle = 'a 21-byte needle here';
  const cli = `node ${process.env.CKPT ?? join(root, 'wasm/cli/ckpt.js')}`;
  const rows = {
    'ckpt search, plain': `${cli} search --no-progress ${plain} '${needle}' | wc -l`,
    'ckpt search, zstd': `${cli} search --no-progress ${plain}.zst '${needle}' | wc -l`,
    'zstd -dc >/dev/null': `zstd -dc ${plain}.zst >/dev/null`,
    'zstd -dc | grep -c': `zstd -dc ${plain}.zst | grep -c '${needle}'`,
    'ckpt size --fast, plain': `${cli} size --fast --no-progress ${plain} | tail -1`,
    'ckpt size, plain': `${cli} size --no-progress ${plain} | tail -1`,
    'ckpt size, zstd': `${cli} size --no-progress ${plain}.zst | tail -1`,
    ...(process.env.CHECKPOINTCTL && {
      'checkpointctl memparse -s': `${process.env.CHECKPOINTCTL} memparse -p 1 -s '${needle}' ${plain} | wc -l`,
    }),
  };
  console.log('\n1 GiB of pages             seconds    CPU   MB/s   MiB');
  /** @type {Record<string, number>} CPU time */
  const spent = {};
  for (const [what, command] of Object.entries(rows)) {
    if (process.argv.includes('--zstd') && !what.includes('zstd')) continue;
    const runs = [];
    for (let i = 0; i < 3; i++) runs.push(await measure(command));
    const { seconds, cpu, memory, text } = runs.sort((a, b) => a.cpu - b.cpu)[1];
    spent[what] = cpu;
    console.log(
      `${what.padEnd(26)} ${seconds.toFixed(2).padStart(7)} ${cpu.toFixed(2).padStart(6)} ${String(Math.round(BIG / seconds / 1e6)).padStart(6)} ${memory.toFixed(0).padStart(5)}   ${text.trim().split('\n').at(-1)}`,
    );
  }
  const ratio = spent['ckpt search, zstd'] / spent['zstd -dc | grep -c'];
  console.log(
    `search of zstd: ${ratio.toFixed(2)} times the CPU time of zstd and grep (wanted: 1.5)`,
  );
}
