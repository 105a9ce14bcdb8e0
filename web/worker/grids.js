// SPDX-License-Identifier: Apache-2.0
// What is in the images as tables with one row for each thing: its columns, and all that is known of a row.
import { maskArguments } from '../../wasm/api/dump.js';
import { T } from '../text.js';
import { G, P } from '../text/dump.js';
import { code, none, textCell } from './cells.js';
import { commandLine } from './dump.js';

/** @typedef {import('../types.d.ts').Cell} Cell */
/** @typedef {import('../types.d.ts').Part} Part */
/** @typedef {string | {hex: string} | null | undefined} Text bytes of a process or a name */
/** @typedef {{ckpt: any, shelf: import('./shelf.js').Shelf, dump: any}} Context */
/**
 * @typedef {object} Column
 * @property {string} title
 * @property {(row: any) => string} text
 * @property {boolean} [right] figures
 * @property {number} [wide] its share of what the others leave
 * @property {boolean} [mono] names and addresses, letter below letter
 * @property {number} [spare] where the details of a row take the room, the first to go is the one with the highest
 *
 * @typedef {object} Table
 * @property {(context: Context) => any[]} rows
 * @property {(context: Context) => Column[]} columns
 * @property {(row: any) => 'warning' | 'quiet' | ''} tone
 * @property {string[]} [hidden] fields that are shown elsewhere, or hold secrets
 */

/** A text of a file or a process; bytes that are not UTF-8 as their digits. @param {Text} text */
export const wordsOf = (text) =>
  text === null || text === undefined
    ? ''
    : typeof text === 'string'
      ? text
      : P.hex(text.hex.slice(0, 400));

/** Letters of a command line that is shown as it is. */
const LONGEST = 2000;

const hex = (/** @type {bigint} */ value) => value.toString(16);

/** @param {any} process */
function stateOf({ state, exitCode, exitSignal }) {
  if (state !== 'dead') return P.states[state] ?? state;
  return exitSignal ? P.killed(exitSignal) : P.exited(exitCode ?? 0);
}

/**
 * The command line of a process, as all of the page shows it: secrets masked. `revealed`: as it is, if that differs.
 * @param {any} ckpt @param {any} process
 */
function commandLines(ckpt, process) {
  const own = trimmed(process.cmdline);
  if (!own) return { cmdline: own, revealed: null };
  const cmdline = maskArguments(ckpt, own);
  return { cmdline, revealed: commandLine(cmdline) === commandLine(own) ? null : own };
}

/** @type {Table} */
const processes = {
  rows({ ckpt, dump }) {
    /** @type {Map<number, number>} */
    const fds = new Map();
    for (const { pid } of dump.files()) fds.set(pid, (fds.get(pid) ?? 0) + 1);
    for (const { pid } of dump.sockets()) fds.set(pid, (fds.get(pid) ?? 0) + 1);
    const sizes = new Map(dump.memory.sizes().map((/** @type {any} */ size) => [size.pid, size]));
    const depths = new Map();
    return dump.processes.map((/** @type {any} */ process) => {
      const { pid, ppid } = process;
      depths.set(pid, (depths.get(ppid) ?? -1) + 1);
      const stored = sizes.get(pid)?.stored;
      return {
        ...process,
        ...commandLines(ckpt, process),
        ...{ depth: Math.min(depths.get(pid), 20), fds: fds.get(pid) ?? 0, stored },
      };
    });
  },
  columns: ({ ckpt }) => [
    {
      title: G.titles.pid,
      mono: true,
      text: ({ pid, depth }) => `${depth > 0 ? `${'  '.repeat(depth - 1)}└ ` : ''}${pid}`,
    },
    { title: G.titles.name, mono: true, text: ({ comm }) => wordsOf(comm) },
    { title: G.titles.state, text: stateOf },
    {
      title: G.titles.line,
      mono: true,
      text: ({ cmdline, state }) => (state === 'dead' ? '' : (commandLine(cmdline) ?? '')),
      wide: 2,
    },
    {
      title: G.titles.exe,
      spare: 4,
      mono: true,
      text: ({ exe, state }) => (state === 'dead' ? '' : wordsOf(exe)),
      wide: 1,
    },
    { title: G.titles.parent, spare: 2, text: ({ ppid }) => String(ppid), right: true },
    { title: G.titles.uid, spare: 3, text: ({ uid }) => (uid ? String(uid[0]) : ''), right: true },
    {
      title: G.titles.threads,
      spare: 6,
      text: ({ threads }) => String(threads.length),
      right: true,
    },
    { title: G.titles.fds, spare: 5, text: ({ fds }) => String(fds), right: true },
    {
      title: G.titles.stored,
      spare: 1,
      text: ({ stored }) => (stored === undefined ? '' : ckpt.byteToString(stored)),
      right: true,
    },
  ],
  tone: ({ state, exeDeleted }) => (state === 'dead' ? 'quiet' : exeDeleted ? 'warning' : ''),
  hidden: ['depth', 'fds', 'stored', 'cmdline', 'revealed', 'environ'],
};

/** @param {boolean | null} deleted null: not known */
const deletedText = (deleted) => (deleted === null ? G.perhapsDeleted : deleted ? G.deleted : '');

/** What of a process without what only NULs at its end pad. @param {Text[] | null | undefined} list */
const trimmed = (list) =>
  /** @type {any} */ (list && list.slice(0, list.findLastIndex((word) => word !== '') + 1));

/** @type {Table} */
const openfiles = {
  rows: ({ dump }) => dump.files(),
  columns: () => [
    {
      title: G.titles.pid,
      mono: true,
      text: ({ pid }) => (pid === null ? G.inFlight : String(pid)),
      right: true,
    },
    { title: G.titles.fd, mono: true, text: ({ fd, use }) => String(fd ?? use), right: true },
    { title: G.titles.type, text: ({ type }) => type },
    { title: G.titles.path, mono: true, text: ({ path }) => wordsOf(path), wide: 3 },
    {
      title: G.titles.flags,
      spare: 1,
      text: ({ flags }) => (flags ?? []).join(' ').replaceAll('O_', ''),
      wide: 2,
    },
    {
      title: G.titles.position,
      spare: 2,
      text: ({ position }) => (position === null ? '' : String(position)),
      right: true,
    },
    { title: G.titles.size, text: ({ size }) => (size === null ? '' : String(size)), right: true },
    {
      title: G.titles.about,
      text: ({ path, deleted, remap, sharedWith }) =>
        [
          path !== null && deletedText(deleted),
          remap,
          sharedWith.length > 0 && G.shared(sharedWith.length),
        ]
          .filter(Boolean)
          .join(', '),
      wide: 1,
    },
  ],
  tone: ({ path, deleted }) => (path !== null && deleted !== false ? 'warning' : ''),
};

/** @param {any} end of a connection @param {string} family */
export const endOf = (end, family) =>
  end?.address ? `${family === 'inet6' ? `[${end.address}]` : end.address}:${end.port || '*'}` : '';

/** @param {any} socket */
function localOf({ family, local, name, abstract, portid, interface: device, ifindex }) {
  if (local) return endOf(local, family);
  if (family === 'unix') return name === null ? '' : `${abstract ? '@' : ''}${wordsOf(name)}`;
  if (family === 'netlink') return `port ${portid}`;
  if (device !== null) return wordsOf(device);
  return ifindex ? `interface ${ifindex}` : '';
}

/** @param {any} socket */
function remoteOf({ family, remote, peer }) {
  if (remote) return endOf(remote, family);
  if (!peer) return '';
  return peer.holders.length === 0
    ? G.outside(peer.inode)
    : peer.holders.map((/** @type {any} */ { pid, fd }) => `PID ${pid} FD ${fd}`).join(', ');
}

const dangling = (/** @type {any} */ { peer }) => peer && peer.holders.length === 0;
const established = (/** @type {any} */ { protocol, state }) =>
  protocol === 'tcp' && state === 'ESTABLISHED';

/** @type {Table} */
const sockets = {
  rows: ({ dump }) => dump.sockets(),
  columns: () => [
    {
      title: G.titles.pid,
      mono: true,
      text: ({ pid }) => (pid === null ? G.inFlight : String(pid)),
      right: true,
    },
    {
      title: G.titles.fd,
      mono: true,
      text: ({ fd }) => (fd === null ? '' : String(fd)),
      right: true,
    },
    {
      title: G.titles.protocol,
      text: ({ family, protocol, type }) => [family, protocol ?? type].filter(Boolean).join(' '),
    },
    { title: G.titles.state, text: ({ state }) => state ?? '' },
    {
      title: G.titles.receive,
      spare: 2,
      text: ({ receiveQueue }) => String(receiveQueue ?? ''),
      right: true,
    },
    {
      title: G.titles.send,
      spare: 1,
      text: ({ sendQueue }) => String(sendQueue ?? ''),
      right: true,
    },
    { title: G.titles.local, mono: true, text: localOf, wide: 2 },
    { title: G.titles.remote, mono: true, text: remoteOf, wide: 2 },
  ],
  tone: (row) => (dangling(row) || established(row) ? 'warning' : ''),
};

/** @type {Table} */
const mounts = {
  rows: ({ dump }) => dump.mounts(),
  columns: () => [
    { title: G.titles.mounted, mono: true, text: ({ path }) => wordsOf(path), wide: 2 },
    { title: G.titles.type, text: ({ type }) => wordsOf(type) },
    { title: G.titles.source, mono: true, text: ({ source }) => wordsOf(source), wide: 1 },
    { title: G.titles.root, spare: 3, mono: true, text: ({ root }) => wordsOf(root), wide: 1 },
    { title: G.titles.flags, spare: 2, text: ({ flags }) => flags.join(' '), wide: 2 },
    { title: G.titles.external, spare: 1, mono: true, text: ({ external }) => wordsOf(external) },
  ],
  tone: () => '',
};

/** What a mapping is of; `deleted` is not there where it is not asked about. @param {any} map */
export const mappingName = ({ name, kind, deleted = false }) =>
  name === null
    ? `[${kind}]`
    : `${wordsOf(name)}${deleted === false ? '' : ` (${deletedText(deleted)})`}`;

/** @type {Table} */
const memory = {
  rows: ({ dump }) => dump.memory.maps().maps,
  columns({ ckpt }) {
    const size = (/** @type {bigint} */ bytes) => (bytes === 0n ? '' : ckpt.byteToString(bytes));
    return [
      { title: G.titles.pid, mono: true, text: ({ pid }) => String(pid), right: true },
      {
        title: G.titles.address,
        mono: true,
        text: ({ start, end }) => `${hex(start)}-${hex(end)}`,
        right: true,
      },
      { title: G.titles.perms, mono: true, text: ({ perms }) => perms },
      { title: G.titles.name, mono: true, text: mappingName, wide: 1 },
      { title: G.titles.size, text: (map) => size(map.size), right: true },
      { title: G.titles.stored, text: ({ stored }) => size(stored), right: true },
      { title: G.titles.previous, spare: 2, text: ({ previous }) => size(previous), right: true },
      {
        title: G.titles.missing,
        spare: 1,
        text: ({ missing, lazy, unreadable }) => size(missing + lazy + unreadable),
        right: true,
      },
      { title: G.titles.zero, spare: 3, text: ({ zero }) => size(zero), right: true },
      { title: G.titles.file, spare: 4, text: ({ file }) => size(file), right: true },
    ];
  },
  tone: ({ perms, deleted }) => (/wx/.test(perms) || deleted ? 'warning' : ''),
};

/** @type {Record<string, Table>} */
export const TABLES = { processes, openfiles, sockets, mounts, memory };

/** Sockets without those that another process shares with one before, as after a fork. @param {any[]} all @returns {any[]} */
export function onceEach(all) {
  const seen = new Set();
  return all.filter(({ family, type, id }) => {
    const key = `${family}/${type}/${id}`;
    if (id === null || id === undefined) return true;
    return !seen.has(key) && seen.add(key);
  });
}

/** What is said above a table. @param {string} view @param {any[]} rows @param {any} dump @returns {string[]} */
export function notesOf(view, rows, dump) {
  const notes = [];
  if (view === 'sockets') {
    const each = onceEach(rows);
    const sum = (/** @type {(row: any) => boolean} */ is) => each.filter(is).length;
    const listening = sum(({ state }) => state === 'LISTEN');
    if (listening > 0) notes.push(G.listening(listening));
    if (sum(established) > 0) notes.push(G.established(sum(established)));
    if (sum(dangling) > 0) notes.push(G.dangling(sum(dangling)));
  }
  if (dump.gaps.length > 0) notes.push(G.gaps(dump.gaps.length));
  return notes;
}

/** A field of a row as a cell; undefined: it says nothing. @param {Context} context @param {unknown} value @returns {Cell | undefined} */
function cellOf(context, value) {
  if (value === null || value === undefined) return undefined;
  if (typeof value === 'boolean') return value ? T.yes : T.no;
  if (typeof value === 'number' || typeof value === 'bigint') return code(value);
  if (typeof value === 'string') return textCell(context.shelf, value, code);
  if (Array.isArray(value))
    return value.length === 0
      ? none(T.none)
      : { t: 'tags', items: value.slice(0, 300).map((item) => code(flat(item))) };
  if (typeof (/** @type {any} */ (value).hex) === 'string')
    return code(wordsOf(/** @type {any} */ (value)));
  return code(flat(value));
}

/** A value in one line. @param {any} value @returns {string} */
function flat(value) {
  if (value === null || value === undefined) return '–';
  if (typeof value !== 'object') return String(value);
  if (typeof value.hex === 'string') return wordsOf(value);
  if (Array.isArray(value)) return value.map(flat).join(' ');
  return Object.entries(value)
    .filter(([, item]) => item !== null && item !== '')
    .map(([key, item]) => `${key} ${flat(item)}`)
    .join(', ');
}

/** Fields that are read in another base than ten. @type {Record<string, number>} */
const FIGURES = { start: 16, end: 16, offset: 16, mode: 8, umask: 8 };

/** @param {string} name @param {any} value */
const figure = (name, value) =>
  value === null || value === undefined
    ? undefined
    : code(`${FIGURES[name] === 8 ? '0' : '0x'}${value.toString(FIGURES[name])}`);

/** Counts of bytes. */
const BYTES = ['size', 'stored', 'previous', 'missing', 'lazy', 'unreadable', 'zero', 'file'];

/** Whether a field of a mapping says something: most kinds of pages have no bytes in most mappings. @param {string} view @param {string} name @param {any} value */
const says = (view, name, value) =>
  !(view === 'memory' && BYTES.includes(name) && name !== 'size' && Number(value) === 0) &&
  !(/Deleted$|^deleted$/.test(name) && value === false);

/** All that the images say of a row. The names of the fields are those of the API. @param {Context} context @param {string} view @param {any} row @returns {Part[]} */
export function detailsOf(context, view, row) {
  const { hidden = [] } = TABLES[view];
  /** @type {[string, Cell][]} */
  const rows = [];
  for (const [name, value] of Object.entries(row)) {
    if (hidden.includes(name) || !says(view, name, value)) continue;
    const bytes = view === 'memory' && BYTES.includes(name) && typeof value === 'bigint';
    const cell = bytes
      ? {
          t: /** @type {const} */ ('figure'),
          text: context.ckpt.byteToString(value),
          exact: String(value),
        }
      : Object.hasOwn(FIGURES, name)
        ? figure(name, value)
        : cellOf(context, value);
    if (cell !== undefined) rows.push([name, cell]);
  }
  /** @type {Part[]} */
  const parts = [];
  if (view === 'processes') parts.push(...processParts(context, row));
  parts.push({ title: G.facts, blocks: [{ t: 'facts', rows }] });
  return parts;
}

/** The command line, and the environment with its values hidden. @param {Context} context @param {any} process @returns {Part[]} */
function processParts({ shelf, dump }, { pid, cmdline, revealed, environ }) {
  /** @type {Part[]} */
  const parts = [];
  const line = commandLine(cmdline);
  const asItIs = commandLine(revealed);
  /** @type {Cell} */
  const shown = textCell(shelf, line ?? '', code);
  if (line)
    parts.push({
      title: G.titles.line,
      blocks: [
        asItIs
          ? {
              t: 'facts',
              rows: [
                [
                  G.titles.line,
                  { t: 'secret', cell: textCell(shelf, asItIs, code), masked: shown },
                ],
              ],
            }
          : line.length > LONGEST
            ? { t: 'facts', rows: [[G.titles.line, shown]] }
            : { t: 'list', seq: { id: 0, total: 1, rows: [line] } },
      ],
    });
  const all = (trimmed(environ) ?? []).filter((/** @type {Text} */ text) => text !== '');
  // What children inherit is told once, of the first process that has it.
  const first = dump.processes.find((/** @type {any} */ one) => trimmed(one.environ)?.length);
  const known = new Set(
    first && first.pid !== pid
      ? trimmed(first.environ)?.map((/** @type {Text} */ text) => JSON.stringify(text))
      : [],
  );
  const variables = all.filter((/** @type {Text} */ text) => !known.has(JSON.stringify(text)));
  const same = all.length - variables.length;
  if (all.length > 0)
    parts.push({
      title: P.environments,
      blocks: [
        {
          t: 'facts',
          rows: [
            ...(same > 0
              ? [/** @type {[string, Cell]} */ ([P.inherited, P.sameAs(same, first.pid)])]
              : []),
            ...variables.slice(0, 500).map((/** @type {any} */ text) => {
              const words = wordsOf(text);
              const equals = words.indexOf('=', 1);
              const name = equals < 0 ? words : words.slice(0, equals);
              const value = textCell(shelf, equals < 0 ? undefined : words.slice(equals + 1), code);
              return /** @type {[string, Cell]} */ ([
                name.slice(0, 200),
                equals < 0 ? none(P.noValue) : { t: 'secret', cell: value },
              ]);
            }),
          ],
        },
      ],
    });
  return parts;
}
