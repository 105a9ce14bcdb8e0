// SPDX-License-Identifier: Apache-2.0
// A process that runs the command again and again, as cli-run.mjs asks for it: each run has its arguments, environment,
// working directory and standard streams, all share one start of Node and one module.
import { Buffer } from 'node:buffer';
import process from 'node:process';
import { Readable, Writable } from 'node:stream';
import { main } from '../../../wasm/cli/main.js';

/** A standard stream that keeps what is written. */
class Kept extends Writable {
  /** @type {Buffer[]} */
  chunks = [];

  /** @param {Buffer} chunk @param {string} _ @param {() => void} done */
  _write(chunk, _, done) {
    this.chunks.push(Buffer.from(chunk));
    done();
  }
}

/** @param {'stdin' | 'stdout' | 'stderr'} name @param {unknown} value */
const replace = (name, value) =>
  Object.defineProperty(process, name, { value, configurable: true, writable: true });

/** @param {{args: string[], input: Uint8Array, cwd: string, env: Record<string, string>}} job */
async function run({ args, input, cwd, env }) {
  process.chdir(cwd);
  for (const name of Object.keys(process.env)) if (!(name in env)) delete process.env[name];
  Object.assign(process.env, env);
  process.exitCode = undefined;
  const [stdout, stderr] = [new Kept(), new Kept()];
  replace(
    'stdin',
    Readable.from(input.length > 0 ? [Buffer.from(input)] : [], { objectMode: false }),
  );
  replace('stdout', stdout);
  replace('stderr', stderr);
  const code = await main(args, env.CKPT_AS ?? 'ckpt');
  return { code, out: Buffer.concat(stdout.chunks), err: Buffer.concat(stderr.chunks) };
}

/** @type {Promise<unknown>} */
let last = Promise.resolve();
process.on('message', (/** @type {any} */ job) => {
  last = last.then(async () => {
    const result = await run(job);
    process.send?.({ id: job.id, ...result });
  });
});
process.send?.({ ready: true });
