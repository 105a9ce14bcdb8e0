// SPDX-License-Identifier: Apache-2.0
// The command as it is published, dist/cli: the same answers as from the sources, and little is loaded for little.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { test } from 'node:test';

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

test('--version loads no command and no core', () => {
  const { stderr, status } = spawnSync(process.execPath, ['dist/cli/ckpt.js', '--version'], {
    encoding: 'utf8',
    env: { ...process.env, NODE_DEBUG: 'esm' },
  });
  assert.equal(status, 0);
  const loaded = readdirSync('dist/cli').filter((name) => stderr.includes(`/dist/cli/${name}`));
  assert.ok(loaded.includes('ckpt.js'));
  assert.deepEqual(
    loaded.filter((name) => /^(api|node|validate|show|inspect|worker)-?/.test(name)),
    [],
  );
});
