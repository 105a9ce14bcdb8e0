// SPDX-License-Identifier: Apache-2.0
// Dumps that are given together: which of them are those before an incremental one.
import { resolve } from 'node:path';
import { before, linksOf } from '../api/chain.js';
import { Unfit, whyUnreadable, withCheckpoint } from './open.js';
import { listOf } from './options.js';

/**
 * @typedef {import('../api/checkpoint.js').Checkpoint} Checkpoint
 * @typedef {import('./options.js').Context} Context
 * @typedef {import('../api/chain.js').Links & {path: string, place: string}} Linked place: the folder of the images
 */

/**
 * Opens checkpoints, the first one first, and gives them to `use`.
 * @template T
 * @param {readonly string[]} paths @param {Open} open
 * @param {(previous: Checkpoint[]) => Promise<T>} use @returns {Promise<T>}
 */
async function withAll([path, ...paths], open, use) {
  if (path === undefined) return use([]);
  let opened = false;
  const run = (/** @type {Checkpoint} */ checkpoint) => {
    opened = true;
    return withAll(paths, open, (others) => use([checkpoint, ...others]));
  };
  try {
    return await open(path, run, { keep: 'processes', again: true });
  } catch (error) {
    const unreadable = opened ? null : whyUnreadable(error, path);
    if (!unreadable) throw error;
    throw new Unfit(`: the checkpoint before it, ${path}: ${unreadable.message}`, { cause: error });
  }
}

/**
 * The same for a command.
 * @template T
 * @param {readonly string[]} paths @param {Context} context
 * @param {(previous: Checkpoint[]) => Promise<T>} use @returns {Promise<T>}
 */
export const withCheckpoints = (paths, context, use) =>
  withAll(paths, (path, run, options) => withCheckpoint(path, context, run, options), use);

/** @param {string} path @param {Checkpoint} checkpoint @returns {Linked} */
function linked(path, { members, summary, form }) {
  const links = linksOf(members, summary.container.id);
  return { ...links, path, place: /directory|folder/.test(form) ? resolve(path) : '' };
}

/** Whether the link of a folder leads to another one. @param {Linked} own @param {Linked} other */
const leadsTo = ({ parent, place }, other) =>
  parent !== null &&
  place !== '' &&
  other.place !== '' &&
  ['', 'checkpoint', 'pre-checkpoint'].some((folder) =>
    ['', 'pre-checkpoint', 'checkpoint'].some(
      (images) => resolve(place, folder, parent) === resolve(other.place, images),
    ),
  );

/**
 * Opens a checkpoint for `use`, and closes it.
 * @typedef {<T>(path: string, use: (checkpoint: Checkpoint) => Promise<T>, options?: {keep: import('../api/keep.js').Keep, again: boolean}) => Promise<T>} Open
 */

/** Finds the dumps before those that are given. */
export class Chains {
  #named;
  #operands;
  #open;
  /** What is known of the operands, by path. @type {Map<string, Linked | null>} */
  #known = new Map();

  /**
   * @param {{named: readonly string[], operands: readonly string[], open: Open}} given named: by --previous; operands:
   *   among which they may be
   */
  constructor({ named, operands, open }) {
    this.#named = named;
    this.#operands = operands;
    this.#open = open;
  }

  /** For a command. @param {Context} context */
  static of(context) {
    return new Chains({
      named: listOf(context.given, 'previous'),
      operands: context.operands,
      open: (path, use, options) => withCheckpoint(path, context, use, options),
    });
  }

  /** What an operand tells; null: it cannot be read, which is said where it is shown. @param {string} path */
  async #look(path) {
    const known = this.#known.get(path);
    if (known !== undefined) return known;
    /** @type {Linked | null} */
    let found = null;
    if (path !== '-')
      try {
        found = await this.#open(path, async (one) => linked(path, one));
      } catch {
        found = null;
      }
    this.#known.set(path, found);
    return found;
  }

  /** Those before it, the latest first. @param {string} path @param {Checkpoint} checkpoint @returns {Promise<readonly string[]>} */
  async #before(path, checkpoint) {
    if (this.#named.length > 0) return this.#named;
    const own = linked(path, checkpoint);
    this.#known.set(path, own);
    if (own.parent === null || this.#operands.length < 2) return [];
    /** @type {Linked[]} */
    const others = [];
    for (const other of this.#operands) {
      const found = other === path ? null : await this.#look(other);
      if (found) others.push(found);
    }
    return before(own, others, leadsTo).map((other) => other.path);
  }

  /**
   * Opens those before a checkpoint, the latest first, for `use`: what --previous names, else those among the operands
   * that are dumps before it.
   * @template T
   * @param {string} path @param {Checkpoint} checkpoint
   * @param {(previous: Checkpoint[]) => Promise<T>} use @returns {Promise<T>}
   */
  async with(path, checkpoint, use) {
    return withAll(await this.#before(path, checkpoint), this.#open, use);
  }
}
