// SPDX-License-Identifier: Apache-2.0
// Where reading stops before the end: that is an error of its own, and nothing restores for certain.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { load, openCheckpoint } from 'container-checkpoint/node';
import { ckpt } from '../lib/cli-run.mjs';
import { config, data, json, spec, temporaryFolder } from '../lib/checkpoints.mjs';
import { header, tar } from '../lib/tar.mjs';

const core = await load();
const read = (name) => readFileSync(join(data, name));
const crio = read('crio.tar');
const zipped = read('simple-gzip.tar.gz');
const zstd = read('simple-zstd.tar.zst');
/** CRI-O's checkpoint without its end mark, and other members after it. */
const followed = (...more) => Buffer.concat([crio.subarray(0, 225280), ...more]);
const pax = (size) => [header('x', { type: 'x', size }), Buffer.alloc(size + (-size & 511), '1')];
const lz4 = Buffer.concat([Buffer.from([4, 0x22, 0x4d, 0x18]), Buffer.alloc(600)]);
const damaged = (bytes, at) => {
  const copy = Buffer.from(bytes);
  copy[at] ^= 0xff;
  return copy;
};

/** An OCI layout around layers. */
function image(...layers) {
  const members = [];
  const put = (body) => {
    const bytes = Buffer.from(body);
    const hex = createHash('sha256').update(bytes).digest('hex');
    members.push([`blobs/sha256/${hex}`, bytes]);
    return { digest: `sha256:${hex}`, size: bytes.length };
  };
  const settings = put('{"architecture":"amd64","os":"linux"}');
  const manifest = put(
    JSON.stringify({ schemaVersion: 2, config: settings, layers: layers.map(put) }),
  );
  const index = JSON.stringify({ schemaVersion: 2, manifests: [manifest] });
  const layout = '{"imageLayoutVersion":"1.0.0"}';
  return tar(...members, ['index.json', index], ['oci-layout', layout]);
}

/** CRI-O's checkpoint with another rootfs-diff.tar after it: the last one counts. */
const withDiff = (bytes) =>
  followed(header('rootfs-diff.tar', { size: bytes.length, mode: 0o600 }), bytes, tar());
const inner = tar(['etc/passwd', 'root'], ['etc/shadow', Buffer.alloc(4000)]);
const pad = (bytes) => Buffer.concat([bytes, Buffer.alloc(-bytes.length & 511)]);

/**
 * Archive; what stopped the reading (of the whole); the rule that says why, the member of CKP014; the
 * verdict for CRI-O.
 * @type {Record<string, [Uint8Array, string | null, string, string | null, string, object?]>}
 */
const cases = {
  'cut in a body': [crio.subarray(0, 100000), 'damage', 'CKP002', '', 'fails'],
  'cut in a header': [crio.subarray(0, 200300), 'damage', 'CKP002', '', 'fails'],
  'cut gzip': [zipped.subarray(0, 19000), 'damage', 'CKP002', '', 'fails'],
  'cut zstd': [zstd.subarray(0, 14000), 'damage', 'CKP002', '', 'fails'],
  'damaged zstd': [damaged(zstd, 14000), 'damage', 'CKP002', '', 'fails'],
  'a header is damaged': [
    followed(damaged(header('x'), 3), tar()),
    'damage',
    'CKP002',
    '',
    'fails',
  ],
  'a limit of headers': [followed(...pax(2 ** 20 + 1), tar()), 'limit', 'CKP012', '', 'unknown'],
  'a limit of members': [crio, 'limit', 'CKP012', '', 'unknown', { maxMembers: 37 }],
  'a limit in gzip': [gzipSync(crio), 'limit', 'CKP012', '', 'unknown', { maxMembers: 37 }],
  lz4: [lz4, 'unreadable', 'CKP001', null, 'unknown'],
  garbage: [Buffer.alloc(2048, 'x'), 'unreadable', 'CKP001', null, 'fails'],
  empty: [Buffer.alloc(0), 'unreadable', 'CKP001', null, 'fails'],
  'a cut layer': [image(crio.subarray(0, 200300)), 'damage', 'CKP002', '', 'fails'],
  'a layer in lz4': [image(lz4), 'unreadable', 'CKP001', null, 'unknown'],
  'too many layers': [
    image(...Array.from({ length: 70 }, (_, i) => tar([`file${i}`, '']))),
    'limit',
    'CKP012',
    '',
    'unknown',
  ],
  'a cut archive inside': [
    withDiff(pad(inner.subarray(0, 2048))),
    null,
    'CKP400',
    'rootfs-diff.tar',
    'fails',
  ],
  'an archive inside in lz4': [withDiff(pad(lz4)), null, 'CKP014', 'rootfs-diff.tar', 'unknown'],
  'a limit in an archive inside': [
    withDiff(pad(Buffer.concat([...pax(2 ** 20 + 1), inner]))),
    null,
    'CKP012',
    'rootfs-diff.tar',
    'unknown',
  ],
};

const folder = temporaryFolder();
for (const [name, [bytes, stop, rule, member, verdict, limits]] of Object.entries(cases))
  test(`stopped: ${name}`, async () => {
    const checkpoint = await openCheckpoint(bytes, { limits });
    assert.equal(checkpoint.error?.stop ?? null, stop);
    const { findings, targets, coverage, counts } = await core.validate(checkpoint);
    await checkpoint.close();
    assert.ok(findings.some(({ id }) => id === rule));
    assert.equal(
      findings.some(({ id }) => id === 'CKP002'),
      rule === 'CKP002',
    );
    const told = findings.filter(({ id }) => id === 'CKP014');
    assert.equal(told.length > 0, member !== null);
    if (member !== null) assert.ok(told.some((finding) => finding.member === member));
    for (const { severity } of told) assert.equal(severity, 'error');
    assert.ok(counts.error > 0);
    assert.equal(targets.find(({ name: target }) => target === 'cri-o').verdict, verdict);
    assert.deepEqual(
      targets.filter((target) => ['restores', 'conditional'].includes(target.verdict)),
      [],
    );
    assert.equal(
      coverage.notChecked.length > 0,
      member !== null || rule !== 'CKP001' || verdict === 'unknown',
    );
    for (const { message } of findings) assert.doesNotMatch(message, /Error strings|ZSTD_/);
    if (limits || stop === null) return;
    writeFileSync(join(folder, 'x.tar'), bytes);
    for (const command of ['validate', 'show', 'inspect']) {
      const { code, stderr, stdout } = await ckpt([command, 'x.tar'], { cwd: folder });
      assert.equal(code, 1, `${command}: ${stderr}`);
      if (stop === 'unreadable') continue;
      assert.match(command === 'validate' ? stdout : stderr, /not read to (its|the) end/i);
    }
  });

test('a pod that is cut: so are its containers', async () => {
  const member = (name, text) => [name, text];
  const pod = tar(
    member('pod.options', '{"version":1,"containers":{"a":"a"}}'),
    member('a/config.dump', '{"id":"a"}'),
    member('a/spec.dump', '{"ociVersion":"1.0.2"}'),
    member('a/checkpoint/pages-1.img', Buffer.alloc(9000)),
  );
  const checkpoint = await openCheckpoint(pod.subarray(0, 6000));
  const { containers, findings } = await core.validate(checkpoint);
  assert.ok(findings.some(({ id }) => id === 'CKP002'));
  assert.equal(containers.length, 1);
  const ids = containers[0].findings.map(({ id }) => id);
  assert.ok(ids.includes('CKP014'));
  assert.ok(!ids.includes('CKP002'));
  for (const { verdict } of containers[0].targets) assert.match(verdict, /^(unknown|fails)$/);
  await checkpoint.close();
  writeFileSync(join(folder, 'pod.tar'), pod.subarray(0, 6000));
  for (const command of ['validate', 'show', 'inspect', 'ls', 'ps'])
    assert.equal((await ckpt([command, 'pod.tar'], { cwd: folder })).code, 1, command);
});

test('archives and images without any checkpoint are errors', async () => {
  for (const bytes of [
    tar(),
    tar(['README', 'x'], ['src/a.c', '']),
    image(tar(['etc/passwd', ''])),
  ]) {
    const checkpoint = await openCheckpoint(bytes);
    const { findings, targets } = await core.validate(checkpoint);
    await checkpoint.close();
    const errors = findings.filter(({ severity }) => severity === 'error').map(({ id }) => id);
    assert.deepEqual(errors, ['CKP001']);
    for (const { verdict } of targets) assert.equal(verdict, 'fails');
  }
  // With something of a checkpoint, that what is missing is said.
  const some = await openCheckpoint(tar(['spec.dump', '{}']));
  const { findings } = await core.validate(some);
  assert.deepEqual(
    findings.filter(({ id }) => ['CKP001', 'CKP100', 'CKP200'].includes(id)).map(({ id }) => id),
    ['CKP100'],
  );
});

test('a checksum of gzip that is wrong behind the end: all was read, and what is missing is missing', async () => {
  for (const [members, ids] of [
    [[['spec.dump', '{}']], ['CKP100']],
    [[['config.dump', '{"id":"a"}']], ['CKP200']],
    [[['a/config.dump', '{"id":"a"}']], ['CKP100']],
    [[['README', 'x']], ['CKP001']],
    [[], ['CKP001']],
  ]) {
    const bytes = gzipSync(tar(...members));
    for (const at of [bytes.length, bytes.length - 5]) {
      const checkpoint = await openCheckpoint(at < bytes.length ? damaged(bytes, at) : bytes);
      const { findings, targets } = await core.validate(checkpoint);
      await checkpoint.close();
      assert.equal(checkpoint.error?.code, at < bytes.length ? 'stream-checksum' : undefined);
      const errors = findings.filter(({ severity }) => severity === 'error').map(({ id }) => id);
      for (const id of ids) assert.ok(errors.includes(id), `${id} in ${errors}`);
      for (const { verdict } of targets) assert.match(verdict, /^(fails|unknown)$/);
    }
  }
});

test('an image or a pod that ends in any of its files opens, and says so', async () => {
  const files = [
    ['config.dump', json(config)],
    ['spec.dump', spec({ 'io.container.manager': 'libpod' })],
    ['checkpoint/pages-1.img', Buffer.alloc(700, 7)],
  ];
  const hex = 'ab'.repeat(32);
  const manifests = json({ manifests: [{ digest: 'sha256:bb' }] });
  const layers = json({ layers: [{ digest: `sha256:${hex}` }], config: { digest: 'sha256:cc' } });
  const wide = ' '.repeat(600);
  /** @type {Record<string, [string, (string | Uint8Array)?][]>} */
  const forms = {
    'oci-layout': [
      ['oci-layout', '{"imageLayoutVersion":"1.0.0"}'],
      [`blobs/sha256/${hex}`, tar(...files)],
      ['blobs/sha256/cc', `{}${wide}`],
      ['blobs/sha256/bb', layers + wide],
      ['index.json', manifests + wide],
    ],
    'docker-archive': [
      ['repositories', '{}'],
      [`${hex}.tar`, tar(...files)],
      ['c.json', `{}${wide}`],
      ['manifest.json', json([{ Config: 'c.json', Layers: [`${hex}.tar`] }]) + wide],
    ],
    pod: [
      ['pod.options', '{"version":1,"containers":{"a":"a","b":"b"}}'],
      ...['a', 'b'].flatMap((name) =>
        files.map(([file, body]) => [`${name}/${file}`, file === 'spec.dump' ? body + wide : body]),
      ),
    ],
  };
  for (const [form, members] of Object.entries(forms)) {
    const whole = tar(...members);
    const reversed = tar(...members.toReversed());
    for (const bytes of [whole, reversed])
      for (let end = 512; end < bytes.length - 1024; end += 300) {
        const checkpoint = await openCheckpoint(bytes.subarray(0, end));
        const report = await core.validate(checkpoint);
        await checkpoint.containers();
        await checkpoint.close();
        const where = `${form} ${end}: ${checkpoint.error}`;
        if (!checkpoint.error) continue;
        assert.ok(report.counts.error > 0, where);
        assert.ok(!report.targets.some(({ verdict }) => verdict === 'restores'), where);
      }
  }
});
