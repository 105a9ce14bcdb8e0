// SPDX-License-Identifier: Apache-2.0
// Rules across files and about what the kubelet names, beyond their samples.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { load } from '../../../wasm/api/node.js';
import { reportOn } from '../lib/samples.mjs';

const core = await load();
const ID = '0e6c1c23db40f2e96b6151dd52db0e460eb29001bf8c3afe6e8c6012ee42e01b';
const IMAGE = 'registry.example.test/demo/counter';

const set = (base, file, values) => ({ base, set: { [file]: values } });
const crio = (values) =>
  set(
    'cri-o',
    'spec.dump',
    Object.fromEntries(
      Object.entries(values).map(([key, value]) => [`/annotations/io.kubernetes.${key}`, value]),
    ),
  );
const podman = (values) => set('podman', 'config.dump', values);
const containerd = (file, values) => set('containerd', file, values);
const both = (base, config, spec) => ({ base, set: { 'config.dump': config, 'spec.dump': spec } });
const named = (name, base = 'cri-o') => ({ base, name });
const list = (checkpoints, totalSize) => ({
  files: { 'kubernetes-checkpoint-metadata': { totalSize, checkpoints } },
});

// [name, side, findings of the rules as "id severity member pointer"]
const CASES = {
  CKP600: [
    ['annotation of CRI-O', crio({ 'cri-o.ContainerID': ID }), ['CKP600 error config.dump /id']],
    ['status.dump', containerd('status.dump', { '/id': ID }), ['CKP600 error config.dump /id']],
    ['no id in status.dump', containerd('status.dump', { '/id': '' }), []],
    [
      'another command',
      podman({ '/spec/process/args/2': 'true' }),
      ['CKP600 error config.dump /spec/process/args'],
    ],
    [
      'one argument more',
      set('podman', 'spec.dump', { '/process/args/-': 'x' }),
      ['CKP600 error config.dump /spec/process/args'],
    ],
    ['no spec in config.dump', { unset: { 'config.dump': ['/spec'] } }, []],
    ['no host name yet', podman({ '/spec/hostname': '' }), []],
    [
      'another host name',
      podman({ '/spec/hostname': 'other' }),
      ['CKP600 error config.dump /spec/hostname'],
    ],
  ],
  CKP601: [
    [
      'spelling',
      both(
        'containerd',
        { '/rootfsImageName': 'docker.io/library/ubuntu:latest', '/rootfsImageRef': '' },
        { '/annotations/io.kubernetes.cri.image-name': 'ubuntu' },
      ),
      ['CKP601 warning config.dump /rootfsImageName'], // status.dump
    ],
    [
      'spelling everywhere',
      {
        base: 'containerd',
        set: {
          'config.dump': {
            '/rootfsImageName': 'docker.io/library/ubuntu:latest',
            '/rootfsImageRef': `index.docker.io/library/ubuntu@sha256:${ID}`,
          },
          'spec.dump': { '/annotations/io.kubernetes.cri.image-name': 'ubuntu' },
          'status.dump': { '/image/image': 'docker.io/ubuntu' },
        },
      },
      [],
    ],
    [
      'another tag of the image, as containerd may have it',
      containerd('spec.dump', { '/annotations/io.kubernetes.cri.image-name': `${IMAGE}:1.5` }),
      ['CKP601 info config.dump /rootfsImageName'],
    ],
    [
      'another repository',
      containerd('spec.dump', { '/annotations/io.kubernetes.cri.image-name': 'evil:1.4' }),
      ['CKP601 warning config.dump /rootfsImageName'],
    ],
    [
      'asked for by digest',
      containerd('spec.dump', {
        '/annotations/io.kubernetes.cri.image-name': `${IMAGE}@sha256:${ID}`,
      }),
      [],
    ],
    [
      'asked for by id',
      containerd('spec.dump', { '/annotations/io.kubernetes.cri.image-name': `sha256:${ID}` }),
      [],
    ],
    [
      'what is pulled gets the name of another',
      containerd('config.dump', { '/rootfsImageRef': `evil.test/x@sha256:${ID}` }),
      ['CKP601 warning config.dump /rootfsImageRef'],
    ],
    [
      'status.dump',
      containerd('status.dump', { '/image/image': `${IMAGE}:1.5` }),
      ['CKP601 warning config.dump /rootfsImageName'],
    ],
    [
      'CRI-O: name',
      crio({ 'cri-o.ImageName': `${IMAGE}:1.5` }),
      ['CKP601 warning config.dump /rootfsImageName'],
    ],
    ['CRI-O: id', crio({ 'cri-o.ImageRef': ID }), ['CKP601 warning config.dump /rootfsImageRef']],
    ['CRI-O: an id for a name', crio({ 'cri-o.Image': ID }), []],
    [
      'Podman',
      podman({ '/rootfsImageName': 'quay.io/bb:1' }),
      ['CKP601 warning config.dump /rootfsImageName'],
    ],
    [
      'Podman: a short name found in some registry',
      podman({
        '/RawImageName': 'fedora',
        '/rootfsImageName': 'registry.fedoraproject.org/fedora:latest',
      }),
      [],
    ],
    ['Podman: by id', podman({ '/RawImageName': '48a8dc5ab403' }), []],
    ['Podman: with a transport', podman({ '/RawImageName': 'docker://quay.io/bb:1' }), []],
  ],
  CKP602: [
    [
      'within five seconds',
      containerd('config.dump', { '/createdTime': '2026-03-13T21:29:55.9Z' }),
      [],
    ],
    [
      'status',
      containerd('config.dump', { '/createdTime': '2026-03-13T21:29:54Z' }),
      ['CKP602 warning config.dump /createdTime'],
    ],
    [
      'five seconds after status',
      containerd('config.dump', { '/createdTime': '2026-03-13T21:30:05Z' }),
      [],
    ],
    [
      'six seconds after status',
      containerd('config.dump', { '/createdTime': '2026-03-13T21:30:06Z' }),
      ['CKP602 warning config.dump /createdTime'],
    ],
    [
      'CRI-O began earlier',
      crio({ 'cri-o.Created': '2026-03-13T21:29:00Z' }),
      ['CKP602 info config.dump /createdTime'],
    ],
    ['another zone', crio({ 'cri-o.Created': '2026-03-13T22:30:00.5+01:00' }), []],
    [
      'CRI-O, later',
      crio({ 'cri-o.Created': '2026-03-13T21:31:00Z' }),
      ['CKP602 warning config.dump /createdTime'],
    ],
    [
      'Podman, restored before',
      podman({ '/createdTime': '2026-11-24T04:06:18Z' }),
      ['CKP602 info config.dump /createdTime'],
    ],
    [
      'Podman',
      podman({ '/createdTime': '2026-11-20T04:06:18Z' }),
      ['CKP602 warning config.dump /createdTime'],
    ],
  ],
  'CKP609 CKP909': [
    [
      'as the kubelet wrote it',
      named('checkpoint-counter-6f9c_team-a-count-up-2026-03-13T21:43:06Z.tar'),
      ['CKP909 info  '],
    ],
    [
      'containerd, and compressed later',
      named(
        '/x/checkpoint-counter-6f9c_team-a-count-up-2026-03-13T22:43:06+01:00.tar.gz',
        'containerd',
      ),
      ['CKP909 info  '],
    ],
    [
      'another namespace',
      named('checkpoint-counter-6f9c_team-count-up-2026-03-13T21:43:06Z.tar'),
      ['CKP609 warning  ', 'CKP909 info  '],
    ],
    [
      'another time',
      named('checkpoint-counter-6f9c_team-a-count-up-2026-03-13T22:43:06Z.tar'),
      ['CKP609 warning  ', 'CKP909 info  '],
    ],
    ['no time', named('checkpoint-counter-6f9c_team-a-count-up.tar'), ['CKP909 warning  ']],
    ['no such day', named('checkpoint-a_b-c-2026-02-30T21:43:06Z.tar'), ['CKP909 warning  ']],
    ['no container', named('checkpoint-a_b-2026-03-13T21:43:06Z.tar'), ['CKP909 warning  ']],
    ['no underscore', named('checkpoint-a-b-c-2026-03-13T21:43:06Z.tar'), ['CKP909 warning  ']],
    ['a name of the user', named('checkpoint-counter.tar'), ['CKP909 info  ']],
    ['any other name', named('counter_2026-03-13.tar'), []],
    ['Podman', named('checkpoint-web_1.tar', 'podman'), []],
  ],
  CKP610: [
    [
      'another manager',
      set('cri-o', 'spec.dump', { '/annotations/io.container.manager': 'libpod' }),
      ['CKP610 warning spec.dump /annotations/io.container.manager'],
    ],
    [
      'one for each engine',
      {
        add: [
          { name: 'status', text: '{}' },
          { name: 'status.dump', text: '{}' },
          { name: 'bind.mounts', text: '[]' },
        ],
      },
      ['spec.dump', 'spec.dump'].map(
        (file) => `CKP610 warning ${file} /annotations/io.container.manager`,
      ),
    ],
    [
      'a file of CRI-O in an archive of containerd',
      { base: 'containerd', add: [{ name: 'bind.mounts', text: '[]' }] },
      ['CKP610 warning spec.dump /annotations/io.kubernetes.cri.container-type'],
    ],
    [
      'annotations that Podman sets',
      set('podman', 'spec.dump', {
        '/annotations/io.kubernetes.cri-o.SandboxID': ID,
        '/annotations/io.kubernetes.cri-o.ContainerType': 'container',
      }),
      [],
    ],
  ],
  CKP910: [
    ['none', list([], 0), []],
    ['null', list(null), []],
    ['no sum', list([{ size: 1 }]), ['CKP910 warning kubernetes-checkpoint-metadata ']],
    [
      'negative size',
      list([{ size: -1 }], 0),
      ['CKP910 warning kubernetes-checkpoint-metadata /checkpoints/0/size'],
    ],
    [
      'order',
      list([{ timestamp: 1773437500 }, { timestamp: 1773437400 }]),
      ['CKP910 warning kubernetes-checkpoint-metadata /checkpoints/1/timestamp'],
    ],
    ['other units', list([{ timestamp: 1773437400 }, { timestamp: 1773437400123456800 }]), []],
    [
      'other units first',
      list([{ timestamp: 1773437400123456800 }, { timestamp: 1773437400 }]),
      [],
    ],
    [
      'other units, order',
      list([{ timestamp: 1773437401123456800 }, { timestamp: 1773437400 }]),
      ['CKP910 warning kubernetes-checkpoint-metadata /checkpoints/1/timestamp'],
    ],
    [
      'wrong type',
      list([{ size: 'x' }], 0),
      ['CKP910 warning kubernetes-checkpoint-metadata /checkpoints/0/size'],
    ],
  ],
};

for (const [rules, cases] of Object.entries(CASES))
  for (const [name, side, expected] of cases)
    test(`${rules}: ${name}`, async () => {
      const { findings } = await reportOn(core, side);
      assert.deepEqual(
        findings
          .filter(({ id }) => rules.includes(id))
          .map(({ id, severity, member, pointer }) => `${id} ${severity} ${member} ${pointer}`),
        expected,
      );
    });

test('what disagrees is told with the other place', async () => {
  const { findings } = await reportOn(core, crio({ 'cri-o.ContainerID': ID }));
  const { message, related } = findings.find(({ id }) => id === 'CKP600');
  assert.match(
    message,
    /^The container id is "dcb1a8.+" in config\.dump and "0e6c1c.+" in spec\.dump/,
  );
  assert.deepEqual(
    related.map(({ member, pointer }) => [member, pointer]),
    [['spec.dump', '/annotations/io.kubernetes.cri-o.ContainerID']],
  );
});
