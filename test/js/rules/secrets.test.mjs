// SPDX-License-Identifier: Apache-2.0
// Secrets are found by their names, shapes and places, and what only looks like one is not (CKP800).
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { load } from '../../../wasm/api/node.js';

const core = await load();
const sets = ['shapes', 'more', 'vendors'].map((name) =>
  JSON.parse(readFileSync(new URL(`../../data/secrets/${name}.json`, import.meta.url), 'utf8')),
);

/** A spec.dump that has the text in that place. */
function target(place, text) {
  const spec = { ociVersion: '1.0.0', process: { args: ['x'], env: [] }, annotations: {} };
  if (place === 'env') spec.process.env = [text];
  else if (place === 'args') spec.process.args = text;
  else if (typeof text === 'string') spec.annotations = { 'example.com/config': text };
  else spec.annotations = { [text[0]]: text[1] };
  return { 'spec.dump': new TextEncoder().encode(JSON.stringify(spec)) };
}
const findings = (place, text) => core.validate(target(place, text), { only: ['CKP800'] }).findings;

for (const { secrets, lookalikes } of sets) {
  for (const [place, kind, text, secret] of secrets) {
    test(`${place} ${kind}`, () => {
      const found = findings(place, text);
      assert.equal(found.length, 1, JSON.stringify(text));
      const report = JSON.stringify(core.validate(target(place, text)));
      assert.ok(!report.includes(secret), `the report shows ${secret}: ${found[0].message}`);
    });
  }
  test('look-alikes', () => {
    for (const [place, text] of lookalikes)
      assert.deepEqual(
        findings(place, text).map(({ message }) => message),
        [],
        JSON.stringify(text),
      );
  });
}
