// SPDX-License-Identifier: Apache-2.0
// SHA-256: of files, of the blobs of images (CKP903) and of the archives of pods (CKP907).
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { gunzipSync, gzipSync } from 'node:zlib';
import { load, openCheckpoint } from '../../../wasm/api/node.js';
import { Sha256, sha256 } from '../../../wasm/border/hash.js';
import { tar } from '../lib/tar.mjs';

const core = await load();
const folder = new URL('../../data/archives/', import.meta.url);
const bytesOf = (name) => readFileSync(new URL(name, folder));
const digestOf = (bytes) => createHash('sha256').update(bytes).digest('hex');

/** The report about bytes. */
async function report(bytes, { open = {}, ...options } = {}) {
  const checkpoint = await openCheckpoint(bytes, { hash: true, ...open });
  try {
    return await core.validate(checkpoint, options);
  } finally {
    await checkpoint.close();
  }
}

const found = ({ findings }, id) => findings.filter((finding) => finding.id === id);

test('the hash of the core is SHA-256, however the bytes come', () => {
  const bytes = Uint8Array.from({ length: 300_000 }, (_, i) => i * i);
  const want = digestOf(bytes);
  assert.equal(sha256(core.exports, bytes), want);
  for (const size of [1000, 4096, 65_537, 262_145]) {
    const hash = new Sha256(core.exports);
    for (let at = 0; at < bytes.length; at += size) hash.add(bytes.subarray(at, at + size));
    assert.equal(hash.end(), want, `pieces of ${size}`);
  }
  assert.equal(sha256(core.exports, new Uint8Array()), digestOf(''));
});

test('the report has the hash of what was read whole, and of nothing else', async () => {
  for (const name of readdirSync(folder).filter((file) => /\.(tar|gz|zst)$/.test(file))) {
    const bytes = bytesOf(name);
    const { sha256: digest, compression, form } = await report(bytes);
    // Small plain archives may be read without a gap; then it is right.
    if (compression !== 'none' && form !== 'oci-layout')
      assert.equal(digest, digestOf(bytes), name);
    else assert.ok(digest === '' || digest === digestOf(bytes), name);
    assert.equal((await report(bytes, { open: { hash: false } })).sha256, '', name);
  }
});

test('nothing is read twice for the hash', async () => {
  const bytes = bytesOf('multi-gzip.tar.gz');
  const count = async (hash) => {
    let read = 0;
    const source = {
      size: bytes.length,
      read: (offset, length) => {
        read += Math.min(length, bytes.length - offset);
        return bytes.subarray(offset, offset + length);
      },
    };
    const checkpoint = await openCheckpoint(source, { hash });
    assert.ok(checkpoint.members.length > 0);
    await checkpoint.close();
    return read;
  };
  assert.equal(await count(true), await count(false));
});

/** The members of an image in the form of an OCI layout. */
function layout() {
  const files = new Map();
  const whole = bytesOf('simple-image.oci.tar');
  for (let at = 0; at + 512 <= whole.length && whole[at] !== 0;) {
    const name = whole.toString('latin1', at, whole.indexOf(0, at));
    const size = parseInt(whole.toString('latin1', at + 124, at + 135), 8) || 0;
    if (whole[at + 156] === 48) files.set(name, whole.subarray(at + 512, at + 512 + size));
    at += 512 + ((size + 511) & ~511);
  }
  return files;
}

const image = layout();
const manifestName = `blobs/${JSON.parse(image.get('index.json')).manifests[0].digest.replace(':', '/')}`;
const manifest = JSON.parse(image.get(manifestName));
const blob = (digest) => `blobs/${digest.replace(':', '/')}`;
const layerName = blob(manifest.layers[0].digest);
const configName = blob(manifest.config.digest);

/** The image with other bytes in one place, as an archive. */
const changed = (name, change) =>
  tar(...[...image].map(([member, data]) => [member, member === name ? change(data) : data]));

const layer = image.get(layerName);
/** The same content, compressed otherwise. */
const again = (data) => gzipSync(gunzipSync(data), { level: 1 });

test('an image whose blobs are what their descriptors say has no finding', async () => {
  for (const bytes of [bytesOf('simple-image.oci.tar'), changed('', (data) => data)])
    for (const whole of [bytes, gzipSync(bytes)]) {
      const { findings, coverage } = await report(whole);
      assert.deepEqual(found({ findings }, 'CKP903'), []);
      assert.deepEqual(
        coverage.notChecked.filter(({ what }) => what.startsWith('blobs/')),
        [],
      );
    }
});

test('a blob with other bytes than its digest says is an error, and engines refuse the image', async () => {
  const config = (data) => Buffer.from(String(data).replace('amd64', 'arm64'));
  const same = (data) => Buffer.concat([data.subarray(0, 9), Buffer.from([data[9] ^ 1])]);
  const cases = [
    [layerName, again, 'other compression'],
    [configName, config, 'another architecture'],
    [layerName, (data) => Buffer.concat([same(data), data.subarray(10)]), 'one bit in its header'],
    [manifestName, (data) => Buffer.concat([data, Buffer.from('\n')]), 'one byte more'],
  ];
  for (const [name, change, why] of cases)
    for (const pack of [(data) => data, gzipSync]) {
      const result = await report(pack(changed(name, change)));
      const [finding, ...others] = found(result, 'CKP903').filter(
        ({ severity }) => severity === 'error',
      );
      assert.ok(finding, why);
      assert.deepEqual(others, [], why);
      const digest = digestOf(change(image.get(name)));
      assert.ok(finding.message.startsWith(`${name} has the SHA-256 ${digest};`), finding.message);
      assert.ok(finding.line >= 1 && finding.pointer.endsWith('/digest'), why);
      assert.equal(result.targets.find((target) => target.name === 'podman').verdict, 'fails', why);
      assert.equal(result.trust.level, 'suspicious', why);
    }
});

test('a size that is not that of the blob is told, and a blob that is missing', async () => {
  const wrong = changed(manifestName, (data) =>
    Buffer.from(String(data).replace(`"size":${layer.length}`, `"size":${layer.length + 1}`)),
  );
  const sizes = found(await report(wrong), 'CKP903').filter(({ message }) =>
    message.startsWith(layerName),
  );
  assert.equal(sizes.length, 1);
  assert.match(sizes[0].message, /has 39294 bytes; its descriptor says 39295/);
  assert.equal(sizes[0].severity, 'warning'); // the bytes are right
  const missing = tar(...[...image].filter(([name]) => name !== configName));
  const [lost] = found(await report(missing), 'CKP903');
  assert.equal(lost.message, `${configName} is not in the image.`);
  assert.equal(lost.severity, 'error');
});

const pod = (sum, archive = bytesOf('simple-none.tar')) =>
  tar(
    [
      'checkpoint-manifest.json',
      JSON.stringify({
        version: 1,
        runtime: 'cri-o',
        runtimeHandler: 'runc',
        sandboxId: 'a'.repeat(64),
        containers: [{ name: 'one', id: 'b'.repeat(64), archive: 'containers/b.tar', sha256: sum }],
      }),
    ],
    ['pod-config.json', '{}'],
    ['containers/b.tar', archive],
  );

test('the archives of a pod have the digests that its manifest says', async () => {
  const right = digestOf(bytesOf('simple-none.tar'));
  const wrong = right.replace(/^./, (digit) => (digit === '0' ? '1' : '0'));
  for (const pack of [(data) => data, gzipSync]) {
    assert.deepEqual(found(await report(pack(pod(right))), 'CKP907'), []);
    assert.deepEqual(found(await report(pack(pod(`sha256:${right}`))), 'CKP907'), []);
    const [finding, ...more] = found(await report(pack(pod(wrong))), 'CKP907');
    assert.deepEqual(more, []);
    assert.match(finding.message, new RegExp(`^containers/b\\.tar has the SHA-256 ${right}; `));
    assert.equal(finding.pointer, '/containers/0/sha256');
  }
});

test('what is large is read for its digest only if that is wanted, and that it was not is said', async () => {
  const large = tar(['config.dump', '{}'], ['checkpoint/pages-1.img', Buffer.alloc(65 * 2 ** 20)]);
  const wrong = pod('0'.repeat(64), large);
  const quick = await report(wrong);
  assert.deepEqual(found(quick, 'CKP907'), []);
  assert.ok(quick.coverage.notChecked.some(({ what }) => what === 'containers/b.tar'));
  assert.equal(found(await report(wrong, { digests: true }), 'CKP907').length, 1);
});
