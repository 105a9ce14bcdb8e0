// SPDX-License-Identifier: Apache-2.0
// What a file is that is neither an archive nor a metadata file, as far as its name and its first
// bytes tell: in words for a message.
import { Buffer } from 'node:buffer';
import { closeSync, constants, openSync, readSync, statSync } from 'node:fs';
import { basename } from 'node:path';

/** @param {string} path @returns {Uint8Array} its first bytes */
function headOf(path) {
  const head = Buffer.alloc(64);
  try {
    const fd = openSync(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
    try {
      return head.subarray(0, readSync(fd, head, 0, head.length, 0));
    } finally {
      closeSync(fd);
    }
  } catch {
    return head.subarray(0, 0);
  }
}

/** An image of CRIU, by its name. @param {string} name @returns {string} */
function imageOf(name) {
  const [, kind, id] = /^([a-z][a-z-]*?)(?:-([0-9a-f]+))?\.img$/.exec(name) ?? [];
  if (kind === undefined) return '';
  if (kind === 'pages')
    return `memory of a process that CRIU dumped: pages one after the other, without a head; the page map whose pages_id is ${id} tells their addresses`;
  return `an image of CRIU (${kind.toUpperCase().replaceAll('-', '_')}${id === undefined ? '' : ` of ${id}`}), which is checked as a part of its checkpoint only`;
}

/**
 * What a file is that cannot be checked by itself.
 * @param {string} path
 * @param {(bytes: Uint8Array) => string} [describe] what its first bytes tell: Core.describe
 * @returns {string} a sentence without its end
 */
export function whatIs(path, describe = () => '') {
  const image = imageOf(basename(path));
  if (image !== '') return `is ${image}`;
  const head = headOf(path);
  if (head.length === 0)
    return statSync(path).isFile() ? 'is empty' : 'is neither a regular file nor a directory';
  const known = describe(head);
  const noKind = 'its name tells no kind of metadata file; use --kind';
  if (known === 'JSON') return `is JSON, but ${noKind}`;
  if (known === 'a text') return `is a text, no archive, and ${noKind}`;
  if (known === 'a log of CRIU')
    return 'is a log of CRIU, which is checked with its checkpoint only';
  return known === '' ? `is no archive, and ${noKind}` : `is ${known}`;
}
