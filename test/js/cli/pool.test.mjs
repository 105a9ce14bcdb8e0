// SPDX-License-Identifier: Apache-2.0
// Threads of ckpt validate that end before they answer: an error, never a wait.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { runInThreads } from '../../../wasm/cli/pool.js';

const wasm = readFileSync(new URL('../../../dist/core.wasm', import.meta.url));
const jobs = Array.from({ length: 20 }, (_, i) => ({ kind: 'archive', file: `${i}.tar` }));
const PATIENCE = 30_000; // a hang is a failure

/** What two threads that run a script answer, before the first error. @param {string} script */
async function answers(script) {
  const url = new URL(
    `data:text/javascript,${encodeURIComponent(`import { parentPort } from 'node:worker_threads';${script}`)}`,
  );
  const checker = { limits: {}, options: {}, withTexts: false };
  const found = [];
  try {
    for await (const entries of runInThreads(
      /** @type {any} */ (jobs),
      /** @type {any} */ (checker),
      2,
      wasm,
      url,
    ))
      found.push(...entries);
  } catch (error) {
    return { found, error: /** @type {Error} */ (error) };
  }
  return { found, error: null };
}

const ANSWER = 'parentPort.postMessage({ entries: [job.file] });';

test('threads that answer', { timeout: PATIENCE }, async () => {
  const { found, error } = await answers(`parentPort.on('message', (job) => { ${ANSWER} });`);
  assert.equal(error, null);
  assert.deepEqual(
    found,
    jobs.map(({ file }) => file),
  );
});

for (const [name, script, expected] of [
  ['ends', 'process.exit(3)', /a thread ended with code 3/],
  ['throws', "throw new Error('no memory')", /no memory/],
]) {
  test(`a thread that ${name} at once`, { timeout: PATIENCE }, async () => {
    const { found, error } = await answers(`${script};`);
    assert.deepEqual(found, []);
    assert.match(String(error), expected);
  });
  test(`a thread that ${name} while it has a job`, { timeout: PATIENCE }, async () => {
    const { error } = await answers(
      `parentPort.on('message', (job) => { if (job.file === '7.tar') setTimeout(() => { ${script} }); else ${ANSWER} });`,
    );
    assert.match(String(error), expected);
  });
  test(`a thread that ${name} behind an answer`, { timeout: PATIENCE }, async () => {
    const { error } = await answers(
      `parentPort.on('message', (job) => { ${ANSWER} setTimeout(() => { ${script} }); });`,
    );
    assert.match(String(error), expected);
  });
}
