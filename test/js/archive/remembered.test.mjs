// SPDX-License-Identifier: Apache-2.0
// A stream that is remembered while it is read, so that it can be read again.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { Readable } from 'node:stream';
import { join } from 'node:path';
import { test } from 'node:test';
import { load, openCheckpoint } from 'container-checkpoint/node';
import { rememberedInput } from '../../../wasm/api/sources.js';
import { data } from '../lib/checkpoints.mjs';

await load();
/** In pieces of odd sizes. @param {Uint8Array} bytes */
const piecesOf = (bytes) =>
  Readable.from(
    (function* () {
      for (let at = 0, size = 1; at < bytes.length; at += size, size = ((size * 7) % 9973) + 1)
        yield bytes.subarray(at, at + size);
    })(),
  );

for (const name of ['simple-none.tar', 'simple-zstd.tar.zst', 'multi-gzip.tar.gz'])
  test(`${name}: every member can be read after a pipe was`, async () => {
    const path = join(data, name);
    const bytes = readFileSync(path);
    const input = rememberedInput(piecesOf(bytes), bytes.length);
    const piped = await openCheckpoint(/** @type {any} */ (input));
    await input.drain();
    assert.equal(input.size, bytes.length);
    const file = await openCheckpoint(path);
    for (const { name: member, type } of file.members)
      if (type === 'file')
        assert.deepEqual(await piped.read(member), await file.read(member), member);
    await Promise.all([piped.close(), file.close()]);
  });

test('any part can be read again, in any order', async () => {
  const bytes = Uint8Array.from({ length: 70_000 }, (_, i) => (i * 31) & 255);
  const input = rememberedInput(piecesOf(bytes), bytes.length);
  await input.drain();
  for (const [offset, length] of [
    [0, 1],
    [69_999, 10],
    [70_000, 10],
    [12_345, 40_000],
    [0, 70_000],
    [1, 1],
  ])
    assert.deepEqual(await input.read(offset, length), bytes.slice(offset, offset + length));
});

test('of more than the limit nothing is remembered, and that is said when it is wanted', async () => {
  const bytes = readFileSync(join(data, 'multi-gzip.tar.gz'));
  const input = rememberedInput(piecesOf(bytes), bytes.length - 1);
  const checkpoint = await openCheckpoint(/** @type {any} */ (input));
  await input.drain();
  assert.equal(input.size, undefined);
  assert.equal(checkpoint.summary.container.name.length > 0, true);
  await assert.rejects(checkpoint.read('checkpoint/pages-1.img'), /can be read only once/);
  await checkpoint.close();
});
