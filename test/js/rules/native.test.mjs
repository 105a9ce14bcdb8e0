// SPDX-License-Identifier: Apache-2.0
// The native library and the module say the same of every recorded checkpoint and every sample.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync, readdirSync } from 'node:fs';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { evidenceOf } from '../../../wasm/api/validate.js';
import { load, openCheckpoint } from '../../../wasm/api/node.js';
import { build, samples } from '../lib/samples.mjs';

const core = await load();
const program = fileURLToPath(new URL('../../../build/native/test-c', import.meta.url));
const folder = new URL('../../data/archives/', import.meta.url);
const NOW = 1800000000;

/** One part of the program's input: test/c/validate.h. */
function part(kind, name, body) {
  const head = Buffer.alloc(9);
  const [nameBytes, bytes] = [Buffer.from(name), Buffer.from(body)];
  head.write(kind);
  head.writeUInt32LE(nameBytes.length, 1);
  head.writeUInt32LE(bytes.length, 5);
  return Buffer.concat([head, nameBytes, bytes]);
}

/** The images of CRIU, whole, as parts. */
async function imagesOf(checkpoint, dump) {
  const parts = [];
  const last = new Map();
  for (const member of checkpoint.members)
    if (member.type === 'file') last.set(member.name, member);
  for (const [path, member] of dump ? last : []) {
    const name = path.replace(/^(pre-)?checkpoint\//, '');
    if (name.includes('/') || /^pages-/.test(name)) continue;
    const kind = path.startsWith('pre-checkpoint/') ? 'e' : 'd';
    parts.push(part(kind, name, await checkpoint.read(member)));
  }
  return parts;
}

/** What the module says, and the input for the program that says it natively. */
async function both(bytes, name, given = {}) {
  const checkpoint = await openCheckpoint(bytes, { name });
  const options = { now: NOW, ...given };
  const { containers, ...report } = await core.validate(checkpoint, options);
  const { facts, files, ...evidence } = await evidenceOf(checkpoint, options);
  delete options.memory; // that is in the facts
  const groups = [
    { name: '', records: evidence.records ?? [] },
    { name: 'image:', records: evidence.imageRecords ?? [] },
    ...(evidence.nested ?? []),
  ];
  const parts = [
    part('o', '', JSON.stringify({ ...options, file: { name: checkpoint.name, ...given.file } })),
    ...[...files].map(([file, body]) => part('f', file, body)),
    ...(evidence.readings ?? []).map(([scope, reading]) => part('a', scope, reading)),
    ...groups.flatMap(({ name: scope, records }) => [...records].map((r) => part('r', scope, r))),
    ...(await imagesOf(checkpoint, evidence.dump)),
    part('x', '', JSON.stringify(facts)),
  ];
  evidence.dump?.close();
  await checkpoint.close();
  return { name, report, input: Buffer.concat(parts), containers };
}

test('native reports', async () => {
  const all = [];
  for (const name of readdirSync(folder).filter((file) => /\.(tar|gz|zst)$/.test(file)))
    all.push(await both(readFileSync(new URL(name, folder)), name));
  for (const [id, sample] of samples) {
    for (const side of ['bad', 'good']) {
      const name = sample[side].name ?? `${id}-${side}`;
      all.push(await both(await build(sample[side]), name, sample[side].options));
    }
  }
  const run = spawnSync(program, ['--validate'], {
    input: Buffer.concat(all.map(({ input }) => input)),
    maxBuffer: 2 ** 28,
  });
  assert.equal(run.status, 0, run.error?.message ?? run.stderr?.toString());
  const lines = run.stdout.toString().split('\n');
  assert.equal(lines.length, all.length + 1);
  for (const [i, { name, report }] of all.entries()) {
    const said = JSON.parse(lines[i] || '""');
    assert.deepEqual(said, report, name);
    assert.equal(JSON.stringify(said), JSON.stringify(report), name); // in this order
  }
  assert.ok(all.length > 100 && all.some(({ report }) => report.counts.error > 0));
});
