// SPDX-License-Identifier: Apache-2.0
// What is told of dumps, against what /proc said of the processes when they were frozen (truth.json): processes, open
// files, sockets and mappings. Their bytes are in memory-truth.test.mjs.
import assert from 'node:assert/strict';
import test from 'node:test';
import { openCheckpoint } from '../../../wasm/api/node.js';
import { DUMPS, archiveOf, fileOf, truthOf } from '../lib/dumps.mjs';
import { chainOf } from '../lib/memory-truth.mjs';

/** @param {any[] | null} list */
const trimmed = (list) =>
  list && list.slice(0, list.findLastIndex((/** @type {any} */ text) => text !== '') + 1);

/** @param {any} end */
const endOf = ({ address, port }) => [address, port];

/** What a dump says, under the keys of truth.json. @param {import('../../../wasm/api/dump.js').Dump} dump */
function told(dump) {
  /** @type {Record<string, unknown>} */
  const all = { pids: dump.processes.map(({ pid }) => String(pid)).sort() };
  for (const process of dump.processes) {
    const { pid, ppid, pgid, sid, comm, state, cmdline, environ = null } = process;
    const key = `pid ${pid} `;
    all[`${key}comm`] = comm;
    all[`${key}state`] = state;
    all[`${key}ppid pgid sid`] = [ppid, pgid, sid];
    all[`${key}cmdline`] = trimmed(cmdline);
    all[`${key}environ`] = trimmed(environ);
    for (const name of /** @type {const} */ (['exe', 'cwd', 'root', 'uid', 'gid']))
      all[key + name] = process[name];
    all[`${key}threads`] = process.threads
      .map(({ tid, comm: own }) => [String(tid), own])
      .sort(([a], [b]) => (String(a) < String(b) ? -1 : 1));
  }
  const descriptors = dump.files().filter(({ fd }) => fd !== null);
  all.descriptors = descriptors.map(({ pid, fd }) => [pid, fd]);
  for (const { pid, fd, type, path, deleted } of descriptors)
    Object.assign(all, {
      [`pid ${pid} fd ${fd} type`]: type,
      [`pid ${pid} fd ${fd} path`]: path,
      [`pid ${pid} fd ${fd} deleted`]: deleted,
    });
  const sockets = dump.sockets().filter(({ fd }) => fd !== null);
  all.sockets = sockets.map(({ pid, fd }) => [pid, fd]);
  for (const { pid, fd, family, protocol, local, remote, state } of sockets) {
    all[`pid ${pid} fd ${fd} family`] = family;
    if (local && remote)
      all[`pid ${pid} fd ${fd} addresses`] = [
        protocol,
        ...endOf(local),
        ...endOf(remote),
        ...(protocol === 'tcp' ? [state] : []),
      ];
  }
  for (const map of dump.memory.maps().maps)
    /** @type {any[]} */ (all[`pid ${map.pid} maps`] ??= []).push(map);
  return all;
}

/**
 * Mappings have the addresses, rights, files and offsets of the kernel's, whatever the borders between them.
 * @param {string} key @param {[start: string, end: string, perms: string | null, name?: any, offset?: number][]} kernel
 *   perms null: made by the kernel, and not compared
 * @param {any[]} own
 */
function compareMaps(key, kernel, own) {
  const areas = kernel.map(([start, end]) => [BigInt(start), BigInt(end)]);
  for (const [i, [, , perms, name, offset]] of kernel.entries()) {
    if (perms === null) continue;
    const [start, end] = areas[i];
    for (let at = start; at < end;) {
      const map = own.find((one) => one.start <= at && at < one.end && one.perms === perms);
      assert.ok(map, `${key}: nothing at 0x${at.toString(16)} is ${perms}`);
      if (name !== undefined) assert.deepEqual(map.name, name, `${key}: 0x${at.toString(16)}`);
      if (offset !== undefined)
        assert.equal(map.offset + at - map.start, BigInt(offset) + at - start, key);
      at = map.end;
    }
  }
  for (const { start, end } of own)
    for (let at = start; at < end;) {
      const area = areas.find(([from, to]) => from <= at && at < to);
      assert.ok(area, `${key}: the process had nothing at 0x${at.toString(16)}`);
      at = area[1];
    }
}

/** Lists that come in no order. @param {any} value */
const inOrder = (value) => value.map((/** @type {any} */ one) => JSON.stringify(one)).sort();

/** Addresses are written as RFC 5952 says, of which the truth knows no mixed ones. @param {any} value */
const mapped = (value) =>
  value.map((/** @type {any} */ one) =>
    typeof one === 'string'
      ? one.replace(/^::ffff:([0-9a-f]+):([0-9a-f]+)$/, (_, a, b) => {
          const words = [parseInt(a, 16), parseInt(b, 16)];
          return `::ffff:${words.flatMap((word) => [word >> 8, word & 255]).join('.')}`;
        })
      : one,
  );

/** @param {string} key @param {any} expected @param {any} found */
function compare(key, expected, found) {
  if (key.endsWith(' maps')) compareMaps(key, expected, found);
  else if (key.endsWith(' type')) assert.ok(expected.includes(found), `${key}: ${found}`);
  else if (key.endsWith(' threads'))
    assert.deepEqual(
      found,
      expected.map(([tid, comm]) => [tid, JSON.parse(comm)]),
      key,
    );
  else if (key === 'descriptors' || key === 'sockets')
    assert.deepEqual(inOrder(found), inOrder(expected), key);
  else if (key.endsWith(' addresses')) assert.deepEqual(found, mapped(expected), key);
  // Of a terminal there need not be a path; /proc writes the kind before the name of a memory file.
  else if (key.endsWith(' path') && found === null) assert.match(expected, /^\/dev\//, key);
  else assert.deepEqual(found, expected, key);
}

for (const name of DUMPS)
  test(`${name}: as /proc had it`, async () => {
    // An incremental one tells command lines only with those before it.
    const sources =
      name === 'chain-plain'
        ? await chainOf(fileOf(name, 'chain-dirs.tar.zst'))
        : [archiveOf(name)];
    const [last, ...before] = await Promise.all(sources.map((source) => openCheckpoint(source)));
    const dump = await last.dump({ previous: before });
    const found = told(dump);
    for (const [key, expected] of Object.entries(truthOf(name))) compare(key, expected, found[key]);
    if (name === 'lazy') assert.match(dump.gaps[0].message, /lazy/);
    else assert.deepEqual(dump.gaps, []);
    dump.close();
    for (const one of [last, ...before]) await one.close();
  });

test('without the dumps before an incremental one, what is in them is not known', async () => {
  const [last] = await chainOf(fileOf('chain-plain', 'chain-dirs.tar.zst'));
  const checkpoint = await openCheckpoint(last);
  const alone = await checkpoint.dump();
  assert.deepEqual(
    alone.processes.map(({ cmdline }) => cmdline),
    alone.processes.map(() => null),
  );
  assert.match(alone.gaps[0].message, /in the dump before this one, which was not given$/);
  alone.close();
  await checkpoint.close();
});
