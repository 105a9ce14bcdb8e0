// SPDX-License-Identifier: Apache-2.0
// In place of checkpointctl and crit: their words and exit codes; plugins; the manual page.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { chmodSync, readFileSync, symlinkSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import process from 'node:process';
import test from 'node:test';
import { openCheckpoint } from '../../../wasm/api/node.js';
import { COMMANDS } from '../../../wasm/cli/commands.js';
import { archives, checkpoint, config, tar } from '../lib/cli-archives.mjs';
import { ckpt, ckptProcess, data, environment, folder, program } from '../lib/cli-run.mjs';

/** @param {string} name @param {string[]} args @param {any} [options] */
const as = (name, args, options = {}) =>
  ckpt(args, { ...options, env: { ...options.env, CKPT_AS: name } });
const checkpointctl = (/** @type {string[]} */ ...args) => as('checkpointctl', args);

const here = folder({
  'good.tar': tar(checkpoint()),
  'other.tar': tar(checkpoint({ 'config.dump': config.replace('abab', 'cdcd') })),
  'plain.tar': tar(checkpoint({ 'spec.dump': '{}' })),
  'nothing.tar': tar([['config.dump', config]]),
  'spec.tar': tar(Object.entries({ 'config.dump': config, 'checkpoint/': '' })),
  'config.tar': tar(checkpoint({ 'config.dump': '' })),
  'empty.tar': '',
  'short.tar': 'abc',
  'text.tar': 'x'.repeat(1024),
  'list/checkpoint-bad.tar': 'abc',
  'list/good.tar': tar(checkpoint()),
});
const file = (/** @type {string} */ name) => join(here, name);

for (const [args, message] of /** @type {[string[], string][]} */ ([
  [['--wrong-parameter'], 'unknown flag: --wrong-parameter'],
  [['nosuch'], 'unknown command "nosuch" for "checkpointctl"'],
  [['show'], 'requires at least 1 arg(s), only received 0'],
  [['show', '-x', 'a'], "unknown shorthand flag: 'x' in -x"],
  [['show', '/does-not-exist'], 'stat /does-not-exist: no such file or directory'],
  [
    ['show', file('empty.tar')],
    `checkpoint directory is missing in the archive file: ${file('empty.tar')}`,
  ],
  [
    ['show', file('nothing.tar')],
    `checkpoint directory is missing in the archive file: ${file('nothing.tar')}`,
  ],
  [['show', file('spec.tar')], 'open spec.dump: no such file or directory'],
  [['show', file('config.tar')], 'failed to unmarshal config.dump: unexpected end of JSON input'],
  [['show', file('text.tar')], 'archive/tar: invalid tar header'],
  [['show', file('short.tar')], 'unexpected EOF'],
  [['show', file('good.tar'), file('short.tar')], 'unexpected EOF'],
  [['inspect', file('good.tar'), '--format=yaml'], 'invalid output format: yaml'],
  [
    ['inspect', file('good.tar'), '--stats'],
    'failed to get dump statistics: open stats-dump: no such file or directory',
  ],
  [
    ['inspect', file('good.tar'), '--ps-tree'],
    'failed to get process tree: open checkpoint/pstree.img: no such file or directory',
  ],
  [
    ['memparse', file('good.tar'), '-p', 'x'],
    'invalid argument "x" for "-p, --pid" flag: invalid syntax',
  ],
  [
    ['memparse', file('good.tar'), '-p', '1', '-s', 'a', '-c', '-1'],
    'context size cannot be negative',
  ],
  [['diff'], 'accepts 2 arg(s), received 0'],
  [
    ['diff', '/none', file('good.tar')],
    'failed to load checkpointA: stat /none: no such file or directory',
  ],
  [
    ['diff', file('good.tar'), '/none'],
    'failed to load checkpointB: stat /none: no such file or directory',
  ],
  [['diff', file('good.tar'), file('other.tar')], 'checkpoints are from different containers:'],
]))
  test(`checkpointctl ${args.map((arg) => arg.replace(here, '')).join(' ')}: ${message.replace(here, '')}`, async () => {
    const { code, stdout, stderr } = await checkpointctl(...args);
    assert.deepEqual([code, stdout, stderr.split('\n')[0]], [1, '', `Error: ${message}`]);
  });

test('checkpointctl: what it shows', async () => {
  for (const args of [
    [],
    ['--help'],
    ['help'],
    ['--version'],
    ['help', 'diff'],
    ['show', '--help'],
  ])
    assert.equal((await checkpointctl(...args)).code, 0, args.join(' '));
  assert.match((await checkpointctl('--version')).stdout, /^checkpointctl version 1\.5\.0 /);
  const plain = await checkpointctl('show', file('plain.tar'));
  assert.match(plain.stdout, / containerd {3}/, 'an engine that is not known');
  const several = await checkpointctl('show', file('good.tar'), file('plain.tar'));
  assert.doesNotMatch(several.stdout, /FILE/);
  const list = await checkpointctl('list', join(here, 'list'), '/does-not-exist');
  assert.equal(list.code, 0);
  assert.match(
    list.stderr,
    /^\d{4}\/\d\d\/\d\d [\d:]{8} Error extracting information from .*: unexpected EOF\n$/,
  );
  assert.doesNotMatch(list.stdout, /good\.tar/, 'only names that the kubelet gives');
  const inspect = await checkpointctl('inspect', file('plain.tar'), '--format', 'json');
  assert.equal(JSON.parse(inspect.stdout)[0].engine, 'containerd');
});

test('checkpointctl diff: its exit code and its members', async () => {
  const [a, b] = ['a', 'b'].map((letter) => join(archives, `diff-${letter}-zstd.tar.zst`));
  const text = await checkpointctl('diff', '--files', '--sockets', a, b);
  assert.deepEqual([text.code, text.stderr], [0, '']);
  assert.match(text.stdout, /^│ {3}\+ PID 7 {5}busybox$/m);
  assert.match(text.stdout, /^│ {2}\+ {2}1 {5}TCP {3}LISTEN {7}0\.0\.0\.0:7000/m);
  assert.match(text.stdout, /\nFiles: \+12 -0\nSockets: \+2 -0\nMemory: \+0\.19 MB\n$/);
  const json = JSON.parse((await checkpointctl('diff', '--format=json', a, b)).stdout);
  assert.deepEqual(Object.keys(json), [
    ...['container_id', 'container_name', 'image', 'checkpoint_a', 'checkpoint_b'],
    ...['process_changes', 'memory_changes', 'summary'],
  ]);
});

test('a link with the name is enough', { skip: process.platform === 'win32' }, () => {
  const bin = folder();
  symlinkSync(program, join(bin, 'checkpointctl'));
  const direct = spawnSync(join(bin, 'checkpointctl'), ['nosuch'], {
    env: environment(),
    encoding: 'utf8',
  });
  assert.equal(direct.status, 1);
  assert.match(direct.stderr, /^Error: unknown command "nosuch" for "checkpointctl"$/m);
});

test('crit: decode, encode, info, show and x', async () => {
  const source = await openCheckpoint(join(data, 'dumps/bare-stopped/bare-stopped.tar.zst'));
  /** @type {Record<string, any>} */
  const images = {};
  for await (const { member, bytes } of source.readAll('checkpoint/*.img'))
    images[member.name.slice('checkpoint/'.length)] = Uint8Array.from(bytes);
  await source.close();
  const dump = folder(images);
  const name = join(dump, 'pstree.img');
  const text = await as('crit', ['decode', '-i', name]);
  assert.equal(text.code, 0);
  assert.match(text.stdout, /^\{"magic": "PSTREE", "entries": \[.*\}\n$/);
  const back = await as('crit', ['encode'], { input: text.stdout });
  assert.deepEqual([...back.bytes], [...images['pstree.img']]);
  const shown = await as('crit', ['show', name]);
  assert.match(shown.stdout, /^\{\n {4}"magic": "PSTREE"/);
  assert.equal(
    (await as('crit', ['info', name])).stdout,
    '{\n    "magic": "PSTREE",\n    "count": 3\n}\n',
  );
  for (const [what, pattern] of /** @type {[string, RegExp][]} */ ([
    ['ps', /^ {4}PID {3}PGID {4}SID {3}COMM\n/],
    ['fds', /^\d+\n\t {6}0: /],
    ['mems', /^\d+\n\texe {37}\//],
    ['rss', /^\d+\n\t[0-9a-f]+ \/ \d+/],
  ])) {
    const { code, stdout } = await as('crit', ['x', dump, what]);
    assert.equal(code, 0);
    assert.match(stdout, pattern);
  }
  for (const args of [
    ['decode', '-i', '/none'],
    ['nosuch'],
    ['info'],
    ['x', dump, 'y'],
    ['show', '/none'],
  ])
    assert.equal((await as('crit', args)).code, 1, args.join(' '));
});

test(
  'plugins: found in PATH, described, run, never in place of a command',
  { skip: process.platform === 'win32' },
  async () => {
    const script = (/** @type {string} */ text) => `#!/bin/sh\n${text}\n`;
    const [one, two] = [
      folder({
        'ckpt-hello': script('echo "hello $@"; exit 7'),
        'checkpointctl-told': script(
          '[ "$1" = --plugin-description ] && echo "What it does" && exit 42',
        ),
        'ckpt-show': script('echo never'),
        'ckpt-plain': script('echo no program'),
      }),
      folder({ 'ckpt-hello': script('echo second') }),
    ];
    for (const path of ['ckpt-hello', 'checkpointctl-told', 'ckpt-show'])
      chmodSync(join(one, path), 0o755);
    chmodSync(join(two, 'ckpt-hello'), 0o755);
    const env = { PATH: [one, two, process.env.PATH].join(delimiter) };
    const run = await ckptProcess(['hello', 'world', '--flag'], { env });
    assert.deepEqual([run.code, run.stdout], [7, 'hello world --flag\n']);
    const { stdout } = await ckpt(['plugin', 'list'], { env });
    assert.match(stdout, /^ {2}hello {16}\(no description\)$/m);
    assert.match(stdout, /^ {2}told {17}What it does$/m);
    assert.doesNotMatch(stdout, /plain|show/);
    assert.match((await ckpt(['--help'], { env })).stdout, /^ {2}told .*What it does$/m);
    assert.equal((await ckpt(['show', '/none'], { env })).code, 3);
    assert.equal(
      (await as('checkpointctl', ['hello'], { env })).code,
      1,
      'not with its own prefix',
    );
    const none = await ckpt(['plugin', 'list'], { env: { PATH: folder() } });
    assert.deepEqual([none.code, none.stdout], [0, 'No plugins found in PATH\n']);
    assert.equal((await ckpt(['plugin', 'nosuch'])).code, 2);
  },
);

test('those who type the command of another program are told ours', async () => {
  for (const [word, known] of [
    ['unpack', 'cat'],
    ['fds', 'files'],
    ['coredump', 'core'],
  ]) {
    const { code, stderr } = await ckpt([word, 'x']);
    assert.equal(code, 2);
    assert.match(stderr, new RegExp(`unknown command "${word}"; did you mean ${known}\\?`));
  }
});

test('the manual page has every command and option', () => {
  const page = readFileSync(new URL('../../../dist/ckpt.1', import.meta.url), 'utf8').replaceAll(
    '\\-',
    '-',
  );
  for (const { name, options } of COMMANDS) {
    assert.ok(page.includes(`.SS "ckpt ${name} `), name);
    for (const option of options) assert.ok(page.includes(`--${option.name}\\fR`), option.name);
  }
});

test('completion for PowerShell names every command once', async () => {
  const { code, stdout } = await ckpt(['completion', 'powershell']);
  assert.equal(code, 0);
  for (const { name } of COMMANDS)
    assert.equal(stdout.split(`        '${name}' = @{\n`).length, 2, name);
});
