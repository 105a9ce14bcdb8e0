// SPDX-License-Identifier: Apache-2.0
// The files in what was dropped or pasted, folders with all that is in them.

/** @typedef {import('../types.d.ts').Given} Given */
/** What was found, and how many files and folders could not be read. @typedef {{given: Given[], missed: number}} Collected */

/** Enough for any checkpoint; a disk dropped by mistake is refused early. */
export const MOST = 20_000;

export class TooMany extends Error {}
export class NoFolders extends Error {}

/**
 * @param {DataTransfer} data only valid now: what it holds is taken out at once
 * @param {(found: number) => void} progress
 * @returns {Promise<Collected>}
 */
export async function collect(data, progress) {
  const roots = [...data.items]
    .filter(({ kind }) => kind === 'file')
    .map((item) => {
      const entry = item.webkitGetAsEntry?.();
      if (!entry?.isDirectory) return { file: item.getAsFile() };
      const handle = /** @type {any} */ (item).getAsFileSystemHandle?.().catch(() => null);
      return { file: null, entry, handle };
    });
  const found = new Found(progress);
  for (const { file, entry, handle } of roots) {
    if (!entry) found.add(file?.name ?? '', file);
    else if (!(await walkEntry(/** @type {any} */ (entry), found)))
      // Chromium refuses that to a page that was opened from disk, but knows another way.
      await walkHandle(await handle, found);
  }
  return found;
}

/** What a picker gives. @param {Iterable<File>} files @returns {Collected} */
export function picked(files) {
  const found = new Found(() => {});
  for (const file of files) found.add(file.webkitRelativePath || file.name, file);
  return found;
}

/** @implements {Collected} */
class Found {
  /** @type {Given[]} */
  given = [];
  missed = 0;
  #progress;

  /** @param {(found: number) => void} progress */
  constructor(progress) {
    this.#progress = progress;
  }

  /** @param {string} path @param {Blob | null} blob null: it has gone, or may not be read */
  add(path, blob) {
    if (blob) this.given.push({ path, blob });
    else this.missed++;
    if (this.given.length > MOST) throw new TooMany();
    if (this.given.length % 100 === 0) this.#progress(this.given.length);
  }
}

/** @param {FileSystemDirectoryEntry} root @param {Found} found @returns {Promise<boolean>} false: it cannot be read in this way */
async function walkEntry(root, found) {
  const open = [root];
  for (let folder; (folder = open.pop());) {
    const entries = await children(folder);
    if (!entries && folder === root) return false;
    if (!entries) found.missed++;
    for (const entry of entries ?? []) {
      if (entry.isDirectory) open.push(/** @type {any} */ (entry));
      else found.add(entry.fullPath.replace(/^\//, ''), await fileOf(/** @type {any} */ (entry)));
    }
  }
  return true;
}

/** @param {FileSystemFileEntry} entry @returns {Promise<File | null>} */
const fileOf = (entry) => new Promise((resolve) => entry.file(resolve, () => resolve(null)));

/** All entries of a folder: a reader gives at most 100 at once, and none at the end. @param {FileSystemDirectoryEntry} folder */
async function children(folder) {
  const reader = folder.createReader();
  /** @type {FileSystemEntry[]} */
  const all = [];
  for (;;) {
    /** @type {FileSystemEntry[] | null} */
    const some = await new Promise((resolve) => reader.readEntries(resolve, () => resolve(null)));
    if (!some) return null;
    if (some.length === 0) return all;
    all.push(...some);
    if (all.length > MOST) throw new TooMany();
  }
}

/** @param {any} root a FileSystemDirectoryHandle, or nothing @param {Found} found */
async function walkHandle(root, found) {
  if (root?.kind !== 'directory') throw new NoFolders();
  const open = [{ path: root.name, folder: root }];
  for (let next; (next = open.pop());) {
    const { path, folder } = next;
    try {
      for await (const [name, handle] of folder.entries()) {
        if (handle.kind === 'directory') open.push({ path: `${path}/${name}`, folder: handle });
        else found.add(`${path}/${name}`, await handle.getFile().catch(() => null));
      }
    } catch (error) {
      if (error instanceof TooMany) throw error;
      if (folder === root) throw new NoFolders();
      found.missed++;
    }
  }
}
