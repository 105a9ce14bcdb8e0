// SPDX-License-Identifier: Apache-2.0
// What stands for several files: patterns that the shell left alone, and folders of archives.
import { existsSync, namesIn, statSync } from '../api/node-fs.js';
import { join } from 'node:path';
import { ARCHIVE_NAME } from './folder.js';
import { expandedAll, isPattern } from './glob.js';
import { memberOperand } from './image-members.js';

/** What is in a folder that is a checkpoint, a pod or an image itself. */
const ITSELF =
  /^(config\.dump|spec\.dump|status|(pre-)?checkpoint|.*\.img|oci-layout|index\.json|manifest\.json|pod\.options|checkpoint-manifest\.json)$/;

/** Whether a folder is a checkpoint, a pod or an image itself. @param {string} folder @throws {Error} of the system */
export const isCheckpointFolder = (folder) => namesIn(folder).some((name) => ITSELF.test(name));

/**
 * The archives in a folder that is no checkpoint itself; a folder without any stays, for somebody to say so.
 * @param {string} path @returns {string[]}
 */
function archivesIn(path) {
  try {
    if (!statSync(path).isDirectory()) return [path];
    if (isCheckpointFolder(path)) return [path];
    const names = namesIn(path).sort();
    const found = names.filter((name) => ARCHIVE_NAME.test(name)).map((name) => join(path, name));
    return found.length > 0 ? found : [path];
  } catch {
    return [path]; // opening it will tell why
  }
}

/**
 * The files that are meant, in the order of the operands.
 * @param {readonly string[]} operands
 * @param {boolean} folders whether a folder of archives stands for them
 */
export function filesOf(operands, folders) {
  const found = expandedAll(operands.flatMap((one) => (isThere(one) ? [one] : inPattern(one))));
  return folders ? found.flatMap((path) => (path === '-' ? [path] : archivesIn(path))) : found;
}

/**
 * The one file that is meant by an operand.
 * @param {string} operand
 * @param {(message: string) => Error} fail
 */
export function fileOf(operand, fail) {
  const found = filesOf([operand], false);
  if (found.length > 1)
    throw fail(
      `${operand} matches ${found.length} files, and one is wanted: ${found[0]}, ${found[1]}${found.length > 2 ? ', …' : ''}`,
    );
  return found[0];
}

/** @param {string} path */
const isThere = (path) => path === '-' || existsSync(path);

/** Of FILE!MEMBER the file may be a pattern. @param {string} operand */
export function inPattern(operand) {
  const at = operand.indexOf('!');
  if (at <= 0 || memberOperand(operand)) return [operand];
  const file = operand.slice(0, at);
  if (!isPattern(file)) return [operand];
  const found = expandedAll([file]);
  return found.length === 1 && found[0] === file
    ? [operand]
    : found.map((one) => one + operand.slice(at));
}
