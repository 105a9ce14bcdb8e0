// SPDX-License-Identifier: Apache-2.0
// What is in namespaces, against what ip(8) and /proc said when the processes were frozen (namespaces.json); what
// is damaged there; and the files of a tmpfs.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { openCheckpoint } from '../../../wasm/api/node.js';
import { ckpt as run, data } from '../lib/cli-run.mjs';
import { filesOf } from '../lib/mutations.mjs';
import { tar } from '../lib/tar.mjs';

const archive = join(data, 'criu/namespaces.tar.zst');
const truth = JSON.parse(readFileSync(join(data, 'criu/namespaces.json'), 'utf8'));
const files = await filesOf(archive);

/** The namespaces of a dump, by type, and its gaps. @param {typeof files} members */
async function namespacesOf(members) {
  const checkpoint = await openCheckpoint(tar(...members));
  const dump = await checkpoint.dump();
  const byType = Object.fromEntries(dump.namespaces().map((one) => [one.type, one]));
  const gaps = dump.gaps.filter(({ member }) => !/\/mm-/.test(member)); // not in the sample
  dump.close();
  await checkpoint.close();
  return { byType, gaps };
}
const { byType, gaps } = await namespacesOf(files);

test('network devices and their addresses', () => {
  const { devices } = byType.net.network;
  const name = (/** @type {number | null} */ index) =>
    devices.find((/** @type {any} */ one) => one.index === index)?.name ?? null;
  assert.deepEqual(
    devices.map((/** @type {any} */ one) => ({
      ...{ ifindex: one.index, ifname: one.name, mtu: one.mtu },
      // ip shows RUNNING only where it is missing, as NO-CARRIER.
      flags: one.flags.filter((/** @type {string} */ flag) => flag !== 'RUNNING').sort(),
      address: one.address,
      ...{ master: name(one.master), link: name(one.link) },
      addr_info: one.addresses.map(
        (/** @type {any} */ { address, prefix, family, scope, label }) => ({
          ...{ family, local: address, prefixlen: prefix, scope, label },
        }),
      ),
    })),
    truth.addr.map((/** @type {any} */ one) => ({
      ...one,
      flags: one.flags.sort(),
      address: /^00:/.test(one.address) ? null : one.address, // CRIU stores none
    })),
  );
  assert.deepEqual(
    devices.map(({ type }) => type),
    ['loopback', 'bridge', 'veth', 'veth', 'macvlan', 'tun', 'tun'],
  );
});

test('routes', () => {
  assert.deepEqual(
    byType.net.network.routes.map((/** @type {any} */ one) => [
      ...[one.type, one.destination, one.gateway, one.device, one.source, one.protocol],
    ]),
    truth.route.map((/** @type {any} */ one) => [
      ...[
        one.type ?? 'unicast',
        one.dst,
        one.gateway,
        one.dev,
        one.prefsrc,
        one.protocol ?? 'boot',
      ],
    ]),
  );
});

test('System V objects, host name, clocks', () => {
  const { semaphores, queues, segments, limits } = byType.ipc.ipc;
  assert.deepEqual(
    semaphores.map(({ id, values }) => [id, values]),
    [[0, [1, 32500, 7]]],
  );
  assert.deepEqual(
    queues.map(({ id, key, messages, bytes }) => [id, key, messages, bytes]),
    [[0, 0x46580003, 2, 25n]],
  );
  assert.deepEqual(
    segments.map(({ id, mode, size }) => [id, mode, size]),
    [
      [0, 0o640, 20000n],
      [1, 0o600, 4096n],
    ],
  );
  assert.equal(limits.find(({ name }) => name === 'kernel.msgmax')?.value, 8192n);
  assert.deepEqual(byType.uts.names, { nodename: 'fxns-host', domainname: 'fxns.domain' });
  // The clocks were set 100000 and 200000 s ahead.
  const { monotonic, boottime } = byType.time.clocks;
  assert.equal((boottime - monotonic) / 10n ** 9n, 100000n);
  assert.equal(byType.mnt.mounts, 8);
  assert.deepEqual([byType.user.shared, byType.user.idMaps], [true, null]);
  assert.deepEqual(byType.pid.processes, [1, 35]);
  assert.deepEqual(gaps, []);
});

test('id maps of a user namespace', async () => {
  const checkpoint = await openCheckpoint(join(data, 'dumps/podman-userns/podman-userns.tar.zst'));
  const dump = await checkpoint.dump();
  const user = dump.namespaces().find(({ type }) => type === 'user');
  const range = (/** @type {number} */ outside) => [{ inside: 0, outside, count: 5000 }];
  assert.deepEqual(user?.idMaps, { uid: range(100000), gid: range(200000) });
  dump.close();
  await checkpoint.close();
});

/** Damage, what is told then, and the gap. @type {[string, string, (bytes: Buffer) => Uint8Array, (told: any) => unknown, unknown, [string, number | null]][]} */
const DAMAGE = [
  [
    'addresses that end early',
    'ifaddr-10.img',
    (bytes) => bytes.subarray(0, bytes.length - 10),
    ({ net }) => net.network.devices.at(3).addresses.length,
    0,
    ['a message does not fit into the file', 8],
  ],
  [
    'routes of another program',
    'route-10.img',
    (bytes) => Buffer.concat([Buffer.alloc(4), bytes.subarray(4)]),
    ({ net }) => net.network.routes.filter((/** @type {any} */ one) => one.family === 'inet'),
    [],
    ['it does not begin as what ip saves does', null],
  ],
  [
    'a host name that is no image',
    'utsns-12.img',
    () => Buffer.from('nothing of the kind'),
    ({ uts }) => uts.names,
    null,
    ['it does not begin as an image of CRIU does', null],
  ],
  [
    'semaphores without their values',
    'ipcns-sem-11.img',
    (bytes) => bytes.subarray(0, bytes.length - 8),
    ({ ipc }) => ipc.ipc.semaphores,
    [],
    ['it ends within the data of an entry', 0],
  ],
];
for (const [what, name, damage, look, expected, [message, entry]] of DAMAGE)
  test(`damage: ${what}`, async () => {
    const member = `checkpoint/${name}`;
    const bytes = Buffer.from(/** @type {Uint8Array} */ (files.get(member)));
    const told = await namespacesOf(new Map(files).set(member, damage(bytes)));
    assert.deepEqual(look(told.byType), expected);
    assert.ok(
      told.gaps.some(
        (gap) => gap.member === member && gap.entry === entry && gap.message === message,
      ),
      JSON.stringify(told.gaps),
    );
  });

test('ckpt ns', async () => {
  const { stdout } = await run(['ns', archive]);
  for (const line of [
    '├─ v0                       veth up mtu 1500 ca:cf:3f:74:17:69 master br0 link v1 fe80::c8cf:3fff:fe74:1769/64',
    '├─ 192.0.2.0/24             via 10.77.0.9 dev br0',
    'ipc 11                   2  1 semaphore set, 1 message queue, 2 shared memory segments',
    '├─ msg 0                    key 0x46580003 mode 0600 uid 0 gid 0 2 messages, 25 of 16384 bytes',
    'uts 12                   2  host name fxns-host, domain fxns.domain',
    'user 7                   2  that of the host',
    'time 13                  2  monotonic 103385.861 s, boottime 203385.861 s',
  ])
    assert.ok(stdout.includes(`${line}\n`), line);
  const json = JSON.parse((await run(['ns', '--type', 'uts', '--json', archive])).stdout);
  assert.deepEqual(
    json.namespaces.map((/** @type {any} */ one) => [one.type, one.names.nodename]),
    [['uts', 'fxns-host']],
  );
});

test('the files of a tmpfs are those of an archive inside', async () => {
  const member = 'checkpoint/tmpfs-dev-44.tar.gz.img';
  const listed = await run(['ls', `${archive}!${member}`]);
  assert.deepEqual([listed.code, listed.stdout], [0, './\ninner.txt\n']);
  for (const args of [[`${archive}!${member}!inner.txt`], [archive, `${member}!./inner.txt`]]) {
    const { code, stdout } = await run(['cat', ...args]);
    assert.deepEqual([code, stdout], [0, 'FXMARK_inner\n']);
  }
  const none = await run(['cat', `${archive}!${member}!nothing`]);
  assert.equal(none.stderr, `ckpt: ${archive}!${member}: there is no member "nothing"\n`);
  assert.equal(none.code, 1);
  const missing = await run(['cat', archive]);
  assert.match(missing.stderr, /^ckpt: MEMBER is missing\n/);
  assert.equal(missing.code, 2);
  const checkpoint = await openCheckpoint(archive);
  const bytes = await checkpoint.read('inner.txt', { inside: member });
  assert.equal(Buffer.from(bytes).toString(), 'FXMARK_inner\n');
  const { members } = await checkpoint.list(member);
  assert.deepEqual(
    Array.from(members, ({ name }) => name),
    ['', 'inner.txt'],
  );
  await checkpoint.close();
});
