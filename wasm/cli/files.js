// SPDX-License-Identifier: Apache-2.0
// ckpt files
import { DUMP_OPTIONS, runView } from './dump-command.js';
import { shown } from './rows.js';

/** Letters of how it is open. @param {string[] | null} flags */
function access(flags) {
  if (!flags) return '';
  if (flags.includes('O_RDWR')) return 'u';
  return flags.includes('O_WRONLY') ? 'w' : 'r';
}

/** @param {any} holder */
const holderText = ({ pid, fd }) => `${pid}/${fd}`;

/** @param {any} terminal */
function terminalText({ type, index, end, rows, columns }) {
  const name = type === 'pty' && index !== null ? `pty ${index} ${end}` : (type ?? '');
  return rows ? `${name} ${columns}x${rows}` : name;
}

/** What is behind a descriptor that has no path. @param {any} file */
function objectText(file) {
  const { type, pipe, inode, targets, counter, terminal, process, namespace, device, memory } =
    file;
  if (type === 'PIPE' && pipe) return `pipe:[${pipe.id}]`;
  if (inode !== undefined) return `socket:[${inode ?? '?'}]`;
  if (targets) return `[eventpoll] ${targets.map((/** @type {any} */ one) => one.fd).join(' ')}`;
  if (counter !== undefined) return `[eventfd] ${counter}`;
  if (terminal) return `[tty] ${terminalText(terminal)}`;
  if (process !== undefined) return `[pidfd] ${process ?? 'gone'}`;
  if (namespace) return `[${namespace.type} namespace] ${namespace.id}`;
  if (device !== undefined) return `[tun] ${shown(device)}`;
  if (memory) return '[memfd]';
  return `[${type.toLowerCase()}]`;
}

/** @param {any} file */
function nameText(file) {
  const path = file.path === null || file.path === '' ? objectText(file) : shown(file.path);
  const notes = [];
  if (file.deleted) notes.push('deleted');
  if (file.deleted === null && file.path !== null) notes.push('perhaps deleted');
  if (file.type === 'MEMFD' && file.path) notes.push('memfd');
  if (file.pipe?.data) notes.push(`${file.pipe.data} bytes`);
  const ends = file.pipe?.partners ?? file.sharedWith;
  if (ends.length > 0) {
    const some = ends.slice(0, 4).map(holderText).join(' ');
    notes.push(`${file.pipe ? 'with' : 'shared with'} ${some}${ends.length > 4 ? ' …' : ''}`);
  }
  return notes.length === 0 ? path : `${path} (${notes.join(', ')})`;
}

/** @type {import('./rows.js').Column[]} */
const COLUMNS = [
  { title: 'PID', text: ({ pid }) => (pid === null ? '-' : String(pid)), align: 'right' },
  { title: 'FD', text: ({ fd, use }) => (fd === null ? use : String(fd)), align: 'right' },
  { title: 'A', text: ({ flags }) => access(flags) },
  { title: 'TYPE', text: ({ type }) => type },
  { title: 'OFFSET', text: ({ position }) => (position ? String(position) : ''), align: 'right' },
  { title: 'NAME', text: nameText, wide: true },
];

/** @type {import('./options.js').Command} */
export const files = {
  name: 'files',
  summary: 'list the open files of the processes in checkpoints',
  operands: 'FILE...',
  count: [1, Infinity],
  details: [
    'Lists the descriptors of every process with what they stand for: path, type, how it is open (r, w, u for both), position; pipes with their other ends as PID/FD; epoll instances with what they watch; terminals with the size of their windows. cwd, root and exe are directories and program of a process; in-flight is what was sent over a unix socket and not received yet.',
    'With --format json, jsonl or csv everything is printed: flags by name, shared open files, where the content of deleted files is.',
  ],
  options: DUMP_OPTIONS,
  examples: ['ckpt files checkpoint.tar', 'ckpt files --pid 1 --format csv checkpoint.tar'],

  run: (context) =>
    runView(context, {
      name: 'files',
      rows: (dump, pid) => dump.files(pid),
      columns: () => COLUMNS,
    }),
};
