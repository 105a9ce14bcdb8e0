// SPDX-License-Identifier: Apache-2.0
// The commands that read all of a checkpoint, of CKPT_BENCH_MIB (64) MiB, side by side with what one would use
// instead: CPU seconds (the time that others take does not count), the ratio, and the peak of memory.
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { makeDump } from './large-dump.mjs';

const MIB = Number(process.env.CKPT_BENCH_MIB ?? 64);
const folder = fileURLToPath(new URL('../../build/bench/writers/', import.meta.url));
const ckpt = fileURLToPath(new URL('../../wasm/cli/ckpt.js', import.meta.url));
const at = (/** @type {string} */ name) => join(folder, name);

/** CPU seconds and peak MiB of a command of the shell. @param {string} command */
function cost(command) {
  const report = at('time');
  const run = spawnSync('/usr/bin/time', ['-qo', report, '-f', '%U %S %M', 'sh', '-c', command]);
  if (run.error) throw run.error;
  const [user, system, peak] = readFileSync(report, 'utf8').trim().split(' ').map(Number);
  return { seconds: user + system, peak: Math.round(peak / 1024) };
}

mkdirSync(folder, { recursive: true });
makeDump(at('a.tar'), MIB * 2 ** 20);
makeDump(at('b.tar'), MIB * 2 ** 20, { every: 100 });
for (const name of ['a', 'b']) cost(`zstd -qf3 ${at(`${name}.tar`)}`);

const own = (/** @type {string} */ args) => `cd ${folder} && ${process.execPath} ${ckpt} ${args}`;
const gzip = `tar -cf - ${at('a.tar')} | gzip > ${at('out.gz')}`;
/** @type {[string, string, string, string][]} */
const rows = [
  ['build', own('build --arch amd64 a.tar out.tar'), 'sha256sum', `sha256sum ${at('a.tar')}`],
  [
    'build --compress gzip',
    own('build --arch amd64 --compress gzip a.tar out.tar'),
    'tar | gzip',
    gzip,
  ],
  [
    'convert --compress none',
    own('convert --compress none a.tar out.tar'),
    'cp',
    `cp ${at('a.tar')} ${at('out.tar')}`,
  ],
  ['redact', own('redact a.tar -o out.tar'), 'tar | gzip', gzip],
  ['diff', own('diff a.tar b.tar'), 'sha256sum of both', `sha256sum ${at('a.tar')} ${at('b.tar')}`],
  [
    'diff, zstd',
    own('diff a.tar.zst b.tar.zst'),
    'zstd -dc of both',
    `zstd -dc ${at('a.tar.zst')} ${at('b.tar.zst')} > /dev/null`,
  ],
];
console.log(
  `Whole checkpoints of ${MIB} MiB: CPU seconds, peak MiB, and times the other's seconds\n`,
);
for (const [name, command, other, otherCommand] of rows) {
  const [ours, theirs] = [cost(command), cost(otherCommand)];
  const ratio = ours.seconds / Math.max(theirs.seconds, 0.01);
  console.log(
    `${name.padEnd(26)}${ours.seconds.toFixed(2).padStart(8)}${String(ours.peak).padStart(6)}   ${ratio.toFixed(2).padStart(6)}× ${other} (${theirs.seconds.toFixed(2)})`,
  );
}
rmSync(folder, { recursive: true });
