// SPDX-License-Identifier: Apache-2.0
// node test/fuzz/whole.mjs SECONDS [SEED]: real archives, changed in their structure, through the whole API: open,
// validate, containers, dump, list, ranges, close. Whatever comes in, only errors of ours come out, nothing hangs, the
// module's memory does not grow for ever, and what was not read to its end never restores. Prints the seed of a failure.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import process from 'node:process';
import { gunzipSync, gzipSync } from 'node:zlib';
import { ociLayout, PACK } from '../js/lib/forms.mjs';
import { tar } from '../js/lib/tar.mjs';
import {
  ArchiveError,
  CheckpointError,
  load,
  openCheckpoint,
  ResourceError,
} from '../../wasm/api/node.js';

const seconds = Number(process.argv[2] ?? 5);
let seed = Number(process.argv[3] ?? Date.now() % 2 ** 31);
const core = await load();
const data = new URL('../data/archives/', import.meta.url);
const MOST = 400_000;
/** A call that takes longer has hung. */
const PATIENCE = 20_000;

/** @type {Uint8Array[]} */
const archives = readdirSync(data)
  .filter((name) => /\.tar(\.gz)?$/.test(name))
  .map((name) => {
    const bytes = readFileSync(new URL(name, data));
    return name.endsWith('.gz') ? gunzipSync(bytes) : bytes;
  })
  .filter(({ length }) => length < MOST);

let state = 0;
/** @param {number} n */
function below(n) {
  state = (Math.imul(state ^ (state >>> 15), 0x2c1b3c6d) + 0x6d2b79f5) | 0;
  return ((state ^ (state >>> 13)) >>> 0) % n;
}
/** @template T @param {readonly T[]} list @returns {T} */
const one = (list) => list[below(list.length)];

/** Headers and what follows them. @param {Uint8Array} archive */
function split(archive) {
  /** @type {{header: Uint8Array, body: Uint8Array}[]} */
  const members = [];
  for (let at = 0; at + 512 <= archive.length && archive[at] !== 0;) {
    const digits = Buffer.from(archive.subarray(at + 124, at + 135)).toString();
    const size = Math.max(0, parseInt(digits, 8) || 0);
    const end = at + 512 + Math.ceil(size / 512) * 512;
    members.push({ header: archive.slice(at, at + 512), body: archive.slice(at + 512, end) });
    at = end;
  }
  return members;
}

/** @param {Uint8Array} header */
function sign(header) {
  header.fill(32, 148, 156);
  const sum = header.reduce((total, byte) => total + byte, 0);
  header.set(Buffer.from(`${sum.toString(8).padStart(6, '0')}\0 `), 148);
}

const NAMES = [
  ...['config.dump', 'spec.dump', 'rootfs-diff.tar', 'checkpoint/', 'checkpoint/core-1.img'],
  ...['index.json', 'oci-layout', '../x', '/etc/passwd', 'pod.options', 'a/config.dump', ''],
];
const WORDS = ['{', '}', '[', ']', '"', '\\u0000', '1e999', 'null', '-1', '\xff', '"id":', ','];

/** @param {ReturnType<typeof split>} members */
function changed(members) {
  const at = below(members.length);
  const member = members[at];
  switch (below(10)) {
    case 0:
      members.splice(at, 1);
      break;
    case 1:
      members.splice(below(members.length), 0, { ...member, header: member.header.slice() });
      break;
    case 2: {
      const other = below(members.length);
      [members[at], members[other]] = [members[other], member];
      break;
    }
    case 3:
      member.header.fill(0, 0, 100);
      member.header.set(Buffer.from(one(NAMES)));
      break;
    case 4:
      member.header[156] = one([...Buffer.from('0123456789xgLKSX\0')]);
      break;
    case 5:
      member.header.set(Buffer.from(one(['77777777777', '00000000001', '0000000100 ', '-1'])), 124);
      break;
    case 6:
      member.header[below(512)] = below(256);
      break;
    case 7:
    case 8:
      for (let n = below(8); n >= 0 && member.body.length > 0; n--)
        member.body[below(member.body.length)] = below(256);
      break;
    default:
      if (member.body.length > 0)
        member.body.set(
          Buffer.from(one(WORDS)).subarray(0, member.body.length),
          below(Math.max(1, member.body.length - 8)),
        );
  }
  if (below(10) > 0) sign(member.header);
}

/** @returns {Uint8Array} */
function made() {
  let bytes = one(archives);
  for (let depth = 1 + below(3); depth > 0; depth--) {
    const members = split(bytes);
    for (let n = below(6); n > 0 && members.length > 0; n--) changed(members);
    const blocks = members.flatMap(({ header, body }) => [header, body]);
    bytes = Buffer.concat([...blocks, Buffer.alloc(below(4) === 0 ? 0 : 1024)]);
    if (bytes.length > MOST) return bytes;
    const pack = one([PACK.plain, PACK.plain, gzipSync]);
    switch (below(6)) {
      case 0:
        bytes = tar(['config.dump', '{"id":"a"}'], ['rootfs-diff.tar', pack(bytes)]);
        break;
      case 1:
        bytes = ociLayout(pack(bytes));
        break;
      case 2:
        bytes = tar(
          ['checkpoint-manifest.json', '{"version":1,"containers":[{"archive":"a.tar"}]}'],
          ['a.tar', pack(bytes)],
        );
        break;
      default:
        depth = 0;
    }
  }
  if (below(3) === 0) bytes = gzipSync(bytes);
  if (below(8) === 0) bytes = bytes.subarray(0, below(bytes.length));
  if (below(8) === 0) {
    bytes = Uint8Array.from(bytes);
    bytes[below(bytes.length)] ^= 1 << below(8);
  }
  return bytes;
}

/** Ours, and what the arguments of a call are refused with. @param {unknown} error */
const known = (error) =>
  [ArchiveError, CheckpointError, ResourceError, RangeError].some((type) => error instanceof type);
/** @param {() => Promise<unknown>} run */
const tried = (run) =>
  run().catch((error) => {
    if (!known(error)) throw error;
  });

/** @param {Uint8Array} bytes */
async function way(bytes) {
  const checkpoint = await openCheckpoint(bytes);
  const report = await core.validate(checkpoint);
  // A wrong checksum of gzip comes behind the end of the archive.
  const stopped = checkpoint.error !== null && checkpoint.error.code !== 'stream-checksum';
  const unread = stopped || report.findings.some(({ id }) => id === 'CKP014');
  for (const { verdict } of report.targets) assert.ok(!(unread && verdict === 'restores'));
  assert.ok(!unread || report.counts.error > 0);
  for (const inner of await checkpoint.containers()) await tried(() => inner.read('config.dump'));
  await tried(async () => {
    const dump = await checkpoint.dump();
    try {
      JSON.stringify([dump.processes, dump.gaps], (_, value) =>
        typeof value === 'bigint' ? `${value}` : value,
      );
    } finally {
      dump.close();
    }
  });
  const members = [...checkpoint.members].filter(({ type }) => type === 'file');
  if (members.length > 0) {
    const member = one(members);
    await tried(() => checkpoint.list(member));
    const start = below(member.size + 2);
    await tried(async () => {
      let got = 0;
      for await (const piece of checkpoint.stream(member, { start })) {
        got += piece.length;
        if (below(3) === 0) break;
      }
      assert.ok(got <= member.size);
    });
  }
  await checkpoint.close();
}

const end = performance.now() + seconds * 1000;
let runs = 0;
let settled = 0;
while (performance.now() < end) {
  state = ++seed;
  const bytes = made();
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;
  try {
    const hung = new Promise((_, reject) => {
      timer = setTimeout(() => reject(new Error(`hangs`)), PATIENCE);
    });
    await Promise.race([way(bytes), hung]);
  } catch (error) {
    writeFileSync('build/fuzz-whole-found', bytes);
    process.stderr.write(
      `seed ${seed}: ${/** @type {Error} */ (error).stack}\nthe input is in build/fuzz-whole-found\n`,
    );
    process.exit(1);
  } finally {
    clearTimeout(timer);
  }
  runs++;
  const size = core.exports.memory.buffer.byteLength;
  if (runs === 300) settled = size;
  if (settled && size > settled + 2 ** 26) {
    process.stderr.write(`seed ${seed}: the module has grown from ${settled} to ${size} bytes\n`);
    process.exit(1);
  }
}
process.stdout.write(`ok - fuzz whole.mjs: ${runs} runs in ${seconds} s, nothing found\n`);
