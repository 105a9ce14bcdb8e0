// SPDX-License-Identifier: Apache-2.0
// Archives through the WebAssembly module: made by real writers, by hand, nested, huge, broken.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import {
  ArchiveError,
  GIVE,
  openArchive,
  readArchive,
  windowOf,
} from '../../../wasm/api/archive.js';
import { MemberList } from '../../../wasm/api/archive-members.js';
import { inputOf } from '../../../wasm/api/sources.js';
import { layout } from '../../../wasm/border/archive-layout.js';
import { header, tar } from '../lib/tar.mjs';

const builder = fileURLToPath(new URL('../../tools/build.py', import.meta.url));
const module =
  process.env.CKPT_CORE_WASM ?? fileURLToPath(new URL('../../../dist/core.wasm', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'ckpt-archives-'));
let expected;
let core;

function newCore() {
  const instance = new WebAssembly.Instance(new WebAssembly.Module(readFileSync(module)), {});
  instance.exports._initialize();
  return { exports: instance.exports };
}

before(() => {
  execFileSync('python3', [builder, join(folder, 'built')]);
  expected = JSON.parse(readFileSync(join(folder, 'built', 'expected.json'), 'utf8'));
  core = newCore();
});
after(() => rmSync(folder, { recursive: true, force: true }));

const sha256 = (bytes) => createHash('sha256').update(bytes).digest('hex');

function check(archive, facts, name) {
  const found = new Map([...archive.members].map((member) => [member.name || '.', member]));
  assert.deepEqual([...found.keys()].sort(), Object.keys(facts.members).sort(), name);
  for (const [memberName, want] of Object.entries(facts.members)) {
    const member = found.get(memberName);
    const { sha256: sum, type, size, mode, ...rest } = { ...want, name: member.name };
    if (member.type === 'hardlink') {
      assert.equal(type, 'file', name);
      assert.equal(member.link.replace(/^\.\//, ''), 'config.dump', name);
      continue;
    }
    assert.equal(member.type, type, `${name} ${memberName}`);
    if (mode !== undefined) assert.equal(member.mode & 0o7777, mode, `${name} ${memberName}`);
    assert.equal(member.size, size, `${name} ${memberName}`);
    for (const [key, value] of Object.entries(rest)) {
      assert.equal(member[key], value, `${name} ${memberName} ${key}`);
    }
    if (sum) assert.equal(sha256(archive.bodies.get(member.index)), sum, `${name} ${memberName}`);
    assert.equal(
      member.flags.includes('sparse'),
      type === 'file' && member.size !== member.storedSize,
    );
  }
}

test('archives of GNU tar, bsdtar and Python, in all dialects and compressions', async () => {
  for (const [name, facts] of Object.entries(expected)) {
    const bytes = new Uint8Array(readFileSync(join(folder, 'built', name)));
    const archive = await openArchive(core, bytes, { want: ['*'] });
    if (facts.error) {
      assert.equal(archive.error?.code, facts.error, `${name}: ${archive.error?.message}`);
      assert.ok(archive.error instanceof ArchiveError);
      continue;
    }
    assert.equal(archive.error, null, `${name}: ${archive.error?.message}`);
    check(archive, facts, name);
    assert.equal(
      archive.end,
      { 1: 'clean', 2: 'one-zero-block', 3: 'no-mark' }[facts.end ?? 1],
      name,
    );
    assert.equal(archive.trailing.nonzero, facts.trailing ?? 0, name);
    if (facts.streams) assert.equal(archive.info.streams, facts.streams, name);
    assert.equal(
      archive.garbageOffset,
      facts.garbage ? bytes.length - facts.garbage : undefined,
      name,
    );
    for (const member of facts.sparse ?? []) {
      assert.ok(archive.members.find(member).flags.includes('sparse'), name);
    }
    if (facts.globals) assert.equal(archive.info.global_headers, facts.globals, name);
    const xattrs = archive.members
      .at(0)
      .xattrs.map(({ name: key, value }) => [key, Buffer.from(value).toString()]);
    assert.deepEqual(Object.fromEntries(xattrs), facts.xattrs ?? {}, name);
  }
  assert.ok(core.exports.memory.buffer.byteLength <= 16 << 20, 'wasm memory stays small');
});

test('sources: Blob, {size, read} in small pieces, and of unknown size', async () => {
  for (const name of ['gnu-posix.tar', 'c-gzip-members.tar.gz', 'c-zstd-frames.tar.zst']) {
    const bytes = new Uint8Array(readFileSync(join(folder, 'built', name)));
    const cut = (offset, length) => bytes.slice(offset, offset + Math.min(length, 1000));
    const sources = [
      new Blob([bytes]),
      { size: bytes.length, read: async (offset, length) => cut(offset, length) },
      { size: undefined, read: cut },
    ];
    for (const source of sources) {
      check(await openArchive(core, source, { want: ['*'] }), expected[name], name);
    }
  }
  await assert.rejects(openArchive(core, 'text'), TypeError);
});

test('a Blob that is read in order is asked for few, ever larger pieces; what jumps gets what it asked for', async () => {
  const bytes = new Uint8Array(40 * 2 ** 20 + 123);
  for (let i = 0; i < bytes.length; i += 8) bytes[i] = i >> 13;
  /** @type {[number, number][]} */
  const asked = [];
  let there = bytes.length;
  const blob = {
    size: bytes.length,
    arrayBuffer: async () => bytes.buffer,
    slice: (start, end) => {
      asked.push([start, end]);
      return new Blob([bytes.subarray(start, Math.min(end, there))]);
    },
  };
  const input = inputOf(blob);
  const same = async (offset, length) => {
    const got = await input.read(offset, length);
    const wanted = bytes.subarray(offset, offset + length);
    assert.equal(Buffer.compare(got, wanted), 0, `${length} from ${offset}`);
  };
  for (let at = 0; at < bytes.length; at += 300_000) await same(at, 300_000);
  assert.ok(asked.length < 15, String(asked.length));
  assert.equal(
    asked.reduce((sum, [start, end]) => sum + end - start, 0),
    bytes.length,
    'nothing was read twice',
  );
  assert.ok(asked.every(([start, end]) => end - start <= 8 * 2 ** 20));
  asked.length = 0;
  for (const at of [5e6, 100, 30e6, 30e6 - 1]) await same(at, 1000);
  assert.deepEqual(
    asked,
    [5e6, 100, 30e6, 30e6 - 1].map((at) => [at, at + 1000]),
  );
  await same(30e6 + 999, 20e6); // more than a piece
  assert.equal((await input.read(bytes.length, 1000)).length, 0);
  // A file that has become shorter: no bytes that are not there.
  await same(0, 1000);
  there = 2_000_000;
  await same(1000, 1_500_000 - 1000);
  const rest = await input.read(1_500_000, 3_000_000);
  assert.equal(Buffer.compare(rest, bytes.subarray(1_500_000, 2_000_000)), 0);
});

test('members to keep: names, prefixes, a function, a limit', async () => {
  const bytes = tar(
    ['./config.dump', 'cfg'],
    ['checkpoint/a', 'A'],
    ['checkpoint/b', 'B'],
    ['spec.dump', 'spec'],
  );
  let archive = await openArchive(core, bytes, { want: ['config.dump', 'checkpoint/*'] });
  assert.deepEqual(
    [...archive.bodies.values()].map((body) => Buffer.from(body).toString()),
    ['cfg', 'A', 'B'],
  );
  assert.equal(Buffer.from(archive.body('config.dump')).toString(), 'cfg');
  assert.equal(archive.members.at(0).rawName, './config.dump');
  assert.equal(archive.members.at(4), undefined);

  const pieces = [];
  const reading = readArchive(core, bytes, {
    want: (member) => member.name === 'spec.dump' && GIVE,
  });
  for (;;) {
    const { done, value } = await reading.next();
    if (done) {
      archive = value;
      break;
    }
    pieces.push(Buffer.from(value.bytes));
  }
  assert.equal(Buffer.concat(pieces).toString(), 'spec');
  assert.equal(archive.bodies.size, 0);
  assert.equal(archive.members.length, 4);

  archive = await openArchive(core, bytes, { want: ['*'], limits: { max_kept: 3 } });
  assert.deepEqual(archive.members.find('spec.dump').flags, ['tooBig']);
  archive = await openArchive(core, bytes, { limits: { max_members: 2 } });
  assert.equal(archive.error.code, 'limit-members');
  assert.equal(archive.members.length, 2);
  await assert.rejects(openArchive(core, bytes, { limits: { nonsense: 1 } }), TypeError);
});

test('a piece holds its bytes when the memory grows before they are looked at', async () => {
  const inner = tar(['a', Buffer.alloc(700, 1)], ['b', Buffer.alloc(300000, 2)]);
  const bytes = tar(['x', Buffer.alloc(900, 3)], ['y', inner]);
  const inside = { archive: { want: () => GIVE } };
  const inputs = [
    [bytes, { want: () => GIVE }, 900 + inner.length],
    [bytes, { pick: [1] }, inner.length],
    [bytes, { raw: true }, bytes.length],
    [bytes, { want: ({ name }) => name === 'y' && inside }, 300700],
    [gzipSync(bytes), { want: () => GIVE }, 900 + inner.length],
    [gzipSync(bytes), { pick: [1], pickAs: inside }, 300700],
  ];
  for (const [source, options, wanted] of inputs) {
    const growing = newCore();
    const reading = readArchive(growing, source, options);
    let length = 0;
    for (;;) {
      const { done, value } = await reading.next();
      if (done) break;
      growing.exports.memory.grow(1);
      const given = Buffer.from(value.bytes);
      assert.equal(given.length, value.bytes.length);
      assert.ok(given.length > 0, JSON.stringify(options));
      length += given.length;
    }
    assert.equal(length, wanted, JSON.stringify(options));
  }
});

test('archives inside archives', async () => {
  const inner = tar(['config.dump', '{}'], ['checkpoint/pages-1.img', Buffer.alloc(300000, 7)]);
  const outer = tar(
    ['blobs/sha256/abc', gzipSync(inner)],
    ['index.json', '{}'],
    ['layer.tar', inner],
  );
  const want = (member) =>
    /abc|layer/.test(member.name)
      ? { archive: { want: ['config.dump'] } }
      : member.name === 'index.json';
  for (const bytes of [outer, gzipSync(outer)]) {
    const archive = await openArchive(core, bytes, { want });
    assert.equal(archive.error, null);
    assert.equal(archive.nested.size, 2);
    for (const [index, compression] of [
      [0, 'gzip'],
      [2, 'none'],
    ]) {
      const nested = archive.nested.get(index);
      assert.equal(nested.error, null);
      assert.equal(nested.compression, compression);
      assert.equal(nested.members.length, 2);
      assert.equal(Buffer.from(nested.body('config.dump')).toString(), '{}');
    }
    assert.equal(Buffer.from(archive.body('index.json')).toString(), '{}');
  }
  const listed = await openArchive(core, outer);
  const { dataOffset, size } = listed.members.find('layer.tar');
  const source = {
    size: outer.length,
    read: (offset, length) => outer.subarray(offset, offset + length),
  };
  assert.equal((await openArchive(core, windowOf(source, dataOffset, size))).members.length, 2);

  let deep = tar(['x', '']);
  for (let i = 0; i < 6; i++) deep = tar(['deeper', deep]);
  const follow = { want: (member) => member.name === 'deeper' && { archive: follow } };
  let level = await openArchive(core, deep, follow);
  for (let i = 0; i < 5; i++) level = level.nested.get(0);
  assert.equal(level.error.code, 'limit-depth');
});

test('a plain archive of 64 GiB with the metadata last costs a few small reads', async () => {
  const size = 2 ** 36;
  const parts = new Map();
  let offset = 0;
  for (let i = 0; i < 30; i++) {
    parts.set(offset, header(`checkpoint/pages-${i}.img`, { size: Math.floor(size / 30) }));
    offset += 512 + Math.ceil(Math.floor(size / 30) / 512) * 512;
  }
  parts.set(offset, Buffer.concat([tar(['config.dump', '{"id":"x"}'], ['spec.dump', '{}'])]));
  const total = offset + parts.get(offset).length;
  let asked = 0;
  let progress = 0;
  const source = {
    size: total,
    async read(at, length) {
      asked += length;
      const bytes = new Uint8Array(length);
      for (const [start, part] of parts) {
        const from = Math.max(at, start);
        const to = Math.min(at + length, start + part.length);
        if (from < to) bytes.set(part.subarray(from - start, to - start), from - at);
      }
      return bytes;
    },
  };
  const archive = await openArchive(core, source, {
    want: ['config.dump', 'spec.dump'],
    onProgress: ({ read, size: all }) => {
      assert.ok(read >= progress && all === total);
      progress = read;
    },
  });
  assert.equal(archive.error, null);
  assert.equal(archive.members.length, 32);
  assert.equal(Buffer.from(archive.body('config.dump')).toString(), '{"id":"x"}');
  assert.ok(asked < 300000, `${asked} bytes`);
  assert.equal(progress, total);
});

test('many members: few calls, little memory', async () => {
  const one = newCore();
  let calls = 0;
  const exports = { ...one.exports };
  const { ckpt_wasm_archive_next: next } = one.exports;
  exports.ckpt_wasm_archive_next = (handle) => (calls++, next(handle));
  const parts = [];
  for (let i = 0; i < 100000; i++) parts.push(header(`folder/member-${i}`));
  const bytes = Buffer.concat([...parts, new Uint8Array(1024)]);
  const archive = await openArchive({ exports }, new Uint8Array(bytes));
  assert.equal(archive.members.length, 100000);
  assert.equal(archive.members.at(77777).name, 'folder/member-77777');
  assert.ok(calls < 2000, `${calls} calls`);
  assert.ok(one.exports.memory.buffer.byteLength <= 16 << 20);
  let count = 0;
  for (const member of archive.members) count += member.nameFlags.length;
  assert.equal(count, 0);
});

test('names and links that are remarkable', async () => {
  const archive = await openArchive(
    core,
    tar(
      ['../outside'],
      ['/etc/passwd'],
      ['C:/x'],
      ['a\u001b[31m'],
      ['same'],
      ['./same/'],
      ['./'],
      ['checkpoint/parent', '', { type: '2', link: '../pre-checkpoint' }],
      ['evil', '', { type: '2', link: '../../etc' }],
      ['device', '', { type: '3' }],
    ),
  );
  const flags = [...archive.members].map((member) => member.nameFlags.join());
  assert.deepEqual(flags, [
    'dotdot',
    'absolute',
    'drive',
    'control',
    '',
    'seen,dotSlash',
    'dotSlash',
    '',
    'linkOutside',
    '',
  ]);
  assert.equal(archive.members.at(9).type, 'character');
});

test('members are all there, however they come: few, then many at once, then few', () => {
  const size = layout.member.size + 8;
  const { record_size, index, type, name_length, normal_length } = layout.member.fields;
  /** Records as the core writes them. @param {number} first @param {number} count */
  const records = (first, count) => {
    const bytes = new Uint8Array(count * size);
    const view = new DataView(bytes.buffer);
    for (let i = 0; i < count; i++) {
      view.setUint32(i * size + record_size[0], size, true);
      view.setUint32(i * size + index[0], first + i, true);
      view.setUint32(i * size + type[0], 1, true);
      view.setUint32(i * size + name_length[0], 6, true);
      view.setUint32(i * size + normal_length[0], 6, true);
      bytes.set(Buffer.from(`${first + i}`.padStart(6)), i * size + layout.member.size);
    }
    return bytes;
  };
  for (const counts of [
    [4, 141, 13, 6],
    [1, 1000, 1, 1000, 1, 1],
    [1000, 1, 1000, 2],
    [1, 5, 30, 200, 600, 3, 600, 600, 1, 40],
  ])
    for (const look of [false, true]) {
      const members = new MemberList();
      let sum = 0;
      for (const count of counts) {
        members.add(records(sum, count), count);
        sum += count;
        if (look) assert.equal(members.at(sum - 1).index, sum - 1);
      }
      const all = [...members];
      assert.deepEqual(
        all.map((member) => `${member.name.trim()} ${member.type}`),
        Array.from({ length: sum }, (_, i) => `${i} file`),
        `${counts}`,
      );
      for (let i = sum; i-- > 0;) assert.equal(members.at(i).index, i);
    }
});

test('truncated and damaged archives say where', async () => {
  const bytes = new Uint8Array(readFileSync(join(folder, 'built', 'gnu-posix.tar')));
  const whole = await openArchive(core, bytes);
  const pages = whole.members.find('checkpoint/pages-1.img');
  const archive = await openArchive(core, bytes.subarray(0, pages.dataOffset + 1000));
  assert.equal(archive.error.code, 'truncated-member');
  assert.deepEqual(
    [archive.error.have, archive.error.want, archive.error.member],
    [1000, pages.size, pages.index],
  );
  assert.match(
    archive.error.message,
    /^The archive ends in member "checkpoint\/pages-1\.img" after 1000 of 153600 bytes/,
  );
  const packed = readFileSync(join(folder, 'built', 'c-gzip-0.tar.gz'));
  const cut = await openArchive(core, new Uint8Array(packed.subarray(0, 100000)));
  assert.equal(cut.error.code, 'truncated-stream');
  assert.equal(cut.error.member, pages.index);
});

test('gzip members of every short length: each has its checksum', async () => {
  const noise = Uint8Array.from({ length: 120_000 }, (_, i) => (i * i * 167) >> 3);
  const bytes = tar(['noise', noise]);
  const pieces = [];
  for (let at = 0, length = 0; at < bytes.length; at += length++)
    pieces.push(gzipSync(bytes.subarray(at, at + length), { level: 1 }));
  const packed = Buffer.concat(pieces);
  const archive = await openArchive(core, new Uint8Array(packed), { want: ['noise'] });
  assert.equal(archive.error, null);
  assert.equal(archive.info.streams, pieces.length);
  assert.deepEqual(archive.body('noise'), noise);
  const last = packed.length - 8;
  packed[last] ^= 1;
  const wrong = await openArchive(core, new Uint8Array(packed));
  assert.equal(wrong.error?.code, 'stream-checksum');
});

test('zstd blocks of nothing but literals: as many as there can be', async () => {
  let state = 1;
  const random = () => (state = Math.imul(state, 1103515245) + 12345) >>> 16;
  const noise = (/** @type {number} */ symbols) =>
    Uint8Array.from({ length: 400_000 }, () => random() % symbols);
  const members = [
    ['compressed', noise(60)],
    ['raw', noise(256)],
    ['same', new Uint8Array(400_000).fill(7)],
  ];
  const bytes = tar(...members);
  for (const level of ['-1', '-9', '-19']) {
    const packed = execFileSync('zstd', ['-qc', level], { input: bytes });
    const archive = await openArchive(core, new Uint8Array(packed), { want: ['*'] });
    assert.equal(archive.error, null);
    for (const [name, data] of members) assert.deepEqual(archive.body(name), data, name);
  }
});

test('a bomb: only what is kept is limited, a pause lets an abort through', async () => {
  const zeros = gzipSync(tar(['config.dump', Buffer.alloc(15 << 20)]), { level: 9 });
  const kept = await openArchive(core, new Uint8Array(zeros), { want: ['config.dump'] });
  assert.equal(kept.error?.code, 'limit-ratio');
  const listed = await openArchive(core, new Uint8Array(zeros));
  assert.equal(listed.error, null);

  const controller = new AbortController();
  const first = header('endless', { size: 2 ** 40 });
  const stream = {
    size: undefined,
    read: async (offset) => (offset === 0 ? first : new Uint8Array(65536)),
  };
  setTimeout(() => controller.abort(), 50);
  await assert.rejects(openArchive(core, stream, { signal: controller.signal }), {
    name: 'AbortError',
  });
  await assert.rejects(openArchive(core, first, { signal: AbortSignal.abort() }), {
    name: 'AbortError',
  });
  const failing = { size: 10, read: () => Promise.reject(new Error('disk gone')) };
  await assert.rejects(openArchive(core, failing), /disk gone/);
});

test('readers give their memory back', async () => {
  const one = newCore();
  const bytes = new Uint8Array(readFileSync(join(folder, 'built', 'c-zstd.tar.zst')));
  await openArchive(one, bytes, { want: ['*'] });
  const size = one.exports.memory.buffer.byteLength;
  for (let i = 0; i < 30; i++) await openArchive(one, bytes, { want: ['*'] });
  assert.equal(one.exports.memory.buffer.byteLength, size);
});
