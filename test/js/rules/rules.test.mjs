// SPDX-License-Identifier: Apache-2.0
// Every rule: its bad sample gives its finding, at its place; its good one does not, and has no errors.
import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { test } from 'node:test';
import { load, openCheckpoint } from '../../../wasm/api/node.js';
import { reportOn, samples } from '../lib/samples.mjs';

const core = await load();
const described = JSON.parse(
  readFileSync(new URL('../../../build/describe.json', import.meta.url), 'utf8'),
).rules;

const brief = (report) =>
  report.findings.map(({ id, member, message }) => `${id} ${member}: ${message}`);

test('every rule has samples, and every sample a rule', () => {
  assert.deepEqual(
    [...samples.keys()],
    described.map(({ id }) => id),
  );
});

for (const { id } of described) {
  const sample = samples.get(id);
  if (!sample) continue;
  test(id, async () => {
    const bad = await reportOn(core, sample.bad);
    const found = bad.findings.filter((finding) => finding.id === id);
    const matching = found.find((finding) =>
      Object.entries(sample.finding).every(([key, value]) => finding[key] === value),
    );
    assert.ok(
      matching,
      `no finding is ${JSON.stringify(sample.finding)}:\n${JSON.stringify(found, null, 1)}\n${brief(bad).join('\n')}`,
    );
    const good = await reportOn(core, sample.good);
    const wrong = good.findings.filter(
      (finding) => finding.id === id || finding.severity === 'error',
    );
    assert.deepEqual(brief({ findings: wrong }), []);
  });
}

// What real checkpoints are expected to give beside information.
const EXPECTED = JSON.parse(
  readFileSync(new URL('../../data/rules/real/expected.json', import.meta.url), 'utf8'),
);
const folder = new URL('../../data/archives/', import.meta.url);
for (const name of readdirSync(folder).filter((file) => /\.(tar|gz|zst)$/.test(file)))
  test(`real: ${name}`, async () => {
    const checkpoint = await openCheckpoint(readFileSync(new URL(name, folder)), { name });
    const report = await core.validate(checkpoint);
    const noise = report.findings.filter(({ severity }) => severity !== 'info');
    assert.deepEqual(
      [...new Set(noise.map(({ id, severity }) => `${id} ${severity}`))].sort(),
      EXPECTED[name]?.findings ?? [],
      brief({ findings: noise }).join('\n'),
    );
    const verdicts = Object.fromEntries(
      report.targets.map(({ name: key, verdict }) => [key, verdict]),
    );
    // What made it restores it, unless something else is expected.
    const targets = { [report.engine.name]: 'restores', ...EXPECTED[name]?.targets };
    assert.deepEqual(verdicts, { ...verdicts, ...targets });
    await checkpoint.close();
  });
