// SPDX-License-Identifier: Apache-2.0
// Verdicts against what Podman really did with archives that have one change each.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { load, openCheckpoint } from '../../../wasm/api/node.js';

const core = await load();
const folder = new URL('../../data/restores/', import.meta.url);
const outcomes = JSON.parse(readFileSync(new URL('outcomes.json', folder), 'utf8'));

for (const [name, { restores, said, note }] of Object.entries(outcomes))
  test(`${name}: ${restores ? 'it came back' : said}`, async () => {
    const checkpoint = await openCheckpoint(readFileSync(new URL(`${name}.tar.zst`, folder)), {
      name,
    });
    const report = await core.validate(checkpoint, { targets: ['podman@4.3'] });
    await checkpoint.close();
    const [{ verdict, reasons, conditions }] = report.targets;
    const why = JSON.stringify({ note, reasons, conditions }, null, 1);
    assert.notEqual(verdict, restores ? 'fails' : 'restores', why);
    assert.notEqual(verdict, 'unknown', why);
    if (report.trust.level === 'hostile') assert.notEqual(verdict, 'restores', why);
    // What stops it is told of each finding; an error that does not is no honest one.
    for (const { id, severity, stops } of report.findings) {
      if (stops.includes('podman')) assert.equal(verdict, 'fails', id);
      else if (severity === 'error' && verdict !== 'fails')
        assert.notEqual(report.trust.level, 'clean', `${id}: ${why}`);
    }
    for (const { id, finding } of reasons)
      if (finding >= 0 && id !== '')
        assert.ok(report.findings[finding].stops.includes('podman'), id);
  });
