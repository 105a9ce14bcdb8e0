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
