// SPDX-License-Identifier: Apache-2.0
// ckpt list
import { existsSync, namesIn, statSync } from '../api/node-fs.js';
import { basename, join } from 'node:path';
import { escapeForTerminal } from '../report/escape.js';
import { EXIT } from './exit.js';
import { checkpointTime, parseKubeletName, rfc822 } from './kubelet.js';
import { memberOperand } from './image-members.js';
import { Session, containersOf, refuseSecondInput, summaryOf } from './open.js';
import { ARCHIVE_NAME } from './folder.js';
import { reason } from './output.js';
import { MAX_WINDOW } from './limits.js';
import { NO_PROGRESS } from './progress.js';
import { FORMATS, csvOf, jsonOf, compactJson } from './rows.js';
import { table } from './table.js';

const KUBELET = '/var/lib/kubelet/checkpoints/';
const PREFIX = 'checkpoint-';
const HEADER = ['NAMESPACE', 'POD', 'CONTAINER', 'ENGINE', 'TIME CHECKPOINTED', 'CHECKPOINT NAME'];

/** Standard input, and FILE!NAME: one thing, and no folder. @param {string} operand */
const isAlone = (operand) =>
  operand === '-' || (!existsSync(operand) && memberOperand(operand) !== null);

/**
 * The names of what may be checkpoints in a folder. The kubelet's own folder may not be there yet.
 * @param {string} folder @param {boolean} only those that are named as the kubelet does; a folder that is not there is empty
 * @returns {string[]} '' is the operand itself, a file
 * @throws {Error} of the system
 */
function checkpointsIn(folder, only) {
  if (!only && isAlone(folder)) return [''];
  const info = statSync(folder, { throwIfNoEntry: false });
  if ((only || folder === KUBELET) && !info) return [];
  if (!only && info?.isFile()) return [''];
  return namesIn(folder)
    .filter((name) => name.startsWith(PREFIX) || (!only && ARCHIVE_NAME.test(name)))
    .sort();
}

/**
 * A row of the table, the same for programs, and what the file's name says otherwise.
 * @param {string} path
 * @param {string} name of the file
 * @param {any} summary
 * @param {Iterable<import('../api/archive.js').Member>} members
 */
export function listRow(path, name, summary, members) {
  const { container, engine } = summary;
  const said = parseKubeletName(name, container);
  const differences = [];
  for (const [what, mine, theirs] of [
    ['pod', container.pod, said?.pod],
    ['namespace', container.namespace, said?.namespace],
    ['container', container.name, said?.container],
  ])
    if (mine && theirs && mine !== theirs) differences.push(`${what} ${theirs}, not ${mine}`);
  const row = [
    container.namespace ?? said?.namespace ?? '',
    container.pod ?? said?.pod ?? '',
    container.name ?? said?.container ?? '',
    engine.display,
    rfc822(container.checkpointed ?? said?.time ?? checkpointTime(members)),
    name,
  ];
  const [namespace, pod, containerName] = row;
  const value = {
    ...{ path, namespace, pod, container: containerName, engine: engine.name },
    checkpointed: container.checkpointed ?? said?.time ?? checkpointTime(members) ?? null,
    id: container.id ?? null,
    image: container.image ?? null,
  };
  return { row, value, differences };
}

/** @type {import('./options.js').Command} */
export const list = {
  name: 'list',
  summary: 'list the checkpoints in folders',
  operands: '[DIR|FILE|FILE!NAME|-]...',
  count: [0, Infinity],
  folders: true,
  details: [
    `Prints a table of the checkpoints in folders, by default the kubelet's (${KUBELET}): files whose names start with "${PREFIX}", as the kubelet names them, or end as those of archives do. The columns and texts are those of checkpointctl.`,
    "Namespace, pod, container and time come from the metadata. What it lacks is taken from the kubelet's file name, checkpoint-POD_NAMESPACE-CONTAINER-TIME.tar; a contradiction between the two is reported. Podman does not record the time of a checkpoint, so the time of the newest CRIU image is shown.",
    'Files that are damaged or not checkpoints are reported on standard error; the others are still listed, and the exit code is 0, like that of checkpointctl; it is 3 if a folder cannot be read. "ckpt validate" reports details.',
    'With --format json, jsonl or csv there is an object or line for each container: path, namespace, pod, container, engine, checkpointed (RFC 3339), id, image.',
  ],
  options: [...FORMATS, MAX_WINDOW, NO_PROGRESS],
  examples: ['ckpt list', 'ckpt list . /backup/checkpoints', 'ckpt list --format csv dumps'],

  async run(context) {
    const { operands, values, stdout } = context;
    if (!context.dropIn) refuseSecondInput(context);
    const format = context.dropIn ? 'table' : values.format;
    const session = new Session(context);
    const folders = operands.length > 0 ? operands : [KUBELET];
    /** @type {string[][]} */
    const rows = [];
    /** @type {any[]} */
    const found = [];
    let any = false;
    /** @type {number} */
    let code = EXIT.ok;
    for (const folder of folders) {
      /** @type {string[]} */
      let names = [];
      try {
        names = checkpointsIn(folder, context.dropIn !== undefined);
      } catch (error) {
        const text = reason(/** @type {Error} */ (error).message);
        await session.say(`${folder}: ${text}`, (code = EXIT.unreadable));
      }
      if (names.length === 0) continue;
      any = true;
      if (format === 'table')
        await stdout.write(`Listing checkpoints in path: ${escapeForTerminal(folder)}\n`);
      for (const entry of names) {
        const path = entry === '' ? folder : join(folder, entry);
        const name = basename(path);
        const add = async (/** @type {import('../api/checkpoint.js').Checkpoint} */ checkpoint) => {
          for (const { checkpoint: inner } of await containersOf(checkpoint, path)) {
            const { row, value, differences } = listRow(
              path,
              name,
              summaryOf(inner, { images: false }),
              inner.members,
            );
            rows.push(row);
            found.push(value);
            if (format === 'jsonl') await stdout.write(`${compactJson(value)}\n`);
            if (differences.length > 0)
              await session.say(`${path}: the name says ${differences.join('; ')}`, EXIT.ok);
          }
        };
        await session.open(path, add, { prefix: 'Error extracting information from ' });
      }
    }
    if (format === 'json') await stdout.write(jsonOf('checkpoints', found, {}));
    else if (format === 'csv') await stdout.write(csvOf(found));
    else if (format === 'jsonl') return code;
    else if (any) await stdout.write(table(HEADER, rows));
    else
      await stdout.write(`No checkpoints found in [${folders.map(escapeForTerminal).join(' ')}]\n`);
    return code; // what is wrong with the files does not count
  },
};
