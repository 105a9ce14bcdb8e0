// SPDX-License-Identifier: Apache-2.0
// What was given, as things to look at: archives, folders, loose files that belong together.
import { archiveFormat, fileKind, guessKind } from './guess.js';

/** @typedef {import('../types.d.ts').Given} Given */
/**
 * @typedef {object} Source
 * @property {string} name
 * @property {Blob} [archive] it is one
 * @property {Given[]} [files] else: the files, by the names they have in a checkpoint
 * @property {boolean} loose the files were given as such, and are no folder
 * @property {string} kind what the only file was taken for by its content; '' if its name says it
 * @property {string} [what] what it is by its first bytes, if it is no checkpoint: see fileKind
 * @property {string} [image] it is one image of CRIU: what that holds, in words
 */

/** How much of a file is looked at to tell what it is. */
const HEAD = 1 << 20;
/** More loose files than this are not looked into one by one. */
const MANY = 50;
/** How archives are called; in folders only these are taken for one. */
const ARCHIVE_NAME = /\.(tar|tgz|tzst|tar\.(gz|zst|zstd|xz|bz2))$/i;
/** Files of a checkpoint that hold JSON of other formats. */
const OTHER_JSON = /^(status\.dump|pod\.dump|bind\.mounts|descriptors\.json)$/;

const baseName = (/** @type {string} */ path) => path.slice(path.lastIndexOf('/') + 1);
const folder = (/** @type {string} */ path) => path.slice(0, Math.max(0, path.lastIndexOf('/')));

export class Opener {
  /** @type {Set<string>} */
  #known;

  /** @param {readonly {name: string, file: string}[]} files the core's table of files */
  constructor(files) {
    this.#known = new Set(files.map(({ file }) => file));
  }

  /**
   * Of folders, each that holds a file with a known name is one source, with all that is below it;
   * of other folders each archive in it is one. Loose files that can be of one checkpoint are one.
   * @param {Given[]} given
   * @returns {Promise<Source[]>}
   */
  async open(given) {
    const roots = new Set();
    for (const { path } of given) if (this.#known.has(baseName(path))) roots.add(folder(path));
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
      name === '' ? this.#loose(files) : this.#folder(name, files, roots.has(name)),
    );
    return (await Promise.all(sources)).flat();
  }

  /** @param {string} name @param {Given[]} files @param {boolean} unpacked a checkpoint lies here @returns {Source[]} */
  #folder(name, files, unpacked) {
    const isArchive = (/** @type {Given} */ { path }) => !unpacked && ARCHIVE_NAME.test(path);
    const archives = files.filter(isArchive);
    const others = files.filter((file) => !isArchive(file));
    const below = others.map(({ path, blob }) => ({ path: path.slice(name.length + 1), blob }));
    /** @type {Source[]} */
    const found = archives.map(({ path, blob }) => archiveSource(path, blob));
    // Beside archives other files are only what lies around.
    if (archives.length === 0) found.push({ name, files: below, loose: false, kind: '' });
    return found;
  }

  /** @param {Given[]} given @returns {Promise<Source[]>} */
  async #loose(given) {
    /** @type {Source[]} */
    const found = [];
    /** @type {Map<string, Blob>[]} */
    const sets = [];
    for (const { path, blob } of given) {
      if (this.#known.has(path) || OTHER_JSON.test(path)) {
        let set = sets.find((files) => !files.has(path));
        if (!set) sets.push((set = new Map()));
        set.set(path, blob);
        continue;
      }
      const { archive, kind, what } = await look(path, blob, given.length <= MANY);
      if (archive) found.push({ ...archiveSource(path, blob), what });
      else
        found.push({ name: path, files: [{ path: kind || path, blob }], loose: true, kind, what });
    }
    const named = sets.map((set) => ({
      name: [...set.keys()].join(', '),
      files: [...set].map(([path, blob]) => ({ path, blob })),
      loose: true,
      kind: '',
    }));
    return [...named, ...found];
  }
}

/** @param {string} name @param {Blob} archive @returns {Source} */
const archiveSource = (name, archive) => ({ name, archive, loose: false, kind: '' });

/** What a file is. @param {string} path @param {Blob} blob @param {boolean} into whether to look into it */
async function look(path, blob, into) {
  if (!into) return { archive: ARCHIVE_NAME.test(path), kind: '', what: '' };
  try {
    const head = new Uint8Array(await blob.slice(0, HEAD).arrayBuffer());
    if (archiveFormat(head)) return { archive: true, kind: '', what: '' };
    const kind = guessKind(new TextDecoder().decode(head)) ?? '';
    return { archive: kind === '' && ARCHIVE_NAME.test(path), kind, what: fileKind(head) };
  } catch {
    return { archive: false, kind: '', what: '' }; // reading it says why it cannot be read
  }
}
