// SPDX-License-Identifier: Apache-2.0
// ckpt show
import { Session, containersOf, refuseSecondInput, summaryOf } from './open.js';
import { MAX_WINDOW } from './limits.js';
import { NO_PROGRESS } from './progress.js';
import { escapeForTerminal } from '../report/escape.js';
import { FORMATS, compactJson, csvOf, jsonOf } from './rows.js';
import { table } from './table.js';

const ID_LENGTH = 12;

/** @typedef {{path: string, summary: any}} Shown path: of the file, and of what is inside of it */

/** A row for programs. @param {Shown} shown */
const valueOf = ({ path, summary: { container, engine, sizes } }) => ({
  ...{ path, container: container.name ?? null, image: container.image ?? null },
  ...{ id: container.id ?? null, runtime: container.runtime ?? null },
  ...{ created: container.created ?? null, engine: engine.name },
  ...{ checkpointSize: sizes.checkpoint, rootfsDiffSize: sizes.rootfsDiff },
});

/**
 * @param {Shown[]} list
 * @param {boolean} several whether several files were asked for
 * @param {(bytes: number) => string} bytes a size for people
 * @param {boolean} [named] with the files
 */
export function showTable(list, several, bytes, named = several) {
  const summaries = list.map(({ summary }) => summary);
  const header = ['CONTAINER', 'IMAGE', 'ID', 'RUNTIME', 'CREATED', 'ENGINE', 'CHKPT SIZE'];
  const withDiff = several || summaries.some(({ sizes }) => sizes.rootfsDiff > 0);
  if (withDiff) header.push('ROOT FS DIFF SIZE');
  if (named) header.push('FILE');
  const rows = list.map(({ path, summary: { container, engine, sizes } }) => [
    container.name ?? '',
    container.image ?? '',
    (container.id ?? '').slice(0, ID_LENGTH),
    container.runtime ?? '',
    container.created ?? '',
    engine.display,
    bytes(sizes.checkpoint),
    ...(withDiff ? [bytes(sizes.rootfsDiff)] : []),
    ...(named ? [path] : []),
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
    'The columns and texts are those of checkpointctl; with several files a last column names them. With --format json, jsonl or csv ids are whole and sizes are in bytes. Files that are damaged or not checkpoints are reported on standard error; the others are still shown.',
  ],
  options: [...FORMATS, MAX_WINDOW, NO_PROGRESS],
  examples: [
    'ckpt show checkpoint.tar',
    'ckpt show /var/lib/kubelet/checkpoints/*.tar',
    'ckpt show --format jsonl dumps/*.tar.zst | jq -r .image',
  ],

  async run(context) {
    const { operands, values, stdout, core } = context;
    const { format } = values;
    refuseSecondInput(context);
    const ckpt = await core();
    const session = new Session(context);
    /** @type {Shown[]} */
    const list = [];
    for (const path of operands)
      await session.open(path, async (checkpoint) => {
        for (const { path: name, checkpoint: inner } of await containersOf(checkpoint, path)) {
          const shown = { path: name, summary: summaryOf(inner) };
          list.push(shown);
          if (format === 'jsonl') await stdout.write(`${compactJson(valueOf(shown))}\n`);
        }
      });
    if (format === 'json') await stdout.write(jsonOf('checkpoints', list.map(valueOf), {}));
    if (format === 'csv') await stdout.write(csvOf(list.map(valueOf)));
    if (format !== 'table' || list.length === 0) return session.code;
    const several = operands.length > 1 || list.length > 1;
    if (operands.length === 1)
      await stdout.write(
        `\nDisplaying container checkpoint data from ${escapeForTerminal(operands[0])}\n\n`,
      );
    const named = several && !context.dropIn;
    await stdout.write(showTable(list, several, (bytes) => ckpt.byteToString(bytes), named));
    return session.code;
  },
};
