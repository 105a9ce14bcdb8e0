// SPDX-License-Identifier: Apache-2.0
// What the tests of whole checkpoints share.
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after } from 'node:test';
import { fileURLToPath } from 'node:url';
import { load } from 'container-checkpoint/node';

/** The recorded archives, and what the reference tool says of them. */
export const data = fileURLToPath(new URL('../../data/archives/', import.meta.url));
export const expected = JSON.parse(readFileSync(join(data, 'expected.json'), 'utf8'));

/** A folder that is gone when the tests of the file are through. */
export function temporaryFolder() {
  const folder = mkdtempSync(join(tmpdir(), 'ckpt-checkpoints-'));
  after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

export const json = (value) => JSON.stringify(value);
export const text = (bytes) => Buffer.from(bytes).toString();
/** Ids of the rules of archives that a checkpoint breaks. */
export const broken = async (checkpoint) => {
  const { findings } = await (await load()).validate(checkpoint, { only: ['CKP0*'] });
  return [...new Set(findings.map(({ id }) => id))].sort();
};

/** A spec.dump and a config.dump that are good enough. */
export const spec = (annotations) => json({ ociVersion: '1.0.2', annotations });
export const config = { id: 'a'.repeat(64), name: 'n', createdTime: '2026-01-02T03:04:05.678Z' };

/** Asserts that a checkpoint is what the reference tool says of it. */
export function compare(checkpoint, name) {
  const want = expected[name];
  const { summary } = checkpoint;
  assert.equal(checkpoint.error, null, name);
  assert.equal(checkpoint.form, want.form, name);
  assert.equal(summary.form, want.form, name);
  assert.equal(summary.engine.display, want.engine, name);
  assert.deepEqual(summary.container, want.container, name);
  for (const [key, size] of Object.entries(want.sizes)) {
    assert.equal(summary.sizes[key], size, `${name} ${key}`);
  }
  for (const [key, value] of Object.entries(want.statistics ?? {})) {
    assert.equal(summary.statistics[key], value, `${name} ${key}`);
  }
  assert.deepEqual(summary.metadata.annotations, want.annotations, name);
  assert.deepEqual(Object.keys(summary.metadata.annotations), Object.keys(want.annotations).sort());
  assert.deepEqual(summary.mounts, want.mounts, name);
  assert.deepEqual(summary.networks, want.networks, name);
  assert.equal(checkpoint.members.length, want.members, name);
  assert.equal(checkpoint.documents['config.dump'].value.id, want.container.id);
}
