// SPDX-License-Identifier: Apache-2.0
// ckpt show
import { Session, containersOf, refuseSecondInput, summaryOf } from './open.js';
import { NO_PROGRESS } from './progress.js';
import { escapeForTerminal } from '../report/escape.js';
import { table } from './table.js';

const ID_LENGTH = 12;

/**
 * @param {any[]} summaries
 * @param {boolean} several whether several files were asked for
 * @param {(bytes: number) => string} bytes a size for people
 */
export function showTable(summaries, several, bytes) {
  const header = ['CONTAINER', 'IMAGE', 'ID', 'RUNTIME', 'CREATED', 'ENGINE', 'CHKPT SIZE'];
  const withDiff = several || summaries.some(({ sizes }) => sizes.rootfsDiff > 0);
  if (withDiff) header.push('ROOT FS DIFF SIZE');
  const rows = summaries.map(({ container, engine, sizes }) => [
    container.name ?? '',
    container.image ?? '',
    (container.id ?? '').slice(0, ID_LENGTH),
    container.runtime ?? '',
    container.created ?? '',
    engine.display,
    bytes(sizes.checkpoint),
    ...(withDiff ? [bytes(sizes.rootfsDiff)] : []),
  ]);
  return table(header, rows);
}

/** @type {import('./options.js').Command} */
export const show = {
  name: 'show',
  summary: 'show checkpoints in a table',
  operands: 'FILE...',
  count: [1, Infinity],
  details: [
    'Prints one line per container: name, image, ID, runtime, creation time, engine, checkpoint size and the size of the root file system changes. A FILE is a checkpoint archive, compressed or not, an OCI or Docker image with one, a folder, or "-" for standard input. Nothing is unpacked.',
    'The columns and texts are those of checkpointctl. Files that are damaged or not checkpoints are reported on standard error; the others are still shown.',
  ],
  options: [NO_PROGRESS],
  examples: ['ckpt show checkpoint.tar', 'ckpt show /var/lib/kubelet/checkpoints/*.tar'],

  async run(context) {
    const { operands, stdout, core } = context;
    refuseSecondInput(context);
    const ckpt = await core();
    const session = new Session(context);
    /** @type {any[]} */
    const summaries = [];
    for (const path of operands)
      await session.open(path, async (checkpoint) => {
        for (const { checkpoint: inner } of await containersOf(checkpoint, path))
          summaries.push(summaryOf(inner));
      });
    if (summaries.length === 0) return session.code;
    const several = operands.length > 1 || summaries.length > 1;
    if (operands.length === 1)
      await stdout.write(
        `\nDisplaying container checkpoint data from ${escapeForTerminal(operands[0])}\n\n`,
      );
    await stdout.write(showTable(summaries, several, (bytes) => ckpt.byteToString(bytes)));
    return session.code;
  },
};
