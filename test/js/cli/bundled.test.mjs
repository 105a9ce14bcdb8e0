// SPDX-License-Identifier: Apache-2.0
// The command as it is published, dist/cli: the same answers as from the sources, and little is loaded for little.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync, readdirSync } from 'node:fs';
import { test } from 'node:test';
import { Script } from 'node:vm';
import { folder } from '../lib/cli-run.mjs';

const ARCHIVE = 'test/data/archives/multi-gzip.tar.gz';

/** @param {string} program @param {string[]} args */
function run(program, args) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [program, ...args], {
    encoding: 'utf8',
  });
  return { status, stdout, stderr };
}

for (const args of [
  ['--version'],
  ['--help'],
  ['validate', '--help'],
  ['show', ARCHIVE],
  ['validate', '--format', 'json', ARCHIVE, 'test/data/archives'],
  ['explain', 'CKP100'],
  ['completion', 'bash'],
  ['nonsense'],
])
  test(`ckpt ${args.join(' ')}`, () =>
    assert.deepEqual(run('dist/cli/ckpt.js', args), run('wasm/cli/ckpt.js', args)));

test('--version needs nothing but its own file', () => {
  const alone = folder({
    'package.json': readFileSync('package.json'),
    'dist/cli/package.json': readFileSync('dist/cli/package.json'),
    'dist/cli/ckpt.js': readFileSync('dist/cli/ckpt.js'),
  });
  const { version } = JSON.parse(readFileSync('package.json', 'utf8'));
  const own = `${alone}/dist/cli/ckpt.js`;
  assert.deepEqual(run(own, ['--version']), { status: 0, stdout: `ckpt ${version}\n`, stderr: '' });
  const { status, stderr } = run(own, ['show', 'x']);
  assert.equal(status, 3);
  assert.match(stderr, /^ckpt: a file of dist\/ is missing; /);
});

test('most commands are in few files, none of which is a module', () => {
  const names = readdirSync('dist/cli').filter((name) => name.endsWith('.js'));
  assert.ok(names.includes('base.js') && names.includes('worker.js'));
  for (const name of names) {
    const text = readFileSync(`dist/cli/${name}`, 'utf8').replace(/^#!.*/, '');
    assert.doesNotMatch(text, /\bimport\(/, name);
    new Script(`(() => {${text}})`, { filename: name }); // a module would be a syntax error
  }
  const { stderr } = spawnSync(process.execPath, ['dist/cli/ckpt.js', 'show', ARCHIVE], {
    encoding: 'utf8',
    env: { ...process.env, NODE_DEBUG: 'module' },
  });
  const loaded = names.filter((name) => stderr.includes(`/dist/cli/${name}`));
  assert.deepEqual(loaded.sort(), ['base.js', 'ckpt.js']);
});
