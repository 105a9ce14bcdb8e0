// SPDX-License-Identifier: Apache-2.0
// `make install`, as a packager calls it, and programs outside the tree that use what it installs.
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';

const stage = mkdtempSync(join(tmpdir(), 'ckpt-install-'));
after(() => rmSync(stage, { recursive: true }));
const run = (/** @type {string} */ command, /** @type {string[]} */ ...args) =>
  execFileSync(command, args, { encoding: 'utf8', cwd: stage });

test('make install puts header, library, pkg-config file and manual page below DESTDIR and PREFIX', () => {
  const install = ['install', `DESTDIR=${stage}`, 'PREFIX=/opt/ckpt'];
  const { status, stderr } = spawnSync('make', install, { encoding: 'utf8' });
  assert.deepEqual({ status, stderr }, { status: 0, stderr: '' });
  const found = readdirSync(join(stage, 'opt/ckpt'), { recursive: true }).map(String).sort();
  assert.deepEqual(
    found.filter((name) => name.includes('.')),
    ['include/ckpt.h', 'lib/libckpt.a', 'lib/pkgconfig/ckpt.pc', 'share/man/man1/ckpt.1'],
  );
  const { version } = JSON.parse(readFileSync('package.json', 'utf8'));
  const pc = readFileSync(join(stage, 'opt/ckpt/lib/pkgconfig/ckpt.pc'), 'utf8');
  assert.match(pc, /^prefix=\/opt\/ckpt$/m);
  assert.ok(pc.includes(`\nVersion: ${version}\n`));
  assert.match(pc, /^Libs: -L\$\{libdir\} -lckpt -lm$/m);
});

test('the installed header holds all that it needs', () => {
  const header = readFileSync(join(stage, 'opt/ckpt/include/ckpt.h'), 'utf8');
  assert.doesNotMatch(header, /#include "/);
});

for (const [compiler, source, ...flags] of [
  ['gcc', 'consumer.c', '-std=c99'],
  ['g++', 'consumer.cc', '-std=c++11'],
])
  test(`a program in ${source.endsWith('cc') ? 'C++' : 'C'} compiles and runs with it`, () => {
    cpSync('test/c/consumer', stage, { recursive: true });
    const prefix = join(stage, 'opt/ckpt');
    const warnings = ['-Wall', '-Wextra', '-Wpedantic', '-Werror'];
    run(
      ...[compiler, ...flags, ...warnings, `-I${prefix}/include`, source],
      ...[`-L${prefix}/lib`, '-lckpt', '-lm', '-o', 'consumer'],
    );
    assert.equal(run('./consumer'), '1234 web\nCKP100 line 1 column 2\n');
  });
