// SPDX-License-Identifier: Apache-2.0
// How much is read of large checkpoints, and how much memory they take.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import {
  closeSync,
  openSync,
  readSync,
  rmSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { load, openCheckpoint as openInBrowser } from 'container-checkpoint';
import { openCheckpoint } from 'container-checkpoint/node';
import { config, json, spec, temporaryFolder, text } from '../lib/checkpoints.mjs';
import { header, tar } from '../lib/tar.mjs';

const folder = temporaryFolder();

test('1 GiB and 64 GiB with the metadata last: little is read, little memory', async () => {
  const core = await load();
  const before = core.exports.memory.buffer.byteLength;
  for (const gib of [1, 64]) {
    const path = join(folder, 'big.tar');
    const file = openSync(path, 'w');
    let at = 0;
    for (let i = 0; i < 40; i++) {
      const size = Math.floor((gib * 2 ** 30) / 40 / 512) * 512;
      writeSync(file, header(`checkpoint/pages-${i}.img`, { size }), 0, 512, at);
      at += 512 + size;
    }
    const end = tar(
      ['config.dump', json(config)],
      ['spec.dump', spec({ 'io.container.manager': 'libpod' })],
    );
    writeSync(file, end, 0, end.length, at);
    closeSync(file);
    truncateSync(path, at + end.length);
    let read = 0;
    const checkpoint = await openCheckpoint(path, { onProgress: () => {} });
    assert.equal(checkpoint.summary.container.id, config.id);
    assert.ok(checkpoint.summary.sizes.pages > gib * 2 ** 30 * 0.99);
    await checkpoint.close();

    const counted = {
      size: at + end.length,
      async read(offset, length) {
        read += length;
        const bytes = Buffer.alloc(length);
        const fd = openSync(path, 'r');
        const got = readSync(fd, bytes, 0, length, offset);
        closeSync(fd);
        return new Uint8Array(bytes.subarray(0, got));
      },
    };
    assert.equal((await openInBrowser(counted)).summary.container.id, config.id);
    assert.ok(read <= 2 ** 20, `${read} bytes read`);
    rmSync(path);
  }
  assert.equal(core.exports.memory.buffer.byteLength, before);
});

test('a compressed archive is read exactly once, in order, whatever `read` returns', async () => {
  // Random bytes, so that it is many pieces long.
  const noise = Uint32Array.from({ length: 500_000 }, (_, i) => Math.imul(i + 1, 2654435761));
  const bytes = new Uint8Array(
    gzipSync(tar(['pages', new Uint8Array(noise.buffer)], ['config.dump', json(config)])),
  );
  assert.ok(bytes.length > 1 << 20);
  for (const give of [
    (/** @type {Uint8Array} */ piece) => piece,
    async (/** @type {Uint8Array} */ piece) => piece,
  ]) {
    let position = 0;
    const source = {
      size: bytes.length,
      read(offset, length) {
        assert.equal(offset, position);
        position = Math.min(offset + length, bytes.length);
        return give(bytes.slice(offset, position));
      },
    };
    assert.equal((await openCheckpoint(source)).error, null);
    assert.equal(position, bytes.length);
  }
});

test('memory stays small, whatever the size', async () => {
  const path = join(folder, 'packed.tar.gz');
  const bytes = gzipSync(tar(['big', Buffer.alloc(300 << 20)], ['config.dump', json(config)]));
  writeFileSync(path, bytes);
  const script = `
    import { readFileSync } from 'node:fs';
    import { load, openCheckpoint } from ${json(new URL('../../../wasm/api/node.js', import.meta.url))};
    const checkpoint = await openCheckpoint(${json(path)});
    const wasm = (await load()).exports.memory.buffer.byteLength;
    const status = readFileSync('/proc/self/status', 'utf8'); // not maxRSS: it counts the parent's
    const rss = /VmHWM:\\s+(\\d+) kB/.exec(status)[1] * 1024;
    console.log(JSON.stringify({ id: checkpoint.summary.container.id, wasm, rss }));`;
  const run = execFileSync(process.execPath, ['--input-type=module', '-e', script]);
  const { id, wasm, rss } = JSON.parse(text(run));
  assert.equal(id, config.id);
  assert.ok(wasm <= 16 << 20, `${wasm} bytes of WebAssembly memory`);
  assert.ok(rss <= 120 << 20, `${rss} bytes`);
});
