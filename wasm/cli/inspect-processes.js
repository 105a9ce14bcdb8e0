// SPDX-License-Identifier: Apache-2.0
// Processes, their files and sockets in the reference tool's shape: for "ckpt inspect".
import { shown } from './rows.js';
import { node } from './tree.js';

/**
 * @typedef {import('./tree.js').Node} Node
 * @typedef {{tree: boolean, cmd: boolean, env: boolean, files: boolean, sockets: boolean}} ProcessParts
 * @typedef {object} Inside what is shown of a dump
 * @property {any[]} processes @property {any[]} files @property {any[]} sockets
 */

/** The reference tool's names of states. @type {Record<string, string>} */
const STATES = { alive: 'Alive', dead: 'Dead', stopped: 'Stopped', unknown: 'Unknown' };
/** Its names of states of connections, where they are not the kernel's. @type {Record<string, string>} */
const TCP = { FIN_WAIT1: 'FIN_WAIT_1', FIN_WAIT2: 'FIN_WAIT_2' };

/** Arguments with a blank after each, as the reference tool has them. @param {any} process */
function commandLine({ cmdline, comm }) {
  const end = (cmdline ?? []).findLastIndex((/** @type {any} */ part) => part !== '');
  if (end < 0) return shown(comm);
  const parts = cmdline.slice(0, end + 1);
  return parts.map((/** @type {any} */ part) => `${shown(part)} `).join('');
}

/** @param {number | null} bytes of a buffer */
function bufferSize(bytes) {
  const value = bytes ?? 0;
  if (value < 1024) return `${value.toFixed(1)} B`;
  return value < 1024 ** 2
    ? `${(value / 1024).toFixed(1)} KB`
    : `${(value / 1024 ** 2).toFixed(1)} MB`;
}

/** @param {any} file */
function filePath(file) {
  if (file.path !== null && (file.path !== '' || file.type === 'REG')) return shown(file.path);
  if (file.pipe && file.type === 'PIPE') return `pipe[${file.pipe.id}]`;
  return `${file.type}.${file.id}`;
}

/** @param {any} socket */
const unixName = ({ name, abstract }) =>
  name === null ? '@' : `${abstract ? '@' : ''}${shown(name)}`;

/** The number of a unix socket, of its peer, and its name, as crit writes them. @param {any} file @param {Map<number, any>} byId */
function unixText({ id }, byId) {
  const socket = byId.get(id);
  if (!socket) return `UNIXSK.${id}`;
  const name = socket.name === null ? '' : unixName(socket);
  return `unix[${socket.inode} (${socket.peer?.inode ?? 0}) ${name}]`;
}

/** @param {any} socket @returns {{type: string, protocol?: string, data: any, text: string}} */
function socketParts(socket) {
  const { family, protocol, state, local, remote, sendBuffer, receiveBuffer } = socket;
  const buffers = `↑ ${bufferSize(sendBuffer)} ↓ ${bufferSize(receiveBuffer)}`;
  const sizes = { send_buf: bufferSize(sendBuffer), recv_buf: bufferSize(receiveBuffer) };
  if (family === 'unix') {
    const address = unixName(socket);
    return {
      type: `UNIX (${socket.type.toUpperCase()})`,
      protocol: socket.type.toUpperCase(),
      data: { type: 'UNIX', address },
      text: address,
    };
  }
  const name = (protocol ?? '').toUpperCase();
  if (!local) {
    const type = `${family.toUpperCase()} (${protocol})`;
    return { type, protocol: name, data: { type: family.toUpperCase(), ...sizes }, text: buffers };
  }
  const kernel = /^(TCP|UDP)/.test(name) ? (TCP[state] ?? state) : undefined;
  const end = (/** @type {any} */ { address, port }) =>
    family === 'inet6' ? `[${address}]:${port}` : `${address}:${port}`;
  return {
    type: kernel ? `${name} (${kernel})` : name,
    protocol: name,
    data: {
      type: name,
      state: kernel,
      src: local.address,
      src_port: local.port || undefined,
      dst: remote.address,
      dst_port: remote.port || undefined,
      ...sizes,
    },
    text: `${end(local)} -> ${end(remote)} (${buffers})`,
  };
}

/** Values by the pid that they are of. @param {any[]} values @returns {Map<number, any[]>} */
function byPid(values) {
  const map = new Map();
  for (const value of values) {
    const list = map.get(value.pid) ?? [];
    list.push(value);
    map.set(value.pid, list);
  }
  return map;
}

/** Descriptors by number, then the directories. @param {any[]} files */
const inOrder = (files) => [
  ...files.filter(({ use }) => use === 'fd'),
  ...files.filter(({ use }) => use === 'cwd'),
  ...files.filter(({ use }) => use === 'root'),
];

/** The name of a variable, and its value; the whole is the name where there is no "=". @param {any} text */
function variable(text) {
  const written = shown(text);
  const at = written.indexOf('=');
  return at < 0 ? [written, ''] : [written.slice(0, at), written.slice(at + 1)];
}

/** @param {any} process */
const environment = ({ environ }) => (environ ?? []).filter((/** @type {any} */ one) => one !== '');

/**
 * Calls `make` for every process with what it made of its children, which come before it.
 * @template T @param {any[]} processes parents before their children @param {(process: any, children: T[]) => T} make
 * @returns {T[]} of those without a parent among them
 */
function fold(processes, make) {
  const known = new Set(processes.map(({ pid }) => pid));
  /** @type {Map<number, {pid: number, made: T}[]>} */
  const children = new Map();
  const roots = [];
  for (const process of processes.toReversed()) {
    const below = (children.get(process.pid) ?? []).sort((a, b) => a.pid - b.pid);
    const made = make(
      process,
      below.map((child) => child.made),
    );
    if (known.has(process.ppid) && process.ppid !== process.pid) {
      const list = children.get(process.ppid) ?? [];
      list.push({ pid: process.pid, made });
      children.set(process.ppid, list);
    } else {
      roots.unshift(made);
    }
  }
  return roots;
}

/** @param {Inside} inside @param {ProcessParts} parts @returns {Node} */
export function processNodes({ processes, files, sockets }, parts) {
  const filesOf = byPid(files);
  const socketsOf = byPid(sockets);
  const byId = new Map(sockets.map((socket) => [socket.id, socket]));
  const roots = fold(processes, (process, children) => {
    const { pid, state, comm } = process;
    const note = state === 'alive' ? '' : ` (${STATES[state]})`;
    const name = parts.cmd ? commandLine(process) : shown(comm);
    const below = [];
    if (parts.env && environment(process).length > 0)
      below.push(
        node(
          'Environment variables',
          environment(process).map((/** @type {any} */ one) => node(shown(one))),
        ),
      );
    const own = inOrder(filesOf.get(pid) ?? []);
    if (parts.files && own.length > 0)
      below.push(
        node(
          'Open files',
          own.map((file) => {
            const path = file.type === 'UNIXSK' ? unixText(file, byId) : filePath(file);
            return node(`[${file.use === 'fd' ? `${file.type} ${file.fd}` : file.use}]  ${path}`);
          }),
        ),
      );
    const ends = socketsOf.get(pid) ?? [];
    if (parts.sockets && ends.length > 0)
      below.push(
        node(
          'Open sockets',
          ends.map((socket) => {
            const { type, text } = socketParts(socket);
            return node(`[${type}]  ${text}`);
          }),
        ),
      );
    return node(`[${pid}${note}]  ${name}`, [...below, ...children]);
  });
  return node('Process tree', roots);
}

/** @param {Inside} inside @param {ProcessParts} parts members of the reference tool's JSON */
export function processJson({ processes, files, sockets }, parts) {
  const filesOf = byPid(files);
  const socketsOf = byPid(sockets);
  const byId = new Map(sockets.map((socket) => [socket.id, socket]));
  const trees = fold(processes, (process, children) => ({
    pid: process.pid,
    command: shown(process.comm),
    cmdline: parts.cmd && process.cmdline ? commandLine(process) : undefined,
    task_state: STATES[process.state],
    environment_variables:
      parts.env && environment(process).length > 0
        ? new Map(environment(process).map(variable))
        : undefined,
    children: children.length > 0 ? children : undefined,
  }));
  return {
    process_tree: parts.tree ? trees[0] : undefined,
    file_descriptors: parts.files
      ? processes.map(({ pid }) => ({
          pid,
          open_files: inOrder(filesOf.get(pid) ?? []).map((file) => ({
            type: file.use === 'fd' ? file.type : '',
            fd: file.use === 'fd' ? `${file.type} ${file.fd}` : file.use,
            path: file.type === 'UNIXSK' ? unixText(file, byId) : filePath(file),
          })),
        }))
      : undefined,
    sockets:
      parts.sockets && sockets.length > 0
        ? processes
            .filter(({ pid }) => socketsOf.has(pid))
            .map(({ pid }) => ({
              pid,
              open_sockets: socketsOf.get(pid)?.map((socket) => {
                const { protocol, data } = socketParts(socket);
                return { protocol, data };
              }),
            }))
        : undefined,
  };
}
