// SPDX-License-Identifier: Apache-2.0
// What is listed of the findings never changes a verdict, nor the trust.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { load, openCheckpoint } from '../../../wasm/api/node.js';

const core = await load();
const read = (name) =>
  readFileSync(new URL(`../../data/restores/${name}.tar.zst`, import.meta.url));

/** What decides: verdicts with the rules and conditions after them, and the trust. */
const decided = ({ targets, trust }) => ({
  trust: trust.level,
  targets: targets.map(({ name, verdict, reasons, conditions }) => ({
    name,
    verdict,
    reasons: reasons.map(({ id, message }) => [id, message]),
    conditions: conditions.map(({ id, text, option }) => [id, text, option]),
  })),
});

for (const name of ['001-base-plain', '058-fifo-is-file', '070-img-flags-creat-trunc'])
  test(`${name}: the same verdict whatever is ignored or selected`, async () => {
    const checkpoint = await openCheckpoint(read(name), { name });
    const whole = decided(await core.validate(checkpoint, { targets: ['podman@4.3'] }));
    for (const options of [
      { ignore: ['CKP*'] },
      { ignore: ['CKP4*', 'CKP113'] },
      { only: ['CKP001'] },
      { only: ['CKP9*'] },
    ]) {
      const some = await core.validate(checkpoint, { targets: ['podman@4.3'], ...options });
      assert.deepEqual(decided(some), whole, JSON.stringify(options));
    }
    await checkpoint.close();
  });

test('a skippable frame in front of zstd: Podman and CRI-O fail, containerd would not', async () => {
  const frame = Buffer.from([0x5f, 0x2a, 0x4d, 0x18, 3, 0, 0, 0, 1, 2, 3]);
  const bytes = Buffer.concat([frame, read('001-base-plain')]);
  const checkpoint = await openCheckpoint(bytes, { name: 'skippable' });
  const { targets, findings } = await core.validate(checkpoint);
  await checkpoint.close();
  const of = (name) => targets.find((target) => target.name === name);
  assert.equal(of('podman').verdict, 'fails');
  assert.deepEqual(
    of('podman').reasons.map(({ id }) => id),
    ['CKP001'],
  );
  assert.deepEqual(
    of('containerd').reasons.map(({ id }) => id),
    ['CKP700'],
  );
  const found = findings.filter(({ id }) => id === 'CKP001');
  assert.deepEqual(
    found.map(({ severity, archiveOffset }) => [severity, archiveOffset]),
    [['warning', 0]],
  );
});
