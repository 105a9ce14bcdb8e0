// SPDX-License-Identifier: Apache-2.0
// Tars, most of them malformed, against what Go's archive/tar takes them for (test/data/tar-go), through the module.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { openArchive } from '../../../wasm/api/archive.js';
import { load } from '../../../wasm/api/node.js';

const core = await load();
const text = gunzipSync(
  readFileSync(new URL('../../data/tar-go/cases.txt.gz', import.meta.url)),
).toString();
const LARGE = 2 ** 26; // what is larger was not read
const SMALL = 2 ** 16; // of what is larger, the content is not compared here

const hex = (/** @type {Uint8Array | string} */ bytes) => Buffer.from(bytes).toString('hex');

function hash(bytes) {
  let h = 0xcbf29ce484222325n;
  for (const byte of bytes) h = BigInt.asUintN(64, (h ^ BigInt(byte)) * 0x100000001b3n);
  return h.toString(16).padStart(16, '0');
}

/** Type, name, size and content, as in the recorded lines. */
function lineOf(member, archive) {
  const typeflag = member.type === 'directory' ? '5' : member.typeflag;
  const start = `${hex(Buffer.from(typeflag, 'latin1'))} ${hex(member.nameBytes)} ${Math.min(member.size, LARGE)}`;
  if (archive.error?.member === member.index) return `${start} bad`;
  if (member.size > SMALL) return start;
  return `${start} ${hash(archive.bodies.get(member.index) ?? [])}`;
}

/** The same of a recorded line: "30 NAME -> LINK SIZE … BYTES HASH". */
function recorded(line) {
  const [type, name, , , size] = line.split(' ');
  const last = line.split(' ').at(-1);
  return Number(size) > SMALL && last !== 'bad'
    ? `${type} ${name} ${size}`
    : `${type} ${name} ${size} ${last}`;
}

test('tars are read as by Go, through the module', async () => {
  let count = 0;
  for (const answer of text.slice(4).split('\ntar ')) {
    const [base64, ...lines] = answer.trimEnd().split('\n');
    const end = lines.pop();
    const archive = await openArchive(core, new Uint8Array(Buffer.from(base64, 'base64')), {
      want: (member) => member.size <= SMALL,
    });
    const found = [...archive.members].map((member) => lineOf(member, archive));
    const wanted = lines
      .map(recorded)
      .map((line) => (line.endsWith(' large') ? line.slice(0, -6) : line));
    if (end === 'stop') {
      found.length = wanted.length; // it did not read the large member, nor on
      found.push(found.pop().replace(/ bad$/, ''));
    }
    assert.deepEqual(found, wanted, `case ${count}`);
    const error = archive.error !== null && archive.error.code !== 'empty';
    if (end !== 'stop') assert.equal(error, end === 'error', `case ${count}: ${archive.error}`);
    count++;
  }
  assert.equal(count, 3000);
});
