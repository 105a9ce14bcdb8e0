// SPDX-License-Identifier: Apache-2.0
// What is in the images of the processes, as sections. Only what the core tells is shown; what an
// image does not hold, or what could not be read of it, is said.
import { T } from '../text.js';
import { P } from '../text/dump.js';
import { code, none, textCell } from './cells.js';

/** @typedef {import('../types.d.ts').Block} Block */
/** @typedef {import('../types.d.ts').Cell} Cell */
/** @typedef {import('../types.d.ts').Section} Section */
/** @typedef {string | {hex: string}} Text bytes of a process or a name */
/** @typedef {{ckpt: any, shelf: import('./shelf.js').Shelf}} Context */

/** @param {any} dump of the API @param {Context} context @returns {Section[]} */
export function dumpSections(dump, context) {
  const { processes, gaps } = dump;
  /** @type {Section[]} */
  const sections = [];
  const add = (/** @type {string} */ title, /** @type {Block[]} */ blocks) =>
    sections.push({ title, source: '', index: -1, blocks });
  if (gaps.length > 0) add(P.gaps, [table(context, P.gapHead, gaps, gapRow, [2])]);
  add(P.environments, [
    table(context, P.environmentHead, environments(processes), environmentRow, [2]),
  ]);
  add(P.credentials, [
    table(context, P.credentialHead, processes.filter(lives), credentialRow, [3]),
  ]);
  return sections.filter(({ blocks: [block] }) => block.t !== 'table' || block.seq.total > 0);
}

/**
 * @template Value
 * @param {Context} context @param {string[]} head @param {Value[]} values
 * @param {(value: Value, context: Context) => Cell[]} row
 * @param {number[]} wide
 * @returns {Block}
 */
const table = (context, head, values, row, wide) => ({
  t: 'table',
  head,
  wide,
  seq: context.shelf.seq(values.length, (index) => row(values[index], context)),
});

/** A text of a file or a process; bytes that are not UTF-8 as their digits. @param {Context} context @param {Text | null | undefined} text @returns {Cell} */
function words({ shelf }, text) {
  if (text === null || text === undefined) return none(P.unknown);
  if (typeof text !== 'string') return code(P.hex(text.hex.slice(0, 400)));
  return textCell(shelf, text, code);
}

/** @param {Text[] | null} list @returns {string | null} one line, as a shell would take it apart again */
export const commandLine = (list) =>
  list &&
  list
    .map((word) => (typeof word === 'string' ? word : P.hex(word.hex)))
    .map((word) => (/^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`))
    .join(' ');

/** What of a process without what only NULs at its end pad. @param {Text[] | null} list */
const trimmed = (list) => list && list.slice(0, list.findLastIndex((word) => word !== '') + 1);

/** @param {any} process */
const lives = ({ state }) => state !== 'dead';

/** Each variable of each process. @param {any[]} processes */
function environments(processes) {
  /** @type {{pid: number, text: Text}[]} */
  const all = [];
  for (const { pid, environ } of processes)
    for (const text of trimmed(environ) ?? []) if (text) all.push({ pid, text });
  return all;
}

/** Values stay hidden until they are asked for. @param {{pid: number, text: any}} variable @param {Context} context @returns {Cell[]} */
function environmentRow({ pid, text }, context) {
  if (typeof text !== 'string')
    return [code(pid), none(''), { t: 'secret', cell: words(context, text) }];
  const equals = text.indexOf('=', 1);
  const name = equals < 0 ? text : text.slice(0, equals);
  const value = equals < 0 ? none(P.noValue) : words(context, text.slice(equals + 1));
  return [code(pid), words(context, name), equals < 0 ? value : { t: 'secret', cell: value }];
}

/** @param {any} process @param {Context} context @returns {Cell[]} */
function credentialRow(process, context) {
  const { pid, uid, gid, capabilities, seccomp, seccompFilters, noNewPrivs, lsm } = process;
  const ids = (/** @type {number[] | null} */ list) =>
    list ? code([...new Set(list)].join(', ')) : none(P.unknown);
  return [
    code(pid),
    ids(uid),
    ids(gid),
    capabilities ? { t: 'tags', items: capabilities.effective.map(code) } : none(P.unknown),
    seccomp ? P.seccomp(seccomp, seccompFilters ?? 0) : none(P.unknown),
    noNewPrivs === null ? none(P.unknown) : noNewPrivs ? T.yes : T.no,
    lsm ? words(context, lsm) : none(T.none),
  ];
}

/** @param {any} gap @param {Context} context @returns {Cell[]} */
function gapRow({ member, entry, field, message }, context) {
  const where = [entry !== null && P.entry(entry), field].filter(Boolean).join(' · ');
  return [words(context, member), where === '' ? none('') : where, words(context, message)];
}
