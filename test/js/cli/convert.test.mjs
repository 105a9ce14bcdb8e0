// SPDX-License-Identifier: Apache-2.0
// ckpt convert: page maps of other versions, other ports, other compressions.
import assert from 'node:assert/strict';
import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { gunzipSync } from 'node:zlib';
import Ajv2020 from 'ajv/dist/2020.js';
import { load, openCheckpoint } from '../../../wasm/api/node.js';
import { archives, tar } from '../lib/cli-archives.mjs';
import { ckpt, data, folder } from '../lib/cli-run.mjs';

const source = join(archives, 'simple-none.tar');
const TCP = join(data, 'dumps/bare-tcp');

/** The real dump with TCP sockets. */
const tcpDump = () => join(TCP, readdirSync(TCP).find((name) => /\.tar(\.zst)?$/.test(name)) ?? '');

/** All members, by name. @param {string} path @returns {Promise<Map<string, Buffer>>} */
async function contents(path) {
  const checkpoint = await openCheckpoint(path);
  const all = new Map();
  for await (const { member, bytes } of checkpoint.readAll(() => true))
    all.set(member.name, Buffer.from(bytes));
  await checkpoint.close();
  return all;
}

test('convert --criu: to 4.1 and back gives the same bytes; the memory is the same', async () => {
  const made = folder();
  const run = (/** @type {string[]} */ ...args) => ckpt(['convert', ...args], { cwd: made });
  const there = await run('--criu', '4.1', source, 'old.tar');
  assert.deepEqual([there.code, there.stderr], [0, '']);
  assert.match(there.stdout, /^checkpoint\/pagemap-1\.img: \d+ entries changed$/m);
  const core = await load();
  const [before, after] = [await contents(source), await contents(join(made, 'old.tar'))];
  assert.deepEqual([...after.keys()], [...before.keys()]);
  for (const [name, bytes] of before) {
    const now = /** @type {Buffer} */ (after.get(name));
    if (!/pagemap/.test(name)) {
      assert.ok(now.equals(bytes), name);
      continue;
    }
    const pages = (/** @type {Uint8Array} */ map) => core.decodeImage(map).entries.slice(1);
    for (const [i, entry] of pages(now).entries()) {
      const old = pages(bytes)[i];
      assert.equal(entry.nr_pages, undefined);
      assert.equal(entry.compat_nr_pages, Number(old.nr_pages));
      assert.deepEqual([entry.vaddr, entry.flags], [old.vaddr, old.flags]);
    }
  }
  const size = async (/** @type {string} */ file) =>
    (await ckpt(['memparse', file])).stdout.split('\n').slice(3);
  assert.deepEqual(await size(join(made, 'old.tar')), await size(source));
  const ids = async (/** @type {string} */ file) =>
    (await ckpt(['validate', file])).stdout
      .match(/CKP\d+/g)
      ?.filter((id) => !['CKP514', 'CKP706', 'CKP009'].includes(id));
  assert.deepEqual(await ids(join(made, 'old.tar')), await ids(source));
  assert.equal((await run('--criu', '4.2', 'old.tar', 'new.tar')).code, 0);
  assert.ok(readFileSync(join(made, 'new.tar')).equals(readFileSync(source)));
  const same = await run('--criu', '4.2', source, 'same.tar');
  assert.equal(same.stdout, '');
  assert.ok(readFileSync(join(made, 'same.tar')).equals(readFileSync(source)));
});

test('convert --tcp-listen-remap: listening sockets alone, and back', async () => {
  const made = folder();
  const run = (/** @type {string[]} */ ...args) =>
    ckpt(['convert', '--compress', 'none', ...args], { cwd: made });
  const rows = async (/** @type {string} */ file) =>
    JSON.parse((await ckpt(['sockets', '--json', file])).stdout).sockets;
  const before = await rows(tcpDump());
  const listening = before.find((/** @type {any} */ one) => /LISTEN/i.test(one.state ?? ''));
  const port = Number(
    /(\d+)$/.exec(JSON.stringify(listening).match(/:18080|18080/)?.[0] ?? '')?.[1],
  );
  assert.equal(port, 18080);
  const there = await run('--tcp-listen-remap', '18080:19090', tcpDump(), 'a.tar');
  assert.deepEqual([there.code, there.stderr], [0, '']);
  const text = JSON.stringify(before);
  const after = await rows(join(made, 'a.tar'));
  for (const [i, one] of after.entries()) {
    const old = JSON.stringify(before[i]);
    const now = JSON.stringify(one);
    if (/LISTEN/i.test(one.state ?? '')) assert.equal(now, old.replaceAll('18080', '19090'));
    else assert.equal(now, old);
  }
  assert.notEqual(JSON.stringify(after), text);
  assert.equal((await run('--tcp-listen-remap', '19090:18080', 'a.tar', 'b.tar')).code, 0);
  const plain = await ckpt(['convert', '--compress', 'none', tcpDump(), 'c.tar'], { cwd: made });
  assert.equal(plain.code, 0);
  assert.ok(readFileSync(join(made, 'b.tar')).equals(readFileSync(join(made, 'c.tar'))));
  const none = await run('--tcp-listen-remap', '5:6', tcpDump(), 'd.tar');
  assert.deepEqual(
    [none.code, none.stderr.includes('no process listens on TCP port 5')],
    [1, true],
  );
  assert.deepEqual(readdirSync(made).sort(), ['a.tar', 'b.tar', 'c.tar']);
});

test('convert --compress', async () => {
  const made = folder();
  const run = (/** @type {string[]} */ ...args) => ckpt(['convert', ...args], { cwd: made });
  await run('--compress', 'gzip', source, 'a.tar.gz');
  const packed = readFileSync(join(made, 'a.tar.gz'));
  assert.ok(gunzipSync(packed).equals(readFileSync(source)));
  await run('--compress', 'none', 'a.tar.gz', 'a.tar');
  assert.ok(readFileSync(join(made, 'a.tar')).equals(readFileSync(source)));
});

test('convert: what is refused', async () => {
  const made = folder({
    'a.tar': tar([
      ['config.dump', '{}'],
      ['spec.dump', '{}'],
      ['checkpoint/', ''],
    ]),
  });
  const run = (/** @type {string[]} */ ...args) => ckpt(['convert', ...args], { cwd: made });
  for (const args of [
    ['a.tar', 'b.tar'],
    ['--compress', 'gzip', 'a.tar', './a.tar'],
    ['--compress', 'gzip', '--previous', '-', '-', 'b.tar'],
    ['--criu', '3.0', 'a.tar', 'b.tar'],
    ['--tcp-listen-remap', '80', 'a.tar', 'b.tar'],
    ['--tcp-listen-remap', '80:65536', 'a.tar', 'b.tar'],
    ['--tcp-listen-remap', '80:81', '--tcp-listen-remap', '80:82', 'a.tar', 'b.tar'],
  ])
    assert.equal((await run(...args)).code, 2, args.join(' '));
  assert.deepEqual(readdirSync(made), ['a.tar']);
});

/** The memory of all processes of a dump, by pid and address. @param {any} dump */
async function memoryOf(dump) {
  const all = new Map();
  for (const pid of dump.memory.pids)
    for (const { start, end, place } of dump.memory.segments(pid)) {
      if (!['stored', 'block', 'previous', 'lazy'].includes(place)) continue;
      const bytes = await dump.memory.read(pid, start, Number(end - start));
      for (let at = 0; at < bytes.length; at += 4096)
        all.set(`${pid} ${start + BigInt(at)}`, Buffer.from(bytes.subarray(at, at + 4096)));
    }
  return all;
}

test('convert --previous: incremental dumps merged into a whole one, with the same memory', async () => {
  const made = folder();
  const chain = join(data, 'dumps/chain-plain');
  const dirs = await openCheckpoint(join(chain, 'chain-dirs.tar.zst'));
  /** @type {Map<string, [string, string | Uint8Array][]>} */
  const levels = new Map([
    ['1', []],
    ['2', []],
  ]);
  for await (const { member, bytes } of dirs.readAll(({ name }) => /^[12][/]/.test(name)))
    levels.get(member.name[0])?.push([`checkpoint/${member.name.slice(2)}`, bytes.slice()]);
  await dirs.close();
  for (const [name, members] of levels) writeFileSync(join(made, `${name}.tar`), tar(members));
  const final = join(chain, 'chain-plain.tar.zst');
  const run = (/** @type {string[]} */ ...args) => ckpt(['convert', ...args], { cwd: made });
  const previous = ['--previous', '2.tar', '--previous', '1.tar'];
  const first = await run(...previous, '--compress', 'none', '--json', final, 'whole.tar');
  assert.deepEqual([first.code, first.stderr], [0, '']);
  const told = JSON.parse(first.stdout);
  assert.deepEqual([told.output, told.compression], ['whole.tar', 'none']);
  assert.ok(told.changed.length >= 2);
  const opened = await Promise.all(
    [final, join(made, '2.tar'), join(made, '1.tar'), join(made, 'whole.tar')].map((path) =>
      openCheckpoint(path),
    ),
  );
  const [a, b, c, whole] = opened;
  const chained = await a.dump({ previous: [b, c], texts: false });
  const merged = await whole.dump({ texts: false });
  const [want, got] = [await memoryOf(chained), await memoryOf(merged)];
  assert.ok(want.size > 100);
  assert.deepEqual([...got.keys()], [...want.keys()]);
  for (const [key, bytes] of want) assert.ok(bytes.equals(got.get(key)), key);
  for (const { pid } of merged.processes)
    for (const { place } of merged.memory.segments(pid)) assert.notEqual(place, 'previous');
  chained.close();
  merged.close();
  const names = [...whole.members].map(({ name }) => name);
  assert.ok(!names.includes('checkpoint/parent'));
  await Promise.all(opened.map((one) => one.close()));
  const { stdout } = await ckpt(['validate', join(made, 'whole.tar')]);
  const before = (await ckpt(['validate', final])).stdout.match(/CKP\d+/g) ?? [];
  assert.deepEqual(
    (stdout.match(/CKP\d+/g) ?? []).filter((id) => !before.includes(id)),
    [],
  );
  // The dialect of older versions can be asked for at the same time.
  assert.equal(
    (await run(...previous, '--criu', '4.1', '--compress', 'none', final, 'old.tar')).code,
    0,
  );
  const old = await openCheckpoint(join(made, 'old.tar'));
  const oldDump = await old.dump({ texts: false });
  const oldMemory = await memoryOf(oldDump);
  for (const [key, bytes] of want) assert.ok(bytes.equals(oldMemory.get(key)), key);
  oldDump.close();
  await old.close();
  // What is in none of them cannot be made up.
  const half = await run('--previous', '2.tar', final, 'half.tar');
  assert.deepEqual([half.code, /in the dump before; give it/.test(half.stderr)], [1, true]);
  assert.deepEqual(readdirSync(made).sort(), ['1.tar', '2.tar', 'old.tar', 'whole.tar']);
});

test('convert --address: of sockets, and back', async () => {
  const made = folder();
  const run = (/** @type {string[]} */ ...args) =>
    ckpt(['convert', '--compress', 'none', ...args], { cwd: made });
  const rows = async (/** @type {string} */ file) =>
    JSON.stringify(JSON.parse((await ckpt(['sockets', '--json', file])).stdout).sockets);
  const before = await rows(tcpDump());
  assert.match(before, /"127\.0\.0\.1"/);
  assert.equal((await run('--address', '127.0.0.1=10.88.0.9', tcpDump(), 'a.tar')).code, 0);
  assert.equal(await rows(join(made, 'a.tar')), before.replaceAll('"127.0.0.1"', '"10.88.0.9"'));
  assert.equal((await run('--address', '10.88.0.9=127.0.0.1', 'a.tar', 'b.tar')).code, 0);
  assert.equal(await rows(join(made, 'b.tar')), before);
  assert.match(before, /"::1"/);
  assert.equal((await run('--address', '::1=fd00::1:2', tcpDump(), 'c.tar')).code, 0);
  assert.equal(await rows(join(made, 'c.tar')), before.replaceAll('"::1"', '"fd00::1:2"'));
  for (const wrong of ['127.0.0.1=::1', '1.2.3=1.2.3.4', '1.2.3.256=1.2.3.4', '::1::=::2', 'x'])
    assert.equal((await run('--address', wrong, tcpDump(), 'd.tar')).code, 2, wrong);
  const none = await run('--address', '9.9.9.9=8.8.8.8', tcpDump(), 'd.tar');
  assert.deepEqual([none.code, /no socket has the address/.test(none.stderr)], [1, true]);
});

test('what build, unbuild, convert, redact and hash print as JSON fits their schemas', async () => {
  const made = folder();
  const archive = join(archives, 'simple-none.tar');
  const runs = [
    ['build', archive, 'image.tar'],
    ['unbuild', 'image.tar', 'back.tar'],
    ['convert', '--criu', '4.1', archive, 'old.tar'],
    ['redact', '--drop', 'memory', '--drop', 'volumes', archive, '-o', 'cut.tar'],
    ['hash', '--members', archive],
  ];
  for (const [command, ...args] of runs) {
    const { code, stdout, stderr } = await ckpt([command, '--format', 'json', ...args], {
      cwd: made,
    });
    assert.deepEqual([code, stderr], [0, ''], command);
    const schema = new URL(`../../../dist/schema/${command}.schema.json`, import.meta.url);
    const valid = new Ajv2020.default({ strict: true, strictTypes: false }).compile(
      JSON.parse(readFileSync(schema, 'utf8')),
    );
    const value = JSON.parse(stdout);
    assert.ok(valid(value), `${command}: ${JSON.stringify(valid.errors)}`);
    if (command !== 'redact') continue;
    assert.match(value.lost[0], /cannot be restored/);
    assert.equal(value.lost.length, 3);
  }
  // It says so itself, too.
  const { stdout } = await ckpt(['validate', 'cut.tar'], { cwd: made });
  assert.doesNotMatch(stdout, /restores(?! if)\b/i);
});
