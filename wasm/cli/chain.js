// SPDX-License-Identifier: Apache-2.0
// Dumps that are given together: which of them are those before an incremental one.
import { resolve } from 'node:path';
import { before, linksOf } from '../api/chain.js';
import { withCheckpoint } from './open.js';
import { listOf } from './options.js';

/**
 * @typedef {import('../api/checkpoint.js').Checkpoint} Checkpoint
 * @typedef {import('./options.js').Context} Context
 * @typedef {import('../api/chain.js').Links & {path: string, place: string}} Linked place: the folder of the images
 */

/**
 * Opens checkpoints, the first one first, and gives them to `use`.
 * @template T
 * @param {readonly string[]} paths @param {Context} context
 * @param {(previous: Checkpoint[]) => Promise<T>} use @returns {Promise<T>}
 */
export function withCheckpoints([path, ...paths], context, use) {
  if (path === undefined) return use([]);
  return withCheckpoint(
    path,
    context,
    (checkpoint) => withCheckpoints(paths, context, (others) => use([checkpoint, ...others])),
    { keep: 'processes', again: true },
  );
}

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

/** Finds the dumps before those that are given. */
export class Chains {
  #context;
  /** What is known of the operands, by path. @type {Map<string, Linked | null>} */
  #known = new Map();

  /** @param {Context} context */
  constructor(context) {
    this.#context = context;
  }

  /** What an operand tells; null: it cannot be read, which is said where it is shown. @param {string} path */
  async #look(path) {
    const known = this.#known.get(path);
    if (known !== undefined) return known;
    /** @type {Linked | null} */
    let found = null;
    if (path !== '-')
      try {
        found = await withCheckpoint(path, this.#context, async (one) => linked(path, one));
      } catch {
        found = null;
      }
    this.#known.set(path, found);
    return found;
  }

  /**
   * Opens those before a checkpoint, the latest first, for `use`: what --previous names, else those among the operands
   * that are dumps before it.
   * @template T
   * @param {string} path @param {Checkpoint} checkpoint
   * @param {(previous: Checkpoint[]) => Promise<T>} use @returns {Promise<T>}
   */
  async with(path, checkpoint, use) {
    const { operands, given } = this.#context;
    const named = listOf(given, 'previous');
    if (named.length > 0) return withCheckpoints(named, this.#context, use);
    const own = linked(path, checkpoint);
    this.#known.set(path, own);
    if (own.parent === null || operands.length < 2) return use([]);
    /** @type {Linked[]} */
    const others = [];
    for (const other of operands) {
      const found = other === path ? null : await this.#look(other);
      if (found) others.push(found);
    }
    const chain = before(own, others, leadsTo);
    return withCheckpoints(
      chain.map((other) => other.path),
      this.#context,
      use,
    );
  }
}
