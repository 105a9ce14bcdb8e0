// SPDX-License-Identifier: Apache-2.0
// What differs between two checkpoints: nothing of one and itself, and what was changed, exactly there.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { load, openCheckpoint } from '../../../wasm/api/node.js';
import { data } from '../lib/cli-run.mjs';
import { DUMPS, archiveOf } from '../lib/dumps.mjs';
import { tar } from '../lib/tar.mjs';

/** @type {any} */
let ckpt;
/** @type {any[]} */
const opened = [];

before(async () => {
  ckpt = await load();
});
after(() => Promise.all(opened.map((checkpoint) => checkpoint.close())));

/** @param {string | Uint8Array} source */
async function open(source) {
  const checkpoint = await openCheckpoint(source);
  opened.push(checkpoint);
  return checkpoint;
}

const dump = archiveOf;
const archive = (/** @type {string} */ name) => join(data, 'archives', name);

/** The members of an archive, changed as wanted. @param {string} path @param {(name: string, bytes: Uint8Array) => Uint8Array | null} change */
async function changed(path, change) {
  const checkpoint = await openCheckpoint(path);
  const members = [];
  for (const { name, type } of checkpoint.members)
    if (type === 'directory') members.push([name, '', { type: '5' }]);
  for await (const { member, bytes } of checkpoint.readAll(() => true)) {
    const now = change(member.name, Uint8Array.from(bytes));
    if (now) members.push([member.name, now]);
  }
  await checkpoint.close();
  return tar(.../** @type {any} */ (members));
}

for (const name of DUMPS)
  test(`${name} against itself: nothing differs`, async () => {
    const diff = await ckpt.diff(await open(dump(name)), await open(dump(name)));
    assert.equal(diff.equal, true);
    assert.equal(diff.noise, 0);
    for (const list of ['metadata', 'processes', 'files', 'sockets', 'mounts', 'members'])
      assert.deepEqual(diff[list], [], list);
    assert.deepEqual(diff.memory.processes, []);
    assert.equal(diff.memory.pages.changed, 0);
    assert.deepEqual([diff.verdict.gone, diff.verdict.come, diff.verdict.targets], [[], [], []]);
  });

test('one changed byte of memory: process, mapping, address', async () => {
  const path = dump('podman-userns');
  const checkpoint = await open(path);
  const held = await checkpoint.dump({ texts: false });
  /** @type {any} */
  let place;
  for (const map of held.memory.maps().maps)
    for (const segment of held.memory.segments(map.pid, map.start, map.end))
      if (segment.place === 'stored') place = { map, segment };
  held.close();
  const { map, segment } = place;
  for (const inside of [0, 1, 4095, Number(segment.end - segment.start) - 1]) {
    const other = await changed(path, (name, bytes) => {
      if (name === segment.member) bytes[segment.offset + inside] ^= 1;
      return bytes;
    });
    const { memory, equal, members } = await ckpt.diff(
      await open(await changed(path, (_, bytes) => bytes)),
      await open(other),
      { verdict: false },
    );
    assert.equal(equal, false);
    assert.deepEqual(members, []);
    const address = segment.start + BigInt(inside);
    const page = address & ~4095n;
    assert.equal(memory.pages.changed, 1);
    assert.deepEqual(
      memory.processes.map(({ pid, maps }) => ({ pid, maps })),
      [
        {
          pid: map.pid,
          maps: [
            {
              ...{ change: null, kind: map.kind, name: map.name },
              before: [{ start: map.start, end: map.end, perms: map.perms }],
              after: [{ start: map.start, end: map.end, perms: map.perms }],
              pages: { ...memory.processes[0].maps[0].pages, changed: 1 },
              ranges: [
                {
                  ...{ change: 'changed', start: page, end: page + 4096n },
                  ...{ first: address, last: address, bytes: 1 },
                },
              ],
            },
          ],
        },
      ],
    );
  }
});

test('one changed byte of another member: which, and where', async () => {
  const path = archive('features-gzip.tar.gz');
  const original = await open(path);
  const { name, size } = [...original.members].find((member) => member.name === 'rootfs-diff.tar');
  const other = await open(
    await changed(path, (member, bytes) => {
      if (member === name) bytes[size - 1500] ^= 1;
      return bytes;
    }),
  );
  const same = await open(await changed(path, (_, bytes) => bytes));
  const { members, equal } = await ckpt.diff(same, other, { memory: false, verdict: false });
  assert.equal(equal, false);
  assert.deepEqual(members, [
    {
      ...{ name, change: 'changed', before: { type: 'file', size }, after: { type: 'file', size } },
      ...{ at: Math.floor((size - 1500) / 4096) * 4096, why: 'content', noise: false, values: [] },
    },
  ]);
});

test('bytes of a file of pages that no page map speaks of', async () => {
  const path = archive('features-gzip.tar.gz');
  const longer = async (/** @type {number} */ last) =>
    open(
      await changed(path, (member, bytes) =>
        member === 'checkpoint/pages-1.img'
          ? Uint8Array.from([...bytes, ...new Uint8Array(4999), last])
          : bytes,
      ),
    );
  const [one, two, three] = [await longer(0), await longer(1), await longer(1)];
  const { size } = [...one.members].find((member) => member.name === 'checkpoint/pages-1.img');
  const { members, memory, equal } = await ckpt.diff(one, two, { verdict: false });
  assert.equal(equal, false);
  assert.deepEqual(memory.processes, []);
  assert.deepEqual(
    members.map(({ name, why, at, noise }) => ({ name, why, at, noise })),
    [
      {
        name: 'checkpoint/pages-1.img',
        ...{ why: 'content', at: Math.floor((size - 1) / 4096) * 4096, noise: false },
      },
    ],
  );
  assert.equal((await ckpt.diff(two, three, { verdict: false })).equal, true);
});

test('two checkpoints of a container: what it did in between', async () => {
  const a = await open(archive('diff-a-zstd.tar.zst'));
  const b = await open(archive('diff-b-zstd.tar.zst'));
  const diff = await ckpt.diff(a, b);
  assert.equal(diff.sameContainer, true);
  assert.deepEqual(
    diff.processes.map(({ pid, change }) => [pid, change]),
    [[7, 'added']],
  );
  assert.deepEqual(
    diff.files
      .filter(({ after: file }) => file?.pid === 1)
      .map(({ change, after: file }) => [change, file.fd, file.path]),
    [
      ['changed', 3, '/data/tick-0.txt'],
      ['added', 4, '/data/tick-1.txt'],
      ['added', 5, null],
      ['added', 6, '/data/tick-2.txt'],
    ],
  );
  assert.deepEqual(
    diff.sockets.map(({ change, after: socket }) => [change, socket.pid, socket.local.port]),
    [
      ['added', 1, 7000],
      ['added', 7, 7000],
    ],
  );
  assert.deepEqual(diff.memory.pages, { same: 284, changed: 6, added: 48, removed: 0, unknown: 0 });
  const back = await ckpt.diff(b, a);
  assert.deepEqual(back.memory.pages, { same: 284, changed: 6, added: 0, removed: 48, unknown: 0 });
  assert.deepEqual(
    back.processes.map(({ pid, change }) => [pid, change]),
    [[7, 'removed']],
  );
});

test('metadata: by pointer, with secrets hidden, and times folded', async () => {
  const path = archive('simple-zstd.tar.zst');
  const edit = (/** @type {(text: string) => string} */ change) =>
    changed(path, (name, bytes) =>
      name === 'spec.dump' ? Buffer.from(change(Buffer.from(bytes).toString())) : bytes,
    );
  const a = await open(
    await edit((text) => text.replace('"PATH=', '"API_TOKEN=abc123def456ghi7","PATH=')),
  );
  const b = await open(
    await edit((text) => text.replace('"PATH=', '"API_TOKEN=zzz999yyy888xxx7","PATH=')),
  );
  const options = { memory: false, verdict: false };
  const { metadata } = await ckpt.diff(a, b, options);
  assert.equal(metadata.length, 1);
  assert.equal(metadata[0].member, 'spec.dump');
  const [{ pointer, before: one, after: two, change }] = metadata[0].changes;
  assert.match(pointer, /^\/process\/env\/\d+$/);
  assert.deepEqual([change, one, two], ['changed', '"API_TOKEN=•••"', '"API_TOKEN=•••"']);
  const open_ = await ckpt.diff(a, b, { ...options, reveal: true });
  assert.equal(open_.metadata[0].changes[0].after, '"API_TOKEN=zzz999yyy888xxx7"');
  const moved = (/** @type {string} */ time) =>
    changed(path, (name, bytes) =>
      name === 'config.dump'
        ? Buffer.from(
            JSON.stringify({
              ...JSON.parse(Buffer.from(bytes).toString()),
              checkpointedTime: time,
            }),
          )
        : bytes,
    );
  const later = await ckpt.diff(
    await open(await moved('2026-01-01T00:00:00Z')),
    await open(await moved('2026-01-02T00:00:00Z')),
    options,
  );
  // The time, and the member that holds it.
  assert.deepEqual([later.equal, later.noise], [true, 2]);
});

test('different containers, incremental dumps, and what is not known', async () => {
  const a = await open(dump('podman-tty'));
  const b = await open(dump('podman-userns'));
  const diff = await ckpt.diff(a, b, { verdict: false });
  assert.deepEqual([diff.sameContainer, diff.equal], [false, false]);
  const chain = await open(dump('chain-plain'));
  const itself = await ckpt.diff(chain, chain, { verdict: false });
  assert.equal(itself.equal, true);
  assert.ok(itself.memory.pages.unknown > 0, 'pages of dumps that were not given');
});

test('the memory of processes that are not in the tree is not in the dump', async () => {
  const path = dump('podman-userns');
  const stale = await changed(path, (_, bytes) => bytes);
  const checkpoint = await openCheckpoint(stale);
  const held = await checkpoint.dump({ texts: false });
  const [pid] = held.memory.pids;
  held.close();
  const images = new Map();
  for await (const { member, bytes } of checkpoint.readAll((one) =>
    one.name.endsWith(`-${pid}.img`),
  ))
    images.set(member.name.replace(`-${pid}.img`, '-4242.img'), Uint8Array.from(bytes));
  const members = [];
  for await (const { member, bytes } of checkpoint.readAll(() => true))
    members.push([member.name, Uint8Array.from(bytes)]);
  await checkpoint.close();
  const both = await open(tar(.../** @type {any} */ (members), .../** @type {any} */ (images)));
  const again = await both.dump({ texts: false });
  assert.ok(!again.memory.pids.includes(4242));
  assert.ok(again.memory.pids.includes(pid));
  again.close();
});

test('arguments are checked', async () => {
  const a = await open(dump('podman-tty'));
  await assert.rejects(ckpt.diff(a), /the second checkpoint: expected an opened checkpoint/);
  await assert.rejects(ckpt.diff('x', a), /the first checkpoint: expected an opened checkpoint/);
  await assert.rejects(ckpt.diff(a, a, { memry: false }), /diff has no option "memry"/);
});

test('a program that did known things between two checkpoints', async () => {
  const pair = await open(join(data, 'dumps-diff/podman-diff.tar.xz'));
  const [a, b] = [await open(await pair.read('a.tar')), await open(await pair.read('b.tar'))];
  const diff = await ckpt.diff(a, b);
  assert.deepEqual([diff.equal, diff.sameContainer], [false, true]);
  // Its directory, a thread, and another child, with another environment.
  const [main, gone, come] = diff.processes;
  assert.deepEqual(
    main.fields
      .filter((/** @type {any} */ { noise }) => !noise)
      .map((/** @type {any} */ { field, before: was, after: is }) => [field, was, is?.comm ?? is]),
    [
      ['cwd', '/', '/var'],
      ['threads/9', undefined, 'python3'],
      ['signals/caught', [], ['SIG33']],
    ],
  );
  assert.deepEqual([gone.pid, gone.change, come.pid, come.change], [6, 'removed', 8, 'added']);
  assert.equal(come.insteadOf, 6);
  assert.deepEqual(
    come.environment.map((/** @type {any} */ { change, name }) => [change, name]),
    [
      ['changed', 'PHASE'],
      ['changed', 'TOKEN'],
      ['added', 'ADDED'],
    ],
  );
  assert.doesNotMatch(JSON.stringify(come.environment), /fake_token/);
  // A file grew, one was closed and another opened in its place.
  const ofMain = (/** @type {any[]} */ list) =>
    list
      .map(({ change, before: was, after: is }) => ({ change, ...(is ?? was) }))
      .filter(({ pid }) => pid === 1);
  assert.deepEqual(
    ofMain(diff.files).map(({ change, use, fd, path }) => [change, fd ?? use, path]),
    [
      ['replaced', 'cwd', '/var'],
      ['changed', 3, '/tmp/stays.txt'],
      ['replaced', 4, '/tmp/opened_new.txt'],
      ['removed', 6, null],
      ['added', 7, null],
      ['added', 8, null],
    ],
  );
  assert.deepEqual(
    ofMain(diff.sockets).map(({ change, protocol, state, local }) => [
      ...[change, protocol, state, local.port],
    ]),
    [
      ['removed', 'udp', 'CLOSE', 7002],
      ['added', 'tcp', 'LISTEN', 7003],
      ['added', 'tcp', 'CLOSE_WAIT', 55874],
    ],
  );
  // Of a buffer of eight pages two have one other byte each, and one page came before it.
  const buffer = diff.memory.processes[0].maps.find(
    (/** @type {any} */ { before: [was] }) => was?.start === 0x7ff7ca1d3000n,
  );
  assert.deepEqual(
    buffer.ranges.map((/** @type {any} */ { change, start, first, bytes }) => [
      ...[change, start, first, bytes],
    ]),
    [
      ['added', 0x7ff7ca193000n, null, null],
      ['changed', 0x7ff7ca1d5000n, 0x7ff7ca1d5014n, 1],
      ['changed', 0x7ff7ca1d8000n, 0x7ff7ca1d8064n, 1],
    ],
  );
  const { added, removed } = diff.memory.processes[0].strings;
  assert.ok(added.some((/** @type {any} */ { text }) => text.startsWith('FXMARK_diff_page_2_v2')));
  assert.ok([...added, ...removed].length > 100);
  for (const { address } of added) assert.equal(typeof address, 'bigint');
  // The verdict, and why.
  const { before: was, after: is, because } = diff.verdict;
  assert.deepEqual([was, is, because], ['conditional', 'fails', ['CKP702']]);
});

test('strings of changed pages: those that came and went, with secrets hidden', async () => {
  const path = dump('podman-userns');
  const put = (/** @type {string} */ text) =>
    changed(path, (name, bytes) => {
      if (name.endsWith('/pages-1.img')) bytes.set(Buffer.from(`\0${text}\0`), 100);
      return bytes;
    });
  const one = await open(await put('went away --- API_TOKEN=abc123def456ghi7'));
  const two = await open(await put('came instead - API_TOKEN=zzz999yyy888xxx7'));
  const { memory } = await ckpt.diff(one, two, { verdict: false, members: false });
  assert.equal(memory.processes.length, 1);
  const { added, removed, cut } = memory.processes[0].strings;
  const texts = (/** @type {any[]} */ list) => list.map(({ text }) => text);
  assert.deepEqual(texts(removed), ['went away --- API_TOKEN=•••']);
  assert.deepEqual(texts(added), ['came instead - API_TOKEN=•••']);
  assert.equal(cut, 0);
  const [range] = memory.processes[0].maps[0].ranges;
  assert.equal(added[0].address, range.start + 101n);
  const shown = await ckpt.diff(one, two, { verdict: false, members: false, reveal: true });
  assert.deepEqual(texts(shown.memory.processes[0].strings.added), [
    'came instead - API_TOKEN=zzz999yyy888xxx7',
  ]);
});

test('neither members nor memory: nothing is read for them', async () => {
  const path = dump('podman-userns');
  const [one, two] = [await open(path), await open(path)];
  const { members, memory } = await ckpt.diff(one, two, { members: false, memory: false });
  assert.deepEqual([members, memory], [[], null]);
});

test('a compressed archive is read twice, and once more for the bytes of what changed', async () => {
  const counted = (/** @type {Uint8Array} */ bytes) => {
    const source = {
      ...{ size: bytes.length, total: 0 },
      read(/** @type {number} */ offset, /** @type {number} */ length) {
        const part = bytes.slice(offset, offset + length);
        source.total += part.length;
        return part;
      },
    };
    return source;
  };
  const passes = async (/** @type {string} */ nameA, /** @type {string} */ nameB) => {
    const sources = [nameA, nameB].map((name) => counted(readFileSync(archive(name))));
    const [a, b] = await Promise.all(
      sources.map(async (source) => {
        const checkpoint = await openCheckpoint(/** @type {any} */ (source), { keep: 'processes' });
        opened.push(checkpoint);
        return checkpoint;
      }),
    );
    await ckpt.diff(a, b);
    return sources.map(({ total, size }) => Math.round((10 * total) / size) / 10);
  };
  assert.deepEqual(await passes('diff-a-zstd.tar.zst', 'diff-a-zstd.tar.zst'), [2, 2]);
  for (const count of await passes('diff-a-zstd.tar.zst', 'diff-b-zstd.tar.zst'))
    assert.ok(count <= 3, `read ${count} times`);
});
