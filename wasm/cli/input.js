// SPDX-License-Identifier: Apache-2.0
// Reading files, folders and standard input.
import { Buffer } from 'node:buffer';
import {
  closeSync,
  constants,
  fstatSync,
  lstatSync,
  openSync,
  readSync,
  readdirSync,
  statSync,
} from 'node:fs';
import { basename } from 'node:path';
import process from 'node:process';
import { CheckpointError } from '../error.js';
import { escapeBytes, escapeForTerminal } from '../escape.js';
import { reason } from './output.js';

/** Larger inputs are refused before they are read (src/ckpt.h: CKPT_MAX_INPUT). */
export const MAX_INPUT = 2 ** 28;

/** Why something could not be read; `code` is the system's, or another word in lower case. */
export class ReadError extends Error {
  /** @param {string} message @param {string} code */
  constructor(message, code) {
    super(message);
    this.code = code;
  }
}

/** @template T @param {() => T} run @returns {T} @throws {ReadError} */
function attempt(run) {
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
 * @param {string | Buffer} path
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
 * @property {string | Buffer | null} file null: standard input. A Buffer where the name may not be UTF-8
 * @property {string} path as the user wrote it, or below a folder of theirs
 * @property {string} shown the path, safe to show
 * @property {string} kind '' if there is nothing to decode: then `error` is set
 * @property {ReadError} [error] why it is not even tried
 * @property {Uint8Array} [bytes] if they are known already
 * @property {boolean} [archive] it is an archive, and what is in it is to be checked
 */

/**
 * @param {string | Buffer} file
 * @param {string} kind
 * @param {ReadError} [error]
 * @returns {Input}
 */
export const fileInput = (file, kind, error) => ({
  file,
  path: String(file),
  shown: typeof file === 'string' ? escapeForTerminal(file) : escapeBytes(file),
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

/**
 * The metadata files of a folder. Those at its top are taken; sub-folders are searched too unless
 * the folder is the checkpoint of a container, that is, has a config.dump or spec.dump. Other
 * names are passed over, and so is a `status` that lies alone in a sub-folder: many things are
 * called that. Symbolic links are not followed: a folder may come from somebody else.
 * @param {string} folder
 * @param {readonly {name: string, file: string}[]} files names of files and their kinds
 * @returns {Input[]} sorted; at least one, if only to say that there is none
 */
export function findFiles(folder, files) {
  /** @type {Input[]} */
  const inputs = [];
  const top = folder.replace(/(?<=[^/])\/+$/, '');
  /** @type {(string | Buffer)[]} */
  const todo = [top];
  for (let directory; (directory = todo.pop()) !== undefined;) {
    let entries;
    try {
      const path = directory;
      entries = attempt(() => readdirSync(path, { encoding: 'buffer', withFileTypes: true }));
    } catch (error) {
      inputs.push(fileInput(directory, '', /** @type {ReadError} */ (error)));
      continue;
    }
    const names = entries
      .map((entry) => ({ entry, name: entry.name }))
      .sort((a, b) => Buffer.compare(a.name, b.name));
    const found = names.flatMap(({ entry, name }) => {
      const kind = entry.isDirectory() ? '' : kindOf(name.toString(), files);
      return kind === ''
        ? []
        : [{ kind, path: below(directory, name), link: entry.isSymbolicLink() }];
    });
    if (directory !== top && found.length === 1 && found[0].kind === 'status') found.pop();
    for (const { kind, path, link } of found)
      inputs.push(fileInput(path, kind, link ? LINK : undefined));
    if (found.some(({ kind }) => kind === 'config.dump' || kind === 'spec.dump')) continue;
    for (const { entry, name } of names.reverse())
      if (isFolder(entry, below(directory, name))) todo.push(below(directory, name));
  }
  if (inputs.length === 0) {
    const known = files.map(({ file }) => file).join(', ');
    inputs.push(fileInput(folder, '', new ReadError(`holds no metadata file (${known})`, 'empty')));
  }
  return inputs;
}

const LINK = new ReadError(
  'is a symbolic link in a folder, which is not followed; name it to check it',
  'link',
);

/** @param {string | Buffer} directory @param {Buffer} name @returns {string | Buffer} a string if the names are UTF-8 */
function below(directory, name) {
  const path = Buffer.concat([
    Buffer.from(directory),
    Buffer.from(String(directory).endsWith('/') ? '' : '/'),
    name,
  ]);
  const text = path.toString();
  return Buffer.from(text).equals(path) ? text : path;
}

/** @param {import('node:fs').Dirent<any>} entry @param {string | Buffer} path */
function isFolder(entry, path) {
  if (entry.isDirectory()) return true;
  if (entry.isFile() || entry.isSymbolicLink()) return false;
  try {
    return lstatSync(path).isDirectory(); // file systems that do not tell with the names
  } catch {
    return false;
  }
}
