// SPDX-License-Identifier: Apache-2.0
// Why a checkpoint is as large as it is: parts that add up to the byte, and pages counted one by one.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { openCheckpoint } from 'container-checkpoint/node';
import { temporaryFolder } from '../lib/checkpoints.mjs';
import { ckpt } from '../lib/cli-run.mjs';
import { archiveOf } from '../lib/dumps.mjs';
import {
  PAGE,
  VMA,
  coreImage,
  dumpArchive,
  lz4,
  mmImage,
  pageMap,
  pstreeImage,
} from '../lib/dump.mjs';
import { tar } from '../lib/tar.mjs';

const folder = temporaryFolder();
const noise = (seed) => {
  let state = seed;
  return Uint8Array.from(
    { length: PAGE },
    () => (state = (Math.imul(state, 69069) + 1) >>> 0) >>> 24,
  );
};
const text = (letter) => new Uint8Array(PAGE).fill(letter.charCodeAt(0));
const zero = new Uint8Array(PAGE);

/** Pages of two processes, and memory that both have mapped. */
const PAGES = {
  1: [noise(1), zero, text('a'), zero, noise(2)],
  2: [noise(1), text('a'), text('b')],
};
const SHARED = [zero, noise(3), noise(2)];

function archive(dialect) {
  const images = { 'pstree.img': pstreeImage([1, 2]) };
  const add = (name, id, start, list) => {
    const entries = list.map((bytes, i) => ({
      address: start + BigInt(i * PAGE),
      flags: 4,
      bytes,
    }));
    const { map, pages } = pageMap(id, entries, dialect);
    images[`pagemap-${name}.img`] = map;
    images[`pages-${id}.img`] = pages;
  };
  for (const pid of [1, 2]) {
    const own = PAGES[pid];
    images[`core-${pid}.img`] = coreImage(`p${pid}`);
    images[`mm-${pid}.img`] = mmImage([
      { start: 0x10000n, end: 0x10000n + BigInt(own.length * PAGE) },
      {
        start: 0x90000n,
        end: 0x90000n + BigInt(3 * PAGE),
        flags: 0x21,
        status: VMA.sysv,
        shmid: 7,
      },
    ]);
    add(String(pid), pid, 0x10000n, own);
  }
  add('shmem-7', 9, 0n, SHARED);
  return dumpArchive(images);
}

for (const dialect of ['4.2', 'blocks']) {
  test(`pages are counted: ${dialect}`, async () => {
    const checkpoint = await openCheckpoint(archive(dialect));
    const dump = await checkpoint.dump();
    const { total, maps, exact } = await dump.memory.usage();
    dump.close();
    await checkpoint.close();
    const all = [...PAGES[1], ...PAGES[2], ...SHARED];
    assert.equal(total.stored, all.length * PAGE);
    assert.equal(total.zero, 3 * PAGE);
    assert.equal(total.duplicate, 3 * PAGE); // noise(1), 'a', noise(2)
    assert.ok(exact);
    assert.ok(total.byPage < 8 * PAGE && total.byPage > 5 * PAGE);
    assert.deepEqual(
      maps.map(({ pid, stored }) => [pid, stored / PAGE]),
      [
        [1, 5],
        [1, 3],
        [2, 3],
        [2, 0],
      ],
    );
    assert.ok(lz4(text('a')).length < 100);
  });
}

test('the parts of an archive add up', async () => {
  const path = join(folder, 'dump.tar');
  const bytes = archive('4.2');
  writeFileSync(path, bytes);
  const { stdout } = await ckpt(['size', '--format', 'json', path]);
  const { size, parts, total, processes, remedies } = JSON.parse(stdout);
  assert.equal(size, bytes.length);
  assert.equal(
    parts.reduce((sum, part) => sum + part.bytes, 0),
    bytes.length,
  );
  assert.equal(parts.find(({ name }) => name === 'pages').bytes, 11 * PAGE);
  assert.equal(total.stored, 11 * PAGE);
  assert.deepEqual(
    processes.map(({ pid, comm, stored }) => [pid, comm, stored / PAGE]),
    [
      [1, 'p1', 8],
      [2, 'p2', 3],
    ],
  );
  assert.equal(remedies.find(({ remedy }) => remedy === 'zero pages').saves, 3 * PAGE);
  const { stdout: table } = await ckpt(['size', '--maps', path]);
  assert.match(table, /^pages +45056/m);
  assert.match(table, /^zero pages +12\.0 KiB/m);
});

test('the parts of every form add up to its tar archive, to the byte', async () => {
  const plain = Buffer.concat([archive('4.2'), new Uint8Array(7 * 512)]);
  const directory = join(folder, 'unpacked');
  mkdirSync(directory);
  writeFileSync(join(folder, 'padded.tar'), plain);
  writeFileSync(join(folder, 'padded.tar.gz'), gzipSync(plain));
  execFileSync('tar', ['-xf', join(folder, 'padded.tar'), '-C', directory]);
  execFileSync('tar', ['-cf', join(folder, 'around.tar'), '-C', folder, 'unpacked']);
  const unpacked = statSync(join(folder, 'around.tar')).size;
  for (const [name, bytes] of /** @type {[string, number | null][]} */ ([
    ['padded.tar', plain.length],
    ['padded.tar.gz', plain.length],
    ['around.tar', unpacked],
    ['unpacked', null],
  ])) {
    const { stdout } = await ckpt(['size', '--fast', '--json', join(folder, name)]);
    const { size, tar: whole, parts } = JSON.parse(stdout);
    const added = parts.reduce((sum, part) => sum + part.bytes, 0);
    assert.equal(whole, bytes ?? size, name);
    assert.equal(added, whole, name);
    assert.equal(parts.find((part) => part.name === 'pages').bytes, 11 * PAGE);
  }
});

// What lz4 1.9.4 makes of real pages, block by block: test/tools/lz4-sizes.mjs. Bytes stored, by page, by region.
for (const [file, stored, byPage, byRegion] of /** @type {const} */ ([
  ['dumps/bare-hugetlb/bare-hugetlb', 4317184, 28103, 29151],
  ['dumps/bare-mem/bare-mem', 2629632, 72190, 64438],
  ['memory/old-411', 4247552, 646524, 620136],
  ['dumps/podman-tty/podman-tty', 536576, 97785, 91550],
]))
  test(`${file}: the estimate is what lz4 makes of it`, async () => {
    const checkpoint = await openCheckpoint(
      new URL(`../../data/${file}.tar.zst`, import.meta.url).pathname,
    );
    const dump = await checkpoint.dump({ texts: false });
    const { total } = await dump.memory.usage();
    dump.close();
    await checkpoint.close();
    assert.equal(total.stored, stored);
    assert.equal(total.byPage, byPage);
    assert.ok(Math.abs(total.byRegion - byRegion) <= 0.005 * byRegion, String(total.byRegion));
  });

test('pages that belong to no mapping in the dump are counted, and said not to have been looked at', async () => {
  const whole = archiveOf('bare-mem');
  const checkpoint = await openCheckpoint(whole);
  const members = [];
  // As in a pre-dump, which has nothing of the processes but page maps.
  for await (const { member, bytes } of checkpoint.readAll(
    ({ name }) => !/(pstree|mm-|core-)/.test(name),
  ))
    members.push([member.name, Uint8Array.from(bytes)]);
  await checkpoint.close();
  const without = join(folder, 'pre-dump.tar');
  writeFileSync(without, tar(.../** @type {any} */ (members)));
  for (const [path, outside] of /** @type {const} */ ([
    [whole, 0],
    [without, 2629632],
  ])) {
    const json = JSON.parse((await ckpt(['size', '--fast', '--json', path])).stdout);
    const pages = json.parts.find((/** @type {any} */ part) => part.name === 'pages').bytes;
    assert.deepEqual([json.outside, json.total.stored + outside], [outside, pages]);
    const said = (await ckpt(['size', '--fast', path])).stdout;
    assert.equal(said.includes('belong to no mapping of these processes'), outside > 0);
  }
});
