// SPDX-License-Identifier: Apache-2.0
// Real CRIU images of all kinds: decoded as crit does, encoded to the same bytes, and damaged on purpose.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import test from 'node:test';
import { images, names } from '../../../dist/criu-tables.js';
import { load, openCheckpoint } from '../../../wasm/api/node.js';
import { ckpt as run, data, folder } from '../lib/cli-run.mjs';
import { thrown } from '../lib/thrown.mjs';

const ckpt = await load();
const archive = join(data, 'criu/images.tar.zst');

/** Images of test/data/criu/images.tar.zst and the JSON beside each: crit's own where crit loses nothing. */
const files = new Map();
{
  const checkpoint = await openCheckpoint(archive);
  for await (const { member, bytes } of checkpoint.readAll(() => true))
    files.set(member.name, bytes.slice());
  await checkpoint.close();
}
const all = [...files]
  .filter(([name]) => !name.endsWith('.json'))
  .map(([path, bytes]) => ({
    path,
    name: basename(path),
    bytes,
    json: new TextDecoder().decode(files.get(`${path}.json`)).trimEnd(),
  }));

/** @param {Uint8Array} a @param {Uint8Array} b */
const same = (a, b) => Buffer.compare(a, b) === 0;

test('prints what crit prints, byte for byte', () => {
  assert.ok(all.length >= 100);
  for (const { path, name, bytes, json } of all) {
    const { text, error } = ckpt.imageText(bytes, { name });
    assert.equal(error, null, path);
    assert.equal(text, json, path);
  }
});

test('the same bytes come out of the JSON, of its pretty form and of values', () => {
  for (const { path, name, bytes, json } of all) {
    const encoder = new TextEncoder();
    assert.ok(same(ckpt.encodeImage(name, encoder.encode(json)), bytes), path);
    const { text } = ckpt.imageText(bytes, { name, pretty: true });
    assert.ok(same(ckpt.encodeImage(name, encoder.encode(text)), bytes), `${path}, pretty`);
    const value = ckpt.decodeImage(bytes, { name });
    assert.ok(same(ckpt.encodeImage(name, value), bytes), `${path}, as a value`);
  }
});

test('values are those of the JSON; numbers of 64 bits are bigint', () => {
  const { bytes, json } =
    all.find(({ path }) => path.endsWith('bare-names/core-457.img')) ?? all[0];
  const value = ckpt.decodeImage(bytes);
  assert.equal(typeof value.entries[0].tc.blk_sigset, 'bigint');
  assert.deepEqual(value.entries[0].tc.comm, { hex: '626164fffe' });
  const plain = JSON.parse(
    JSON.stringify(value, (_, v) => (typeof v === 'bigint' ? Number(v) : v)),
  );
  assert.deepEqual(plain, JSON.parse(json));
});

test('an image is known by its magic number, too', () => {
  for (const { path, name, bytes } of all) {
    const info = ckpt.imageInfo(bytes, { name });
    const unnamed = ckpt.imageInfo(bytes);
    assert.deepEqual([info.error, unnamed.error], [null, null], path);
    assert.equal(unnamed.type, info.type, path);
    assert.ok(info.text !== '' && info.entries === unnamed.entries, path);
  }
});

test('pretty has the names of states, flags, devices and addresses', () => {
  const pretty = (/** @type {string} */ end) => {
    const { bytes, name } = /** @type {any} */ (all.find(({ path }) => path.endsWith(end)));
    return ckpt.imageText(bytes, { name, pretty: true }).text;
  };
  assert.match(pretty('bare-proc/core-31936.img'), /"task_state": "Dead"/);
  const opened = pretty('podman-zoo/files.img');
  for (const text of [/"flags": "O_RDWR( \| O_\w+)*"/, /"src_addr": \[\s+"(127\.0\.0\.1|::)"/])
    assert.match(opened, text);
  assert.match(
    ckpt.imageText(all.find(({ name }) => name === 'pipes-data.img').bytes, { payload: false })
      .text,
    /"extra": "\.\.\. <[\d.]+K?B>"/,
  );
});

test('damage is reported with entry, path and offset, and the rest is shown', () => {
  const { bytes, name } = /** @type {any} */ (
    all.find((one) => one.path === 'bare-names/pstree.img') ??
      all.find((one) => one.name === 'pstree.img')
  );
  const whole = ckpt.decodeImage(bytes, { name });
  const cut = thrown(() => ckpt.decodeImage(bytes.subarray(0, -1), { name }));
  const last = whole.entries.length - 1;
  assert.equal(cut.kind, 'damaged');
  assert.equal(cut.entry, last);
  assert.match(cut.message, /^ends within an entry of \d+ bytes \(entry \d+, byte \d+\)$/);
  assert.deepEqual(cut.partial.entries, whole.entries.slice(0, last));

  // mtype, then tc: task_state, exit_code, personality, flags, blk_sigset, comm, and in timers a broken field.
  const comm = [0x32, 1, 0x61];
  const timers = [0x3a, 4, 0x0a, 2, 0x08, 0xff];
  const tc = [8, 1, 16, 0, 24, 0, 32, 0, 40, 0, ...comm, ...timers];
  const core = [8, 1, 26, tc.length, ...tc];
  const image = Uint8Array.from([
    0x19,
    0x43,
    0x56,
    0x54,
    0x47,
    0x38,
    0x05,
    0x55,
    core.length,
    0,
    0,
    0,
    ...core,
  ]);
  const broken = thrown(() => ckpt.decodeImage(image, { name: 'core-1.img' }));
  assert.equal(broken.pointer, '/0/tc/timers/real');
  assert.equal(broken.offset, image.length - 2);
  assert.equal(broken.partial.entries[0].tc.comm, 'a');

  assert.equal(thrown(() => ckpt.decodeImage(bytes, { name: 'core-1.img' })).kind, 'other-type');
  assert.equal(thrown(() => ckpt.decodeImage(new Uint8Array(16))).kind, 'no-image');
  assert.equal(thrown(() => ckpt.decodeImage(bytes, { name: 'pages-1.img' })).kind, 'raw');
});

test('JSON that is no image is reported with its place', () => {
  const cases = [
    ['{"magic": "PSTREE", "entries": [{"pid": 1}]}', '/entries/0', 'a member "ppid"'],
    [
      '{"magic": "UTSNS", "entries": [{"nodename": "a", "domainname": 5}]}',
      '/entries/0/domainname',
      'a string, or {"hex": "…"}',
    ],
    [
      '{"magic": "UTSNS", "entries": [{"nodename": "a", "domainame": ""}]}',
      '/entries/0/domainame',
      'a field of this message, or "?" and a number',
    ],
    [
      '{"magic": "PIPES_DATA", "entries": [{"pipe_id": 1, "bytes": 2, "extra": "YQ=="}]}',
      '/entries/0/extra',
      'as many bytes as the entry says',
    ],
    [
      '{"magic": "FS", "entries": [{"cwd_id": 4294967296, "root_id": 1}]}',
      '/entries/0/cwd_id',
      'a number from 0 to 4294967295',
    ],
    [
      '{"magic": "CORE", "entries": [{"mtype": "X87"}]}',
      '/entries/0/mtype',
      'a name of the enumeration or its number',
    ],
    ['{"magic": "NO", "entries": []}', '/magic', 'the type of an image, as "PSTREE"'],
    ['{"magic": "FS"}', '', 'an object with a list "entries"'],
    ['[]', '', 'an object with magic and entries'],
  ];
  for (const [json, pointer, expected] of cases) {
    const error = thrown(() => ckpt.encodeImage('', new TextEncoder().encode(json)));
    assert.deepEqual([error.pointer, error.expected], [pointer, expected], json);
    assert.ok(error.line === 1, json);
  }
  assert.equal(thrown(() => ckpt.encodeImage('', new TextEncoder().encode('{'))).kind, 'syntax');
  const fs = { magic: 'FS', entries: [{ cwd_id: 1, root_id: 2 }] };
  assert.equal(thrown(() => ckpt.encodeImage('core-1.img', fs)).kind, 'other-type');
  assert.ok(ckpt.encodeImage('fs-1.img', fs).length > 8);
});

test('what crit would lose is kept: unknown fields, types, versions, byte orders', () => {
  const encode = (/** @type {any} */ value) => ckpt.encodeImage('', value);
  const unknown = {
    '?17': { varint: 3n },
    '?18': [{ fixed32: 1n }, { bytes: 'YQ==\n' }],
    '?19': { fixed64: 2n ** 63n },
  };
  for (const value of [
    { magic: 'FS', entries: [{ cwd_id: 1, root_id: 2, ...unknown }] },
    { magic: '0x12345678', entries: [unknown] },
    { magic: 'FS', image_version: 1, entries: [{ cwd_id: 1, root_id: 2 }] },
    {
      magic: 'IPCNS_SEM',
      byte_order: 'big',
      entries: [
        {
          desc: { key: 1, uid: 0, gid: 0, cuid: 0, cgid: 0, mode: 384, id: 0 },
          nsems: 3,
          extra: [1, 2, 3],
          padding: 'AAE=\n',
        },
      ],
    },
  ]) {
    const decode = ckpt.decodeImage(encode(value));
    assert.equal(JSON.stringify(decode, replacer), JSON.stringify(value, replacer));
  }
});
/** @param {string} _ @param {any} value */
const replacer = (_, value) => (typeof value === 'bigint' ? `${value}n` : value);

test('a thousand damaged images: no crash, no hang, and what decodes encodes to what decodes the same', () => {
  let state = 1;
  const random = (/** @type {number} */ below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
  let read = 0;
  for (let i = 0; i < 1000; i++) {
    const { name, bytes } = all[i % all.length];
    const copy = bytes.slice(0, bytes.length - (random(4) === 0 ? random(bytes.length) : 0));
    for (let k = random(8) === 0 ? 4 : 1; k > 0 && copy.length > 0; k--)
      copy[random(copy.length)] = [random(256), 0, 0xff, 0x80, 8, 10][random(6)];
    const { text, error } = ckpt.imageText(copy, { name });
    if (error || text === '') continue;
    read++;
    const again = ckpt.encodeImage(name, new TextEncoder().encode(text));
    assert.equal(ckpt.imageText(again, { name }).text, text, `${name}, ${i}`);
  }
  assert.ok(read > 100, `${read}`);
});

test('the tables name all fields, numbers and types', () => {
  assert.ok(names.length > 1390 && images.length > 90);
  assert.ok(names.every((/** @type {string} */ word) => /^\w+$/.test(word)));
});

test('on the command line', async () => {
  const one = await run(['decode', `${archive}!podman-zoo/fs-1.img`]);
  const text = await run(['info', `${archive}!podman-zoo/files.img`, 'package.json'], {
    cwd: join(data, '../..'),
  });
  assert.match(
    text.stdout,
    /podman-zoo\/files\.img: open files of all kinds: FILES, \d+ entries\n/,
  );
  assert.match(text.stdout, /package\.json: not a CRIU image/);
  assert.equal(text.code, 1);

  const lines = await run([
    'decode',
    '--format',
    'jsonl',
    archive,
    'core-*.img',
    'podman-zoo/*.img',
  ]);
  assert.equal(lines.code, 0, lines.stderr);
  const members = lines.stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  assert.ok(members.length > 10 && members.every(({ value }) => Array.isArray(value.entries)));
  if (one.code === 0) assert.deepEqual(JSON.parse(one.stdout).magic, 'FS');

  const { bytes, json } = all[0];
  const made = folder({ 'a.json': json, 'x.img': bytes });
  const cwd = made;
  assert.equal((await run(['encode', '-o', 'b.img', 'a.json'], { cwd })).code, 0);
  assert.ok(same(readFileSync(join(made, 'b.img')), bytes));
  assert.equal((await run(['decode', 'x.img'], { cwd })).stdout, `${json}\n`);
  assert.equal((await run(['decode', '-'], { input: bytes })).stdout, `${json}\n`);
  assert.equal((await run(['encode', '-'], { input: '{"magic": 5}' })).code, 1);
  const none = await run(['decode', '--format', 'jsonl', archive, 'nothing-*']);
  assert.equal(none.code, 1);
});
