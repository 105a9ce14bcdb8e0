// SPDX-License-Identifier: Apache-2.0
// Text from outside, made safe to show (wasm/report/escape.js).
import assert from 'node:assert/strict';
import test from 'node:test';
import {
  asciiJson,
  displayWidth,
  escapeBytes,
  escapeForTerminal,
  escapeInJson,
  visibleCharacters,
} from '../../../wasm/report/escape.js';

/** Whatever acts or hides, apart from the line feeds of the output itself. */
const ACTING = /(?!\n)[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/u;

test('escapeForTerminal', () => {
  for (const [text, expected] of [
    ['plain äöü 容器 🐳 e\u0301 \\x1b', 'plain äöü 容器 🐳 e\u0301 \\x1b'],
    ['\0\x07\b\t\n\v\f\r\x1b\x7f', '\\x00\\x07\\x08\\t\\n\\x0b\\x0c\\r\\x1b\\x7f'],
    ['\x80\x9b\x9d\xa0\xad', '\\x80\\x9b\\x9d\xa0\\xad'],
    [
      '\u061c\u200b\u200e\u202a\u202e\u2066\u2069',
      '\\u061c\\u200b\\u200e\\u202a\\u202e\\u2066\\u2069',
    ],
    ['\u2028\u2029\ufeff\ufe0f\u3164', '\\u2028\\u2029\\ufeff\\ufe0f\\u3164'],
    ['\ud800x\udfff', '\\ud800x\\udfff'],
    ['\u{e0041}\u{1f468}\u200d\u{1f469}', '\\u{e0041}\u{1f468}\\u200d\u{1f469}'],
  ])
    assert.equal(escapeForTerminal(text), expected);
});

test('every code point is either shown or written out', () => {
  for (let code = 0; code < 0x110000; code++) {
    const character = String.fromCodePoint(code);
    const shown = escapeForTerminal(character);
    if (shown === character) assert.doesNotMatch(character, /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u);
    else assert.match(shown, /^\\(?:[tnr]|x[0-9a-f]{2}|u[0-9a-f]{4}|u\{[0-9a-f]{5,6}\})$/);
  }
});

test('escapeBytes agrees with escapeForTerminal on UTF-8 and shows every other byte', () => {
  const text = 'a\u00e9\u07ff\u0800\ud7ff\ue000\uffff\u{10000}\u{10ffff}\x1b\u202e';
  assert.equal(escapeBytes(Buffer.from(text)), escapeForTerminal(text));
  for (const [hex, expected] of [
    ['ff', '\\xff'],
    ['6180', 'a\\x80'],
    ['c3', '\\xc3'],
    ['c328', '\\xc3('],
    ['c080', '\\xc0\\x80'],
    ['e28261', '\\xe2\\x82a'],
    ['e08080', '\\xe0\\x80\\x80'],
    ['eda080', '\\xed\\xa0\\x80'],
    ['f0808080', '\\xf0\\x80\\x80\\x80'],
    ['f4908080', '\\xf4\\x90\\x80\\x80'],
    ['f09f90', '\\xf0\\x9f\\x90'],
  ])
    assert.equal(escapeBytes(Buffer.from(hex, 'hex')), expected);
});

test('escapes of JSON text keep its meaning', () => {
  const value = { 'k\u202e': '\x1b\x7f\x9b\u00e9\u{e0041}🐳\ud800', n: [1, 'a\nb'] };
  const json = JSON.stringify(value, null, 2);
  for (const escaped of [asciiJson(json), escapeInJson(json)]) {
    assert.deepEqual(JSON.parse(escaped), value);
    assert.doesNotMatch(escaped, ACTING);
  }
  assert.match(asciiJson(json), /^[\n\x20-\x7e]*$/);
  assert.ok(escapeInJson(json).includes('🐳'));
});

test('visibleCharacters tells where each character begins', () => {
  const bytes = Buffer.from('a\xc3\xa9\xff\xf0\x9f\x90\xb3\n', 'latin1');
  assert.deepEqual(
    [...visibleCharacters(bytes)].map(({ text, offset }) => [text, offset]),
    [
      ['a', 0],
      ['\u00e9', 1],
      ['\\xff', 3],
      ['\u{1f433}', 4],
      ['\\n', 8],
    ],
  );
  // A part: what is cut is not taken for whole.
  assert.deepEqual(
    [...visibleCharacters(bytes, 2, 6)].map(({ text }) => text),
    ['\\xa9', '\\xff', '\\xf0', '\\x9f'],
  );
});

test('displayWidth', () => {
  for (const [text, width] of /** @type {[string, number][]} */ ([
    ['', 0],
    ['abc \u00e9', 5],
    ['e\u0301', 1],
    ['\u5bb9\u5668', 4],
    ['\uff21\uff71', 3],
    ['\u{1f433}', 2],
    ['\ud55c', 2],
    ['\u2026', 1],
  ]))
    assert.equal(displayWidth(text), width, text);
});
