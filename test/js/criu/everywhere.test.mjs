// SPDX-License-Identifier: Apache-2.0
// What a search finds beside memory: queues, deleted files, logs and archives, each by its name and offset.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { openCheckpoint } from 'container-checkpoint/node';
import { everywhere } from '../../../wasm/api/everywhere.js';
import { findSecrets } from '../../../wasm/api/memory-secrets.js';
import { PAGE, coreImage, image, message, mmImage, pageMap, pstreeImage } from '../lib/dump.mjs';
import { tar } from '../lib/tar.mjs';

const SECRET = 'ghp_9fQ2xLr7VbT4mZ8kWc1YdN6sHj3PgEa0Ru5X';
const NEEDLE = 'a needle that stands once in each place';
const START = 0x10000n * BigInt(PAGE);

/** Both, between zeros, and after as many bytes as `before` says. @param {number} before */
function content(before) {
  const bytes = Buffer.alloc(before + 1000);
  bytes.write(NEEDLE, before);
  bytes.write(SECRET, before + 100);
  return bytes;
}

/** An image with one entry and the bytes that follow it. */
const withData = (magic, entry, data) => Buffer.concat([image(magic, message(...entry)), data]);
const queue = (length) => [
  [1, 7],
  [2, length],
];

/** Bytes of each member; those of archives by the names in them. */
const MEMBERS = {
  'checkpoint/pipes-data.img': withData(0x56453709, queue(1010), content(10)),
  'checkpoint/fifo-data.img': withData(0x59333054, queue(1020), content(20)),
  'checkpoint/sk-queues.img': withData(0x56264026, queue(1030), content(30)),
  'checkpoint/tcp-stream-1f.img': withData(0x51465506, queue(1040), content(40)),
  'checkpoint/ghost-file-3.img': withData(
    0x52583605,
    [
      [1, 0],
      [2, 0],
      [3, 0o100600],
    ],
    content(PAGE - 5),
  ),
  'checkpoint/tmpfs-12.tar.gz.img': { 'run/token': content(300000) },
  'devshm-checkpoint.tar': { queue: content(50), empty: Buffer.alloc(0) },
  'rootfs-diff.tar': { 'etc/app.conf': content(262140), 'root/.history': content(0) },
  'volumes/data.tar': { 'state.db': content(70) },
  'ctr.log': content(80),
  'dump.log': content(90),
};

function archive() {
  const memory = content(PAGE - 10);
  const bytes = Buffer.concat([memory, Buffer.alloc(2 * PAGE - memory.length)]);
  const { map, pages } = pageMap(
    1,
    [0, 1].map((i) => ({
      ...{ address: START + BigInt(i * PAGE), flags: 4 },
      bytes: bytes.subarray(i * PAGE, (i + 1) * PAGE),
    })),
    '4.2',
  );
  return tar(
    ['checkpoint/pstree.img', pstreeImage([7])],
    ['checkpoint/core-7.img', coreImage('holder')],
    ['checkpoint/mm-7.img', mmImage([{ start: START, end: START + BigInt(2 * PAGE) }])],
    ['checkpoint/pagemap-7.img', map],
    ['checkpoint/pages-1.img', pages],
    // Neither a queue nor a file of the container.
    ['config.dump', JSON.stringify({ id: '1', note: NEEDLE })],
    ...Object.entries(MEMBERS).map(([name, value]) => {
      if (Buffer.isBuffer(value)) return [name, value];
      const inside = tar(...Object.entries(value));
      return [name, name.endsWith('.gz.img') ? gzipSync(inside) : inside];
    }),
  );
}

/** "PLACE OFFSET" of a text, in memory as the address. @param {string} text */
const placesOf = (text) =>
  Object.entries(MEMBERS)
    .flatMap(([name, value]) =>
      Buffer.isBuffer(value)
        ? [[name, value]]
        : Object.entries(value).map(([inner, bytes]) => [`${name}!${inner}`, bytes]),
    )
    .filter(([, bytes]) => bytes.length > 0)
    .map(([name, bytes]) => `${name} ${bytes.indexOf(text)}`)
    .concat(`memory ${START + BigInt(content(PAGE - 10).indexOf(text))}`)
    .sort();

for (const [form, made] of /** @type {const} */ ([
  ['plain', archive()],
  ['gzip', gzipSync(archive())],
])) {
  test(`each place once: ${form}`, async () => {
    const checkpoint = await openCheckpoint(made);
    const dump = await checkpoint.dump();
    const options = { streams: everywhere(checkpoint) };
    const places = [];
    for await (const { stream, address } of dump.memory.search({ text: NEEDLE }, options))
      places.push(`${stream ?? 'memory'} ${address}`);
    assert.deepEqual(places.sort(), placesOf(NEEDLE));

    const memory = [];
    for await (const { stream } of dump.memory.search({ text: NEEDLE })) memory.push(stream);
    assert.deepEqual(memory, [null], 'if it is not asked for');

    const { secrets, left } = await findSecrets(checkpoint, dump, { reveal: true });
    assert.deepEqual(
      secrets.map(({ member, address }) => `${member ?? 'memory'} ${address}`).sort(),
      placesOf(SECRET),
    );
    for (const { member, pid, count, value, place } of secrets) {
      assert.deepEqual([count, value], [1, SECRET]);
      assert.deepEqual([pid, place], member === null ? [7, 'anonymous'] : [null, 'file']);
    }
    assert.deepEqual(left.files, []);
    dump.close();
    await checkpoint.close();
  });
}
