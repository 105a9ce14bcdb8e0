// SPDX-License-Identifier: Apache-2.0
// What "ckpt inspect" prints as a table or as CSV: the chief facts of each container, in a row.
import { shown } from './rows.js';

/** Options that add lists, which have no place in a row, and what prints them as rows. @type {Record<string, string>} */
const LISTS = {
  mounts: 'ckpt mounts',
  'files-in-archive': 'ckpt ls',
  'ps-tree': 'ckpt ps',
  'ps-tree-cmd': 'ckpt ps',
  'ps-tree-env': 'ckpt ps --env',
  files: 'ckpt files',
  sockets: 'ckpt sockets',
};

/**
 * Why these options do not go with rows, if they do not.
 * @param {string} format @param {Set<string>} switches @param {number} pid 0: none was given
 * @returns {string | undefined}
 */
export function noRows(format, switches, pid) {
  const list = Object.keys(LISTS).find((name) => switches.has(name));
  const given = list
    ? `--${list}`
    : switches.has('all')
      ? '--all'
      : pid !== 0
        ? '--pid'
        : undefined;
  if (given === undefined) return undefined;
  const other = list ? `use "${LISTS[list]}", or ` : '';
  return `--format ${format} has a row for each container, and no place for ${given}: ${other}use --format tree, json or jsonl`;
}

/**
 * @param {string} path @param {any} summary @param {{stats: boolean}} parts
 * @returns {Record<string, any>} a row
 */
export const inspectRow = (path, { container, engine, sizes, statistics }, { stats }) => ({
  ...{ path, container: container.name ?? null, pod: container.pod ?? null },
  ...{ namespace: container.namespace ?? null, id: container.id ?? null },
  ...{ image: container.image ?? null, runtime: container.runtime ?? null, engine: engine.name },
  ...{ created: container.created ?? null, checkpointed: container.checkpointed ?? null },
  ...{ ip: container.ip ?? null, checkpointSize: sizes.checkpoint, memorySize: sizes.pages },
  ...{ gpuMemorySize: sizes.gpuPages, rootfsDiffSize: sizes.rootfsDiff },
  ...{ volumesSize: sizes.volumes, archiveSize: sizes.archive },
  ...(stats && statistics),
});

/** @param {(bytes: number) => string} bytes a size for people @returns {import('./rows.js').Column[]} */
export const inspectColumns = (bytes) => [
  ...['container', 'pod', 'namespace', 'image', 'engine', 'runtime', 'checkpointed', 'ip'].map(
    (name) => ({
      title: name.toUpperCase(),
      text: (/** @type {any} */ row) => shown(row[name]),
      wide: name === 'image',
    }),
  ),
  .../** @type {const} */ ([
    ['CHKPT SIZE', 'checkpointSize'],
    ['MEMORY', 'memorySize'],
    ['ROOT FS DIFF', 'rootfsDiffSize'],
  ]).map(([title, name]) => ({
    title,
    text: (/** @type {any} */ row) => bytes(row[name]),
    align: /** @type {const} */ ('right'),
  })),
  { title: 'FILE', text: ({ path }) => shown(path), wide: true },
];
