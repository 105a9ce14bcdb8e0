// SPDX-License-Identifier: Apache-2.0
// A checkpoint of a pod: its containers are directories or archives in it.
import { ArchiveError } from './archive-reader.js';
import { Checkpoint, PARTS } from './checkpoint.js';
import { openInside, partsOf } from './parts.js';
import { MOST_CONTAINERS, podContainers } from './pod-files.js';

const tooMany = () =>
  new ArchiveError(
    `The pod has more than ${MOST_CONTAINERS} containers, of which the others were not looked at.`,
    { code: 'limit-containers', stop: 'limit' },
  );

export class Pod extends Checkpoint {
  /** @type {Promise<Checkpoint[]> | undefined} */
  #containers;
  #listed;

  /** @param {import('./parts.js').Parts} parts */
  constructor(parts) {
    super(parts);
    const { content, metadata } = parts;
    this.#listed = podContainers(content.own, metadata.files);
    if (this.#listed.length > MOST_CONTAINERS) this.error ??= tooMany();
  }

  /** @override */
  containers() {
    return (this.#containers ??= this.#open().catch((error) => {
      this.#containers = undefined; // it may be tried again
      throw error;
    }));
  }

  async #open() {
    const { content } = this[PARTS];
    const found = [];
    const containers = this.#listed.slice(0, MOST_CONTAINERS);
    const directories = containers.flatMap(({ directory = [] }) => directory);
    const lists = content.own.below(directories);
    for (const { directory, member } of containers) {
      const own = directory !== undefined && lists.get(directory);
      if (own) found.push(await this.#below(directory, own));
      else if (member) found.push(await openInside(this[PARTS], member));
    }
    return found;
  }

  /** @param {string} directory @param {import('./archive-members.js').MemberList} own the members below it */
  async #below(directory, own) {
    const { core, options, open, content } = this[PARTS];
    const inner = await content.below(directory, own, options.signal);
    return new Checkpoint(partsOf(core, { ...options, name: directory }, open, inner));
  }

  /** @override */
  async close() {
    const containers = await this.#containers?.catch(() => []);
    for (const container of containers ?? []) container[PARTS].known.drop();
    await super.close();
  }
}
