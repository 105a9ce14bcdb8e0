// SPDX-License-Identifier: Apache-2.0
// ckpt diff: its forms, its exit codes, and that nothing from a file gets through as it is.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import Ajv2020 from 'ajv/dist/2020.js';
import { archives, checkpoint, tar } from '../lib/cli-archives.mjs';
import { ckpt, data, folder } from '../lib/cli-run.mjs';
import { planted } from '../lib/planted.mjs';

const a = join(archives, 'diff-a-zstd.tar.zst');
const b = join(archives, 'diff-b-zstd.tar.zst');
const schema = new URL('../../../dist/schema/diff.schema.json', import.meta.url);

test('diff of a checkpoint and itself: nothing, 0', async () => {
  const { code, stdout, stderr } = await ckpt(['diff', a, a]);
  assert.deepEqual([code, stderr], [0, '']);
  assert.match(stdout, /^Nothing differs\.$/m);
  assert.match(stdout, /^│ = No change$/m);
});

test('diff as a tree: what came, went and changed, 1', async () => {
  const { code, stdout, stderr } = await ckpt(['diff', a, b]);
  assert.deepEqual([code, stderr], [1, '']);
  for (const line of [
    '  Created: 2026-11-22T04:10:13Z',
    '│ ↑ Increased by 0.19 MB',
    '│ Pages of 4096 bytes: 6 changed, 48 came, 284 the same',
    '│ + PID 7 sleep 4000',
    '│ + PID 1 fd 4 REG /data/tick-1.txt',
    '│ + PID 1 fd 5 tcp LISTEN 0.0.0.0:7000',
    'Pages: +48 -0 ~6',
  ])
    assert.ok(stdout.split('\n').includes(line), line);
  assert.doesNotMatch(stdout, /fdinfo|pagemap-/);
  const noisy = await ckpt(['diff', '--noise', a, b]);
  assert.match(noisy.stdout, /^│ ~ stats-dump/m);
  const unchanged = await ckpt(['diff', '--show-unchanged', a, b]);
  assert.match(unchanged.stdout, /^│ = PID 1 /m);
});

test('diff as JSON: the members of the reference tool, and everything', async () => {
  const { code, stdout } = await ckpt(['diff', '--format', 'json', a, b]);
  assert.equal(code, 1);
  const value = JSON.parse(stdout);
  const valid = new Ajv2020.default({ strict: true, strictTypes: false }).compile(
    JSON.parse(readFileSync(schema, 'utf8')),
  );
  assert.ok(valid(value), JSON.stringify(valid.errors));
  assert.deepEqual(Object.keys(value), [
    ...['container_id', 'container_name', 'image', 'checkpoint_a', 'checkpoint_b'],
    ...[
      'process_changes',
      'file_changes',
      'memory_changes',
      'socket_changes',
      'summary',
      'details',
    ],
  ]);
  assert.deepEqual(value.process_changes.added, [{ pid: 7, command: 'busybox' }]);
  assert.equal(value.memory_changes.size_change_bytes, 200704);
  assert.equal(value.details.memory.pages.changed, 6);
  const again = await ckpt(['diff', '--format', 'json', a, b]);
  assert.equal(again.stdout, stdout, 'it is the same every time');
});

test('diff as Markdown', async () => {
  const { code, stdout } = await ckpt(['diff', '--format', 'markdown', a, b]);
  assert.equal(code, 1);
  assert.match(stdout, /^# tick: A → B$/m);
  assert.match(stdout, /^## Memory Changes\n\n {4}↑ Increased by 0\.19 MB$/m);
});

test('diff of what cannot be read or is no checkpoint', async () => {
  const here = folder({ 'empty.tar': '', 'text.tar': 'no archive' });
  for (const [args, code, message] of /** @type {[string[], number, RegExp][]} */ ([
    [[a, join(here, 'none.tar')], 3, /none\.tar: no such file/],
    [[join(here, 'none.tar'), a], 3, /none\.tar: no such file/],
    [[join(here, 'text.tar'), a], 3, /text\.tar/],
    [[a], 2, /A B\.\.\. is missing/],
    [[a, b, a, '--previous-a', a], 2, /need exactly two checkpoints/],
    [[a, b, '-'], 2, /can be read only once/],
    [[a, b, '--format', 'yaml'], 2, /unknown format "yaml"/],
  ])) {
    const run = await ckpt(['diff', ...args]);
    assert.equal(run.code, code, run.stderr);
    assert.match(run.stderr, message);
    assert.equal(run.stdout, '');
  }
});

test('different containers, and names that act in a terminal', async () => {
  const one = tar(
    checkpoint({
      'config.dump': JSON.stringify({ id: 'a'.repeat(64), name: 'x\u001b[31my' }),
    }),
  );
  const two = tar(
    checkpoint({ 'config.dump': JSON.stringify({ id: 'b'.repeat(64), name: 'z\n# w' }) }),
  );
  const here = folder({ 'one.tar': one, 'two.tar': two });
  for (const format of ['tree', 'json', 'markdown', 'html']) {
    const { code, stdout } = await ckpt([
      'diff',
      '--format',
      format,
      join(here, 'one.tar'),
      join(here, 'two.tar'),
    ]);
    assert.equal(code, 1);
    // eslint-disable-next-line no-control-regex
    assert.doesNotMatch(stdout, /\u001b/);
    assert.doesNotMatch(stdout, /^# w/m);
    if (format === 'html') assert.match(stdout, /of different containers/);
    else if (format !== 'json')
      assert.match(stdout, /^The checkpoints are of different containers:$/m);
  }
});

/** Everything in one place that a page could act on. */
const ACTIVE = '</pre><script>alert(1)</script><img src=x onerror=alert(1)>"\'&\u202e';

test('diff as HTML: a page that needs nothing, in which nothing from a file acts', async () => {
  const of = (/** @type {string} */ id) =>
    tar(
      checkpoint({
        'config.dump': JSON.stringify({ id: id.repeat(64), name: ACTIVE }),
        'spec.dump': JSON.stringify({ annotations: { [ACTIVE]: id } }),
        [`${ACTIVE.slice(0, 60).replaceAll('/', ':')}${id}`]: 'x',
      }),
    );
  const here = folder({ 'one.tar': of('a'), 'two.tar': of('b') });
  const { code, stdout } = await ckpt([
    ...['diff', '--format', 'html', join(here, 'one.tar'), join(here, 'two.tar')],
  ]);
  assert.equal(code, 1);
  assert.match(stdout, /^<!doctype html>/);
  assert.match(stdout, /default-src 'none'/);
  assert.doesNotMatch(stdout, /<script|<img|\u202e|<link|src=(?!x)|href=/);
  assert.match(stdout, /&lt;script&gt;alert\(1\)/);
  // Every tag is one of ours.
  const tags = new Set(Array.from(stdout.matchAll(/<\/?([a-z0-9]+)/g), ([, tag]) => tag));
  const own =
    'html head meta title style body h1 h2 table thead tbody tr th td ul li pre details summary ins del em';
  assert.deepEqual(
    [...tags].filter((tag) => !own.split(' ').includes(tag)),
    [],
  );
});

test('a series: each with the one before it, and a table', async () => {
  const { code, stdout } = await ckpt(['diff', a, b, b]);
  assert.equal(code, 1);
  assert.match(stdout, /^══ 1: diff-a-zstd\.tar\.zst → diff-b-zstd\.tar\.zst ══$/m);
  assert.match(stdout, /^══ 2: diff-b-zstd\.tar\.zst → diff-b-zstd\.tar\.zst ══$/m);
  const table = stdout.slice(stdout.indexOf('\nSeries:\n') + 1).split('\n');
  assert.match(table[1], /^A +B +Time of B +Pages +Processes/);
  assert.match(table[2], /\+48 -0 ~6 +\+1 -0 ~0/);
  assert.match(table[3], /\+0 -0 ~0 +=/);
  const json = await ckpt(['diff', '--json', a, b, b]);
  const { series } = JSON.parse(json.stdout);
  assert.deepEqual(
    series.map((/** @type {any} */ { details }) => details.equal),
    [false, true],
  );
  const valid = new Ajv2020.default({ strict: true, strictTypes: false }).compile(
    JSON.parse(readFileSync(schema, 'utf8')),
  );
  assert.ok(valid({ series }), JSON.stringify(valid.errors));
  for (const [format, sign] of /** @type {[string, RegExp][]} */ ([
    ['markdown', /^# Series\n\n\| A \|/],
    ['html', /<th>Verdict of B<\/th>/],
  ]))
    assert.match((await ckpt(['diff', '--format', format, a, b, b])).stdout, sign);
  assert.equal((await ckpt(['diff', a, a, a])).code, 0);
});

test('a member that says a size nobody can read: not compared, said, and not equal', async () => {
  const huge = join(data, 'bombs/holes-1pib.tar.gz');
  const { code, stdout, stderr } = await ckpt(['diff', '--format', 'json', huge, huge]);
  assert.deepEqual([code, stderr], [1, '']);
  const { equal, gaps, members } = JSON.parse(stdout).details;
  assert.deepEqual([equal, members], [false, []]);
  assert.deepEqual(
    gaps.map((/** @type {any} */ { side, member }) => [side, member]),
    ['a', 'b'].map((side) => [side, 'rootfs-diff.tar']),
  );
  for (const { message } of gaps) assert.match(message, /1125899906842624 bytes .* not compared/);
});

test('a secret of a command line is in no form of it, unless --reveal', async () => {
  const secrets = ['hunter2secret', 'hunter3secret'];
  const cwd = folder({ 'a.tar': planted(secrets[0]), 'b.tar': planted(secrets[1], 'db2') });
  const args = ['diff', '--show-unchanged', '--ps-tree-cmd', '--ps-tree-env', 'a.tar', 'b.tar'];
  for (const format of ['tree', 'json', 'markdown', 'html']) {
    const { code, stdout } = await ckpt([...args, '--format', format], { cwd });
    assert.equal(code, 1, format);
    assert.ok(stdout.includes('db2'), format);
    for (const secret of secrets) assert.ok(!stdout.includes(secret), `${format}: ${secret}`);
    const shown = await ckpt([...args, '--format', format, '--reveal'], { cwd });
    for (const secret of secrets) assert.ok(shown.stdout.includes(secret), format);
  }
});
