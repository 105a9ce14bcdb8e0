// SPDX-License-Identifier: Apache-2.0
// Two checkpoints in the shape of the reference tool: its JSON and its boxes. Times and sizes are those of
// the checkpoints; entries are in the order of pids; no text is cut.
import { processJson } from './inspect-processes.js';
import { node, drawTree } from './tree.js';
import { displayWidth, escapeForTerminal } from '../report/escape.js';

/**
 * @typedef {import('../api/diff.js').Diff} Diff
 * @typedef {{cmd: boolean, files: boolean, sockets: boolean, unchanged: boolean}} Parts
 * @typedef {{added?: any[], removed?: any[], modified?: any[], unchanged?: any[]}} Changes
 */

const MIB = 2 ** 20;

/** Of the list, or nothing. @param {any[]} list */
const some = (list) => (list.length > 0 ? list : undefined);

/** @param {any[]} a @param {any[]} b @param {(entry: any) => string} keyOf @param {(a: any, b: any) => boolean} [modified] */
function changesOf(a, b, keyOf, modified = () => false) {
  const before = new Map(a.map((entry) => [keyOf(entry), entry]));
  const after = new Map(b.map((entry) => [keyOf(entry), entry]));
  const both = [...after].filter(([key]) => before.has(key));
  const differs = (/** @type {[string, any]} */ [key, entry]) => modified(before.get(key), entry);
  const entries = (/** @type {[string, any][]} */ list) => some(list.map(([, entry]) => entry));
  return {
    added: entries([...after].filter(([key]) => !before.has(key))),
    removed: entries([...before].filter(([key]) => !after.has(key))),
    modified: entries(both.filter(differs)),
    unchanged: entries(both.filter((entry) => !differs(entry))),
  };
}

/** The processes of a tree, parents first. @param {any} root */
function flat(root) {
  const out = [];
  const stack = root ? [root] : [];
  for (let top; (top = stack.pop());) {
    out.push(top);
    stack.push(...(top.children ?? []).toReversed());
  }
  return out.sort((a, b) => a.pid - b.pid);
}

/** @param {any} lists of a checkpoint @param {Parts} parts */
const inspected = (lists, { cmd, files, sockets }) =>
  processJson(lists, { tree: true, cmd, env: false, files, sockets });

/** @param {any} entry of file_descriptors */
const openFiles = ({ pid, open_files: files }) =>
  files.map((/** @type {any} */ { path, type, fd }) => ({ path, type, pid, fd }));

/** @param {any} entry of sockets */
const openSockets = ({ pid, open_sockets: sockets }) =>
  sockets.map((/** @type {any} */ { protocol, data }) => ({
    ...{ pid, protocol, type: data.type, address: data.address, state: data.state },
    ...{ source: data.src, src_port: data.src_port, dest: data.dst, dst_port: data.dst_port },
  }));

/** @param {any} side of a diff */
const info = ({ checkpointed, created, sizes }) => ({
  created: checkpointed ?? created ?? '',
  total_size: sizes.checkpoint,
});

/** @param {number} bytes */
const megabytes = (bytes) => (bytes / MIB).toFixed(2);

/** @param {any} result */
function summaryOf({
  container_name: name,
  process_changes,
  file_changes,
  socket_changes,
  memory_changes,
}) {
  const count = (/** @type {any[] | undefined} */ list) => list?.length ?? 0;
  const lines = [`Checkpoint comparison for container ${name}`];
  if (process_changes) {
    const { added, removed, modified } = process_changes;
    if (count(added) + count(removed) + count(modified) > 0)
      lines.push(`Processes: +${count(added)} -${count(removed)} ~${count(modified)}`);
  }
  for (const [label, changes] of [
    ['Files', file_changes],
    ['Sockets', socket_changes],
  ])
    if (changes && count(changes.added) + count(changes.removed) > 0)
      lines.push(`${label}: +${count(changes.added)} -${count(changes.removed)}`);
  const { size_change_bytes: bytes } = memory_changes;
  if (bytes !== 0) lines.push(`Memory: ${bytes > 0 ? '+' : ''}${megabytes(bytes)} MB`);
  return lines.join('\n');
}

/**
 * What the reference tool's JSON has.
 * @param {Diff} diff with its lists @param {Parts} parts
 * @returns {{json: any, tree: any}} tree: of the second checkpoint
 */
export function referenceDiff(diff, parts) {
  const { a, b } = diff;
  const [before, after] = [inspected(diff.lists?.a, parts), inspected(diff.lists?.b, parts)];
  const brief = (/** @type {any} */ { pid, command, cmdline }) => ({
    ...{ pid, command, cmdline: cmdline || undefined },
  });
  const bytes = b.sizes.pages - a.sizes.pages;
  const json = {
    container_id: a.container.id,
    container_name: a.container.name,
    image: a.container.image,
    checkpoint_a: info(a),
    checkpoint_b: info(b),
    process_changes: changesOf(
      flat(before.process_tree).map(brief),
      flat(after.process_tree).map(brief),
      ({ pid }) => String(pid),
      (x, y) => parts.cmd && x.cmdline !== y.cmdline,
    ),
    file_changes: parts.files
      ? changesOf(
          (before.file_descriptors ?? []).flatMap(openFiles),
          (after.file_descriptors ?? []).flatMap(openFiles),
          ({ pid, fd, path }) => JSON.stringify([pid, fd, path]),
        )
      : undefined,
    memory_changes: { size_change_bytes: bytes, size_change_mb: bytes / MIB },
    socket_changes: parts.sockets
      ? changesOf(
          (before.sockets ?? []).flatMap(openSockets),
          (after.sockets ?? []).flatMap(openSockets),
          ({ pid, protocol, type, address, src_port, dest, dst_port }) =>
            JSON.stringify([pid, protocol, type, address, src_port, dest, dst_port]),
        )
      : undefined,
    summary: '',
  };
  json.summary = summaryOf(json);
  return { json, tree: after.process_tree };
}

const WIDE = 64;
const rule = (/** @type {string} */ title, width = 62) =>
  `┌─ ${title} ${'─'.repeat(Math.max(0, width - title.length - 3))}┐`;
const floor = (width = 62) => `└${'─'.repeat(width)}┘`;

/** A frame open to the right. @param {string} title @param {string[]} lines @param {number} [width] */
export const box = (title, lines, width) =>
  `${[rule(title, width), ...lines.map((line) => `│ ${line}`.trimEnd()), floor(width)].join('\n')}\n`;

/** @param {any} json */
export function heading({
  container_name: name,
  image,
  container_id: id,
  checkpoint_a,
  checkpoint_b,
}) {
  const rows = [
    'Checkpoint Diff',
    null,
    `Container: ${escapeForTerminal(name)}`,
    `Image:     ${escapeForTerminal(image)}`,
    `ID:        ${escapeForTerminal(id)}`,
  ];
  const width = Math.max(WIDE, ...rows.map((row) => displayWidth(row ?? '') + 2));
  const line = '═'.repeat(width);
  const framed = rows.map((row) =>
    row === null ? `╠${line}╣` : `║ ${row}${' '.repeat(width - 2 - displayWidth(row))} ║`,
  );
  const side = (/** @type {string} */ letter, /** @type {any} */ { created, total_size: size }) =>
    `Checkpoint ${letter}:\n  Created: ${escapeForTerminal(created)}\n  Size:    ${size} bytes\n\n`;
  return `╔${line}╗\n${framed.join('\n')}\n╚${line}╝\n\n${side('A', checkpoint_a)}${side('B', checkpoint_b)}`;
}

/** @param {any} json */
export function memoryLine({ memory_changes: { size_change_bytes: bytes } }) {
  if (bytes === 0) return '= No change';
  return bytes > 0
    ? `↑ Increased by ${megabytes(bytes)} MB`
    : `↓ Decreased by ${megabytes(-bytes)} MB`;
}

const pidText = (/** @type {number} */ pid) => `PID ${String(pid).padEnd(5)}`;

/** @param {any} json @param {any} tree @param {Parts} parts */
function processLines({ process_changes: changes }, tree, { cmd, unchanged }) {
  const { added = [], removed = [], modified = [] } = changes;
  const removedLines = removed.map(
    (/** @type {any} */ { pid, command }) => `  - ${pidText(pid)} ${escapeForTerminal(command)}`,
  );
  if (unchanged && tree) {
    const marks = new Map();
    for (const [mark, list] of [
      ['+', added],
      ['~', modified],
      ['=', changes.unchanged ?? []],
    ])
      for (const { pid } of list) marks.set(pid, mark);
    const root = node('Process tree');
    /** @type {{process: any, parent: import('./tree.js').Node}[]} */
    const open = [{ process: tree, parent: root }];
    for (let next; (next = open.shift());) {
      const { process, parent } = next;
      const name = process.cmdline || process.command;
      const branch = node(`[${marks.get(process.pid) ?? ' '} PID ${process.pid}]  ${name}`);
      parent.children.push(branch);
      for (const child of process.children ?? []) open.push({ process: child, parent: branch });
    }
    const lines = drawTree(root).trimEnd().split('\n');
    return removedLines.length > 0 ? [...lines, 'Removed:', ...removedLines] : lines;
  }
  if (added.length + removed.length + modified.length === 0) return ['= No change'];
  const lines = [];
  if (added.length > 0) lines.push('Added:');
  for (const { pid, command, cmdline } of added) {
    lines.push(`  + ${pidText(pid)} ${escapeForTerminal(command)}`);
    if (cmd && cmdline) lines.push(`            ${escapeForTerminal(cmdline)}`);
  }
  if (removed.length > 0) lines.push('Removed:', ...removedLines);
  if (modified.length > 0) lines.push('Modified:');
  for (const { pid, command } of modified)
    lines.push(`  ~ ${pidText(pid)} ${escapeForTerminal(command)}`);
  return lines;
}

/** @param {any} changes @param {boolean} unchanged */
function fileLines(changes, unchanged) {
  const lines = [];
  for (const [title, mark, list] of [
    ['Added:', '+', changes.added],
    ['Removed:', '-', changes.removed],
    ...(unchanged ? [['Unchanged:', '=', changes.unchanged]] : []),
  ]) {
    if (!list) continue;
    lines.push(title);
    for (const { pid, type, path } of list)
      lines.push(`  ${mark} ${pidText(pid)} ${type.padEnd(8)} ${escapeForTerminal(path)}`);
  }
  return lines;
}

/** @param {any} changes @param {boolean} unchanged */
function socketLines(changes, unchanged) {
  const row = (/** @type {string[]} */ [mark, pid, protocol, state, local, peer]) =>
    ` ${mark}  ${pid.padEnd(5)} ${protocol.padEnd(5)} ${state.padEnd(12)} ${local.padEnd(21)} ${peer}`;
  const lines = [];
  for (const [mark, list] of [
    ['+', changes.added],
    ['-', changes.removed],
    ...(unchanged ? [['=', changes.unchanged]] : []),
  ])
    for (const socket of list ?? []) {
      const { pid, protocol, type, address, state, source, src_port, dest, dst_port } = socket;
      const ends =
        type === 'TCP' || type === 'UDP'
          ? [state || '-', `${source}:${src_port ?? 0}`, dst_port ? `${dest}:${dst_port}` : '-']
          : ['-', escapeForTerminal(address || '@'), '-'];
      lines.push(row([mark, String(pid), protocol ?? '', ...ends]));
    }
  if (lines.length > 0) lines.unshift(row([' ', 'PID', 'PROTO', 'STATE', 'LOCAL', 'PEER']));
  return lines;
}

/** As the reference tool shows it. @param {any} json @param {any} tree @param {Parts} parts */
export function referenceText(json, tree, parts) {
  const { file_changes, socket_changes, summary } = json;
  return [
    heading(json),
    box('Memory Changes', [memoryLine(json)]),
    box('Process Tree', processLines(json, tree, parts)),
    file_changes ? box('File Descriptor Changes', fileLines(file_changes, parts.unchanged)) : '',
    socket_changes ? box('Socket Changes', socketLines(socket_changes, parts.unchanged), 71) : '',
    `Summary:\n${summary.split('\n').map(escapeForTerminal).join('\n')}\n`,
  ].join('');
}
