// SPDX-License-Identifier: Apache-2.0
// What there is to check in a folder: checkpoints, archives of them, metadata files.
import { Buffer } from 'node:buffer';
import { entriesIn, lstatSync } from '../api/node-fs.js';
import { ReadError, attempt, fileInput, kindOf } from './input.js';

/** @typedef {import('./input.js').Input} Input */

/**
 * Something to be checked; one report comes of it.
 * @typedef {object} Job
 * @property {'archive' | 'folder' | 'files'} kind
 * @property {string | null} file null: standard input
 * @property {string} path
 * @property {string} shown the path, safe to show
 * @property {string} [member] what in the file is meant; without it the file
 * @property {string} [asKind] what kind of metadata file it is, where the user says so
 * @property {Input[]} inputs of metadata files without an archive
 * @property {import('./ignores.js').Applied[]} [ignores] exceptions for it
 */

/** Names of archives: they are checked as such whatever is in them. */
export const ARCHIVE_NAME = /\.(tar(\.(gz|zst|zstd|xz|bz2|lz4|z))?|tgz|tzst|txz|tbz2?)$/i;

/** Names that somebody gave on the command line: what is behind may be an encryption. */
export const NAMED_ARCHIVE = /\.(tar|tgz|tzst|txz|tbz2?)(\.\w+)?$/i;

const LINK = new ReadError(
  'is a symbolic link in a folder, which is not followed; name it to check it',
  'link',
);

/** @param {'archive' | 'folder'} kind @param {string} file @returns {Job} */
export function wholeJob(kind, file) {
  const { path, shown } = fileInput(file, '');
  return { kind, file, path, shown, inputs: [] };
}

/** @param {string} folder that they lie in; '' if they are named one by one @param {Input[]} inputs @returns {Job} */
export function filesJob(folder, inputs) {
  const [{ file, path, shown }] = inputs;
  if (inputs.length === 1) return { kind: 'files', file, path, shown, inputs };
  const named = fileInput(folder || '.', '');
  return { kind: 'files', file: null, path: named.path, shown: named.shown, inputs };
}

/** Names that say what a folder is, if the core is to read all of it. */
const WHOLE = ['oci-layout', 'inventory.img', 'pod.options', 'checkpoint-manifest.json'];

/**
 * What is in a folder. A folder that holds `config.dump` or `spec.dump` is the checkpoint of a
 * container, and its sub-folders are part of that; if the images of the processes are not there, it
 * holds metadata files and no more. Pods, image layouts and CRIU's own folders are taken whole, too.
 * In all others, archives and metadata files are looked for, in their sub-folders as well, but for a
 * `status` that lies alone: many things are called that. Symbolic links are not followed: a folder
 * may come from somebody else.
 * @param {string} folder
 * @param {readonly {name: string, file: string}[]} files names of files and their kinds
 * @returns {Job[]} sorted; at least one, if only to say that there is none
 */
export function jobsOfFolder(folder, files) {
  /** @type {Job[]} */
  const jobs = [];
  const top = folder.replace(/(?<=[^/])\/+$/, '');
  const todo = [top];
  for (let directory; (directory = todo.pop()) !== undefined;) {
    let entries;
    try {
      const path = directory;
      entries = attempt(() => entriesIn(path));
    } catch (error) {
      const input = fileInput(directory, '', /** @type {ReadError} */ (error));
      jobs.push(filesJob('', [input]));
      continue;
    }
    const at = directory;
    const names = entries.sort((a, b) => Buffer.compare(a.entry.name, b.entry.name));
    const has = (/** @type {string} */ wanted) => names.some(({ name }) => name === wanted);
    const folders = names.filter(({ entry, name }) => isFolder(entry, below(at, name)));
    const isContainer = has('config.dump') || has('spec.dump');
    const whole = isContainer
      ? folders.some(({ name }) => name === 'checkpoint' || name === 'pre-checkpoint')
      : WHOLE.some(has) && (folders.length > 0 || !has('pod.options'));
    if (whole) {
      jobs.push(wholeJob('folder', directory));
      continue;
    }
    /** @type {Input[]} */
    const inputs = [];
    for (const { entry, name } of names) {
      const path = below(directory, name);
      if (entry.isDirectory()) continue;
      const kind = kindOf(name, files);
      const link = entry.isSymbolicLink() ? LINK : undefined;
      if (kind !== '') inputs.push(fileInput(path, kind, link));
      else if (ARCHIVE_NAME.test(name) && !isContainer)
        jobs.push(link ? filesJob('', [fileInput(path, '', link)]) : wholeJob('archive', path));
    }
    if (directory !== top && inputs.length === 1 && inputs[0].kind === 'status') inputs.pop();
    if (inputs.length > 0) jobs.push(filesJob(directory, inputs));
    if (isContainer) continue;
    for (const { name } of folders.reverse()) todo.push(below(directory, name));
  }
  if (jobs.length === 0) {
    const known = files.map(({ file }) => file).join(', ');
    const error = new ReadError(`holds no archive and no metadata file (${known})`, 'empty');
    jobs.push(filesJob('', [fileInput(folder, '', error)]));
  }
  return jobs;
}

/** @param {string} directory @param {string} name */
const below = (directory, name) =>
  directory.endsWith('/') ? directory + name : `${directory}/${name}`;

/** @param {import('node:fs').Dirent<any>} entry @param {string} path */
function isFolder(entry, path) {
  if (entry.isDirectory()) return true;
  if (entry.isFile() || entry.isSymbolicLink()) return false;
  try {
    return lstatSync(path).isDirectory(); // file systems that do not tell with the names
  } catch {
    return false;
  }
}
