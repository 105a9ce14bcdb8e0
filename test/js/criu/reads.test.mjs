// SPDX-License-Identifier: Apache-2.0
// What is read of a checkpoint: bytes and calls, counted at the source. Processes of a plain archive of 1 GiB cost a few
// small reads; who does not ask for them pays nothing.
import assert from 'node:assert/strict';
import test from 'node:test';
import { gzipSync } from 'node:zlib';
import { openCheckpoint } from '../../../wasm/api/node.js';
import { archiveOf } from '../lib/dumps.mjs';
import { filesOf } from '../lib/mutations.mjs';
import { header, tar } from '../lib/tar.mjs';
import { workOf } from '../lib/work.mjs';

const MIB = 2 ** 20;
const GIB = 2 ** 30;

/** @typedef {Uint8Array | number} Part bytes, or how many zeros */

/** A file made of parts, which counts what is read of it. @param {Part[]} list */
function counted(list) {
  const sizes = list.map((part) => (typeof part === 'number' ? part : part.length));
  const size = sizes.reduce((sum, one) => sum + one, 0);
  const count = { bytes: 0, calls: 0 };
  const source = {
    size,
    /** @param {number} offset @param {number} length */
    read(offset, length) {
      const end = Math.min(size, offset + length);
      const bytes = new Uint8Array(Math.max(0, end - offset));
      let start = 0;
      for (const [i, part] of list.entries()) {
        if (typeof part !== 'number' && start < end && start + part.length > offset) {
          const from = Math.max(0, offset - start);
          bytes.set(part.subarray(from, end - start), Math.max(0, start - offset));
        }
        start += sizes[i];
      }
      count.bytes += bytes.length;
      count.calls++;
      return bytes;
    },
  };
  return { source, count };
}

/** Members as parts of a tar archive. @param {[string, Part][]} members @returns {Part[]} */
function parts(members) {
  const all = members.flatMap(([name, part]) => {
    const size = typeof part === 'number' ? part : part.length;
    return [header(name, { size }), part, -size & 511];
  });
  return [...all, 1024];
}

const nginx = [...(await filesOf(archiveOf('podman-nginx')))];
/** Memory of a process that nobody asks for, before, between and behind what is looked at. */
const large = [
  /** @type {[string, Part]} */ (['checkpoint/pages-900.img', GIB / 2]),
  ...nginx.slice(0, nginx.length / 2),
  /** @type {[string, Part]} */ (['checkpoint/pages-901.img', GIB / 4]),
  ...nginx.slice(nginx.length / 2),
  /** @type {[string, Part]} */ (['checkpoint/pages-902.img', GIB / 4]),
];

test('processes with command lines of a plain archive of 1 GiB: at most 2 MiB are read', async () => {
  const { source, count } = counted(parts(large));
  assert.ok(source.size > GIB);
  const checkpoint = await openCheckpoint(source, { keep: 'processes' });
  const dump = await checkpoint.dump();
  const names = dump.processes.map(({ cmdline }) => cmdline?.[0]);
  assert.equal(
    names.filter((name) => /^nginx: (master|worker) process/.test(String(name))).length,
    3,
  );
  assert.deepEqual(dump.gaps, []);
  dump.close();
  await checkpoint.close();
  assert.ok(count.bytes <= 2 * MIB, `${count.bytes} bytes in ${count.calls} reads`);
});

test('files and sockets of it: at most 2 MiB, too', async () => {
  const { source, count } = counted(parts(large));
  const checkpoint = await openCheckpoint(source, { keep: 'images' });
  const dump = await checkpoint.dump({ texts: false });
  assert.ok(dump.files().length > 50 && dump.sockets().length > 3);
  dump.close();
  await checkpoint.close();
  assert.ok(count.bytes <= 2 * MIB, `${count.bytes} bytes in ${count.calls} reads`);
});

/** The same bytes, but nothing of them is an image. */
const other = nginx.map(
  ([name, bytes]) =>
    /** @type {[string, Uint8Array]} */ ([name.replace(/^checkpoint\//, 'ordinary__/'), bytes]),
);

/** Opens and closes. @param {Part[]} list */
async function opening(list) {
  const { source, count } = counted(list);
  const checkpoint = await openCheckpoint(source);
  await checkpoint.close();
  return count;
}

test('opening reads no more because there are images, and no oftener', async () => {
  for (const pack of [
    (/** @type {Uint8Array} */ bytes) => bytes,
    (/** @type {Uint8Array} */ bytes) => gzipSync(bytes, { level: 1 }),
  ]) {
    const [with_, without] = [nginx, other].map((members) => pack(tar(...members)));
    const found = await opening([with_]);
    const expected = await opening([without]);
    assert.equal(found.calls, expected.calls);
    // The two differ in nothing but names, which deflate does not make the same size of.
    assert.ok(Math.abs(found.bytes - expected.bytes) <= Math.abs(with_.length - without.length));
  }
});

test('nor is anything done for them in a plain archive', async () => {
  const image = nginx.find(([name]) => /core-\d+\.img$/.test(name))?.[1] ?? new Uint8Array();
  const many = (/** @type {string} */ folder) =>
    parts(Array.from({ length: 500 }, (_, i) => [`${folder}/core-${i}.img`, image]));
  const run = (/** @type {Part[]} */ list) => () => opening(list);
  const lists = [many('checkpoint'), many('ordinary__')];
  await workOf(run(lists[0])); // the first time there is more to do
  const [found, expected] = [await workOf(run(lists[0])), await workOf(run(lists[1]))];
  assert.ok(expected > 500 && found <= expected * 1.02, `${found} and ${expected}`);
});
