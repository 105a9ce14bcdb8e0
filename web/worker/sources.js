// SPDX-License-Identifier: Apache-2.0
// What was given, as sources with members. A source needs only `name`, `members` and `read`, so
// that an archive can be one as well as a folder.
import { archiveFormat, guessKind } from './guess.js';

/** @typedef {import('../types.d.ts').Given} Given */
/** @typedef {{path: string, size: number, kind: string | null, guessed: boolean}} Member */
/**
 * @typedef {object} Source
 * @property {string} name '' for loose files
 * @property {Member[]} members
 * @property {(index: number) => Promise<Uint8Array>} read the bytes of a member
 * @property {Blob} [archive] it is one; its members are known when it was read
 */

/** How much of a file is looked at to tell what it is. */
const HEAD = 1 << 20;
/** More loose files than this are not looked into one by one. */
const MANY = 50;
/** How archives are called; in folders only these are taken for one. */
const ARCHIVE_NAME = /\.(tar|tgz|tzst|tar\.(gz|zst|zstd|xz|bz2))$/i;
/** Files that hold JSON of other formats. */
const OTHER_JSON = /^(status\.dump|pod\.dump|bind\.mounts|descriptors\.json)$/;

const baseName = (/** @type {string} */ path) => path.slice(path.lastIndexOf('/') + 1);
const folder = (/** @type {string} */ path) => path.slice(0, Math.max(0, path.lastIndexOf('/')));

export class Opener {
  /** @type {Map<string, string>} */
  #kindByName;

  /** @param {readonly {name: string, file: string}[]} files the core's table of files */
  constructor(files) {
    this.#kindByName = new Map(files.map(({ name, file }) => [file, name]));
  }

  /**
   * Loose files are one source; of folders, each that holds a file with a known name is one, with
   * all that is below it. Every archive is one, unless it belongs to an unpacked checkpoint.
   * @param {Given[]} given
   * @returns {Promise<Source[]>}
   */
  async open(given) {
    const roots = new Set();
    for (const { path } of given) if (this.#kindByName.has(baseName(path))) roots.add(folder(path));
    /** @type {Map<string, Given[]>} */
    const groups = new Map();
    for (const file of given) {
      let root = folder(file.path);
      while (root !== '' && !roots.has(root)) root = folder(root);
      if (root === '') root = file.path.split('/').slice(0, -1)[0] ?? '';
      const group = groups.get(root);
      if (group) group.push(file);
      else groups.set(root, [file]);
    }
    const sources = [...groups].map(([name, files]) =>
      this.#sources(name, files, name !== '' && roots.has(name)),
    );
    return (await Promise.all(sources)).flat();
  }

  /** @param {string} name @param {Given[]} files @param {boolean} unpacked a checkpoint lies here @returns {Promise<Source[]>} */
  async #sources(name, files, unpacked) {
    const loose = name === '' && files.length <= MANY;
    const found = await Promise.all(
      files.map(async ({ path, blob }) => ({
        path,
        blob,
        ...(await this.#kind(path, blob, loose)),
      })),
    );
    const isArchive = (/** @type {typeof found[0]} */ { path, kind, archive }) =>
      archive || (!unpacked && kind === null && ARCHIVE_NAME.test(path));
    const archives = found.filter(isArchive).map(({ path, blob }) => ({
      name: path,
      members: [],
      read: async () => new Uint8Array(),
      archive: blob,
    }));
    const others = found.filter((file) => !isArchive(file));
    if (others.length === 0) return archives;
    const members = others.map(({ path, blob, kind, guessed }) => ({
      path: name === '' ? path : path.slice(name.length + 1),
      size: blob.size,
      kind,
      guessed,
    }));
    const read = async (/** @type {number} */ index) =>
      new Uint8Array(await others[index].blob.arrayBuffer());
    return [...archives, { name, members, read }];
  }

  /** @param {string} path @param {Blob} blob @param {boolean} loose @returns {Promise<{kind: string | null, guessed: boolean, archive?: boolean}>} */
  async #kind(path, blob, loose) {
    const name = baseName(path);
    const known = this.#kindByName.get(name);
    if (known) return { kind: known, guessed: false };
    if (OTHER_JSON.test(name)) return { kind: 'any', guessed: false };
    if (!loose && !name.endsWith('.json')) return { kind: null, guessed: false };
    try {
      const head = new Uint8Array(await blob.slice(0, HEAD).arrayBuffer());
      if (archiveFormat(head)) return { kind: null, guessed: false, archive: true };
      const kind = guessKind(new TextDecoder().decode(head));
      return { kind, guessed: kind !== null };
    } catch {
      return { kind: null, guessed: false }; // reading it says why it cannot be read
    }
  }
}

/**
 * Whether a member is worth a look of its own. A file that is not recognised is, if someone gave
 * it alone; beside metadata it is one of the other files of a checkpoint.
 * @param {Member} member
 * @param {Source} source
 */
export function isShown(member, { name, members }) {
  if (member.kind !== null) return true;
  return name === '' && members.length <= MANY && members.every(({ kind }) => kind === null);
}
