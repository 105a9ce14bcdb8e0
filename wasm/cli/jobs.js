// SPDX-License-Identifier: Apache-2.0
// From the operands of ckpt validate to what is to be checked.
import { closeSync, constants, existsSync, openSync, readSync } from '../api/node-fs.js';
import { dirname } from 'node:path';
import { looksCompressedOrTar } from './archive-head.js';
import { NAMED_ARCHIVE, filesJob, jobsOfFolder, wholeJob } from './folder.js';
import { glob, isPattern } from './glob.js';
import { ReadError, fileInput, kindOf, standardInput, typeOf } from './input.js';
import { memberOperand } from './image-members.js';
import { namedInput } from './kind.js';
import { inPattern } from './operands.js';
import { whatIs } from './what-is.js';

/** @typedef {import('./folder.js').Job} Job */

/**
 * Whether a file is meant to be an archive. What it really is, the core finds out.
 * @param {string} path
 */
function looksLikeArchive(path) {
  if (NAMED_ARCHIVE.test(path)) return true;
  const head = new Uint8Array(512);
  try {
    const fd = openSync(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
    try {
      readSync(fd, head, 0, head.length, 0);
    } finally {
      closeSync(fd);
    }
  } catch {
    return false; // reading it will tell why
  }
  return looksCompressedOrTar(head);
}

/** @param {string} path */
function isFolder(path) {
  try {
    return typeOf(path) === 'directory';
  } catch {
    return false; // reading it will tell why
  }
}

/** Patterns that the shell left alone. @param {string} operand @returns {string[]} */
function expanded(operand) {
  if (operand === '-' || existsSync(operand)) return [operand];
  const [first, ...others] = inPattern(operand);
  if (first !== operand || memberOperand(operand)) return [first, ...others];
  return isPattern(operand) ? glob(operand) : [operand];
}

/**
 * @param {readonly string[]} operands
 * @param {Record<string, string | undefined>} values of options
 * @param {readonly {name: string, file: string}[]} files names of metadata files and their kinds
 * @param {(message: string) => Error} fail
 * @param {import('./what-is.js').Core} core
 * @returns {Job[]} in the order of the operands
 */
export function jobsOf(operands, values, files, fail, core) {
  /** @type {Job[]} */
  const jobs = [];
  /** @type {import('./input.js').Input[]} */
  let group = [];
  const close = () => {
    if (group.length > 0) jobs.push(filesJob(folderOf(group[0]), group));
    group = [];
  };
  // Metadata files of one folder that are named one after the other belong together.
  const belongs = (/** @type {import('./input.js').Input} */ input) =>
    values.kind === undefined &&
    input.file !== null &&
    !input.error &&
    group.every(
      (other) =>
        other.kind !== input.kind && other.file !== null && folderOf(other) === folderOf(input),
    );
  for (const operand of operands) {
    const paths = expanded(operand);
    let any = false;
    for (const path of paths) {
      const job = wholeOf(path, values, files);
      if (job) {
        any = true;
        close();
        jobs.push(...job);
        continue;
      }
      // Of what a pattern matches, only what can be checked is meant.
      if (path !== operand && kindOf(path, files) === '' && values.kind === undefined) continue;
      any = true;
      const input = inputOf(path, values, files, fail, core);
      if (!belongs(input)) close();
      group.push(input);
      if (input.error || values.kind !== undefined || input.file === null) close();
    }
    if (any) continue;
    close();
    jobs.push(nothing(operand));
  }
  close();
  return jobs;
}

/**
 * An operand; one of which nobody knows what it is does not stop the others.
 * @param {string} path @param {Record<string, string | undefined>} values @param {readonly {name: string, file: string}[]} files
 * @param {(message: string) => Error} fail @param {import('./what-is.js').Core} core
 */
function inputOf(path, values, files, fail, core) {
  const known = path === '-' || values.kind !== undefined || kindOf(path, files) !== '';
  if (known || !existsSync(path)) return namedInput(path, values, files, fail);
  return fileInput(path, '', new ReadError(whatIs(path, core), 'kind'));
}

/** FILE!MEMBER. @param {{archive: string, member: string}} within @param {Record<string, string | undefined>} values @returns {Job} */
function memberJob({ archive, member }, values) {
  const name = archive === '-' ? (values['stdin-name'] ?? '<stdin>') : archive;
  const { shown } = fileInput(`${name}!${member}`, '');
  const job =
    archive === '-'
      ? { file: null, inputs: [] }
      : { file: archive, inputs: [], kind: isFolder(archive) ? 'folder' : 'archive' };
  return /** @type {Job} */ ({
    kind: 'archive',
    ...job,
    path: name,
    member,
    shown,
    asKind: values.kind,
  });
}

/** @param {string} operand @returns {Job} */
const nothing = (operand) =>
  filesJob('', [
    fileInput(
      operand,
      '',
      new ReadError('no file that can be checked matches this pattern', 'ENOENT'),
    ),
  ]);

/** @param {import('./input.js').Input} input */
const folderOf = ({ path }) => dirname(path);

/**
 * Archives and folders; null for metadata files.
 * @param {string} path
 * @param {Record<string, string | undefined>} values
 * @param {readonly {name: string, file: string}[]} files
 * @returns {Job[] | null}
 */
function wholeOf(path, values, files) {
  if (path === '-') {
    const name = values['stdin-name'];
    if (values.kind !== undefined || (name !== undefined && kindOf(name, files) !== ''))
      return null;
    const { shown } = standardInput(name ?? '<stdin>', '');
    return [{ kind: 'archive', file: null, path: name ?? '<stdin>', shown, inputs: [] }];
  }
  const within = existsSync(path) ? null : memberOperand(path);
  if (within) return [memberJob(within, values)];
  if (isFolder(path)) return jobsOfFolder(path, files);
  if (values.kind !== undefined || kindOf(path, files) !== '') return null;
  return looksLikeArchive(path) ? [wholeJob('archive', path)] : null;
}
