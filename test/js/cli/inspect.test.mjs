// SPDX-License-Identifier: Apache-2.0
// ckpt inspect: the reference tool's tree and JSON.
import assert from 'node:assert/strict';
import test from 'node:test';
import {
  archives,
  checkpoint,
  config,
  readable,
  recorded,
  spec,
  tar,
} from '../lib/cli-archives.mjs';
import { ckpt, folder } from '../lib/cli-run.mjs';

/** All addresses of CRI-O's, of which the reference tool shows the first. @param {string} text */
const withAddresses = (text) =>
  text.replace(/(IP: |"ip": ")10\.244\.1\.17/, '$&, fd00:10:244:1::11');

/** Times that the reference tool spoils: it takes zeros off whole numbers. @param {string} text */
const withZeros = (text) =>
  withAddresses(text)
    .replace('Freezing time: 1 ms', 'Freezing time: 100 ms')
    .replace('Frozen time: 2 ms', 'Frozen time: 20 ms')
    .replace('Memdump time: 1 s', 'Memdump time: 10 s')
    .replace('Memwrite time: 1 ms', 'Memwrite time: 1 ms');

/** Its annotations come in no order: the lines, without how they are drawn. @param {string} text */
const asSet = (text) =>
  text
    .split('\n')
    .map((line) => line.replace(/^[│├└─ ]+/u, ''))
    .sort();

for (const archive of readable)
  test(`inspect ${archive}: what the reference tool prints`, async () => {
    const cwd = archives;
    for (const option of ['', '--stats', '--mounts']) {
      const { code, stdout, stderr } = await ckpt(
        ['inspect', archive, ...(option ? [option] : [])],
        { cwd },
      );
      assert.equal(stdout, withZeros(recorded(archive, `inspect${option}.txt`)));
      assert.deepEqual([code, stderr], [0, '']);
    }
    const metadata = await ckpt(['inspect', archive, '--metadata'], { cwd });
    assert.deepEqual(
      asSet(metadata.stdout),
      asSet(withAddresses(recorded(archive, 'inspect--metadata.txt'))),
    );
    const json = await ckpt(['inspect', archive, '--format', 'json'], { cwd });
    assert.equal(json.stdout, withAddresses(recorded(archive, 'inspect.json')));
  });

/** What is shown of a process in another way on purpose, made alike. @param {any} process @returns {any} */
function alike({ environment_variables: environment = {}, children = [], ...process }) {
  return {
    ...process,
    environment: Object.entries(environment).sort(),
    children: children
      .map(alike)
      .sort((/** @type {any} */ a, /** @type {any} */ b) => a.pid - b.pid),
  };
}

/** Types whose files the reference tool shows by a number, and whose names it leaves NULs in. */
const NAMED = new Set(['MEMFD', 'FIFO', 'UNIXSK']);

/** @param {any} file */
const sameFile = ({ type, fd, path }) => [type, fd, NAMED.has(type) ? '' : path];

/** IPv6 addresses and names of unix sockets are wrong in it, and what is neither TCP nor UDP is empty. @param {any} socket */
const sameSocket = ({ data }) =>
  (data.type === 'TCP' || data.type === 'UDP') && data.src.includes('.')
    ? { ...data, state: data.type === 'UDP' ? undefined : data.state }
    : data.type === 'UNIX'
      ? 'UNIX'
      : 'another';

for (const archive of readable.filter((name) => recorded(name, 'inspect-all.json')[0] === '['))
  test(`inspect --all ${archive}: the reference tool's JSON`, async () => {
    const { code, stdout, stderr } = await ckpt(
      ['inspect', '-f', 'json', '--all', '--reveal', archive],
      { cwd: archives },
    );
    const expected = JSON.parse(withAddresses(recorded(archive, 'inspect-all.json')));
    const found = JSON.parse(stdout);
    assert.deepEqual(Object.keys(found[0]), Object.keys(expected[0]));
    for (const containers of [found, expected])
      for (const container of containers) {
        container.process_tree = alike(container.process_tree);
        for (const process of container.file_descriptors ?? [])
          process.open_files = process.open_files.map(sameFile);
        for (const process of container.sockets ?? [])
          process.open_sockets = process.open_sockets.map(sameSocket);
      }
    assert.deepEqual(found, expected);
    assert.deepEqual([code, stderr], [0, '']);
  });

test('inspect --all: secrets are hidden', async () => {
  const options = ['inspect', '-f', 'json', '--ps-tree-env', 'simple-none.tar'];
  const hidden = await ckpt(options, { cwd: archives });
  const shown = await ckpt([...options, '--reveal'], { cwd: archives });
  const [, secret] =
    /"[A-Z_]*(?:SECRET|PASSWORD|TOKEN)[A-Z_]*": "([^"]+)"/.exec(shown.stdout) ?? [];
  if (secret) assert.ok(!hidden.stdout.includes(secret));
  assert.match(hidden.stdout, /"PATH": "\/usr/);
});

test('inspect: the same bytes every time', async () => {
  const [first, second] = [1, 2].map(() =>
    ckpt(['inspect', '--all', 'crio.tar'], { cwd: archives }),
  );
  assert.equal((await first).stdout, (await second).stdout);
});

test('inspect: several files', async () => {
  const cwd = archives;
  const both = await ckpt(['inspect', 'simple-none.tar', 'crio.tar'], { cwd });
  assert.equal(
    both.stdout,
    recorded('simple-none.tar', 'inspect.txt') + withAddresses(recorded('crio.tar', 'inspect.txt')),
  );
  const json = await ckpt(['inspect', '--format=json', 'simple-none.tar', 'nope.tar', 'crio.tar'], {
    cwd,
  });
  assert.equal(json.code, 3);
  assert.equal(json.stderr, 'ckpt: nope.tar: no such file or directory\n');
  assert.deepEqual(
    JSON.parse(json.stdout).map((/** @type {any} */ { engine }) => engine),
    ['Podman', 'CRI-O'],
  );
});

test('inspect: options about processes, each alone', async () => {
  const run = (/** @type {string[]} */ ...options) =>
    ckpt(['inspect', ...options, 'multi-gzip.tar.gz'], { cwd: archives });
  const tree = await run('--ps-tree');
  assert.match(tree.stdout, /^└── Process tree\n {4}└── \[1\] {2}\S/m);
  assert.match((await run('--ps-tree-cmd')).stdout, /\[1\] {2}\S+ \S+/);
  assert.match((await run('--ps-tree-env')).stdout, /── Environment variables\n/);
  assert.match((await run('--files')).stdout, /── \[cwd\] {2}\//);
  assert.match((await run('--sockets')).stdout, /Process tree/);
  assert.equal((await run('--pid', '1')).stdout, tree.stdout);
  const nobody = await run('-p', '99');
  assert.deepEqual(
    [nobody.code, nobody.stderr],
    [
      1,
      'ckpt: multi-gzip.tar.gz: failed to get process tree: no process with PID 99 (use `inspect --ps-tree` to view all PIDs)\n',
    ],
  );
  assert.equal((await run('--pid', 'x')).code, 2);
});

test('inspect: statistics that are missing or make no sense', async () => {
  const cwd = folder({
    'none.tar': tar(checkpoint()),
    'bad.tar': tar(checkpoint({ 'stats-dump': 'not a CRIU image' })),
  });
  const plain = (await ckpt(['inspect', 'none.tar'], { cwd })).stdout;
  const none = await ckpt(['inspect', '--stats', 'none.tar'], { cwd });
  assert.equal(none.stdout, plain);
  assert.match(none.stderr, /^ckpt: none\.tar: failed to get dump statistics: open stats-dump: /);
  assert.equal(none.code, 1);
  const bad = await ckpt(['inspect', '--stats', 'bad.tar'], { cwd });
  assert.match(bad.stderr, /^ckpt: bad\.tar: failed to get dump statistics: .*unknown magic/);
  assert.equal(bad.code, 1);
  // --all shows what there is.
  const all = await ckpt(['inspect', '--all', 'none.tar'], { cwd });
  assert.deepEqual(
    [all.code, all.stderr],
    [1, 'ckpt: none.tar: checkpoint/pstree.img: the image is missing\n'],
  );
  assert.ok(!all.stdout.includes('statistics'));
});

test('inspect --files-in-archive', async () => {
  const cwd = folder({ 'a.tar': tar(checkpoint({ 'x\x1b/': '' })) });
  const tree = await ckpt(['inspect', '--files-in-archive', 'a.tar'], { cwd });
  assert.ok(
    tree.stdout.includes(`└── Files in the archive
    ├── config.dump: ${config.length} B
    ├── spec.dump: ${spec.length} B
    ├── checkpoint/
    ├── checkpoint/pages-1.img: 2.0 KiB
    └── x\\x1b/
`),
    tree.stdout,
  );
  const json = await ckpt(['inspect', '--files-in-archive', '-fjson', 'a.tar'], { cwd });
  assert.deepEqual(JSON.parse(json.stdout)[0].files_in_archive[3], {
    name: 'checkpoint/pages-1.img',
    type: 'file',
    size: 2048,
    mode: 0o600,
    mtime: '2026-03-13T21:31:40Z',
  });
  assert.doesNotMatch(json.stdout, /[^\P{C}\n]/u);
});

test('inspect: wrong forms are refused before anything is read', async () => {
  const { code, stdout, stderr } = await ckpt(['inspect', '--format', 'yaml', 'nope.tar']);
  assert.deepEqual([code, stdout], [2, '']);
  assert.match(stderr, /^ckpt: unknown format "yaml" \(one of tree, table, json, jsonl, csv\)\n/);
  // Each command has its own.
  assert.match(
    (await ckpt(['validate', '--format', 'tree', '.'])).stderr,
    /one of text, json, jsonl, sarif, junit, github, gitlab, tap, markdown, html, metrics/,
  );
});

test('inspect: all subnets of an interface, networks in order', async () => {
  const status = JSON.stringify({
    b: {
      interfaces: {
        eth0: { subnets: [{ ipnet: '10.1.0.9/16' }], mac_address: 'aa:bb:cc:dd:ee:ff' },
      },
    },
    a: {
      interfaces: {
        eth1: {
          subnets: [
            { ipnet: '10.88.0.9/16', gateway: '10.88.0.1' },
            { ipnet: 'fd00:88::9/64', gateway: 'fd00:88::1' },
          ],
          mac_address: 'f2:99:9a:10:2b:3c',
        },
      },
    },
  });
  const cwd = folder({ 'n.tar': tar(checkpoint({ 'network.status': status })) });
  const { stdout } = await ckpt(['inspect', 'n.tar'], { cwd });
  assert.ok(
    stdout.includes(`├── Network Interfaces
│   ├── a (eth1)
│   │   ├── IP: 10.88.0.9/16
│   │   ├── IP: fd00:88::9/64
│   │   ├── MAC: f2:99:9a:10:2b:3c
│   │   ├── Gateway: 10.88.0.1
│   │   └── Gateway: fd00:88::1
│   └── b (eth0)
│       ├── IP: 10.1.0.9/16
│       └── MAC: aa:bb:cc:dd:ee:ff
`),
    stdout,
  );
});
