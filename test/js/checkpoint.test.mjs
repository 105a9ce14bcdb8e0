// SPDX-License-Identifier: Apache-2.0
// Whole checkpoints: recorded ones against what the reference tool says of them, and made-up ones.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { Readable } from 'node:stream';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { load, openCheckpoint as openInBrowser } from 'container-checkpoint';
import { ArchiveError, Checkpoint, openCheckpoint } from 'container-checkpoint/node';
import { header, tar } from './tar.mjs';

const { createReadStream, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync } = fs;
const { closeSync, openSync, readSync, symlinkSync, truncateSync, writeFileSync, writeSync } = fs;

const data = fileURLToPath(new URL('../data/archives/', import.meta.url));
const expected = JSON.parse(readFileSync(join(data, 'expected.json'), 'utf8'));
const names = readdirSync(data).filter((name) => /\.tar/.test(name));
const folder = mkdtempSync(join(tmpdir(), 'ckpt-checkpoints-'));
after(() => rmSync(folder, { recursive: true, force: true }));

const json = (value) => JSON.stringify(value);
const text = (bytes) => Buffer.from(bytes).toString();
const codes = (checkpoint) => checkpoint.problems.map(({ code }) => code);

function compare(checkpoint, name) {
  const want = expected[name];
  const { summary } = checkpoint;
  assert.equal(checkpoint.error, null, name);
  assert.equal(checkpoint.form, want.form, name);
  assert.equal(summary.form, want.form, name);
  assert.equal(summary.engine.display, want.engine, name);
  assert.deepEqual(summary.container, want.container, name);
  for (const [key, size] of Object.entries(want.sizes)) {
    assert.equal(summary.sizes[key], size, `${name} ${key}`);
  }
  for (const [key, value] of Object.entries(want.statistics ?? {})) {
    assert.equal(summary.statistics[key], value, `${name} ${key}`);
  }
  assert.deepEqual(summary.metadata.annotations, want.annotations, name);
  assert.deepEqual(Object.keys(summary.metadata.annotations), Object.keys(want.annotations).sort());
  assert.deepEqual(summary.mounts, want.mounts, name);
  assert.deepEqual(summary.networks, want.networks, name);
  assert.equal(checkpoint.members.length, want.members, name);
  assert.equal(checkpoint.documents['config.dump'].value.id, want.container.id);
  assert.deepEqual(checkpoint.problems, [], name);
}

test('recorded archives say what the reference tool says of them', async (t) => {
  assert.ok(names.length >= 12);
  assert.deepEqual(names.sort(), Object.keys(expected).sort());
  for (const name of names) {
    await t.test(name, async () => {
      const path = join(data, name);
      const bytes = new Uint8Array(readFileSync(path));
      const checkpoint = await openCheckpoint(path);
      assert.ok(checkpoint instanceof Checkpoint);
      compare(checkpoint, name);
      assert.equal(checkpoint.name, name);
      assert.equal(checkpoint.compression, expected[name].compression);
      assert.equal(checkpoint.summary.sizes.archive, bytes.length);
      await checkpoint.close();

      compare(await openInBrowser(bytes), name);
      compare(await openInBrowser(new Blob([bytes])), name);
      compare(await openCheckpoint(createReadStream(path, { highWaterMark: 1000 })), name);
      compare(await openCheckpoint(Readable.toWeb(createReadStream(path))), name);
      if (checkpoint.compression === 'none') compare(await openCheckpoint(gzipSync(bytes)), name);
    });
  }
});

test('members are read later: in place, or by streaming again', async () => {
  const plain = await openCheckpoint(join(data, 'simple-none.tar'));
  const packed = await openCheckpoint(join(data, 'simple-gzip.tar.gz'));
  const inner = await openCheckpoint(join(data, 'simple-image.oci.tar'));
  for (const checkpoint of [plain, packed, inner]) {
    for (const name of ['checkpoint/pages-1.img', 'spec.dump', 'checkpoint/pstree.img']) {
      const bytes = await checkpoint.read(name);
      assert.equal(bytes.length, checkpoint.members.find(name).size);
      const pieces = [];
      for await (const piece of checkpoint.stream(name)) pieces.push(Buffer.from(piece));
      assert.deepEqual(Buffer.concat(pieces), Buffer.from(bytes));
    }
    assert.equal(text((await checkpoint.read('checkpoint/pstree.img')).subarray(0, 2)), '\u0019C');
    await assert.rejects(checkpoint.read('nothing'), /there is no member "nothing"/);
    await assert.rejects(checkpoint.read('checkpoint'), /no regular file/);
    await assert.rejects(checkpoint.read('spec.dump', { limit: 10 }), /limit of 10/);
    await assert.rejects(
      checkpoint.read('checkpoint/pages-1.img', { signal: AbortSignal.abort() }),
      /abort/i,
    );
    for await (const piece of checkpoint.stream('checkpoint/pages-1.img')) {
      assert.ok(piece.length > 0); // and stop here
      break;
    }
    await checkpoint.close();
  }
  const stream = await openCheckpoint(createReadStream(join(data, 'simple-gzip.tar.gz')));
  assert.equal(text(await stream.read('network.status')), 'null');
  await assert.rejects(stream.read('checkpoint/pages-1.img'), /only once/);
});

test('archives inside are listed', async () => {
  const features = await openCheckpoint(join(data, 'features-gzip.tar.gz'));
  const diff = await features.list('rootfs-diff.tar');
  assert.equal(diff.compression, 'none');
  assert.ok([...diff.members].some(({ name }) => name === 'var/new dir/ünï/file with spaces.txt'));
  assert.ok((await features.list('volumes/appdata.tar')).members.length > 0);
  await features.close();
  const containerd = await openCheckpoint(join(data, 'containerd21.tar'));
  const layer = await containerd.list('rootfs-diff.tar');
  assert.equal(layer.compression, 'gzip');
  assert.deepEqual([...layer.members].map(({ name }) => name).slice(-1), ['etc/.wh.motd']);
  assert.equal((await containerd.list('config.dump')).error.code, 'not-tar');
  assert.deepEqual(await containerd.containers(), []);
  await containerd.close();
});

const spec = (annotations) => json({ ociVersion: '1.0.2', annotations });
const config = { id: 'a'.repeat(64), name: 'n', createdTime: '2026-01-02T03:04:05.678Z' };

test('engines, by what only they write', async () => {
  const engines = [
    ['Podman', [['spec.dump', spec({ 'io.container.manager': 'libpod' })]]],
    [
      'Podman',
      [
        ['config.dump', json({ ...config, lockID: 1 })],
        ['network.status', 'null'],
      ],
    ],
    ['CRI-O', [['spec.dump', spec({ 'io.container.manager': 'cri-o' })]]],
    [
      'CRI-O',
      [
        ['spec.dump', spec({ 'io.kubernetes.cri-o.SandboxID': 'x' })],
        ['bind.mounts', '[]'],
      ],
    ],
    ['containerd', [['spec.dump', spec({ 'io.kubernetes.cri.container-name': 'x' })]]],
    [
      'containerd',
      [
        ['config.dump', '{}'],
        ['status', '{}'],
        ['status.dump', '{}'],
      ],
    ],
    [
      'unknown',
      [
        ['config.dump', '{}'],
        ['spec.dump', '{}'],
      ],
    ],
    [
      'unknown',
      [
        ['config.dump', 'no json'],
        ['spec.dump', '['],
      ],
    ],
    // What Podman 4 writes as well.
    [
      'unknown',
      [
        [
          'spec.dump',
          spec({ 'io.kubernetes.cri-o.Created': 'x', 'io.kubernetes.cri-o.TTY': 'false' }),
        ],
      ],
    ],
    // A named manager beats everything else, and the other evidence is still there.
    [
      'CRI-O',
      [
        ['spec.dump', spec({ 'io.container.manager': 'cri-o' })],
        ['status', '{}'],
        ['network.status', '{}'],
      ],
    ],
    [
      'runc',
      [
        ['inventory.img', 'x'],
        ['pages-1.img', 'xx'],
        ['descriptors.json', '["a","b","c"]'],
      ],
    ],
    [
      'Docker',
      [
        ['inventory.img', 'x'],
        ['config.json', '{}'],
        ['descriptors.json', '[]'],
      ],
    ],
    ['unknown', [['inventory.img', 'x']]],
  ];
  for (const [display, members] of engines) {
    const checkpoint = await openCheckpoint(tar(...members));
    const { engine } = checkpoint.summary;
    assert.equal(engine.display, display, json(members));
    assert.equal(engine.evidence.length === 0, display === 'unknown');
    for (const { file, pointer } of engine.evidence) {
      assert.ok(checkpoint.members.find(file), file);
      if (pointer) {
        const [, ...keys] = pointer.split('/');
        const value = keys.reduce(
          (object, key) => object[key],
          JSON.parse(text(checkpoint.files.get(file))),
        );
        assert.notEqual(value, undefined, pointer);
      }
    }
  }
  const both = await openCheckpoint(tar(...engines[9][1]));
  assert.deepEqual(
    new Set(both.summary.engine.evidence.map(({ file }) => file)),
    new Set(['spec.dump', 'status', 'network.status']),
  );
});

test('names are matched exactly', async () => {
  const checkpoint = await openCheckpoint(
    tar(
      ['./config.dump', json(config)],
      ['./spec.dump', '{}'],
      ['checkpoint-notes/a', 'a'],
      ['checkpoint.txt', 'bb'],
      ['config.dump.bak', '{"id":"wrong"}'],
      ['rootfs-diff.tar.gz', 'ccc'],
      ['statuses', 'x'],
      ['checkpoint/pages-1.img', 'dddd'],
      ['checkpoint/sub/pages-2.img', 'eeeee'],
      ['checkpoint/amdgpu-pages-1.img', 'ffffff'],
      ['checkpoint/mm-1.img', 'ggggggg'],
    ),
  );
  const { sizes, container, engine } = checkpoint.summary;
  assert.equal(container.id, config.id);
  assert.equal(container.created, '2026-01-02T03:04:05Z');
  assert.equal(container.checkpointed, undefined);
  assert.deepEqual(
    [sizes.checkpoint, sizes.pages, sizes.gpuPages, sizes.rootfsDiff],
    [22, 4, 6, 0],
  );
  assert.equal(engine.name, 'unknown');
  assert.deepEqual([...checkpoint.files.keys()], ['config.dump', 'spec.dump']);
});

test('networks: several, and those of Podman 3', async () => {
  const subnet = (ipnet, gateway) => ({ ipnet, gateway });
  const status = {
    zebra: {
      interfaces: {
        eth1: { subnets: [subnet('10.1.0.2/24', '')], mac_address: 'aa:00:00:00:00:01' },
      },
    },
    apple: {
      interfaces: {
        eth0: {
          subnets: [subnet('10.88.0.9/16', '10.88.0.1'), subnet('fd00::9/64', 'fd00::1')],
          mac_address: 'aa:00:00:00:00:02',
        },
      },
    },
  };
  let { summary } = await openCheckpoint(
    tar(['config.dump', '{}'], ['network.status', json(status)]),
  );
  assert.equal(summary.container.ip, '10.88.0.9, fd00::9, 10.1.0.2');
  assert.equal(summary.container.mac, 'aa:00:00:00:00:02, aa:00:00:00:00:01');
  assert.deepEqual(summary.networks[0].interfaces[0].subnets, [
    { ip: '10.88.0.9/16', gateway: '10.88.0.1' },
    { ip: 'fd00::9/64', gateway: 'fd00::1' },
  ]);
  assert.deepEqual(summary.networks[1].interfaces[0].subnets, [{ ip: '10.1.0.2/24' }]);

  const cni = [
    {
      cniVersion: '0.4.0',
      interfaces: [
        { name: 'cni-podman0', mac: 'x' },
        { name: 'eth0', mac: '9a:01', sandbox: '/run/netns/a' },
      ],
      ips: [{ version: '4', interface: 1, address: '10.88.0.2/16', gateway: '10.88.0.1' }],
    },
  ];
  ({ summary } = await openCheckpoint(tar(['config.dump', '{}'], ['network.status', json(cni)])));
  assert.equal(summary.container.ip, '10.88.0.2');
  assert.deepEqual(summary.networks, [
    {
      name: '0',
      interfaces: [
        { name: 'eth0', subnets: [{ ip: '10.88.0.2/16', gateway: '10.88.0.1' }], mac: '9a:01' },
      ],
    },
  ]);
  for (const odd of [
    'null',
    '[]',
    '[1]',
    '{}',
    'x',
    '[{"interfaces":{},"ips":1}]',
    '{"a":{"interfaces":null}}',
  ]) {
    ({ summary } = await openCheckpoint(tar(['config.dump', '{}'], ['network.status', odd])));
    assert.equal(summary.container.ip, undefined, odd);
  }
});

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
  assert.ok(codes(checkpoint).includes('unsafe-link'));
  assert.equal(text(await checkpoint.read(long)), 'long');
  await assert.rejects(checkpoint.read('status'), /no regular file \(symlink\)/);
  await checkpoint.close();

  const images = await openCheckpoint(join(root, 'checkpoint'));
  assert.equal(images.form, 'criu-directory');
  assert.equal(images.summary.sizes.checkpoint, checkpoint.summary.sizes.checkpoint);
  assert.equal(images.summary.sizes.pages, checkpoint.summary.sizes.pages);
  assert.equal(images.summary.engine.display, 'runc');
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

test('broken, hostile and odd archives', async () => {
  const whole = new Uint8Array(readFileSync(join(data, 'simple-none.tar')));
  for (let length = 0; length < whole.length; length += 7 * 512 + 100) {
    const checkpoint = await openCheckpoint(whole.subarray(0, length));
    assert.ok(
      checkpoint.error instanceof ArchiveError || codes(checkpoint).includes('no-end-mark'),
      `${length}`,
    );
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
  assert.deepEqual(
    new Set(codes(odd)),
    new Set(['unsafe-name', 'duplicate-member', 'odd-name', 'unsafe-link', 'trailing-data']),
  );
  for (const { message } of odd.problems) {
    // eslint-disable-next-line no-control-regex
    assert.doesNotMatch(message, /[\u0000-\u001f\u007f-\u009f]/);
  }
  const limited = await openCheckpoint(tar(['config.dump', json(config)], ['spec.dump', '{}']), {
    limits: { max_kept: 20 },
  });
  assert.deepEqual(codes(limited), ['metadata-too-big']);
  assert.equal(limited.files.has('config.dump'), false);
  const few = await openCheckpoint(tar(['a'], ['b'], ['c']), { limits: { max_members: 2 } });
  assert.equal(few.error.code, 'limit-members');
  const bomb = await openCheckpoint(gzipSync(tar(['config.dump', Buffer.alloc(10 << 20)])));
  assert.equal(bomb.error.code, 'limit-ratio');
  assert.equal((await openCheckpoint(new Uint8Array())).error.code, 'empty');
  const nothing = await openCheckpoint(Buffer.alloc(4096, 'no tar'));
  assert.deepEqual([nothing.form, nothing.error.code], ['unknown', 'not-tar']);
  await assert.rejects(openCheckpoint(42), TypeError);
  const many = [];
  for (let i = 0; i < 300; i++) many.push([`../${i}`]);
  assert.equal((await openCheckpoint(tar(...many))).problems.length, 101);
});

test('the log is kept from its end, odd statistics are left out', async () => {
  const log = `${'x'.repeat(100000)}Dumping finished successfully\n`;
  const checkpoint = await openCheckpoint(
    tar(['config.dump', '{}'], ['dump.log', log], ['stats-dump', 'bad']),
  );
  assert.equal(checkpoint.files.get('dump.log').length, 65536);
  assert.ok(text(checkpoint.files.get('dump.log')).endsWith('successfully\n'));
  assert.equal(checkpoint.summary.statistics, undefined);
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
  const source = {
    size: undefined,
    async read(offset) {
      if (++reads === 3) controller.abort(new Error('enough'));
      return bytes.slice(offset, offset + 1000);
    },
    close: () => void closed++,
  };
  await assert.rejects(openInBrowser(source, { signal: controller.signal }), /enough/);
  assert.ok(reads <= 5);
  assert.equal(closed, 1);
  await assert.rejects(
    openCheckpoint(join(data, 'simple-none.tar'), { signal: AbortSignal.abort() }),
    /abort/i,
  );
  const failing = { size: 100000, read: () => Promise.reject(new Error('disk on fire')) };
  await assert.rejects(openCheckpoint(failing), /disk on fire/);
});

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

test('a compressed archive is read exactly once', async () => {
  const bytes = new Uint8Array(readFileSync(join(data, 'multi-gzip.tar.gz')));
  let read = 0;
  const source = {
    size: bytes.length,
    read(offset, length) {
      if (offset === 0 && length <= 512) return bytes.subarray(0, length); // to see what it is
      read += Math.min(length, bytes.length - offset);
      return bytes.slice(offset, offset + length);
    },
  };
  await openCheckpoint(source);
  assert.equal(read, bytes.length);
});

test('memory stays small, whatever the size', async () => {
  const path = join(folder, 'packed.tar.gz');
  const bytes = gzipSync(tar(['big', Buffer.alloc(300 << 20)], ['config.dump', json(config)]));
  writeFileSync(path, bytes);
  const script = `
    import { readFileSync } from 'node:fs';
    import { load, openCheckpoint } from ${json(new URL('../../wasm/node.js', import.meta.url))};
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
