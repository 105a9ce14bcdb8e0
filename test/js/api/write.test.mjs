// SPDX-License-Identifier: Apache-2.0
// container-checkpoint/write: streams, without any module of Node; the same answers as the commands.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { openCheckpoint } from 'container-checkpoint/node';
import { ConversionError, build, convert, redact } from 'container-checkpoint/write';
import { archives, checkpoint as members, tar } from '../lib/cli-archives.mjs';
import { ckpt, folder } from '../lib/cli-run.mjs';

const source = join(archives, 'simple-none.tar');

/** @param {AsyncIterable<Uint8Array>} pieces */
async function whole(pieces) {
  const parts = [];
  for await (const piece of pieces) parts.push(Buffer.from(piece));
  return Buffer.concat(parts);
}

test('no module of Node is reached', () => {
  const seen = new Set();
  const open = [new URL('../../../wasm/api/write.js', import.meta.url)];
  for (let url; (url = open.pop());) {
    if (seen.has(url.href)) continue;
    seen.add(url.href);
    for (const [, name] of readFileSync(url, 'utf8').matchAll(
      /(?:^(?:import|export|\}).*from|await import\() ?'([^']+)'/gm,
    )) {
      if (name.startsWith('.')) open.push(new URL(name, url));
      else assert.doesNotMatch(name, /^node:/, url.href);
    }
  }
  assert.ok(seen.size > 20);
});

test('build: the bytes of the command', async () => {
  const made = folder();
  const opened = await openCheckpoint(source);
  const image = await build(opened, { created: '2026-11-22T04:06:18Z', tag: 'localhost/a:b' });
  const bytes = await whole(image.tar());
  const again = await whole((await build(opened, { compress: 'gzip' })).tar());
  await opened.close();
  const run = await ckpt(['build', '--tag', 'localhost/a:b', source, 'image.tar', '--json'], {
    cwd: made,
  });
  const told = JSON.parse(run.stdout);
  assert.deepEqual(image.layer, told.layer);
  assert.deepEqual(image.annotations, told.annotations);
  for (const archive of [bytes, again]) {
    const copy = await openCheckpoint(archive);
    assert.deepEqual([copy.form, copy.error], ['oci-layout', null]);
    assert.ok((await whole(copy.tar())).equals(readFileSync(source)));
    await copy.close();
  }
});

test('convert and redact', async () => {
  const secret = 'abc123def456ghi7';
  const archive = tar(
    members({ 'spec.dump': JSON.stringify({ process: { env: [`API_TOKEN=${secret}`] } }) }),
  );
  const opened = await openCheckpoint(archive);
  const copy = await redact(opened, { drop: ['memory'] });
  const bytes = await whole(copy.tar());
  assert.ok(!bytes.includes(secret));
  assert.match(copy.manifest.lost[0], /cannot be restored/);
  assert.ok(copy.manifest.cut.length > 0 && !JSON.stringify(copy.manifest).includes(secret));
  const after = await openCheckpoint(bytes);
  assert.deepEqual(await copy.left(after), []);
  assert.ok((await copy.left(opened)).length > 0);
  await after.close();
  await assert.rejects(convert(opened, { ports: new Map([[1, 2]]) }), ConversionError);
  await assert.rejects(
    convert(opened, /** @type {any} */ ({ port: 1 })),
    /convert has no option "port"/,
  );
  await opened.close();
  await assert.rejects(build(/** @type {any} */ ('x')), /build takes an opened checkpoint/);
  const real = await openCheckpoint(source);
  const old = await convert(real, { criu: '4.1', compress: 'gzip' });
  const there = await openCheckpoint(await whole(old.tar()));
  const back = await whole((await convert(there, { criu: '4.2' })).tar());
  assert.ok(back.equals(readFileSync(source)));
  await there.close();
  await real.close();
});
