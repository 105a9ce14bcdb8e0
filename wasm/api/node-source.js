// SPDX-License-Identifier: Apache-2.0
// Sources that only Node has: files, directories, streams.
import { constants, lstatSync, readdirSync, readlinkSync, statSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { BLOCK, headers } from './tar-header.js';

/** @typedef {import('./origin.js').Input} Input */

/** A directory of more files than this is none of ours. */
const MOST_FILES = 100000;

/** A regular file, read where it is asked for. @param {string} path @returns {Promise<Input>} */
async function fileInput(path) {
  // O_NONBLOCK: opening a FIFO must not wait for a writer.
  const file = await open(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
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
    async read(offset, length) {
      const bytes = new Uint8Array(length);
      let filled = 0;
      while (filled < length) {
        const { bytesRead } = await file.read(bytes, filled, length - filled, offset + filled);
        if (bytesRead === 0) break; // it has become shorter
        filled += bytesRead;
      }
      return bytes.subarray(0, filled);
    },
    async close() {
      if (!closed) await file.close();
      closed = true;
    },
  };
}

/** The entries of a directory and all below, sorted; links are not followed. @param {string} root */
function walk(root) {
  /** @type {{name: string, info: import('node:fs').Stats}[]} */
  const entries = [];
  const waiting = [''];
  for (let directory; (directory = waiting.pop()) !== undefined;) {
    for (const base of readdirSync(join(root, directory)).sort()) {
      const name = directory ? `${directory}/${base}` : base;
      const info = lstatSync(join(root, name));
      entries.push({ name, info });
      if (entries.length > MOST_FILES)
        throw new RangeError(`${root} has more than ${MOST_FILES} files; that is the limit`);
      if (info.isDirectory()) waiting.push(name);
    }
  }
  return entries.sort((a, b) => (a.name < b.name ? -1 : 1));
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
  /** @type {{start: number, bytes?: Uint8Array, path?: string, size: number}[]} */
  const parts = [];
  let size = 0;
  for (const { name, info } of walk(root)) {
    const type = typeOf(info);
    if (type === '') continue; // sockets are not in archives either
    const target = type === '2' ? readlinkSync(join(root, name)) : '';
    const facts = {
      size: type === '0' ? info.size : 0,
      mode: info.mode,
      mtime: info.mtimeMs / 1000,
      uid: info.uid,
      gid: info.gid,
    };
    const bytes = headers(type === '5' ? `${name}/` : name, type, facts, target);
    parts.push({ start: size, bytes, size: bytes.length });
    size += bytes.length;
    if (facts.size > 0) parts.push({ start: size, path: join(root, name), size: facts.size });
    size += Math.ceil(facts.size / BLOCK) * BLOCK;
  }
  parts.push({ start: size, bytes: new Uint8Array(2 * BLOCK), size: 2 * BLOCK });
  size += 2 * BLOCK;
  /** @type {{path: string, file: import('node:fs/promises').FileHandle} | null} */
  let last = null;
  const close = async () => {
    const closing = last;
    last = null;
    await closing?.file.close();
  };

  /** @param {string} path */
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
        // A file that has become shorter is filled up with zeros, as tar does.
        await file.read(bytes, from - offset, to - from, from - part.start);
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

/** A stream: read in order, once. @param {AsyncIterable<any>} stream @returns {Input} */
function streamInput(stream) {
  const iterator = stream[Symbol.asyncIterator]();
  let rest = new Uint8Array();
  let position = 0;
  return {
    size: undefined,
    async read(offset, length) {
      if (offset !== position) throw new RangeError('a stream is read in order');
      while (rest.length === 0) {
        const { done, value } = await iterator.next();
        if (done) return new Uint8Array();
        if (typeof value === 'string') throw new TypeError('the stream must give bytes, not text');
        rest = value instanceof Uint8Array ? value : new Uint8Array(value);
      }
      const bytes = rest.subarray(0, length);
      rest = rest.subarray(bytes.length);
      position += bytes.length;
      return bytes;
    },
    async close() {
      await iterator.return?.();
    },
  };
}

/**
 * What openCheckpoint of this module accepts beside what it accepts in a browser.
 * @param {any} source @returns {Promise<any>}
 */
export async function nodeSource(source) {
  if (typeof source === 'string' || source instanceof URL) {
    const path = source instanceof URL ? (await import('node:url')).fileURLToPath(source) : source;
    return statSync(path).isDirectory() ? directoryInput(path) : fileInput(path);
  }
  if (typeof source?.[Symbol.asyncIterator] === 'function' && typeof source.slice !== 'function')
    return streamInput(source);
  return source;
}
