// SPDX-License-Identifier: Apache-2.0
// Recorded checkpoints against what the reference tool says of them; their members.
import assert from 'node:assert/strict';
import { createReadStream, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { test } from 'node:test';
import { gunzipSync, gzipSync } from 'node:zlib';
import { openCheckpoint as openInBrowser } from 'container-checkpoint';
import { Checkpoint, openCheckpoint } from 'container-checkpoint/node';
import { compare, data, expected, text } from '../lib/checkpoints.mjs';

const names = readdirSync(data).filter((name) => /\.tar/.test(name));

test('recorded archives say what the reference tool says of them', async (t) => {
  assert.ok(names.length >= 12);
  assert.deepEqual(names.sort(), Object.keys(expected).sort());
  for (const name of names) {
    await t.test(name, async () => {
      const path = join(data, name);
      const bytes = new Uint8Array(readFileSync(path));
      const checkpoint = await openCheckpoint(path);
      assert.ok(checkpoint instanceof Checkpoint);
      compare(checkpoint, name);
      assert.equal(checkpoint.name, name);
      assert.equal(checkpoint.compression, expected[name].compression);
      assert.equal(checkpoint.summary.sizes.archive, bytes.length);
      await checkpoint.close();

      compare(await openInBrowser(bytes), name);
      compare(await openInBrowser(new Blob([bytes])), name);
      compare(await openCheckpoint(createReadStream(path, { highWaterMark: 1000 })), name);
      compare(await openCheckpoint(Readable.toWeb(createReadStream(path))), name);
      if (checkpoint.compression === 'none') compare(await openCheckpoint(gzipSync(bytes)), name);
    });
  }
});

test('members of archives inside are read: rootfs-diff.tar, in an archive of any form', async () => {
  for (const name of ['crio.tar', 'features-gzip.tar.gz', 'containerd21.tar']) {
    const checkpoint = await openCheckpoint(join(data, name));
    const inside = 'rootfs-diff.tar';
    const { members, compression } = await checkpoint.list(inside);
    const content = await checkpoint.read(inside);
    const whole = compression === 'gzip' ? new Uint8Array(gunzipSync(content)) : content;
    let count = 0;
    for (const member of members) {
      if (member.type !== 'file') continue;
      count++;
      const bytes = whole.slice(member.dataOffset, member.dataOffset + member.size);
      assert.deepEqual(await checkpoint.read(member, { inside }), bytes);
      assert.deepEqual(await checkpoint.read(member.name, { inside, start: 1 }), bytes.slice(1));
    }
    assert.ok(count > 0);
    await assert.rejects(checkpoint.read('nothing', { inside }), /there is no member "nothing"/);
    await assert.rejects(checkpoint.read('x', { inside: 'nothing' }), /there is no member/);
    await checkpoint.close();
  }
});

test('members are read later: in place, or by streaming again', async () => {
  const plain = await openCheckpoint(join(data, 'simple-none.tar'));
  const packed = await openCheckpoint(join(data, 'simple-gzip.tar.gz'));
  const inner = await openCheckpoint(join(data, 'simple-image.oci.tar'));
  for (const checkpoint of [plain, packed, inner]) {
    for (const name of ['checkpoint/pages-1.img', 'spec.dump', 'checkpoint/pstree.img']) {
      const bytes = await checkpoint.read(name);
      assert.equal(bytes.length, checkpoint.members.find(name).size);
      const pieces = [];
      for await (const piece of checkpoint.stream(name)) pieces.push(Buffer.from(piece));
      assert.deepEqual(Buffer.concat(pieces), Buffer.from(bytes));
    }
    assert.equal(text((await checkpoint.read('checkpoint/pstree.img')).subarray(0, 2)), '\u0019C');
    await assert.rejects(checkpoint.read('nothing'), /there is no member "nothing"/);
    await assert.rejects(checkpoint.read('checkpoint'), /no regular file/);
    await assert.rejects(checkpoint.read('spec.dump', { limit: 10 }), /limit of 10/);
    await assert.rejects(
      checkpoint.read('checkpoint/pages-1.img', { signal: AbortSignal.abort() }),
      /abort/i,
    );
    const pages = checkpoint.members.find('checkpoint/pages-1.img');
    const all = await checkpoint.read(pages); // a member itself, not its name
    for (const [start, end] of [
      [0, 10],
      [4090, 70_000],
      [pages.size - 5, undefined],
      [pages.size - 5, pages.size + 5],
      [pages.size + 5, undefined],
      [20, 10],
    ])
      assert.deepEqual(await checkpoint.read(pages, { start, end }), all.slice(start, end));
    assert.equal((await checkpoint.read('spec.dump', { limit: 10, start: 2, end: 12 })).length, 10);
    for await (const piece of checkpoint.stream('checkpoint/pages-1.img')) {
      assert.ok(piece.length > 0); // and stop here
      break;
    }
    await checkpoint.close();
  }
  const stream = await openCheckpoint(createReadStream(join(data, 'simple-gzip.tar.gz')));
  assert.equal(text(await stream.read('network.status')), 'null');
  await assert.rejects(stream.read('checkpoint/pages-1.img'), /only once/);
});

test('archives inside are listed', async () => {
  const features = await openCheckpoint(join(data, 'features-gzip.tar.gz'));
  const diff = await features.list('rootfs-diff.tar');
  assert.equal(diff.compression, 'none');
  assert.ok([...diff.members].some(({ name }) => name === 'var/new dir/ünï/file with spaces.txt'));
  assert.ok((await features.list('volumes/appdata.tar')).members.length > 0);
  await features.close();
  const containerd = await openCheckpoint(join(data, 'containerd21.tar'));
  const layer = await containerd.list('rootfs-diff.tar');
  assert.equal(layer.compression, 'gzip');
  assert.deepEqual([...layer.members].map(({ name }) => name).slice(-1), ['etc/.wh.motd']);
  assert.equal((await containerd.list('config.dump')).error.code, 'not-tar');
  assert.deepEqual(await containerd.containers(), []);
  await containerd.close();
});
