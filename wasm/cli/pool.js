// SPDX-License-Identifier: Apache-2.0
// Checks several archives at once, in threads. The reports come in the order of the jobs.
import { availableParallelism } from 'node:os';
import { statSync } from '../api/node-fs.js';
import { Worker } from 'node:worker_threads';
import { runJob } from './run-job.js';

/**
 * @typedef {import('../report/findings.js').Entry} Entry
 * @typedef {import('./folder.js').Job} Job
 * @typedef {import('./run-job.js').Checker} Checker
 */

/** Reports that wait for an earlier one, for each thread. */
const AHEAD = 8;
/** What a job costs apart from its size, as bytes that are read in that time (1.5 ms). */
const FIXED = 600_000;
/** Work that pays a thread, which takes about 100 ms to start: 100 small archives each. */
const PER_THREAD = 60_000_000;

/**
 * How many threads are worth it. 0: none besides this one.
 * @param {readonly Job[]} jobs
 */
export function threadsFor(jobs) {
  const large = jobs.filter((job) => !staysHere(job));
  const most = Math.min(availableParallelism(), large.length);
  if (most < 2) return 0;
  let work = 0;
  for (const { file, kind } of large) {
    work += FIXED + (kind === 'archive' ? sizeOf(file) : 0);
    if (work > PER_THREAD * most) return most;
  }
  const threads = Math.floor(work / PER_THREAD);
  return threads < 2 ? 0 : threads;
}

/** Metadata files are not worth sending; standard input cannot be sent. @param {Job} job */
const staysHere = ({ kind, file }) => kind === 'files' || file === null;

/** @param {any} file */
function sizeOf(file) {
  try {
    return statSync(file).size;
  } catch {
    return 0;
  }
}

/** @param {readonly Job[]} jobs @param {Checker} checker @returns {AsyncGenerator<Entry[]>} */
export async function* runHere(jobs, checker) {
  for (const job of jobs) yield await runJob(job, checker);
}

/** One thread, which does one job after the other. */
class Thread {
  #worker;
  /** @type {{resolve: (entries: Entry[]) => void, reject: (error: unknown) => void} | null} */
  #waiting = null;
  /** Why it takes no more jobs. @type {unknown} */
  #ended = null;

  /** @param {URL} script @param {any} data */
  constructor(script, data) {
    this.#worker = new Worker(script, { workerData: data });
    this.#worker.on('message', ({ entries, error }) => {
      const waiting = this.#waiting;
      this.#waiting = null;
      if (error) waiting?.reject(error);
      else waiting?.resolve(entries);
    });
    this.#worker.on('error', (error) => this.#fail(error));
    this.#worker.on('exit', (code) => this.#fail(new Error(`a thread ended with code ${code}`)));
  }

  /** A thread that is gone answers nothing: neither what it was asked, nor what it would be. @param {unknown} error */
  #fail(error) {
    this.#ended ??= error;
    this.#waiting?.reject(this.#ended);
  }

  /** @param {Job} job @returns {Promise<Entry[]>} */
  run(job) {
    return new Promise((resolve, reject) => {
      if (this.#ended) return reject(this.#ended);
      this.#waiting = { resolve, reject };
      this.#worker.postMessage(job);
    });
  }

  end() {
    return this.#worker.terminate();
  }
}

/**
 * @param {readonly Job[]} jobs
 * @param {Checker} checker
 * @param {number} count of threads
 * @param {Uint8Array} wasm the core
 * @param {URL} [script] what a thread runs
 * @returns {AsyncGenerator<Entry[]>}
 */
export async function* runInThreads(
  jobs,
  checker,
  count,
  wasm,
  script = new URL('./worker.js', import.meta.url),
) {
  const { limits, options, withTexts, audit, before } = checker;
  const module = await WebAssembly.compile(/** @type {BufferSource} */ (wasm)); // once for all
  const threads = Array.from(
    { length: count },
    () => new Thread(script, { module, limits, options, withTexts, audit, before }),
  );
  /** @type {Map<number, Promise<Entry[]>>} */
  const running = new Map();
  const idle = [...threads];
  /** @type {(() => void)[]} */
  const waiting = [];
  let next = 0;
  const start = () => {
    const job = jobs[next];
    const thread = staysHere(job) ? null : idle.pop();
    if (thread === undefined) return false;
    const done = (thread ? thread.run(job) : runJob(job, checker)).finally(() => {
      if (thread) idle.push(thread);
      waiting.splice(0).forEach((wake) => wake());
    });
    done.catch(() => {}); // the caller that awaits it sees the error
    running.set(next++, done);
    return true;
  };
  try {
    for (let i = 0; i < jobs.length; i++) {
      for (;;) {
        while (next < jobs.length && next < i + count * AHEAD && start());
        const first = running.get(i);
        if (!first) throw new Error('no thread took the job'); // cannot be
        const woken = new Promise((resolve) => waiting.push(() => resolve(null)));
        const entries = await Promise.race([first, woken]);
        if (!entries) continue;
        running.delete(i);
        yield entries;
        break;
      }
    }
  } finally {
    await Promise.all(threads.map((thread) => thread.end()));
  }
}
