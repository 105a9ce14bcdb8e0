// SPDX-License-Identifier: Apache-2.0
// ckpt redact: 200 secrets planted in many kinds of place of a checkpoint; none may be left.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { gunzipSync, gzipSync } from 'node:zlib';
import { load } from '../../../wasm/api/node.js';
import { archives, tar } from '../lib/cli-archives.mjs';
import { ckpt, folder } from '../lib/cli-run.mjs';

const core = await load();
const source = join(archives, 'simple-none.tar');
const member = (/** @type {string} */ file, /** @type {string} */ name) =>
  execFileSync('tar', ['-xOf', file, name], { maxBuffer: 2 ** 28 });
const names = execFileSync('tar', ['-tf', source]).toString().trim().split('\n');

let state = 20261128;
/** The same each time. @param {number} below */
function random(below) {
  state = (Math.imul(state, 1103515245) + 12345) >>> 0;
  return Math.floor((state / 2 ** 32) * below);
}
const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';
/** @param {number} length */
const digits = (length, from = LETTERS) =>
  `${Array.from({ length: length - 3 }, () => from[random(from.length)]).join('')}7aK`;

/** What is planted: the text with the secret in it, and the secret. @type {(() => [string, string])[]} */
const SHAPES = [
  () => pair('DB_PASSWORD=', `p.w-${digits(10)}`),
  () => pair('API_TOKEN=', digits(32)),
  () => pair('ghp_', digits(36)),
  () => pair('AKIA', digits(16, 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567').toUpperCase()),
  () => pair('postgres://app:', digits(14), '@db.example.test/app'),
  () => pair('Authorization: Bearer ', digits(40)),
  () => pair('sk_live_', digits(24)),
  () => {
    const key = `-----BEGIN EC PRIVATE KEY-----\n${digits(64)}\n${digits(64)}\n-----END EC PRIVATE KEY-----`;
    return [key, key];
  },
  () => pair('"client_secret": "', digits(28), '"'),
];
/** @param {string} before @param {string} secret @param {string} [after] @returns {[string, string]} */
const pair = (before, secret, after = '') => [before + secret + after, secret];

/** @type {Map<string, string[]>} */
const planted = new Map();
let next = 0;
/** @param {string} kind @param {number} [count] @returns {string[]} texts */
function plant(kind, count = 15) {
  return Array.from({ length: count }, () => {
    const [text, secret] = SHAPES[next++ % SHAPES.length]();
    planted.set(kind, [...(planted.get(kind) ?? []), secret]);
    return text;
  });
}

const NUL = Buffer.alloc(1);
const wide = (/** @type {string} */ text) => Buffer.from(text, 'utf16le');
const raw = (/** @type {string[]} */ texts) =>
  Buffer.concat(texts.flatMap((text) => [Buffer.from([1, 2, 0]), Buffer.from(text), NUL]));
const image = (
  /** @type {string} */ magic,
  /** @type {any} */ entry,
  /** @type {Buffer} */ payload,
) =>
  Buffer.from(
    core.encodeImage('', { magic, entries: [{ ...entry, extra: payload.toString('base64') }] }),
  );

/** A real checkpoint with secrets in it. */
function sample() {
  const config = JSON.parse(member(source, 'config.dump').toString());
  const spec = JSON.parse(member(source, 'spec.dump').toString());
  const env = plant('environment');
  config.spec.process.env.push(...env);
  spec.process.env.push(...env);
  config.CreateCommand.push(...plant('command line'));
  plant('annotation').forEach((text, i) => (spec.annotations[`example.test/a${i}`] = text));
  const pages = Buffer.from(member(source, 'checkpoint/pages-1.img'));
  let at = 5000;
  const put = (/** @type {Buffer} */ bytes) => {
    bytes.copy(pages, at);
    at += bytes.length + 37;
  };
  for (const text of env) put(Buffer.from(`\0${text}\0`));
  for (const text of plant('memory')) put(Buffer.from(`\0\x03${text}\0`));
  for (const text of plant('memory, UTF-16'))
    put(Buffer.concat([Buffer.alloc(2), wide(text), Buffer.alloc(2)]));
  assert.ok(at < pages.length);
  const pipe = raw(plant('pipe'));
  const queue = raw(plant('socket queue'));
  const token = `ghp_${digits(36)}`;
  planted.set('file name', [token]);
  const rootfs = [
    [`app/${token}`, 'x'],
    ['app/config.ini', `${plant('rootfs-diff').join('\n')}\n`],
    [
      'app/old.log.gz',
      gzipSync(plant('compressed file of rootfs-diff', 5).join('\n').padEnd(4000, ' word')),
    ],
  ];
  /** @type {Record<string, string | Buffer>} */
  const changed = {
    'config.dump': JSON.stringify(config),
    'spec.dump': JSON.stringify(spec),
    'checkpoint/pages-1.img': pages,
    'ctr.log': plant('log')
      .map((text) => `2026-01-01T00:00:00Z stdout F got ${text}\n`)
      .join(''),
  };
  /** @type {[string, any][]} */
  const entries = names
    .filter((name) => !/^(rootfs-diff|devshm)/.test(name))
    .map((name) => [name, name.endsWith('/') ? '' : (changed[name] ?? member(source, name))]);
  assert.ok(names.includes('ctr.log'));
  entries.push(
    ['checkpoint/pipes-data.img', image('PIPES_DATA', { pipe_id: 1, bytes: pipe.length }, pipe)],
    ['checkpoint/sk-queues.img', image('SK_QUEUES', { id_for: 7, length: queue.length }, queue)],
    [
      'checkpoint/tmpfs-dev-9.tar.gz.img',
      gzipSync(tar([['run/token', plant('tmpfs').join('\n')]])),
    ],
    ['rootfs-diff.tar', tar(/** @type {any} */ (rootfs))],
    ['devshm-checkpoint.tar', tar([['./shared', raw(plant('/dev/shm'))]])],
    ['volumes/data.tar', tar([['./db', raw(plant('volume'))]])],
    ['checkpoint/ghost-file-1.img', raw(plant('ghost file', 26))],
  );
  return tar(entries);
}

/** All that is in an archive, what is compressed unpacked. @param {Buffer} bytes @returns {Buffer[]} */
function unpacked(bytes) {
  const all = [bytes];
  for (let at = 0; (at = bytes.indexOf(Buffer.from([0x1f, 0x8b, 8]), at)) >= 0; at++)
    try {
      const content = gunzipSync(bytes.subarray(at), { finishFlush: 2 });
      if (content.length > 20) all.push(content);
    } catch {
      // It only looks so.
    }
  return all;
}

/** @param {Buffer} bytes */
function secretsIn(bytes) {
  const found = [];
  const parts = unpacked(bytes);
  for (const [kind, values] of planted)
    for (const value of values) {
      const forms = [value, JSON.stringify(value).slice(1, -1)].flatMap((text) => [
        Buffer.from(text),
        wide(text),
      ]);
      if (parts.some((part) => forms.some((form) => part.includes(form))))
        found.push(`${kind}: ${value}`);
    }
  return found;
}

test('redact: 200 secrets of 15 kinds of place, none is left', async () => {
  const bytes = sample();
  const count = [...planted.values()].reduce((sum, { length }) => sum + length, 0);
  assert.ok(count >= 200, String(count));
  assert.ok(planted.size >= 12);
  const made = folder({ 'a.tar': bytes });
  assert.equal(secretsIn(bytes).length, count);
  const run = await ckpt(['redact', 'a.tar', '-o', 'b.tar', '--manifest', 'cut.json'], {
    cwd: made,
  });
  assert.deepEqual([run.code, run.stderr], [0, '']);
  const copy = readFileSync(join(made, 'b.tar'));
  assert.deepEqual(secretsIn(copy), []);

  const manifest = readFileSync(join(made, 'cut.json'), 'utf8');
  assert.deepEqual(secretsIn(Buffer.from(manifest)), []);
  const { cut, version, recompressed } = JSON.parse(manifest);
  assert.equal(version, 1);
  assert.ok(cut.length >= count);
  assert.deepEqual(recompressed, ['checkpoint/tmpfs-dev-9.tar.gz.img']);
  for (const { kind, member: where, offset, length } of cut)
    assert.ok(kind !== '' && where !== '' && offset >= 0 && length > 0);

  // The same members, and as valid as before.
  const list = (/** @type {string} */ file) =>
    execFileSync('tar', ['-tvf', file], { cwd: made })
      .toString()
      .replace(/\d+ (1970\S+ \S+ \S*tmpfs)/g, '$1');
  assert.equal(list('b.tar'), list('a.tar'));
  const report = async (/** @type {string} */ file) => {
    const { stdout } = await ckpt(['validate', '--format', 'json', file], { cwd: made });
    const { results } = JSON.parse(stdout);
    return [
      ...new Set(
        results.flatMap(
          (/** @type {any} */ one) => one.findings?.map((/** @type {any} */ f) => f.id) ?? [],
        ),
      ),
    ].sort();
  };
  const [before, after] = [await report('a.tar'), await report('b.tar')];
  assert.deepEqual(
    after,
    before.filter((id) => !['CKP800', 'CKP801', 'CKP802'].includes(id)),
  );
  assert.deepEqual(readdirSync(made).sort(), ['a.tar', 'b.tar', 'cut.json']);
});

test('redact: the same in archives with gzip and zstd', async () => {
  /** @type {[string, (bytes: Buffer) => Buffer][]} */
  const forms = [
    ['gz', (bytes) => gzipSync(bytes)],
    ['zst', (bytes) => execFileSync('zstd', ['-qc'], { input: bytes, maxBuffer: 2 ** 28 })],
  ];
  const bytes = sample();
  const plain = folder({ 'a.tar': bytes });
  assert.equal((await ckpt(['redact', 'a.tar', '-o', 'b.tar'], { cwd: plain })).code, 0);
  for (const [name, pack] of forms) {
    const made = folder({ [`a.${name}`]: pack(bytes) });
    const args = ['redact', `a.${name}`, '--compress', 'gzip', '-o', 'b.gz'];
    const run = await ckpt(args, { cwd: made });
    assert.deepEqual([run.code, run.stderr], [0, ''], name);
    const copy = gunzipSync(readFileSync(join(made, 'b.gz')));
    assert.deepEqual(secretsIn(copy), [], name);
    assert.ok(copy.equals(readFileSync(join(plain, 'b.tar'))), name);
  }
});

test('redact: compressed archives, and parts left out', async () => {
  const made = folder({ 'a.tar.gz': gzipSync(sample()) });
  const args = [
    'redact',
    'a.tar.gz',
    '--drop',
    'memory',
    '--drop',
    'rootfs',
    '-o',
    'b.tar.gz',
    '--json',
  ];
  const run = await ckpt(args, { cwd: made });
  assert.deepEqual([run.code, run.stderr], [0, '']);
  const { dropped } = JSON.parse(run.stdout);
  assert.deepEqual(
    dropped.map((/** @type {any} */ one) => one.member).sort(),
    [...names.filter((name) => /pages-/.test(name)), 'rootfs-diff.tar'].sort(),
  );
  const copy = gunzipSync(readFileSync(join(made, 'b.tar.gz')));
  assert.deepEqual(secretsIn(copy), []);
  writeFileSync(join(made, 'b.tar'), copy);
  const list = execFileSync('tar', ['-tf', 'b.tar'], { cwd: made }).toString();
  assert.ok(!/pages-|rootfs-diff/.test(list));
  assert.ok(list.includes('volumes/data.tar'));
});

test('redact: what is refused leaves nothing after', async () => {
  const made = folder({
    'a.tar': tar([
      ['config.dump', '{}'],
      ['spec.dump', '{}'],
      ['checkpoint/', ''],
    ]),
  });
  const run = (/** @type {string[]} */ ...args) => ckpt(['redact', ...args], { cwd: made });
  assert.equal((await run('a.tar')).code, 2);
  assert.equal((await run('a.tar', '-o', './a.tar')).code, 2);
  assert.equal((await run('a.tar', '-o', 'b.tar', '--manifest', 'a.tar')).code, 2);
  assert.equal((await run('a.tar', '-o', 'b.tar', '--drop', 'all')).code, 2);
  assert.equal((await run('-', '-o', 'b.tar')).code, 1); // nothing came
  assert.equal((await run('none.tar', '-o', 'b.tar')).code, 3);
  assert.ok(!existsSync(join(made, 'b.tar')));
  assert.deepEqual(readdirSync(made), ['a.tar']);
});
