// SPDX-License-Identifier: Apache-2.0
// ckpt cpu
import { readFileSync } from 'node:fs';
import { LEVELS, featuresOfImage, levelOf } from '../api/cpu-features.js';
import { cpuPassport, lacking } from '../api/cpu-passport.js';
import { DUMP_OPTIONS, eachDump } from './dump-command.js';
import { EXIT } from './exit.js';
import { reason } from './output.js';
import { Session, refuseSecondInput } from './open.js';
import { compactJson, csvOf, jsonOf, tableOf } from './rows.js';
import { escapeForTerminal } from '../report/escape.js';

/** @typedef {import('./options.js').Context} Context */

/** @param {string} target @param {any} core @param {Context['fail']} fail @returns {Set<string>} */
function featuresOfTarget(target, core, fail) {
  if (Object.hasOwn(LEVELS, target)) return new Set(LEVELS[target]);
  /** @type {Uint8Array} */
  let bytes;
  try {
    bytes = readFileSync(target);
  } catch (error) {
    throw fail(
      `--target-cpu ${target}: ${reason(/** @type {Error} */ (error).message)}; expected ${Object.keys(LEVELS).join(', ')}, a copy of /proc/cpuinfo or a cpuinfo.img`,
    );
  }
  const line = /^flags\s*:\s*(.*)$/m.exec(new TextDecoder('latin1').decode(bytes));
  if (line) return withImplied(new Set(line[1].split(/\s+/)));
  try {
    const entry = core.decodeImage(bytes, { name: 'cpuinfo.img' }).entries[0]?.x86_entry?.[0];
    if (entry) return featuresOfImage(entry);
  } catch {
    // told below
  }
  throw fail(`--target-cpu ${target}: neither a copy of /proc/cpuinfo nor a cpuinfo.img of x86`);
}

/** The kernel does not list what it has switched on for all. @param {Set<string>} flags */
function withImplied(flags) {
  if (flags.has('xsave')) flags.add('osxsave');
  for (const [name, also] of [
    ['user_shstk', 'shstk'],
    ['pku', 'ospke'],
  ])
    if (flags.has(name)) flags.add(also);
  return flags;
}

/** @param {any} row */
const cpuText = ({ cpu }) =>
  cpu ? `${cpu.vendor} family ${cpu.family} model ${cpu.model} stepping ${cpu.stepping}` : '';

/** @param {any} row */
function needsText({ uses, holds, source }) {
  if (source === 'none')
    return holds.length > 0 ? `${holds.join(' ')}, else cannot know` : 'cannot know';
  const level = levelOf(uses);
  const more = uses.filter((/** @type {string} */ name) => !LEVELS[level ?? '']?.includes(name));
  return [level, ...more].filter(Boolean).join(' ');
}

/** @param {any} row */
const missingText = ({ missing, source }) =>
  missing.length > 0 ? missing.join(' ') : source === 'none' ? 'cannot know' : 'nothing';

/** @type {import('./options.js').Command} */
export const cpu = {
  name: 'cpu',
  summary: 'tell on which processor the processes ran, and what another one must have',
  operands: 'FILE...',
  count: [1, Infinity],
  details: [
    'Programs choose their code by what the processor can do, when they start. glibc keeps what it found in memory, so that a checkpoint has it: NEEDS are the features that such a program may use, as /proc/cpuinfo calls them, and those whose registers were in use. Without that table (musl, Go) nobody can know what a program chose, but for its registers. A Java virtual machine and other compilers at run time look for themselves: what they chose is among what glibc found.',
    'With --target-cpu each feature that the target lacks is named, and the exit code is 1 if there is any or if it cannot be known.',
  ],
  options: [
    {
      name: 'target-cpu',
      value: 'CPU',
      completes: 'file',
      help: 'the processor that is to restore it: x86-64-v2, x86-64-v3, x86-64-v4, a copy of its /proc/cpuinfo, or a cpuinfo.img',
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
    const target = name === undefined ? null : featuresOfTarget(name, core, fail);
    const session = new Session(context, { again: true });
    /** @type {{path: string, rows: any[], image: any}[]} */
    const found = [];
    await eachDump(context, session, async (path, dump, checkpoint) => {
      const { processes, image } = await cpuPassport(core, checkpoint, dump);
      session.endProgress();
      const rows = processes.map(({ address, hwcap, ...process }) => ({
        ...process,
        address: address === null ? null : `0x${address.toString(16)}`,
        hwcap: hwcap === null ? null : `0x${hwcap.toString(16)}`,
        ...(target && { missing: lacking({ ...process, address, hwcap }, target) }),
      }));
      if (target && rows.some((row) => row.source === 'none' || (row.missing ?? []).length > 0))
        session.code = Math.max(session.code, EXIT.findings);
      found.push({ path, rows, image });
    });
    const several = context.operands.length > 1 || found.length > 1;
    const rows = found.flatMap(({ path, rows: own }) =>
      own.map((row) => (several ? { file: path, ...row } : row)),
    );
    const format = values.format;
    if (format === 'json') {
      if (found.length > 0)
        await stdout.write(jsonOf('processes', rows, { image: found.map(({ image }) => image) }));
    } else if (format === 'jsonl') {
      for (const row of rows) await stdout.write(`${compactJson(row)}\n`);
    } else if (format === 'csv') {
      await stdout.write(csvOf(rows));
    } else {
      const columns = /** @type {import('./rows.js').Column[]} */ ([
        { title: 'PID', text: ({ pid }) => String(pid), align: 'right' },
        { title: 'CPU', text: (row) => cpuText(row) || (row.architecture ?? '') },
        { title: 'NEEDS', text: needsText, wide: true },
        ...(target ? [{ title: 'TARGET LACKS', text: missingText, wide: true }] : []),
      ]);
      for (const [i, { path, rows: own, image }] of found.entries()) {
        if (several) await stdout.write(`${i === 0 ? '' : '\n'}${escapeForTerminal(path)}\n`);
        if (image?.model)
          await stdout.write(`cpuinfo.img: ${escapeForTerminal(String(image.model).trim())}\n`);
        await stdout.write(tableOf(columns, own, stdout.isTerminal ? stdout.width : Infinity));
      }
    }
    return session.code;
  },
};
