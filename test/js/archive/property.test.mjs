// SPDX-License-Identifier: Apache-2.0
// read(a, b) is read().slice(a, b), and ranges() gives the same, for random a and b in every form.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openCheckpoint } from 'container-checkpoint/node';
import { config, json, spec, temporaryFolder } from '../lib/checkpoints.mjs';
import { forms } from '../lib/forms.mjs';

/** Numbers below `n` that look random, the same each time. @param {number} seed */
function random(seed) {
  let state = seed;
  return (/** @type {number} */ n) => {
    state = (Math.imul(state ^ (state >>> 15), 0x2c1b3c6d) + 0x6d2b79f5) | 0;
    return ((state ^ (state >>> 13)) >>> 0) % n;
  };
}

/** Bytes that tell where they are. */
const bytes = (size, seed) =>
  Uint8Array.from({ length: size }, (_, i) => (i * 7 + (i >> 8) * 31 + (i >> 16) + seed) & 255);
const contents = {
  'config.dump': Buffer.from(json(config)),
  'spec.dump': Buffer.from(spec({ 'io.container.manager': 'libpod' })),
  'checkpoint/empty.img': Buffer.alloc(0),
  'checkpoint/core-1.img': bytes(1000, 1),
  'checkpoint/pages-1.img': bytes(200_001, 2),
  'checkpoint/core-2.img': bytes(513, 3),
  'checkpoint/pages-2.img': bytes(70_000, 4),
};
/** Where off by one hurts. */
const EDGES = [0, 1, 511, 512, 513, 4095, 4096, 4097, 12288, 20480, 24576, 65535, 65536, 131072];

/** @param {(n: number) => number} below @param {number} size */
function place(below, size) {
  const [edge, kind] = [EDGES[below(EDGES.length)], below(4)];
  if (kind === 0) return edge;
  if (kind === 1) return size - edge;
  if (kind === 2) return below(size + 20) - 10;
  return edge + below(5) - 2;
}

for (const { name, source, inside, container, want } of forms(contents, temporaryFolder()))
  test(name, async () => {
    const opened = await openCheckpoint(source);
    assert.equal(opened.error, null);
    const checkpoint = container ? (await opened.containers())[0] : opened;
    const below = random(name.length);
    /** @type {{member: string, offset: number, length: number, tag: Uint8Array}[]} */
    const list = [];
    for (const [member, content] of Object.entries(want)) {
      const whole = await checkpoint.read(member, { inside });
      assert.deepEqual(Buffer.from(whole), Buffer.from(content), member);
      for (let i = 0; i < 12; i++) {
        const [a, b] = [place(below, content.length), place(below, content.length)];
        const [start, end] = [Math.max(a, 0), Math.max(b, 0)];
        const expected = Buffer.from(content).subarray(start, Math.max(start, end));
        const told = `${member} ${a} ${b}`;
        assert.deepEqual(
          Buffer.from(await checkpoint.read(member, { start: a, end: b, inside })),
          expected,
          told,
        );
        const pieces = [];
        for await (const piece of checkpoint.stream(member, { start: a, end: b, inside }))
          pieces.push(Buffer.from(piece));
        assert.deepEqual(Buffer.concat(pieces), expected, told);
        list.push({ member, offset: start, length: Math.max(0, end - start), tag: expected });
      }
    }
    // All at once, in any order.
    /** @type {Map<Uint8Array, Buffer[]>} */
    const got = new Map(list.map(({ tag }) => [tag, []]));
    const shuffled = list.map((range) => ({ range, at: below(2 ** 20) }));
    shuffled.sort((one, other) => one.at - other.at);
    for await (const piece of checkpoint.ranges(
      shuffled.map(({ range }) => range),
      { inside },
    ))
      got.get(piece.tag)?.push(Buffer.from(piece.bytes));
    for (const [expected, pieces] of got)
      assert.deepEqual(Buffer.concat(pieces), Buffer.from(expected));
    await opened.close();
  });
