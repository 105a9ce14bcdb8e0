// SPDX-License-Identifier: Apache-2.0
// Small faults put into the sources one after the other: the tests named beside each must notice it.
//   node test/tools/mutants.mjs [ID…]      in a clean tree; each file is restored before the next
// Prints "killed" or "SURVIVED" for each; the exit code says whether all were killed.
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import process from 'node:process';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../', import.meta.url));

/** `tests`: "c NAME" is a test of test/c, anything else a file of test/js. @typedef {{id: string, file: string, from: string, to: string, tests: string[]}} Mutant */
/** @type {Mutant[]} */
const MUTANTS = [
  {
    id: 'sparse-too-much-promised',
    file: 'src/archive/sparse.c',
    from: 'if (sum > stored)',
    to: 'if (0)',
    tests: ['archive/neighbours'],
  },
  {
    id: 'sparse-more-stored',
    file: 'src/archive/sparse.c',
    from: 'else if (sum < stored)',
    to: 'else if (0)',
    tests: ['archive/neighbours'],
  },
  {
    id: 'ratio-from-the-first-byte',
    file: 'src/archive/walk.c',
    from: 'a->kept_sum > a->options.ratio_floor &&',
    to: 'a->kept_sum > 1 &&',
    tests: ['archive/neighbours'],
  },
  {
    id: 'gzip-header-checksum',
    file: 'src/archive/gzip.c',
    from: 'if (g->field != g->extra_left)',
    to: 'if (0)',
    tests: ['archive/neighbours'],
  },
  {
    id: 'window-at-the-limit',
    file: 'src/archive/unzstd.c',
    from: 'if (h.windowSize > z->max_window)',
    to: 'if (h.windowSize >= z->max_window)',
    tests: ['archive/neighbours'],
  },
  {
    id: 'slice-forgets-what-stood-behind',
    file: 'src/json/decode.c',
    from: 'memcpy(items, slice->items, slice->used * type->size);',
    to: 'memcpy(items, slice->items, slice->count * type->size);',
    tests: ['archive/neighbours'],
  },
  {
    id: 'column-on-a-later-line',
    file: 'src/rules/report.c',
    from: 'if (where->line == 1)',
    to: 'if (where->line != 0)',
    tests: ['archive/neighbours'],
  },
  {
    id: 'line-of-a-later-finding',
    file: 'src/rules/report.c',
    from: 'where->line += file->near.line - 1;',
    to: 'where->line += 0;',
    tests: ['archive/neighbours'],
  },
  {
    id: 'dead-process-with-some-images',
    file: 'src/rules/criu_images.c',
    from: 'if (dead || missing == KINDS)',
    to: 'if ((dead && missing == KINDS) || missing == KINDS)',
    tests: ['rules/engines'],
  },
  {
    id: 'process-without-images',
    file: 'src/rules/criu_images.c',
    from: 'if (dead || missing == KINDS)',
    to: 'if (dead)',
    tests: ['rules/engines'],
  },
  {
    id: 'created-before-status',
    file: 'src/rules/across_files.c',
    from: 'if (late > CLOSE || late < -CLOSE)\n            differ(r, CKPT_RULE_602, "time of creation", created, started);',
    to: 'if (late > CLOSE)\n            differ(r, CKPT_RULE_602, "time of creation", created, started);',
    tests: ['rules/across'],
  },
  {
    id: 'created-after-status',
    file: 'src/rules/across_files.c',
    from: 'if (late > CLOSE || late < -CLOSE)\n            differ(r, CKPT_RULE_602, "time of creation", created, started);',
    to: 'if (late < -CLOSE)\n            differ(r, CKPT_RULE_602, "time of creation", created, started);',
    tests: ['rules/across'],
  },
  {
    id: 'created-before-annotation',
    file: 'src/rules/across_files.c',
    from: 'if (late > CLOSE || late < -CLOSE)\n            differ(r, CKPT_RULE_602, "time of creation", created, noted);',
    to: 'if (late > CLOSE)\n            differ(r, CKPT_RULE_602, "time of creation", created, noted);',
    tests: ['rules/across'],
  },
  {
    id: 'time-stamps-in-nanoseconds',
    file: 'src/rules/kubelet.c',
    from: 'return timestamp > INT64_C(100000000000000000) ? timestamp / 1000000000 : timestamp;',
    to: 'return timestamp;',
    tests: ['rules/across'],
  },
  {
    id: 'short-numbers-are-secrets',
    file: 'src/text/secret_names.c',
    from: 'if (same || (digits && value.length < 4))',
    to: 'if (same)',
    tests: ['archive/neighbours'],
  },
  {
    id: 'times-beyond-9999',
    file: 'src/rules/members.c',
    from: 'if (record->mtime > r->newest && record->mtime < LATEST)',
    to: 'if (record->mtime > r->newest)',
    tests: ['archive/neighbours'],
  },
  {
    id: 'sparse-archive-inside',
    file: 'wasm/api/origin.js',
    from: "const whole = this.plain && !member.flags.includes('sparse');",
    to: 'const whole = this.plain;',
    tests: ['archive/property'],
  },
  {
    id: 'close-frees-nothing',
    file: 'wasm/api/checkpoint.js',
    from: 'this.#parts.known.drop();\n    await',
    to: 'await',
    tests: ['archive/memory-handles'],
  },
  {
    id: 'links-to-layers',
    file: 'wasm/api/oci-layers.js',
    from: "if (member?.type === 'symlink')",
    to: 'if (!member)',
    tests: ['archive/neighbours'],
  },
  {
    id: 'frames-of-wide-characters',
    file: 'wasm/report/frame.js',
    from: 'const reach = 4 * width + 4;',
    to: 'const reach = width + 4;',
    tests: ['cli/frame'],
  },
  {
    id: 'output-through-a-link',
    file: 'wasm/cli/write.js',
    from: 'const info = unlessMissing(() => statSync(name, { bigint: true }));',
    to: 'const info = null;',
    tests: ['cli/writing'],
  },
  {
    id: 'output-through-a-symbolic-link',
    file: 'wasm/cli/write.js',
    from: 'unlessMissing(() => realpathSync(name)) ??',
    to: 'null ??',
    tests: ['cli/writing'],
  },
  {
    id: 'new-file-through-a-link',
    file: 'wasm/cli/new-file.js',
    from: '(one.ino !== 0n && one.dev === two.dev && one.ino === two.ino) ||',
    to: '',
    tests: ['cli/writing'],
  },
  {
    id: 'thread-that-throws',
    file: 'wasm/cli/pool.js',
    from: "this.#worker.on('error', (",
    to: "this.#worker.on('nothing', (",
    tests: ['cli/pool'],
  },
  {
    id: 'thread-that-ends',
    file: 'wasm/cli/pool.js',
    from: "this.#worker.on('exit', (",
    to: "this.#worker.on('nothing', (",
    tests: ['cli/pool'],
  },
  {
    id: 'parts-are-kept-for-ever',
    file: 'web/worker/content.js',
    from: 'if (this.#parts.size <= PARTS) break;',
    to: 'if (oldest >= 0) break;',
    tests: ['page/content'],
  },
];

/** @param {string} command @param {string[]} args @param {number} [timeout] */
const run = (command, args, timeout = 300_000) =>
  spawnSync(command, args, { cwd: root, encoding: 'utf8', timeout, env: { ...process.env } });

const BUILT = ['dist/core.wasm', 'dist/tables.js', 'WASM_FAST=1'];

/** @param {Mutant} mutant @returns {string} what noticed it, or '' */
function noticed({ file, tests }) {
  if (file.endsWith('.c')) {
    const native = tests.some((name) => name.startsWith('c ')) ? ['build/native/test-c'] : [];
    const built = run('make', [...native, ...BUILT]);
    if (built.status !== 0) throw new Error(`it does not build: ${built.stderr}`);
  }
  for (const name of tests) {
    const { status } = name.startsWith('c ')
      ? run('build/native/test-c', [name.slice(2)])
      : run(process.execPath, ['--test', `test/js/${name}.test.mjs`]);
    if (status !== 0) return name;
  }
  return '';
}

const chosen = process.argv.slice(2);
const unknown = chosen.filter((id) => !MUTANTS.some((mutant) => mutant.id === id));
if (unknown.length > 0) throw new Error(`there is no mutant ${unknown.join(', ')}`);
let survived = 0;
for (const mutant of MUTANTS) {
  if (chosen.length > 0 && !chosen.includes(mutant.id)) continue;
  const path = `${root}${mutant.file}`;
  const text = readFileSync(path, 'utf8');
  if (text.split(mutant.from).length !== 2)
    throw new Error(`${mutant.id}: not found once in ${mutant.file}`);
  let by;
  try {
    writeFileSync(
      path,
      text.replace(mutant.from, () => mutant.to),
    );
    by = noticed(mutant);
  } finally {
    writeFileSync(path, text);
  }
  if (!by) survived++;
  process.stdout.write(`${by ? 'killed  ' : 'SURVIVED'} ${mutant.id}${by ? ` by ${by}` : ''}\n`);
}
if (chosen.length === 0 || survived > 0) run('make', BUILT);
process.exitCode = survived > 0 ? 1 : 0;
