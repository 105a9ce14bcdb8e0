// SPDX-License-Identifier: Apache-2.0
// The part of a long line that stands in a frame, whatever its characters take.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { displayWidth } from '../../../wasm/report/escape.js';
import { frame } from '../../../wasm/report/frame.js';

const plain = (/** @type {string} */ text) => text;
const style = { bold: plain, dim: plain, red: plain, yellow: plain, cyan: plain };
const WIDTH = 80;

/** The line of the token and its mark, without the gutter. @param {string} before @param {string} token @param {string} after */
function framed(before, token, after) {
  const bytes = Buffer.from(`${before}${token}${after}`);
  const place = { offset: Buffer.byteLength(before), length: Buffer.byteLength(token), line: 1 };
  const [line, mark] = frame({ bytes, hidden: [] }, place, WIDTH, /** @type {any} */ (style)).split(
    '\n',
  );
  return { line, mark };
}

for (const [name, character, columns] of /** @type {const} */ ([
  ['one byte, one column', 'x', 1],
  ['two bytes, one column', 'é', 1],
  ['three bytes, two columns', '漢', 2],
  ['four bytes, one column', '\u{10330}', 1],
  ['four bytes, two columns', '\u{1f600}', 2],
]))
  test(`a line of characters of ${name} fills the frame`, () => {
    const many = character.repeat(1000);
    const { line, mark } = framed(many, '"token"', many);
    assert.ok(displayWidth(line) <= WIDTH, `${displayWidth(line)}`);
    assert.ok(displayWidth(line) > WIDTH - 1 - columns - 1, `${displayWidth(line)}: ${line}`);
    const [left, right] = line.slice(line.indexOf('|')).split('"token"');
    assert.ok(left.includes(character) && right.includes(character), line);
    assert.equal(mark.indexOf('^'), displayWidth(line.slice(0, line.indexOf('"token"'))));
    assert.equal(mark.trimEnd().length - mark.indexOf('^'), 7);
  });
