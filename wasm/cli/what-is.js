// SPDX-License-Identifier: Apache-2.0
// What a file is that is neither an archive nor a metadata file, as far as its name and its first
// bytes tell: in words for a message.
import { Buffer } from 'node:buffer';
import { closeSync, constants, namesIn, openSync, readSync, statSync } from '../api/node-fs.js';
import { basename, dirname, join } from 'node:path';
import { PAGES, imageRows, pagesText } from './image-members.js';

/** @typedef {Pick<import('../border/core.js').Core, 'describe' | 'imageInfo' | 'decodeImage'>} Core */

/** Of page maps the head stands there, of other files what tells their kind. */
const HEAD = 64;

/** @param {string} path @returns {Uint8Array} its first bytes */
function headOf(path) {
  const head = Buffer.alloc(HEAD);
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

/**
 * The page map that tells the addresses of a lone file with pages, if it lies beside it.
 * @param {string} path of the pages @param {bigint | null} id the number in its name @param {Core} core
 * @returns {string | undefined} its name
 */
export function pagemapBeside(path, id, core) {
  const folder = dirname(path);
  const isMap = (/** @type {string} */ name) => /^pagemap-.*\.img$/.test(name);
  try {
    return namesIn(folder)
      .filter(isMap)
      .find((name) => {
        const bytes = headOf(join(folder, name));
        let value;
        try {
          value = core.decodeImage(bytes, { name });
        } catch (error) {
          value = /** @type {any} */ (error).partial; // the rest was not read
        }
        return BigInt(value?.entries[0]?.pages_id ?? -1) === id;
      });
  } catch {
    return undefined;
  }
}

/**
 * One image of a dump, given by itself, by its name or else by its first bytes; '' if the file is none.
 * @param {string} path @param {Core} core
 * @returns {string} "one CRIU image, not the checkpoint ..."
 */
export function imageAlone(path, core) {
  const name = basename(path);
  const head = headOf(path);
  const named = core.imageInfo(head, { name });
  const { kind, text, id } = named.kind === '' ? core.imageInfo(head) : named;
  if (kind === '') return '';
  const alone = 'one CRIU image, not the checkpoint that it belongs to:';
  if (kind === PAGES)
    return `${alone} ${pagesText(statSync(path).size, id, pagemapBeside(path, id, core))}; give the archive or the folder of the images`;
  if (imageRows.get(kind)?.frame === 'RAW')
    return `${alone} ${text}; give the archive or the folder of the images`;
  return `${alone} ${text} (${kind}); "ckpt decode" prints it; for the rest give the archive or the folder of the images`;
}

/**
 * What a file is that cannot be checked by itself.
 * @param {string} path
 * @param {Core} core
 * @returns {string} a sentence without its end
 */
export function whatIs(path, core) {
  const head = headOf(path);
  if (head.length === 0)
    return statSync(path).isFile() ? 'is empty' : 'is neither a regular file nor a directory';
  const image = imageAlone(path, core);
  if (image !== '') return `is ${image}`;
  const known = core.describe(head);
  const noKind = 'its name tells no kind of metadata file; use --kind';
  if (known === 'JSON') return `is JSON, but ${noKind}`;
  if (known === 'a text') return `is a text, no archive, and ${noKind}`;
  if (known === 'a log of CRIU')
    return 'is a log of CRIU, which is checked with its checkpoint only';
  return known === '' ? `is no archive, and ${noKind}` : `is ${known}`;
}
