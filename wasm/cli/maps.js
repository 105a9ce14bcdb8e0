// SPDX-License-Identifier: Apache-2.0
// ckpt maps
import { DUMP_OPTIONS, runView } from './dump-command.js';
import { shown } from './rows.js';

const hex = (/** @type {bigint} */ value) => `0x${value.toString(16)}`;
const kib = (/** @type {bigint} */ value) => String(value / 1024n);
/** What a process sees beside its own pages. */
const other = (/** @type {any} */ { lazy, missing, unreadable }) => lazy + missing + unreadable;

/** @param {any} map */
const nameOf = ({ name, deleted, kind }) =>
  name === null
    ? `[${kind}]`
    : `${shown(name)}${deleted ? ' (deleted)' : deleted === null ? ' (perhaps deleted)' : ''}`;

/** @type {import('./rows.js').Column[]} */
const COLUMNS = [
  { title: 'PID', text: ({ pid }) => String(pid), align: 'right' },
  {
    title: 'ADDRESS',
    text: ({ start, end }) => `${start.slice(2)}-${end.slice(2)}`,
    align: 'right',
  },
  { title: 'PERMS', text: ({ perms }) => perms },
  { title: 'SIZE', text: ({ size }) => kib(size), align: 'right' },
  { title: 'STORED', text: ({ stored }) => kib(stored), align: 'right' },
  { title: 'PREVIOUS', text: ({ previous }) => kib(previous), align: 'right' },
  { title: 'MISSING', text: (map) => kib(other(map)), align: 'right' },
  { title: 'ZERO', text: ({ zero }) => kib(zero), align: 'right' },
  { title: 'FILE', text: ({ file }) => kib(file), align: 'right' },
  { title: 'OFFSET', text: ({ offset }) => offset.slice(2), align: 'right' },
  { title: 'NAME', text: nameOf, wide: true },
];

/** @type {import('./options.js').Command} */
export const maps = {
  name: 'maps',
  summary: 'list the mappings in the memory of processes, and where their bytes are',
  operands: 'FILE...',
  count: [1, Infinity],
  details: [
    'Lists the memory of the processes as /proc/PID/maps showed it. The sizes are in KiB: STORED is in this checkpoint, PREVIOUS in those given with --previous; MISSING should be in a checkpoint before that was not given, or was to be sent later (lazy pages), or is stored in a form that is not known; ZERO was never written; FILE is as in the mapped file, or made by the kernel, and in no checkpoint.',
    'With --format json, jsonl or csv addresses are text in hexadecimal digits, and sizes are in bytes; of several checkpoints, each mapping has the name of its own in "checkpoint".',
  ],
  options: DUMP_OPTIONS,
  examples: ['ckpt maps checkpoint.tar', 'ckpt maps --pid 1 --format jsonl checkpoint.tar'],

  run: (context) =>
    runView(context, {
      name: 'maps',
      label: 'checkpoint', // a mapping has bytes of a file
      rows: (dump, pid) =>
        dump.memory.maps(pid).maps.map((/** @type {any} */ map) => ({
          ...map,
          start: hex(map.start),
          end: hex(map.end),
          offset: hex(map.offset),
        })),
      columns: () => COLUMNS,
    }),
};
