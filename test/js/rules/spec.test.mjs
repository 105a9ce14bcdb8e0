// SPDX-License-Identifier: Apache-2.0
// Rules about spec.dump and about mounts of a target, beyond their samples: what fires, where, how much it counts; and
// what must not fire.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { load } from '../../../wasm/api/node.js';
import { reportOn } from '../lib/samples.mjs';

const core = await load();
const spec = (values, base = 'podman', more = {}) => ({
  base,
  set: { 'spec.dump': values },
  ...more,
});
const without = (pointer, base = 'podman') => ({ base, unset: { 'spec.dump': [pointer] } });
const annotation = (key, value, base = 'cri-o') =>
  spec({ [`/annotations/${key.replaceAll('/', '~1')}`]: value }, base);
const one = (pointer, value, at = pointer) => [
  `${pointer} ${JSON.stringify(value)}`,
  spec({ [pointer]: value }),
  [`CKP202 warning ${at}`],
];
const fine = (pointer, value) => [
  `${pointer} ${JSON.stringify(value)}`,
  spec({ [pointer]: value }),
  [],
];
const bind = (source, destination) => ({ source, destination, type: 'bind', options: ['rbind'] });

// [name, side, findings of the rules below as "id severity pointer"]
const CASES = {
  CKP201: [
    ['none', without('/ociVersion'), ['CKP201 warning ']],
    ['null', spec({ '/ociVersion': null }), ['CKP201 warning ']],
    ...[
      '',
      '1',
      '1.0',
      '1.0.',
      '01.0.0',
      '1.00.0',
      '2.0.0',
      '0.5.0',
      'v1.0.0',
      '1.0.0-',
      '1.0.0 ',
      '1.0.0.1',
      '10.0.0',
    ].map((version) => [
      JSON.stringify(version),
      spec({ '/ociVersion': version }),
      ['CKP201 warning /ociVersion'],
    ]),
    ...['1.0.0', '1.3.0', '1.0.2-dev', '1.2.1+dev', '1.0.0-rc.1+build.5', '1.10.20'].map(
      (version) => [version, spec({ '/ociVersion': version }), []],
    ),
  ],
  CKP202: [
    one('/process/user', { uid: 0 }),
    one('/process/user/umask', 512),
    fine('/process/user/umask', 18),
    one('/process/env/0', 'HOME'),
    one('/process/env/0', '=x'),
    fine('/process/env/0', 'A='),
    one('/process/consoleSize', { width: 80 }),
    one('/process/rlimits/0', { type: 'RLIMIT_NOFILE', hard: 1 }),
    one('/process/rlimits/0', { type: 'NOFILE', hard: 1, soft: 1 }, '/process/rlimits/0/type'),
    one(
      '/process/rlimits/0',
      { type: 'RLIMIT_FILES', hard: 1, soft: 1 },
      '/process/rlimits/0/type',
    ),
    one(
      '/process/rlimits/0',
      { type: 'RLIMIT_NPROC', hard: 1, soft: 1 },
      '/process/rlimits/1/type',
    ),
    one('/process/rlimits/0', { type: 'RLIMIT_CORE', hard: 1, soft: 2 }, '/process/rlimits/0/soft'),
    fine('/process/rlimits/0', { type: 'RLIMIT_CORE', hard: 1, soft: 1 }),
    one('/process/capabilities/bounding/0', 'CAP_NET'),
    one('/process/capabilities/ambient', ['NET_ADMIN'], '/process/capabilities/ambient/0'),
    fine('/process/capabilities/effective', [
      'CAP_CHECKPOINT_RESTORE',
      'CAP_BPF',
      'CAP_WAKE_ALARM',
    ]),
    fine('/process/capabilities', null),
    one('/process/oomScoreAdj', 1001),
    one('/process/oomScoreAdj', -1001),
    fine('/process/oomScoreAdj', -1000),
    one('/process/scheduler', {}),
    one('/process/scheduler', { policy: 'SCHED_NORMAL' }, '/process/scheduler/policy'),
    one('/process/scheduler', { policy: 'SCHED_OTHER', nice: 20 }, '/process/scheduler/nice'),
    one('/process/scheduler', { policy: 'SCHED_RR', flags: ['X'] }, '/process/scheduler/flags/0'),
    fine('/process/scheduler', { policy: 'SCHED_BATCH', nice: -20, flags: ['SCHED_FLAG_RECLAIM'] }),
    one('/process/ioPriority', { class: 'RT', priority: 1 }, '/process/ioPriority/class'),
    one(
      '/process/ioPriority',
      { class: 'IOPRIO_CLASS_BE', priority: 8 },
      '/process/ioPriority/priority',
    ),
    one('/process/execCPUAffinity', { initial: 'a' }, '/process/execCPUAffinity/initial'),
    one('/mounts/0/destination', 'proc'),
    one('/mounts/0', { type: 'proc' }),
    one('/mounts/0/uidMappings', [{ containerID: 0, hostID: 0, size: 1 }], '/mounts/0'),
    one('/hooks', { poststop: [{ args: ['x'] }] }, '/hooks/poststop/0'),
    one('/hooks', { prestart: [{ path: 'bin/x' }] }, '/hooks/prestart/0/path'),
    one(
      '/hooks',
      { createRuntime: [{ path: '/x', timeout: 0 }] },
      '/hooks/createRuntime/0/timeout',
    ),
    fine('/hooks', { poststart: [{ path: '/x', timeout: 1, env: ['A=b'] }], prestart: null }),
    one('/annotations/', 'x'),
    fine('/annotations/x', ''),
    one('/linux/namespaces/0', {}),
    one('/linux/namespaces/0/type', ''),
    one('/linux/namespaces/-', { type: 'mount' }, '/linux/namespaces/5/type'),
    [
      'a relative namespace',
      spec({ '/linux/namespaces/0/path': 'x' }),
      ['CKP202 warning /linux/namespaces/0/path'],
    ],
    fine('/linux/namespaces/-', { type: 'time' }),
    fine('/linux/namespaces/0/path', ''),
    one('/linux/uidMappings', [{ containerID: 0, hostID: 0, size: 1 }]),
    one('/linux/timeOffsets', { boottime: { secs: 1 } }),
    [
      'time offsets of an unknown clock',
      spec({
        '/linux/namespaces/-': { type: 'time' },
        '/linux/timeOffsets': { realtime: { secs: 1 } },
      }),
      ['CKP202 warning /linux/timeOffsets/realtime'],
    ],
    [
      'id mappings without a size',
      spec({
        '/linux/namespaces/-': { type: 'user' },
        '/linux/gidMappings': [{ containerID: 0, hostID: 0 }],
      }),
      ['CKP202 warning /linux/gidMappings/0'],
    ],
    [
      'a host name without a namespace',
      without('/linux/namespaces/3'),
      ['CKP202 warning /hostname'],
    ],
    one('/linux/devices', [{ path: '/dev/x', type: 'x' }], '/linux/devices/0/type'),
    one('/linux/devices', [{ path: 'dev/x', type: 'c' }], '/linux/devices/0/path'),
    one('/linux/devices', [{ path: '/dev/x' }], '/linux/devices/0'),
    one('/linux/resources/devices/0', { access: 'rwm' }),
    one('/linux/resources/devices/0/access', 'rx'),
    one('/linux/resources/devices/0/type', 'd'),
    one('/linux/resources/memory', { swappiness: 101 }, '/linux/resources/memory/swappiness'),
    one('/linux/resources/cpu', { cpus: '0-x' }, '/linux/resources/cpu/cpus'),
    fine('/linux/resources/cpu', { cpus: '0-3,7', mems: '0', idle: 1 }),
    one('/linux/resources/blockIO', { weight: 1001 }, '/linux/resources/blockIO/weight'),
    one(
      '/linux/resources/hugepageLimits',
      [{ pageSize: '2MB' }],
      '/linux/resources/hugepageLimits/0',
    ),
    one(
      '/linux/resources/network',
      { priorities: [{ name: 'x' }] },
      '/linux/resources/network/priorities/0',
    ),
    one('/linux/rootfsPropagation', 'public'),
    fine('/linux/rootfsPropagation', 'rslave'),
    one('/linux/maskedPaths/0', 'proc/acpi'),
    one('/linux/readonlyPaths/0', ''),
    one('/linux/personality', { domain: 'LINUX64' }, '/linux/personality/domain'),
    one('/linux/memoryPolicy', { mode: 'MPOL_X' }, '/linux/memoryPolicy/mode'),
    one('/linux/seccomp', { syscalls: [] }),
    one('/linux/seccomp/defaultAction', 'ALLOW'),
    one(
      '/linux/seccomp',
      { defaultAction: 'SCMP_ACT_ALLOW', architectures: ['amd64'] },
      '/linux/seccomp/architectures/0',
    ),
    one(
      '/linux/seccomp',
      { defaultAction: 'SCMP_ACT_ALLOW', flags: ['LOG'] },
      '/linux/seccomp/flags/0',
    ),
    one(
      '/linux/seccomp',
      { defaultAction: 'SCMP_ACT_ALLOW', syscalls: [{ names: [], action: 'SCMP_ACT_LOG' }] },
      '/linux/seccomp/syscalls/0/names',
    ),
    one(
      '/linux/seccomp',
      {
        defaultAction: 'SCMP_ACT_ALLOW',
        syscalls: [
          {
            names: ['a'],
            action: 'SCMP_ACT_LOG',
            args: [{ index: 6, value: 0, op: 'SCMP_CMP_EQ' }],
          },
        ],
      },
      '/linux/seccomp/syscalls/0/args/0/index',
    ),
    one(
      '/linux/seccomp',
      {
        defaultAction: 'SCMP_ACT_ALLOW',
        syscalls: [
          { names: ['a'], action: 'SCMP_ACT_LOG', args: [{ index: 0, value: 0, op: '==' }] },
        ],
      },
      '/linux/seccomp/syscalls/0/args/0/op',
    ),
    [
      'wrong types are told by decoding',
      spec({ '/linux/namespaces/0/type': 7, '/mounts/0/destination': 7 }),
      [],
    ],
  ],
  CKP203: [
    ['no directory', without('/process/cwd'), ['CKP203 error /process']],
    ['no process', without('/process', 'containerd'), ['CKP203 error ']],
    ['no arguments', spec({ '/process/args': [] }), ['CKP203 error /process/args']],
    ['arguments that are not there', without('/process/args', 'cri-o'), ['CKP203 error /process']],
    ['no path', spec({ '/root/path': '' }), ['CKP203 error /root/path']],
    ['no root', without('/root'), ['CKP203 error ']],
  ],
  'CKP204 CKP205': [
    [
      'pods',
      { base: 'containerd' },
      [
        'CKP204 info /linux/namespaces/1/path',
        'CKP204 info /linux/namespaces/2/path',
        'CKP204 info /linux/namespaces/4/path',
      ],
    ],
    [
      "Podman's own network",
      spec({ '/linux/namespaces/1/path': '/run/netns/netns-1234' }),
      ['CKP204 info /linux/namespaces/1/path'],
    ],
    [
      'that of another container',
      {
        set: {
          'spec.dump': { '/linux/namespaces/2/path': '/proc/1/ns/ipc' },
          'config.dump': { '/ipcNsCtr': 'abc' },
        },
      },
      ['CKP204 info /linux/namespaces/2/path'],
    ],
    [
      'another one of Podman',
      spec({ '/linux/namespaces/0/path': '/proc/1/ns/pid' }),
      ['CKP204 warning /linux/namespaces/0/path'],
    ],
    [
      'cgroup, without runc',
      spec({ '/linux/namespaces/-': { type: 'cgroup', path: '/proc/1/ns/cgroup' } }),
      ['CKP205 warning /linux/namespaces/5/path'],
    ],
  ],
  CKP206: [
    ["engines' own mounts", { base: 'podman' }, []],
    ['the volumes of a pod, at the first', { base: 'cri-o' }, ['CKP206 info /mounts/6/source']],
    [
      'bind by an option',
      spec({ '/mounts/-': { destination: '/a', source: '/b', options: ['bind'] } }),
      ['CKP206 info /mounts/10/source'],
    ],
  ],
  CKP208: [
    [
      'no such annotation',
      without('/annotations/io.kubernetes.cri-o.Metadata', 'cri-o'),
      ['CKP208 error /annotations'],
    ],
    [
      'an empty one',
      annotation('io.kubernetes.cri-o.Annotations', ''),
      ['CKP208 error /annotations/io.kubernetes.cri-o.Annotations'],
    ],
    [
      'an array',
      annotation('io.kubernetes.cri-o.Labels', '[]'),
      ['CKP208 error /annotations/io.kubernetes.cri-o.Labels'],
    ],
    [
      'an object',
      annotation('io.kubernetes.cri-o.Volumes', '{}'),
      ['CKP208 error /annotations/io.kubernetes.cri-o.Volumes'],
    ],
    [
      'a number',
      annotation('io.kubernetes.cri-o.Labels', '{"a":1}'),
      ['CKP208 error /annotations/io.kubernetes.cri-o.Labels'],
    ],
    ['null in it', annotation('io.kubernetes.cri-o.Labels', '{"a":null}'), []],
    [
      'in Podman',
      annotation('io.kubernetes.cri-o.Labels', '{', 'podman'),
      ['CKP208 warning /annotations/io.kubernetes.cri-o.Labels'],
    ],
    [
      'of kubectl',
      annotation('kubectl.kubernetes.io/last-applied-configuration', '{"a":'),
      ['CKP208 warning /annotations/kubectl.kubernetes.io~1last-applied-configuration'],
    ],
    ['none in Podman', { base: 'podman' }, []],
  ],
  CKP209: [
    [
      'systemd',
      spec({ '/process/args/0': '/usr/lib/systemd/systemd' }),
      ['CKP209 info /process/args/0'],
    ],
    ['the network of the host', without('/linux/namespaces/1'), ['CKP209 info /linux/namespaces']],
    [
      'privileged',
      { set: { 'config.dump': { '/privileged': true } } },
      ['CKP209 info /privileged'],
    ],
    [
      'a GPU',
      spec({ '/hooks': { prestart: [{ path: '/usr/bin/nvidia-container-runtime-hook' }] } }),
      ['CKP209 info /hooks/prestart/0/path'],
    ],
  ],
  CKP210: [
    [
      'loose spec of nobody',
      { base: 'none', add: [{ name: 'spec.dump', text: '{}' }] },
      ['CKP210 warning '],
    ],
    ['the real ones', { base: 'cri-o' }, []],
  ],
  CKP704: [
    ['another engine', { base: 'podman', options: { targets: ['podman'] } }, []],
    ['a target', { base: 'containerd', options: { targets: ['cri-o'] } }, ['CKP704 info /mounts']],
  ],
  CKP707: [
    [
      'mapped to a user',
      spec({
        '/linux/namespaces/-': { type: 'user' },
        '/linux/uidMappings': [
          { containerID: 0, hostID: 1000, size: 1 },
          { containerID: 1, hostID: 100000, size: 65536 },
        ],
      }),
      ['CKP707 warning /linux/uidMappings/0/hostID'],
    ],
    [
      'mapped apart',
      spec({
        '/linux/namespaces/-': { type: 'user' },
        '/linux/uidMappings': [{ containerID: 0, hostID: 100000, size: 65536 }],
      }),
      [],
    ],
    ['below /run/user', spec({ '/root/path': '/run/user/1000/x' }), ['CKP707 warning /root/path']],
    ["a user's mount", spec({ '/mounts/-': bind('/run/user/1000/bus', '/bus') }), []],
  ],
};

for (const [ids, cases] of Object.entries(CASES))
  for (const [name, side, expected] of cases)
    test(`${ids}: ${name}`, async () => {
      const report = await reportOn(core, side);
      const found = report.findings
        .filter(({ id }) => ids.split(' ').includes(id))
        .map(({ id, severity, pointer }) => `${id} ${severity} ${pointer}`);
      assert.deepEqual(found, expected);
    });

test('CKP208 points at the byte in the annotation', async () => {
  const key = 'io.kubernetes.cri-o.Labels';
  const report = await reportOn(core, annotation(key, '{"ü\u{1f600}": "\n", x}'));
  const finding = report.findings.find(({ id }) => id === 'CKP208');
  assert.match(
    finding.message,
    /invalid character '\\n' in string literal, at byte 12 of its text/,
  );
  assert.equal(finding.length, 1);
  const other = await reportOn(core, annotation(key, '{"a\\n": "\u{1f600}", x}'));
  assert.match(other.findings.find(({ id }) => id === 'CKP208').message, /'x'.* at byte 16 /);
});

test('CKP202 tells of both places', async () => {
  const report = await reportOn(core, spec({ '/linux/namespaces/-': { type: 'pid' } }));
  const [finding] = report.findings.filter(({ id }) => id === 'CKP202');
  assert.equal(finding.related[0].pointer, '/linux/namespaces/0/type');
  assert.match(finding.message, /config-linux\.md#namespaces/);
});

test('many violations are counted in linear time', { timeout: 20000 }, async () => {
  const names = Array.from({ length: 100000 }, (_, i) => `NO_${i}`);
  const report = await reportOn(core, spec({ '/process/capabilities/bounding': names }));
  const cut = report.cut.find(({ id }) => id === 'CKP202');
  assert.equal(cut.count, 100000 - 100);
});
