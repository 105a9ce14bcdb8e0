// SPDX-License-Identifier: Apache-2.0
// ckpt inspect
import { escapeForTerminal } from '../report/escape.js';
import { EXIT } from './exit.js';
import { goJson } from './go-json.js';
import { inspectJson, inspectTree } from './inspect-views.js';
import { Session, containersOf, refuseSecondInput, summaryOf } from './open.js';
import { NO_PROGRESS } from './progress.js';
import { drawTree } from './tree.js';

/** Options of the reference tool that need what this version does not read: CRIU's process images. */
const LATER = [
  { name: 'ps-tree', help: 'the processes' },
  { name: 'ps-tree-cmd', help: 'the processes with their command lines' },
  { name: 'ps-tree-env', help: 'the processes with their environment variables' },
  { name: 'files', help: 'the open files of the processes' },
  { name: 'sockets', help: 'the sockets of the processes' },
  { name: 'pid', short: 'p', value: 'PID', help: 'this process and those below it' },
].map((option) => ({ ...option, help: `${option.help}: not in this version` }));

/** @type {import('./options.js').Command} */
export const inspect = {
  name: 'inspect',
  summary: 'show everything known about checkpoints, as a tree or as JSON',
  operands: 'FILE...',
  count: [1, Infinity],
  details: [
    'Prints what is known about each container, in the format of checkpointctl: image, ID, runtime, times, engine, addresses and sizes; options add more. A FILE is a checkpoint archive, compressed or not, an OCI or Docker image with one, a folder, or "-" for standard input. Nothing is unpacked.',
    'The order is fixed. Annotations that hold JSON are shown as trees. Files that are damaged or not checkpoints are reported on standard error; the others are still shown.',
    'Processes, their files and sockets are not shown by this version: an option that asks for them is answered with a line on standard error and exit code 3, after all the rest. --all means all that this version shows, except for the list of files.',
  ],
  options: [
    {
      name: 'format',
      short: 'f',
      value: 'FORMAT',
      choices: ['tree', 'json'],
      preset: 'tree',
      help: 'output format: tree, json',
    },
    { name: 'stats', help: 'dump statistics of CRIU' },
    { name: 'metadata', help: 'pod, namespace and annotations' },
    { name: 'mounts', help: 'the mounts' },
    { name: 'files-in-archive', help: 'the members of the archive, with their sizes' },
    { name: 'all', help: 'the same as --stats --metadata --mounts' },
    NO_PROGRESS,
    ...LATER,
  ],
  examples: [
    'ckpt inspect --all checkpoint.tar',
    "ckpt inspect --format json checkpoint.tar | jq -r '.[].image'",
  ],

  async run(context) {
    const { operands, values, switches, stdout, core } = context;
    refuseSecondInput(context);
    const ckpt = await core();
    const session = new Session(context);
    const has = (/** @type {string} */ name) => switches.has(name);
    const parts = {
      stats: has('stats') || has('all'),
      metadata: has('metadata') || has('all'),
      mounts: has('mounts') || has('all'),
      files: has('files-in-archive'),
    };
    const bytes = (/** @type {number} */ count) => ckpt.byteToString(count);
    const asked = LATER.filter(({ name }) => has(name) || values[name] !== undefined);
    if (asked.length > 0) {
      const names = asked.map(({ name }) => `--${name}`).join(', ');
      await session.say(
        `${names}: processes, their files and sockets are not shown by this version`,
        EXIT.unreadable,
      );
    } else if (has('all')) {
      await session.say(
        '--all: processes, their files and sockets are not shown by this version',
        EXIT.ok,
      );
    }
    /** @type {any[]} */
    const containers = [];
    for (const path of operands)
      await session.open(path, async (checkpoint) => {
        const inners = await containersOf(checkpoint, path);
        session.endProgress();
        for (const inner of inners) {
          const summary = summaryOf(inner.checkpoint);
          const { members } = inner.checkpoint;
          if (has('stats') && !summary.statistics) {
            const why = inner.checkpoint.files.has('stats-dump')
              ? 'stats-dump: unknown magic, or damaged'
              : 'open stats-dump: no such file or directory';
            await session.say(
              `${inner.path}: failed to get dump statistics: ${why}`,
              EXIT.findings,
            );
          }
          const item = { summary, members: parts.files ? [...members] : [] };
          if (values.format === 'json') containers.push(inspectJson(item, parts));
          else
            await stdout.write(
              `\nDisplaying container checkpoint tree view from ${escapeForTerminal(inner.path)}\n\n${drawTree(inspectTree(item, parts, bytes))}\n`,
            );
        }
      });
    if (containers.length > 0) await stdout.write(goJson(containers));
    return session.code;
  },
};
