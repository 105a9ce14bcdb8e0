// SPDX-License-Identifier: Apache-2.0
// Members of an archive as text.
import { escapeBytes, escapeForTerminal } from '../report/escape.js';

/** @typedef {import('../api/archive.js').Member} Member */

/** The first character of a line of "ls -l". @type {Record<string, string>} */
const LETTERS = {
  file: '-',
  hardlink: 'h',
  symlink: 'l',
  character: 'c',
  block: 'b',
  directory: 'd',
  fifo: 'p',
};

/** Longer names, which no file system has, are shown cut. */
const LONGEST = 4096;
const shortened = (/** @type {string} */ text) =>
  text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text;
const shortenedBytes = (/** @type {Uint8Array} */ bytes) => bytes.subarray(0, LONGEST);

/** The name, safe to show; folders end in a slash. @param {Member} member */
export function memberName({ name, nameBytes, nameFlags, type }) {
  const shown = nameFlags.includes('notUtf8')
    ? escapeBytes(shortenedBytes(nameBytes))
        .replace(/^(\.\/+)+(?=.)/, '')
        .replace(/\/+$/, '')
    : escapeForTerminal(shortened(name));
  if (shown === '') return './'; // the folder that all others are in
  return type === 'directory' && shown !== '/' ? `${shown}/` : shown;
}

/** As "ls -l" shows it: `-rw-r--r--`. @param {Member} member */
export function modeText({ type, mode }) {
  let text = LETTERS[type] ?? '?';
  for (const [shift, special, both, alone] of /** @type {[number, number, string, string][]} */ ([
    [6, 0o4000, 's', 'S'],
    [3, 0o2000, 's', 'S'],
    [0, 0o1000, 't', 'T'],
  ])) {
    const bits = mode >> shift;
    text += bits & 4 ? 'r' : '-';
    text += bits & 2 ? 'w' : '-';
    text += mode & special ? (bits & 1 ? both : alone) : bits & 1 ? 'x' : '-';
  }
  return text;
}

/** When it was last changed, in UTC; `@SECONDS` if no calendar has that day. @param {Member} member */
export function timeOf({ mtime }) {
  const date = new Date(mtime * 1000);
  const text = Number.isNaN(date.getTime()) ? '' : date.toISOString();
  return /^\d{4}-/.test(text) ? text.replace('.000Z', 'Z') : `@${mtime}`;
}

/** What follows the name of a link. @param {Member} member */
export function linkText({ type, link }) {
  const target = escapeForTerminal(shortened(link));
  if (type === 'symlink') return ` -> ${target}`;
  return type === 'hardlink' ? ` link to ${target}` : '';
}

/** @param {Member} member @returns {string} */
export const sizeText = ({ type, size, devMajor, devMinor }) =>
  type === 'character' || type === 'block' ? `${devMajor},${devMinor}` : String(size);
