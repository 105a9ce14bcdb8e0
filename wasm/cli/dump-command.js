// SPDX-License-Identifier: Apache-2.0
// What "ckpt ps", "files", "sockets" and "mounts" have in common: opening, choosing, printing.
import { Chains } from './chain.js';
import { EXIT } from './exit.js';
import {
  Session,
  Unfit,
  containersOf,
  refuseNoArchive,
  refuseSecondInput,
  whyStopped,
} from './open.js';
import { listOf } from './options.js';
import { NO_PROGRESS } from './progress.js';
import { FORMATS, compactJson, csvOf, jsonOf, tableOf } from './rows.js';
import { escapeForTerminal } from '../report/escape.js';
import { CONTAINER, selectContainer } from './select.js';

/**
 * @typedef {import('../api/dump.js').Dump} Dump
 * @typedef {import('../api/checkpoint.js').Checkpoint} Checkpoint
 * @typedef {object} Found of one container
 * @property {string} path as it is shown
 * @property {any[]} rows
 * @property {any[]} gaps
 */

/** @type {import('./options.js').Option} */
export const PREVIOUS = {
  name: 'previous',
  value: 'FILE',
  repeatable: true,
  completes: 'file',
  help: 'of an incremental checkpoint: the one before it, an archive or a folder; again for the one before that. Those given together find each other',
};

/** @type {import('./options.js').Option} */
export const PID = {
  name: 'pid',
  short: 'p',
  value: 'PID',
  help: 'only this process and those below it',
};

/** Options of all these commands. @type {import('./options.js').Option[]} */
export const DUMP_OPTIONS = [...FORMATS, PID, PREVIOUS, CONTAINER, NO_PROGRESS];

/** @param {import('./options.js').Context} context @returns {number} 0: none was given */
export function pidOf({ values, fail }) {
  if (values.pid === undefined) return 0;
  if (!/^[1-9]\d{0,9}$/.test(values.pid)) throw fail(`--pid ${values.pid}: expected a number`);
  return Number(values.pid);
}

/** What a command reads: its operands and those of --previous. @param {import('./options.js').Context} context */
export const inputsOf = ({ operands, given }) => [...operands, ...listOf(given, 'previous')];

/**
 * Runs `use` for the dump of each container of each operand.
 * @param {import('./options.js').Context} context @param {Session} session
 * @param {(path: string, dump: Dump, checkpoint: Checkpoint, several: boolean) => Promise<void>} use several: there are others
 * @param {{texts?: boolean, memory?: boolean, search?: import('../api/search-ahead.js').Wanted}} [options] texts:
 *   with command lines and environments; memory: it will be read, too; search: and searched for this
 */
export async function eachDump(
  context,
  session,
  use,
  { texts = false, memory = !texts, search } = {},
) {
  const { operands, values } = context;
  const chains = Chains.of(context);
  const keep = texts || memory ? 'processes' : 'images';
  for (const path of operands) {
    const run = async (/** @type {Checkpoint} */ file) => {
      refuseNoArchive(file);
      /** @type {{path: string, checkpoint: Checkpoint}[]} */
      let containers;
      if (values.container === undefined) {
        containers = await containersOf(file, path);
      } else {
        const { checkpoint, label } = await selectContainer(file, values.container);
        containers = [{ path: `${path}${label}`, checkpoint }];
      }
      await chains.with(path, file, async (previous) => {
        for (const { path: shownAs, checkpoint } of containers) {
          if (checkpoint.error)
            await session.say(`${shownAs}: ${whyStopped(checkpoint)}`, EXIT.findings);
          const dump = await checkpoint.dump({ previous, texts });
          try {
            context.dropIn?.dump(dump);
            const several = operands.length > 1 || containers.length > 1;
            await use(shownAs, dump, checkpoint, several);
          } finally {
            dump.close();
          }
        }
      });
    };
    await session.open(path, run, { keep, search });
  }
}

/** @param {any} gap */
export const gapText = ({ member, entry, field, message }) =>
  `${member}${entry === null ? '' : `, entry ${entry}`}${field === null ? '' : `, ${field}`}: ${message}`;

/** Gaps that are listed one by one. */
const MOST_GAPS = 10;

/** @param {Session} session @param {string} path @param {any[]} gaps */
export async function sayGaps(session, path, gaps) {
  if (session.dropIn) return session.dropIn.gaps(gaps);
  for (const gap of gaps.slice(0, MOST_GAPS))
    await session.say(`${path}: ${gapText(gap)}`, EXIT.findings);
  if (gaps.length > MOST_GAPS)
    await session.say(`${path}: ${gaps.length - MOST_GAPS} more like that`, EXIT.findings);
}

/**
 * Runs such a command.
 * @param {import('./options.js').Context} context
 * @param {object} view
 * @param {string} view.name of the list in JSON
 * @param {string} [view.label] of several checkpoints: the member of a row that says of which one it is
 * @param {boolean} [view.texts] it needs command lines and environments
 * @param {(dump: Dump, pid: number) => any[]} view.rows
 * @param {(rows: any[]) => import('./rows.js').Column[]} view.columns
 * @param {(rows: any[]) => any[]} [view.arrange] for the table
 */
export async function runView(
  context,
  { name, label = 'file', texts, rows, columns, arrange = (all) => all },
) {
  refuseSecondInput(context);
  const { values, stdout, core } = context;
  const format = values.format;
  const pid = pidOf(context);
  const session = new Session(context, { again: true });
  await core();
  /** @type {Found[]} */
  const found = [];
  let several = false;
  await eachDump(
    context,
    session,
    async (path, dump, _, others) => {
      const list = rows(dump, pid);
      const { gaps } = dump;
      several ||= others;
      found.push({ path, rows: format === 'jsonl' ? [] : list, gaps });
      session.endProgress();
      if (format === 'jsonl')
        for (const row of list)
          await stdout.write(`${compactJson(others ? { [label]: path, ...row } : row)}\n`);
      if (pid !== 0 && list.length === 0 && !dump.processes.some((one) => one.pid === pid))
        throw new Unfit(`: there is no process ${pid}`);
      await sayGaps(session, path, gaps);
    },
    { texts, memory: false },
  );
  const labelled = found.flatMap((one) =>
    one.rows.map((row) => (several ? { [label]: one.path, ...row } : row)),
  );
  const gaps = found.flatMap((one) =>
    one.gaps.map((gap) => (several ? { file: one.path, ...gap } : gap)),
  );
  if (format === 'json') {
    if (found.length > 0) await stdout.write(jsonOf(name, labelled, { gaps }));
  } else if (format === 'csv') {
    await stdout.write(csvOf(labelled));
  } else if (format === 'table') {
    const width = stdout.isTerminal ? stdout.width : Infinity;
    for (const [i, one] of found.entries()) {
      if (several) await stdout.write(`${i === 0 ? '' : '\n'}${escapeForTerminal(one.path)}\n`);
      await stdout.write(tableOf(columns(one.rows), arrange(one.rows), width));
    }
  }
  return session.code;
}
