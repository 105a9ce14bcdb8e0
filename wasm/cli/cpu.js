// SPDX-License-Identifier: Apache-2.0
// ckpt cpu
import { readFileSync } from '../api/node-fs.js';
import { cpuLevels } from '../../dist/tables.js';
import { cpuPassport, isCpu } from '../api/cpu-passport.js';
import { escapeForTerminal } from '../report/escape.js';
import { DUMP_OPTIONS, eachDump } from './dump-command.js';
import { EXIT } from './exit.js';
import { Session, refuseSecondInput } from './open.js';
import { reason } from './output.js';
import { compactJson, csvOf, jsonOf, shown, tableOf } from './rows.js';

/** @typedef {import('./options.js').Context} Context */

const EXPECTED = `${cpuLevels.join(', ')}, a copy of /proc/cpuinfo, what "ckpt host" prints, or a cpuinfo.img`;

/** @param {string} target @param {any} core @param {Context['fail']} fail @returns {string | Uint8Array} */
function targetOf(target, core, fail) {
  if (cpuLevels.includes(target)) return target;
  /** @type {Uint8Array} */
  let bytes;
  try {
    bytes = readFileSync(target);
  } catch (error) {
    const why = reason(/** @type {Error} */ (error).message);
    throw fail(`--target-cpu ${target}: ${why}; expected ${EXPECTED}`);
  }
  if (isCpu(core, bytes)) return bytes;
  throw fail(`--target-cpu ${target}: it describes no processor; expected ${EXPECTED}`);
}

/** @param {any} row */
const cpuText = ({ cpu }) =>
  cpu ? `${cpu.vendor} family ${cpu.family} model ${cpu.model} stepping ${cpu.stepping}` : '';

/** @param {any} row */
function needsText({ level, more, holds, source, reason: why }) {
  if (source !== 'none') return [level, ...more].filter(Boolean).join(' ');
  const unknown = `cannot know: ${why}`;
  return holds.length > 0 ? `${holds.join(' ')}; else ${unknown}` : unknown;
}

/** @param {any} row */
const missingText = ({ missing, source }) =>
  missing.length > 0 ? missing.join(' ') : source === 'none' ? 'cannot know' : 'nothing';

/**
 * Processes with equal answers as one row: most of them run on the same libraries.
 * @param {any[]} rows
 */
function folded(rows) {
  /** @type {Map<string, any>} */
  const groups = new Map();
  for (const row of rows) {
    const key = JSON.stringify([cpuText(row), row.architecture, needsText(row), row.missing]);
    const group = groups.get(key);
    if (group) group.pids.push(row.pid);
    else groups.set(key, { ...row, pids: [row.pid] });
  }
  return [...groups.values()];
}

/** Numbers that follow one another as 22-25. @param {{pids: number[]}} row */
function pidsText({ pids }) {
  /** @type {[number, number][]} */
  const runs = [];
  for (const pid of [...pids].sort((a, b) => a - b)) {
    const last = runs.at(-1);
    if (last && last[1] + 1 === pid) last[1] = pid;
    else runs.push([pid, pid]);
  }
  return runs.map(([from, to]) => (from === to ? `${from}` : `${from}-${to}`)).join(' ');
}

/** What stands above the table: of cpuinfo.img and the logs. @param {import('../api/cpu-passport.js').CpuPassport} passport */
function* headOf({ image, log }) {
  if (image) {
    const model = image.model === null ? image.architecture : shown(image.model);
    const lacks = image.missing?.length ? `; the target lacks ${image.missing.join(' ')}` : '';
    yield `cpuinfo.img: ${[model, image.level].filter(Boolean).join(', ')}${lacks}`;
  }
  if (log?.model) {
    const registers = log.xfeatures ? ` (features of its registers: ${shown(log.xfeatures)})` : '';
    yield `dump.log: ${shown(log.model)}${registers}`;
  }
  for (const line of log?.refused ?? []) yield `restore.log: ${shown(line)}`;
}

/** @type {import('./options.js').Command} */
export const cpu = {
  name: 'cpu',
  summary: 'tell on which processor the processes ran, and what another one must have',
  operands: 'FILE...',
  count: [1, Infinity],
  details: [
    'Programs choose their code by what the processor can do, when they start. glibc keeps what it found in memory, so that a checkpoint has it: NEEDS are the features that such a program may use, as /proc/cpuinfo calls them, and those whose registers were in use. Without that table (musl, Go, a Java virtual machine on musl) nobody can know what a program chose, but for its registers. On other architectures than x86-64 the kernel tells a program what there is, AT_HWCAP, whatever its C library. What cpuinfo.img and dump.log say of the processor, and restore.log of one that was refused, stands above the table, where processes with the same answer share a line.',
    'With --target-cpu each feature that the target lacks is named, and the exit code is 1 if there is any or if it cannot be known.',
  ],
  options: [
    {
      name: 'target-cpu',
      value: 'CPU',
      completes: 'file',
      help: 'the processor that is to restore it: x86-64-v2, x86-64-v3, x86-64-v4, a copy of its /proc/cpuinfo, what "ckpt host" prints, or a cpuinfo.img',
    },
    ...DUMP_OPTIONS.filter(({ name }) => name !== 'pid'),
  ],
  examples: [
    'ckpt cpu checkpoint.tar',
    'ckpt cpu --target-cpu x86-64-v3 checkpoint.tar',
    'ssh host cat /proc/cpuinfo >host.txt; ckpt cpu --target-cpu host.txt checkpoint.tar',
  ],

  async run(context) {
    refuseSecondInput(context);
    const { values, stdout, fail } = context;
    const core = /** @type {any} */ (await context.core());
    const name = values['target-cpu'];
    const target = name === undefined ? undefined : targetOf(name, core, fail);
    const session = new Session(context, { again: true });
    /** @type {{path: string, rows: any[], passport: import('../api/cpu-passport.js').CpuPassport}[]} */
    const found = [];
    await eachDump(context, session, async (path, dump, checkpoint) => {
      const passport = await cpuPassport(checkpoint, dump, { target });
      session.endProgress();
      const hex = (/** @type {bigint | null} */ value) =>
        value === null ? null : `0x${value.toString(16)}`;
      const rows = passport.processes.map(({ missing, ...process }) => ({
        ...process,
        ...{ address: hex(process.address), hwcap: hex(process.hwcap) },
        ...(missing && { missing }),
      }));
      const lacks = (/** @type {any} */ { source, missing }) =>
        source === 'none' || missing.length > 0;
      if (target !== undefined && rows.some(lacks))
        session.code = Math.max(session.code, EXIT.findings);
      found.push({ path, rows, passport });
    });
    const several = context.operands.length > 1 || found.length > 1;
    const rows = found.flatMap(({ path, rows: own }) =>
      own.map((row) => (several ? { file: path, ...row } : row)),
    );
    const format = values.format;
    if (format === 'json') {
      if (found.length > 0)
        await stdout.write(
          jsonOf('processes', rows, {
            image: found.map(({ passport }) => passport.image),
            log: found.map(({ passport }) => passport.log),
          }),
        );
    } else if (format === 'jsonl') {
      for (const row of rows) await stdout.write(`${compactJson(row)}\n`);
    } else if (format === 'csv') {
      await stdout.write(csvOf(rows));
    } else {
      const columns = /** @type {import('./rows.js').Column[]} */ ([
        { title: 'PID', text: pidsText },
        { title: 'CPU', text: (row) => cpuText(row) || (row.architecture ?? '') },
        { title: 'NEEDS', text: needsText, wide: true },
        ...(target !== undefined ? [{ title: 'TARGET LACKS', text: missingText, wide: true }] : []),
      ]);
      for (const [i, { path, rows: own, passport }] of found.entries()) {
        if (several) await stdout.write(`${i === 0 ? '' : '\n'}${escapeForTerminal(path)}\n`);
        for (const line of headOf(passport)) await stdout.write(`${line}\n`);
        await stdout.write(
          tableOf(columns, folded(own), stdout.isTerminal ? stdout.width : Infinity),
        );
      }
    }
    return session.code;
  },
};
