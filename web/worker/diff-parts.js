// SPDX-License-Identifier: Apache-2.0
// What differs in what was running, as the API's diff says: processes, sockets, open files, mounts, memory.
import { diffWith } from '../../wasm/api/diff.js';
import { D } from '../text.js';
import { Y } from '../text/compare.js';
import { W } from '../text/answer.js';
import { code, none, textCell } from './cells.js';
import { commandLine } from './dump.js';
import { endOf, mappingName, wordsOf } from './grids.js';

/** @typedef {import('../types.d.ts').Cell} Cell */
/** @typedef {import('../types.d.ts').Part} Part */
/** @typedef {{ckpt: any, shelf: import('./shelf.js').Shelf}} Context */

/** Rows of a table that are shown at first. */
const SOME = 30;
/** Values longer than this are cut. */
const LONG = 400;
const PAGE = 4096;
/** Mappings of a process that are drawn. */
const DRAWN = 300;

/** @param {any} value of a field @returns {string} */
function flat(value) {
  if (value === null || value === undefined) return '–';
  if (typeof value === 'string') return value;
  if (typeof value === 'object' && typeof value.hex === 'string') return wordsOf(value);
  if (Array.isArray(value)) return value.map(flat).join(' ');
  if (typeof value === 'object')
    return Object.entries(value)
      .map(([key, item]) => `${key} ${flat(item)}`)
      .join(', ');
  return String(value);
}

/** @param {any[]} fields that differ, without those that always do */
const changes = (fields) =>
  fields
    .filter(({ noise }) => !noise)
    .map(({ field, before, after }) => `${field}: ${flat(before)} → ${flat(after)}`.slice(0, LONG));

/** @param {Context} context @param {string} title @param {string[]} head @param {any[]} rows @param {(row: any) => Cell[]} make @returns {Part[]} */
function table({ shelf }, title, head, rows, make) {
  if (rows.length === 0) return [];
  // What only came or went has nothing to say about how it changed.
  const how = head.at(-1) !== Y.how || rows.some(hasChanged);
  const shown = how ? head : head.slice(0, -1);
  const seq = shelf.seq(rows.length, (index) => make(rows[index]).slice(0, shown.length), SOME);
  return [{ title, blocks: [{ t: 'table', head: shown, seq, wide: [head.length - 2] }] }];
}

/** @param {any} row */
const hasChanged = ({ fields = [], insteadOf = null }) =>
  insteadOf !== null || fields.some((/** @type {any} */ { noise }) => !noise);

/** The mappings of each process whose pages differ, as wide as the logarithm of their size and as dark as they changed. @param {any[]} maps @returns {import('../types.d.ts').Block} */
function heat(maps) {
  /** @type {Map<number, Extract<import('../types.d.ts').Block, {t: 'heat'}>['rows'][number]>} */
  const rows = new Map();
  for (const map of maps) {
    const { pid, change, pages } = map;
    const [bounds] = map.after.length > 0 ? map.after : map.before;
    if (!bounds) continue;
    const size = Number(bounds.end - bounds.start);
    const all = Math.max(1, size / PAGE);
    const differ = Number(pages.changed) + Number(pages.added) + Number(pages.removed);
    const row = rows.get(pid) ?? { label: String(pid), parts: [] };
    rows.set(pid, row);
    if (row.parts.length >= DRAWN) continue;
    row.parts.push({
      width: Math.max(1, Math.log2(size) - 10),
      share: Math.min(1, differ / all),
      change: change === 'added' || change === 'removed' ? change : 'changed',
      title: `${mappingName(map).slice(0, 200)} · ${Y.pages(differ, Math.ceil(all))}`,
    });
  }
  return { t: 'heat', label: Y.heat, rows: [...rows.values()].slice(0, SOME) };
}

/** @param {'added' | 'removed' | 'changed' | 'replaced' | 'moved' | null} change @returns {Cell} */
const changeCell = (change) => {
  const known = change === 'replaced' || change === null ? 'changed' : change;
  return { t: 'change', change: known, text: D.changes[known] };
};

/** @param {Context} context @param {string[]} lines @returns {Cell} */
const linesCell = ({ shelf }, lines) =>
  lines.length === 0
    ? none('')
    : { t: 'lines', items: lines.map((line) => textCell(shelf, line, code)) };

/** @param {any[]} maps @param {Part[]} parts of them @returns {Part[]} */
const withHeat = (maps, parts) =>
  parts.map(({ title, blocks }) => ({
    title,
    blocks: [
      heat(maps),
      ...blocks.map((block) =>
        block.t === 'table' ? { ...block, wide: [2], right: [3, 4, 5, 6] } : block,
      ),
    ],
  }));

/** What a descriptor is of. @param {any} thing */
const thingOf = ({ type, path, family, protocol, local, remote, name }) =>
  family === undefined
    ? `${type} ${wordsOf(path)}`
    : [
        [protocol ?? type, family === 'inet' ? '' : family],
        endOf(local, family),
        remote?.port > 0 && `→ ${endOf(remote, family)}`,
        wordsOf(name),
      ]
        .flat()
        .filter(Boolean)
        .join(' ');

/**
 * @param {Context} context @param {any} a checkpoint @param {any} b checkpoint
 * @returns {Promise<{parts: Part[], noise: number, gaps: number}>}
 */
export async function diffParts(context, a, b) {
  const { ckpt, shelf } = context;
  const diff = await diffWith(ckpt, a, b, { members: false, lists: false });
  const text = (/** @type {string} */ words) => textCell(shelf, words.slice(0, LONG), code);
  const { verdict } = diff;
  const words = (/** @type {string} */ word) => W.words[/** @type {'restores'} */ (word)] ?? word;
  const things = (/** @type {string} */ title, /** @type {any[]} */ list) =>
    table(context, title, [D.change, Y.pid, Y.fd, Y.what, Y.how], list, (row) => {
      const thing = row.after ?? row.before;
      return [
        changeCell(row.change),
        code(thing.pid ?? '–'),
        code(thing.fd ?? thing.use ?? '–'),
        text(thingOf(thing)),
        linesCell(context, changes(row.fields ?? [])),
      ];
    });
  const memory = (diff.memory?.processes ?? []).flatMap((process) =>
    process.maps.map((map) => ({ ...map, pid: process.pid })),
  );
  const parts = [
    ...table(
      context,
      Y.verdicts,
      [Y.target, D.before, D.after, Y.because],
      verdict?.targets ?? [],
      (row) => [
        W.engines[row.target] ?? row.target,
        words(row.before),
        words(row.after),
        { t: 'tags', items: row.because.map(code) },
      ],
    ),
    ...table(context, Y.processes, [D.change, Y.pid, Y.line, Y.how], diff.processes, (row) => {
      const process = row.after ?? row.before;
      return [
        changeCell(row.change),
        code(row.pid),
        text(commandLine(process?.cmdline ?? null) || wordsOf(process?.comm)),
        linesCell(context, [
          ...(row.insteadOf === null ? [] : [Y.insteadOf(row.insteadOf)]),
          ...changes(row.fields),
        ]),
      ];
    }),
    ...withHeat(
      memory,
      table(
        context,
        Y.memory,
        [D.change, Y.pid, Y.mapping, Y.changed, Y.added, Y.removed, Y.unknown, Y.address],
        memory,
        (row) => {
          const bounds = (row.after.length > 0 ? row.after : row.before)[0];
          const { changed, added, removed, unknown } = row.pages;
          return [
            changeCell(row.change),
            code(row.pid),
            text(mappingName(row)),
            ...[changed, added, removed, unknown].map((n) => (n > 0 ? String(n) : none(''))),
            code(bounds ? `${bounds.start.toString(16)}-${bounds.end.toString(16)}` : ''),
          ];
        },
      ),
    ),
    ...things(Y.files, diff.files),
    ...things(Y.sockets, diff.sockets),
    ...table(context, Y.mounts, [D.change, Y.path, Y.how], diff.mounts, (row) => [
      changeCell(row.change),
      text(wordsOf((row.after ?? row.before).path)),
      linesCell(context, changes(row.fields ?? [])),
    ]),
  ];
  return { parts, noise: diff.noise, gaps: diff.gaps.length };
}
