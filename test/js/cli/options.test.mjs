// SPDX-License-Identifier: Apache-2.0
// The command line itself: commands, options, --help, --version, mistakes.
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, readFileSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import test from 'node:test';
import { fileURLToPath } from 'node:url';
import { COMMANDS } from '../../../wasm/cli/commands.js';
import { GLOBAL_OPTIONS } from '../../../wasm/cli/options.js';
import { ckpt, environment, folder, program } from '../lib/cli-run.mjs';

const GOOD = 'example/config.dump';

test('--version tells the version of the package', async () => {
  const { version } = JSON.parse(
    readFileSync(new URL('../../../package.json', import.meta.url), 'utf8'),
  );
  for (const args of [['--version'], ['-V'], ['-v'], ['version'], ['validate', '--version']]) {
    const { code, stdout, stderr } = await ckpt(args);
    assert.deepEqual(
      { code, stdout, stderr },
      { code: 0, stdout: `ckpt ${version}\n`, stderr: '' },
    );
  }
});

test('a letter is one option in all commands: they are looked up before the command is known', () => {
  /** @type {Map<string, string>} */
  const names = new Map();
  for (const { name, short } of [...COMMANDS.flatMap(({ options }) => options), ...GLOBAL_OPTIONS])
    if (short) {
      assert.equal(names.get(short) ?? name, name, `-${short}`);
      names.set(short, name);
    }
});

test('--help names every command and the exit codes', async () => {
  const { code, stdout, stderr } = await ckpt(['--help']);
  assert.equal(code, 0);
  assert.equal(stderr, '');
  assert.match(stdout, /^Usage: ckpt COMMAND/);
  for (const word of ['show', 'validate', 'decode', '--color', '--version', 'Exit codes:', '  3  '])
    assert.ok(stdout.includes(word), word);
});

test('without arguments the help goes to standard error', async () => {
  const { code, stdout, stderr } = await ckpt([]);
  assert.equal(code, 2);
  assert.equal(stdout, '');
  assert.match(stderr, /^Usage: ckpt COMMAND/);
});

const options = {
  validate: [
    ...['--kind', '--stdin-name', '--format', '--output', '--target', '--only', '--ignore'],
    ...['--severity', '--fail-on', '--config', '--max-findings', '--reveal', '--summary'],
    ...['--quiet', '--color', '--help', '--version'],
  ],
  decode: ['--kind', '--stdin-name', '--partial', '--color', '--help', '--version'],
};
for (const [command, names] of Object.entries(options)) {
  test(`${command} --help names its options, the kinds, the exit codes`, async () => {
    const { code, stdout } = await ckpt([command, '--help']);
    assert.equal(code, 0);
    assert.ok(stdout.startsWith(`Usage: ckpt ${command} `));
    for (const name of names) assert.ok(stdout.includes(`${name} `), name);
    for (const word of [
      'pod.options',
      'kubernetes-checkpoint-metadata',
      'Exit codes:',
      'Examples:',
    ])
      assert.ok(stdout.includes(word), word);
    const examples = stdout.indexOf('Examples:');
    for (const line of stdout.slice(0, examples).split('\n')) assert.ok(line.length <= 80, line);
    for (const args of [
      ['help', command],
      ['--help', command],
      [command, 'x', '-h'],
    ])
      assert.equal((await ckpt(args)).stdout, stdout, args.join(' '));
  });
}

for (const command of ['show', 'inspect', 'list', 'ls', 'cat'])
  test(`${command} --help names its options and the exit codes`, async () => {
    const { code, stdout } = await ckpt([command, '--help']);
    assert.equal(code, 0);
    assert.ok(stdout.startsWith(`Usage: ckpt ${command} `));
    for (const word of ['--no-progress ', '--color ', 'Exit codes:', '  130  ', 'Examples:'])
      assert.ok(stdout.includes(word), word);
    for (const line of stdout.split('\n')) assert.ok(line.length <= 80, line);
  });

/** Wrong command lines and what is said of them. */
const wrong = [
  [['validat', GOOD], 'unknown command "validat"; did you mean validate?', ''],
  [['frob', GOOD], 'unknown command "frob"', ''],
  [['--colour', 'never', 'validate', GOOD], 'unknown option "--colour"; did you mean --color?', ''],
  [
    ['validate', '--fromat', 'json', GOOD],
    'unknown option "--fromat"; did you mean --format?',
    'validate',
  ],
  [
    ['validate', '--form=json', GOOD],
    'unknown option "--form"; did you mean --format?',
    'validate',
  ],
  [['validate', '--zzz', GOOD], 'unknown option "--zzz"', 'validate'],
  [['validate', '-x', GOOD], 'unknown option "-x"', 'validate'],
  [['validate', '-qx', GOOD], 'unknown option "-x"', 'validate'],
  [['validate', '--\x1b[31m', GOOD], 'unknown option "--\\x1b[31m"', 'validate'],
  [
    ['validate', '--partial', GOOD],
    '"ckpt validate" has no option --partial; "ckpt decode" has it',
    'validate',
  ],
  [['decode', '-q', GOOD], '"ckpt decode" has no option --quiet; "ckpt validate" has it', 'decode'],
  [['validate', '--quiet=yes', GOOD], 'option --quiet takes no value', 'validate'],
  [
    ['validate', GOOD, '--format'],
    'option --format needs a value: -f, --format FORMAT',
    'validate',
  ],
  [['validate', GOOD, '-k'], 'option -k needs a value: -k, --kind KIND', 'validate'],
  [
    ['validate', '--format', 'jsn', GOOD],
    'unknown format "jsn"; did you mean json? (one of text, json, jsonl, sarif, junit, github, gitlab, tap, markdown, html, metrics)',
    'validate',
  ],
  [
    ['validate', '--format=', GOOD],
    'unknown format "" (one of text, json, jsonl, sarif, junit, github, gitlab, tap, markdown, html, metrics)',
    'validate',
  ],
  [
    ['validate', '--color', 'sometimes', GOOD],
    'unknown color "sometimes" (one of auto, always, never)',
    'validate',
  ],
  [
    ['validate', '--kind', 'config', GOOD],
    'unknown kind "config"; did you mean config.dump? (one of config.dump, spec.dump, status, deleted.files, network.status, pod.options, kubernetes-checkpoint-metadata, spec, any)',
    'validate',
  ],
  [['validate'], 'PATH|FILE!MEMBER... is missing', 'validate'],
  [['decode'], 'FILE|ARCHIVE!MEMBER|-... is missing', 'decode'],
  [['decode', '-'], 'the kind of standard input is unknown; use --kind or --stdin-name', 'decode'],
  [['validate', '-k', 'any', '-', '-'], 'standard input can be read only once', 'validate'],
  [
    ['decode', '--stdin-name', 'a/x.json', '-'],
    'a/x.json: the kind cannot be told from the name (config.dump, spec.dump, status, deleted.files, network.status, pod.options); use --kind',
    'decode',
  ],
];
for (const [args, message, command] of wrong) {
  test(`wrong: ckpt ${JSON.stringify(args.join(' '))}`, async () => {
    const { code, stdout, stderr } = await ckpt(/** @type {string[]} */ (args));
    const help = command ? `ckpt ${command} --help` : 'ckpt --help';
    assert.equal(stderr, `ckpt: ${message}\nTry "${help}".\n`);
    assert.equal(stdout, '');
    assert.equal(code, 2);
  });
}

test('a file of no known kind does not stop the others', async () => {
  const files = folder({ 'bad/config.dump': '{', 'other.txt': '{}' });
  const { code, stdout, stderr } = await ckpt(['validate', 'bad/config.dump', 'other.txt'], {
    cwd: files,
  });
  assert.equal(code, 3);
  assert.match(stdout, /^bad\/config\.dump:1:2: error: /);
  assert.match(stdout + stderr, /other\.txt: unreadable: /);
});

test('options and operands in any order, values in both forms', async () => {
  const plain = await ckpt(['validate', '--format', 'json', '--color', 'never', GOOD]);
  assert.equal(plain.code, 0);
  assert.equal(JSON.parse(plain.stdout).results.length, 1);
  for (const args of [
    ['--color=never', '--format', 'json', 'validate', GOOD],
    ['validate', GOOD, '--format=json', '--color', 'never'],
    ['--format=json', 'validate', '--color=never', GOOD],
    ['validate', '-f', 'json', GOOD],
    ['validate', '-fjson', GOOD],
    ['validate', '-qf', 'json', GOOD],
  ])
    assert.deepEqual(await ckpt(args), plain, args.join(' '));
});

test('-- ends the options', async () => {
  const files = folder({ '--quiet': '{}', '-': '{"id":1}', 'deleted.files': '[]' });
  const named = await ckpt(['validate', '--kind', 'any', '--', '--quiet'], { cwd: files });
  assert.equal(named.stdout, '1 metadata file checked: no findings\n');
  const help = await ckpt(['--', 'validate', 'deleted.files'], { cwd: files });
  assert.equal(help.stdout, '1 metadata file checked: no findings\n');
  // "-" is standard input even then; "./-" is a file.
  const dash = await ckpt(['validate', '-k', 'deleted.files', '--', '-'], {
    cwd: files,
    input: '[]',
  });
  assert.equal(dash.code, 0);
  const file = await ckpt(['validate', '-k', 'config.dump', './-'], { cwd: files });
  assert.equal(file.code, 1);
});

test('the program runs by itself, and through a link as npm makes it', (t) => {
  if (process.platform === 'win32') return t.skip('npm makes a script there');
  const bin = folder();
  symlinkSync(program, join(bin, 'ckpt'));
  for (const path of [program, join(bin, 'ckpt')])
    assert.match(execFileSync(path, ['--version']).toString(), /^ckpt \d/);
});

test('where the core is missing that is said, and --help still works', () => {
  const copy = folder();
  const root = new URL('../../../', import.meta.url);
  const run = (/** @type {string[]} */ ...args) =>
    spawnSync(process.execPath, [join(copy, 'wasm/cli/ckpt.js'), ...args], { env: environment() });
  for (const name of ['wasm', 'package.json'])
    cpSync(fileURLToPath(new URL(name, root)), join(copy, name), { recursive: true });
  const clone = run('validate', copy);
  assert.match(
    clone.stderr.toString(),
    /^ckpt: a file of dist\/ is missing; in a clone .*"make".*\n$/,
  );
  assert.equal(clone.status, 3);

  for (const tables of ['dist/tables.js', 'dist/criu-tables.js'])
    cpSync(fileURLToPath(new URL(tables, root)), join(copy, tables));
  const { status, stdout, stderr } = run('validate', copy);
  assert.equal(
    stderr.toString(),
    'ckpt: dist/core.wasm cannot be read: no such file or directory; in a clone of the repository "make" builds it\n',
  );
  assert.deepEqual([status, stdout.toString()], [3, '']);
  assert.equal(run('validate', '--help').status, 0);
});
