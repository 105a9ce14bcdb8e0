// SPDX-License-Identifier: Apache-2.0
// What is in the images: decoding all of a dump against crit, page maps, and opening, in CPU time (user and system) of one
// run. crit is Debian's (package criu) or any whose pycriu PYTHONPATH leads to; without one it is left out.
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import process from 'node:process';
import { load, openCheckpoint } from '../../wasm/api/node.js';
import { coreImage, mmImage, pstreeImage } from '../js/lib/dump.mjs';
import { DUMPS, archiveOf } from '../js/lib/dumps.mjs';
import { imagesOf } from '../js/lib/roundtrip.mjs';
import { tar } from '../js/lib/tar.mjs';

const ckpt = await load();
const PYTHON = process.env.PYTHON ?? '/usr/bin/python3';
const median = (/** @type {number[]} */ list) => list.sort((a, b) => a - b)[list.length >> 1];
/** The quickest round: others shared the machine, or the compiler was still at work. */
const best = (/** @type {number[]} */ list) => Math.min(...list);

/** CPU time of this process, in milliseconds. @param {() => unknown} run */
async function cpu(run) {
  const before = process.cpuUsage();
  await run();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}

/** @param {() => unknown} run */
async function measured(run, rounds = 25) {
  const times = [];
  for (let i = 0; i < rounds; i++) times.push(await cpu(run));
  return best(times);
}

// ---- all images of a dump -------------------------------------------------------------------------

const folder = mkdtempSync(join(tmpdir(), 'ckpt-bench-images-'));
/** @type {Record<string, {name: string, path: string, bytes: Uint8Array}[]>} */
const dumps = {};
for (const name of DUMPS) {
  const list = [];
  for await (const { path, name: base, bytes, info } of imagesOf(ckpt, archiveOf(name))) {
    if (info.raw) continue;
    const file = join(folder, name, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, bytes);
    list.push({ name: base, path: file, bytes: bytes.slice() });
  }
  dumps[name] = list;
}

/** Decodes each image and makes JSON of it, as "crit decode" does; one process for all of them. */
const CRIT = `
import json, sys, time
from pycriu import images
groups = json.load(sys.stdin)
out = {}
for name, files in groups.items():
    times = []
    for i in range(5):
        start = time.process_time()
        for path in files:
            with open(path, 'rb') as f:
                json.dumps(images.load(f, False, False))
        times.append(time.process_time() - start)
    out[name] = min(times) * 1000
print(json.dumps(out))
`;
const groups = Object.fromEntries(
  Object.entries(dumps).map(([name, list]) => [name, list.map(({ path }) => path)]),
);
const answer = spawnSync(PYTHON, ['-c', CRIT], { input: JSON.stringify(groups), encoding: 'utf8' });
const crit = answer.status === 0 ? JSON.parse(answer.stdout) : undefined;
if (!crit) console.log(`no crit: ${answer.error ?? answer.stderr.trim().split('\n').at(-1)}`);

const sum = { ours: 0, crit: 0, images: 0, bytes: 0 };
for (const [name, list] of Object.entries(dumps)) {
  const ours = await measured(() => {
    for (const image of list) ckpt.imageText(image.bytes, { name: image.name });
  });
  const bytes = list.reduce((all, one) => all + one.bytes.length, 0);
  sum.ours += ours;
  sum.images += list.length;
  sum.bytes += bytes;
  const beside = crit
    ? `; crit ${crit[name].toFixed(1)} ms, ${(crit[name] / ours).toFixed(1)} x`
    : '';
  if (crit) sum.crit += crit[name];
  console.log(
    `${name}: ${list.length} images, ${bytes} bytes to JSON: ${ours.toFixed(2)} ms${beside}`,
  );
}
console.log(
  `all ${sum.images} images, ${sum.bytes} bytes: ${sum.ours.toFixed(1)} ms${crit ? `; crit ${sum.crit.toFixed(1)} ms, ${(sum.crit / sum.ours).toFixed(1)} x (wanted: 20)` : ''}`,
);

// As people run it: a process for each image, and one for the archive.
const few = dumps['podman-nginx'];
/** User and system time of a shell command, in milliseconds. @param {string} command */
function shell(command) {
  const text = execFileSync(
    'bash',
    ['-c', `TIMEFORMAT="%U %S"; { time { ${command}; } 2>/dev/null >/dev/null; } 2>&1`],
    {
      encoding: 'utf8',
    },
  );
  const [user, system] = text.trim().split(' ').map(Number);
  return (user + system) * 1000;
}
const command = join(import.meta.dirname, '../../wasm/cli/ckpt.js');
const own = shell(
  `${process.execPath} ${command} decode --format jsonl ${archiveOf('podman-nginx')}`,
);
console.log(`ckpt decode --format jsonl of podman-nginx: ${own.toFixed(0)} ms`);
if (crit) {
  const one = `import json,sys; from pycriu import images; json.dump(images.load(open(sys.argv[1],'rb'),False,False),sys.stdout)`;
  const part = few.slice(0, 12);
  const time = shell(part.map(({ path }) => `${PYTHON} -c "${one}" ${path}`).join('; '));
  console.log(
    `crit decode, a process for each of its ${few.length} images (from ${part.length}): ${((time / part.length) * few.length).toFixed(0)} ms`,
  );
}

// ---- a large page map -----------------------------------------------------------------------------

/** Entries of which none joins the next: as many runs. @param {number} count */
function largePageMap(count) {
  const bytes = Buffer.alloc(count * 24 + 64);
  let at = 0;
  const word = (/** @type {number} */ value) => void (at = bytes.writeUInt32LE(value >>> 0, at));
  const varint = (/** @type {bigint} */ value) => {
    for (; value >= 128n; value >>= 7n) bytes[at++] = Number(value & 127n) | 128;
    bytes[at++] = Number(value);
  };
  const entry = (/** @type {[number, bigint][]} */ fields) => {
    const start = at;
    at += 4;
    for (const [number, value] of fields) {
      bytes[at++] = number << 3;
      varint(value);
    }
    bytes.writeUInt32LE(at - start - 4, start);
  };
  word(0x54564319);
  word(0x56084025);
  entry([[1, 1n]]);
  for (let i = 0; i < count; i++)
    entry([
      [1, 0x7f0000000000n + BigInt(i) * 8192n],
      [2, 0n],
      [4, 4n],
      [5, 1n],
    ]);
  return bytes.subarray(0, at);
}

const ENTRIES = 730_000;
const START = 0x7f0000000000n;
const map = largePageMap(ENTRIES);
const archive = tar(
  ['checkpoint/pstree.img', pstreeImage([1])],
  ['checkpoint/core-1.img', coreImage('large')],
  ['checkpoint/mm-1.img', mmImage([{ start: START, end: START + BigInt(ENTRIES) * 8192n }])],
  ['checkpoint/pagemap-1.img', map],
);
const times = { decoded: /** @type {number[]} */ ([]), told: /** @type {number[]} */ ([]) };
for (let i = 0; i < 15; i++) {
  const checkpoint = await openCheckpoint(archive);
  const dump = await checkpoint.dump({ texts: false });
  const memory = dump.memory;
  // The first time it is decoded, too.
  const first = await cpu(() => memory.maps());
  const again = await cpu(() => memory.maps());
  times.decoded.push(first - again);
  times.told.push(again);
  const { stored } = memory.maps().maps[0];
  if (stored !== BigInt(ENTRIES) * 4096n) throw new Error(`${stored} bytes stored`);
  dump.close();
  await checkpoint.close();
}
console.log(
  `a page map of ${ENTRIES} entries, ${map.length} bytes, decoded in WebAssembly: ${median(times.decoded).toFixed(1)} ms (wanted: 60); each of its runs looked at: ${best(times.told).toFixed(1)} ms`,
);
rmSync(folder, { recursive: true });
