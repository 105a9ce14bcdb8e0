// SPDX-License-Identifier: Apache-2.0
// What a checkpoint may be: a directory, an image, a pod.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { Readable } from 'node:stream';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { openCheckpoint } from 'container-checkpoint/node';
import {
  broken,
  compare,
  config,
  data,
  expected,
  json,
  spec,
  temporaryFolder,
  text,
} from '../lib/checkpoints.mjs';
import { tar } from '../lib/tar.mjs';

const folder = temporaryFolder();

test('directories: laid out like an archive, of images, an OCI layout; links are not followed', async () => {
  const root = join(folder, 'directory');
  mkdirSync(root);
  execFileSync('tar', ['-xf', join(data, 'simple-none.tar'), '-C', root]);
  symlinkSync('/etc/passwd', join(root, 'status'));
  symlinkSync('..', join(root, 'up'));
  const long = `long-${'x'.repeat(150)}/${'y'.repeat(120)}`;
  mkdirSync(join(root, dirname(long)));
  writeFileSync(join(root, long), 'long');
  const checkpoint = await openCheckpoint(root);
  assert.equal(checkpoint.form, 'directory');
  assert.deepEqual(checkpoint.summary.container, expected['simple-none.tar'].container);
  assert.equal(checkpoint.summary.sizes.checkpoint, expected['simple-none.tar'].sizes.checkpoint);
  assert.equal(checkpoint.members.find('status').type, 'symlink');
  assert.equal(checkpoint.members.find('status').link, '/etc/passwd');
  assert.equal(checkpoint.members.find('up').type, 'symlink');
  assert.equal(checkpoint.files.has('status'), false);
  assert.ok((await broken(checkpoint)).includes('CKP005'));
  assert.equal(text(await checkpoint.read(long)), 'long');
  await assert.rejects(checkpoint.read('status'), /no regular file \(symlink\)/);
  await checkpoint.close();

  const images = await openCheckpoint(join(root, 'checkpoint'));
  assert.equal(images.form, 'criu-directory');
  assert.equal(images.summary.sizes.checkpoint, checkpoint.summary.sizes.checkpoint);
  assert.equal(images.summary.sizes.pages, checkpoint.summary.sizes.pages);
  assert.equal(images.summary.engine.display, 'Docker or runc');
  await images.close();

  const layout = join(folder, 'layout');
  mkdirSync(layout);
  execFileSync('tar', ['-xf', join(data, 'simple-image.oci.tar'), '-C', layout]);
  const image = await openCheckpoint(layout);
  compare(image, 'simple-image.oci.tar');
  assert.equal(image.image.annotations['io.podman.annotations.checkpoint.name'], 'simple-restored');
  assert.equal((await image.containers())[0].form, 'archive');
  await image.close();
  await assert.rejects(openCheckpoint(join(folder, 'nothing')), { code: 'ENOENT' });
});

const layerMembers = [
  ['config.dump', json(config)],
  ['spec.dump', spec({ 'io.container.manager': 'libpod' })],
  ['checkpoint/', '', { type: '5' }],
  ['checkpoint/pages-1.img', Buffer.alloc(3 << 20, 7)],
];

test('images of docker and ctr, plain and compressed, large and small layers', async () => {
  const hex = 'a'.repeat(64);
  const layer = tar(...layerMembers);
  const forms = {
    'docker-archive': tar(
      [`${hex}.tar`, layer],
      [`${hex}.json`, '{}'],
      ['b/layer.tar', '', { type: '2', link: `../${hex}.tar` }],
      ['manifest.json', json([{ Config: `${hex}.json`, Layers: [`${hex}.tar`] }])],
    ),
    'oci-layout': tar(
      [`blobs/sha256/${hex}`, gzipSync(layer)],
      ['blobs/sha256/bb', json({ layers: [{ digest: `sha256:${hex}` }], annotations: { x: 'y' } })],
      ['index.json', json({ manifests: [{ digest: 'sha256:bb' }] })],
      ['oci-layout', '{"imageLayoutVersion":"1.0.0"}'],
    ),
    'containerd-ctr': tar(
      [`blobs/sha256/${hex}`, tar(['inventory.img', 'x'], ['pages-1.img', Buffer.alloc(5000)])],
      [
        'blobs/sha256/bb',
        json({
          manifests: [
            {
              mediaType: 'application/vnd.containerd.container.criu.checkpoint.criu.tar',
              digest: `sha256:${hex}`,
            },
          ],
        }),
      ],
      ['index.json', json({ manifests: [{ digest: 'sha256:bb' }] })],
      ['oci-layout', '{"imageLayoutVersion":"1.0.0"}'],
    ),
  };
  for (const [form, bytes] of Object.entries(forms)) {
    for (const source of [bytes, gzipSync(bytes), Readable.from([bytes])]) {
      const checkpoint = await openCheckpoint(source);
      assert.equal(checkpoint.form, form);
      assert.equal(
        checkpoint.image?.layer,
        form === 'docker-archive' ? `${hex}.tar` : `blobs/sha256/${hex}`,
      );
      const [inner] = await checkpoint.containers();
      if (form === 'containerd-ctr') {
        assert.equal(checkpoint.summary.engine.display, 'containerd');
        assert.equal(inner.summary.sizes.pages, 5000);
      } else {
        assert.equal(checkpoint.summary.container.id, config.id);
        assert.equal(inner.summary.sizes.pages, 3 << 20);
        assert.equal(checkpoint.image.annotations.x, form === 'oci-layout' ? 'y' : undefined);
      }
      if (!(source instanceof Readable)) {
        const name = form === 'containerd-ctr' ? 'pages-1.img' : 'checkpoint/pages-1.img';
        assert.equal((await checkpoint.read(name)).length, inner.summary.sizes.pages);
      }
    }
  }
});

test('pods: three drafts', async () => {
  const container = (prefix, id) => [
    [`${prefix}/config.dump`, json({ ...config, id, name: prefix })],
    [`${prefix}/spec.dump`, spec({ 'io.container.manager': 'cri-o' })],
    [`${prefix}/checkpoint/pages-1.img`, id],
  ];
  const archives = ['one', 'three'].map((id) =>
    tar(
      ['config.dump', json({ ...config, id, name: id })],
      ['spec.dump', '{}'],
      ['checkpoint/pages-1.img', id],
    ),
  );
  const manifest = {
    version: 1,
    containers: [
      { name: 'x', archive: 'containers/b.tar' },
      { name: 'y', archive: 'containers/a.tar' },
    ],
  };
  const pods = [
    tar(
      ['pod.options', json({ version: 1, containers: { x: 'dir-x', y: 'dir-y' } })],
      ...container('dir-y', 'three'),
      ...container('dir-x', 'one'),
    ),
    tar(
      ['containers/a.tar', archives[1]],
      ['containers/b.tar', archives[0]],
      ['checkpoint-manifest.json', json(manifest)],
      ['pod-config.json', '{}'],
    ),
  ];
  for (const pod of pods) {
    for (const source of [pod, gzipSync(pod)]) {
      const checkpoint = await openCheckpoint(source);
      assert.equal(checkpoint.form, 'pod');
      const containers = await checkpoint.containers();
      assert.deepEqual(
        containers.map(({ summary }) => summary.container.id),
        ['one', 'three'],
      );
      assert.deepEqual(
        containers.map(({ summary }) => summary.sizes.pages),
        [3, 5],
      );
      assert.equal(containers[0].members.length, 3);
    }
  }
});
