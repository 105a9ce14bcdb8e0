// SPDX-License-Identifier: Apache-2.0
// Dumps that are given together: which of them are those before an incremental one.
import assert from 'node:assert/strict';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import test from 'node:test';
import { before, linksOf } from '../../../wasm/api/chain.js';
import { openCheckpoint } from '../../../wasm/api/node.js';
import { ckpt as run, data, folder } from '../lib/cli-run.mjs';

const dump = (/** @type {Partial<import('../../../wasm/api/chain.js').Links>} */ facts) => ({
  ...{ parent: null, container: 'a', made: 1, early: false },
  ...facts,
});

test('what a checkpoint tells', () => {
  const file = (/** @type {string} */ name, /** @type {number} */ mtime) => ({
    ...{ name, type: 'file', link: '', mtime },
  });
  assert.deepEqual(
    linksOf(
      [
        file('config.dump', 9),
        file('checkpoint/core-1.img', 3),
        file('checkpoint/mm-1.img', 2),
        { name: 'checkpoint/parent', type: 'symlink', link: '../pre-checkpoint' },
      ],
      'a',
    ),
    dump({ parent: '../pre-checkpoint', made: 3 }),
  );
  assert.deepEqual(
    linksOf([file('pre-checkpoint/pages-1.img', 3)], undefined),
    dump({ container: '', made: 3, early: true }),
  );
});

test('those before it are of the same container, older, and what the link means; the latest first', () => {
  const parent = '../pre-checkpoint';
  const last = dump({ parent, made: 9 });
  const pre = dump({ made: 5, early: true });
  const older = dump({ made: 3, early: true });
  assert.deepEqual(before(last, [older, last, pre]), [pre]);
  const linked = dump({ parent, made: 5, early: true });
  assert.deepEqual(before(last, [older, last, linked]), [linked, older]);
  for (const other of [
    dump({ container: 'b', made: 5, early: true }),
    dump({ made: 9, early: true }),
    dump({ made: 0, early: true }),
    dump({ made: 5 }), // a whole checkpoint is no pre-checkpoint
  ])
    assert.deepEqual(before(last, [other]), [], JSON.stringify(other));
  assert.deepEqual(before(dump({ made: 9 }), [pre]), []);
  const nameless = dump({ parent, container: '', made: 9 });
  assert.deepEqual(before(nameless, [dump({ container: '', made: 5, early: true })]), []);
  // A link that leads in a circle ends.
  const round = dump({ parent: '.', container: '' });
  const other = dump({ parent: '.', container: '' });
  assert.deepEqual(
    before(round, [round, other], () => true),
    [other],
  );
});

test('folders given together find each other, whatever their order', async () => {
  const place = folder();
  const all = await openCheckpoint(join(data, 'dumps/chain-plain/chain-dirs.tar.zst'));
  for await (const { member, bytes } of all.readAll(() => true)) {
    mkdirSync(dirname(join(place, member.name)), { recursive: true });
    writeFileSync(join(place, member.name), bytes);
  }
  await all.close();
  symlinkSync('../2', join(place, '3/parent'));
  symlinkSync('../1', join(place, '2/parent'));
  const memory = async (/** @type {string[]} */ ...operands) => {
    const { stdout } = await run(['maps', '--format', 'json', ...operands], { cwd: place });
    const rows = JSON.parse(stdout).maps.filter(
      (/** @type {any} */ { checkpoint = '3' }) => checkpoint === '3',
    );
    const sum = (/** @type {string} */ name) =>
      rows.reduce((/** @type {number} */ total, /** @type {any} */ row) => total + row[name], 0);
    return { previous: sum('previous'), missing: sum('missing') };
  };
  const alone = await memory('3');
  assert.equal(alone.previous, 0);
  assert.ok(alone.missing > 0);
  for (const order of [
    ['1', '2', '3'],
    ['3', '1', '2'],
  ])
    assert.deepEqual(await memory(...order), { previous: alone.missing, missing: 0 });
  const verdict = async (/** @type {string[]} */ ...operands) => {
    const { stdout } = await run(['validate', '--format', 'json', ...operands], { cwd: place });
    const { results } = JSON.parse(stdout);
    const { report } = results.find((/** @type {any} */ { path }) => path.endsWith('3'));
    return report.findings
      .filter((/** @type {any} */ { id }) => id === 'CKP512')
      .map((/** @type {any} */ { severity }) => severity);
  };
  for (const given of [
    ['3'],
    ['3', '1'],
    ['--previous', '2', '3'],
    ['--previous', '1', '--previous', '2', '3'],
  ])
    assert.ok((await verdict(...given)).includes('error'), given.join(' '));
  for (const given of [
    ['1', '2', '3'],
    ['3', '1', '2'],
    ['--previous', '2', '--previous', '1', '3'],
    ['.'],
  ])
    assert.deepEqual(await verdict(...given), ['info', 'info'], given.join(' '));
  const half = await memory('3', '2');
  assert.ok(half.missing > 0 && half.missing < alone.missing);
  const { stdout, stderr, code } = await run(['ps', '1', '3'], { cwd: place });
  assert.match(stdout, /1115 .*\n1116 /);
  assert.match(stderr, /^ckpt: 1: pstree\.img: a pre-dump has memory alone, no processes$/m);
  assert.equal(code, 1);
});
