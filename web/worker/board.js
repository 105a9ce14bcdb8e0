// SPDX-License-Identifier: Apache-2.0
// Who is inside, at a glance: the first processes, what they hold open, whom they talk to, where their memory is.
import { M } from '../text/dump.js';
import { commandLine } from './dump.js';
import { onceEach, wordsOf } from './grids.js';
import { talksOf } from './talks.js';

/** @typedef {import('../types.d.ts').Board} Board */

/** Of each, what a first look takes in. */
const PROCESSES = 10;
const TALKS = 6;
const KINDS = 6;
/** Characters of a command line. */
const LINE = 200;

/** @param {any[]} rows @param {(row: any) => string} keyOf @returns {[string, number][]} the most frequent first */
function counted(rows, keyOf) {
  /** @type {Map<string, number>} */
  const counts = new Map();
  for (const row of rows) counts.set(keyOf(row), (counts.get(keyOf(row)) ?? 0) + 1);
  return [...counts].sort((a, b) => b[1] - a[1]).slice(0, KINDS);
}

/**
 * @param {{ckpt: any, dump: any}} context
 * @param {(view: string) => any[]} rowsOf the rows of a table
 * @returns {Board}
 */
export function boardOf({ ckpt, dump }, rowsOf) {
  const words = (/** @type {bigint} */ bytes) => ckpt.byteToString(bytes);
  const processes = rowsOf('processes');
  const files = rowsOf('openfiles').filter(({ fd }) => fd !== null);
  const maps = rowsOf('memory');
  const talks = talksOf(dump);
  /** @type {Map<string, bigint>} */
  const kinds = new Map();
  let stored = 0n;
  let mapped = 0n;
  for (const map of maps) {
    mapped += map.size;
    stored += map.stored;
    kinds.set(map.kind, (kinds.get(map.kind) ?? 0n) + map.stored);
  }
  const rwx = maps.flatMap(({ perms }, row) => (/wx/.test(perms) ? [row] : []));
  const deleted = files.flatMap(({ path, deleted: gone }) => (path !== null && gone ? [path] : []));
  return {
    processes: {
      total: processes.length,
      rows: processes.slice(0, PROCESSES).map((process, row) => ({
        row,
        pid: process.pid,
        depth: process.depth,
        name: wordsOf(process.comm),
        line: process.state === 'dead' ? '' : (commandLine(process.cmdline) ?? '').slice(0, LINE),
        stored: process.stored === undefined ? '' : words(process.stored),
        state: process.state,
      })),
    },
    files: {
      total: files.length,
      kinds: counted(files, ({ type }) => type),
      deleted: new Set(deleted.map((path) => JSON.stringify(path))).size,
    },
    sockets: { total: onceEach(rowsOf('sockets')).length, talks: talks.slice(0, TALKS) },
    memory: {
      mapped: words(mapped),
      stored: words(stored),
      kinds: [...kinds]
        .filter(([, bytes]) => bytes > 0n)
        .sort((a, b) => (b[1] > a[1] ? 1 : -1))
        .map(([kind, bytes]) => ({
          kind,
          label: M.kinds[kind] ?? kind,
          share: Number((bytes * 1000n) / stored) / 1000,
          text: words(bytes),
        })),
      rwx: rwx.length,
      first: rwx[0] ?? -1,
    },
  };
}
