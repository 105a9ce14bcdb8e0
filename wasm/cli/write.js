// SPDX-License-Identifier: Apache-2.0
// Bytes to standard output or to a file.
import {
  closeSync,
  ftruncateSync,
  openSync,
  realpathSync,
  statSync,
  writeSync,
} from '../api/node-fs.js';
import path from 'node:path';
import process from 'node:process';
import { Failure } from './exit.js';
import { escapeForTerminal } from '../report/escape.js';
import { memberOperand } from './image-members.js';
import { BrokenPipe, reason } from './output.js';

/** Runs what fails where nothing is. @template T @param {() => T} run @returns {T | null} */
function unlessMissing(run) {
  try {
    return run();
  } catch {
    return null;
  }
}

/** Where a name leads to; of a file that is not there yet, where it would be. @param {string} name */
function real(name) {
  const folder = path.dirname(name);
  return (
    unlessMissing(() => realpathSync(name)) ??
    path.join(
      unlessMissing(() => realpathSync(folder)) ?? path.resolve(folder),
      path.basename(name),
    )
  );
}

/** The same for all names of a file, links of either kind among them. @param {string} name */
function identity(name) {
  const info = unlessMissing(() => statSync(name, { bigint: true }));
  return info ? `${info.dev}:${info.ino}` : real(name);
}

/** Of FILE!MEMBER the file. @param {string} input */
export const fileRead = (input) =>
  isThere(input) ? input : (memberOperand(input)?.archive ?? input);

/** @param {string} name */
const isThere = (name) => unlessMissing(() => statSync(name));

/**
 * Nothing is written over what it is made of: neither the file itself, by whatever name, nor a file of a
 * folder that is read.
 * @param {readonly string[]} outputs paths
 * @param {readonly string[]} inputs paths; "-" is none
 * @param {(message: string) => Error} fail
 */
export function refuseOverwriting(outputs, inputs, fail) {
  for (const output of outputs) {
    const own = identity(output);
    const place = real(output);
    const there = isThere(output);
    for (const input of inputs.map(fileRead)) {
      if (input === '-') continue;
      const folder = there && isThere(input)?.isDirectory();
      const hit = folder ? place.startsWith(`${real(input)}${path.sep}`) : identity(input) === own;
      if (hit)
        throw fail(
          `--output ${escapeForTerminal(output)} would overwrite a file that is being checked or read: ${escapeForTerminal(input)}`,
        );
    }
  }
}

/** @param {Uint8Array | string} bytes @returns {Promise<void>} when they are written to standard output */
export function writeBytes(bytes) {
  return new Promise((resolve, reject) => {
    process.stdout.write(bytes, (error) => {
      if (!error) return resolve();
      const { code, message } = /** @type {NodeJS.ErrnoException} */ (error);
      if (code === 'EPIPE' || code === 'ECONNRESET') return reject(new BrokenPipe());
      return reject(new Failure(`the output cannot be written: ${reason(message)}`));
    });
  });
}

/**
 * @typedef {object} Writer
 * @property {(bytes: Uint8Array | string, position?: number) => Promise<void>} write position: in the file;
 *   without it after what was written last
 * @property {(size: number) => void} truncate gives the file its size; what was not written is zero
 * @property {() => void} close
 */

/**
 * What writes to a file, which it makes, readable by its owner only; without a path, to standard output.
 * @param {string | undefined} name
 * @param {readonly string[]} inputs paths of what is read, which must not be written over
 * @param {(message: string) => Error} fail
 * @returns {Writer}
 */
export function writerTo(name, inputs, fail) {
  if (name === undefined) return { write: writeBytes, truncate() {}, close() {} };
  refuseOverwriting([name], inputs, fail);
  const attempt = (/** @type {() => any} */ run) => {
    try {
      return run();
    } catch (error) {
      const { message } = /** @type {Error} */ (error);
      throw new Failure(`${name} cannot be written: ${reason(message)}`);
    }
  };
  const fd = attempt(() => openSync(name, 'w', 0o600));
  return {
    async write(bytes, position) {
      const data = typeof bytes === 'string' ? Buffer.from(bytes) : bytes;
      for (let at = 0; at < data.length;)
        at += attempt(() =>
          writeSync(fd, data, at, data.length - at, position === undefined ? null : position + at),
        );
    },
    truncate: (size) => attempt(() => ftruncateSync(fd, size)),
    close: () => closeSync(fd),
  };
}
