// SPDX-License-Identifier: Apache-2.0
// CRIU images on the command line: files, and members of archives (ARCHIVE!MEMBER).
import { statSync } from '../api/node-fs.js';
import { images } from '../../dist/criu-tables.js';
import { escapeForTerminal } from '../report/escape.js';

/** @typedef {ReturnType<import('../border/core.js').Core['imageInfo']>} ImageInfo */

const PAGE = 4096;

/** The kind that is raw memory of tasks. */
export const PAGES = 'PAGES';

/** Rows of the table of images by their kind. */
export const imageRows = new Map(
  images.map((/** @type {{kind: string, frame: string}} */ row) => [row.kind, row]),
);

/**
 * An operand that names a member of an archive, which is a file that is there; null: it does not.
 * @param {string} operand
 * @returns {{archive: string, member: string} | null}
 */
export function memberOperand(operand) {
  for (let at = operand.indexOf('!'); at > 0; at = operand.indexOf('!', at + 1)) {
    const archive = operand.slice(0, at);
    const isThere = archive === '-' || statSync(archive, { throwIfNoEntry: false });
    if (isThere && at + 1 < operand.length) return { archive, member: operand.slice(at + 1) };
  }
  return null;
}

/** @param {number} count @param {string} word */
const counted = (count, word) => `${count} ${word}${count === 1 ? '' : 's'}`;

/**
 * Raw memory.
 * @param {number} size in bytes @param {bigint | null} id the number in its name
 * @param {string} [pagemap] the file that tells its addresses, if it is known
 */
export function pagesText(size, id, pagemap) {
  const pages = size % PAGE === 0 ? counted(size / PAGE, 'page') : counted(size, 'byte');
  return `raw memory, ${pages}; ${pagemap ?? `the pagemap image whose pages_id is ${id}`} tells their addresses`;
}

/**
 * What an image is, in one line, to stand after its name.
 * @param {ImageInfo} info @param {number} size in bytes
 * @param {string} [pagemap] of raw memory: the file that tells its addresses
 */
export function imageLine(info, size, pagemap) {
  const { kind, text, type, entries, raw, error } = info;
  if (kind === PAGES) return pagesText(size, info.id, pagemap);
  if (raw) return `${text}, ${counted(size, 'byte')}`;
  if (error?.kind === 'no-image') return error.message;
  const what = text || 'an image of a type that is not known';
  return `${what}: ${type}, ${entries === 1 ? '1 entry' : `${entries} entries`}${error ? `; ${escapeForTerminal(error.message)}` : ''}`;
}

/**
 * The name of the page map of raw memory, if it is among the members beside it.
 * @param {import('../api/checkpoint.js').Checkpoint} checkpoint
 * @param {Pick<import('../border/core.js').Core, 'decodeImage' | 'imageInfo'>} core
 * @param {string} member the name of the raw memory
 * @param {bigint | null} id its number
 */
export async function pagemapOf(checkpoint, core, member, id) {
  const folder = member.slice(0, member.lastIndexOf('/') + 1);
  const isMap = (/** @type {{name: string}} */ { name }) =>
    name.startsWith(`${folder}pagemap-`) && !name.slice(folder.length).includes('/');
  for await (const { member: found, bytes } of checkpoint.readAll(isMap)) {
    const name = found.name.slice(folder.length);
    if (core.imageInfo(bytes, { name }).error) continue;
    if (BigInt(core.decodeImage(bytes, { name }).entries[0]?.pages_id ?? -1) === id) return name;
  }
  return undefined;
}

/**
 * Whether a text is as a pattern says: `*` stands for anything but "/", `?` for one character of it. Linear in the
 * pattern's length times the text's.
 * @param {string} text @param {string} pattern
 */
export function isLike(text, pattern) {
  let i = 0;
  let k = 0;
  let star = -1; // the last star, and how far it reaches
  let reach = 0;
  while (i < text.length) {
    if (pattern[k] === '*') {
      star = k++;
      reach = i;
    } else if (
      k < pattern.length &&
      (pattern[k] === text[i] || (pattern[k] === '?' && text[i] !== '/'))
    ) {
      i++;
      k++;
    } else if (star >= 0 && text[reach] !== '/') {
      i = ++reach;
      k = star + 1;
    } else {
      return false;
    }
  }
  while (pattern[k] === '*') k++;
  return k === pattern.length;
}
