// SPDX-License-Identifier: Apache-2.0
// What is in the images of the processes, as sections. Only what the core tells is shown; what an
// image does not hold, or what could not be read of it, is said.
import { T } from '../text.js';
import { P } from '../text/dump.js';
import { code, none, textCell } from './cells.js';
import { rowsAtOnce } from './shelf.js';

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
    table(context, P.environmentHead, environments(processes), environmentRow, [1]),
  ]);
  add(P.credentials, [
    table(context, P.credentialHead, credentials(processes.filter(lives)), credentialRow, [2]),
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
  seq: context.shelf.seq(values.length, (index) => row(values[index], context), rowsAtOnce(head)),
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

/** Process numbers that are listed in a row. */
const LISTED = 12;

/** Of which processes something holds, in few words. @param {number[]} pids @param {number[]} all @returns {Cell} */
function holders(pids, all) {
  if (pids.length === all.length && all.length > 1) return P.allOf(all.length);
  const own = new Set(pids);
  const others = all.filter((pid) => !own.has(pid));
  if (others.length < pids.length && others.length <= LISTED / 2)
    return P.allBut(others.join(', '));
  const more = pids.length > LISTED ? P.pids(pids.length) : '';
  return code(pids.slice(0, LISTED).join(', ') + more);
}

/** @param {Text} text a variable */
const nameOf = (text) =>
  typeof text !== 'string'
    ? ''
    : text.indexOf('=', 1) < 0
      ? text
      : text.slice(0, text.indexOf('=', 1));

/**
 * Each variable with each of its values once, and the processes that have it so; values of one name together.
 * @param {any[]} processes
 * @returns {{text: Text, pids: number[], all: number[]}[]}
 */
function environments(processes) {
  /** @type {Map<string, Map<string, {text: Text, pids: number[], all: number[]}>>} */
  const names = new Map();
  const own = processes.filter(({ environ }) => trimmed(environ)?.length);
  const all = own.map(({ pid }) => pid);
  for (const { pid, environ } of own)
    for (const text of trimmed(environ) ?? []) {
      if (!text) continue;
      const name = nameOf(text);
      const values = names.get(name) ?? new Map();
      names.set(name, values);
      const key = JSON.stringify(text);
      const known = values.get(key);
      if (!known) values.set(key, { text, pids: [pid], all });
      else if (known.pids.at(-1) !== pid) known.pids.push(pid);
    }
  return [...names.values()].flatMap((values) => [...values.values()]);
}

/** Values stay hidden until they are asked for. @param {{text: any, pids: number[], all: number[]}} variable @param {Context} context @returns {Cell[]} */
function environmentRow({ text, pids, all }, context) {
  const who = holders(pids, all);
  if (typeof text !== 'string') return [none(''), { t: 'secret', cell: words(context, text) }, who];
  const equals = text.indexOf('=', 1);
  const value = equals < 0 ? none(P.noValue) : words(context, text.slice(equals + 1));
  return [words(context, nameOf(text)), equals < 0 ? value : { t: 'secret', cell: value }, who];
}

/** What decides about rights of a process. @param {any} process */
const rightsOf = ({ uid, gid, capabilities, seccomp, seccompFilters, noNewPrivs, lsm }) => ({
  ...{ uid, gid, capabilities, seccomp, seccompFilters, noNewPrivs, lsm },
});

/** Processes with the same rights together. @param {any[]} processes */
function credentials(processes) {
  /** @type {Map<string, any>} */
  const kinds = new Map();
  const all = processes.map(({ pid }) => pid);
  for (const process of processes) {
    const rights = rightsOf(process);
    const key = JSON.stringify([rights, rights.capabilities?.effective], (_, value) =>
      typeof value === 'bigint' ? String(value) : value,
    );
    const known = kinds.get(key);
    if (known) known.pids.push(process.pid);
    else kinds.set(key, { ...rights, pids: [process.pid], all });
  }
  return [...kinds.values()];
}

/** @param {any} process @param {Context} context @returns {Cell[]} */
function credentialRow(process, context) {
  const { pids, all, uid, gid, capabilities, seccomp, seccompFilters, noNewPrivs, lsm } = process;
  const ids = (/** @type {number[] | null} */ list) =>
    list ? code([...new Set(list)].join(', ')) : none(P.unknown);
  return [
    ids(uid),
    ids(gid),
    capabilities ? { t: 'tags', items: capabilities.effective.map(code) } : none(P.unknown),
    seccomp ? P.seccomp(seccomp, seccompFilters ?? 0) : none(P.unknown),
    noNewPrivs === null ? none(P.unknown) : noNewPrivs ? T.yes : T.no,
    lsm ? words(context, lsm) : none(T.none),
    holders(pids, all),
  ];
}

/** @param {any} gap @param {Context} context @returns {Cell[]} */
function gapRow({ member, entry, field, message }, context) {
  const where = [entry !== null && P.entry(entry), field].filter(Boolean).join(' · ');
  return [words(context, member), where === '' ? none('') : where, words(context, message)];
}
