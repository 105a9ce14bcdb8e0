// SPDX-License-Identifier: Apache-2.0
// Reading files, folders and standard input.
import { Buffer } from 'node:buffer';
import { closeSync, constants, fstatSync, openSync, readSync, statSync } from '../api/node-fs.js';
import { basename } from 'node:path';
import process from 'node:process';
import { CheckpointError } from '../border/error.js';
import { border } from '../../dist/tables.js';
import { escapeForTerminal } from '../report/escape.js';
import { reason } from './output.js';

/** Larger inputs are refused before they are read. */
export const MAX_INPUT = border.limits.input;

/** Why something could not be read; `code` is the system's, or another word in lower case. */
export class ReadError extends Error {
  /** @param {string} message @param {string} code */
  constructor(message, code) {
    super(message);
    this.code = code;
  }
}

/** Runs what the system may refuse. @template T @param {() => T} run @returns {T} @throws {ReadError} */
export function attempt(run) {
  try {
    return run();
  } catch (error) {
    const { message, code = 'unknown' } = /** @type {NodeJS.ErrnoException} */ (error);
    throw new ReadError(reason(message), code);
  }
}

/** @param {string} which @returns {never} */
function refuse(which) {
  throw new CheckpointError(`${which} is too large; the limit is ${MAX_INPUT} bytes (256 MiB)`);
}

/**
 * The bytes of a regular file. Others are refused: a FIFO or a device could block or never end.
 * @param {string} path
 * @returns {Uint8Array}
 * @throws {ReadError | CheckpointError} CheckpointError: it is too large
 */
export function readFile(path) {
  const fd = attempt(() => openSync(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0)));
  try {
    const info = attempt(() => fstatSync(fd));
    if (info.isDirectory()) throw new ReadError('is a directory', 'EISDIR');
    if (!info.isFile()) throw new ReadError('is not a regular file', 'special');
    if (info.size > MAX_INPUT) refuse(`the file of ${info.size} bytes`);
    // Files of /proc have size 0, and files may grow: what is read counts.
    let bytes = Buffer.allocUnsafeSlow(info.size + 1);
    let length = 0;
    for (;;) {
      const count = attempt(() => readSync(fd, bytes, length, bytes.length - length, null));
      if (count === 0) return bytes.subarray(0, length);
      length += count;
      if (length > MAX_INPUT) refuse('the file');
      if (length < bytes.length) continue;
      const larger = Buffer.allocUnsafeSlow(Math.min(Math.max(4096, 2 * length), MAX_INPUT + 1));
      larger.set(bytes);
      bytes = larger;
    }
  } finally {
    closeSync(fd);
  }
}

/**
 * Standard input up to its end.
 * @returns {Promise<Uint8Array>}
 * @throws {ReadError | CheckpointError} CheckpointError: it is too large
 */
export async function readStandardInput() {
  /** @type {Buffer[]} */
  const chunks = [];
  let size = 0;
  // Node takes a folder for an empty stream.
  if (attempt(() => fstatSync(0)).isDirectory()) throw new ReadError('is a directory', 'EISDIR');
  try {
    for await (const chunk of process.stdin) {
      chunks.push(chunk);
      size += chunk.length;
      if (size > MAX_INPUT) break;
    }
  } catch (error) {
    attempt(() => {
      throw error;
    });
  }
  if (size > MAX_INPUT) refuse('the input');
  return Buffer.concat(chunks, size);
}

/**
 * Something to be checked.
 * @typedef {object} Input
 * @property {string | null} file null: standard input
 * @property {string} path as the user wrote it, or below a folder of theirs
 * @property {string} shown the path, safe to show
 * @property {Uint8Array} [bytes] its content, where it is in no file of its own
 * @property {string[]} [inner] its name in the file of that path
 * @property {string} kind '' if there is nothing to decode: then `error` is set
 * @property {ReadError} [error] why it is not even tried
 */

/**
 * @param {string} file
 * @param {string} kind
 * @param {ReadError} [error]
 * @returns {Input}
 */
export const fileInput = (file, kind, error) => ({
  file,
  path: file,
  shown: escapeForTerminal(file),
  kind,
  ...(error && { error }),
});

/** @param {string} name @param {string} kind @returns {Input} */
export const standardInput = (name, kind) => ({
  file: null,
  path: name,
  shown: escapeForTerminal(name),
  kind,
});

/** @param {string} path @param {readonly {name: string, file: string}[]} files @returns {string} '' if no kind has files of that name */
export function kindOf(path, files) {
  const base = basename(path);
  return files.find(({ file }) => file === base)?.name ?? '';
}

/** @param {string} path @returns {'directory' | 'file'} @throws {ReadError} */
export const typeOf = (path) =>
  attempt(() => statSync(path)).isDirectory() ? 'directory' : 'file';
