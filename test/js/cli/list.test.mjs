// SPDX-License-Identifier: Apache-2.0
// ckpt list: the reference tool's table of the checkpoints in folders.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { archives, checkpoint, tar } from '../lib/cli-archives.mjs';
import { ckpt, folder, jsonLines } from '../lib/cli-run.mjs';

const real = (/** @type {string} */ name) => readFileSync(join(archives, name));
const HEADER =
  /NAMESPACE +POD +CONTAINER +ENGINE +TIME CHECKPOINTED +CHECKPOINT NAME\n-{9} +-{3} +-{9} +-{6} +-{17} +-{15}\n/;

/** @param {string} stdout @returns {string[][]} rows of the table */
const rowsOf = (stdout) =>
  stdout
    .split(HEADER)[1]
    .split('\n')
    .slice(0, -1)
    .map((line) => line.split(/ {3,}/));

test('list: real checkpoints under names of the kubelet', async () => {
  const crio = 'checkpoint-counter-6f9c_team-a-count-up-2026-03-13T21:43:06Z.tar';
  const cwd = folder({
    [`kubelet/${crio}`]: real('crio.tar'),
    'kubelet/checkpoint-b.tar': real('containerd21.tar'),
    'kubelet/other.tar': 'x',
    'podman/checkpoint-1.tar.zst': real('simple-zstd.tar.zst'),
    'empty/x': '',
  });
  const { code, stdout, stderr } = await ckpt(['list', 'kubelet', 'empty', 'podman/', 'nope'], {
    cwd,
  });
  assert.deepEqual(
    [code, stderr],
    [
      3,
      'ckpt: Error extracting information from kubelet/other.tar: There are only 1 bytes, starting with 78 (a text); a tar archive has at least 512.\n' +
        'ckpt: nope: no such file or directory\n',
    ],
  );
  assert.ok(
    stdout.startsWith(
      'Listing checkpoints in path: kubelet\nListing checkpoints in path: podman/\nNAMESPACE   POD ',
    ),
    stdout,
  );
  assert.deepEqual(rowsOf(stdout), [
    ['team-a', 'counter-6f9c', 'count-up', 'containerd', '13 Mar 26 21:43 UTC', 'checkpoint-b.tar'],
    ['team-a', 'counter-6f9c', 'count-up', 'CRI-O', '13 Mar 26 21:43 UTC', crio],
    // Podman does not record the time: that of the images, not the year 1.
    ['', 'simple', 'Podman', '22 Nov 26 04:06 UTC', 'checkpoint-1.tar.zst'],
  ]);
});

test('list: what the metadata do not say is taken from the name', async () => {
  const time = '2026-03-31T05:16:12+02:00';
  const none = { 'spec.dump': '{}' };
  const cwd = folder({
    [`checkpoint-p_n-c-${time}.tar`]: tar(checkpoint(none)),
    'checkpoint-x.tar': tar(checkpoint({ ...none, 'checkpoint/pages-1.img': 'x' })),
  });
  const { stdout } = await ckpt(['list', '.'], { cwd });
  const [named, other] = rowsOf(stdout);
  assert.deepEqual([named[0], named[1], named.at(-2)], ['n', 'p', '31 Mar 26 05:16 +0200']);
  assert.equal(other.at(-2), 'unknown');
});

test('list: a name that says something else than the metadata', async () => {
  const name = 'checkpoint-web_prod-db-2026-03-13T21:43:06Z.tar';
  const cwd = folder({ [name]: real('crio.tar') });
  const { code, stdout, stderr } = await ckpt(['list', '.'], { cwd });
  assert.equal(
    stderr,
    `ckpt: ${name}: the name says pod web, not counter-6f9c; namespace prod, not team-a; container db, not count-up\n`,
  );
  assert.equal(code, 0);
  assert.deepEqual(rowsOf(stdout)[0].slice(0, 3), ['team-a', 'counter-6f9c', 'count-up']);
});

test('list: nothing there', async () => {
  const cwd = folder({ 'a/x.txt': '' });
  for (const [folders, text, missing] of /** @type {[string[], string, string]} */ ([
    [['a'], '[a]', ''],
    [['a', 'nope'], '[a nope]', 'nope'],
    [['a\x1b[2J'], '[a\\x1b[2J]', 'a\\x1b[2J'],
  ])) {
    const { code, stdout, stderr } = await ckpt(['list', ...folders], { cwd });
    const said = missing === '' ? '' : `ckpt: ${missing}: no such file or directory\n`;
    assert.deepEqual(
      [code, stdout, stderr],
      [missing === '' ? 0 : 3, `No checkpoints found in ${text}\n`, said],
    );
  }
});

test('list: what is wrong is said, the others are listed', async () => {
  const cwd = folder({
    'checkpoint-bad.tar': 'x'.repeat(1024),
    'checkpoint-cut.tar': tar(checkpoint()).subarray(0, 3500),
    'checkpoint-good.tar': tar(checkpoint()),
    'checkpoint-x\x1b[2J': 'x',
  });
  const { code, stdout, stderr } = await ckpt(['list', '.'], { cwd });
  assert.equal(code, 0); // as the reference tool
  assert.equal(rowsOf(stdout).length, 1);
  const lines = stderr.replaceAll('Error extracting information from ', '').split('\n');
  assert.notEqual(lines.join('\n'), stderr);
  assert.match(lines[0], /^ckpt: checkpoint-bad\.tar: /);
  assert.match(lines[1], /^ckpt: checkpoint-cut\.tar: The archive ends in member /);
  assert.match(lines[2], /^ckpt: checkpoint-x\\x1b\[2J: /);
  assert.equal(lines.length, 4);
});

test('list: for programs', async () => {
  const cwd = folder({
    'x/checkpoint-b.tar': real('containerd21.tar'),
    'x/dump.tar.zst': real('simple-zstd.tar.zst'),
  });
  const json = await ckpt(['list', '--json', 'x'], { cwd });
  const { checkpoints } = JSON.parse(json.stdout);
  assert.deepEqual(
    checkpoints.map((/** @type {any} */ one) => [one.path, one.pod, one.container, one.engine]),
    [
      ['x/checkpoint-b.tar', 'counter-6f9c', 'count-up', 'containerd'],
      ['x/dump.tar.zst', '', 'simple', 'podman'],
    ],
  );
  const lines = await ckpt(['list', '--format', 'jsonl', 'x'], { cwd });
  assert.deepEqual(jsonLines(lines.stdout), checkpoints);
});
