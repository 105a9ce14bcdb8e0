// SPDX-License-Identifier: Apache-2.0
// ckpt x: crit's explorers, in the form in which crit prints them.
import { EXIT } from './exit.js';
import { explorers } from './explorers.js';
import { Session, Unfit, containersOf, refuseNoArchive, refuseSecondInput } from './open.js';
import { fileOf } from './operands.js';
import { NO_PROGRESS } from './progress.js';
import { CONTAINER, selectContainer } from './select.js';
import { escapeForTerminal } from '../report/escape.js';

/**
 * @typedef {import('../api/checkpoint.js').Checkpoint} Checkpoint
 * @typedef {import('./explorers.js').Images} Images
 */

const VIEWS = Object.keys(explorers);

/** Where engines and CRIU put images, the best place first. */
const PLACES = ['checkpoint/', '', 'pre-checkpoint/'];

/**
 * The images that an explorer looks at, by their names, decoded as crit does.
 * @param {Checkpoint} checkpoint @param {import('../border/core.js').Core} core @param {RegExp} wanted
 * @param {(text: string) => Promise<void>} complain
 * @returns {Promise<Images>}
 */
async function imagesOf(checkpoint, core, wanted, complain) {
  /** @type {Map<string, Map<string, any>>} */
  const places = new Map(PLACES.map((place) => [place, new Map()]));
  const placeOf = (/** @type {string} */ name) => name.slice(0, name.lastIndexOf('/') + 1);
  const isWanted = (/** @type {{name: string}} */ { name }) => {
    const place = placeOf(name);
    return places.has(place) && wanted.test(name.slice(place.length));
  };
  for await (const { member, bytes } of checkpoint.readAll(isWanted)) {
    const place = placeOf(member.name);
    const name = member.name.slice(place.length);
    let value;
    try {
      value = core.decodeImage(bytes, { name, payload: false });
    } catch (error) {
      if (/** @type {Error} */ (error).name !== 'CheckpointError') throw error;
      const { message, partial } = /** @type {any} */ (error);
      await complain(`${member.name}: ${message}`);
      value = partial;
    }
    places.get(place)?.set(name, value?.entries ?? []);
  }
  for (const place of PLACES) {
    const images = /** @type {Map<string, any>} */ (places.get(place));
    if (images.size > 0) return { place, entries: images };
  }
  return { place: '', entries: new Map() };
}

/** @type {import('./options.js').Command} */
export const x = {
  name: 'x',
  summary: 'explore images as "crit x" does: ps, fds, mems, rss, sk',
  operands: 'ps|fds|mems|rss|sk FILE',
  count: [2, 2],
  details: [
    'Prints what "crit x" prints, in its form: ps, the tree of processes; fds, their open files; mems, their mappings; rss, which pages of them are stored; and sk, their sockets, as crit of Go has it. The operands may stand in either order. FILE is a checkpoint archive, an image, a folder (also of CRIU images alone), or "-" for standard input.',
    'Where crit fails or is wrong, this goes on: processes that are dead have no files and no memory; older page maps are read; memory files are named; "[heap]" and "[stack]" are marked; names are shown so that a terminal shows them, and kept from damage. What is missing or damaged is reported on standard error, and the exit code is 1.',
    '"ckpt ps", "files", "maps" and "sockets" show more, and have JSON.',
  ],
  options: [CONTAINER, NO_PROGRESS],
  examples: ['ckpt x ps checkpoint.tar', 'ckpt x mems checkpoint/'],

  async run(context) {
    refuseSecondInput(context);
    const { operands, values, stdout, fail } = context;
    const at = VIEWS.includes(operands[0]) ? 0 : 1;
    const explorer = explorers[operands[at]];
    const path = fileOf(operands[1 - at], fail);
    if (!VIEWS.includes(operands[at]))
      throw fail(
        `expected one of ${VIEWS.join(', ')} and a file, not ${escapeForTerminal(operands[0])}`,
      );
    const core = /** @type {any} */ (await context.core());
    const session = new Session(context, { again: true });
    const run = async (/** @type {Checkpoint} */ file) => {
      if (!session.dropIn) refuseNoArchive(file);
      const containers =
        values.container === undefined
          ? await containersOf(file, path)
          : [await selectContainer(file, values.container)].map(({ checkpoint, label }) => ({
              path: `${path}${label}`,
              checkpoint,
            }));
      for (const { path: shownAs, checkpoint } of containers) {
        const complain = (/** @type {string} */ text) =>
          session.say(`${shownAs}: ${text}`, EXIT.findings);
        if (checkpoint.error) await complain(checkpoint.error.message);
        const images = await imagesOf(checkpoint, core, explorer.images, complain);
        session.endProgress();
        if (!images.entries.has('pstree.img')) throw new Unfit(': pstree.img is missing');
        if (containers.length > 1) await stdout.write(`${escapeForTerminal(shownAs)}\n`);
        const dump = explorer.dump ? await checkpoint.dump({ texts: false }) : undefined;
        const missing = new Set();
        try {
          for (const line of explorer.lines(images, dump, (name) => missing.add(name)))
            await stdout.write(`${line}\n`);
        } finally {
          dump?.close();
        }
        for (const name of missing) await complain(`${images.place}${name}: the image is missing`);
      }
    };
    await session.open(path, run, { keep: 'images' });
    return session.code;
  },
};
