// SPDX-License-Identifier: Apache-2.0
// What a file is that is neither an archive nor a metadata file, as far as its name and its first
// bytes tell: in words for a message.
import { Buffer } from 'node:buffer';
import { closeSync, openSync, readSync } from 'node:fs';
import { basename } from 'node:path';

/** How files begin that people name by mistake. @type {readonly [string, string][]} bytes (latin1), what it is */
const BEGINNINGS = [
  ['\x89PNG\r\n', 'a picture (PNG)'],
  ['\xff\xd8\xff', 'a picture (JPEG)'],
  ['PK\x03\x04', 'a ZIP archive; checkpoints are tar archives'],
  ['\x7fELF', 'a program or core file (ELF)'],
  ['%PDF', 'a document (PDF)'],
  ['age-encryption.org/v1', 'encrypted with age; decrypt it first'],
  ['-----BEGIN AGE', 'encrypted with age; decrypt it first'],
  ['-----BEGIN PGP', 'encrypted with OpenPGP; decrypt it first'],
  ['Salted__', 'encrypted with openssl; decrypt it first'],
  ['gVisorSF', 'an image of gVisor, which only runsc restores'],
  ['#!', 'a script'],
  ['<', 'a text in HTML or XML'],
];

/** @param {string} path @returns {string} its first bytes, one character each */
function headOf(path) {
  const head = Buffer.alloc(64);
  try {
    const fd = openSync(path, 'r');
    try {
      return head.toString('latin1', 0, readSync(fd, head, 0, head.length, 0));
    } finally {
      closeSync(fd);
    }
  } catch {
    return '';
  }
}

/** An image of CRIU, by its name. @param {string} name @returns {string} */
function imageOf(name) {
  const [, kind, id] = /^([a-z][a-z-]*?)(?:-([0-9a-f]+))?\.img$/.exec(name) ?? [];
  if (kind === undefined) return '';
  if (kind === 'pages')
    return `memory of a process that CRIU dumped: pages one after the other, without a head; pagemap-${id}.img tells their addresses`;
  return `an image of CRIU (${kind.toUpperCase().replaceAll('-', '_')}${id === undefined ? '' : ` of ${id}`}), which is checked as a part of its checkpoint only`;
}

/**
 * What a file is that cannot be checked by itself.
 * @param {string} path
 * @returns {string} a sentence without its end
 */
export function whatIs(path) {
  const name = basename(path);
  const head = headOf(path);
  const known = imageOf(name) || (BEGINNINGS.find(([start]) => head.startsWith(start))?.[1] ?? '');
  if (known !== '') return `is ${known}`;
  if (head === '') return 'is empty';
  if (/^\s*[[{]/.test(head))
    return 'is JSON, but its name tells no kind of metadata file; use --kind';
  if (/^\(\d\d\.\d{6}\)/.test(head))
    return 'is a log of CRIU, which is checked with its checkpoint only';
  return 'is no archive, and its name tells no kind of metadata file; use --kind';
}
