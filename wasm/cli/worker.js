// SPDX-License-Identifier: Apache-2.0
// A thread of ckpt validate (pool.js).
import { parentPort, workerData } from 'node:worker_threads';
import { load } from '../api/index.js';
import { runJob } from './run-job.js';

const { module, limits, options, withTexts } = workerData;
const core = await load({ wasm: module });
const { openCheckpoint } = await import('../api/node.js'); // takes the core that is loaded
const checker = { core, openCheckpoint, limits, options, withTexts };

parentPort?.on('message', async (job) => {
  try {
    parentPort?.postMessage({ entries: await runJob(job, checker) });
  } catch (error) {
    parentPort?.postMessage({ error });
  }
});
