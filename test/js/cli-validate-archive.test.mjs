// SPDX-License-Identifier: Apache-2.0
// ckpt validate of archives: the archive itself, and the metadata files in it.
import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import test from 'node:test';
import { gzipSync } from 'node:zlib';
import { archives, checkpoint, tar } from './cli-archives.mjs';
import { ckpt, folder } from './cli-run.mjs';

/** @param {string[]} args @param {string} cwd @returns {Promise<any>} */
const report = async (args, cwd) =>
  JSON.parse((await ckpt(['validate', '--format', 'json', ...args], { cwd })).stdout);

/** Ids of the rules that an archive breaks. @param {string} cwd @param {string} file */
const broken = async (cwd, file) => {
  const { files } = await report([file], cwd);
  return files.flatMap((/** @type {any} */ { findings }) =>
    findings.map((/** @type {any} */ { id }) => id),
  );
};

test('validate: the real archives are clean', async () => {
  const tars = readdirSync(archives).filter((name) => name.includes('.tar'));
  assert.ok(tars.length >= 13);
  const { code, stdout, stderr } = await ckpt(['validate', ...tars], {
    cwd: archives,
  });
  assert.match(stdout, /^\d+ files checked: no problems\n$/);
  assert.deepEqual([code, stderr], [0, '']);
  const { files } = await report(['crio.tar'], archives);
  const paths = files.map((/** @type {any} */ { path, kind }) => [path, kind]);
  assert.deepEqual(paths[0], ['crio.tar', null]);
  assert.ok(
    paths.some((/** @type {any} */ pair) => pair.join() === 'crio.tar!config.dump,config.dump'),
  );
  assert.ok(
    paths.some((/** @type {any} */ pair) => pair.join() === 'crio.tar!spec.dump,spec.dump'),
  );
});

test('validate: messages name the member, with the lines around the place', async () => {
  const cwd = folder({
    'dump.tar': gzipSync(
      tar(checkpoint({ 'config.dump': '{\n  "id": 1\n}', 'deleted.files': '["/a",]' })),
    ),
  });
  const { code, stdout } = await ckpt(['validate', 'dump.tar'], { cwd });
  assert.equal(code, 1);
  assert.match(
    stdout,
    /^dump\.tar!config\.dump:2:9: error: json: cannot unmarshal number .* \[CKP100\]\n {2}1 \| \{\n {2}2 \| {3}"id": 1\n/,
  );
  assert.match(stdout, /^dump\.tar!deleted\.files:1:7: error: invalid character '\]' /m);
  assert.match(stdout, /: 2 errors\n$/);
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
    'bz.tar': Buffer.concat([Buffer.from('BZh91AY&SY'), Buffer.alloc(600)]),
  });
  for (const [file, id] of [
    ['text.tar', 'CKP001'],
    ['noise.tar.gz', 'CKP001'],
    ['empty.tar', 'CKP001'],
    ['bz.tar', 'CKP001'],
    ['cut.tar', 'CKP002'],
    ['cut.tgz', 'CKP002'],
    ['damaged.tar', 'CKP002'],
    ['crc.tar.gz', 'CKP002'],
  ]) {
    assert.deepEqual(await broken(cwd, file), [id], file);
    const { code, stdout, stderr } = await ckpt(['validate', file], { cwd });
    assert.ok(stdout.startsWith(`${file}: error: `), stdout);
    assert.deepEqual([code, stderr], [1, ''], file);
  }
});

test('validate: only what cannot be opened is unreadable', async () => {
  const cwd = folder({ 'good.tar': tar(checkpoint()) });
  const { code, stdout, stderr } = await ckpt(['validate', 'nope.tar', 'good.tar'], { cwd });
  assert.equal(stderr, 'nope.tar: unreadable: no such file or directory\n');
  assert.match(stdout, /^\d files checked: no problems; 1 file could not be read\n$/);
  assert.equal(code, 3);
  const { files } = await report(['nope.tar'], cwd);
  assert.deepEqual(files[0].unreadable, { code: 'ENOENT', message: 'no such file or directory' });
});

test('validate: hostile members', async () => {
  const cwd = folder({
    'out.tar': tar([...checkpoint(), ['../x\x1b', 'x'], ['/etc/passwd', 'x'], ['a/../../b', '']]),
    'link.tar': tar([
      ...checkpoint(),
      ['container.log', { type: '2', link: '/etc/shadow' }],
      ['dev', { type: '3' }],
    ]),
    'parent.tar': tar([
      ...checkpoint(),
      ['checkpoint/parent', { type: '2', link: '../pre-checkpoint' }],
    ]),
    'twice.tar': tar([...checkpoint(), ['./config.dump', '{}'], ['x', ''], ['x', '']]),
    'none.tar': tar([['readme.txt', 'x']]),
  });
  assert.deepEqual(await broken(cwd, 'out.tar'), ['CKP004', 'CKP004', 'CKP004']);
  assert.deepEqual(await broken(cwd, 'link.tar'), ['CKP005', 'CKP005']);
  assert.deepEqual(await broken(cwd, 'parent.tar'), []);
  assert.deepEqual(
    (await broken(cwd, 'twice.tar')).filter((/** @type {string} */ id) => id === 'CKP006').length,
    2,
  );
  assert.deepEqual(await broken(cwd, 'none.tar'), ['CKP100', 'CKP200']);
  const { stdout } = await ckpt(['validate', 'out.tar', 'link.tar'], { cwd });
  assert.ok(
    stdout.includes('out.tar: error: Member ../x\\x1b leaves the extraction folder; expected'),
    stdout,
  );
  assert.ok(stdout.includes('link.tar: error: Member container.log is a symlink; expected'));
  assert.doesNotMatch(stdout, /[^\P{C}\n]/u);
});

test('validate: limits', async () => {
  const deep = `${'['.repeat(10002)}${']'.repeat(10002)}`;
  const cwd = folder({
    'name.tar': tar([
      ...checkpoint(),
      ['x'.repeat(100), { type: 'L', content: 'y'.repeat(70000) }],
    ]),
    'big.tar': tar(checkpoint({ 'deleted.files': `[${' '.repeat(17 * 1024 * 1024)}]` })),
    'deep.tar': tar(checkpoint({ 'deleted.files': deep })),
  });
  assert.deepEqual(await broken(cwd, 'name.tar'), ['CKP012']);
  assert.deepEqual(await broken(cwd, 'big.tar'), ['CKP012']);
  assert.notDeepEqual(await broken(cwd, 'deep.tar'), []);
});

test('validate: an archive by how it begins, whatever its name', async () => {
  const cwd = folder({
    'checkpoint-a_b-c-2026-03-13T21:43:06Z': tar(checkpoint()),
    download: gzipSync(tar(checkpoint())),
    'notes.txt': 'x',
  });
  for (const file of ['checkpoint-a_b-c-2026-03-13T21:43:06Z', 'download'])
    assert.deepEqual(await broken(cwd, file), []);
  const text = await ckpt(['validate', 'notes.txt'], { cwd });
  assert.equal(text.code, 2);
  assert.match(text.stderr, /^ckpt: notes\.txt: the name tells no kind /);
  // --kind still says what a file is.
  const kind = await ckpt(['validate', '--kind', 'any', 'download'], { cwd });
  assert.equal(kind.code, 1);
});

test('validate: many bad members do not make an endless report', async () => {
  const entries = Array.from({ length: 5000 }, (_, i) => [`../${i % 2500}`, '']);
  const cwd = folder({ 'many.tar': tar(/** @type {[string, string][]} */ (entries)) });
  const ids = await broken(cwd, 'many.tar');
  const count = (/** @type {string} */ id) =>
    ids.filter((/** @type {string} */ one) => one === id).length;
  assert.deepEqual([count('CKP004'), count('CKP006')], [101, 101]);
  const { stdout } = await ckpt(['validate', 'many.tar'], { cwd });
  assert.ok(stdout.includes('many.tar: error: There are more like these. [CKP004]\n'));
});
