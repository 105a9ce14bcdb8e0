// SPDX-License-Identifier: Apache-2.0
// Hundreds of checkpoints opened at once, and hundreds of parts read at once: all end right, none for lack of memory.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { openCheckpoint } from 'container-checkpoint/node';
import { data } from '../lib/checkpoints.mjs';

const COUNT = 800;
const many = (/** @type {(i: number) => Promise<unknown>} */ run) =>
  Promise.all(Array.from({ length: COUNT }, (_, i) => run(i)));

test('opened at once', async () => {
  const files = ['simple-zstd.tar.zst', 'simple-gzip.tar.gz', 'crio.tar'].map((name) =>
    readFileSync(join(data, name)),
  );
  const wanted = [];
  for (const bytes of files) wanted.push(await opened(bytes, ({ members }) => members.length));
  await many((i) =>
    opened(files[i % 3], ({ error, members }) =>
      assert.deepEqual([error, members.length], [null, wanted[i % 3]]),
    ),
  );
});

/** @param {Uint8Array} bytes @param {(checkpoint: any) => any} use */
async function opened(bytes, use) {
  const checkpoint = await openCheckpoint(bytes);
  try {
    return await use(checkpoint);
  } finally {
    await checkpoint.close();
  }
}

test('parts read at once', () =>
  opened(readFileSync(join(data, 'simple-zstd.tar.zst')), async (checkpoint) => {
    const members = [...checkpoint.members].filter(
      ({ type, size }) => type === 'file' && size > 64,
    );
    const whole = await Promise.all(members.map((member) => checkpoint.read(member)));
    await many(async (i) => {
      const n = i % members.length;
      const start = (i * 7) % (members[n].size - 16);
      const part = await checkpoint.read(members[n], { start, end: start + 16 });
      assert.deepEqual(part, whole[n].slice(start, start + 16));
    });
  }));
