// SPDX-License-Identifier: Apache-2.0
// ckpt ls and ckpt cat: members of archives, and what is in them.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import test from 'node:test';
import { gzipSync } from 'node:zlib';
import { archives, checkpoint, config, tar } from '../lib/cli-archives.mjs';
import { ckpt, folder, program } from '../lib/cli-run.mjs';

const cwd = archives;

/** What GNU tar lists. @param {string} file @param {string[]} [args] */
const gnuTar = (file, args = []) =>
  execFileSync('tar', ['-tf', join(archives, file), ...args]).toString();

test('ls: the names that tar lists', async () => {
  for (const file of ['simple-none.tar', 'features-gzip.tar.gz', 'crio.tar']) {
    const { code, stdout, stderr } = await ckpt(['ls', file], { cwd });
    assert.equal(stdout, gnuTar(file));
    assert.deepEqual([code, stderr], [0, '']);
  }
});

test('ls: from standard input', async () => {
  const { code, stdout } = await ckpt(['ls', '-'], {
    input: readFileSync(join(archives, 'multi-gzip.tar.gz')),
  });
  assert.equal(stdout, gnuTar('multi-gzip.tar.gz'));
  assert.equal(code, 0);
});

test('ls --long', async () => {
  const { stdout } = await ckpt(['ls', '-l', 'features-gzip.tar.gz'], { cwd });
  const lines = stdout.split('\n');
  assert.equal(lines[0], 'drwxr-xr-x       0  2026-11-22T04:06:22Z  artifacts/');
  assert.equal(lines[2], '-rw-------   11290  2026-11-22T04:06:25Z  config.dump');
  const inner = await ckpt(['ls', '--long', 'features-gzip.tar.gz', './rootfs-diff.tar'], { cwd });
  assert.match(inner.stdout, /^prw-r--r-- +0 {2}2026-11-22T04:06:23Z {2}var\/pipe$/m);
  assert.match(
    inner.stdout,
    /^lrwxrwxrwx +0 {2}2026-11-22T04:06:23Z {2}var\/link -> \/etc\/motd$/m,
  );
  assert.match(
    inner.stdout,
    /^hrwsr-xr-x +0 {2}2026-11-22T04:06:23Z {2}etc\/motd link to var\/hard$/m,
  );
});

test('ls of tars inside, plain and compressed', async () => {
  const inner = tar([
    ['./', ''],
    ['./a b', 'x'],
    ['.wh.gone', ''],
  ]);
  const made = folder({
    'a.tar': tar(
      checkpoint({ 'rootfs-diff.tar': gzipSync(inner), 'volumes/v.tar': inner, 'bad.tar': 'no' }),
    ),
  });
  for (const member of ['rootfs-diff.tar', 'volumes/v.tar', './volumes/v.tar']) {
    const { code, stdout } = await ckpt(['ls', 'a.tar', member], { cwd: made });
    assert.deepEqual([code, stdout], [0, './\na b\n.wh.gone\n'], member);
  }
  const bad = await ckpt(['ls', 'a.tar', 'bad.tar'], { cwd: made });
  assert.match(bad.stderr, /^ckpt: a\.tar!bad\.tar: There are only 2 bytes/);
  assert.deepEqual([bad.code, bad.stdout], [1, '']);
  const none = await ckpt(['ls', 'a.tar', 'nope\x1b'], { cwd: made });
  assert.equal(none.stderr, 'ckpt: a.tar: there is no member nope\\x1b\n');
  assert.deepEqual([none.code, none.stdout], [1, '']);
});

test('ls --json: everything about the members, in ASCII', async () => {
  const made = folder({
    'a.tar': tar([
      ['../x\x1b\u202e', { content: 'abc', mode: 0o4755, mtime: 1 }],
      ['l', { type: '2', link: '/etc/passwd' }],
    ]),
    'none.tar': tar([]),
  });
  const { code, stdout } = await ckpt(['ls', '--json', 'a.tar'], { cwd: made });
  assert.equal(code, 0);
  assert.match(stdout, /^[\n\x20-\x7e]*$/);
  const [first, second] = JSON.parse(stdout);
  assert.equal(first.name, '../x\x1b\u202e');
  assert.deepEqual(
    [first.type, first.size, first.mode, first.mtime],
    ['file', 3, 0o4755, '1970-01-01T00:00:01Z'],
  );
  assert.ok(first.nameFlags.includes('dotdot') && first.nameFlags.includes('control'));
  assert.deepEqual([second.type, second.link], ['symlink', '/etc/passwd']);
  assert.equal((await ckpt(['ls', '--json', 'none.tar'], { cwd: made })).stdout, '[]\n');
});

test('ls: names cannot act in a terminal', async () => {
  const made = folder({
    'a.tar': tar([
      ['a\x1b[2J\nb', ''],
      [new Uint8Array([0x78, 0xff, 0x0d]), ''],
      ['l\u009b', { type: '2', link: '\x07' }],
    ]),
  });
  for (const option of ['--long', '--no-progress']) {
    const { stdout } = await ckpt(['ls', option, 'a.tar'], { cwd: made });
    for (const text of ['a\\x1b[2J\\nb\n', 'x\\xff\\r\n', 'l\\x9b'])
      assert.ok(stdout.includes(text), text);
    assert.doesNotMatch(stdout, /[^\P{C}\n]/u);
  }
});

test('ls: a broken archive is listed up to the break', async () => {
  const whole = tar(checkpoint());
  const made = folder({ 'cut.tar': whole.subarray(0, 3500), 'x.tar': 'hello' });
  const { code, stdout, stderr } = await ckpt(['ls', 'cut.tar'], { cwd: made });
  assert.equal(stdout, 'config.dump\nspec.dump\ncheckpoint/\ncheckpoint/pages-1.img\n');
  assert.match(stderr, /^ckpt: cut\.tar: The archive ends in member "checkpoint\/pages-1\.img" /);
  assert.equal(code, 1);
  const text = await ckpt(['ls', 'x.tar'], { cwd: made });
  assert.deepEqual([text.code, text.stdout], [1, '']);
});

// ---- cat -------------------------------------------------------------------------------------------

test('cat: the bytes of a member', async () => {
  for (const [file, member] of [
    ['simple-none.tar', 'checkpoint/pages-1.img'],
    ['features-gzip.tar.gz', './rootfs-diff.tar'],
    ['crio.tar', 'config.dump'],
  ]) {
    const { code, bytes, stderr } = await ckpt(['cat', file, member], { cwd });
    const expected = execFileSync('tar', ['-xOf', join(archives, file), member.replace('./', '')]);
    assert.ok(bytes.equals(expected), file);
    assert.deepEqual([code, stderr], [0, '']);
  }
});

test('cat: what comes by pipe is remembered', async () => {
  const input = readFileSync(join(archives, 'multi-gzip.tar.gz'));
  const kept = await ckpt(['cat', '-', 'deleted.files'], {
    input: tar(checkpoint({ 'deleted.files': '[]' })),
  });
  assert.deepEqual([kept.code, kept.stdout], [0, '[]']);
  const member = 'checkpoint/pages-1.img';
  const file = await ckpt(['cat', 'multi-gzip.tar.gz', member], { cwd });
  for (const args of [['-', member], [`-!${member}`]]) {
    const piped = await ckpt(['cat', ...args], { input });
    assert.deepEqual([piped.code, piped.stderr], [0, '']);
    assert.ok(piped.bytes.equals(file.bytes) && file.bytes.length > 0);
  }
});

test('cat: empty members, folders, members that are not there', async () => {
  const made = folder({
    'a.tar': tar(checkpoint({ empty: '' })),
    'cut.tar': tar(checkpoint()).subarray(0, 3500),
  });
  const empty = await ckpt(['cat', 'a.tar', 'empty'], { cwd: made });
  assert.deepEqual([empty.code, empty.stdout, empty.stderr], [0, '', '']);
  const directory = await ckpt(['cat', 'a.tar', 'checkpoint/'], { cwd: made });
  assert.equal(directory.stderr, 'ckpt: a.tar!checkpoint: is no regular file (directory)\n');
  assert.equal(directory.code, 1);
  const none = await ckpt(['cat', 'a.tar', 'x\x1b'], { cwd: made });
  assert.deepEqual(
    [none.code, none.stdout, none.stderr],
    [1, '', 'ckpt: a.tar: there is no member x\\x1b\n'],
  );
  const file = await ckpt(['cat', 'nope.tar', 'x'], { cwd: made });
  assert.deepEqual(
    [file.code, file.stdout, file.stderr],
    [3, '', 'ckpt: nope.tar: no such file or directory\n'],
  );
  const before = await ckpt(['cat', 'cut.tar', 'config.dump'], { cwd: made });
  assert.deepEqual([before.code, before.stdout], [0, config]);
  const broken = await ckpt(['cat', 'cut.tar', 'checkpoint/pages-1.img'], { cwd: made });
  assert.equal(broken.code, 1);
  assert.match(broken.stderr, /^ckpt: cut\.tar.*: The archive ends in/);
});

test('cat and ls: the checkpoint in an image', async () => {
  const file = 'simple-image.oci.tar';
  const members = await ckpt(['ls', file], { cwd });
  assert.equal(members.code, 0);
  assert.match(members.stdout, /^checkpoint\/pages-1\.img$/m);
  const image = await ckpt(['cat', file, 'spec.dump'], { cwd });
  const archive = await ckpt(['cat', 'simple-none.tar', 'spec.dump'], { cwd });
  assert.equal(image.code, 0);
  assert.deepEqual(JSON.parse(image.stdout).annotations, JSON.parse(archive.stdout).annotations);
});

test('cat and ls: the containers of a pod', async () => {
  const inside = (/** @type {string} */ name) =>
    checkpoint({ 'config.dump': JSON.stringify({ ...JSON.parse(config), name }) }).map(
      ([path, entry]) => /** @type {[string, typeof entry]} */ ([`${name}-dir/${path}`, entry]),
    );
  const containers = { web: 'web-dir', db: 'db-dir' };
  const made = folder({
    'pod.tar': tar([
      ['pod.options', JSON.stringify({ version: 1, containers })],
      ...inside('web'),
      ...inside('db'),
    ]),
  });
  const outer = await ckpt(['ls', 'pod.tar'], { cwd: made });
  assert.match(outer.stdout, /^web-dir\/config\.dump$/m);
  for (const name of ['web', 'web-dir', '1']) {
    const { stdout, stderr } = await ckpt(['ls', '-c', name, 'pod.tar'], { cwd: made });
    assert.equal(stderr, '');
    assert.match(stdout, /^config\.dump$/m);
  }
  const db = await ckpt(['cat', '--container', 'db', 'pod.tar', 'config.dump'], { cwd: made });
  assert.equal(JSON.parse(db.stdout).name, 'db');
  const which = await ckpt(['cat', 'pod.tar', 'config.dump'], { cwd: made });
  assert.equal(
    which.stderr,
    'ckpt: pod.tar: there is no member config.dump; choose a container with --container: 1 (web), 2 (db)\n',
  );
  assert.deepEqual([which.code, which.stdout], [1, '']);
  const wrong = await ckpt(['ls', '--container', 'x', 'pod.tar'], { cwd: made });
  assert.equal(
    wrong.stderr,
    'ckpt: pod.tar: --container x: there is no such container; there are 1 (web), 2 (db)\n',
  );
  const plain = await ckpt(['ls', '--container', 'x', 'crio.tar'], { cwd });
  assert.equal(plain.stderr, 'ckpt: crio.tar: there is no container inside of it\n');
  // Both are shown, and both are checked.
  const shown = await ckpt(['show', 'pod.tar'], { cwd: made });
  assert.match(shown.stdout, /^web .*\ndb .*\n$/m);
  const checked = await ckpt(['validate', '-f', 'json', 'pod.tar'], { cwd: made });
  const [{ report }] = JSON.parse(checked.stdout).results;
  assert.deepEqual(
    report.containers.map((/** @type {any} */ { name }) => name),
    ['web-dir', 'db-dir'],
  );
});

test('ls with a pattern, members that are not there with the nearest, a file on standard input', async () => {
  const { stdout } = await ckpt(['ls', 'crio.tar', '*core-*.img'], { cwd: archives });
  assert.equal(stdout, 'checkpoint/core-1.img\ncheckpoint/core-8.img\n');
  const inner = await ckpt(['ls', 'crio.tar!rootfs-diff.tar', '--json'], { cwd: archives });
  assert.ok(JSON.parse(inner.stdout).length > 0);
  for (const [args, message] of /** @type {[string[], string][]} */ ([
    [['ls', 'crio.tar', '*.none'], 'crio.tar: no member matches *.none'],
    [
      ['cat', 'crio.tar', 'conifg.dump'],
      'crio.tar: there is no member conifg.dump; did you mean config.dump?',
    ],
    [
      ['cat', 'crio.tar!pages-1.img'],
      'crio.tar: there is no member pages-1.img; did you mean checkpoint/pages-1.img?',
    ],
  ])) {
    const { code, stdout: out, stderr } = await ckpt(args, { cwd: archives });
    assert.deepEqual([code, out, stderr], [1, '', `ckpt: ${message}\n`]);
  }
  const name = 'checkpoint/pages-1.img';
  const read = (/** @type {string} */ file, /** @type {'' | '-'} */ dash) =>
    execFileSync(
      'sh',
      ['-c', '"$0" "$1" cat "${3:-$2}" "$4" <"$2"', process.execPath, program, file, dash, name],
      {
        cwd: archives,
      },
    );
  if (process.platform === 'linux')
    assert.deepEqual(read('simple-gzip.tar.gz', '-'), read('simple-gzip.tar.gz', ''));
});

test('what comes by pipe: commands that read twice print what they print of the file', async () => {
  const name = 'multi-gzip.tar.gz';
  const input = readFileSync(join(archives, name));
  const made = folder({});
  for (const [...args] of [
    ['build', name, join(made, 'image.tar')],
    ['redact', name, '-o', join(made, 'copy.tar.gz')],
    ['convert', '--compress', 'none', name, join(made, 'plain.tar')],
    ['diff', name, join(archives, 'simple-none.tar')],
    ['diff', join(archives, 'simple-none.tar'), name],
    ['search', name, 'bin'],
    ['strings', name],
    ['memory', '--pid', '1', name],
    ['memparse', name],
    ['size', name],
    ['x', 'ps', name],
    ['decode', '--format', 'jsonl', name],
    ['validate', '--memory', '--digests', '--format', 'jsonl', name],
  ]) {
    const shown = (/** @type {string} */ text) =>
      text
        .replaceAll(name, 'FILE')
        .replaceAll('<stdin>', 'FILE')
        .replaceAll(/"(?:path|file)":"-"/g, '"path":"FILE"')
        .replaceAll(/(?<=^|from )-(?=:|$)/gm, 'FILE');
    const file = await ckpt(args, { cwd });
    const written = readdirSync(made).map((output) => readFileSync(join(made, output)));
    const piped = await ckpt(
      args.map((arg) => (arg === name ? '-' : arg)),
      { cwd, input },
    );
    const again = readdirSync(made).map((output) => readFileSync(join(made, output)));
    assert.equal(piped.code, file.code, `${args.join(' ')}: ${piped.stderr}`);
    if (args[0] !== 'validate' && args[0] !== 'diff')
      assert.equal(shown(piped.stdout), shown(file.stdout), args.join(' '));
    assert.ok(file.stdout.length + written.length > 0, args.join(' '));
    assert.deepEqual(
      again.map((bytes) => bytes.length),
      written.map((bytes) => bytes.length),
    );
    if (args[0] !== 'build') assert.deepEqual(again, written, args.join(' '));
  }
});
