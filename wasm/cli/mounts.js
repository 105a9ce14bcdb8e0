// SPDX-License-Identifier: Apache-2.0
// ckpt mounts
import { DUMP_OPTIONS, runView } from './dump-command.js';
import { shown, treeRows } from './rows.js';

/** @param {any} mount */
const mountKey = ({ namespace, id }) => `${namespace} ${id}`;
/** @param {any} mount */
const parentKey = ({ namespace, parent }) => `${namespace} ${parent}`;

/** What is mounted: the source, or the key under which it is given at restore. @param {any} mount */
function sourceText({ source, root, external, content }) {
  if (external !== null) return `external ${shown(external)}`;
  const part = root === '/' ? '' : `[${shown(root)}]`;
  return `${shown(source)}${part}${content === null ? '' : ` in ${shown(content)}`}`;
}

/** @type {import('./rows.js').Column[]} */
const COLUMNS = [
  { title: 'ID', text: ({ id }) => String(id), align: 'right' },
  { title: 'MOUNTED ON', text: ({ tree, path }) => `${tree}${shown(path)}`, wide: true },
  { title: 'TYPE', text: ({ type }) => shown(type) },
  { title: 'SOURCE', text: sourceText, wide: true },
  { title: 'FLAGS', text: ({ flags }) => flags.join(','), wide: true },
];

/** @type {import('./options.js').Command} */
export const mounts = {
  name: 'mounts',
  summary: 'list the mounts of the processes in checkpoints, as a tree',
  operands: 'FILE...',
  count: [1, Infinity],
  details: [
    'Lists the mounts of every mount namespace in a checkpoint. An external mount is not in the checkpoint: the engine gives it again at restore, under the key that is shown. The files of a tmpfs are in an image of the checkpoint, a tar compressed by gzip: ckpt ls FILE IMAGE lists them.',
  ],
  options: DUMP_OPTIONS,
  examples: ['ckpt mounts checkpoint.tar', 'ckpt mounts --json --pid 7 checkpoint.tar'],

  run: (context) =>
    runView(context, {
      name: 'mounts',
      rows: (dump, pid) => dump.mounts(pid),
      arrange: (rows) => treeRows(rows, mountKey, parentKey),
      columns: (rows) =>
        new Set(rows.map(({ namespace }) => namespace)).size > 1
          ? [
              { title: 'NS', text: ({ namespace }) => String(namespace), align: 'right' },
              ...COLUMNS,
            ]
          : COLUMNS,
    }),
};
