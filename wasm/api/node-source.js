// SPDX-License-Identifier: Apache-2.0
// Sources that only Node has: files, directories, streams.
import { readdirSync } from 'node:fs';
import { Buffer } from 'node:buffer';
import {
  closeSync,
  constants,
  fstatSync,
  lstatSync,
  open,
  openSync,
  pathOf,
  readlinkSync,
  readSync,
  statSync,
} from './node-fs.js';
import { BLOCK, headers } from './tar-header.js';

import { inputOf, streamInput } from './sources.js';

/** @typedef {import('./sources.js').Input} Input */

/** A directory with more files than this is no checkpoint. */
const MOST_FILES = 100000;

/**
 * @param {import('node:fs/promises').FileHandle} file @param {number} offset @param {number} length
 * @returns {Promise<Uint8Array>} fewer bytes if the file has become shorter
 */
async function readAt(file, offset, length) {
  const bytes = new Uint8Array(Buffer.allocUnsafeSlow(length).buffer); // not filled with zeros first
  let filled = 0;
  while (filled < length) {
    const { bytesRead } = await file.read(bytes, filled, length - filled, offset + filled);
    if (bytesRead === 0) break;
    filled += bytesRead;
  }
  return bytes.subarray(0, filled);
}

/** O_NONBLOCK: opening a FIFO must not wait for a writer. */
const READ_ONLY = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0);
/** What is read at once: asking for parts of so little costs more than it saves. */
const SMALL = 1 << 18;

/** A small file in memory. @param {string} path @returns {Input | undefined} undefined if it is not one */
function smallInput(path) {
  const file = openSync(path, READ_ONLY);
  try {
    const info = fstatSync(file);
    if (!info.isFile() || info.size > SMALL) return undefined;
    const bytes = new Uint8Array(info.size);
    let filled = 0;
    for (let count; filled < bytes.length; filled += count) {
      count = readSync(file, bytes, filled, bytes.length - filled, filled);
      if (count === 0) break;
    }
    let closed = false;
    return {
      size: info.size,
      read(offset, length) {
        if (closed) throw new Error('file closed');
        return bytes.slice(offset, Math.min(offset + length, filled));
      },
      close() {
        closed = true;
      },
    };
  } finally {
    closeSync(file);
  }
}

/** A regular file, read where it is asked for. @param {string} path @returns {Promise<Input>} */
async function fileInput(path) {
  const file = await open(path, READ_ONLY);
  let info;
  try {
    info = await file.stat();
    if (!info.isFile()) throw new TypeError(`${path} is neither a regular file nor a directory`);
  } catch (error) {
    await file.close();
    throw error;
  }
  let closed = false;
  return {
    size: info.size,
    read: (offset, length) => readAt(file, offset, length),
    async close() {
      if (!closed) await file.close();
      closed = true;
    },
  };
}

/** Names are bytes, and need not be UTF-8. @param {Buffer} one @param {Buffer | string} two */
const below = (one, two) =>
  one.length === 0 ? Buffer.from(two) : Buffer.concat([one, SLASH, Buffer.from(two)]);
const SLASH = Buffer.from('/');
const NONE = Buffer.alloc(0);

/** The entries of a directory and all below, sorted; links are not followed. @param {string} root */
function walk(root) {
  /** @type {{name: Buffer, path: Buffer, info: import('node:fs').Stats}[]} */
  const entries = [];
  const start = Buffer.from(pathOf(root));
  const waiting = [Buffer.alloc(0)];
  for (let directory; (directory = waiting.pop()) !== undefined;) {
    for (const base of readdirSync(below(start, directory), { encoding: 'buffer' })) {
      const name = below(directory, base);
      const path = below(start, name);
      const info = lstatSync(path);
      entries.push({ name, path, info });
      if (entries.length > MOST_FILES)
        throw new RangeError(`${root} has more than ${MOST_FILES} files; that is the limit`);
      if (info.isDirectory()) waiting.push(name);
    }
  }
  return entries.sort((a, b) => Buffer.compare(a.name, b.name));
}

/** @param {import('node:fs').Stats} info */
function typeOf(info) {
  if (info.isFile()) return '0';
  if (info.isSymbolicLink()) return '2';
  if (info.isCharacterDevice()) return '3';
  if (info.isBlockDevice()) return '4';
  if (info.isDirectory()) return '5';
  return info.isFIFO() ? '6' : '';
}

/**
 * A directory as the tar archive it would make: the reader needs to know but one form. Nothing is
 * copied: the headers are made up here, what lies between them is read from the files when it is
 * asked for. Only regular files are opened.
 * @param {string} root @returns {Input}
 */
function directoryInput(root) {
  /** @type {{start: number, bytes?: Uint8Array, path?: Buffer, size: number}[]} */
  const parts = [];
  let size = 0;
  for (const { name, path, info } of walk(root)) {
    const type = typeOf(info);
    if (type === '') continue; // sockets are not in archives either
    const target = type === '2' ? readlinkSync(path, { encoding: 'buffer' }) : NONE;
    const facts = {
      size: type === '0' ? info.size : 0,
      mode: info.mode,
      mtime: info.mtimeMs / 1000,
      uid: info.uid,
      gid: info.gid,
    };
    const bytes = headers(type === '5' ? Buffer.concat([name, SLASH]) : name, type, facts, target);
    parts.push({ start: size, bytes, size: bytes.length });
    size += bytes.length;
    if (facts.size > 0) parts.push({ start: size, path, size: facts.size });
    size += Math.ceil(facts.size / BLOCK) * BLOCK;
  }
  parts.push({ start: size, bytes: new Uint8Array(2 * BLOCK), size: 2 * BLOCK });
  size += 2 * BLOCK;
  /** @type {{path: Buffer, file: import('node:fs/promises').FileHandle} | null} */
  let last = null;
  const close = async () => {
    const closing = last;
    last = null;
    await closing?.file.close();
  };

  /** @param {Buffer} path */
  async function fileOf(path) {
    if (last?.path === path) return last.file;
    await close();
    const flags = constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0);
    const file = await open(path, flags);
    last = { path, file };
    return file;
  }

  /** One at a time: there is one open file. @type {Promise<unknown>} */
  let busy = Promise.resolve();
  const read = async (/** @type {number} */ offset, /** @type {number} */ length) => {
    const bytes = new Uint8Array(Math.max(0, Math.min(length, size - offset)));
    let low = 0;
    for (let high = parts.length - 1; low < high;) {
      const middle = (low + high + 1) >> 1;
      if (parts[middle].start <= offset) low = middle;
      else high = middle - 1;
    }
    for (let i = low; i < parts.length && parts[i].start < offset + bytes.length; i++) {
      const part = parts[i];
      const from = Math.max(offset, part.start);
      const to = Math.min(offset + bytes.length, part.start + part.size);
      if (from >= to) continue;
      if (part.bytes)
        bytes.set(part.bytes.subarray(from - part.start, to - part.start), from - offset);
      else if (part.path) {
        const file = await fileOf(part.path);
        const content = await readAt(file, from - part.start, to - from);
        if (content.length < to - from)
          throw Object.assign(new Error(`${part.path} has become shorter while it was read`), {
            code: 'ESHRUNK',
          });
        bytes.set(content, from - offset);
      }
    }
    return bytes;
  };
  return {
    size,
    directory: true,
    read(offset, length) {
      const done = busy.then(() => read(offset, length));
      busy = done.catch(() => {});
      return done;
    },
    async close() {
      await busy;
      await close();
    },
  };
}

/** An opened file, which is not closed here. @param {import('node:fs/promises').FileHandle} file @returns {Promise<Input>} */
async function handleInput(file) {
  const info = await file.stat();
  if (!info.isFile()) return streamInput(file.createReadStream({ autoClose: false }));
  return { size: info.size, read: (offset, length) => readAt(file, offset, length) };
}

/**
 * What openCheckpoint of this module accepts beside what it accepts in a browser.
 * @param {any} source @returns {Promise<any>}
 */
export async function nodeSource(source) {
  if (typeof source === 'string' || source instanceof URL) {
    const path = source instanceof URL ? (await import('node:url')).fileURLToPath(source) : source;
    const info = statSync(path);
    if (info.isDirectory()) return directoryInput(path);
    return (info.isFile() && info.size <= SMALL && smallInput(path)) || fileInput(path);
  }
  // A FileHandle has a read() of another kind.
  if (typeof source?.fd === 'number' && typeof source.createReadStream === 'function')
    return handleInput(source);
  return inputOf(source);
}
