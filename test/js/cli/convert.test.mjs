// SPDX-License-Identifier: Apache-2.0
// ckpt convert: page maps of other versions, other ports, other compressions.
import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { gunzipSync } from 'node:zlib';
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
    ['--compress', 'gzip', '-', 'b.tar'],
    ['--criu', '3.0', 'a.tar', 'b.tar'],
    ['--tcp-listen-remap', '80', 'a.tar', 'b.tar'],
    ['--tcp-listen-remap', '80:65536', 'a.tar', 'b.tar'],
    ['--tcp-listen-remap', '80:81', '--tcp-listen-remap', '80:82', 'a.tar', 'b.tar'],
  ])
    assert.equal((await run(...args)).code, 2, args.join(' '));
  assert.deepEqual(readdirSync(made), ['a.tar']);
});
