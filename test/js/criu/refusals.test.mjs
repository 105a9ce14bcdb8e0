// SPDX-License-Identifier: Apache-2.0
// Reading memory of each kind: what is there is given, of what is not the address, the mapping and the reason.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import test from 'node:test';
import { openCheckpoint } from '../../../wasm/api/node.js';
import { ckpt, data, folder } from '../lib/cli-run.mjs';
import { PAGE, coreImage, filesImage, mmImage, pageMap, pstreeImage } from '../lib/dump.mjs';

const [PARENT, LAZY, PRESENT] = [1, 2, 4];
const page = (/** @type {number} */ i) => 0x10000n + BigInt(i * PAGE);
const FILE = { flags: 2, prot: 5, status: 1 | 64, shmid: 5, offset: 0x3000 };

const { map, pages } = pageMap(
  1,
  [
    { address: page(0), flags: PRESENT, bytes: new Uint8Array(PAGE).fill(7) },
    { address: page(1), flags: PARENT },
    { address: page(2), flags: LAZY },
    { address: page(17), flags: PRESENT, bytes: new Uint8Array(PAGE).fill(9) },
  ],
  '4.2',
);
const path = folder({
  'pstree.img': pstreeImage([7]),
  'core-7.img': coreImage('program'),
  'mm-7.img': mmImage([
    { start: page(0), end: page(4) },
    { start: page(16), end: page(20), ...FILE },
    { start: page(32), end: page(33), prot: 5, status: 1 | 8 | 512 },
  ]),
  'files.img': filesImage({ 5: '/usr/lib/libc.so.6' }),
  'pagemap-7.img': map,
  'pages-1.img': pages,
});

/** What is read, or why it cannot be. @param {(memory: any) => Promise<void>} use */
async function withMemory(use) {
  const checkpoint = await openCheckpoint(path);
  const dump = await checkpoint.dump();
  try {
    await use(dump.memory);
  } finally {
    dump.close();
    await checkpoint.close();
  }
}

test('stored and zero pages, and pages of a file that were written, are read', () =>
  withMemory(async (memory) => {
    assert.deepEqual(await memory.read(7, page(0), 2), Uint8Array.of(7, 7));
    assert.deepEqual(await memory.read(7, page(3), 2), Uint8Array.of(0, 0));
    assert.deepEqual(await memory.read(7, page(17) + 5n, 1), Uint8Array.of(9));
  }));

for (const [address, length, place, message] of /** @type {[bigint, number, string, RegExp][]} */ ([
  [
    page(0),
    2 * PAGE,
    'previous',
    /^0x11000: it is in a dump before .*: rw-p anonymous, 0x10000 to 0x14000$/,
  ],
  [
    page(2) + 8n,
    1,
    'lazy',
    /^0x12008: it was to be sent later .*: rw-p anonymous, 0x10000 to 0x14000$/,
  ],
  [
    page(16),
    1,
    'file',
    /^0x20000: it is as in the mapped file, .*: r-xp \/usr\/lib\/libc\.so\.6, 0x20000 to 0x24000, 0x3000 of the file$/,
  ],
  [page(17), PAGE + 1, 'file', /^0x22000: .*, 0x5000 of the file$/],
  [
    page(32),
    4,
    'kernel',
    /^0x30000: the kernel makes it; it is not in the dump: r-xp \[?vdso\]?, 0x30000 to 0x31000$/,
  ],
  [page(4), 1, 'nowhere', /^0x14000: the process has no memory there$/],
  [page(0) - 1n, 2, 'nowhere', /^0xffff: the process has no memory there$/],
]))
  test(`refused: ${length} bytes at 0x${address.toString(16)}, ${place}`, async () => {
    await withMemory(async (memory) => {
      const error = await memory.read(7, address, length).then(
        () => null,
        (/** @type {any} */ why) => why,
      );
      assert.equal(error?.name, 'MemoryError');
      assert.equal(error.place, place);
      assert.match(error.message, message);
      assert.equal(error.mapping === null, place === 'nowhere');
    });
    const options = [
      '--pid',
      '7',
      '--address',
      `0x${address.toString(16)}`,
      '--length',
      String(length),
    ];
    const { code, stdout, stderr } = await ckpt(['memory', ...options, '--raw', path]);
    assert.equal(stdout, '');
    assert.ok(code !== 0);
    assert.match(stderr, /0x[0-9a-f]+: /);
  });

test('ckpt maps counts each of these kinds where it is', async () => {
  const { stdout } = await ckpt(['maps', '--format', 'json', path]);
  const rows = JSON.parse(stdout).maps.map((/** @type {any} */ one) =>
    ['size', 'stored', 'previous', 'missing', 'lazy', 'zero', 'file'].map(
      (name) => one[name] / PAGE,
    ),
  );
  assert.deepEqual(rows, [
    [4, 1, 0, 1, 1, 1, 0],
    [4, 1, 0, 0, 0, 0, 3],
    [1, 0, 0, 0, 0, 0, 1],
  ]);
});

test('the sums of each mapping of real dumps are its size', async () => {
  for (const name of ['bare-mem', 'lazy', 'podman-nginx']) {
    const { stdout } = await ckpt([
      'maps',
      '--format',
      'json',
      join(data, `dumps/${name}/${name}.tar.zst`),
    ]);
    for (const { size, ...row } of JSON.parse(stdout).maps) {
      const parts = ['stored', 'previous', 'missing', 'lazy', 'unreadable', 'zero', 'file'];
      const sum = parts.reduce((all, part) => all + Number(row[part]), 0);
      assert.equal(sum, Number(size), `${name} ${row.start}`);
    }
  }
});
