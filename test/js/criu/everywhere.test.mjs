// SPDX-License-Identifier: Apache-2.0
// What a search finds beside memory: queues, deleted files, logs and archives, each by its name and offset.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { execFileSync } from 'node:child_process';
import { gunzipSync, gzipSync } from 'node:zlib';
import { openCheckpoint } from 'container-checkpoint/node';
import { redact } from 'container-checkpoint/write';
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
  'checkpoint/tty-data.img': image(0x59413026, message([1, 1], [2, content(60)])),
  'checkpoint/bpfmap-data.img': withData(
    0x64324033,
    [
      [1, 1],
      [2, 0],
      [3, 1100],
      [4, 1],
    ],
    content(100),
  ),
  'checkpoint/ipcns-msg-11.img': withData(
    0x55453737,
    [
      [
        1,
        [
          [1, 4],
          [2, 5],
          [3, 0],
          [4, 0],
          [5, 0],
          [6, 0],
          [7, 0],
          [8, 0o600],
        ],
      ],
      [2, 16384],
      [3, 1],
    ],
    content(110),
  ),
  'checkpoint/ipcns-shm-11.img': withData(
    0x46283044,
    [
      [
        1,
        [
          [1, 4],
          [2, 5],
          [3, 0],
          [4, 0],
          [5, 0],
          [6, 0],
          [7, 0],
          [8, 0o600],
        ],
      ],
      [2, 1120],
    ],
    content(120),
  ),
  'checkpoint/ipcns-sem-11.img': withData(
    0x59573019,
    [
      [
        1,
        [
          [1, 4],
          [2, 5],
          [3, 0],
          [4, 0],
          [5, 0],
          [6, 0],
          [7, 0],
          [8, 0o600],
        ],
      ],
      [2, 565],
    ],
    content(130),
  ),
  'rootfs-diff.tar': {
    'etc/app.conf': content(262140),
    'root/.history': content(0),
    'var/log/app.log.1.gz': content(400000),
  },
  'volumes/data.tar': { 'state.db': content(70) },
  'ctr.log': content(80),
  'dump.log': content(90),
  // Of a file of memory that is open and not mapped.
  'checkpoint/pages-2.img': content(PAGE - 1000),
  'container.log': content(140),
  'restore.log': content(150),
};

function archive() {
  const memory = content(PAGE - 10);
  const bytes = Buffer.concat([memory, Buffer.alloc(2 * PAGE - memory.length)]);
  const filePages = [{ address: 0n, flags: 4, bytes: MEMBERS['checkpoint/pages-2.img'] }];
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
    ['checkpoint/pagemap-shmem-9.img', pageMap(2, filePages, '4.2').map],
    // Neither a queue nor a file of the container.
    ['config.dump', JSON.stringify({ id: '1', note: NEEDLE })],
    ...Object.entries(MEMBERS).map(([name, value]) => {
      if (Buffer.isBuffer(value)) return [name, value];
      const inside = tar(
        ...Object.entries(value).map(([inner, file]) => [
          inner,
          inner.endsWith('.gz') ? gzipSync(file) : file,
        ]),
      );
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
  ['zstd', execFileSync('zstd', ['-qc'], { input: archive(), maxBuffer: 2 ** 26 })],
])) {
  test(`each place once: ${form}`, async () => {
    const checkpoint = await openCheckpoint(made);
    const dump = await checkpoint.dump();
    const options = { streams: everywhere(checkpoint, dump) };
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

    const strings = [];
    const query = { strings: 20, encodings: ['utf8'] };
    const again = { streams: everywhere(checkpoint, dump) };
    for await (const { stream, address, bytes: text } of dump.memory.search(query, again)) {
      const at = Buffer.from(text).indexOf(NEEDLE);
      if (at >= 0) strings.push(`${stream ?? 'memory'} ${address + BigInt(at)}`);
    }
    assert.deepEqual(strings.sort(), placesOf(NEEDLE));

    const copy = await redact(checkpoint);
    const parts = [];
    for await (const part of copy.tar()) parts.push(part);
    const whole = Buffer.concat(parts);
    const contents = [whole];
    for (let at = 0; (at = whole.indexOf(Buffer.from([0x1f, 0x8b, 8]), at)) >= 0; at++)
      contents.push(gunzipSync(whole.subarray(at), { finishFlush: 2 }));
    assert.equal(contents.filter((one) => one.includes(NEEDLE)).length, 3);
    assert.ok(contents.every((one) => !one.includes(SECRET)));
    assert.equal(copy.manifest.cut.length, placesOf(SECRET).length);
    dump.close();
    await checkpoint.close();
  });
}
