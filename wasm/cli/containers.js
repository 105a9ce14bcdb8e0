// SPDX-License-Identifier: Apache-2.0
// Which of several containers in a file is meant.
import { PARTS } from '../api/checkpoint.js';
import { Unfit, inside } from './unfit.js';

/** @typedef {import('../api/checkpoint.js').Checkpoint} Checkpoint */

/** @type {import('./options.js').Option} */
export const CONTAINER = {
  name: 'container',
  short: 'c',
  value: 'NAME',
  help: 'select a container of a pod or a checkpoint in an image: its name, the start of its ID, or its number, from 1',
};

/** @param {Checkpoint} checkpoint */
const nameOf = ({ name, summary }) => summary?.container?.name || name;

/** @param {Checkpoint[]} nested */
export const listed = (nested) =>
  nested.map((inner, i) => `${i + 1} (${nameOf(inner)})`).join(', ');

/**
 * The containers that a name may mean.
 * @param {Checkpoint} checkpoint of the file
 * @param {string} wanted a name, the start of an ID, or a number from 1
 */
export async function containersNamed(checkpoint, wanted) {
  const nested = await checkpoint.containers();
  return nested.filter((inner, i) => {
    const id = inner.summary?.container?.id ?? '';
    return (
      inner.name === wanted ||
      nameOf(inner) === wanted ||
      (wanted.length >= 4 && id.startsWith(wanted)) ||
      String(i + 1) === wanted
    );
  });
}

/**
 * What a command copies whole must be an archive or a folder of its own.
 * @param {Checkpoint} checkpoint @throws {Unfit}
 */
export function refusePart(checkpoint) {
  const { prefix } = checkpoint[PARTS].content;
  if (prefix)
    throw new Unfit(
      `: is the folder ${prefix} of an archive: unpack that ("tar -xf"), and give the folder`,
    );
}

/**
 * @param {Checkpoint} checkpoint of the file
 * @param {string} wanted
 * @param {string} [said] how it was asked for
 * @returns {Promise<{checkpoint: Checkpoint, label: string}>} label: how it is called after the file's name
 */
export async function selectContainer(checkpoint, wanted, said = `--container ${wanted}: `) {
  const nested = await checkpoint.containers();
  if (nested.length === 0) throw new Unfit(': there is no container inside of it');
  const found = await containersNamed(checkpoint, wanted);
  if (found.length === 1) return { checkpoint: found[0], label: inside('', nameOf(found[0])) };
  const problem = found.length === 0 ? 'there is no such container' : 'that is not a single one';
  throw new Unfit(`: ${said}${problem}; there are ${listed(nested)}`);
}
