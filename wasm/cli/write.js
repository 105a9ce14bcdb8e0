// SPDX-License-Identifier: Apache-2.0
// Bytes to standard output or to a file.
import { closeSync, ftruncateSync, openSync, writeSync } from 'node:fs';
import process from 'node:process';
import { Failure } from './exit.js';
import { BrokenPipe, reason } from './output.js';

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
 *   without it behind what was written last
 * @property {(size: number) => void} truncate gives the file its size; what was not written is zero
 * @property {() => void} close
 */

/**
 * What writes to a file, which it makes, readable by its owner only; without a path, to standard output.
 * @param {string | undefined} path @returns {Writer}
 */
export function writerTo(path) {
  if (path === undefined) return { write: writeBytes, truncate() {}, close() {} };
  const attempt = (/** @type {() => any} */ run) => {
    try {
      return run();
    } catch (error) {
      const { message } = /** @type {Error} */ (error);
      throw new Failure(`${path} cannot be written: ${reason(message)}`);
    }
  };
  const fd = attempt(() => openSync(path, 'w', 0o600));
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
