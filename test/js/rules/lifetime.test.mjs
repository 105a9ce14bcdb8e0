// SPDX-License-Identifier: Apache-2.0
// Messages do not point into memory that something else uses by then.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { load } from '../../../wasm/api/node.js';

const core = await load();
const bytes = (text) => new TextEncoder().encode(text);

test('the error of a network.status that is no object, which is read once more as an array', () => {
  for (const [text, kind] of [
    ['"x"', 'string'],
    ['7', 'number'],
    ['true', 'bool'],
  ]) {
    const { findings } = core.validate({ 'network.status': bytes(text) }, { only: ['CKP302'] });
    assert.equal(findings.length, 1);
    assert.ok(
      findings[0].message.startsWith(
        `json: cannot unmarshal ${kind} into Go value of type metadata.PodmanNetworkStatus`,
      ),
      findings[0].message,
    );
  }
});

test('an escaped key that occurs twice is named in full', () => {
  const text = '{"annotations":{"\\u0061\\u0062c":"1","\\u0061bc":"2"},"ociVersion":"1.0.0"}';
  const { findings } = core.validate({ 'spec.dump': bytes(text) }, { only: ['CKP114'] });
  assert.equal(findings.length, 1);
  assert.match(findings[0].message, /The key "abc" is in this object more than once/);
  assert.equal(findings[0].pointer, '/annotations/abc');
});
