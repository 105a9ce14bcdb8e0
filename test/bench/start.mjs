// SPDX-License-Identifier: Apache-2.0
// CPU time of whole processes (user and system), in milliseconds, and as many times as Node itself takes to start.
// NODE_EXTRA_CA_CERTS is taken out of the environment: to read certificates can take Node 20 more than all the rest of its
// start, and would hide what the command adds.
import { spawnSync } from 'node:child_process';
import process from 'node:process';

const ROUNDS = 25;
const small = 'test/data/archives/simple-zstd.tar.zst';
const env = { ...process.env };
delete env.NODE_EXTRA_CA_CERTS;
const rows = [
  ['-e', '0'],
  ['dist/cli/ckpt.js', '--version'],
  ['dist/cli/ckpt.js', 'show', small],
  ['dist/cli/ckpt.js', 'validate', '--summary', small],
].map((args) => ({ args, times: /** @type {number[]} */ ([]) }));

// In turns: whatever else runs on the machine meets all of them.
for (let i = 0; i < ROUNDS; i++)
  for (const { args, times } of rows) {
    const script = `TIMEFORMAT='%U %S'; time "$0" "$@" >/dev/null 2>&1 </dev/null`;
    const { stderr } = spawnSync('bash', ['-c', script, process.execPath, ...args], {
      ...{ encoding: 'utf8', env },
    });
    const [user, system] = stderr.trim().split(' ').map(Number);
    times.push((user + system) * 1000);
  }

const median = (/** @type {number[]} */ list) => list.sort((a, b) => a - b)[list.length >> 1];
const [base] = rows.map(({ times }) => median(times));
console.log(`start, CPU time in Node ${process.versions.node} (median of ${ROUNDS})`);
for (const { args, times } of rows) {
  const time = median(times);
  const name = args[0] === '-e' ? 'node -e 0' : `ckpt ${args.slice(1).join(' ')}`;
  console.log(`${name.padEnd(60)} ${time.toFixed(0).padStart(5)} ms  ${(time / base).toFixed(2)}×`);
}
