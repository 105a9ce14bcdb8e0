// SPDX-License-Identifier: Apache-2.0
// An archive: opened where it lies, and described for the page.
import { openCheckpoint } from '../../wasm/index.js';
import { A, T } from '../text.js';
import { archiveSections } from './archive-sections.js';
import { memberSection } from './members.js';
import { TEXT } from './report.js';

/** @typedef {import('../types.d.ts').ArchiveReport} ArchiveReport */
/** @typedef {import('../types.d.ts').FileInfo} FileInfo */
/** @typedef {import('../types.d.ts').Verdict} Verdict */
/** @typedef {import('./shelf.js').Shelf} Shelf */
/** @typedef {import('./sources.js').Source} Source */
/** What is kept of a source. @typedef {{source: Source, shelf: Shelf}} Open */
/** Files one source more, and gives its number. @typedef {(source: Source) => {id: number, open: Open}} Add */

/** The codes of errors of what is no archive at all. */
const NO_ARCHIVE = ['empty', 'short', 'not-tar', 'unsupported-compression'];
/** Files in archives that hold JSON of other formats. */
const OTHER_JSON = /\.json$|^(bind\.mounts|status\.dump|pod\.dump|oci-layout)$/;
/** How much the newest figure counts for the speed that is shown. */
const NEWEST = 0.3;

export class ArchiveSource {
  /** The sources of the checkpoints in it. @type {number[]} */
  inner = [];
  #ckpt;
  #blob;
  #name;
  /** Present while it is read. @type {AbortController | null} */
  #stop = null;
  #read = 0;
  #last = { time: 0, read: 0, speed: 0 };

  /** @param {any} ckpt @param {Blob} blob @param {string} name */
  constructor(ckpt, blob, name) {
    this.#ckpt = ckpt;
    this.#blob = blob;
    this.#name = name;
  }

  /** @param {Open} open what the files and sequences go to @param {Add} add @returns {Promise<ArchiveReport | null>} null: cancelled */
  async open(open, add) {
    const stop = new AbortController();
    this.#stop?.abort();
    this.#stop = stop;
    this.#read = 0;
    this.#last = { time: performance.now(), read: 0, speed: 0 };
    try {
      const checkpoint = await openCheckpoint(this.#blob, {
        name: this.#name,
        signal: stop.signal,
        onProgress: ({ read }) => (this.#read = read),
      });
      return await this.#report(checkpoint, -1, open, add);
    } catch (error) {
      if (stop.signal.aborted) return null;
      throw error;
    } finally {
      if (this.#stop === stop) this.#stop = null;
    }
  }

  cancel() {
    this.#stop?.abort();
  }

  /** @returns {import('../types.d.ts').ArchiveProgress | null} */
  progress() {
    if (!this.#stop) return null;
    const { size } = this.#blob;
    const read = this.#read;
    const now = performance.now();
    const last = this.#last;
    if (now > last.time) {
      const newest = ((read - last.read) / (now - last.time)) * 1000;
      const speed = last.read === 0 ? newest : last.speed + (newest - last.speed) * NEWEST;
      this.#last = { time: now, read, speed };
    }
    const words = (/** @type {number} */ bytes) => this.#ckpt.byteToString(Math.round(bytes));
    const share = size > 0 ? read / size : 1;
    const text = [A.progress(words(read), words(size), share)];
    if (this.#last.speed > 0) text.push(A.speed(words(this.#last.speed)));
    return { read, size, text: text.join(' · ') };
  }

  /**
   * @param {any} checkpoint
   * @param {number} id of its source; negative: that of the archive, which the page knows
   * @param {Open} open
   * @param {Add} add
   * @returns {Promise<ArchiveReport>}
   */
  async #report(checkpoint, id, open, add) {
    const ckpt = this.#ckpt;
    const { error, problems, summary, form, compression, name, members } = checkpoint;
    const files = keptFiles(ckpt, checkpoint);
    open.source.members = files.map(({ path, size, kind, guessed }) => ({
      path,
      size,
      kind,
      guessed,
    }));
    open.source.read = async (index) => checkpoint.files.get(files[index].path);
    /** @type {ArchiveReport[]} */
    const containers = [];
    if (form === 'pod') {
      for (const container of await checkpoint.containers()) {
        /** @type {Source} */
        const source = { name: container.name, members: [], read: async () => new Uint8Array() };
        const added = add(source);
        this.inner.push(added.id);
        containers.push(await this.#report(container, added.id, added.open, add));
      }
    }
    const bad = [...files, ...containers].some(({ verdict }) => BAD.includes(verdict));
    /** @type {Verdict} */
    let verdict = problems.length > 0 || bad ? 'error' : form === 'unknown' ? 'unknown' : 'ok';
    if (error) verdict = NO_ARCHIVE.includes(error.code) ? 'unknown' : 'broken';
    const about = [A.forms[form] ?? form];
    if (compression) about.push(A.compressions[compression] ?? compression);
    if (summary.sizes.archive > 0) about.push(ckpt.byteToString(summary.sizes.archive));
    return {
      id,
      name,
      verdict,
      about: about.join(' · '),
      broken: error ? brokenOff(checkpoint) : undefined,
      sections: archiveSections({ ckpt, shelf: open.shelf }, checkpoint, files),
      files,
      members: memberSection(ckpt, open.shelf, members),
      containers,
    };
  }
}

/** @type {Verdict[]} */
const BAD = ['error', 'broken'];

/** @param {any} checkpoint */
function brokenOff({ error, members }) {
  const where = [];
  if (error.offset > 0) where.push(T.byte(error.offset));
  const member = error.member === undefined ? undefined : members.at?.(error.member);
  if (member) where.push(A.inMember(member.name));
  return { message: error.message, where: where.join(' · ') };
}

/** The metadata files that can be shown, known ones first. @param {any} ckpt @param {any} checkpoint @returns {FileInfo[]} */
function keptFiles(ckpt, { files, documents }) {
  const found = [];
  for (const [path, bytes] of files) {
    const kind = kindOf(ckpt, path);
    if (kind === null) continue;
    const error =
      kind === TEXT ? null : path in documents ? documents[path].error : ckpt.check(kind, bytes);
    const message = error?.message ?? '';
    /** @type {Verdict} */
    const verdict = error ? 'error' : 'ok';
    found.push({ path, size: bytes.length, kind, guessed: false, verdict, message });
  }
  const order = (/** @type {string} */ kind) =>
    kind === TEXT ? Infinity : ckpt.kinds.indexOf(kind);
  return found
    .sort((a, b) => order(a.kind) - order(b.kind) || (a.path < b.path ? -1 : 1))
    .map((file, index) => ({ index, ...file }));
}

/** @param {any} ckpt @param {string} path @returns {string | null} null: it is no text */
function kindOf(ckpt, path) {
  if (ckpt.kinds.includes(path)) return path;
  if (OTHER_JSON.test(path)) return 'any';
  return path.endsWith('.log') ? TEXT : null;
}
