// SPDX-License-Identifier: Apache-2.0
// Cases that were wrong once and belong to no other file.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { load } from '../../../wasm/api/index.js';

const bytesOf = (/** @type {string} */ text) => new TextEncoder().encode(text);

test('a failed load() leaves room for a better one', async () => {
  const empty = new Uint8Array([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0]); // a module without our functions
  await assert.rejects(load({ wasm: empty }));
  const ckpt = await load();
  assert.equal(ckpt.byteToString(1280), '1.2 KiB');
});

test('errors after an encode without memory are themselves', async () => {
  const ckpt = await load();
  const deep = '['.repeat(9990) + ']'.repeat(9990); // indented: 200 MB
  const nested = bytesOf(`[${deep},${deep}]`);
  for (const [text, kind, message] of /** @type {const} */ ([
    ['{', 'syntax', 'unexpected end of JSON input'],
    [
      '{"id":5}',
      'type',
      'json: cannot unmarshal number into Go struct field ContainerConfig.id of type string',
    ],
    ['{"createdTime":5}', 'time', 'Time.UnmarshalJSON: input is not a JSON string'],
  ])) {
    assert.throws(() => ckpt.reencode('any', nested), { kind: 'limit' });
    assert.throws(() => ckpt.decode('config.dump', bytesOf(text)), { kind, goMessage: message });
  }
});

test('an offset that Go reads but cannot write survives decode and partial', async () => {
  const ckpt = await load();
  const message =
    'json: error calling MarshalJSON for type time.Time: Time.MarshalJSON: timezone hour outside of range [0,23]';
  const value = ckpt.decode('config.dump', bytesOf('{"createdTime":"2024-01-01T00:00:00+24:60"}'));
  assert.throws(() => ckpt.encode('config.dump', value), { kind: 'time', message });
  let partial;
  try {
    ckpt.decode('config.dump', bytesOf('{"createdTime":"2024-01-01T00:00:00-24:60","id":1}'));
  } catch (error) {
    partial = /** @type {any} */ (error).partial;
  }
  assert.throws(() => ckpt.encode('config.dump', partial), { kind: 'time', message });
});

test('integers beyond 2^53 that are exact as numbers are written with all digits', async () => {
  const ckpt = await load();
  assert.match(ckpt.encode('status', { CreatedAt: 2 ** 60 }), /"CreatedAt": 1152921504606846976,/);
  assert.match(
    ckpt.encode('status', { CreatedAt: -(2 ** 63) }),
    /"CreatedAt": -9223372036854775808,/,
  );
  assert.throws(() => ckpt.encode('status', { CreatedAt: 2 ** 63 }), {
    kind: 'type',
    offset: -1,
    line: 0,
    pointer: '/CreatedAt',
  });
  assert.throws(() => ckpt.encode('status', undefined), TypeError);
});

test('bytes that lie about their length are taken as long as they are', async () => {
  const ckpt = await load();
  class Liar extends Uint8Array {
    get length() {
      return 10;
    }
  }
  const text = JSON.stringify(Array.from({ length: 100_000 }, (_, i) => `/path/${i}`));
  const liar = new Liar(bytesOf(text).buffer);
  assert.equal(ckpt.decode('deleted.files', liar).length, 100_000);
  assert.equal(ckpt.check('status', bytesOf('{}')), null);
});

test('a few short strings do not keep a large file alive', async () => {
  const ckpt = await load();
  const gc = /** @type {any} */ (globalThis).gc;
  const file = bytesOf(`{"id":"${'a'.repeat(32)}","unknown":"${'x'.repeat(4_000_000)}"}`);
  gc?.();
  const before = process.memoryUsage().heapUsed;
  const kept = Array.from({ length: 20 }, () => ckpt.decode('config.dump', file).id);
  gc?.();
  const grown = process.memoryUsage().heapUsed - before;
  assert.equal(kept.length, 20);
  assert.ok(grown < 20_000_000, `the heap has grown by ${grown} bytes`);
});

test('the example reads the same as bytes of a Buffer', async () => {
  const ckpt = await load();
  const buffer = readFileSync(new URL('../../data/example/config.dump', import.meta.url));
  assert.deepEqual(
    ckpt.decode('config.dump', buffer),
    ckpt.decode('config.dump', new Uint8Array(buffer)),
  );
});
