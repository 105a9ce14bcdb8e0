// SPDX-License-Identifier: Apache-2.0
// Every recorded answer of the Go package, through the WebAssembly module: value, exactness of
// integers, written bytes, and of errors the text, place and partial value.
import assert from 'node:assert/strict';
import process from 'node:process';
import test from 'node:test';
import { CheckpointError, load } from 'container-checkpoint';
import { cases, compact, difference, recorded } from '../lib/answers.mjs';
import { thrownBy } from '../lib/thrown.mjs';

const ckpt = await load();

/** @param {{kind: string, bytes: Uint8Array, answer: any, where: string}} c */
function checkAccepted({ kind, bytes, answer, where }) {
  const value = ckpt.decode(kind, bytes);
  assert.equal(ckpt.check(kind, bytes), null, where);
  if (answer.marshalError) {
    for (const write of [() => ckpt.encode(kind, value), () => ckpt.reencode(kind, bytes)]) {
      const error = thrownBy(write);
      assert.ok(error instanceof CheckpointError, where);
      assert.equal(error.kind, 'time', where);
      assert.equal(error.message, answer.marshalError, where);
      assert.equal(error.partial, undefined, where);
    }
    return;
  }
  assert.equal(difference(kind, value, answer.indented), undefined, where);
  assert.equal(ckpt.encode(kind, value), answer.indented, where);
  assert.equal(ckpt.reencode(kind, bytes), answer.indented, where);
}

/** Properties of errors that do not depend on the answer. @param {any} error @param {Uint8Array} bytes @param {string} where */
function checkPlace(error, bytes, where) {
  const { offset, length, line, column } = error;
  assert.ok(offset >= 0 && length >= 0 && offset + length <= bytes.length, where);
  const before = bytes.subarray(0, offset);
  const lineStart = before.lastIndexOf(10) + 1;
  assert.equal(line, before.filter((byte) => byte === 10).length + 1, where);
  const text = Buffer.from(before.subarray(lineStart));
  if (Buffer.from(text.toString()).equals(text))
    assert.equal(column, [...text.toString()].length + 1, where);
}

/** @param {{kind: string, bytes: Uint8Array, answer: any, partial?: string, where: string}} c */
function checkRefused({ kind, bytes, answer, partial, where }) {
  const error = thrownBy(() => ckpt.decode(kind, bytes));
  assert.ok(error instanceof CheckpointError, `${where}: ${error}`);
  const wanted = answer.errorKind.startsWith('other:') ? 'time' : answer.errorKind;
  assert.equal(error.kind, wanted, where);
  assert.equal(error.goMessage, answer.error, where);
  assert.ok(error.message.startsWith(`${answer.error} (line `), where);
  assert.equal(error.goOffset, answer.offset ?? -1, where);
  checkPlace(error, bytes, where);
  if (wanted === 'syntax') {
    const atEnd = error.offset === bytes.length;
    assert.equal(error.offset, atEnd ? answer.offset : answer.offset - 1, where);
    assert.equal(error.length, atEnd ? 0 : 1, where);
  }
  const token = Buffer.from(bytes.subarray(error.offset, error.offset + error.length)).toString();
  if (wanted === 'type') {
    const { value, type, struct, field } = answer.typeError;
    assert.deepEqual(
      [error.goValue, error.goType, error.goStruct, error.goField],
      [value, type, struct, field],
      where,
    );
    // Go's offset is after a scalar and after the bracket of others; ours is where the token begins.
    const [word, literal] = value.split(' ');
    const first = { object: '{', array: '[', string: '"', bool: 'tf', number: '-0123456789' };
    assert.ok(first[/** @type {keyof typeof first} */ (word)].includes(token[0]), where);
    if (literal) assert.equal(token, literal, where);
    const behind = /object|array/.test(word) ? 1 : error.length;
    assert.ok([0, 1].includes(answer.offset - error.offset - behind), where);
  }
  if (wanted === 'time') assert.ok(token.length > 0, where);

  if (wanted === 'syntax') {
    assert.equal(error.partial, undefined, where);
  } else if (answer.marshalError) {
    const second = thrownBy(() => ckpt.encode(kind, error.partial));
    assert.equal(second?.message, answer.marshalError, where);
  } else {
    assert.equal(
      difference(kind, error.partial, /** @type {string} */ (partial)),
      undefined,
      where,
    );
    assert.equal(compact(ckpt.encode(kind, error.partial)), partial, where);
  }
  // check() says the same and makes no value
  const checked = /** @type {any} */ (ckpt.check(kind, bytes));
  assert.ok(checked instanceof CheckpointError, where);
  assert.deepEqual({ ...checked, partial: 0 }, { ...error, partial: 0 }, where);
  assert.equal(checked.partial, undefined, where);
}

for (const [set, least] of /** @type {const} */ ([
  ['cases', 537],
  ['fuzz', 1000],
  ['more', 3000],
])) {
  test(`the Go package's answers: ${set}`, () => {
    let count = 0;
    for (const one of cases(set)) {
      if (one.answer.ok) checkAccepted(one);
      else checkRefused(one);
      count++;
    }
    assert.ok(count >= least, `${count} cases`);
  });
}

// Other answers of the Go package, made elsewhere, as for the C tests.
const { CKPT_INPUTS, CKPT_ANSWERS } = process.env;
if (CKPT_INPUTS && CKPT_ANSWERS) {
  test(`the Go package's answers: ${CKPT_INPUTS}`, () => {
    for (const one of cases(CKPT_INPUTS, CKPT_ANSWERS)) {
      if (one.answer.ok) checkAccepted(one);
      else checkRefused(one);
    }
  });
}

test("the Go package's answers: ByteToString", () => {
  const lines = recorded('bytes-expected');
  for (const line of lines) {
    const { n, s } = JSON.parse(line);
    assert.equal(ckpt.byteToString(BigInt(n)), s, n);
    if (Number.isSafeInteger(Number(n))) assert.equal(ckpt.byteToString(Number(n)), s, n);
  }
  assert.ok(lines.length > 5000);
});
