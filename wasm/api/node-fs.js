// SPDX-License-Identifier: Apache-2.0
// The file system, with all names there are. Names are bytes. Node makes U+FFFD of those that are no UTF-8, so that a
// file cannot be found by its name; here each such byte stands in a text as one of U+DC80 to U+DCFF, as Python does it
// (PEP 383): alone they are in no text that is well-formed. The functions are those of node:fs, and take such texts.
import { Buffer } from 'node:buffer';
import fs from 'node:fs';
import promises from 'node:fs/promises';

export const { closeSync, constants, fstatSync, ftruncateSync, readSync, writeSync } = fs;

const ESCAPED = /[\udc80-\udcff]/u; // with the flag, only what is alone

/** How many bytes there are of a character, by its first one. @param {number} first */
const lengthBy = (first) => (first < 0x80 ? 1 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4);

/** A name as text. @param {Uint8Array} bytes @returns {string} */
export function nameText(bytes) {
  const name = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  const whole = name.toString();
  if (!whole.includes('\ufffd') || Buffer.from(whole).equals(name)) return whole;
  let text = '';
  for (let at = 0; at < name.length;) {
    const part = name.subarray(at, at + lengthBy(name[at]));
    const character = part.toString();
    const good = Buffer.from(character).equals(part);
    text += good ? character : String.fromCharCode(0xdc00 + name[at]);
    at += good ? part.length : 1;
  }
  return text;
}

/**
 * What Node takes for a path.
 * @param {any} path @returns {any} bytes if it is a text with bytes that are no UTF-8, else itself
 */
export function pathOf(path) {
  if (typeof path !== 'string' || !ESCAPED.test(path)) return path;
  return Buffer.concat(
    [...path].map((c) => (ESCAPED.test(c) ? Buffer.of(c.charCodeAt(0) & 0xff) : Buffer.from(c))),
  );
}

/** @template {(path: any, ...more: any[]) => any} F @param {F} run @returns {F} */
const at = (run) =>
  /** @type {any} */ (
    (/** @type {any} */ path, /** @type {any[]} */ ...more) => run(pathOf(path), ...more)
  );

export const createReadStream = at(fs.createReadStream);
export const existsSync = at(fs.existsSync);
export const lstatSync = at(fs.lstatSync);
export const mkdirSync = at(fs.mkdirSync);
export const openSync = at(fs.openSync);
export const readFileSync = at(fs.readFileSync);
export const readlinkSync = at(fs.readlinkSync);
export const rmSync = at(fs.rmSync);
export const statSync = at(fs.statSync);

/** @type {typeof promises.open} */
export const open = (path, ...more) => promises.open(pathOf(path), ...more);

/** @param {string} from @param {string} to */
export const renameSync = (from, to) => fs.renameSync(pathOf(from), pathOf(to));

/** @param {string} path @returns {string} */
export const realpathSync = (path) =>
  nameText(fs.realpathSync(pathOf(path), { encoding: 'buffer' }));

/** What is in a folder. @param {string} path @returns {{name: string, entry: import('node:fs').Dirent<any>}[]} */
export const entriesIn = (path) =>
  fs
    .readdirSync(pathOf(path), { encoding: 'buffer', withFileTypes: true })
    .map((entry) => ({ name: nameText(entry.name), entry }));

/** The names in a folder. @param {string} path @returns {string[]} */
export const namesIn = (path) => fs.readdirSync(pathOf(path), { encoding: 'buffer' }).map(nameText);
