// SPDX-License-Identifier: Apache-2.0
// A thread of ckpt validate (pool.js).
import { parentPort, workerData } from 'node:worker_threads';
import { load } from '../api/index.js';
import { openCheckpoint } from '../api/node.js'; // takes the core that is loaded
import { runJob } from './run-job.js';

const { module, limits, options, withTexts, audit, before } = workerData;
const loading = load({ wasm: module });

parentPort?.on('message', async (job) => {
  try {
    const core = await loading;
    const checker = { core, openCheckpoint, limits, options, withTexts, audit, before };
    parentPort?.postMessage({ entries: await runJob(job, checker) });
  } catch (error) {
    parentPort?.postMessage({ error });
  }
});
