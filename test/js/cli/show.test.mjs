// SPDX-License-Identifier: Apache-2.0
// ckpt show: the reference tool's table.
import assert from 'node:assert/strict';
import test from 'node:test';
import { gzipSync } from 'node:zlib';
import {
  archives,
  checkpoint,
  config,
  readable,
  recorded,
  spec,
  tar,
} from '../lib/cli-archives.mjs';
import { ckpt, folder, jsonLines } from '../lib/cli-run.mjs';

for (const archive of readable)
  test(`show ${archive}: byte for byte what the reference tool prints`, async () => {
    const { code, stdout, stderr } = await ckpt(['show', archive], { cwd: archives });
    assert.equal(stdout, recorded(archive, 'show.txt'));
    assert.deepEqual([code, stderr], [0, '']);
  });

test('there are real archives to compare with', () => {
  assert.ok(readable.length >= 11, String(readable));
});

test('show: several files in one table, always with both sizes', async () => {
  const { code, stdout } = await ckpt(['show', 'simple-none.tar', 'crio.tar'], { cwd: archives });
  assert.equal(code, 0);
  const rows = stdout.split('\n').map((line) => line.split(/ {3,}/));
  assert.equal(rows.length, 5);
  assert.deepEqual(rows[0].slice(-2), ['ROOT FS DIFF SIZE', 'FILE']);
  assert.deepEqual(
    [rows[2][0], ...rows[2].slice(-3)],
    ['simple', '169.5 KiB', '0 B', 'simple-none.tar'],
  );
  assert.deepEqual(
    [rows[3][0], ...rows[3].slice(-3)],
    ['count-up', '170.2 KiB', '4.0 KiB', 'crio.tar'],
  );
  const pattern = await ckpt(['show', '{simple-none,crio}.tar'], { cwd: archives });
  assert.equal(pattern.stdout, stdout);
});

test('show: what the reference tool refuses: an image, a pre-dump', async () => {
  const image = await ckpt(['show', 'simple-image.oci.tar'], { cwd: archives });
  assert.deepEqual([image.code, image.stderr], [0, '']);
  assert.match(
    image.stdout,
    /^simple-restored {3}localhost\/bb:1 {3}d4b6eb4382f9 {3}runc {6}2026-11-22T04:06:22Z {3}Podman {3}165\.1 KiB\n$/m,
  );
  const early = await ckpt(['show', 'pre-checkpoint-gzip.tar.gz'], { cwd: archives });
  assert.equal(early.code, 0);
  assert.match(early.stdout, /^tick {8}localhost\/bb:3 {3}796c26f3b1ba {3}runc /m);
});

test('show: from standard input, compressed, without entries for folders', async () => {
  const members = checkpoint().filter(([name]) => !name.endsWith('/'));
  const { code, stdout } = await ckpt(['show', '-'], { input: gzipSync(tar(members)) });
  assert.equal(code, 0);
  assert.match(
    stdout,
    /^web {9}localhost\/web:1 {3}abababababab {3}crun {6}2026-03-13T21:30:00Z {3}Podman {3}2\.0 KiB$/m,
  );
});

test('show: what is wrong is said, the others are shown', async () => {
  const good = tar(checkpoint());
  const cwd = folder({
    'good.tar': good,
    'cut.tar': good.subarray(0, 3500),
    'config.tar': tar(checkpoint({ 'config.dump': '' })),
    'spec.tar': tar(checkpoint({ 'spec.dump': '{"annotations":[]}' })),
    'none.tar': tar(checkpoint().filter(([name]) => name !== 'spec.dump')),
    'flat.tar': tar(checkpoint().filter(([name]) => !name.startsWith('checkpoint'))),
    'text.tar': 'hello',
    'empty.tar': '',
  });
  for (const [file, expected, pattern] of /** @type {[string, number, RegExp][]} */ ([
    [
      'cut.tar',
      1,
      /^ckpt: cut\.tar: The archive ends in member "checkpoint\/pages-1\.img" after 428 of 2048 bytes/,
    ],
    [
      'config.tar',
      1,
      /^ckpt: config\.tar: failed to unmarshal config\.dump: unexpected end of JSON input\n$/,
    ],
    [
      'spec.tar',
      1,
      /^ckpt: spec\.tar: failed to unmarshal spec\.dump: json: cannot unmarshal array into Go struct field Spec\.annotations /,
    ],
    ['none.tar', 1, /^ckpt: none\.tar: open spec\.dump: no such file or directory\n$/],
    ['flat.tar', 1, /^ckpt: flat\.tar: checkpoint directory is missing in the archive file\n$/],
    ['text.tar', 1, /^ckpt: text\.tar: There are only 5 bytes, /],
    ['empty.tar', 1, /^ckpt: empty\.tar: /],
    ['nope.tar', 3, /^ckpt: nope\.tar: no such file or directory\n$/],
    ['/dev/null', 3, /^ckpt: \/dev\/null: is neither a regular file nor a directory\n$/],
  ])) {
    const alone = await ckpt(['show', file], { cwd });
    assert.match(alone.stderr, pattern);
    assert.deepEqual([alone.code, alone.stdout], [expected, ''], file);
    const both = await ckpt(['show', file, 'good.tar'], { cwd });
    assert.match(both.stderr, pattern);
    assert.match(both.stdout, /^web .* 0 B +good\.tar$/m);
    assert.equal(both.code, expected, file);
  }
});

test('show: hostile names and values are shown escaped', async () => {
  const name = 'evil\x1b[2J\u202e\n';
  const cwd = folder({
    'x\x1b]0;y\x07.tar': tar(checkpoint({ 'config.dump': JSON.stringify({ name, id: '\x9b1m' }) })),
  });
  const { stdout, code } = await ckpt(['show', 'x\x1b]0;y\x07.tar'], { cwd });
  assert.equal(code, 0);
  assert.ok(stdout.includes('from x\\x1b]0;y\\x07.tar\n'));
  assert.ok(stdout.includes('evil\\x1b[2J\\u202e\\n'));
  assert.ok(stdout.includes('\\x9b1m'));
  assert.doesNotMatch(stdout, /[^\P{C}\n]/u);
});

test('show: a folder laid out like an archive', async () => {
  const cwd = folder({
    'dir/config.dump': config,
    'dir/spec.dump': spec,
    'dir/checkpoint/pages-1.img': 'x'.repeat(2048),
  });
  const { code, stdout } = await ckpt(['show', 'dir'], { cwd });
  assert.equal(code, 0);
  assert.match(stdout, /^web .* Podman {3}2\.0 KiB$/m);
});

test('show: for programs', async () => {
  const files = ['simple-none.tar', 'crio.tar'];
  const json = await ckpt(['show', '--json', ...files], { cwd: archives });
  const { checkpoints } = JSON.parse(json.stdout);
  assert.deepEqual(
    checkpoints.map((/** @type {any} */ one) => [one.path, one.container, one.engine]),
    [
      ['simple-none.tar', 'simple', 'podman'],
      ['crio.tar', 'count-up', 'cri-o'],
    ],
  );
  assert.equal(checkpoints[1].id.length, 64);
  assert.equal(checkpoints[1].rootfsDiffSize, 4096);
  const lines = await ckpt(['show', '--format', 'jsonl', ...files], { cwd: archives });
  assert.deepEqual(jsonLines(lines.stdout), checkpoints);
  const csv = await ckpt(['show', '--format', 'csv', ...files, 'nope'], { cwd: archives });
  assert.equal(csv.code, 3);
  const [head, ...rows] = csv.stdout.trim().split('\r\n');
  assert.equal(head, Object.keys(checkpoints[0]).join(','));
  assert.equal(rows.length, 2);
});

test('a folder of archives stands for them', async () => {
  for (const command of ['show', 'inspect']) {
    const { stdout } = await ckpt([command, '.'], { cwd: archives });
    const { stdout: named } = await ckpt([command, '*.tar*'], { cwd: archives });
    assert.equal(stdout, named);
    assert.ok(stdout.includes('crio.tar'));
  }
});

test('patterns that the shell left alone are expanded for every command that takes several files', async () => {
  for (const command of ['show', 'ps', 'files', 'hash', 'memparse', 'maps']) {
    const { code, stdout } = await ckpt([command, 'simple-{gzip,none}.tar*', '--json'], {
      cwd: archives,
    });
    assert.equal(code, 0, command);
    assert.ok(stdout.includes('simple-none.tar"'), command);
  }
});
