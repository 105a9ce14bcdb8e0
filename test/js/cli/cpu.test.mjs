// SPDX-License-Identifier: Apache-2.0
// ckpt cpu: the processor that a dump ran on, by what glibc keeps in memory, against targets.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { join } from 'node:path';
import { LEVELS, cpuTable, featuresOfState } from '../../../wasm/api/cpu-features.js';
import { ckpt, data, folder } from '../lib/cli-run.mjs';
import { coreImage, mmImage, pstreeImage } from '../lib/dump.mjs';

const archive = join(data, 'dumps/bare-stopped/bare-stopped.tar.zst');

/** A table as glibc has it. */
function tableOf({ kind = 1, eax = 0xc06f2, family = 6, model = 207, stepping = 2 } = {}) {
  const bytes = new Uint8Array(400);
  const view = new DataView(bytes.buffer);
  [kind, 31, family, model, stepping, eax].forEach((word, i) => view.setUint32(4 * i, word, true));
  view.setUint32(20 + 24, 1 << 28, true); // usable: AVX
  view.setUint32(20 + 8, (1 << 28) | (1 << 12), true); // reported: FMA, too
  return bytes;
}

test('the table of glibc, and what is none', () => {
  const table = cpuTable(tableOf());
  assert.deepEqual(
    [table?.vendor, table?.family, table?.model, table?.stepping],
    ['Intel', 6, 207, 2],
  );
  assert.deepEqual([...(table?.usable ?? [])], ['avx']);
  assert.deepEqual([...(table?.reported ?? [])], ['fma', 'avx']);
  for (const wrong of [{ kind: 0 }, { kind: 9 }, { family: 7 }, { stepping: 3 }, { model: 1 }])
    assert.equal(cpuTable(tableOf(wrong)), null, JSON.stringify(wrong));
  assert.equal(cpuTable(tableOf().subarray(0, 100)), null);
  assert.deepEqual([...featuresOfState(0b1100111n)], ['avx', 'avx512f']);
});

test('a real dump: every process has the same processor, the target lacks what it lacks', async () => {
  const { code, stdout } = await ckpt(['cpu', '--format', 'json', archive]);
  assert.equal(code, 0);
  const { processes } = JSON.parse(stdout);
  assert.equal(processes.length, 3);
  assert.equal(new Set(processes.map((/** @type {any} */ one) => JSON.stringify(one.cpu))).size, 1);
  for (const { source, uses } of processes) {
    assert.equal(source, 'glibc');
    for (const name of ['sse4_2', 'avx2', 'bmi2', 'popcnt']) assert.ok(uses.includes(name), name);
  }
  const uses = new Set(processes.flatMap((/** @type {any} */ one) => [...one.uses, ...one.holds]));
  const all = folder({ 'cpuinfo.txt': `processor\t: 0\nflags\t\t: ${[...uses].join(' ')}\n` });
  const good = await ckpt(['cpu', '--target-cpu', join(all, 'cpuinfo.txt'), archive]);
  assert.equal(good.code, 0);
  assert.match(good.stdout, /nothing\n/);
  const older = await ckpt(['cpu', '--target-cpu', 'x86-64-v2', '--format', 'jsonl', archive]);
  assert.equal(older.code, 1);
  for (const line of older.stdout.trim().split('\n')) {
    const { missing } = JSON.parse(line);
    assert.ok(missing.includes('avx2') && !missing.includes('sse4_2'));
    assert.deepEqual(
      missing.filter((/** @type {string} */ one) => LEVELS['x86-64-v2'].includes(one)),
      [],
    );
  }
});

test('without a table nobody can know', async () => {
  const dir = folder({
    'pstree.img': pstreeImage([7]),
    'core-7.img': coreImage('musl'),
    'mm-7.img': mmImage([{ start: 0x10000n, end: 0x11000n }]),
  });
  const { code, stdout } = await ckpt(['cpu', '--target-cpu', 'x86-64-v4', dir]);
  assert.equal(code, 1);
  assert.match(stdout, /cannot know.*cannot know/);
});

test('a target that is none is refused', async () => {
  const { code, stderr } = await ckpt(['cpu', '--target-cpu', 'x86-64-v9', archive]);
  assert.equal(code, 2);
  assert.match(stderr, /expected x86-64, x86-64-v2, x86-64-v3, x86-64-v4, a copy of/);
});
