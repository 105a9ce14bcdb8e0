// SPDX-License-Identifier: Apache-2.0
// Standard output and standard error: in pieces, waiting where the reader is slow.
import { readFileSync } from 'node:fs';
import process from 'node:process';
import { Failure } from './exit.js';

/** Nobody reads the output any more, as with `ckpt … | head`. */
export class BrokenPipe extends Error {}

/** Where a file of this package is. @param {string} path from its root */
export const packageUrl = (path) => new URL(`../../${path}`, import.meta.url);

/** A file of this package. @param {string} path from its root */
export const packageFile = (path) => readFileSync(packageUrl(path));

const PIECE = 1 << 16;
const DEFAULT_WIDTH = 100;

/** @param {unknown} error */
function outputError(error) {
  const { code, message } = /** @type {NodeJS.ErrnoException} */ (error);
  if (code === 'EPIPE' || code === 'ECONNRESET') return new BrokenPipe();
  return new Failure(`the output cannot be written: ${reason(message)}`);
}

/** The system's words in a message of Node: "ENOENT: no such file or directory, open 'x'". @param {string} message */
export const reason = (message) => message.replace(/^[A-Z0-9]+: (.*?)(, .*)?$/s, '$1');

export class Output {
  #stream;
  #pending = '';
  /** @type {Error | undefined} */
  #error;

  /** @param {NodeJS.WriteStream} stream */
  constructor(stream) {
    this.#stream = stream;
    // Errors reach the callbacks of write(); without a listener they would end the program as well.
    stream.on('error', (error) => (this.#error ??= outputError(error)));
    /** Whether people look at it. */
    this.isTerminal = stream.isTTY === true;
    /** Columns that lines may have. */
    this.width = this.isTerminal
      ? Math.min(Math.max(stream.columns || DEFAULT_WIDTH, 40), 160)
      : DEFAULT_WIDTH;
  }

  /** @param {string} text */
  async write(text) {
    this.#pending += text;
    if (this.#pending.length >= PIECE) await this.flush();
  }

  /** @returns {Promise<void>} when everything is written */
  async flush() {
    if (this.#error) throw this.#error;
    const text = this.#pending;
    this.#pending = '';
    if (text === '') return;
    await new Promise((resolve, reject) => {
      try {
        this.#stream.write(text, (error) =>
          error ? reject(outputError(error)) : resolve(undefined),
        );
      } catch (error) {
        reject(outputError(error)); // files are written at once
      }
    });
  }
}

/** @typedef {Record<'bold' | 'dim' | 'red' | 'yellow' | 'cyan', (text: string) => string>} Style */

/** @param {number} on @param {number} off */
const sgr = (on, off) => (/** @type {string} */ text) => `\x1b[${on}m${text}\x1b[${off}m`;
const plain = (/** @type {string} */ text) => text;

/** @type {Style} */
const COLOURS = {
  bold: sgr(1, 22),
  dim: sgr(2, 22),
  red: sgr(31, 39),
  yellow: sgr(33, 39),
  cyan: sgr(36, 39),
};
/** @type {Style} */
const PLAIN = { bold: plain, dim: plain, red: plain, yellow: plain, cyan: plain };

/**
 * Colours or none. --color decides; else FORCE_COLOR (unless 0 or false), else NO_COLOR (unless
 * empty), else whether the output is a terminal that has colours.
 * @param {string} mode auto, always or never
 * @param {Output} output
 * @param {NodeJS.ProcessEnv} [env]
 * @returns {Style}
 */
export function styleFor(mode, output, env = process.env) {
  const { FORCE_COLOR: force, NO_COLOR: no, TERM: terminal } = env;
  const colours =
    mode === 'auto'
      ? force !== undefined
        ? force !== '0' && force !== 'false'
        : !no && output.isTerminal && terminal !== 'dumb'
      : mode === 'always';
  return colours ? COLOURS : PLAIN;
}
