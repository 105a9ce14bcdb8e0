// SPDX-License-Identifier: Apache-2.0
// The core for debugging: the same answers, and stack traces that name functions of C.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { load } from 'container-checkpoint/debug';

const core = /** @type {any} */ (await load());

test('the core for debugging gives the same answers', () => {
  const bytes = new TextEncoder().encode('{"id": "1234", "rootfsImageName": "web"}');
  assert.equal(core.decode('config.dump', bytes).rootfsImageName, 'web');
  const error = core.check('config.dump', bytes.subarray(0, 5));
  assert.deepEqual([error.rule, error.line, error.column], ['CKP100', 1, 6]);
});

test('a trap in it names functions of C', () => {
  // A pointer to nowhere: the core trusts its own side of the border.
  assert.throws(
    () => core.exports.ckpt_wasm_session_free(0xfffffff0),
    ({ stack }) => /ckpt_\w+_free/.test(stack),
  );
});
