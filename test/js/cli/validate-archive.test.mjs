// SPDX-License-Identifier: Apache-2.0
// ckpt validate of archives: what is said of them, where, and what counts as unreadable.
import assert from 'node:assert/strict';
import { chmodSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { gzipSync } from 'node:zlib';
import { archives, checkpoint, tar } from '../lib/cli-archives.mjs';
import { READING, ckpt, folder } from '../lib/cli-run.mjs';

/** @param {string[]} args @param {string} cwd @param {string | Uint8Array} [input] @returns {Promise<any>} */
const json = async (args, cwd, input) =>
  JSON.parse((await ckpt(['validate', '--format', 'json', ...args], { cwd, input })).stdout);

/** Ids of the rules that an archive breaks, but for those about private data. @param {string} cwd @param {string} file */
const broken = async (cwd, file) => {
  const { results } = await json(['--ignore', 'CKP009', file], cwd);
  return results[0].report.findings.map((/** @type {any} */ { id }) => id);
};

test('validate: real archives have no errors, and the report says what they are', async () => {
  const tars = readdirSync(archives).filter((name) => name.includes('.tar'));
  assert.ok(tars.length >= 13);
  const { results, summary } = await json(tars, archives);
  assert.deepEqual([summary.checkpoints, summary.unreadable], [tars.length, 0]);
  assert.deepEqual(
    results.map((/** @type {any} */ { path }) => path),
    tars,
  );
  const crio = results.find((/** @type {any} */ { path }) => path === 'crio.tar').report;
  assert.deepEqual([crio.engine.name, crio.container.name], ['cri-o', 'count-up']);
});

test('validate: messages name the member, with the lines around the place', async () => {
  const cwd = folder({
    'dump.tar': gzipSync(
      tar(checkpoint({ 'config.dump': '{\n  "id": 1\n}', 'deleted.files': '["/a",]' })),
    ),
  });
  const args = ['validate', '--only', READING, 'dump.tar'];
  const { code, stdout } = await ckpt(args, { cwd });
  assert.equal(code, 1);
  assert.match(
    stdout,
    /^dump\.tar!config\.dump:2:9: error: .* \[CKP100\]\n {2}1 \| \{\n {2}2 \| {3}"id": 1\n/,
  );
  assert.match(stdout, /^dump\.tar!deleted\.files:1:7: error: .* \[CKP403\]/m);
  assert.match(stdout, /: 2 errors\n$/);
});

test('validate: which engines can restore it', async () => {
  const cwd = archives;
  const all = await ckpt(['validate', 'crio.tar'], { cwd });
  assert.match(
    all.stdout,
    /^crio\.tar: where it can be restored\n {2}podman {3,}does not restore/m,
  );
  assert.match(all.stdout, /^ {2}cri-o {3,}restores$/m);
  const quiet = await ckpt(['validate', '-q', 'crio.tar'], { cwd });
  assert.doesNotMatch(quiet.stdout, /restored/);
  const one = await ckpt(['validate', '-t', 'cri-o@1.34.1', 'crio.tar'], { cwd });
  assert.match(one.stdout, /^ {2}cri-o 1\.34\.1 {3}restores\n\n/m);
  assert.doesNotMatch(one.stdout, /podman/);
  // Of several, only where it is asked for or something is wrong.
  const two = await ckpt(['validate', 'crio.tar', 'crio.tar'], { cwd });
  assert.doesNotMatch(two.stdout, /can be restored/);
  const both = await ckpt(['validate', '--target', 'podman,cri-o', 'crio.tar', 'crio.tar'], {
    cwd,
  });
  assert.equal(both.stdout.match(/can be restored/g)?.length, 2);
  assert.equal(both.code, 1); // podman was asked for, and cannot
});

test('validate: archives that are none, cut, or damaged', async () => {
  const whole = tar(checkpoint());
  const zipped = gzipSync(whole);
  const damaged = Buffer.from(whole);
  damaged[512 + 512 + 3] ^= 1; // in the second header
  const crc = Buffer.from(zipped);
  crc[crc.length - 6] ^= 1;
  const cwd = folder({
    'text.tar': 'hello',
    'noise.tar.gz': Buffer.alloc(2048, 'x'),
    'empty.tar': '',
    'cut.tar': whole.subarray(0, 3500),
    'cut.tgz': zipped.subarray(0, 200),
    'damaged.tar': damaged,
    'crc.tar.gz': crc,
    'lz4.tar': Buffer.concat([Buffer.from([4, 0x22, 0x4d, 0x18]), Buffer.alloc(600)]),
    'bz.tar': Buffer.concat([Buffer.from('BZh91AY&SY'), Buffer.alloc(600)]),
  });
  for (const [file, id] of [
    ['text.tar', 'CKP001'],
    ['noise.tar.gz', 'CKP001'],
    ['empty.tar', 'CKP001'],
    ['lz4.tar', 'CKP001'],
    ['bz.tar', 'CKP002'],
    ['cut.tar', 'CKP002'],
    ['cut.tgz', 'CKP002'],
    ['damaged.tar', 'CKP002'],
  ]) {
    const { code, stdout, stderr } = await ckpt(['validate', file], { cwd });
    assert.match(stdout, new RegExp(`^${file}[^ ]*: error: .* \\[${id}\\]$`, 'm'));
    assert.deepEqual([code, stderr], [1, ''], file);
  }
  // The engines never come to the checksum after the end of the tar.
  const sum = await ckpt(['validate', 'crc.tar.gz'], { cwd });
  assert.match(sum.stdout, /^crc\.tar\.gz[^ ]*: warning: .* \[CKP002\]$/m);
});

test('validate: only what cannot be opened is unreadable', async () => {
  const cwd = folder({ 'good.tar': tar(checkpoint()) });
  const args = ['validate', '--only', READING, 'nope.tar', 'good.tar'];
  const { code, stdout, stderr } = await ckpt(args, { cwd });
  assert.equal(stderr, 'nope.tar: unreadable: no such file or directory\n');
  assert.equal(stdout, '1 checkpoint checked: no findings; 1 could not be read\n');
  assert.equal(code, 3);
  const { results } = await json(['nope.tar'], cwd);
  assert.deepEqual(results[0].unreadable, { code: 'ENOENT', message: 'no such file or directory' });
  assert.equal(results[0].report, null);
});

test('validate: an archive that others can read', async (t) => {
  if (process.platform === 'win32') return t.skip('there are no such modes');
  const cwd = folder({ 'a.tar': tar(checkpoint()) });
  const args = ['validate', '-q', '--level', 'info', '--only', 'CKP009', 'a.tar'];
  chmodSync(join(cwd, 'a.tar'), 0o644);
  assert.match((await ckpt(args, { cwd })).stdout, /^a\.tar: .*0644.* \[CKP009\]/);
  chmodSync(join(cwd, 'a.tar'), 0o600);
  assert.equal((await ckpt(args, { cwd })).stdout, '');
});

test('validate: an archive by how it begins, whatever its name', async () => {
  const cwd = folder({
    'checkpoint-a_b-c-2026-03-13T21:43:06Z': tar(checkpoint()),
    download: gzipSync(tar(checkpoint())),
    'notes.txt': 'x',
  });
  for (const file of ['checkpoint-a_b-c-2026-03-13T21:43:06Z', 'download'])
    assert.ok(!(await broken(cwd, file)).includes('CKP001'), file);
  const text = await ckpt(['validate', 'notes.txt'], { cwd });
  assert.equal(text.code, 3);
  assert.match(text.stdout + text.stderr, /notes\.txt: unreadable: /);
  // --kind still says what a file is.
  const kind = await ckpt(['validate', '--kind', 'any', 'download'], { cwd });
  assert.equal(kind.code, 1);
});

test('validate: an archive on standard input', async () => {
  const input = readFileSync(join(archives, 'crio.tar'));
  const { results } = await json(['-'], archives, input);
  assert.equal(results[0].path, '<stdin>');
  assert.equal(results[0].report.engine.name, 'cri-o');
  const named = await json(['--stdin-name', 'x.tar', '-'], archives, gzipSync(input));
  assert.equal(named.results[0].path, 'x.tar');
  assert.equal(named.results[0].report.compression, 'gzip');
  const noise = await ckpt(['validate', '-'], { input: '{"id":"a"}' });
  assert.match(noise.stdout, /^<stdin>: error: .* \[CKP001\]/);
});

test('validate: a folder that is a checkpoint, and what is wrong in it', async () => {
  const cwd = folder({
    'dump/config.dump': '{"id": 1}',
    'dump/spec.dump': '{}',
    'dump/checkpoint/inventory.img': 'x',
  });
  const { code, stdout } = await ckpt(['validate', '-q', '--only', READING, 'dump'], { cwd });
  assert.match(stdout, /^dump\/config\.dump:1:8: error: /);
  assert.equal(code, 1);
});

test('validate: findings in the containers of a pod name the container', async () => {
  const cwd = folder({
    'pod.tar': tar([
      ['pod.options', '{"version": 1, "containers": {"web": "web-dir"}}'],
      ['web-dir/', ''],
      ...checkpoint({ 'config.dump': '{"id": 1}' }).map(
        ([name, entry]) => /** @type {[string, any]} */ ([`web-dir/${name}`, entry]),
      ),
    ]),
  });
  const { stdout } = await ckpt(['validate', '-q', '--only', 'CKP100', 'pod.tar'], { cwd });
  assert.match(stdout, /^pod\.tar!web-dir!config\.dump:1:8: error: .*\n {2}1 \| \{"id": 1\}\n/m);
});

test('validate: many bad members do not make an endless report', async () => {
  const entries = Array.from({ length: 5000 }, (_, i) => [`../${i}`, '']);
  const cwd = folder({ 'many.tar': tar(/** @type {[string, string][]} */ (entries)) });
  const args = ['validate', '--only', 'CKP004', 'many.tar'];
  const ids = (/** @type {string} */ text) => text.match(/\[CKP004\]$/gm)?.length;
  const { stdout } = await ckpt([...args, '-q'], { cwd });
  assert.equal(ids(stdout), 100);
  assert.match(stdout, /\nmany\.tar: 4900 more findings of CKP004\n/);
  assert.equal(ids((await ckpt([...args, '-q', '--max-findings', '7'], { cwd })).stdout), 7);
  assert.equal(ids((await ckpt([...args, '-q', '--max-findings', '4000'], { cwd })).stdout), 4000);
  const wrong = await ckpt([...args, '--max-findings', 'x'], { cwd });
  assert.match(wrong.stderr, /^ckpt: --max-findings "x": expected a number from 1 to 100000\n/);
  assert.equal(wrong.code, 2);
});
