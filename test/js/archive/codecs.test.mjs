// SPDX-License-Identifier: Apache-2.0
// xz and bzip2 through the second module: the forms of test/data/codecs, nested, piece by piece, cut.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { openArchive } from '../../../wasm/api/archive.js';
import { Decoder, loadCodecs } from '../../../wasm/border/codecs.js';
import { load, openCheckpoint } from '../../../wasm/api/node.js';
import { tar } from '../lib/tar.mjs';

const folder = fileURLToPath(new URL('../../data/codecs/', import.meta.url));
const read = (name) => new Uint8Array(readFileSync(folder + name));
const cases = readFileSync(`${folder}cases.txt`, 'utf8')
  .trim()
  .split('\n')
  .map((line) => line.split('\t'));
const core = await load();
const xz = (bytes, ...options) => execFileSync('xz', ['-c', ...options], { input: bytes });
const bzip2 = (bytes) => execFileSync('bzip2', ['-c'], { input: bytes });

const everything = { want: ({ type }) => type === 'file', limits: {} };
const found = ({ members, bodies }) =>
  [...members].map(({ name, index }) => [
    name,
    createHash('sha256').update(bodies.get(index)).digest('hex'),
  ]);
const plain = found(await openArchive(core, read('plain.tar'), everything));

/** A source of unknown size that gives `size` bytes at a time. */
const dripping = (bytes, size) => ({
  size: undefined,
  read: async (offset) => bytes.slice(offset, offset + size),
});

for (const [name, expected, streams] of cases) {
  test(`${name}: ${expected}`, async () => {
    const bytes = read(name);
    for (const source of [bytes, dripping(bytes, 3), dripping(bytes, 4096)]) {
      const archive = await openArchive(core, source, everything);
      assert.equal(archive.error?.code ?? 'ok', expected, archive.error?.message);
      assert.equal(archive.compression, name.endsWith('.xz') ? 'xz' : 'bzip2');
      assert.equal(archive.info.streams, Number(streams));
      if (expected === 'ok') {
        assert.deepEqual(found(archive), plain);
        assert.equal(archive.end, 'clean');
        const garbage = name.startsWith('garbage');
        assert.equal(
          archive.garbageOffset,
          garbage ? bytes.length - (name.endsWith('.xz') ? 6 : 5) : undefined,
        );
      }
    }
  });
}

test('damage and limits are told with their place', async () => {
  const message = async (name, limits) =>
    (await openArchive(core, read(name), { ...everything, limits })).error?.message;
  assert.equal(
    await message('cut-data.tar.xz'),
    'The xz stream ends early, after 6000 bytes, in member "checkpoint/noise" after 3223 of 6000 bytes.',
  );
  assert.equal(
    await message('bad-data.tar.bz2'),
    'The bzip2 stream is damaged near byte 1383: the data make no sense, in member "checkpoint/calls" after 7464 of 27000 bytes.',
  );
  assert.match(
    await message('dictionary-1536m.tar.xz'),
    /^The xz data needs a window of 16\d{8} bytes; the limit is \d+ \(xz window\)\.$/,
  );
  assert.equal(
    await message('unknown-filter.tar.xz'),
    'The xz data uses a filter or an option that this program cannot read.',
  );
  assert.equal(await message('check-crc64.tar.xz', { max_window: 8 << 20 }), undefined);
  assert.match(await message('check-crc64.tar.xz', { max_window: 6 << 20 }), /limit is 6291456/);
});

test('what is kept of a dense stream is limited by its ratio', async () => {
  const member = tar(['config.dump', new Uint8Array(8 << 20)]);
  for (const bytes of [xz(member), bzip2(member)]) {
    const archive = await openArchive(core, new Uint8Array(bytes), { want: ['config.dump'] });
    assert.equal(archive.error?.code, 'limit-ratio');
  }
});

test('archives inside archives, of all kinds in all kinds', async () => {
  const inner = readFileSync(`${folder}plain.tar`);
  const packers = { none: (bytes) => bytes, gzip: (bytes) => gzipSync(bytes), xz, bzip2 };
  const wish = { want: ({ type }) => type === 'file' };
  for (const [outerName, pack] of Object.entries(packers)) {
    for (const [innerName, packInner] of Object.entries(packers)) {
      const file = pack(tar(['a.txt', 'a'], ['inner', packInner(inner)], ['z.txt', 'z']));
      const archive = await openArchive(core, dripping(new Uint8Array(file), 700), {
        want: ({ name }) => (name === 'inner' ? { archive: wish } : true),
      });
      const what = `${innerName} in ${outerName}`;
      assert.equal(archive.error, null, what);
      assert.deepEqual(
        [...archive.members].map(({ name }) => name),
        ['a.txt', 'inner', 'z.txt'],
      );
      const nested = archive.nested.get(1);
      assert.equal(nested.error, null, what);
      assert.equal(nested.compression, innerName, what);
      assert.deepEqual(found(nested), plain, what);
    }
  }
});

test('a checkpoint reads as its plain archive does, also by members', async () => {
  const file = new URL('../../data/archives/simple-none.tar', import.meta.url);
  const whole = await openCheckpoint(file);
  for (const [pack, compression] of [
    [xz, 'xz'],
    [bzip2, 'bzip2'],
  ]) {
    const packed = await openCheckpoint(new Uint8Array(pack(readFileSync(file))));
    assert.equal(packed.compression, compression);
    assert.deepEqual(packed.summary.container, whole.summary.container);
    const { archive, ...sizes } = packed.summary.sizes;
    assert.deepEqual(sizes, (({ archive: _, ...rest }) => rest)(whole.summary.sizes));
    assert.equal(archive, pack(readFileSync(file)).length);
    for (const { name, type } of whole.members) {
      if (type !== 'file') continue;
      assert.deepEqual(await packed.read(name), await whole.read(name), name);
    }
  }
  await whole.close();
});

test('decoders give their memory back, and two streams do not mix', async () => {
  await loadCodecs();
  const bytes = read('check-crc64.tar.xz');
  const want = readFileSync(`${folder}plain.tar`);
  for (let round = 0; round < 200; round++) {
    const pair = [new Decoder(4, 1 << 26), new Decoder(4, 1 << 26)];
    if (round % 10 > 0) {
      pair.forEach((decoder) => decoder.feed(bytes.subarray(0, 3000), false));
      pair.forEach((decoder) => decoder.next());
    } else {
      const outputs = [[], []];
      for (let at = 0; at < bytes.length; at += 999)
        pair.forEach((decoder, i) => {
          decoder.feed(bytes.subarray(at, at + 999), at + 999 >= bytes.length);
          for (let next; (next = decoder.next())?.output.length > 0;)
            outputs[i].push(next.output.slice());
        });
      for (const output of outputs) assert.ok(Buffer.concat(output).equals(want));
    }
    pair.forEach((decoder) => decoder.free());
  }
  const probe = new Decoder(4, 1 << 26);
  assert.ok(probe.ready);
  probe.free();
});

test('a module that cannot be loaded rejects, and another attempt may do better', async () => {
  const fresh = await import('../../../wasm/border/codecs.js?fresh');
  fresh.provideCodecs(() => Promise.reject(new Error('gone')));
  await assert.rejects(fresh.loadCodecs(), /gone/);
  fresh.provideCodecs(new URL('../../../dist/codecs.wasm', import.meta.url));
  await fresh.loadCodecs();
  assert.ok(fresh.codecsLoaded());
});
