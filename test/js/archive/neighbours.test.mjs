// SPDX-License-Identifier: Apache-2.0
// Values at a limit and one beyond it, and what stands beside what a rule looks for.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { test } from 'node:test';
import { crc32, gzipSync } from 'node:zlib';
import { load, openCheckpoint } from 'container-checkpoint/node';
import { config, json, spec } from '../lib/checkpoints.mjs';
import { header, tar } from '../lib/tar.mjs';

const core = await load();
const plain = tar(['config.dump', json(config)], ['spec.dump', spec({})]);
/** Opens and closes; the error's code, or null. */
async function codeOf(bytes, limits) {
  const checkpoint = await openCheckpoint(bytes, { limits });
  await checkpoint.close();
  return checkpoint.error?.code ?? null;
}

test('the checksum of the header of gzip', async () => {
  const packed = gzipSync(plain);
  const head = Buffer.from(packed.subarray(0, 10));
  head[3] |= 2;
  for (const [wrong, expected] of [
    [0, null],
    [1, 'corrupt-stream'],
  ]) {
    const sum = Buffer.alloc(2);
    sum.writeUInt16LE((crc32(head) & 0xffff) ^ wrong);
    assert.equal(await codeOf(Buffer.concat([head, sum, packed.subarray(10)])), expected);
  }
});

test('a window as large as is allowed, and one byte more', async () => {
  const packed = execFileSync('zstd', ['-qc', '--zstd=wlog=20'], { input: plain });
  assert.equal(await codeOf(packed, { maxWindow: 2 ** 20 }), null);
  assert.equal(await codeOf(packed, { maxWindow: 2 ** 20 - 1 }), 'limit-window');
});

test('a window that nobody has room for is a limit, not damage', async () => {
  // The header of a frame, its window, and an empty last block.
  const frame = (descriptor) =>
    Uint8Array.of(0x28, 0xb5, 0x2f, 0xfd, 0, descriptor, 1, 0, 0, ...Array(32).fill(0));
  for (const [log, mantissa] of [
    [27, 2],
    [28, 0],
    [30, 0],
    [30, 7],
    [31, 0], // more than libzstd takes on 32 bits
    [31, 7],
    [32, 0],
    [41, 7],
  ])
    for (const limits of [{}, { maxWindow: 2 ** 53 - 1 }]) {
      const checkpoint = await openCheckpoint(frame(((log - 10) << 3) | mantissa), { limits });
      const { error } = checkpoint;
      const { findings, targets } = await core.validate(checkpoint);
      await checkpoint.close();
      const window = 2 ** log + (2 ** log / 8) * mantissa;
      const most = limits.maxWindow ? 144 : 128;
      assert.equal(
        error?.message,
        `The zstd data needs a window of ${window} bytes; the limit is ${most * 2 ** 20} (zstd window).`,
      );
      assert.equal(error.code, 'limit-window');
      const [finding] = findings.filter(({ id }) => id === 'CKP012');
      assert.match(finding.hint, /zstd -d --long=31/);
      for (const { verdict } of targets) assert.equal(verdict, 'unknown');
    }
});

test('metadata that compresses well is read up to 1 MiB, whatever the ratio', async () => {
  const of = (size) =>
    execFileSync('zstd', ['-qc19'], {
      input: tar(['config.dump', json(config)], ['spec.dump', `{${' '.repeat(size)}}`]),
      maxBuffer: 2 ** 26,
    });
  assert.equal(await codeOf(of(1_000_000)), null);
  assert.equal(await codeOf(of(3_000_000)), 'limit-ratio');
});

test('a sparse member has as many bytes as its map says', async () => {
  const record = (key, value) => {
    const rest = ` GNU.sparse.${key}=${value}\n`;
    const size = rest.length + 2;
    return `${size}${rest}`;
  };
  const sparse = (stored, length) => {
    const records = Buffer.from(
      record('major', '1') +
        record('minor', '0') +
        record('name', 'a') +
        record('realsize', '9000'),
    );
    const map = Buffer.alloc(512);
    map.write(`1\n0\n${length}\n`);
    return Buffer.concat([
      header('x', { type: 'x', size: records.length }),
      Buffer.concat([records, Buffer.alloc(512 - records.length)]),
      header('GNUSparseFile.0/a', { size: 512 + stored }),
      map,
      Buffer.alloc(Math.ceil(stored / 512) * 512, 1),
      plain,
    ]);
  };
  assert.equal(await codeOf(sparse(600, 600)), null);
  assert.equal(await codeOf(sparse(600, 601)), 'bad-sparse');
  assert.equal(await codeOf(sparse(600, 599)), 'bad-sparse');
});

test('a list that grows keeps what stood behind its end, as in Go', () => {
  // encoding/json decodes elements over those of the backing array, which it does not clear.
  const lists = [
    [{ destination: 'a' }, { destination: 'b' }, { destination: 'c' }],
    [{}],
    [{}, {}, {}, {}, {}, {}],
  ];
  const text = `{${lists.map((list) => `"mounts":${json(list)}`).join()}}`;
  const { mounts } = core.decode('spec.dump', Buffer.from(text));
  assert.deepEqual(
    mounts.map(({ destination }) => destination),
    ['a', 'b', 'c', '', '', ''],
  );
});

test('line and column of every finding of a file, not only of the first', () => {
  const text =
    '{"id":"a",\n  "name":"é𝄞", "createdTime":"never",\n\n      "checkpointedTime": 7,\n "x":1, "restoredTime":"no"}';
  const files = {
    'config.dump': Buffer.from(text),
    'spec.dump': Buffer.from(
      '{"ociVersion":"1.0.2",\n"process":{"cwd":"relative",  "args":[]},\n   "mounts":[{"destination":"ü"},\n     {"destination":"y"}]}',
    ),
  };
  const { findings } = core.validate(files);
  const placed = findings.filter(({ offset, line }) => offset !== null && line !== null);
  for (const name of Object.keys(files))
    assert.ok(
      new Set(placed.filter(({ member }) => member === name).map(({ line }) => line)).size > 0,
    );
  assert.ok(placed.length >= 4, `${placed.length}`);
  for (const { member, offset, line, column, id } of placed) {
    const before = files[member].subarray(0, offset).toString().split('\n');
    assert.deepEqual([line, column], [before.length, [...before.at(-1)].length + 1], id);
  }
});

test('short numbers are no secrets', () => {
  const secretsIn = (env) =>
    core
      .validate({
        'spec.dump': Buffer.from(json({ ociVersion: '1.0.2', process: { env: [env] } })),
      })
      .findings.filter(({ id }) => id.startsWith('CKP80')).length;
  for (const value of ['1', '12', '123']) assert.equal(secretsIn(`PASSWORD=${value}`), 0, value);
  assert.ok(secretsIn('PASSWORD=12345x') > 0);
});

test('layers that `docker save` names by links are those of the manifest', async () => {
  const hex = 'a'.repeat(64);
  const bytes = tar(
    [`${hex}.tar`, plain],
    [`${hex}.json`, '{"architecture":"riscv64"}'],
    ['a/layer.tar', tar(['etc/hostname', 'x'])],
    ['b/layer.tar', '', { type: '2', link: `../${hex}.tar` }],
    ['manifest.json', json([{ Config: `${hex}.json`, Layers: ['a/layer.tar', 'b/layer.tar'] }])],
  );
  const checkpoint = await openCheckpoint(bytes);
  assert.equal(checkpoint.image.layer, `${hex}.tar`);
  const { findings } = await core.validate(checkpoint);
  const layers = findings.filter(({ id }) => id === 'CKP903').map(({ message }) => message);
  assert.deepEqual(layers, [
    'The image has 2 layers; expected one, with the checkpoint at its root.',
  ]);
  await checkpoint.close();
});

test('the newest image, but for times after the year 9999', async () => {
  const END = 253402300800; // 10000-01-01T00:00:00Z
  /** Too late for the digits of a header. @param {string} name @param {number} seconds */
  const at = (name, seconds) => {
    const rest = ` mtime=${seconds}\n`;
    const record = Buffer.from(`${rest.length + 2}${rest}`);
    return Buffer.concat([
      header('x', { type: 'x', size: record.length }),
      record,
      Buffer.alloc(512 - record.length),
      header(name),
    ]);
  };
  /** @param {number[]} times */
  const newest = async (...times) => {
    const images = times.map((seconds, i) => at(`checkpoint/core-${i + 1}.img`, seconds));
    const checkpoint = await openCheckpoint(Buffer.concat([...images, plain]));
    const { findings } = await core.validate(checkpoint);
    await checkpoint.close();
    return findings.find(({ id }) => id === 'CKP106')?.message.match(/image is of (.*)\.$/)?.[1];
  };
  assert.equal(await newest(1_700_000_000), '2023-11-14T22:13:20Z');
  assert.equal(await newest(1_700_000_000, 1_600_000_000), '2023-11-14T22:13:20Z');
  assert.equal(await newest(1_600_000_000, 1_700_000_000), '2023-11-14T22:13:20Z');
  assert.equal(await newest(1_700_000_000, END - 1), '9999-12-31T23:59:59Z');
  assert.equal(await newest(1_700_000_000, END), '2023-11-14T22:13:20Z');
  assert.equal(await newest(END), undefined);
});
