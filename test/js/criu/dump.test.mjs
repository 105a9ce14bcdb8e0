// SPDX-License-Identifier: Apache-2.0
// The views of dumps are as their schemas say, whatever was damaged.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import test from 'node:test';
import { openCheckpoint } from '../../../wasm/api/node.js';
import { toJson } from '../../../wasm/border/value.js';
import { DUMPS as dumps, archiveOf } from '../lib/dumps.mjs';
import { tar } from '../lib/tar.mjs';

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

for (const name of dumps)
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

test('where remap-fpath.img is damaged, nobody says of a file that it was not deleted', async () => {
  const original = await openCheckpoint(archiveOf('bare-files'));
  /** @type {Map<string, Uint8Array>} */
  const images = new Map();
  for await (const { member, bytes } of original.readAll('checkpoint/*'))
    images.set(member.name, bytes.slice());
  await original.close();
  const name = 'checkpoint/remap-fpath.img';
  const whole = /** @type {Uint8Array} */ (images.get(name));
  /** @param {Uint8Array | undefined} bytes of that image */
  const told = async (bytes) => {
    const copy = new Map(images);
    if (bytes) copy.set(name, bytes);
    else copy.delete(name);
    const checkpoint = await openCheckpoint(tar(...copy));
    const dump = await checkpoint.dump();
    const { processes } = dump;
    const files = dump.files().filter(({ type }) => type === 'REG');
    const { maps } = dump.memory.maps();
    const gaps = dump.gaps.filter(({ member }) => member === name);
    dump.close();
    await checkpoint.close();
    return { processes, files, maps, gaps };
  };
  const before = await told(whole);
  assert.deepEqual(before.gaps, []);
  assert.ok(before.files.some(({ deleted }) => deleted === true));
  assert.ok(before.files.some(({ deleted }) => deleted === false));
  for (const [bytes, entry] of /** @type {const} */ ([
    [whole.subarray(0, -1), undefined], // cut within the last entry
    [whole.subarray(0, 9), 0],
    [new Uint8Array(20), null],
    [new Uint8Array(), null],
  ])) {
    const { processes, files, maps, gaps } = await told(bytes);
    const [unknown] = gaps.filter(({ field }) => field === 'orig_id');
    assert.match(unknown.message, /^which of the other files were deleted is not known$/);
    if (entry !== undefined) assert.equal(unknown.entry, entry);
    else assert.ok(unknown.entry > 0);
    assert.ok(files.every(({ deleted }) => deleted !== false));
    // What was read stays.
    const known = files.filter(({ deleted }) => deleted === true).length;
    assert.equal(known > 0, entry === undefined);
    for (const { exeDeleted, cwdDeleted } of processes)
      assert.deepEqual([exeDeleted, cwdDeleted], [null, null]);
    for (const { kind, deleted } of maps) if (kind === 'file') assert.equal(deleted, null);
  }
  // CRIU writes the image only if there is something in it.
  const none = await told(undefined);
  assert.deepEqual(none.gaps, []);
  assert.ok(none.files.every(({ deleted }) => deleted === false));
});

test('of a file that is not in the dump it is not said that it was not deleted', async () => {
  const original = await openCheckpoint(archiveOf('bare-stopped'));
  /** @type {Map<string, Uint8Array>} */
  const images = new Map();
  for await (const { member, bytes } of original.readAll('checkpoint/*'))
    images.set(member.name, bytes.slice());
  await original.close();
  images.delete('checkpoint/files.img');
  const checkpoint = await openCheckpoint(tar(...images));
  const dump = await checkpoint.dump();
  for (const { deleted } of dump.files()) assert.equal(deleted, null);
  for (const { exeDeleted } of dump.processes) assert.equal(exeDeleted, null);
  for (const { kind, deleted } of dump.memory.maps().maps)
    if (kind === 'file') assert.equal(deleted, null);
  checked(dump);
  dump.close();
  await checkpoint.close();
});
