// SPDX-License-Identifier: Apache-2.0
// ckpt ps
import { maskArguments } from '../api/dump.js';
import { DUMP_OPTIONS, runView } from './dump-command.js';
import { shown, treeRows } from './rows.js';

/** Letters of ps(1). @type {Record<string, string>} */
const LETTERS = { alive: 'R', stopped: 'T', dead: 'Z', unknown: '?' };

/** The line of a process as a tree shows it. @param {any} process */
function command({ cmdline, comm, state }) {
  if (cmdline && cmdline.some((/** @type {any} */ part) => part !== '')) {
    const end = cmdline.findLastIndex((/** @type {any} */ part) => part !== '');
    return cmdline
      .slice(0, end + 1)
      .map(shown)
      .join(' ');
  }
  return `[${shown(comm)}]${state === 'dead' ? ' <defunct>' : ''}`;
}

/** @param {any} row */
const environment = (row) => (row.environ ?? []).map(shown).filter(Boolean).join(' ');

/** @param {boolean} env @returns {import('./rows.js').Column[]} */
const columns = (env) => [
  { title: 'PID', text: ({ pid }) => String(pid), align: 'right' },
  { title: 'PPID', text: ({ ppid }) => String(ppid), align: 'right' },
  { title: 'UID', text: ({ uid }) => (uid ? String(uid[1]) : ''), align: 'right' },
  { title: 'S', text: ({ state }) => LETTERS[state] },
  { title: 'THR', text: ({ threads }) => String(threads.length), align: 'right' },
  { title: 'COMMAND', text: (row) => `${row.tree}${command(row)}`, wide: true },
  .../** @type {import('./rows.js').Column[]} */ (
    env ? [{ title: 'ENVIRONMENT', text: environment, wide: true }] : []
  ),
];

/** @type {import('./options.js').Command} */
export const ps = {
  name: 'ps',
  summary: 'list the processes of checkpoints, as a tree',
  operands: 'FILE...',
  count: [1, Infinity],
  details: [
    'Lists the processes as they were when they were frozen: R could run, T was stopped, Z was dead and not waited for. The command line is what /proc showed; a name in brackets stands where there is none. A FILE is a checkpoint archive, an image, a folder (also of CRIU images alone), or "-" for standard input.',
    'With --format json, jsonl or csv everything is printed: threads, credentials, capabilities, limits, signals, timers, namespaces, control groups. What is missing or damaged in the checkpoint costs only what depends on it: it is reported on standard error, and the exit code is 1.',
    'What looks like a secret in command lines and environments is hidden, unless --reveal.',
  ],
  options: [
    { name: 'env', help: 'with environments' },
    { name: 'reveal', help: 'show what looks like a secret, too' },
    ...DUMP_OPTIONS,
  ],
  examples: [
    'ckpt ps checkpoint.tar',
    'ckpt ps --env --pid 17 checkpoint.tar',
    "ckpt ps --json checkpoint.tar | jq '.processes[] | select(.uid[1] == 0) | .cmdline'",
  ],

  async run(context) {
    const { switches, core } = context;
    const loaded = await core();
    const env = switches.has('env');
    const mask = (/** @type {any[] | null} */ texts) =>
      switches.has('reveal') || texts === null ? texts : maskArguments(loaded, texts);
    return runView(context, {
      name: 'processes',
      texts: true,
      rows: (dump, pid) =>
        dump.processesBelow(pid).map(({ environ, ...process }) => ({
          ...process,
          cmdline: mask(process.cmdline),
          ...(env && { environ: mask(environ ?? null) }),
        })),
      arrange: (rows) =>
        treeRows(
          rows,
          ({ pid }) => pid,
          ({ ppid }) => ppid,
        ),
      columns: () => columns(env),
    });
  },
};
