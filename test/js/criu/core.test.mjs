// SPDX-License-Identifier: Apache-2.0
// Core files of all architectures: their headers, notes and memory, read again byte by byte.
import assert from 'node:assert/strict';
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { openCheckpoint } from 'container-checkpoint/node';
import { temporaryFolder } from '../lib/checkpoints.mjs';
import { ckpt } from '../lib/cli-run.mjs';
import { PAGE, dumpArchive, pstreeImage } from '../lib/dump.mjs';
import { MACHINES, START, archiveOf, bytes } from '../lib/machines.mjs';

const folder = temporaryFolder();
/** Headers and notes of a core file. */
function parse(file, { narrow = false, big = false }) {
  const view = new DataView(file.buffer, file.byteOffset, file.length);
  const number = (at, size) =>
    size === 2
      ? view.getUint16(at, !big)
      : size === 4
        ? view.getUint32(at, !big)
        : Number(view.getBigUint64(at, !big));
  const size = narrow ? 4 : 8;
  const headers = [];
  const [table, entry, count] = narrow
    ? [number(28, 4), number(42, 2), number(44, 2)]
    : [number(32, 8), number(54, 2), number(56, 2)];
  for (let i = 0; i < count; i++) {
    const at = table + i * entry;
    const words = Array.from({ length: narrow ? 8 : 7 }, (_, k) =>
      number(at + (narrow ? 0 : 8) + k * size, size),
    );
    headers.push(
      narrow
        ? {
            type: words[0],
            offset: words[1],
            address: words[2],
            inFile: words[4],
            inMemory: words[5],
            flags: words[6],
          }
        : {
            type: number(at, 4),
            flags: number(at + 4, 4),
            offset: words[0],
            address: words[1],
            inFile: words[3],
            inMemory: words[4],
          },
    );
  }
  const notes = [];
  const { offset, inFile } = headers[0];
  for (let at = offset; at < offset + inFile;) {
    const [owner, length, type] = [number(at, 4), number(at + 4, 4), number(at + 8, 4)];
    const start = at + 12 + Math.ceil(owner / 4) * 4;
    notes.push({ type, owner: file.toString('latin1', at + 12, at + 11 + owner), length, start });
    at = start + Math.ceil(length / 4) * 4;
  }
  return { machine: number(18, 2), headers, notes, number };
}

for (const [name, machine] of Object.entries(MACHINES)) {
  test(`the core file of ${name}`, async () => {
    const checkpoint = await openCheckpoint(archiveOf(machine));
    const dump = await checkpoint.dump();
    const pieces = dump.memory.coreFile(5);
    const file = Buffer.alloc(dump.memory.core(5).size);
    for await (const { position, bytes: piece } of pieces) file.set(piece, position);
    dump.close();
    await checkpoint.close();
    assert.equal(file.toString('latin1', 0, 4), '\x7fELF');
    assert.deepEqual([file[4], file[5]], [machine.narrow ? 1 : 2, machine.big ? 2 : 1]);
    const { machine: found, headers, notes, number } = parse(file, machine);
    assert.equal(found, machine.machine);
    const status = notes.filter(({ type }) => type === 1);
    assert.deepEqual(
      status.map(({ length }) => length),
      [machine.status, machine.status],
    );
    const word = machine.narrow ? 4 : 8;
    const [ids, registers] = machine.narrow ? [24, 72] : [32, 112];
    assert.deepEqual(
      status.map(({ start }) => number(start + ids, 4)),
      [5, 6],
    );
    const [counter, value] = machine.counter;
    for (const { start } of status)
      assert.equal(number(start + registers + counter * word, word), value);
    for (const [type, length] of Object.entries(machine.notes))
      assert.deepEqual(
        notes.filter((note) => note.type === Number(type)).map((note) => note.length),
        [length, length],
        `note ${type}`,
      );
    const info = notes.find(({ type }) => type === 3);
    assert.equal(info.length, machine.narrow ? 124 : 136);
    assert.equal(
      file.toString('latin1', info.start + (machine.narrow ? 28 : 40)).split('\0')[0],
      'name',
    );
    const files = notes.find(({ type }) => type === 0x46494c45);
    assert.deepEqual(
      Array.from({ length: 5 }, (_, i) => number(files.start + i * word, word)),
      [1, PAGE, 0x500000, 0x500000 + PAGE, 2],
    );
    assert.equal(
      file.toString('latin1', files.start + 5 * word, files.start + files.length),
      '/bin/true\0',
    );
    const loads = headers.slice(1);
    assert.deepEqual(
      loads.map(({ address, inFile, inMemory, flags }) => [address, inFile, inMemory, flags]),
      [
        [Number(START), 3 * PAGE, 3 * PAGE, 6],
        [0x500000, 0, PAGE, 5],
      ],
    );
    const memory = file.subarray(loads[0].offset, loads[0].offset + 3 * PAGE);
    assert.ok(memory.subarray(0, PAGE).equals(bytes.subarray(0, PAGE)));
    assert.ok(memory.subarray(PAGE, 2 * PAGE).every((byte) => byte === 0));
    assert.ok(memory.subarray(2 * PAGE).equals(bytes.subarray(2 * PAGE)));
  });
}

test('what has no core file', async () => {
  const checkpoint = await openCheckpoint(archiveOf(MACHINES['x86-64']));
  const dump = await checkpoint.dump();
  assert.throws(() => dump.memory.core(7), /there is no such process/);
  dump.close();
  await checkpoint.close();
  const other = await openCheckpoint(dumpArchive({ 'pstree.img': pstreeImage([5]) }));
  const without = await other.dump();
  assert.throws(() => without.memory.core(5), /are missing/);
  without.close();
  await other.close();
});

test('on the command line', async () => {
  const run = async (...args) => {
    const ended = await ckpt(args);
    assert.deepEqual([ended.code, ended.stderr], [0, ''], args.join(' '));
    return ended.bytes;
  };
  const path = join(folder, 'dump.tar');
  const out = join(folder, 'core');
  writeFileSync(path, archiveOf(MACHINES['x86-64']));
  await run('core', '--pid', '5', '-o', out, path);
  assert.equal(statSync(out).mode & 0o777, 0o600);
  assert.equal(readFileSync(out).toString('latin1', 0, 4), '\x7fELF');
  const raw = await run(
    'memory',
    '--pid',
    '5',
    '--address',
    '0x400000',
    '--length',
    '16',
    '--raw',
    path,
  );
  assert.ok(raw.equals(bytes.subarray(0, 16)));
  assert.equal(
    (await run('memory', '--pid', '5', '--address', '0x400000', '--length', '4', path)).toString(),
    `0000000000400000  00 07 0e 15 ${' '.repeat(37)} |....|\n`,
  );
  const absent = ['--pid', '5', '--address', '0x500000', '--length', '4', '--raw', path];
  const { code, stdout, stderr } = await ckpt(['memory', ...absent]);
  assert.deepEqual([code, stdout], [1, '']);
  assert.match(stderr, /0x500000: it is as in the mapped file/);
  const { maps } = JSON.parse((await run('maps', '--format', 'json', path)).toString());
  assert.deepEqual(
    maps.map(({ start, end, perms, offset, name, size, stored, zero, file }) => [
      start,
      end,
      perms,
      offset,
      name,
      size,
      stored,
      zero,
      file,
    ]),
    [
      ['0x400000', '0x403000', 'rw-p', '0x0', null, 12288, 8192, 4096, 0],
      ['0x500000', '0x501000', 'r-xp', '0x2000', '/bin/true', 4096, 0, 0, 4096],
    ],
  );
  assert.match((await run('memparse', path)).toString(), /^5 +name +8\.0 KiB +0 B$/m);
  const lines = (await run('memparse', '--pid', '5', path)).toString().split('\n');
  assert.match(lines[5], /^0000000000400000 {2}00 07 0e 15( [0-9a-f]{2}){12} {2}\|.{16}\|$/);
  const [line] = (await run('search', '--hex', '--format', 'jsonl', path, '00 07 0e 15'))
    .toString()
    .split('\n');
  assert.deepEqual(JSON.parse(line), {
    pid: 5,
    address: '0x400000',
    length: 4,
    match: '\0\x07\x0e\x15',
    mapping: '[anonymous]',
    perms: 'rw-p',
  });
});
