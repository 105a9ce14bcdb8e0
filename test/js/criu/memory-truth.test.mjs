// SPDX-License-Identifier: Apache-2.0
// Memory of real dumps against what /proc/PID/mem held of the frozen processes: in the dialect of CRIU 3 to 4.2, in
// dumps before, in lazy ones, and with the page maps and pages files written again in every dialect that there is.
// test/tools/memory-truth.mjs does the same for a folder of dumps.
import assert from 'node:assert/strict';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { FORMS, chainOf, checkMemory, readTruth, rewritten } from '../lib/memory-truth.mjs';

const data = new URL('../../data/', import.meta.url).pathname;

/** @param {string} name @returns {Promise<(string | Uint8Array)[]>} the dump, then those before it */
async function sourcesOf(name) {
  const own = join(data, 'memory', `${name}.tar.zst`);
  if (existsSync(own)) return [own];
  const folder = join(data, 'dumps', name);
  const chain = join(folder, 'chain-dirs.tar.zst');
  return existsSync(chain) ? chainOf(chain) : [join(folder, `${name}.tar.zst`)];
}

const NAMES = readdirSync(join(data, 'memory'))
  .filter((name) => name.endsWith('.json'))
  .map((name) => name.replace('.json', ''));

for (const name of NAMES)
  test(`${name}: the memory of the frozen processes`, async () => {
    const truth = readTruth(join(data, 'memory', `${name}.json`));
    const [dump, ...before] = await sourcesOf(name);
    const { checks, faults } = await checkMemory(dump, truth, before);
    assert.deepEqual(faults, []);
    assert.ok(checks >= truth.ranges.length + truth.markers.length);
  });

for (const name of ['bare-mem', 'chain-plain', 'lazy'])
  for (const form of FORMS)
    test(`${name}: ${form.name}`, async (t) => {
      const dumps = await Promise.all(
        (await sourcesOf(name)).map((source) => rewritten(source, form)),
      );
      // Before flags there were no lazy pages.
      if (dumps.includes(null)) return void assert.equal(name, 'lazy');
      const truth = readTruth(join(data, 'memory', `${name}.json`));
      const { faults } = await checkMemory(
        /** @type {Uint8Array} */ (dumps[0]),
        truth,
        /** @type {Uint8Array[]} */ (dumps.slice(1)),
      );
      assert.deepEqual(faults, []);
      t.diagnostic(`${truth.ranges.length} ranges`);
    });
