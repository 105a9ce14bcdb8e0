// SPDX-License-Identifier: Apache-2.0
// Rules about side files, file system data, images of CRIU, OCI images and pods, beyond their samples.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { load, openCheckpoint } from '../../../wasm/api/node.js';
import { reportOn } from '../lib/samples.mjs';

const core = await load();
const AREAS = /^CKP(3(?!12|14)|4(?!10)|5|90[0-7])/;

const set = (file, values, base = 'containerd') => ({ base, set: { [file]: values } });
const unset = (file, pointer, base = 'containerd') => ({ base, unset: { [file]: [pointer] } });
const put = (name, text, base = 'podman') => ({ base, replace: [{ name, text }] });
const bytes = (name, hex, base = 'podman') => ({
  base,
  replace: [{ name, base64: Buffer.from(hex, 'hex').toString('base64'), mode: 0o644 }],
});
const drop = (base, ...names) => ({ base, drop: names });

const network = (value) => put('network.status', JSON.stringify(value));
const subnet = (fields) => network({ n: { interfaces: { eth0: { subnets: [fields] } } } });
const NET = '/n/interfaces/eth0';

const diff = (...list) => ({ inner: { 'rootfs-diff.tar': list } });
const deleted = (...paths) => put('deleted.files', JSON.stringify(paths));

/** A message of protocol buffers: fields of varints below 128 or of bytes in hex. */
const message = (...fields) =>
  fields
    .map(([number, value]) => {
      const hex = (n) => n.toString(16).padStart(2, '0');
      return typeof value === 'number'
        ? hex(number * 8) + hex(value)
        : hex(number * 8 + 2) + hex(value.length / 2) + value;
    })
    .join('');
const entry = (hex) => {
  const length = Buffer.alloc(4);
  length.writeUInt32LE(hex.length / 2);
  return length.toString('hex') + hex;
};
/** With the fields that CRIU demands of every inventory: root_ids and ns_per_id. */
const inventory = (...fields) =>
  bytes(
    'checkpoint/inventory.img',
    `16313158${entry(message(...fields, [3, '08011001180120015007'], [4, 1]))}`,
  );
const process = (pid, ppid, ...threads) =>
  entry(message([1, pid], [2, ppid], [3, 1], [4, 1], ...threads.map((thread) => [5, thread])));
const tree = (...entries) => bytes('checkpoint/pstree.img', `1943565430302750${entries.join('')}`);

const image = (base, options, more) => ({ base, image: options, ...more });
const CRIU = 'org.criu.checkpoint.';
const PODMAN = 'io.podman.annotations.checkpoint.';
const CRIO = 'io.kubernetes.cri-o.annotations.checkpoint.';
const RUNTIME = { [`${PODMAN}runtime.name`]: 'runc' };
const NAME = { [`${CRIU}container.name`]: 'count-up' };

const ID = 'ab'.repeat(32);
// Of what containers/web.tar holds: 1024 zero bytes.
const SUM = '5f70bf18a086007016e948b04aed3b82103a36bea41755b6cddfaf10ace3c6ef';
const WEB = { name: 'web', id: ID, archive: 'containers/web.tar', sha256: SUM };
const pod = (fields, ...containers) => ({
  base: 'none',
  add: [
    {
      name: 'checkpoint-manifest.json',
      text: JSON.stringify({ version: 1, runtime: 'cri-o', containers, ...fields }),
    },
    { name: 'containers/web.tar', size: 1024 },
  ],
});
const options = (value) => ({
  base: 'none',
  add: [
    { name: 'pod.options', text: typeof value === 'string' ? value : JSON.stringify(value) },
    { name: 'web-1/config.dump', text: '{}' },
  ],
});

// [name, side, findings of these areas as "id severity pointer-or-member"]
const CASES = {
  'network.status': [
    ['null', network(null), []],
    ['no networks', network({}), []],
    ['no addresses', network({ n: { interfaces: { eth0: {} } } }), []],
    ['no gateway', subnet({ ipnet: '10.88.0.9/16' }), []],
    ['empty gateway', subnet({ ipnet: '10.88.0.9/16', gateway: '' }), []],
    ['IPv6', subnet({ ipnet: 'fd00::9/64', gateway: 'fd00::1' }), []],
    ['link-local gateway', subnet({ ipnet: 'fd00::9/64', gateway: 'fe80::1' }), []],
    ['one address', subnet({ ipnet: '10.88.0.9/32', gateway: '10.0.0.1' }), []],
    ['no prefix', subnet({ ipnet: '10.88.0.9' }), [`CKP301 warning ${NET}/subnets/0/ipnet`]],
    ['no ipnet', subnet({ gateway: '10.88.0.1' }), [`CKP301 warning ${NET}/subnets/0`]],
    ['network', subnet({ ipnet: '10.88.0.0/16' }), [`CKP301 warning ${NET}/subnets/0/ipnet`]],
    [
      'gateway of no kind',
      subnet({ ipnet: '10.88.0.9/16', gateway: 'x' }),
      [`CKP301 warning ${NET}/subnets/0/gateway`],
    ],
    [
      'gateway of the other family',
      subnet({ ipnet: '10.88.0.9/16', gateway: 'fd00::1' }),
      [`CKP301 warning ${NET}/subnets/0/gateway`],
    ],
    [
      'five bytes',
      network({ n: { interfaces: { eth0: { mac_address: 'f2:99:9a:10:2b' } } } }),
      [`CKP301 warning ${NET}/mac_address`],
    ],
    ['no interface', network({ n: { interfaces: {} } }), ['CKP301 warning /n/interfaces']],
    ['no interfaces', network({ n: {} }), ['CKP301 warning /n']],
    [
      'name server',
      network({ n: { interfaces: { e: {} }, dns_server_ips: ['1.1.1.1', 'dns'] } }),
      ['CKP301 warning /n/dns_server_ips/1'],
    ],
    ['array', network([]), ['CKP302 warning ']],
    ['not JSON', put('network.status', '{'), ['CKP302 warning ']],
    ['missing, without a network of its own', drop('podman', 'network.status'), []],
  ],
  'status, status.dump': [
    ['not JSON', put('status', '{', 'containerd'), ['CKP304 error ']],
    ['array', put('status', '[]', 'containerd'), ['CKP304 error ']],
    ['no version', set('status', { '/Version': undefined }), ['CKP304 error ']],
    ['time that is text', set('status', { '/CreatedAt': 'x' }), ['CKP304 error /CreatedAt']],
    [
      'two wrong times',
      set('status', { '/CreatedAt': 1.5, '/FinishedAt': [] }),
      ['CKP304 error /CreatedAt', 'CKP304 error /FinishedAt'],
    ],
    [
      'not started',
      set('status', { '/StartedAt': 0 }),
      ['CKP305 warning /StartedAt', 'CKP307 warning /started_at'],
    ],
    [
      'finished',
      put('status', statusOf({ FinishedAt: '1773437409000000000' }), 'containerd'),
      ['CKP305 warning /FinishedAt'],
    ],
    ['no process', set('status', { '/Pid': 0 }), ['CKP305 warning /Pid']],
    [
      'started first',
      put('status', statusOf({ StartedAt: '1773437400100000000' }), 'containerd'),
      ['CKP305 warning /StartedAt', 'CKP307 warning /started_at'],
    ],
    ['exit code', set('status', { '/ExitCode': 256 }), ['CKP306 warning /ExitCode']],
    ['another id', set('status.dump', { '/id': ID }), ['CKP307 warning /id']],
    ['another image', set('status.dump', { '/image_ref': 'a@b' }), ['CKP307 warning /image_ref']],
    ['four seconds', set('config.dump', { '/createdTime': '2026-03-13T21:29:56Z' }), []],
    [
      'ten seconds',
      set('config.dump', { '/createdTime': '2026-03-13T21:29:50Z' }),
      ['CKP307 warning /CreatedAt'],
    ],
    ['dump is not JSON', put('status.dump', '{', 'containerd'), ['CKP303 error ']],
    ['dump is a list', put('status.dump', '[]', 'containerd'), ['CKP303 error ']],
    ['created', unset('status.dump', '/state'), ['CKP308 warning ']],
    ['state by name', set('status.dump', { '/state': 'running' }), ['CKP308 warning /state']],
    ['none in CRI-O', drop('cri-o', 'ctr.log'), []],
  ],
  'bind.mounts': [
    ['not JSON', put('bind.mounts', '[', 'cri-o'), ['CKP309 error /0']],
    ['object', put('bind.mounts', '{}', 'cri-o'), ['CKP309 error ']],
    ['null', put('bind.mounts', 'null', 'cri-o'), []],
    ['no object', put('bind.mounts', '[1]', 'cri-o'), ['CKP309 error /0']],
    [
      'type',
      set('bind.mounts', { '/1/file_type': 'socket' }, 'cri-o'),
      ['CKP309 error /1/file_type'],
    ],
    ['no type', unset('bind.mounts', '/1/file_type', 'cri-o'), ['CKP309 error /1']],
    [
      'permissions',
      set('bind.mounts', { '/1/permissions': 512 }, 'cri-o'),
      ['CKP309 error /1/permissions'],
    ],
    ['relative', set('bind.mounts', { '/1/source': 'etc' }, 'cri-o'), ['CKP309 error /1/source']],
    [
      'dots',
      set('bind.mounts', { '/1/destination': '/etc/../root' }, 'cri-o'),
      ['CKP309 error /1/destination', 'CKP310 error /1/destination'],
    ],
    [
      'no bind mount',
      set('bind.mounts', { '/1/destination': '/proc' }, 'cri-o'),
      ['CKP310 error /1/destination'],
    ],
  ],
  'descriptors.json, dump.log': [
    [
      'missing',
      drop('podman', 'checkpoint/descriptors.json'),
      ['CKP311 error checkpoint/descriptors.json'],
    ],
    ['not JSON', put('checkpoint/descriptors.json', 'x'), ['CKP311 error ']],
    ['object', put('checkpoint/descriptors.json', '{}'), ['CKP311 error ']],
    ['number', put('checkpoint/descriptors.json', '["",1,""]'), ['CKP311 error /1']],
    ['four', put('checkpoint/descriptors.json', '["","","",""]'), ['CKP311 warning ']],
    ['empty log', put('dump.log', '', 'cri-o'), ['CKP313 warning dump.log']],
    ['cut log', put('dump.log', '(00.1) Dumping cgroups', 'cri-o'), ['CKP313 warning ']],
    ['log of a pre-dump', put('dump.log', '(0.1) Pre-dumping finished successfully\n'), []],
  ],
  'archives of files': [
    ['absolute', diff({ name: '/etc/x' }), ['CKP400 error rootfs-diff.tar!etc/x']],
    [
      'hard link outside',
      diff({ name: 'x', type: 'hardlink', link: '../x' }),
      ['CKP400 error rootfs-diff.tar!x'],
    ],
    [
      'behind a link',
      diff({ name: 'a', type: 'symlink', link: '/etc' }, { name: 'a/b/c' }),
      ['CKP400 error rootfs-diff.tar!a/b/c'],
    ],
    ['links', diff({ name: 'a', type: 'symlink', link: 'b' }, { name: 'b/c' }, { name: 'ab' }), []],
    [
      'volume',
      { inner: { 'volumes/v.tar': [{ name: '../x' }] }, set: {} },
      ['CKP400 error volumes/v.tar!../x', 'CKP408 info volumes/v.tar'],
    ],
    [
      '/dev/shm',
      { inner: { 'devshm-checkpoint.tar': [{ name: '../x' }] } },
      ['CKP400 error devshm-checkpoint.tar!../x'],
    ],
    ['no tar', put('rootfs-diff.tar', 'x'.repeat(600)), ['CKP400 error rootfs-diff.tar']],
    ['empty', put('rootfs-diff.tar', ''), []],
    ['plain', { base: 'containerd', ...diff({ name: 'x' }) }, ['CKP401 warning rootfs-diff.tar']],
    [
      'opaque',
      { base: 'cri-o', drop: ['deleted.files'], ...diff({ name: 'a/.wh..wh..opq' }) },
      ['CKP402 warning rootfs-diff.tar!a/.wh..wh..opq'],
    ],
    ['containerd', put('deleted.files', '[]', 'containerd'), ['CKP402 warning deleted.files']],
  ],
  'deleted.files': [
    ['clean', deleted('/a', '/a/b.', '/.a', '/a/..b', '/a b'), []],
    ['null', put('deleted.files', 'null'), []],
    ['root', deleted('/'), ['CKP403 error /0']],
    ['relative', deleted('a'), ['CKP403 error /0']],
    ['empty', deleted(''), ['CKP403 error /0']],
    // It is the root directory, which every process has open.
    ['dots', deleted('/a/..'), ['CKP403 error /0', ...Array(4).fill('CKP406 error deleted.files')]],
    [
      'not clean',
      deleted('/a//b', '/a/', '/a/./b', '/a/.'),
      [...['CKP403 error /0', 'CKP403 error /1', 'CKP403 error /2', 'CKP403 error /3']],
    ],
    ['NUL', deleted('/a\u0000b'), ['CKP403 error /0']],
    [
      'the file',
      { ...deleted('/a/b', '/a/bc'), inner: { 'rootfs-diff.tar': [{ name: 'a/b' }] } },
      ['CKP404 warning /0'],
    ],
  ],
  'volumes, /dev/shm': [
    [
      'none has its archive',
      set('config.dump', { '/namedVolumes': [{ volumeName: 'v', dest: '/v' }] }, 'podman'),
      ['CKP412 info /namedVolumes/0/volumeName'],
    ],
    [
      'memory of the host',
      {
        drop: ['devshm-checkpoint.tar'],
        set: { 'config.dump': { '/ShmDir': '/other' } },
      },
      [],
    ],
  ],
  'images of CRIU': [
    ['no tree', drop('podman', 'checkpoint/pstree.img'), ['CKP500 error checkpoint/pstree.img']],
    ['version 0', inventory([1, 0], [2, 1]), ['CKP501 error checkpoint/inventory.img']],
    ['version 1', inventory([1, 1], [2, 1]), []],
    ['descriptors', inventory([1, 2]), ['CKP501 error checkpoint/inventory.img']],
    ['cgroups', inventory([1, 2], [2, 1], [5, 0]), ['CKP501 error checkpoint/inventory.img']],
    ['no version', inventory([2, 1]), ['CKP503 error checkpoint/inventory.img']],
    ['field 0', inventory([1, 2], [0, 1]), ['CKP503 error checkpoint/inventory.img']],
    [
      'no entry',
      bytes('checkpoint/inventory.img', '16313158'),
      ['CKP503 error checkpoint/inventory.img'],
    ],
    ['empty', bytes('checkpoint/inventory.img', ''), ['CKP503 error checkpoint/inventory.img']],
    [
      'magic',
      bytes('checkpoint/inventory.img', '00000000'),
      ['CKP502 error checkpoint/inventory.img'],
    ],
    [
      'more',
      bytes(
        'checkpoint/inventory.img',
        `16313158${entry('080210011a0a080110011801200150072001')}00`,
      ),
      ['CKP503 warning checkpoint/inventory.img'],
    ],
    [
      'plugins',
      inventory([1, 2], [2, 1], [12, message([12, '6131'])]),
      ['CKP520 warning checkpoint/inventory.img'],
    ],
    [
      'graphics',
      { add: [{ name: 'checkpoint/amdgpu-kfd-0.img', mode: 0o644 }] },
      ['CKP520 warning checkpoint/amdgpu-kfd-0.img'],
    ],
    ['statistics', bytes('stats-dump', '4059105506330957'), ['CKP503 warning stats-dump']],
    ['other statistics', bytes('stats-dump', '4059105500000000'), ['CKP502 warning stats-dump']],
    [
      'big-endian',
      bytes('checkpoint/inventory.img', '5831311600000012080210011a0a080110011801200150072001'),
      [],
    ],
    ['tree', tree(process(1, 0, 1), process(8, 1, 8)), []],
    [
      'packed',
      tree(entry(message([1, 1], [2, 0], [3, 1], [4, 1], [5, '0108']))),
      ['CKP511 info checkpoint/pages-2.img', 'CKP515 warning stats-dump'],
    ],
    ['dead', tree(process(1, 0, 1), process(8, 1, 0)), []],
    [
      'dead, with some of its images',
      { ...tree(process(1, 0, 1), process(8, 1, 0)), drop: ['checkpoint/ids-8.img'] },
      [],
    ],
    [
      'nobody',
      tree(),
      [
        'CKP504 error checkpoint/pstree.img',
        'CKP511 info checkpoint/pages-1.img',
        'CKP511 info checkpoint/pages-2.img',
      ],
    ],
    ['two roots', tree(process(1, 0, 1), process(8, 0, 8)), ['CKP504 error checkpoint/pstree.img']],
    [
      'no root',
      tree(process(1, 8, 1)),
      [
        'CKP504 error checkpoint/pstree.img',
        'CKP504 error checkpoint/pstree.img',
        'CKP511 info checkpoint/pages-2.img',
      ],
    ],
    [
      'twice',
      tree(process(1, 0, 1), process(1, 1, 1)),
      ['CKP504 error checkpoint/pstree.img', 'CKP511 info checkpoint/pages-2.img'],
    ],
    [
      'no threads',
      tree(process(1, 0)),
      ['CKP504 error checkpoint/pstree.img', 'CKP511 info checkpoint/pages-2.img'],
    ],
    [
      'other thread',
      tree(process(1, 0, 8)),
      [
        'CKP504 error checkpoint/pstree.img',
        'CKP511 info checkpoint/pages-2.img',
        'CKP515 warning stats-dump',
      ],
    ],
    [
      'lacks',
      tree(entry(message([1, 1]))),
      [
        'CKP503 error checkpoint/pstree.img',
        'CKP511 info checkpoint/pages-1.img',
        'CKP511 info checkpoint/pages-2.img',
      ],
    ],
    [
      'thread',
      tree(process(1, 0, 1, 9)),
      ['CKP505 error checkpoint/core-9.img', 'CKP511 info checkpoint/pages-2.img'],
    ],
    [
      'dead, no state',
      tree(process(1, 0, 1), process(9, 1, 0)),
      ['CKP505 error checkpoint/core-9.img', 'CKP511 info checkpoint/pages-2.img'],
    ],
    [
      'ended',
      drop('podman', ...['ids', 'mm', 'pagemap', 'fs'].map((n) => `checkpoint/${n}-8.img`)),
      ['CKP511 info checkpoint/pages-2.img', 'CKP515 warning stats-dump'],
    ],
    [
      'nothing of it',
      drop('podman', ...['core', 'ids', 'mm', 'pagemap', 'fs'].map((n) => `checkpoint/${n}-8.img`)),
      [
        'CKP505 error checkpoint/core-8.img',
        'CKP511 info checkpoint/pages-2.img',
        'CKP515 warning stats-dump',
      ],
    ],
    [
      'files',
      drop('podman', 'checkpoint/ids-1.img', 'checkpoint/fs-8.img'),
      ['CKP506 error checkpoint/fs-8.img', 'CKP506 error checkpoint/ids-1.img'],
    ],
    ['cut archive', { drop: ['checkpoint/core-8.img'], archive: { cut: 5000 } }, []],
  ],
  images: [
    ['containerd, nowhere', image('containerd', {}), ['CKP900 error ']],
    ['containerd, in an index between', image('containerd', { nested: NAME }), []],
    [
      'CRI-O, empty',
      image('cri-o', { manifest: { [`${CRIO}name`]: '' } }),
      ['CKP901 error /annotations', `CKP904 warning /annotations/${CRIO}name`],
    ],
    [
      'Podman, of checkpointctl',
      image('podman', { manifest: { [`${CRIU}engine.name`]: 'Podman' } }),
      ['CKP902 error /annotations'],
    ],
    [
      'name',
      image('podman', { manifest: { ...RUNTIME, [`${PODMAN}name`]: 'x' } }),
      [`CKP903 warning /annotations/${PODMAN}name`],
    ],
    [
      'version',
      image('podman', { manifest: { ...RUNTIME, [`${PODMAN}criu.version`]: '4.2' } }),
      [`CKP904 warning /annotations/${PODMAN}criu.version`],
    ],
    ['no pod', image('podman', { manifest: { ...RUNTIME, [`${CRIU}pod.name`]: '' } }), []],
    [
      'no text',
      image('podman', { manifest: { ...RUNTIME, [`${CRIU}cgroup.version`]: 2 } }),
      [`CKP904 warning /annotations/${CRIU}cgroup.version`],
    ],
    ['no checkpoint', image('none', {}, { add: [{ name: 'etc/passwd' }] }), []],
  ],
  pods: [
    ['pod.options is a list', options('[]'), ['CKP906 error ']],
    ['no version', options({ containers: { web: 'web-1' } }), ['CKP906 error ']],
    ['no containers', options({ version: 1, containers: {} }), ['CKP906 error /containers']],
    [
      'no directory',
      options({ version: 1, containers: { web: 'x' } }),
      ['CKP906 error /containers/web'],
    ],
    [
      'outside',
      options({ version: 1, containers: { web: '../x' } }),
      ['CKP906 error /containers/web'],
    ],
    ['version 3', pod({ version: 3 }, WEB), ['CKP907 error /version']],
    ['runtime', pod({ runtime: 'docker' }, WEB), ['CKP907 error /runtime']],
    ['containerd', pod({ version: 2, runtime: undefined }, { ...WEB, sha256: undefined }), []],
    ['containers', pod({ containers: {} }), ['CKP907 error /containers']],
    ['same id', pod({}, WEB, { ...WEB, name: 'db' }), ['CKP907 error /containers/1/id']],
    ['sum', pod({}, { ...WEB, sha256: SUM.toUpperCase() }), ['CKP907 error /containers/0/sha256']],
    ['no sum', pod({}, { ...WEB, sha256: undefined }), ['CKP907 error /containers/0']],
    ['missing', pod({}, { ...WEB, archive: 'db.tar' }), ['CKP907 error /containers/0/archive']],
    [
      'partial',
      pod({}, { ...WEB, archive: 'web.tar.partial' }),
      ['CKP907 error /containers/0/archive'],
    ],
    ['number', pod({}, 1), ['CKP907 error /containers/0']],
    ['absolute', pod({}, { ...WEB, config: '/etc/shadow' }), ['CKP907 error /containers/0/config']],
    [
      'left over',
      { base: 'none', add: [...pod({}, WEB).add, { name: 'containers/x.partial' }] },
      ['CKP907 error containers/x.partial'],
    ],
  ],
};

/** status of the recorded checkpoint, with other numbers, which JavaScript would round. */
function statusOf(values) {
  const all = {
    CreatedAt: '1773437400123456789',
    StartedAt: '1773437400535802467',
    FinishedAt: '0',
    ...values,
  };
  const times = Object.entries(all).map(([key, value]) => `"${key}":${value}`);
  return `{"Version":"v1","Pid":40211,"ExitCode":0,${times.join(',')}}`;
}

for (const [group, cases] of Object.entries(CASES))
  for (const [name, side, expected] of cases)
    test(`${group}: ${name}`, async () => {
      const { findings } = await reportOn(core, side);
      const found = findings
        .filter(({ id }) => AREAS.test(id) && id !== 'CKP514') // that is said of every dump
        .map(
          ({ id, severity, member, pointer, line }) =>
            `${id} ${severity} ${pointer || (line === null ? member : '')}`,
        );
      assert.deepEqual(found.sort(), [...expected].sort(), JSON.stringify(findings, null, 1));
    });

test('the ends of a long log are looked at', async () => {
  const lines = '(00.1) a line\n'.repeat(10000);
  const head = '(00.0) Version: 4.1 (gitid 0)\n(00.0) Running on h Linux 6.1.0 #1 SMP aarch64\n';
  const log = (end) => put('dump.log', `${head}${lines}${end}`, 'cri-o');
  const good = await reportOn(core, log('(1.0) Dumping finished successfully\n'));
  assert.equal(
    good.findings.find(({ id }) => id === 'CKP314').message,
    'Dumped by CRIU 4.1 on Linux 6.1.0, aarch64.',
  );
  assert.ok(!good.findings.some(({ id }) => id === 'CKP313'));
  const bad = await reportOn(core, log('(1.0) Error (criu/x.c:1): no\n'));
  const { message: said, line } = bad.findings.find(({ id }) => id === 'CKP313');
  assert.match(said, /^The dump failed: "no"\. It ends with "Error \(criu\/x.c:1\): no"/);
  assert.equal(line, null); // where it stands in the whole is not known
});

test('what only a target asks for', async () => {
  const side = { ...image('podman', {}), unset: {} };
  const { findings, targets } = await reportOn(core, side, { targets: ['cri-o', 'containerd'] });
  assert.ok(!findings.some(({ id }) => id === 'CKP901' || id === 'CKP900'));
  assert.deepEqual(
    targets.map(({ verdict }) => verdict),
    ['fails', 'fails'],
  );
});

test('a million paths to delete, of which each is restored, are counted in linear time', async () => {
  const paths = Array.from({ length: 200000 }, (_, i) => `/d/${i}`);
  const side = {
    ...put('deleted.files', JSON.stringify(paths)),
    inner: { 'rootfs-diff.tar': paths.slice(0, 50000).map((name) => ({ name: name.slice(1) })) },
  };
  const { cut, counts } = await reportOn(core, side);
  assert.equal(cut.find(({ id }) => id === 'CKP404').count, 49900);
  assert.ok(counts.warning >= 50000);
});

test('a process that had ended is described as wait(2) has it: by its exit code, or the signal that killed it', async () => {
  const checkpoint = await openCheckpoint(
    fileURLToPath(new URL('../../data/page/explore.tar.xz', import.meta.url)),
  );
  const { findings } = await core.validate(checkpoint, { only: ['CKP507'] });
  await checkpoint.close();
  assert.deepEqual(
    findings.map((finding) => finding.message.replace(/^Process \d+ /, '')),
    [
      '("zoo") had ended when it was dumped, with exit code 3.',
      '("zoo") had ended when it was dumped, killed by signal 9.',
      '("z)omb (ie") had ended when it was dumped, with exit code 0.',
    ],
  );
});
