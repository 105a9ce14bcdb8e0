// SPDX-License-Identifier: Apache-2.0
// Broken, hostile and odd checkpoints; failing and aborted reads.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { openCheckpoint as openInBrowser } from 'container-checkpoint';
import { ArchiveError, load, openCheckpoint } from 'container-checkpoint/node';
import { broken, config, data, json, spec } from '../lib/checkpoints.mjs';
import { tar } from '../lib/tar.mjs';

test('broken, hostile and odd archives', async () => {
  const whole = new Uint8Array(readFileSync(join(data, 'simple-none.tar')));
  for (let length = 0; length < whole.length; length += 7 * 512 + 100) {
    const checkpoint = await openCheckpoint(whole.subarray(0, length));
    assert.ok(checkpoint.error === null || checkpoint.error instanceof ArchiveError);
    assert.ok(/CKP00[12]/.test(await broken(checkpoint)), `${length}`);
    assert.equal(typeof checkpoint.summary.sizes.checkpoint, 'number');
  }
  const cut = await openCheckpoint(whole.subarray(0, 200000));
  assert.equal(cut.error.code, 'truncated-member');
  assert.equal(cut.summary.container.name, 'simple');

  const odd = await openCheckpoint(
    Buffer.concat([
      tar(
        ['config.dump', '{"id":"first"}'],
        ['../config.dump', '{"id":"outside"}'],
        ['/spec.dump', '{}'],
        ['./config.dump', '{"id":"last"}'],
        ['a\u001b[2J\u009b', ''],
        ['link', '', { type: '2', link: '../../etc' }],
        ['device', '', { type: '3' }],
      ),
      Buffer.from('garbage'),
    ]),
  );
  assert.equal(odd.summary.container.id, 'last');
  const ids = ['CKP003', 'CKP004', 'CKP005', 'CKP006', 'CKP009', 'CKP010'];
  assert.deepEqual(await broken(odd), ids);
  const limited = await openCheckpoint(tar(['config.dump', json(config)], ['spec.dump', '{}']), {
    limits: { max_kept: 20 },
  });
  assert.ok((await broken(limited)).includes('CKP012'));
  assert.equal(limited.files.has('config.dump'), false);
  const few = await openCheckpoint(tar(['a'], ['b'], ['c']), { limits: { max_members: 2 } });
  assert.equal(few.error.code, 'limit-members');
  const bomb = await openCheckpoint(gzipSync(tar(['config.dump', Buffer.alloc(10 << 20)])));
  assert.equal(bomb.error.code, 'limit-ratio');
  assert.equal((await openCheckpoint(new Uint8Array())).error.code, 'empty');
  const nothing = await openCheckpoint(Buffer.alloc(4096, 'no tar'));
  assert.deepEqual([nothing.form, nothing.error.code], ['unknown', 'not-tar']);
  await assert.rejects(openCheckpoint(42), TypeError);
});

test('metadata that is too large to be read is not said to be missing', async () => {
  const ckpt = await load();
  const large = json({ ...config, name: 'n'.repeat(16 << 20) });
  const plain = await openCheckpoint(tar(['config.dump', large], ['spec.dump', spec({})]));
  const pod = await openCheckpoint(
    tar(
      ['pod.options', json({ version: 1, containers: { web: 'web' } })],
      ['web/config.dump', large],
      ['web/spec.dump', spec({})],
    ),
  );
  const [web] = (await ckpt.validate(pod)).containers;
  for (const { findings } of [await ckpt.validate(plain), web]) {
    const about = findings.filter(({ member, id }) => member === 'config.dump' && id !== 'CKP009');
    assert.deepEqual(
      about.map(({ id }) => id),
      ['CKP012'],
    );
  }
});

test('progress and abort', async () => {
  const bytes = gzipSync(tar(['x', Buffer.alloc(40 << 20, 'abc')], ['config.dump', json(config)]), {
    level: 1,
  });
  const seen = [];
  await openCheckpoint(new Blob([bytes]), { onProgress: (progress) => seen.push(progress) });
  assert.equal(seen.at(-1).read, bytes.length);
  assert.ok(
    seen.every(
      ({ read, size }, i) => size === bytes.length && (i === 0 || read >= seen[i - 1].read),
    ),
  );

  const controller = new AbortController();
  let reads = 0;
  let closed = 0;
  async function* source() {
    try {
      for (let at = 0; ; at += 1000) {
        if (++reads === 3) controller.abort(new Error('enough'));
        yield bytes.slice(at, at + 1000);
      }
    } finally {
      closed++;
    }
  }
  await assert.rejects(openInBrowser(source(), { signal: controller.signal }), /enough/);
  assert.ok(reads <= 5);
  await new Promise((resolve) => setTimeout(resolve));
  assert.equal(closed, 1);
  await assert.rejects(
    openCheckpoint(join(data, 'simple-none.tar'), { signal: AbortSignal.abort() }),
    /abort/i,
  );
  const failing = { size: 100000, read: () => Promise.reject(new Error('disk on fire')) };
  await assert.rejects(openCheckpoint(failing), /disk on fire/);
});
