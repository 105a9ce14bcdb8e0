// SPDX-License-Identifier: Apache-2.0
// How much is read for the processes of a dump: a compressed archive once, a plain one hardly.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { openCheckpoint } from 'container-checkpoint/node';
import { header, tar } from '../lib/tar.mjs';

const dumps = new URL('../../data/dumps/', import.meta.url).pathname;
const compressed = (/** @type {string} */ name) => readFileSync(`${dumps}${name}/${name}.tar.zst`);
const unpacked = (/** @type {string} */ name) =>
  execFileSync('zstd', ['-qdc'], { input: compressed(name), maxBuffer: 2 ** 28 });
const zstd = (/** @type {Uint8Array} */ bytes) =>
  execFileSync('zstd', ['-qc1'], { input: bytes, maxBuffer: 2 ** 28 });

/** Names and bytes of what is in a dump. @param {string} name @returns {Promise<[string, Uint8Array][]>} */
async function membersOf(name) {
  const checkpoint = await openCheckpoint(unpacked(name));
  /** @type {[string, Uint8Array][]} */
  const members = [];
  for (const member of [...checkpoint.members])
    if (member.type === 'file') members.push([member.name, await checkpoint.read(member)]);
  await checkpoint.close();
  return members;
}

/** A source that counts. @param {Uint8Array} bytes */
function counted(bytes) {
  const source = {
    size: bytes.length,
    total: 0,
    read(/** @type {number} */ offset, /** @type {number} */ length) {
      const part = bytes.slice(offset, offset + length);
      source.total += part.length;
      return part;
    },
  };
  return source;
}

/** @param {any} source @param {'images' | 'processes' | undefined} keep @param {boolean} texts */
async function processesOf(source, keep, texts = true) {
  const checkpoint = await openCheckpoint(source, { keep });
  try {
    const dump = await checkpoint.dump({ texts });
    const { processes } = dump;
    assert.deepEqual(dump.gaps, []);
    dump.close();
    return processes;
  } finally {
    await checkpoint.close();
  }
}

/** The memory is made so large that it is not kept whole. */
const large = (/** @type {Uint8Array} */ pages) =>
  Buffer.concat([pages, new Uint8Array(13 * 2 ** 20 - pages.length)]);

test('a compressed archive is read once', async () => {
  const bytes = compressed('podman-tty');
  const wanted = await processesOf(unpacked('podman-tty'), undefined);
  assert.equal(wanted[0].cmdline?.length !== undefined, true);
  const twice = counted(bytes);
  assert.deepEqual(await processesOf(twice, undefined), wanted);
  assert.ok(twice.total > bytes.length, 'without keep it is read again');
  const once = counted(bytes);
  assert.deepEqual(await processesOf(once, 'processes'), wanted);
  assert.ok(once.total <= bytes.length + 512, `${once.total} of ${bytes.length}`);
  const images = counted(bytes);
  await processesOf(images, 'images', false);
  assert.ok(images.total <= bytes.length + 512, `${images.total} of ${bytes.length}`);
});

test('also if the memory is too large to be kept, in the order in which engines write', async () => {
  const members = (await membersOf('podman-tty')).map(([name, bytes]) =>
    name.endsWith('/pages-1.img') ? [name, large(bytes)] : [name, bytes],
  );
  members.sort(([a], [b]) => (a < b ? -1 : 1));
  const bytes = zstd(tar(.../** @type {any} */ (members)));
  const wanted = await processesOf(unpacked('podman-tty'), undefined);
  const once = counted(bytes);
  assert.deepEqual(await processesOf(once, 'processes'), wanted);
  assert.ok(once.total <= bytes.length + 512, `${once.total} of ${bytes.length}`);
  // In another order it is read twice, and the answer is the same.
  members.reverse();
  const backwards = zstd(tar(.../** @type {any} */ (members)));
  const twice = counted(backwards);
  assert.deepEqual(await processesOf(twice, 'processes'), wanted);
  assert.ok(twice.total <= 2 * backwards.length + 512);
});

test('a stream has all that is kept', async () => {
  const bytes = compressed('podman-tty');
  const wanted = await processesOf(unpacked('podman-tty'), undefined);
  for (const input of [bytes, unpacked('podman-tty')]) {
    const stream = async function* () {
      for (let at = 0; at < input.length; at += 10_000) yield input.subarray(at, at + 10_000);
    };
    assert.deepEqual(await processesOf(stream(), 'processes'), wanted);
  }
  await assert.rejects(
    async () => {
      const checkpoint = await openCheckpoint(
        (async function* () {
          yield bytes;
        })(),
        { keep: /** @type {any} */ ('all') },
      );
      await checkpoint.close();
    },
    { message: 'keep: expected images or processes, not all' },
  );
});

test('of a plain archive of 1 GiB less than 2 MiB are read', async () => {
  const GIB = 2 ** 30;
  const members = await membersOf('podman-tty');
  const [pages] = members.filter(([name]) => name.endsWith('/pages-1.img'));
  const before = members.filter(([name]) => !name.endsWith('/pages-1.img'));
  const start = tar(.../** @type {any} */ (before)).subarray(0, -1024);
  const head = Buffer.concat([start, header(pages[0], { size: GIB }), pages[1]]);
  let total = 0;
  const source = {
    size: start.length + 512 + GIB + 1024,
    read(/** @type {number} */ offset, /** @type {number} */ length) {
      total += length;
      const part = new Uint8Array(Math.min(length, this.size - offset));
      part.set(head.subarray(offset, offset + part.length));
      return part;
    },
  };
  const processes = await processesOf(source, 'processes');
  assert.deepEqual(processes, await processesOf(unpacked('podman-tty'), undefined));
  assert.ok(total < 2 * 2 ** 20, `${total} bytes`);
});

test('keeping all is no part of opening', async () => {
  const bytes = compressed('podman-tty');
  const source = counted(bytes);
  const checkpoint = await openCheckpoint(source);
  assert.ok(source.total <= bytes.length + 512);
  await checkpoint.close();
});
