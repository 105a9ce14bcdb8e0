// SPDX-License-Identifier: Apache-2.0
// What is said of a checkpoint: its engine, identity, sizes, networks.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openCheckpoint } from 'container-checkpoint/node';
import { config, json, spec, text } from '../lib/checkpoints.mjs';
import { tar } from '../lib/tar.mjs';

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
      'Docker or runc',
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

test('the log is kept from its end, odd statistics are left out', async () => {
  const log = `${'x'.repeat(100000)}Dumping finished successfully\n`;
  const checkpoint = await openCheckpoint(
    tar(['config.dump', '{}'], ['dump.log', log], ['stats-dump', 'bad']),
  );
  assert.equal(checkpoint.files.get('dump.log').length, 65536);
  assert.ok(text(checkpoint.files.get('dump.log')).endsWith('successfully\n'));
  assert.equal(checkpoint.summary.statistics, undefined);
});
