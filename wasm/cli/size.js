// SPDX-License-Identifier: Apache-2.0
// ckpt size
import { archiveParts, addUsage, noUsage } from '../api/usage.js';
import { PREVIOUS, eachDump } from './dump-command.js';
import { Session, refuseSecondInput } from './open.js';
import { NO_PROGRESS } from './progress.js';
import { FORMATS, compactJson, csvOf, jsonOf, shown, tableOf } from './rows.js';
import { CONTAINER } from './select.js';
import { escapeForTerminal } from '../report/escape.js';

/** @typedef {import('../api/usage.js').Usage} Usage */

/** What would make the pages smaller, and by how much. @param {Usage} total */
const remediesOf = ({ stored, zero, duplicate, byPage, byRegion }) => [
  { remedy: 'zero pages', saves: zero, how: 'leave out pages that are all zero' },
  { remedy: 'deduplication', saves: duplicate, how: 'store equal pages once' },
  {
    remedy: 'compress',
    saves: stored - byPage,
    how: 'criu dump --compress, page by page (after CRIU 4.2)',
  },
  { remedy: 'compress regions', saves: stored - byRegion, how: '… in regions of 256 KiB' },
];

/** @param {any} map */
const nameOf = ({ name, kind }) => (name === null ? `[${kind}]` : shown(name));

/** @type {import('./options.js').Command} */
export const size = {
  name: 'size',
  summary: 'explain the size of a checkpoint, and what would make it smaller',
  operands: 'FILE...',
  count: [1, Infinity],
  details: [
    'Shows the parts of the archive, whose bytes add up to all of it, and what the stored pages of each process are: all zero, or equal to another page of any process (DUPLICATE), and how much of them LZ4 would leave as CRIU compresses them. What the remedies save does not add up: they save the same bytes.',
    'Memory that processes share counts for the first one. The bytes are those of this checkpoint, not of those before it. Pages of which no process in the dump has a mapping, all of a pre-dump among them, are counted ("outside" in JSON) and not looked at.',
  ],
  options: [
    { name: 'maps', help: 'a line for each mapping, not for each process' },
    { name: 'fast', help: 'do not find out what compression would give' },
    ...FORMATS,
    ...[PREVIOUS, CONTAINER, NO_PROGRESS],
  ],
  examples: ['ckpt size checkpoint.tar', 'ckpt size --maps --format json checkpoint.tar'],

  async run(context) {
    refuseSecondInput(context);
    const { operands, switches, values, stdout, core } = context;
    const ckpt = await core();
    const session = new Session(context, { again: true });
    const compress = !switches.has('fast');
    const { format } = values;
    /** Of JSON. @type {any[]} */
    const all = [];
    /** @type {any[]} */
    const lines = [];
    let shownBefore = 0;
    await eachDump(context, session, async (path, dump, checkpoint) => {
      const usage = await dump.memory.usage({
        compress,
        onProgress: (state) => session.progress(state),
      });
      session.endProgress();
      const whole = checkpoint.summary.sizes?.archive ?? null;
      const compression = checkpoint.image?.compression ?? checkpoint.compression;
      const parts = archiveParts(checkpoint.members, checkpoint.tarSize);
      const pages = parts.find(({ name }) => name === 'pages')?.bytes ?? 0;
      const outside = Math.max(0, pages - usage.inFiles);
      const names = new Map(dump.processes.map(({ pid, comm }) => [pid, comm]));
      const rows = switches.has('maps')
        ? usage.maps.filter(({ stored }) => stored > 0)
        : byProcess(usage.maps, names);
      const remedies = remediesOf(usage.total).filter(
        ({ remedy }) => compress || !remedy.startsWith('compress'),
      );
      if (format !== 'table') {
        const told = rows.map(textOf);
        const list = { [switches.has('maps') ? 'maps' : 'processes']: told };
        const { pageSize, exact, total } = usage;
        const tar = parts.reduce((bytes, part) => bytes + part.bytes, 0);
        const value = { file: path, size: whole, compression, tar, parts, pageSize, exact, total };
        const everything = { ...value, outside, ...list, remedies };
        if (format === 'jsonl') await stdout.write(`${compactJson(everything)}\n`);
        else if (format === 'csv') lines.push(...told.map((row) => ({ file: path, ...row })));
        else all.push(everything);
        return;
      }
      const bytes = (/** @type {number} */ value) => ckpt.byteToString(value);
      const sum = parts.reduce((before, part) => before + part.bytes, 0);
      const width = stdout.isTerminal ? stdout.width : Infinity;
      const share = (/** @type {number} */ part, /** @type {number} */ of) =>
        of > 0 ? `${((100 * part) / of).toFixed(1)} %` : '';
      const right = /** @type {const} */ ('right');
      await stdout.write(
        `${shownBefore++ > 0 ? '\n' : ''}${escapeForTerminal(path)}: ${whole === null ? '' : `${bytes(whole)}, `}${compression === 'none' ? 'not compressed' : compression}${sum === whole ? '' : `, ${bytes(sum)} in it`}\n\n`,
      );
      await stdout.write(
        tableOf(
          [
            { title: 'PART', text: ({ name }) => name },
            { title: 'BYTES', text: (part) => String(part.bytes), align: right },
            { title: 'SHARE', text: (part) => share(part.bytes, sum), align: right },
            { title: 'MEMBERS', text: ({ members }) => String(members), align: right },
          ],
          [
            ...parts,
            {
              name: 'all',
              bytes: sum,
              members: parts.reduce((before, { members }) => before + members, 0),
            },
          ],
          width,
        ),
      );
      const columns = [
        { title: 'PID', text: (/** @type {any} */ { pid }) => String(pid), align: right },
        ...(switches.has('maps')
          ? [
              {
                title: 'ADDRESS',
                text: (/** @type {any} */ { start, end }) =>
                  `${start.toString(16)}-${end.toString(16)}`,
                align: right,
              },
              { title: 'NAME', text: nameOf, wide: true },
            ]
          : [{ title: 'NAME', text: (/** @type {any} */ { comm }) => shown(comm) }]),
        ...['stored', 'zero', 'duplicate', ...(compress ? ['byRegion'] : [])].map((key) => ({
          title: key === 'byRegion' ? 'LZ4' : key.toUpperCase(),
          text: (/** @type {any} */ row) => bytes(row[key]),
          align: right,
        })),
      ];
      await stdout.write(`\n${tableOf(columns, rows, width)}`);
      if (outside > 0)
        await stdout.write(
          `\n${bytes(outside)} of pages belong to no mapping of these processes, and were not looked at.\n`,
        );
      await stdout.write(
        `\n${tableOf(
          [
            { title: 'REMEDY', text: ({ remedy }) => remedy },
            { title: 'SAVES', text: ({ saves }) => bytes(saves), align: right },
            {
              title: 'OF PAGES',
              text: ({ saves }) => share(saves, usage.total.stored),
              align: right,
            },
            { title: 'HOW', text: ({ how }) => how },
          ],
          remedies,
          width,
        )}`,
      );
    });
    if (format === 'csv') await stdout.write(csvOf(lines));
    // One is a document of its own, as before there could be several.
    if (format === 'json' && operands.length === 1)
      for (const one of all) await stdout.write(`${compactJson(one)}\n`);
    else if (format === 'json') await stdout.write(jsonOf('checkpoints', all, {}));
    return session.code;
  },
};

/** Addresses as text. @param {any} row */
const textOf = (row) =>
  row.start === undefined
    ? row
    : { ...row, start: `0x${row.start.toString(16)}`, end: `0x${row.end.toString(16)}` };

/** @param {any[]} maps @param {Map<number, any>} names */
function byProcess(maps, names) {
  /** @type {Map<number, any>} */
  const processes = new Map();
  for (const { pid, stored, zero, duplicate, byPage, byRegion } of maps) {
    const process = processes.get(pid) ?? { pid, comm: names.get(pid) ?? null, ...noUsage() };
    processes.set(pid, process);
    addUsage(process, { stored, zero, duplicate, byPage, byRegion });
  }
  return [...processes.values()];
}
