// SPDX-License-Identifier: Apache-2.0
// Files that appear under their names only when they are whole.
import {
  closeSync,
  mkdirSync,
  openSync,
  readSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from '../api/node-fs.js';
import { basename, dirname, join, resolve } from 'node:path';
import process from 'node:process';
import { Failure } from './exit.js';
import { fileRead } from './write.js';
import { reason } from './output.js';

/** What has to go if the program ends early, Ctrl-C included. @type {Set<string>} */
const unfinished = new Set();
process.on('exit', () => {
  for (const path of unfinished) rmSync(path, { recursive: true, force: true });
});

/** @template T @param {string} path @param {() => T} run @returns {T} @throws {Failure} */
function attempt(path, run) {
  try {
    return run();
  } catch (error) {
    const { message } = /** @type {Error} */ (error);
    throw new Failure(`${path} cannot be written: ${reason(message)}`);
  }
}

/** A name beside another one that nobody has. @param {string} path */
function besides(path) {
  // What is not needed is left as it is: the names of folders above need not be UTF-8.
  const whole = /(^|[/\\])\.{1,2}$/.test(path) ? resolve(path) : path;
  return join(dirname(whole), `.${basename(whole).slice(0, 200)}.${process.pid}.part`);
}

/** Whether both are the same file or folder. @param {string} a @param {string} b */
export function same(a, b) {
  try {
    const [one, two] = [statSync(a, { bigint: true }), statSync(b, { bigint: true })];
    return (
      (one.ino !== 0n && one.dev === two.dev && one.ino === two.ino) ||
      realpathSync(a) === realpathSync(b)
    );
  } catch {
    return false; // one of them is not there
  }
}

/**
 * Refuses to write over what is read.
 * @param {string} output @param {readonly string[]} inputs @param {(message: string) => Error} fail
 */
export function refuseInput(output, inputs, fail) {
  for (const input of inputs.map(fileRead))
    if (input !== '-' && same(output, input))
      throw fail(`the output ${output} is the input; it is not written over`);
}

/** A file that is being written, readable by its owner only. */
export class NewFile {
  #path;
  #part;
  #fd;
  /** Bytes up to here are written. */
  length = 0;

  /** @param {string} path */
  constructor(path) {
    this.#path = path;
    this.#part = besides(path);
    unfinished.add(this.#part);
    this.#fd = attempt(path, () => openSync(this.#part, 'wx+', 0o600));
  }

  /** @param {Uint8Array} bytes @param {number} [position] after all by default */
  write(bytes, position = this.length) {
    for (let at = 0; at < bytes.length;)
      at += attempt(this.#path, () =>
        writeSync(this.#fd, bytes, at, bytes.length - at, position + at),
      );
    this.length = Math.max(this.length, position + bytes.length);
  }

  /** What was written. @param {number} position @param {number} length @returns {Uint8Array} */
  read(position, length) {
    const bytes = new Uint8Array(length);
    const count = attempt(this.#path, () => readSync(this.#fd, bytes, 0, length, position));
    return bytes.subarray(0, count);
  }

  /** Where it is as long as it has no name. */
  get part() {
    return this.#part;
  }

  /** Gives it its name. */
  commit() {
    closeSync(this.#fd);
    attempt(this.#path, () => renameSync(this.#part, this.#path));
    unfinished.delete(this.#part);
  }

  /** As if nothing had been written. Allowed at any time. */
  discard() {
    if (!unfinished.has(this.#part)) return;
    try {
      closeSync(this.#fd);
    } catch {
      // It is closed.
    }
    rmSync(this.#part, { force: true });
    unfinished.delete(this.#part);
  }
}

/** A folder that is being written. */
export class NewFolder {
  #path;
  #part;

  /** @param {string} path of a folder that does not exist, or is empty */
  constructor(path) {
    this.#path = path.replace(/[/\\]+$/, '') || path;
    this.#part = besides(this.#path);
    unfinished.add(this.#part);
    attempt(path, () => mkdirSync(this.#part, { recursive: true }));
  }

  /** Where a file of it is written, whose folder is made. @param {string} name @returns {string} */
  at(name) {
    const path = join(this.#part, name);
    attempt(this.#path, () => mkdirSync(dirname(path), { recursive: true }));
    return path;
  }

  commit() {
    attempt(this.#path, () => renameSync(this.#part, this.#path));
    unfinished.delete(this.#part);
  }

  discard() {
    rmSync(this.#part, { recursive: true, force: true });
    unfinished.delete(this.#part);
  }
}
