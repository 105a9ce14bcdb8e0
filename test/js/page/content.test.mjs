// SPDX-License-Identifier: Apache-2.0
// The bytes of one member in the page: how often they are read, and what is found in them.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { test } from 'node:test';
import { openCheckpoint } from 'container-checkpoint/node';
import { Content, WHOLE } from '../../../web/worker/content.js';
import { tar } from '../lib/tar.mjs';

const MIB = 2 ** 20;
const text = (/** @type {string} */ string) => new TextEncoder().encode(string);

/** A content of bytes that come in pieces, and the ranges that were asked for. @param {Uint8Array} bytes @param {number} [piece] */
function contentOf(bytes, piece = 100_000) {
  /** @type {{start: number, end: number}[]} */
  const asked = [];
  const content = new Content(bytes.length, async function* ({ start, end }) {
    asked.push({ start, end });
    for (let at = start; at < end; at += piece) yield bytes.slice(at, Math.min(at + piece, end));
  });
  return { content, asked };
}

test('searching a large member of a compressed archive decompresses it once', async () => {
  const pages = new Uint8Array(WHOLE + 6 * MIB);
  for (let i = 0; i < pages.length; i += 997) pages[i] = i;
  const places = [5, MIB - 3, WHOLE - 2, WHOLE + 2 * MIB, pages.length - 6];
  for (const place of places) pages.set(text('Needle'), place);
  const archive = tar(['config.dump', '{}'], ['checkpoint/pages-1.img', pages], ['end', 'x']);
  const packed = execFileSync('zstd', ['-qc', '-1'], { input: archive, maxBuffer: 2 ** 28 });
  let read = 0;
  const source = {
    size: packed.length,
    read: (/** @type {number} */ offset, /** @type {number} */ length) => {
      read += Math.min(length, packed.length - offset);
      return new Uint8Array(packed.subarray(offset, offset + length));
    },
  };
  const checkpoint = await openCheckpoint(source);
  const name = 'checkpoint/pages-1.img';
  const content = new Content(pages.length, (range) => checkpoint.stream(name, range));
  await content.open();
  read = 0;
  const found = await content.find(text('nEEDLE'), () => false);
  assert.deepEqual([...found.places], places);
  assert.ok(read <= packed.length + 512, `${read} of ${packed.length} bytes read`);
  // Some screens of it: one pass for what is asked at once, none for what is there.
  read = 0;
  assert.deepEqual(
    await content.slice(WHOLE + MIB - 5, WHOLE + 3 * MIB),
    pages.slice(WHOLE + MIB - 5, WHOLE + 3 * MIB),
  );
  assert.ok(read <= packed.length + 512, `${read} of ${packed.length} bytes read`);
  read = 0;
  await content.slice(WHOLE + MIB, WHOLE + 2 * MIB);
  assert.equal(read, 0);
  content.close();
  await checkpoint.close();
});

test('places across pieces of any size, also those that look like a beginning', async () => {
  const bytes = text('aab.aaab.AAB.ab.aab');
  for (let piece = 1; piece < 9; piece++) {
    // It is not opened: nothing of it is in memory.
    const { content } = contentOf(bytes, piece);
    const found = await content.find(text('aab'), () => false);
    assert.deepEqual([...found.places], [0, 5, 9, 16], `pieces of ${piece}`);
  }
});

test('what was looked at long ago is forgotten', async () => {
  const { content, asked } = contentOf(new Uint8Array(WHOLE + 40 * MIB), MIB);
  await content.open();
  asked.length = 0;
  const look = (/** @type {number} */ part) =>
    content.slice(WHOLE + part * MIB, WHOLE + part * MIB + 1);
  for (let i = 0; i < 40; i++) await look(i);
  assert.equal(asked.length, 40);
  await look(39);
  await look(8);
  assert.equal(asked.length, 40, 'the latest 32 are there');
  await look(7);
  assert.equal(asked.length, 41);
  await look(9);
  assert.equal(asked.length, 42, 'the oldest made room, not the one that was just used');
  await look(8);
  assert.equal(asked.length, 42);
});
