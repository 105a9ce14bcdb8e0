// SPDX-License-Identifier: Apache-2.0
// Conditions against a host: yes or no, with both sides named; what it does not say stays a condition.
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { load } from '../../../wasm/api/node.js';
import { HOST_SCRIPT } from '../../../wasm/cli/host-script.js';
import { reportOn } from '../lib/samples.mjs';

const core = await load();

/** A host that restores what the samples are. */
const HOST = {
  version: 1,
  kernel: '6.1.0-18-amd64',
  architecture: 'x86_64',
  cpus: 8,
  memory: 2 ** 33,
  cpu: {
    vendor: 'AuthenticAMD',
    model: 'AMD EPYC',
    flags: ['fpu', 'sse2', 'avx', 'avx512f', 'pku'],
  },
  cgroup: 2,
  lsm: ['lockdown', 'capability', 'apparmor'],
  selinux: 'disabled',
  criu: { version: '4.2', check: 'ok', plugins: [] },
  gpus: [],
  engines: { podman: '5.2.1' },
  runtimes: { runc: '1.1.5', crun: '1.14' },
  images: { 'localhost/bb:1': '' },
  paths: { '/srv/data': true },
};

/** The verdict on Podman, with what decided. */
async function judge(side, host, target = 'podman') {
  const options = { host: JSON.stringify(host), targets: [target] };
  const report = await reportOn(core, side, options);
  return report.targets.find(({ name }) => name === target);
}

const idOf = (facts, id) => facts.conditions.filter((condition) => condition.id === id);

test('a host that has everything: every condition that it decides is met, and says by what', async () => {
  const target = await judge({}, HOST);
  assert.notEqual(target.verdict, 'fails', JSON.stringify(target, null, 1));
  assert.equal(target.version, '5.2.1');
  assert.ok(target.conditions.length >= 5);
  // What is in the files of an image no description of a host tells.
  for (const { met, host, text } of target.conditions.filter(({ id }) => id !== 'file')) {
    assert.equal(met, 'yes', text);
    assert.notEqual(host, '', text);
  }
});

test('without a host nothing is said of hosts', async () => {
  const report = await reportOn(core, {});
  for (const { conditions } of report.targets)
    for (const { met, host } of conditions) assert.deepEqual([met, host], ['', '']);
});

const GPU = { driver: 'nvidia', version: '560.35.03', name: 'NVIDIA A10', uuid: 'GPU-1' };
const device = (path) => ({ path, type: 'c', major: 195, minor: 0 });
const MOUNTED = {
  set: {
    'spec.dump': {
      '/mounts/0': {
        destination: '/srv/data',
        type: 'bind',
        source: '/srv/data',
        options: ['rbind'],
      },
    },
  },
};
const DRIVER = {
  set: {
    'spec.dump': {
      '/mounts/0': {
        destination: '/usr/lib/libEGL_nvidia.so.560.35.03',
        type: 'bind',
        source: '/usr/lib/libEGL_nvidia.so.560.35.03',
        options: ['rbind'],
      },
    },
  },
};
const GPUS = {
  set: { 'spec.dump': { '/linux/devices': ['/dev/nvidia0', '/dev/nvidia1'].map(device) } },
};
const LABEL = {
  set: { 'spec.dump': { '/process/selinuxLabel': 'system_u:system_r:container_t:s0' } },
};
const CPUS = { set: { 'spec.dump': { '/linux/resources/cpu': { cpus: '0-3,9' } } } };
const LOCAL = { set: { 'config.dump': { '/rootfsImageName': 'localhost/mine:1' } } };

// What the host has instead, and what is to be said of both sides.
for (const [why, change, wanted, side = {}, id] of [
  ['architecture', { architecture: 'aarch64' }, /x86_64.*The host is a machine of aarch64/],
  ['no CRIU', { criu: {} }, /CRIU .*The host has no CRIU/],
  ['old CRIU', { criu: { version: '3.5' } }, /CRIU .* or later.*The host has CRIU 3\.5/],
  [
    'criu check',
    { criu: { version: '4.2', check: 'Error: no' } },
    /"criu check" of the host: "Error: no"/,
  ],
  ['kernel', { kernel: '4.4.0-generic' }, /Linux 4\.18 or later.*rseq.*The host has Linux 4\.4/],
  ['memory', { memory: 1000 }, /memory for the pages.*The host has 1000 B/],
  ['processors', {}, /At least 10 processors.*The host has 8 processors/, CPUS],
  ['no engine', { engines: {} }, /Podman on the target.*The host has no podman/],
  ['no graphics processor', {}, /2 graphics processors.*The host has no graphics processor/, GPUS],
  ['one of two', { gpus: [GPU] }, /2 graphics processors.*The host has 1 graphics/, GPUS],
  [
    'driver',
    { gpus: [{ ...GPU, version: '535.86.10' }] },
    /driver 560\.35\.03.*535\.86\.10/,
    DRIVER,
  ],
  [
    'path',
    { paths: { '/srv/data': false } },
    /"\/srv\/data" on the target.*The host has no/,
    MOUNTED,
  ],
  ['SELinux', {}, /SELinux on the target.*SELinux of the host is disabled/, LABEL],
  ['local image', {}, /localhost\/mine:1.*The host does not have/, LOCAL],
])
  test(`a host that does not meet it: ${why}`, async () => {
    const target = await judge(side, { ...HOST, ...change });
    const reasons = target.reasons.map(({ message }) => message);
    assert.equal(target.verdict, 'fails', JSON.stringify(target, null, 1));
    assert.ok(
      reasons.some((message) => wanted.test(message)),
      reasons.join('\n'),
    );
    assert.ok(id === undefined || idOf(target, id).length > 0);
  });

// The same with a host that has it.
for (const [why, change, side] of [
  ['two graphics processors', { gpus: [GPU, { ...GPU, uuid: 'GPU-2' }] }, GPUS],
  ['driver', { gpus: [GPU] }, DRIVER],
  ['path', {}, MOUNTED],
  ['SELinux', { selinux: 'enforcing' }, LABEL],
  ['processors', { cpus: 10 }, CPUS],
  ['local image', { images: { 'localhost/mine:1': '' } }, LOCAL],
])
  test(`a host that meets it: ${why}`, async () => {
    const target = await judge(side, { ...HOST, ...change });
    const open = target.conditions
      .filter(({ id, met }) => met !== 'yes' && id !== 'file')
      .map(({ text }) => text);
    assert.notEqual(target.verdict, 'fails', JSON.stringify(target.reasons));
    assert.deepEqual(open, []);
  });

test('what the host does not say stays a condition', async () => {
  const { verdict, conditions } = await judge(LABEL, { version: 1 });
  assert.equal(verdict, 'conditional');
  for (const { met, host } of conditions) assert.deepEqual([met, host], ['', '']);
});

test('the version of an engine that the host has counts', async () => {
  const host = { ...HOST, engines: { containerd: '2.4.0' } };
  const { verdict, reasons } = await judge({ base: 'containerd' }, host, 'containerd');
  assert.equal(verdict, 'fails');
  assert.ok(reasons.some(({ id }) => id === 'CKP701'));
});

test('a description that is wrong is refused, with its place', () => {
  const files = { 'config.dump': Buffer.from('{}') };
  for (const [host, message] of [
    ['{"version": 2}', /line 1, column 13 \(\/version\): found 2; expected 1/],
    ['{}', /line 1, column 1 .*expected an object with version/],
    ['[]', /expected an object/],
    ['{"version": 1,\n "kernel": 6}', /line 2, column 12 \(\/kernel\): found 6; expected a string/],
    ['{"version": 1, "kernal": "6"}', /\/kernal.*expected a key that a host has/],
    ['{"version": 1, "cpu": {"flags": ["a", 1]}}', /\/cpu\/flags\/1\): found 1; expected a string/],
    ['{"version": 1, "gpus": [{"uuid": null}]}', /\/gpus\/0\/uuid.*expected a string/],
    ['{"version": 1, "gpus": {}}', /\/gpus.*expected a list of objects/],
    ['{"version": 1, "paths": {"/x": 1}}', /\/paths\/~1x.*expected true, false or a string/],
    ['{"version": 1, "cpus": -1}', /\/cpus.*expected a whole number/],
    ['{"version": 1', /no JSON: line 1, column/],
    ['', /no JSON/],
  ])
    assert.throws(() => core.validate(files, { host }), { name: 'TypeError', message }, host);
  assert.throws(() => core.validate(files, { host: 1 }), /host must be text, bytes or an object/);
  const { targets } = core.validate(files, { host: { version: 1 } });
  assert.ok(targets.length > 0);
  core.validate(files, { host: Buffer.from('{"version": 1}') });
});

const shell = process.platform !== 'win32' && process.platform !== 'darwin';
test(
  'the script runs in a POSIX shell, and the core takes what it prints',
  { skip: !shell },
  () => {
    assert.ok(HOST_SCRIPT.split('\n').length <= 101);
    const odd = '/no "such\\ path';
    const text = execFileSync('sh', ['-s', '-', '/', odd], {
      input: HOST_SCRIPT,
      encoding: 'utf8',
    });
    const host = JSON.parse(text);
    assert.equal(host.version, 1);
    assert.equal(host.kernel, execFileSync('uname', ['-r'], { encoding: 'utf8' }).trim());
    assert.equal(host.architecture, execFileSync('uname', ['-m'], { encoding: 'utf8' }).trim());
    assert.equal(host.paths[odd], false);
    assert.match(host.paths['/'], /^40\d{3} \d+$/);
    assert.ok(host.cpus > 0 && host.memory > 0 && host.cpu.flags.length > 0);
    core.validate({ 'config.dump': Buffer.from('{}') }, { host: text });
  },
);

const SHELLS = [['dash'], ['busybox', 'sh'], ['bash', '--posix']].filter(
  ([program, ...rest]) => spawnSync(program, [...rest, '-c', ':']).status === 0,
);
const isRoot = process.getuid?.() === 0;
/** Programs of a host, each a script: some work, some fail and say so on both outputs. */
const TOOLS = {
  working: {
    podman: `case "$1" in --version) echo 'podman version 5.4.2' ;;
      images) printf 'localhost/fx:1\\tsha256:6f\\n<none>:<none>\\tsha256:1\\nq"\\\\:2\\tsha256:2\\n' ;;
      ps) printf 'b "x"\\tabc\\n' ;; *) exit 125 ;; esac`,
    crun: "echo 'crun version 1.14.1'; echo 'commit: x'",
    crictl: `case "$1" in images) echo 'IMAGE TAG ID SIZE'; echo 'quay.io/a latest 77 1MB' ;; *) exit 1 ;; esac`,
    criu: "case $1 in --version) echo 'Version: 4.2' ;; check) echo 'Looks good.' ;; esac",
    'nvidia-smi': 'echo \'560.35.03, NVIDIA "A" 100, GPU-1\'',
  },
  failing: {
    podman: `echo 'podman: 1.2 "no\tdatabase"'; echo '1.3 "x"' >&2; exit 125`,
    docker: "echo 'Cannot connect to 10.0.0.1:	the daemon'; exit 1",
    crictl: 'echo junk; exit 1',
    runc: "echo 'runc: 1.1 libseccomp.so.2: cannot open' >&2; exit 127",
    criu: `case "$1" in check) printf 'a\\nError "x" \\001\\t\\\\ end\\n' >&2 ;; esac; exit 1`,
    'nvidia-smi': 'echo \'NVIDIA-SMI has failed, "x", y\'; exit 9',
  },
};

for (const [program, ...rest] of SHELLS)
  for (const [state, tools] of Object.entries(TOOLS))
    test(`the script in ${[program, ...rest].join(' ')}, with tools that are ${state}`, () => {
      const folder = mkdtempSync(join(tmpdir(), 'ckpt-host-'));
      try {
        for (const [name, body] of Object.entries(tools))
          writeFileSync(join(folder, name), `#!/bin/sh\n${body}\n`, { mode: 0o755 });
        const { stdout, stderr, status } = spawnSync(
          program,
          [...rest, '-s', '-', '/', 'localhost/fx:1!/etc/passwd'],
          {
            input: HOST_SCRIPT,
            encoding: 'utf8',
            env: { ...process.env, PATH: `${folder}:${process.env.PATH}` },
          },
        );
        assert.equal(status, 0, stderr);
        const host = JSON.parse(stdout);
        core.validate({ 'config.dump': Buffer.from('{}') }, { host: stdout });
        assert.equal(host.paths['localhost/fx:1!/etc/passwd'], undefined);
        if (state === 'failing') {
          // What a tool does not tell is not known, which is other than that there is nothing.
          assert.equal(host.engines?.podman, undefined);
          assert.equal(host.runtimes?.runc, undefined);
          assert.equal(host.images, undefined);
          assert.equal(host.containers, undefined);
          assert.deepEqual(host.gpus, []);
          if (isRoot) assert.equal(host.criu.check, 'Error "x"   \\ end');
          return;
        }
        assert.equal(host.engines.podman, '5.4.2');
        assert.equal(host.runtimes.crun, '1.14.1');
        assert.equal(host.criu.version, '4.2');
        assert.deepEqual(host.gpus, [
          { driver: 'nvidia', version: '560.35.03', name: 'NVIDIA "A" 100', uuid: 'GPU-1' },
        ]);
        const podman = { 'localhost/fx:1': 'sha256:6f', 'q"\\:2': 'sha256:2' };
        assert.deepEqual(host.images, { ...(isRoot && podman), 'quay.io/a:latest': '77' });
        assert.deepEqual(host.containers, isRoot ? { 'b "x"': 'abc' } : undefined);
      } finally {
        rmSync(folder, { recursive: true });
      }
    });

const checker = spawnSync('shellcheck', ['--version']).status === 0;
test('shellcheck finds nothing in the script', { skip: !checker }, () => {
  const { stdout, status } = spawnSync('shellcheck', ['-s', 'sh', '-'], { input: HOST_SCRIPT });
  assert.equal(`${stdout}`, '');
  assert.equal(status, 0);
});

test('the schema describes what the core takes', () => {
  const schema = JSON.parse(
    readFileSync(new URL('../../../dist/schema/host.schema.json', import.meta.url), 'utf8'),
  );
  assert.deepEqual(schema.required, ['version']);
  assert.deepEqual(
    Object.keys(HOST).filter((key) => !(key in schema.properties)),
    [],
  );
});

// What ai-dynamo/snapshot (pull request 140) compares before it restores: nine gates, each with a host that passes it and
// one that does not; both sides are named.
const LIMITED = { set: { 'spec.dump': { '/linux/resources/cpu': { cpus: '0-3' } } } };
const UUID = {
  set: { 'spec.dump': { '/process/env/0': 'NVIDIA_VISIBLE_DEVICES=GPU-1' } },
};
const NAMED_IMAGE = 'localhost/mine:1';
for (const [gate, side, good, bad, wanted] of [
  ['architecture', {}, {}, { architecture: 'aarch64' }, /x86_64.*aarch64/],
  ['kernel', {}, {}, { kernel: '4.4.0' }, /Linux 4\.18 or later.*Linux 4\.4/],
  ['image', LOCAL, { images: { [NAMED_IMAGE]: '' } }, {}, /mine:1.*does not have/],
  [
    'image digest',
    LOCAL,
    { images: { [NAMED_IMAGE]: '' } },
    { images: { [NAMED_IMAGE]: 'a'.repeat(64) } },
    /another image of that name: a{64} instead of/,
  ],
  ['memory', {}, {}, { memory: 4096 }, /memory for the pages.*4\.0 KiB|memory for the pages.*4096/],
  ['processors', LIMITED, {}, { cpus: 2 }, /At least 4 processors.*2 processors/],
  ['mounts', MOUNTED, {}, { paths: { '/srv/data': false } }, /\/srv\/data.*has no/],
  ['number of GPUs', GPUS, { gpus: [GPU, GPU] }, { gpus: [GPU] }, /2 graphics.*has 1/],
  [
    'driver',
    DRIVER,
    { gpus: [GPU] },
    { gpus: [{ ...GPU, version: '535.1' }] },
    /560\.35\.03.*535\.1/,
  ],
])
  test(`gate: ${gate}`, async () => {
    const passed = await judge(side, { ...HOST, ...good });
    assert.notEqual(passed.verdict, 'fails', JSON.stringify(passed.reasons));
    const refused = await judge(side, { ...HOST, ...bad });
    assert.equal(refused.verdict, 'fails');
    const said = refused.reasons.map(({ message }) => message).join('\n');
    assert.match(said, wanted);
  });

test('gate: model of the GPU: the same one is met, of another one both are named', async () => {
  const met = async (gpu) => {
    const { conditions } = await judge(UUID, { ...HOST, gpus: [gpu] });
    return conditions.find(({ text }) => text.includes('GPU-1'));
  };
  assert.equal((await met(GPU)).met, 'yes');
  const other = await met({ ...GPU, uuid: 'GPU-2', name: 'NVIDIA L4' });
  assert.equal(other.met, '');
  assert.match(other.host, /GPU-2.*NVIDIA L4/);
});

test('ckpt host FILE: the script asks for the files that decide', async () => {
  const { host: command } = await import('../../../wasm/cli/host.js');
  const path = new URL('../../data/restores/001-base-plain.tar.zst', import.meta.url).pathname;
  let text = '';
  const context = {
    operands: [path],
    switches: new Set(),
    values: new Map(),
    stdout: { write: (part) => (text += part), flush: async () => {} },
    core: async () => core,
    fail: (message) => new Error(message),
  };
  await command.run(context);
  assert.match(text, /^set -- "\$@" '\/srv\/fx\/r' '\/srv\/fx\/r\/tk'$/m);
  assert.equal(spawnSync('sh', ['-n'], { input: text }).status, 0);
});
