// SPDX-License-Identifier: Apache-2.0
// Opening checkpoints for the commands: progress, interruption, and what is said if it fails.
import { read } from 'node:fs';
import { existsSync, fstatSync, readFileSync } from '../api/node-fs.js';
import { basename } from 'node:path';
import process from 'node:process';
import { escapeForTerminal } from '../report/escape.js';
import { EXIT } from './exit.js';
import { ARCHIVE_NAME } from './folder.js';
import { selectContainer } from './containers.js';
import { memberOperand } from './image-members.js';
import { limitsOf } from './limits.js';
import { reason } from './output.js';
import { watched, withProgress } from './progress.js';
import { Unfit, inside } from './unfit.js';
import { imageAlone } from './what-is.js';

export { Unfit, inside };

/** @typedef {import('../api/checkpoint.js').Checkpoint} Checkpoint */
/** @typedef {import('./progress.js').Progress} Progress */
/** @typedef {Pick<import('./options.js').Context, 'switches' | 'values' | 'fail' | 'stdout' | 'stderr' | 'core' | 'dropIn'>} Context */

/**
 * Opens a file, a folder or standard input (`-`), gives it to `use`, and closes it.
 * @template T
 * @param {string} path
 * @param {Context} context
 * @param {(checkpoint: Checkpoint, progress: Progress) => Promise<T>} use
 * @param {{keep?: import('../api/keep.js').Keep, search?: import('../api/search-ahead.js').Wanted, again?: boolean}} [options]
 *   keep: what is kept for dump() of what cannot be read in place; search: what it will be searched for; again: a pipe
 *   is read more than once, as far as memory goes
 * @returns {Promise<T>}
 */
export function withCheckpoint(path, context, use, { keep, search, again = false } = {}) {
  const limits = limitsOf(context);
  return withProgress(context, path, async (progress, shows) => {
    const ckpt = await context.core();
    const { openCheckpoint } = await import('../api/node.js');
    /** @type {Checkpoint | undefined} */
    let checkpoint;
    try {
      const pipe = path === '-' && again ? await rememberedPipe() : null;
      const from = path === '-' ? (pipe ?? standardSource()) : path;
      const { source, ...watching } = shows
        ? await watched(from, (state) => progress.passed(state, path))
        : { source: from };
      checkpoint = await openCheckpoint(source, {
        ...{ ...limits, ...watching, keep, search },
        name: path === '-' ? '<stdin>' : basename(path),
      });
      await pipe?.drain();
      // One image of the many that make a checkpoint. A program that stands in for another says what that says.
      const named = !context.dropIn && path !== '-';
      const alone = named && isNoArchive(checkpoint) ? imageAlone(path, ckpt) : '';
      if (alone !== '') throw new Unfit(`: it is ${alone}`, { cause: checkpoint.error });
      return await use(checkpoint, progress);
    } finally {
      await checkpoint?.close();
    }
  });
}

/**
 * Standard input: a stream, or, where the shell opened a file for it (`<checkpoint.tar`), that file, which can be read
 * more than once. Only Linux tells whether somebody has read of it before.
 */
function standardSource() {
  try {
    const info = fstatSync(0);
    const unread = /^pos:\s*0$/m.test(readFileSync('/proc/self/fdinfo/0', 'latin1'));
    if (!info.isFile() || !unread) return process.stdin;
    /** @param {number} offset @param {number} length @returns {Promise<Uint8Array>} */
    const readAt = (offset, length) =>
      new Promise((resolve, reject) => {
        const bytes = new Uint8Array(length);
        read(0, bytes, 0, length, offset, (error, count) =>
          error ? reject(error) : resolve(bytes.subarray(0, count)),
        );
      });
    return { size: info.size, read: readAt };
  } catch {
    return process.stdin;
  }
}

/** What is remembered of a pipe, at most: of a larger one some members cannot be had. */
const MOST_REMEMBERED = 256 * 2 ** 20;

/** Standard input, as a command should read it. @param {boolean} again whether more than once */
export const standardInputOf = async (again) =>
  (again ? await rememberedPipe() : null) ?? standardSource();

/** Standard input, if it is a pipe, so that it can be read again; null if that is so anyway. */
async function rememberedPipe() {
  const source = standardSource();
  if (source !== process.stdin) return null;
  return (await import('../api/sources.js')).rememberedInput(source, MOST_REMEMBERED);
}

/** Codes of what is no archive. */
const NO_ARCHIVE = new Set(['empty', 'short', 'not-tar']);

/** @param {Checkpoint} checkpoint */
const isNoArchive = ({ error, members }) =>
  members.length === 0 && NO_ARCHIVE.has(error?.code ?? '');

/**
 * Of what is no archive nothing more is said than that.
 * @param {Checkpoint} checkpoint @throws {Unfit}
 */
export function refuseNoArchive(checkpoint) {
  if (isNoArchive(checkpoint)) throw new Unfit(`: ${whyStopped(checkpoint)}`);
}

/** What openCheckpoint refuses to read, or to read again. */
const REFUSED = /neither a regular file nor a directory$|^a stream can be read only once/;

/**
 * Why a file could not be read, in the system's words; null if it is not that.
 * @param {unknown} error
 * @param {string} path of the file
 */
export function whyUnreadable(error, path) {
  const { cause = error } = /** @type {Error} */ (error);
  const { code, message, syscall } = /** @type {NodeJS.ErrnoException} */ (cause);
  if (cause instanceof TypeError && REFUSED.test(message))
    return {
      code: 'special',
      message: message.startsWith('a stream')
        ? 'a pipe can be read only once, and this one is too large to be remembered (256 MiB): give the file, or "- <FILE"'
        : message.replace(`${path} `, ''),
    };
  return typeof code === 'string' && (syscall !== undefined || /^E[A-Z0-9]+$/.test(code))
    ? { code, message: reason(message) }
    : null;
}

/** @param {Pick<import('./options.js').Context, 'operands' | 'fail'>} context */
export function refuseSecondInput({ operands, fail }) {
  if (operands.filter((operand) => operand === '-').length > 1)
    throw fail('standard input can be read only once');
}

/**
 * Why an archive was not read to its end, and how much of it was.
 * @param {{error: import('../api/archive.js').ArchiveError | null, members: {length: number}}} archive
 */
export function whyStopped({ error, members: { length } }) {
  if (!error || error.stop === 'unreadable') return error?.message ?? '';
  const seen = length === 1 ? 'the first member was' : `the first ${length} members were`;
  return `${error.message} Not read to the end: only ${length === 0 ? 'its beginning was' : seen} seen.`;
}

/** @param {string} path */
const isThere = (path) => path === '-' || existsSync(path);

/** @param {Checkpoint} checkpoint @param {{archive: string, member: string}} within @returns {Promise<Checkpoint>} @throws {Unfit} */
async function containerIn(checkpoint, { archive, member }) {
  if ((await checkpoint.containers()).length === 0)
    throw new Unfit(`: there is no container inside of ${archive}: give ${archive} itself`);
  return (await selectContainer(checkpoint, member, '')).checkpoint;
}

/** Whether a descriptor is a regular file, which nobody looks at. @param {number} fd */
function isFile(fd) {
  try {
    return fstatSync(fd).isFile();
  } catch {
    return false;
  }
}

/** Runs a command over checkpoints and knows how it ended. */
export class Session {
  #context;
  #again;
  /** @type {Progress | undefined} */
  #progress;
  /** Of the file that was opened last. */
  #path = '';
  /** The exit code so far. @type {number} */
  code = EXIT.ok;

  /** @param {Context} context @param {{again?: boolean}} [options] as withCheckpoint() has it */
  constructor(context, { again = false } = {}) {
    this.#context = context;
    this.#again = again;
  }

  /** Output comes: no more progress, unless it goes to a file. */
  endProgress() {
    if (isFile(1)) this.#progress?.clear();
    else this.#progress?.end();
  }

  /** Where this program stands in for another: how that takes what is wrong. */
  get dropIn() {
    return this.#context.dropIn;
  }

  /** How far what is read now has come. @param {{read: number, size: number}} state */
  progress(state) {
    this.#progress?.update(state);
  }

  /** Takes the line away until it changes: output comes, and more reading. */
  clearProgress() {
    this.#progress?.clear();
  }

  /** A line on standard error. @param {string} text @param {number} code */
  async say(text, code) {
    const { stdout, stderr, dropIn } = this.#context;
    if (dropIn) return dropIn.say(text, code, this.#path);
    this.#progress?.clear();
    await stdout.flush(); // both may be the same terminal
    await stderr.write(`ckpt: ${escapeForTerminal(text)}\n`);
    await stderr.flush();
    this.code = Math.max(this.code, code);
  }

  /**
   * Opens a checkpoint for `use`. What goes wrong is said, and the next one can be tried.
   * @param {string} path
   * @param {(checkpoint: Checkpoint) => Promise<void>} use
   * @param {{prefix?: string, keep?: import('../api/keep.js').Keep, search?: import('../api/search-ahead.js').Wanted}} [options]
   *   prefix: of what is said; keep, search: as withCheckpoint() has them
   */
  async open(path, use, { prefix = '', keep, search } = {}) {
    const { dropIn } = this.#context;
    this.#path = path;
    // FILE!NAME, as lists print it, is a container of a pod or a checkpoint in an image.
    const within = dropIn || isThere(path) ? null : memberOperand(path);
    try {
      const run = async (
        /** @type {Checkpoint} */ checkpoint,
        /** @type {Progress} */ progress,
      ) => {
        this.#progress = progress;
        dropIn?.adjust(checkpoint);
        return use(within ? await containerIn(checkpoint, within) : checkpoint);
      };
      const file = within?.archive ?? path;
      await withCheckpoint(file, this.#context, run, { keep, search, again: this.#again });
      await this.#context.stdout.flush(); // who reads it need not wait for the next one
    } catch (error) {
      const { name, message } = /** @type {Error} */ (error);
      const unreadable = whyUnreadable(error, path);
      const shown = path === '-' ? '<stdin>' : path;
      const known = error instanceof Unfit || name === 'ArchiveError' || name === 'CheckpointError';
      if (dropIn && (known || unreadable))
        await dropIn.say(
          `${prefix}${prefix && `${path}: `}${dropIn.words(error, path, unreadable)}`,
          EXIT.findings,
          path,
        );
      else if (error instanceof Unfit) await this.say(`${prefix}${shown}${message}`, EXIT.findings);
      else if (name === 'ArchiveError' || name === 'CheckpointError')
        await this.say(`${prefix}${shown}: ${message}`, EXIT.findings);
      else if (unreadable)
        await this.say(`${prefix}${shown}: ${unreadable.message}`, EXIT.unreadable);
      else throw error;
    } finally {
      this.#progress = undefined;
    }
  }
}

/**
 * The containers in a checkpoint: itself, or those of a pod. (Images show what is in them.)
 * @param {Checkpoint} checkpoint
 * @param {string} path of the file
 * @returns {Promise<{path: string, checkpoint: Checkpoint}[]>}
 * @throws {Unfit} the pod was not read to its end: there may be others
 */
export async function containersOf(checkpoint, path) {
  if (checkpoint.form !== 'pod') return [{ path, checkpoint }];
  if (checkpoint.error) throw new Unfit(`: ${whyStopped(checkpoint)}`);
  const nested = await checkpoint.containers();
  return nested.map((inner, i) => ({
    path: inside(path, inner.name || String(i + 1)),
    checkpoint: inner,
  }));
}

/** What is no checkpoint but has some in it. @param {Iterable<{name: string}>} members @throws {Unfit} */
function refuseFolder(members) {
  let count = 0;
  for (const { name } of members) if (ARCHIVE_NAME.test(name) && !name.includes('/')) count++;
  if (count > 1 || (count === 1 && ARCHIVE_NAME.test([...members][0].name)))
    throw new Unfit(
      `: is no checkpoint, but has ${count === 1 ? 'an archive' : `${count} archives`} in it: name them, or use "ckpt list" or "ckpt validate"`,
    );
}

const NEEDED = ['config.dump', 'spec.dump'];
/** Of the processes; the second one is Podman's first half of a checkpoint in two steps. */
const IMAGES = /^(pre-)?checkpoint(\/|$)/;

/** @param {Iterable<{name: string}>} members which are made one by one, so mostly not all */
function hasImages(members) {
  for (const { name } of members) if (IMAGES.test(name)) return true;
  return false;
}

/**
 * What is known about a container, if enough is: as the reference tool, the commands that describe
 * containers want its two metadata files and the images of its processes. The texts are its, too.
 * @param {Checkpoint} checkpoint
 * @param {{images: boolean}} [needs]
 * @returns {any} the summary
 * @throws {Unfit} what is missing, to be put after the path
 */
export function summaryOf(
  { error, form, documents, members, summary },
  { images } = { images: true },
) {
  if (error) throw new Unfit(`: ${whyStopped({ error, members })}`, { cause: error });
  for (const name of NEEDED) {
    const document = documents[name];
    if (!document || !('error' in document)) continue;
    const { goMessage, message } = document.error;
    throw new Unfit(`: failed to unmarshal ${name}: ${goMessage || message}`);
  }
  if (form === 'criu-directory' || form === 'containerd-ctr') return summary;
  if (images && !hasImages(members)) {
    if (!documents[NEEDED[0]] && !documents[NEEDED[1]]) refuseFolder(members);
    throw new Unfit(': checkpoint directory is missing in the archive file');
  }
  for (const name of NEEDED)
    if (!documents[name]) throw new Unfit(`: open ${name}: no such file or directory`);
  return summary;
}
