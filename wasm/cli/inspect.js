// SPDX-License-Identifier: Apache-2.0
// ckpt inspect
import { maskArguments } from '../api/dump.js';
import { escapeForTerminal } from '../report/escape.js';
import { Chains } from './chain.js';
import { PID, PREVIOUS, pidOf, sayGaps } from './dump-command.js';
import { EXIT } from './exit.js';
import { goJson } from './go-json.js';
import { inspectColumns, inspectRow, noRows } from './inspect-rows.js';
import { inspectJson, inspectTree } from './inspect-views.js';
import { Session, Unfit, containersOf, refuseSecondInput, summaryOf } from './open.js';
import { JSON_SHORT } from './options.js';
import { MAX_WINDOW } from './limits.js';
import { NO_PROGRESS } from './progress.js';
import { csvOf, tableOf } from './rows.js';
import { drawTree } from './tree.js';

/** What is shown of the processes, by option. @param {Set<string>} switches @param {number} pid 0: none was given */
function processParts(switches, pid) {
  const has = (/** @type {string} */ name) => switches.has(name) || switches.has('all');
  const parts = {
    cmd: has('ps-tree-cmd'),
    env: has('ps-tree-env'),
    files: has('files'),
    sockets: has('sockets'),
  };
  return { tree: has('ps-tree') || pid !== 0 || Object.values(parts).some(Boolean), ...parts };
}

/**
 * What is in the dump of a checkpoint.
 * @param {import('../api/checkpoint.js').Checkpoint} checkpoint
 * @param {import('./inspect-processes.js').ProcessParts} parts
 * @param {number} pid
 * @param {(texts: any[] | null) => any[] | null} mask
 * @param {import('../api/checkpoint.js').Checkpoint[]} previous
 */
async function readInside(checkpoint, parts, pid, mask, previous) {
  const dump = await checkpoint.dump({ previous, texts: parts.cmd || parts.env });
  try {
    const processes = dump.processesBelow(pid).map((process) => ({
      ...process,
      cmdline: mask(process.cmdline),
      environ: parts.env ? mask(process.environ ?? null) : null,
    }));
    const pids = new Set(processes.map((process) => process.pid));
    const those = (/** @type {any[]} */ values) => values.filter((value) => pids.has(value.pid));
    return {
      processes,
      files: parts.files ? those(dump.files()) : [],
      sockets: parts.sockets || parts.files ? those(dump.sockets()) : [],
      gaps: dump.gaps,
    };
  } finally {
    dump.close();
  }
}

/** @type {import('./options.js').Command} */
export const inspect = {
  name: 'inspect',
  summary: 'show everything known about checkpoints, as a tree or as JSON',
  operands: 'FILE...',
  count: [1, Infinity],
  details: [
    'Prints what is known about each container, in the format of checkpointctl: image, ID, runtime, times, engine, addresses and sizes; options add more. A FILE is a checkpoint archive, compressed or not, an OCI or Docker image with one, a folder, or "-" for standard input. Nothing is unpacked.',
    'The order is fixed. Annotations that hold JSON are shown as trees. Files that are damaged or not checkpoints are reported on standard error; the others are still shown.',
    'Values in command lines and environments that look like secrets are hidden, unless --reveal. What is missing or damaged in the images of the processes is reported on standard error; the rest is shown. "ckpt ps", "ckpt files", "ckpt sockets" and "ckpt mounts" show more.',
  ],
  options: [
    {
      name: 'format',
      short: 'f',
      value: 'FORMAT',
      choices: ['tree', 'table', 'json', 'jsonl', 'csv'],
      preset: 'tree',
      help: 'output format: tree, json, jsonl (a line for each container), table or csv (a row for each, with what is chief)',
    },
    JSON_SHORT,
    { name: 'stats', help: 'dump statistics of CRIU' },
    { name: 'metadata', help: 'pod, namespace and annotations' },
    { name: 'mounts', help: 'the mounts' },
    { name: 'files-in-archive', help: 'the members of the archive, with their sizes' },
    { name: 'ps-tree', help: 'the processes' },
    { name: 'ps-tree-cmd', help: 'the processes with their command lines' },
    { name: 'ps-tree-env', help: 'the processes with their environment variables' },
    { name: 'files', help: 'the processes with their open files' },
    { name: 'sockets', help: 'the processes with their sockets' },
    PID,
    { name: 'all', help: 'all of these, but for the members of the archive' },
    { name: 'reveal', help: 'show what looks like a secret, too' },
    PREVIOUS,
    MAX_WINDOW,
    NO_PROGRESS,
  ],
  examples: [
    'ckpt inspect --all checkpoint.tar',
    "ckpt inspect --format json checkpoint.tar | jq -r '.[].image'",
    'ckpt inspect --stats --format csv /var/lib/kubelet/checkpoints > stats.csv',
  ],

  async run(context) {
    const { operands, values, switches, stdout, core } = context;
    refuseSecondInput(context);
    const ckpt = await core();
    const session = new Session(context);
    const chains = Chains.of(context);
    const has = (/** @type {string} */ name) => switches.has(name);
    const parts = {
      stats: has('stats') || has('all'),
      metadata: has('metadata') || has('all'),
      mounts: has('mounts') || has('all'),
      files: has('files-in-archive'),
    };
    const bytes = (/** @type {number} */ count) => ckpt.byteToString(count);
    const pid = pidOf(context);
    const inner = processParts(switches, pid);
    const rowless =
      values.format === 'csv' || values.format === 'table'
        ? noRows(values.format, switches, pid)
        : undefined;
    if (rowless) throw context.fail(rowless);
    const mask = (/** @type {any[] | null} */ texts) =>
      has('reveal') || texts === null ? texts : maskArguments(ckpt, texts);
    /** @type {any[]} */
    const containers = [];
    /** @type {any[]} */
    const rows = [];
    for (const path of operands) {
      const run = async (/** @type {any} */ checkpoint) => {
        const inners = await containersOf(checkpoint, path);
        session.endProgress();
        for (const { path: shownAs, checkpoint: one } of inners) {
          const summary = summaryOf(one);
          const { members } = one;
          if (has('stats') && !summary.statistics) {
            const why = one.files.has('stats-dump')
              ? 'stats-dump: unknown magic, or damaged'
              : 'open stats-dump: no such file or directory';
            await session.say(`${shownAs}: failed to get dump statistics: ${why}`, EXIT.findings);
          }
          const inside = inner.tree
            ? await chains.with(path, checkpoint, (previous) =>
                readInside(one, inner, pid, mask, previous),
              )
            : undefined;
          if (pid !== 0 && inside?.processes.length === 0)
            throw new Unfit(
              `: failed to get process tree: no process with PID ${pid} (use \`inspect --ps-tree\` to view all PIDs)`,
            );
          await sayGaps(session, shownAs, inside?.gaps ?? []);
          const item = { summary, members: parts.files ? [...members] : [], inside };
          if (values.format === 'json') containers.push(inspectJson(item, parts, inner));
          else if (values.format === 'csv' || values.format === 'table')
            rows.push(inspectRow(shownAs, summary, parts));
          else if (values.format === 'jsonl')
            await stdout.write(`${goJson(inspectJson(item, parts, inner)).replace(/\n */g, '')}\n`);
          else
            await stdout.write(
              `\nDisplaying container checkpoint tree view from ${escapeForTerminal(shownAs)}\n\n${drawTree(inspectTree(item, parts, inner, bytes, context.dropIn !== undefined))}\n`,
            );
        }
      };
      await session.open(path, run, { keep: inner.tree ? 'processes' : undefined });
    }
    if (containers.length > 0) await stdout.write(goJson(containers));
    if (values.format === 'csv') await stdout.write(csvOf(rows));
    if (values.format === 'table' && rows.length > 0)
      await stdout.write(
        tableOf(inspectColumns(bytes), rows, stdout.isTerminal ? stdout.width : Infinity),
      );
    return session.code;
  },
};
