// SPDX-License-Identifier: Apache-2.0
// What the container changed in its file systems: what was written, in archives inside; what was deleted, in lists.
import { A } from '../text.js';
import { C } from '../text/views.js';
import { deletedName } from './deleted.js';

/** @typedef {import('./grids.js').Column} Column */
/**
 * @typedef {object} Change
 * @property {'written' | 'deleted'} change
 * @property {string} path
 * @property {string} where the file system: of the container, or a volume
 * @property {number} index of the archive or the list
 * @property {number} [inner] of the member in it
 * @property {import('../../wasm/api/archive.js').Member} [member]
 */

/** Archives of whole file systems, and what they are of. @type {[RegExp, (found: RegExpExecArray) => string][]} */
const PARTS = [
  [/(^|\/)rootfs-diff\.tar$/, () => C.rootfs],
  [/(^|\/)devshm-checkpoint\.tar$/, () => '/dev/shm'],
  [/(^|\/)volumes\/([^/]+)\.tar$/, ([, , name]) => C.volume(name)],
  [/(^|\/)(tmpfs(-dev)?-\d+)\.tar\.gz\.img$/, ([, , name]) => name],
];
/** As many are told; more are said not to be. */
const MOST = 500_000;

/** Whether there is something of it. @param {Iterable<{name: string}>} members */
export function hasChanges(members) {
  for (const { name } of members)
    if (/(^|\/)deleted\.files$/.test(name) || PARTS.some(([pattern]) => pattern.test(name)))
      return true;
  return false;
}

/** @param {any} checkpoint @returns {Promise<{rows: Change[], notes: string[]}>} */
export async function changesOf(checkpoint) {
  /** @type {Change[]} */
  const rows = [];
  /** @type {string[]} */
  const notes = [];
  let index = -1;
  for (const member of checkpoint.members) {
    index++;
    if (/(^|\/)deleted\.files$/.test(member.name)) {
      for (const path of checkpoint.documents['deleted.files']?.value ?? [])
        rows.push({ change: 'deleted', path: String(path), where: C.rootfs, index });
      continue;
    }
    for (const [pattern, name] of PARTS) {
      const found = pattern.exec(member.name);
      if (!found || member.type !== 'file' || member.size === 0) continue;
      try {
        const { members, error } = await checkpoint.list(member);
        if (error) notes.push(`${member.name}: ${error.message}`);
        let inner = -1;
        for (const one of members) {
          inner++;
          if (one.name === '' || one.name === './' || rows.length >= MOST) continue;
          const gone = deletedName(one.name);
          const where = name(found);
          rows.push({
            change: gone === undefined ? 'written' : 'deleted',
            path: gone ?? one.name.replace(/^\.\//, ''),
            ...{ where, index, inner, member: one },
          });
        }
      } catch (error) {
        notes.push(`${member.name}: ${/** @type {Error} */ (error).message}`);
      }
    }
  }
  if (rows.length >= MOST) notes.push(C.tooMany(MOST));
  return { rows, notes };
}

/** Permissions that are worth a look: the program runs with the rights of its owner or group. */
const SETID = 0o6000;

/** @param {Change} row */
export const changeTone = ({ change, member }) =>
  change === 'deleted'
    ? 'quiet'
    : member && ((member.mode & SETID) !== 0 || /character|block/.test(member.type))
      ? 'warning'
      : '';

/** @param {{byteToString(bytes: number): string}} ckpt @returns {Column[]} */
export const changeColumns = (ckpt) => [
  { title: C.change, text: (/** @type {Change} */ { change }) => C.changes[change] },
  { title: C.path, mono: true, text: ({ path }) => path, wide: 3 },
  {
    title: C.type,
    text: ({ member }) =>
      !member || member.type === 'file' ? '' : (A.types[member.type] ?? member.type),
  },
  {
    title: C.size,
    text: ({ member }) => (member?.type === 'file' ? ckpt.byteToString(member.size) : ''),
    right: true,
  },
  {
    title: C.mode,
    text: ({ member }) => (member ? member.mode.toString(8).padStart(4, '0') : ''),
    right: true,
  },
  {
    title: C.owner,
    text: ({ member }) => (member ? `${member.uid}:${member.gid}` : ''),
    right: true,
  },
  {
    title: C.modified,
    text: ({ member }) => {
      const ms = Number(member?.mtime ?? NaN) * 1000;
      return Math.abs(ms) <= 8.64e15
        ? new Date(ms).toISOString().slice(0, 19).replace('T', ' ')
        : '';
    },
  },
  { title: C.where, mono: true, text: ({ where }) => where },
];
