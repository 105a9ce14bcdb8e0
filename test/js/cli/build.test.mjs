// SPDX-License-Identifier: Apache-2.0
// ckpt build and ckpt unbuild: OCI images of checkpoints, and the archives back.
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { gunzipSync, gzipSync } from 'node:zlib';
import { archives, checkpoint, tar } from '../lib/cli-archives.mjs';
import { ckpt, folder } from '../lib/cli-run.mjs';

const cwd = archives;
const REAL = ['simple-none.tar', 'simple-gzip.tar.gz', 'simple-zstd.tar.zst'];
const sha = (/** @type {Uint8Array} */ bytes) =>
  `sha256:${createHash('sha256').update(bytes).digest('hex')}`;

/** A member, with GNU tar. @param {string} file @param {string} name */
const member = (file, name) => execFileSync('tar', ['-xOf', file, name], { maxBuffer: 2 ** 28 });
/** @param {string} file @param {string} digest */
const blob = (file, digest) => member(file, `blobs/${digest.replace(':', '/')}`);

test('build: an image whose digests are right, and unbuild gives the archive back', async () => {
  const made = folder();
  for (const name of REAL) {
    const image = join(made, `${name}.oci`);
    const { code, stdout, stderr } = await ckpt(['build', '--json', name, image], { cwd });
    assert.deepEqual([code, stderr], [0, '']);
    const said = JSON.parse(stdout);
    const index = JSON.parse(member(image, 'index.json').toString());
    const [listed] = index.manifests;
    assert.deepEqual(listed, said.manifest);
    const manifest = JSON.parse(blob(image, listed.digest).toString());
    assert.equal(sha(blob(image, listed.digest)), listed.digest);
    const config = blob(image, manifest.config.digest);
    assert.deepEqual([sha(config), config.length], [manifest.config.digest, manifest.config.size]);
    const [layer] = manifest.layers;
    const bytes = blob(image, layer.digest);
    const original = readFileSync(join(cwd, name));
    assert.ok(bytes.equals(original));
    assert.deepEqual([sha(bytes), bytes.length], [layer.digest, layer.size]);
    assert.equal(
      layer.mediaType.split('+')[1] ?? '',
      { tar: '', gz: 'gzip', zst: 'zstd' }[name.split('.').at(-1)],
    );
    const { architecture, os, rootfs } = JSON.parse(config.toString());
    assert.deepEqual([architecture, os], ['amd64', 'linux']);
    if (name.endsWith('.gz')) assert.deepEqual(rootfs.diff_ids, [sha(gunzipSync(original))]);
    if (name.endsWith('.tar')) assert.deepEqual(rootfs.diff_ids, [layer.digest]);
    const { annotations } = manifest;
    assert.equal(annotations['org.criu.checkpoint.container.name'], 'simple');
    assert.equal(annotations['org.criu.checkpoint.engine.name'], 'Podman');
    assert.equal(annotations['io.podman.annotations.checkpoint.runtime.name'], 'runc');
    assert.equal(annotations['io.podman.annotations.checkpoint.rawImageName'], 'localhost/bb:1');
    assert.equal(annotations['io.kubernetes.cri-o.annotations.checkpoint.name'], 'simple');
    assert.match(annotations['org.criu.checkpoint.rootfsImageID'], /^[0-9a-f]{64}$/);

    const back = join(made, `${name}.back`);
    assert.equal((await ckpt(['unbuild', image, back])).code, 0);
    assert.ok(readFileSync(back).equals(original));
    assert.ok(!readdirSync(made).some((file) => file.endsWith('.part')));
  }
});

test('build: what is said of the image is what is said of the archive', async () => {
  const image = join(folder(), 'image.tar');
  await ckpt(['build', 'simple-none.tar', image], { cwd });
  const views = [['show'], ['inspect', '--all'], ['ps'], ['ls']];
  for (const view of views) {
    const [of, as] = await Promise.all([
      ckpt([...view, join(cwd, 'simple-none.tar')]),
      ckpt([...view, image]),
    ]);
    if (view[0] === 'ls') continue;
    const plain = (/** @type {string} */ text) => text.replace(/from .*/, '');
    assert.equal(plain(as.stdout), plain(of.stdout));
  }
  const targets = [
    'validate',
    '--format',
    'json',
    ...['podman', 'cri-o', 'containerd'].flatMap((to) => ['--target', to]),
  ];
  const report = async (/** @type {string} */ file) =>
    JSON.parse((await ckpt([...targets, file])).stdout);
  const about = JSON.stringify(await report(image));
  for (const rule of ['CKP900', 'CKP901', 'CKP902', 'CKP903', 'CKP904'])
    assert.ok(!about.includes(`"${rule}"`), rule);
});

test('build: the same digest each time, in a folder, too', async () => {
  const made = folder();
  const run = (/** @type {string[]} */ ...args) =>
    ckpt(['build', '--tag', 'localhost/web:1', ...args], { cwd });
  const one = await run('crio.tar', join(made, 'a.tar'), '--arch', 'amd64');
  const two = await run('-o', join(made, 'layout/'), 'crio.tar', '--arch', 'amd64');
  assert.match(one.stdout, /^sha256:[0-9a-f]{64}\n$/);
  assert.equal(two.stdout, one.stdout);
  const again = await run('crio.tar', join(made, 'b.tar'), '--arch', 'amd64');
  assert.equal(again.stdout, one.stdout);
  assert.ok(readFileSync(join(made, 'a.tar')).equals(readFileSync(join(made, 'b.tar'))));
  const files = execFileSync('find', ['.', '-type', 'f', '-printf', '%P\n'], {
    cwd: join(made, 'layout'),
  });
  const inside = execFileSync('tar', ['-tf', join(made, 'a.tar')]).toString();
  assert.deepEqual(
    files.toString().trim().split('\n').sort(),
    inside
      .trim()
      .split('\n')
      .filter((name) => !name.endsWith('/'))
      .sort(),
  );
  const back = join(made, 'back.tar');
  assert.equal((await ckpt(['unbuild', join(made, 'layout'), back])).code, 0);
  assert.ok(readFileSync(back).equals(readFileSync(join(cwd, 'crio.tar'))));
  const index = JSON.parse(readFileSync(join(made, 'layout/index.json'), 'utf8'));
  assert.equal(
    index.manifests[0].annotations['org.opencontainers.image.ref.name'],
    'localhost/web:1',
  );
});

test('build --compress, and unbuild --compress', async () => {
  const made = folder();
  const image = join(made, 'image.tar');
  const original = readFileSync(join(cwd, 'simple-none.tar'));
  await ckpt(['build', '--compress', 'gzip', 'simple-none.tar', image], { cwd });
  assert.equal((await ckpt(['unbuild', '--compress', 'none', image, join(made, 'plain')])).code, 0);
  assert.ok(readFileSync(join(made, 'plain')).equals(original));
  await ckpt(['unbuild', image, join(made, 'packed')]);
  assert.ok(gunzipSync(readFileSync(join(made, 'packed'))).equals(original));
  await ckpt(['build', '--compress', 'none', 'simple-gzip.tar.gz', image], { cwd });
  await ckpt(['unbuild', image, join(made, 'unpacked')]);
  assert.ok(
    readFileSync(join(made, 'unpacked')).equals(
      gunzipSync(readFileSync(join(cwd, 'simple-gzip.tar.gz'))),
    ),
  );
});

test('build --docker-archive: what docker load takes', async () => {
  const made = folder();
  const image = join(made, 'image.tar');
  const args = ['build', '--docker-archive', '--tag', 'web:1', 'simple-gzip.tar.gz', image];
  assert.equal((await ckpt(args, { cwd })).code, 0);
  const [entry] = JSON.parse(member(image, 'manifest.json').toString());
  assert.deepEqual(entry.RepoTags, ['web:1']);
  const config = member(image, entry.Config);
  assert.equal(entry.Config, `${sha(config).slice(7)}.json`);
  const layer = member(image, entry.Layers[0]);
  assert.deepEqual(JSON.parse(config.toString()).rootfs.diff_ids, [sha(layer)]);
  await ckpt(['unbuild', image, join(made, 'back.tar')]);
  assert.ok(
    readFileSync(join(made, 'back.tar')).equals(
      gunzipSync(readFileSync(join(cwd, 'simple-gzip.tar.gz'))),
    ),
  );
});

test('build: a folder, with the architecture said', async () => {
  const made = folder();
  const source = join(made, 'source');
  mkdirSync(source);
  for (const [name, content] of checkpoint())
    if (name.endsWith('/')) mkdirSync(join(source, name));
    else writeFileSync(join(source, name), typeof content === 'string' ? content : 'x');
  const image = join(made, 'image.tar');
  const unknown = await ckpt(['build', source, image]);
  assert.equal(unknown.code, 1);
  assert.match(unknown.stderr, /no image of a process tells the architecture; say it with --arch/);
  assert.ok(!existsSync(image));
  assert.equal((await ckpt(['build', '--arch', 'arm64', source, image])).code, 0);
  const shown = await ckpt(['show', image]);
  assert.match(shown.stdout, /web/);
});

test('build and unbuild: what is refused leaves nothing after', async () => {
  const made = folder({
    'a.tar': tar(checkpoint()),
    'cut.tar.gz': gzipSync(tar(checkpoint())).subarray(0, 200),
  });
  const run = (/** @type {string[]} */ ...args) => ckpt(args, { cwd: made });
  const self = await run('build', '--arch', 'arm', 'a.tar', './a.tar');
  assert.deepEqual(
    [self.code, readFileSync(join(made, 'a.tar')).length],
    [2, tar(checkpoint()).length],
  );
  assert.match(self.stderr, /is the input; it is not written over/);
  assert.equal((await run('build', '--arch', 'arm', 'cut.tar.gz', 'x.tar')).code, 1);
  assert.equal((await run('build', 'nothing.tar', 'x.tar')).code, 3);
  assert.equal((await run('build', 'a.tar')).code, 2);
  assert.equal((await run('build', '--tag', 'Ä', 'a.tar', 'x.tar')).code, 2);
  assert.equal((await run('build', '--docker-archive', 'a.tar', 'x/')).code, 2);
  assert.equal((await run('unbuild', 'a.tar', 'x.tar')).code, 1);
  const nowhere = await run('build', '--arch', 'arm', 'a.tar', 'no/such/x.tar');
  assert.equal(nowhere.code, 3);
  assert.deepEqual(readdirSync(made).sort(), ['a.tar', 'cut.tar.gz']);
});

const skopeo = spawnSync('skopeo', ['--version']).status === 0;
test('build: skopeo takes the images', { skip: !skopeo && 'skopeo is not installed' }, async () => {
  const made = folder();
  for (const [name, transport, ...options] of [
    ['image.tar', 'oci-archive'],
    ['layout/', 'oci'],
    ['docker.tar', 'docker-archive', '--docker-archive'],
  ]) {
    const image = join(made, name);
    const { stdout } = await ckpt(['build', ...options, 'simple-gzip.tar.gz', image], { cwd });
    const about = JSON.parse(
      execFileSync('skopeo', ['inspect', `${transport}:${image.replace(/\/$/, '')}`]).toString(),
    );
    assert.equal(about.Architecture, 'amd64');
    if (transport !== 'docker-archive') assert.equal(about.Digest, stdout.trim());
    const copy = join(made, `copy-${transport}`);
    execFileSync('skopeo', [
      'copy',
      '-q',
      '--insecure-policy',
      `${transport}:${image.replace(/\/$/, '')}`,
      `dir:${copy}`,
    ]);
  }
});
