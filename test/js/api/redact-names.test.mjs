// SPDX-License-Identifier: Apache-2.0
// Names of members in the manifest of a redaction: nothing of a value that was found stands in them.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { redactionManifest } from '../../../wasm/api/redact.js';

/** @param {string[]} values @param {string[]} names @returns {string[]} the names that the manifest has */
function shown(values, names) {
  const cuts = names.map((member) => ({ member }));
  const found = { values: new Set(values), cuts, closed: [], short: new Set() };
  const { cut } = redactionManifest(
    /** @type {any} */ (found),
    /** @type {any} */ ({ members: [] }),
    [],
    [],
  );
  return cut.map(({ member }) => member);
}

test('values in names are masked: the longest, each time, also where two overlap', () => {
  const mask = shown(['secret'], ['secret'])[0];
  assert.ok(!mask.includes('secret') && mask.length > 0);
  const values = ['abcd1234', 'abcd1234wxyz', '1234wxyz5678', 'éü€😀1'];
  for (const [name, expected] of [
    ['a/abcd1234/b', `a/${mask}/b`],
    ['abcd1234wxyz', mask],
    ['abcd1234abcd1234', mask + mask],
    ['abcd1234wxyz5678', mask],
    ['x/éü€😀1', `x/${mask}`],
    ['abcd123', 'abcd123'],
    ['', ''],
  ])
    assert.deepEqual(shown(values, [name]), [expected], name);
  assert.deepEqual(shown([], ['a/b']), ['a/b']);
});

test('as many values as names', () => {
  const values = Array.from({ length: 30_000 }, (_, i) => `sEcReT-${i}-${i * 7}`);
  const names = values.map((value, i) => `etc/${i % 3 === 0 ? value : 'file'}/${i}`);
  const mask = shown(['secret'], ['secret'])[0];
  shown(values, names).forEach((name, i) =>
    assert.equal(name, `etc/${i % 3 === 0 ? mask : 'file'}/${i}`),
  );
});
