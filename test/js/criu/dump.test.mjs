// SPDX-License-Identifier: Apache-2.0
// What is told of dumps, against what /proc said of the processes when they were frozen (truth.json).
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import test from 'node:test';
import { openCheckpoint } from '../../../wasm/api/node.js';
import { toJson } from '../../../wasm/border/value.js';
import { tar } from '../lib/tar.mjs';

const dumps = new URL('../../data/dumps/', import.meta.url).pathname;
const archiveOf = (/** @type {string} */ name) => join(dumps, name, `${name}.tar.zst`);

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
  return all;
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
  if (key.endsWith(' type')) assert.ok(expected.includes(found), `${key}: ${found}`);
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

for (const name of readdirSync(dumps).filter((one) => one !== 'chain-plain'))
  test(`${name}: as /proc had it`, async () => {
    const checkpoint = await openCheckpoint(archiveOf(name));
    const dump = await checkpoint.dump();
    const truth = JSON.parse(readFileSync(join(dumps, name, 'truth.json'), 'utf8'));
    const found = told(dump);
    for (const [key, expected] of Object.entries(truth)) compare(key, expected, found[key]);
    if (name === 'lazy') assert.match(dump.gaps[0].message, /lazy/);
    else assert.deepEqual(dump.gaps, []);
    dump.close();
    await checkpoint.close();
  });

test('incremental dumps: what is in those before', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'ckpt-chain-'));
  const all = await openCheckpoint(join(dumps, 'chain-plain', 'chain-dirs.tar.zst'));
  for await (const { member, bytes } of all.readAll(({ name }) =>
    /\/[123]\/[^/]+$/.test(`/${name}`),
  )) {
    mkdirSync(dirname(join(folder, member.name)), { recursive: true });
    writeFileSync(join(folder, member.name), bytes);
  }
  const top = [...all.members].find(({ name }) => /(^|\/)3\/pstree\.img$/.test(name))?.name ?? '';
  const place = (/** @type {number} */ n) =>
    join(folder, top.replace(/3\/pstree\.img$/, String(n)));
  const [first, second, last] = await Promise.all([1, 2, 3].map((n) => openCheckpoint(place(n))));
  const truth = JSON.parse(readFileSync(join(dumps, 'chain-plain', 'truth.json'), 'utf8'));
  const keys = Object.keys(truth).filter((key) => /(cmdline|environ)$/.test(key));
  assert.ok(keys.length >= 4);

  const whole = await last.dump({ previous: [second, first] });
  const found = told(whole);
  for (const key of keys) compare(key, truth[key], found[key]);
  assert.deepEqual(whole.gaps, []);
  whole.close();

  const alone = await last.dump();
  assert.deepEqual(
    alone.processes.map(({ cmdline }) => cmdline),
    alone.processes.map(() => null),
  );
  assert.match(alone.gaps[0].message, /in the dump before this one, which was not given$/);
  alone.close();
  for (const one of [all, first, second, last]) await one.close();
  rmSync(folder, { recursive: true });
});

// ---- the published contract -----------------------------------------------------------------------

/** @param {any} schema @param {any} value @param {any} root @param {string} path */
function check(schema, value, root, path) {
  if (schema.$ref) {
    check(root.$defs[schema.$ref.split('/').at(-1)], value, root, path);
    return;
  }
  if (schema.anyOf) {
    const errors = schema.anyOf.map((/** @type {any} */ one) => {
      try {
        check(one, value, root, path);
        return null;
      } catch (error) {
        return error;
      }
    });
    if (errors.every(Boolean)) throw errors[0];
    return;
  }
  const type =
    value === null
      ? 'null'
      : Array.isArray(value)
        ? 'array'
        : Number.isInteger(value)
          ? 'integer'
          : typeof value;
  assert.ok([schema.type].flat().includes(type), `${path}: ${type}, not ${schema.type}`);
  if (type === 'array')
    for (const [i, item] of value.entries()) check(schema.items, item, root, `${path}/${i}`);
  if (type !== 'object') return;
  for (const name of schema.required ?? []) assert.ok(name in value, `${path}/${name} is missing`);
  for (const [name, item] of Object.entries(value)) {
    assert.ok(schema.properties[name], `${path}/${name} is not in the schema`);
    check(schema.properties[name], item, root, `${path}/${name}`);
  }
}

/** @param {string} command */
const schemaOf = (command) =>
  JSON.parse(
    readFileSync(new URL(`../../../dist/schema/${command}.schema.json`, import.meta.url), 'utf8'),
  );
const SCHEMAS = ['ps', 'files', 'sockets', 'mounts', 'ns'].map(schemaOf);

/** All views of a dump, held to their schemas. @param {import('../../../wasm/api/dump.js').Dump} dump */
function checked(dump) {
  const { processes, gaps } = dump;
  const views = [
    { processes, gaps },
    { files: dump.files(), gaps },
    { sockets: dump.sockets(), gaps },
    { mounts: dump.mounts(), gaps },
    { namespaces: dump.namespaces(), gaps },
  ].map((view) => JSON.parse(toJson(view)));
  for (const [i, view] of views.entries()) check(SCHEMAS[i], view, SCHEMAS[i], '');
  return views;
}

for (const name of readdirSync(dumps))
  test(`${name}: the views are as their schemas say`, async () => {
    const checkpoint = await openCheckpoint(archiveOf(name));
    const dump = await checkpoint.dump();
    checked(dump);
    dump.close();
    await checkpoint.close();
  });

// ---- damage ---------------------------------------------------------------------------------------

/** A generator of numbers below a limit, the same ones every time. @param {number} seed */
function numbers(seed) {
  let state = seed;
  return (/** @type {number} */ limit) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * limit);
  };
}

/**
 * Damages one image as a mind that knows their structure would: sizes, tags, numbers, whole entries.
 * @param {Uint8Array} bytes @param {(limit: number) => number} random @returns {Uint8Array}
 */
function damaged(bytes, random) {
  const copy = Buffer.from(bytes);
  const at = 8 + random(Math.max(1, copy.length - 8));
  switch (random(7)) {
    case 0:
      return copy.subarray(0, random(copy.length + 1));
    case 1: // a size, or a number of several bytes
      if (at + 4 <= copy.length) copy.writeUInt32LE([0, 1, 0x7fffffff, 0xffffffff][random(4)], at);
      return copy;
    case 2: // the size of the first entry
      if (copy.length >= 12) copy.writeUInt32LE(random(2 ** 31), 8);
      return copy;
    case 3: // an entry twice, or part of one
      return Buffer.concat([copy, copy.subarray(8)]);
    case 4:
      return Buffer.concat([copy.subarray(0, at), copy.subarray(at + 1 + random(16))]);
    case 5:
      if (at < copy.length) copy[at] ^= 1 << random(8);
      return copy;
    default: // a varint that does not end
      return Buffer.concat([copy.subarray(0, at), Buffer.alloc(11, 0xff), copy.subarray(at)]);
  }
}

for (const name of ['bare-sockets', 'bare-anonfds', 'podman-tty'])
  test(`${name}: damaged images cost only what depends on them`, async () => {
    const original = await openCheckpoint(archiveOf(name));
    /** @type {Map<string, Uint8Array>} */
    const images = new Map();
    for await (const { member, bytes } of original.readAll('checkpoint/*'))
      images.set(member.name, bytes);
    await original.close();
    const names = [...images.keys()].filter((one) => !one.includes('pages-'));
    const random = numbers(name.length);
    for (let round = 0; round < 100; round++) {
      const copy = new Map(images);
      const victims = new Set();
      for (let i = 0; i <= random(2); i++) victims.add(names[random(names.length)]);
      for (const victim of victims) {
        if (random(8) === 0) copy.delete(victim);
        else copy.set(victim, damaged(/** @type {Uint8Array} */ (images.get(victim)), random));
      }
      const checkpoint = await openCheckpoint(tar(...copy));
      const dump = await checkpoint.dump();
      checked(dump);
      dump.close();
      await checkpoint.close();
    }
  });

test('images that are missing are named; the rest is told', async () => {
  const original = await openCheckpoint(archiveOf('bare-stopped'));
  /** @type {Map<string, Uint8Array>} */
  const images = new Map();
  for await (const { member, bytes } of original.readAll('checkpoint/*'))
    images.set(member.name, bytes);
  const whole = await original.dump();
  const { pid } = whole.processes[1];
  images.delete(`checkpoint/core-${pid}.img`);
  images.delete(`checkpoint/files.img`);
  const checkpoint = await openCheckpoint(tar(...images));
  const dump = await checkpoint.dump();
  const [first, second] = dump.processes;
  assert.deepEqual(first.cmdline, whole.processes[0].cmdline);
  assert.equal(first.state, whole.processes[0].state);
  assert.deepEqual([second.state, second.comm, second.cwd], ['unknown', null, null]);
  assert.deepEqual(
    dump.files().map(({ path }) => path),
    dump.files().map(() => null),
  );
  const messages = dump.gaps.map(({ member, message }) => `${member}: ${message}`);
  assert.ok(
    messages.includes(`checkpoint/core-${pid}.img: the image is missing`),
    messages.join('\n'),
  );
  assert.ok(messages.includes('checkpoint/files.img: the file of a descriptor is not there'));
  for (const one of [whole, dump]) one.close();
  for (const one of [original, checkpoint]) await one.close();
});
