// SPDX-License-Identifier: Apache-2.0
// Real dumps, mutated as a mind that knows their structure would: what is refused leaves no facts after, and a gap that
// names it. test/tools/mutate_dumps.mjs does thousands of them, through the commands, too.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import test from 'node:test';
import { load } from '../../../wasm/api/node.js';
import { data } from '../lib/cli-run.mjs';
import { Told, filesOf, holds, mutate, numbers } from '../lib/mutations.mjs';

const ckpt = await load();

for (const [name, seed] of /** @type {const} */ ([
  ['bare-anonfds', 1],
  ['bare-files', 2],
  ['bare-sockets', 3],
  ['bare-tcp', 4],
  ['lazy', 5],
  ['podman-tty', 6],
  ['podman-userns', 7],
]))
  test(`${name}: no wrong claim after 12 mutations`, async () => {
    const files = await filesOf(join(data, 'dumps', name, `${name}.tar.zst`));
    const told = new Told();
    const random = numbers(seed);
    for (let i = 0; i < 12; i++) {
      const mutation = mutate(ckpt, files, random);
      await assert.doesNotReject(
        holds(files, mutation, told),
        undefined,
        `${mutation.member}: ${mutation.what}`,
      );
    }
  });
