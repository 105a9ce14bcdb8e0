// SPDX-License-Identifier: Apache-2.0
// Parts of members: the same bytes whatever the archive is, in its order, with as few reads as can be.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { openCheckpoint } from 'container-checkpoint/node';
import { config, data, json, spec, temporaryFolder } from '../lib/checkpoints.mjs';
import { tar } from '../lib/tar.mjs';

const folder = temporaryFolder();
const zstd = (bytes) => execFileSync('zstd', ['-qc'], { input: bytes, maxBuffer: 2 ** 28 });
/** Bytes that tell where they are. */
const noise = (size, seed = 1) =>
  Uint8Array.from({ length: size }, (_, i) => (i * 7 + (i >> 8) * 31 + (i >> 16) + seed) & 255);
const contents = {
  'config.dump': Buffer.from(json(config)),
  'spec.dump': Buffer.from(spec({})),
  'checkpoint/empty.img': Buffer.alloc(0),
  'checkpoint/core-1.img': noise(1000),
  'checkpoint/pages-1.img': noise(3_000_001, 2),
  'checkpoint/core-2.img': noise(513, 3),
  'checkpoint/pages-2.img': noise(70_000, 4),
};
const plain = tar(...Object.entries(contents));

/** A checkpoint in a source that counts what is asked of it. */
async function opened(bytes, options) {
  const reads = [];
  const source = {
    size: bytes.length,
    async read(offset, length) {
      reads.push([offset, length]);
      return new Uint8Array(bytes.subarray(offset, offset + length));
    },
  };
  const checkpoint = await openCheckpoint(source, options);
  reads.length = 0;
  return { checkpoint, reads };
}

/** All forms in which the same members can lie, by how they are opened. */
function forms() {
  const sparse = join(folder, 'sparse');
  mkdirSync(join(sparse, 'checkpoint'), { recursive: true });
  for (const [name, bytes] of Object.entries(contents)) writeFileSync(join(sparse, name), bytes);
  for (const name of ['checkpoint/pages-1.img', 'checkpoint/core-1.img'])
    execFileSync('fallocate', ['--punch-hole', '-o', '0', '-l', '4096', join(sparse, name)]);
  const holes = Object.fromEntries(
    Object.keys(contents).map((name) => [name, readFileSync(join(sparse, name))]),
  );
  const list = ['-C', sparse, ...Object.keys(contents)];
  const made = execFileSync('tar', ['cf', '-', '-S', '--format=posix', ...list], {
    maxBuffer: 2 ** 26,
  });
  const nested = (bytes) => tar(['rootfs-diff.tar', bytes], ['config.dump', '{}']);
  return [
    { name: 'plain', bytes: plain },
    { name: 'gzip', bytes: gzipSync(plain) },
    { name: 'zstd', bytes: zstd(plain) },
    { name: 'sparse', bytes: made, want: holes },
    { name: 'sparse gzip', bytes: gzipSync(made), want: holes },
    { name: 'plain in plain', bytes: nested(plain), inside: 'rootfs-diff.tar' },
    { name: 'gzip in plain', bytes: nested(gzipSync(plain)), inside: 'rootfs-diff.tar' },
    { name: 'plain in gzip', bytes: gzipSync(nested(plain)), inside: 'rootfs-diff.tar' },
    { name: 'zstd in gzip', bytes: gzipSync(nested(zstd(plain))), inside: 'rootfs-diff.tar' },
    {
      name: 'sparse in zstd',
      bytes: zstd(nested(made)),
      inside: 'rootfs-diff.tar',
      want: holes,
    },
  ];
}

test('a part of a member is that part of the whole, in every form', async () => {
  for (const { name, bytes, want = contents, inside } of forms()) {
    const { checkpoint } = await opened(bytes);
    for (const [member, content] of Object.entries(want)) {
      const whole = await checkpoint.read(member, { inside });
      assert.deepEqual(Buffer.from(whole), Buffer.from(content), `${name}: ${member}`);
      const size = content.length;
      for (const [start, end] of [
        [0, 0],
        [0, 1],
        [1, 513],
        [4095, 4097],
        [size - 1, size],
        [size >> 1, size + 5],
        [size + 1, size + 2],
        [-3, 2],
      ]) {
        const part = await checkpoint.read(member, { start, end, inside });
        const [from, to] = [Math.max(0, start), Math.max(0, end)];
        assert.deepEqual(part, whole.slice(from, to), `${name}: ${member} ${start} ${end}`);
      }
    }
    await checkpoint.close();
  }
});

test('many ranges: in the order of the archive, each with its tag, once', async () => {
  const list = [
    { member: 'checkpoint/pages-2.img', offset: 5, length: 10, tag: 'late' },
    { member: 'checkpoint/pages-1.img', offset: 1_000_000, length: 1_500_000, tag: 'long' },
    { member: 'checkpoint/pages-1.img', offset: 1_999_999, length: 2, tag: 'in it' },
    { member: 'checkpoint/core-1.img', tag: 'whole' },
    { member: 'checkpoint/empty.img', tag: 'empty' },
    { member: 'config.dump', length: 3, tag: 'kept' },
    { member: 'checkpoint/pages-1.img', offset: 17, length: 0, tag: 'nothing' },
    { member: 'checkpoint/pages-1.img', offset: 2_999_990, tag: 'end' },
  ];
  for (const { name, bytes, want = contents, inside } of forms()) {
    const { checkpoint } = await opened(bytes);
    /** @type {Map<any, {parts: Uint8Array[], last: boolean, next: number}>} */
    const got = new Map();
    const order = [];
    for await (const { tag, member, offset, bytes: piece, last } of checkpoint.ranges(list, {
      inside,
    })) {
      order.push(member);
      const range = list.find((one) => one.tag === tag);
      const entry = got.get(tag) ?? { parts: [], last: false, next: range.offset ?? 0 };
      assert.equal(entry.last, false, `${name}: ${tag}`);
      assert.equal(offset, entry.next, `${name}: ${tag}`);
      entry.parts.push(piece);
      entry.next += piece.length;
      entry.last = last;
      got.set(tag, entry);
    }
    assert.deepEqual(
      order,
      [...order].sort((a, b) => a - b),
      name,
    );
    assert.equal(got.size, list.length, name);
    for (const { member, offset = 0, length = Infinity, tag } of list) {
      const { parts, last } = got.get(tag);
      assert.ok(last, `${name}: ${tag}`);
      const expected = Buffer.from(want[member].slice(offset, offset + length));
      assert.deepEqual(Buffer.concat(parts), expected, `${name}: ${tag}`);
    }
  }
});

test('what is near is read at once; nothing else is read', async () => {
  const { checkpoint, reads } = await opened(plain);
  const list = [
    { member: 'checkpoint/core-1.img' },
    { member: 'checkpoint/pages-1.img', offset: 0, length: 100 },
    { member: 'checkpoint/pages-1.img', offset: 2_900_000, length: 100 },
    { member: 'checkpoint/core-2.img' },
  ];
  for await (const piece of checkpoint.ranges(list)) assert.ok(piece.last);
  assert.equal(reads.length, 3, JSON.stringify(reads));
  assert.ok(reads.reduce((sum, [, length]) => sum + length, 0) < 5000);

  // Hundreds of images that lie side by side cost a few reads.
  const many = Array.from({ length: 500 }, (_, i) => [`checkpoint/core-${i}.img`, noise(600, i)]);
  const images = await opened(tar(['config.dump', '{}'], ...many));
  let count = 0;
  for await (const { member, bytes } of images.checkpoint.readAll('checkpoint/core-*.img')) {
    assert.deepEqual(Buffer.from(bytes), Buffer.from(noise(600, count)));
    assert.equal(member.name, `checkpoint/core-${count++}.img`);
  }
  assert.equal(count, 500);
  assert.ok(images.reads.length <= 2, `${images.reads.length} reads`);
});

test('one pass of a compressed archive gives all ranges, and ends after the last', async () => {
  const big = tar(
    ['config.dump', '{}'],
    ...Array.from({ length: 200 }, (_, i) => [`checkpoint/fs-${i}.img`, noise(400, i)]),
    ['checkpoint/pages-1.img', Buffer.concat([noise(100), new Uint8Array(2 ** 23)])],
    ['last', Buffer.from(crypto.getRandomValues(new Uint8Array(2 ** 16)))],
    ...Array.from({ length: 60 }, (_, i) => [
      `rest-${i}`,
      Buffer.from(crypto.getRandomValues(new Uint8Array(2 ** 16))),
    ]),
  );
  const packed = zstd(big);
  const { checkpoint, reads } = await opened(packed);
  let sum = 0;
  for await (const { bytes } of checkpoint.readAll('checkpoint/fs-*')) sum += bytes.length;
  assert.equal(sum, 200 * 400);
  const offsets = reads.map(([offset]) => offset);
  assert.equal(new Set(offsets).size, offsets.length, 'nothing is read twice');
  assert.ok(reads.length <= 3, `${reads.length} reads`);
  assert.ok(packed.length > 3 << 20);
});

test('ranges that make no sense', async () => {
  const { checkpoint } = await opened(plain);
  const all = async (list) => {
    for await (const piece of checkpoint.ranges(list)) assert.ok(piece);
  };
  await assert.rejects(all([{ member: 'none' }]), /there is no member "none"/);
  await assert.rejects(all([{ member: 99 }]), /there is no member number 99/);
  for (const wrong of [-1, 1.5, NaN, '3', 2 ** 60])
    for (const key of ['offset', 'length'])
      await assert.rejects(all([{ member: 'config.dump', [key]: wrong }]), TypeError);
  await all([]);
});

test('damage: what comes before it is given, then the reason', async () => {
  for (const [bytes, code] of [
    [plain.subarray(0, plain.length - 60_000), 'truncated-member'],
    [gzipSync(plain).subarray(0, -30), 'truncated-stream'],
  ]) {
    const { checkpoint } = await opened(bytes);
    assert.ok(checkpoint.error);
    const whole = await checkpoint.read('checkpoint/core-1.img');
    assert.deepEqual(Buffer.from(whole), Buffer.from(contents['checkpoint/core-1.img']));
    const seen = [];
    const reading = async () => {
      for await (const piece of checkpoint.ranges([
        { member: 'checkpoint/core-1.img' },
        { member: 'checkpoint/pages-2.img' },
      ]))
        seen.push(piece.member);
    };
    await assert.rejects(reading(), { name: 'ArchiveError', code });
    assert.equal(seen[0], 3);
  }
  // A metadata file that is cut is not filled up.
  const cut = tar(['config.dump', Buffer.alloc(3000, '1')]).subarray(0, 512 + 1000);
  const { checkpoint } = await opened(cut);
  assert.equal(checkpoint.files.get('config.dump').length, 1000);
  await assert.rejects(checkpoint.read('config.dump'), { code: 'truncated-member' });
});

test('images, pods and recorded archives', async () => {
  const image = await openCheckpoint(join(data, 'simple-image.oci.tar'));
  const name = 'checkpoint/pages-1.img';
  const whole = await image.read(name);
  assert.deepEqual(await image.read(name, { start: 4096, end: 8192 }), whole.slice(4096, 8192));
  let count = 0;
  for await (const { member, bytes } of image.readAll('checkpoint/*.img')) {
    assert.equal(bytes.length, member.size);
    count++;
  }
  assert.ok(count > 10);
  await image.close();

  for (const pack of [(bytes) => bytes, gzipSync]) {
    const pod = await openCheckpoint(
      pack(
        tar(
          ['pod.options', json({ version: 1, containers: { a: 'one' } })],
          ['one/config.dump', json(config)],
          ['one/spec.dump', spec({})],
          ['one/checkpoint/pages-1.img', noise(5000)],
          ['one/checkpoint/core-1.img', noise(50)],
        ),
      ),
    );
    const [one] = await pod.containers();
    const part = await one.read('checkpoint/pages-1.img', { start: 10, end: 20 });
    assert.deepEqual(part, noise(5000).slice(10, 20));
    const names = [];
    for await (const { member } of one.readAll('checkpoint/*.img')) names.push(member.name);
    assert.deepEqual(names, ['checkpoint/pages-1.img', 'checkpoint/core-1.img']);
  }
});
