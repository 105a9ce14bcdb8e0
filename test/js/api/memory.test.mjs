// SPDX-License-Identifier: Apache-2.0
// Working in a loop takes no more memory each time: neither WebAssembly's nor JavaScript's.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import process from 'node:process';
import test from 'node:test';
import { setFlagsFromString } from 'node:v8';
import vm from 'node:vm';
import { freshInstance, utf8 } from '../lib/instance.mjs';

setFlagsFromString('--expose-gc');
const collect = /** @type {() => void} */ (vm.runInNewContext('gc'));

const KIB = 1024;
const MIB = 1024 * KIB;
const spec = new Uint8Array(readFileSync(new URL('../../data/example/spec.dump', import.meta.url)));

/** @param {() => unknown} run */
function heap(run) {
  run();
  collect();
  return process.memoryUsage().heapUsed;
}

/**
 * Runs something often, after it has run for a while already, and expects memory to stay as it is.
 * @param {{size: () => number}} instance @param {number} times @param {number} before
 * @param {(i: number) => unknown} run
 */
function stays({ size }, times, before, run) {
  const loop = (/** @type {number} */ n) => {
    for (let i = 0; i < n; i++) run(i);
  };
  const used = heap(() => loop(before));
  const wasm = size();
  const after = heap(() => loop(times));
  assert.equal(size(), wasm, 'WebAssembly memory has grown');
  assert.ok(after - used < 2 * MIB, `the heap has grown by ${(after - used) / KIB} KiB`);
}

/** Lists of about 10 MB. */
const large = {
  plain: utf8(
    `[${'"/usr/share/doc/package/file"'.padEnd(30)}${',"/usr/share/doc/package/file"'.repeat(333_000)}]`,
  ),
  escaped: utf8(`[${'"\\u0061é",'.repeat(900_000)}null]`),
  wrong: utf8(`[${'"/usr/share/doc/package/file",'.repeat(333_000)}7]`),
  broken: utf8(`[${'"/usr/share/doc/package/file",'.repeat(333_000)}`),
};

test('decoding small files', async () => {
  const instance = await freshInstance();
  const { ckpt } = instance;
  stays(instance, 2000, 500, () => ckpt.decode('spec.dump', spec));
  stays(instance, 4000, 1000, () => ckpt.check('spec.dump', spec));
  stays(instance, 20_000, 5000, (i) => ckpt.decode('any', utf8(`{"\\u0061${i}":[${i},"\\n"]}`)));
});

test('decoding large files between small ones', async () => {
  const instance = await freshInstance();
  const { ckpt } = instance;
  const texts = Object.values(large);
  // The allocator finds its places within two rounds.
  stays(instance, 12, 8, (i) => {
    ckpt.check('deleted.files', texts[i % 4]);
    assert.equal(ckpt.decode('spec.dump', spec).ociVersion, '1.0.2-dev');
    if (i % 4 === 0) ckpt.decode('deleted.files', large.plain);
    if (i % 4 === 2) ckpt.decode('deleted.files', large.escaped);
  });
});

test('errors', async () => {
  const instance = await freshInstance();
  const { ckpt } = instance;
  const texts = ['{', '{"Pid":"x","Reason":"\\u0061"}', '[1,2', '{"a":{"b":[{"c":tru}]}}'].map(
    utf8,
  );
  stays(instance, 20_000, 5000, (i) => assert.throws(() => ckpt.decode('status', texts[i % 4])));
  stays(instance, 20_000, 5000, () =>
    assert.throws(() => ckpt.decode('config.dump', utf8('{"id":"\\n","createdTime":"x"}'))),
  );
  stays(instance, 20_000, 5000, () => assert.throws(() => ckpt.encode('status', { Pid: -1 })));
});

test('writing', async () => {
  const instance = await freshInstance();
  const { ckpt } = instance;
  const value = ckpt.decode('spec.dump', spec);
  stays(instance, 600, 150, () => ckpt.encode('spec.dump', value));
  stays(instance, 2000, 500, () => ckpt.reencode('spec.dump', spec));
  ckpt.reencode('deleted.files', large.plain);
  stays(instance, 6, 2, (i) => ckpt.reencode('deleted.files', i % 2 ? large.plain : utf8('["a"]')));
  stays(instance, 50_000, 12500, (i) => ckpt.byteToString(i * 12345));
});

test('locating in one document, and in many', async () => {
  const instance = await freshInstance();
  const { ckpt } = instance;
  const first = ckpt.document('spec.dump', spec);
  const pointer = '/process/capabilities/bounding/3';
  assert.ok(first.locate(pointer));
  stays(instance, 100_000, 25000, (i) => first.locate(i % 2 ? pointer : `/process/env/${i % 10}`));
  const escaped = ckpt.document('any', utf8(`{"\\u0061":{"${'\\n'.repeat(100)}":1}}`));
  stays(instance, 100_000, 25000, () => assert.ok(escaped.locate('/a')));
  stays(instance, 2000, 500, (i) => (i % 2 ? first : escaped).locate('/a'));
  stays(instance, 2000, 500, () => ckpt.document('spec.dump', spec).locate(pointer));
});
