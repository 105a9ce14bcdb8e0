// SPDX-License-Identifier: Apache-2.0
// node test/tools/mutate_dumps.mjs COUNT SEED ARCHIVE...
// Mutates the images of real dumps (test/js/lib/mutations.mjs) COUNT times in all and drives each through the API and, in
// this process, through commands of the CLI: none may crash, hang, or tell what is not so.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { load } from '../../wasm/api/node.js';
import { main } from '../../wasm/cli/main.js';
import { Told, filesOf, holds, mutate, numbers } from '../js/lib/mutations.mjs';
import { tar } from '../js/lib/tar.mjs';

/** More work than that is a hang: CPU time of this process, in milliseconds. */
const HANG = 5000;
const cpu = () => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
};

const [count, seed, ...archives] = process.argv.slice(2);
const ckpt = await load();
const folder = mkdtempSync(join(tmpdir(), 'ckpt-mutations-'));
const file = join(folder, 'mutated.tar');
process.stdout.setMaxListeners(0);
process.stderr.setMaxListeners(0);

const COMMANDS = [
  ...['ps', 'files', 'sockets', 'maps', 'mounts'].flatMap((name) => [
    [name, file],
    [name, '--format', 'json', file],
  ]),
  ['inspect', '--all', file],
  ['inspect', '--all', '--format', 'json', file],
  ...['ps', 'fds', 'mems', 'rss', 'sk'].map((name) => ['x', name, file]),
  ['decode', '--format', 'jsonl', '--no-payload', file],
  ['validate', file],
  ['validate', '--format', 'json', file],
  ['memparse', file],
];

/** A command in this process. @param {string[]} args */
async function run(args) {
  const output = { stdout: '', stderr: '' };
  const kept = { stdout: process.stdout.write, stderr: process.stderr.write };
  for (const name of /** @type {const} */ (['stdout', 'stderr']))
    process[name].write = /** @type {any} */ (
      (/** @type {any} */ text, /** @type {any} */ done) => {
        output[name] += text;
        if (typeof done === 'function') done();
        return true;
      }
    );
  try {
    return { code: await main(args), ...output };
  } finally {
    process.stdout.write = kept.stdout;
    process.stderr.write = kept.stderr;
  }
}

let bad = 0;
let slowest = 0;
/** @param {string} archive @param {import('../js/lib/mutations.mjs').Mutation} mutation @param {string} problem */
function report(archive, { member, what }, problem) {
  bad++;
  console.log(`${archive}: ${member}: ${what}: ${problem}`);
}

const random = numbers(Number(seed));
const all = [];
for (const archive of archives)
  all.push({ archive, files: await filesOf(archive), told: new Told() });
for (let i = 0; i < Number(count); i++) {
  const { archive, files, told } = all[i % all.length];
  const mutation = mutate(ckpt, files, random);
  const start = cpu();
  try {
    await holds(files, mutation, told);
  } catch (error) {
    const { name, message, stack } = /** @type {Error} */ (error);
    report(archive, mutation, name === 'AssertionError' ? message.slice(0, 600) : `${stack}`);
  }
  const between = cpu();
  writeFileSync(file, tar(...mutation.files));
  for (const args of [COMMANDS[i % COMMANDS.length], COMMANDS[random(COMMANDS.length)]]) {
    const { code, stdout, stderr } = await run(args);
    const shown = args.slice(0, -1).join(' ');
    if (![0, 1].includes(code))
      report(archive, mutation, `${shown}: exit code ${code}: ${stderr.slice(0, 600)}`);
    if (stderr.includes('internal error'))
      report(archive, mutation, `${shown}: ${stderr.slice(0, 600)}`);
    // eslint-disable-next-line no-control-regex
    if (/[\x00-\x08\x0b-\x1f\x7f\x80-\x9f\u202e]/.test(stdout + stderr))
      report(archive, mutation, `${shown}: controls in its output`);
    if (args.includes('json') && stdout !== '')
      try {
        JSON.parse(stdout);
      } catch {
        report(archive, mutation, `${shown}: no JSON`);
      }
  }
  const time = Math.max(between - start, cpu() - between);
  slowest = Math.max(slowest, time);
  if (time > HANG) report(archive, mutation, `it took ${Math.round(time)} ms of CPU time`);
}
rmSync(folder, { recursive: true });
console.log(
  `${count} mutations of ${archives.length} dumps: ${bad} problems; the slowest took ${Math.round(slowest)} ms of CPU time`,
);
process.exitCode = bad === 0 ? 0 : 1;
