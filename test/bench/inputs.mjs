// SPDX-License-Identifier: Apache-2.0
// The files that the benchmarks read, made here: content as engines write it, in several sizes.
// node test/bench/inputs.mjs DIR writes them there, with a list.tsv (kind, file, name) for the C one.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** A generator of numbers that gives the same ones in each run. @param {number} seed */
function random(seed) {
  return () => {
    seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0;
    return seed / 2 ** 32;
  };
}

const hex = (/** @type {() => number} */ next, /** @type {number} */ length) =>
  Array.from({ length }, () => Math.floor(next() * 16).toString(16)).join('');

const SYSCALLS = [
  'accept',
  'bind',
  'clone3',
  'epoll_wait',
  'futex',
  'getpid',
  'io_uring_enter',
  'mmap',
  'openat2',
  'read',
];

/** An OCI runtime spec of about `size` bytes. @param {number} size */
function spec(size) {
  const next = random(size);
  /** @type {any} */
  const value = {
    ociVersion: '1.0.2-dev',
    process: {
      user: { uid: 0, gid: 0 },
      args: ['sh', '-c', 'while true; do sleep 1; done'],
      env: ['PATH=/usr/bin:/bin'],
      cwd: '/',
    },
    root: { path: '/var/lib/containers/storage/overlay/4f2c/merged' },
    hostname: hex(next, 12),
    annotations: { 'io.container.manager': 'libpod' },
    linux: { cgroupsPath: `machine.slice:libpod:${hex(next, 24)}` },
  };
  if (size > 1000) {
    value.linux.resources = {
      memory: { limit: 536870912, swap: 1073741824 },
      cpu: { shares: 512, quota: 50000, period: 100000 },
      pids: { limit: 2048 },
    };
    value.linux.namespaces = ['pid', 'network', 'ipc', 'uts', 'mount'].map((type) => ({ type }));
    value.mounts = [];
    value.linux.seccomp = {
      defaultAction: 'SCMP_ACT_ERRNO',
      defaultErrnoRet: 38,
      architectures: ['SCMP_ARCH_X86_64'],
      syscalls: [],
    };
    for (let i = 0; JSON.stringify(value).length < size; i++) {
      value.process.env.push(`SETTING_${i}=${hex(next, 20)}`);
      value.mounts.push({
        destination: `/data/${i}`,
        type: 'bind',
        source: `/srv/volumes/${hex(next, 16)}`,
        options: ['rbind', 'rprivate', 'ro'],
      });
      value.annotations[`com.example.key.${i}`] = hex(next, 30);
      value.linux.seccomp.syscalls.push({
        names: SYSCALLS.slice(i % 5),
        action: 'SCMP_ACT_ALLOW',
        args: [{ index: 0, value: i, op: 'SCMP_CMP_EQ' }],
      });
    }
  }
  return value;
}

function config() {
  const next = random(1);
  return {
    id: hex(next, 64),
    name: 'web',
    rootfsImage: 'docker.io/library/nginx:1.27',
    rootfsImageRef: hex(next, 64),
    rootfsImageName: 'docker.io/library/nginx:1.27',
    runtime: 'crun',
    createdTime: '2026-03-13T21:40:02.123456789Z',
    checkpointedTime: '2026-03-13T21:43:06.5Z',
    restoredTime: '0001-01-01T00:00:00Z',
    restored: false,
  };
}

const status =
  '{"Version":"v1","Pid":21746,"CreatedAt":1774934172123456789,"StartedAt":1774934172323456789,"FinishedAt":0,"ExitCode":0,' +
  '"Reason":"","Message":"","Resources":{"linux":{"cpu_period":100000,"cpu_shares":102,"memory_limit_in_bytes":268435456}},"Restore":false}';

/** @param {number} count */
function deleted(count) {
  const next = random(count);
  return Array.from(
    { length: count },
    (_, i) => `/var/cache/app/${hex(next, 2)}/${hex(next, 8)}-${i}.tmp`,
  );
}

const json = (/** @type {any} */ value, /** @type {number} */ indent = 0) =>
  new TextEncoder().encode(JSON.stringify(value, null, indent));

/** Name, kind and bytes of every input. */
export const inputs = [
  { name: 'spec.dump 0.4 KB', kind: 'spec.dump', bytes: json(spec(400)) },
  { name: 'spec.dump 10 KB', kind: 'spec.dump', bytes: json(spec(5500), 2) },
  { name: 'spec.dump 90 KB', kind: 'spec.dump', bytes: json(spec(52000), 2) },
  { name: 'config.dump', kind: 'config.dump', bytes: json(config(), 2) },
  { name: 'status', kind: 'status', bytes: new TextEncoder().encode(status) },
  { name: 'deleted.files 10', kind: 'deleted.files', bytes: json(deleted(10), 2) },
  { name: 'deleted.files 10 k', kind: 'deleted.files', bytes: json(deleted(10_000), 2) },
  { name: 'deleted.files 200 k', kind: 'deleted.files', bytes: json(deleted(200_000), 2) },
];

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const directory = process.argv[2];
  mkdirSync(directory, { recursive: true });
  const lines = inputs.map(({ name, kind, bytes }) => {
    const file = `${name.replaceAll(' ', '-')}.json`;
    writeFileSync(join(directory, file), bytes);
    return `${kind}\t${file}\t${name}\n`;
  });
  writeFileSync(join(directory, 'list.tsv'), lines.join(''));
}
