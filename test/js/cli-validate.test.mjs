// SPDX-License-Identifier: Apache-2.0
// ckpt validate: reports compared with files, folders, exit codes.
// CKPT_UPDATE=1 writes the expected files anew; look at the difference before you keep it.
import assert from 'node:assert/strict';
import { readFileSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import test from 'node:test';
import { FORMATS } from '../../wasm/cli/formats.js';
import { fileInput } from '../../wasm/cli/input.js';
import { ckpt, data, folder } from './cli-run.mjs';

const cli = join(data, 'cli');
const frames = join(cli, 'frames');

/** @param {string} path @param {string} actual */
function assertFile(path, actual) {
  if (process.env.CKPT_UPDATE) writeFileSync(path, actual);
  assert.equal(actual, readFileSync(path, 'utf8'));
}

const names = readdirSync(frames).filter((name) => !name.endsWith('.txt'));
assert.ok(names.length > 20);
for (const name of names) {
  test(`frame: ${name}`, async () => {
    const { code, stdout, stderr } = await ckpt(['validate', name], { cwd: frames });
    assertFile(join(frames, `${name}.txt`), stdout);
    assert.equal(stderr, '');
    assert.equal(code, 1);
  });
}

test('a long line costs no more than a short one', async () => {
  const filler = 'x'.repeat(1 << 20);
  const cwd = folder({ 'deleted.files': `["${filler}",1,"${filler}"]` });
  const { code, stdout } = await ckpt(['validate', 'deleted.files'], { cwd });
  assert.equal(code, 1);
  const [head, line, caret] = stdout.split('\n');
  assert.match(head, /^deleted\.files:1:1048581: error: /);
  assert.match(line, /^ {2}1 \| …x+",1,"x+…$/);
  assert.equal(line.length, 100);
  assert.equal(line[caret.indexOf('^')], '1');
});

test('the report as JSON', async () => {
  const args = ['validate', '--format', 'json', 'wide', 'token-of-several-lines', 'end', 'ansi'];
  const { code, stdout, stderr } = await ckpt([...args, 'none/status', '../../example'], {
    cwd: frames,
  });
  assertFile(join(cli, 'report.json'), stdout);
  assert.equal(stderr, '');
  assert.equal(code, 3);
  const { schemaVersion, files, summary } = JSON.parse(stdout);
  assert.equal(schemaVersion, 1);
  assert.deepEqual(summary, { files: 9, errors: 4, warnings: 0, unreadable: 1 });
  assert.deepEqual(files[4].unreadable, { code: 'ENOENT', message: 'no such file or directory' });
  for (const { path, findings } of files.slice(0, 4)) {
    const text = readFileSync(join(frames, path));
    const [{ offset, length, line, column, endLine, endColumn }] = findings;
    const place = (/** @type {number} */ end) => {
      const before = text.subarray(0, end).toString().split('\n');
      return [before.length, [...before[before.length - 1]].length + 1];
    };
    assert.deepEqual([line, column], place(offset));
    assert.deepEqual([endLine, endColumn], place(offset + length));
  }
});

test('exit codes and summaries', async () => {
  const cwd = folder({
    'good/config.dump': '{}',
    'good/status': '{}',
    'bad/config.dump': '{"id":1}',
    'bad/spec.dump': '[]',
    'empty/readme.txt': 'x',
  });
  const none =
    'no metadata file (config.dump, spec.dump, status, deleted.files, network.status, pod.options)';
  for (const [
    paths,
    expected,
    summary,
    errors,
  ] of /** @type {[string[], number, string, string][]} */ ([
    [['good'], 0, '2 files checked: no problems', ''],
    [['good/status'], 0, '1 file checked: no problems', ''],
    [['bad/config.dump'], 1, '1 file checked: 1 error', ''],
    [['good', 'bad'], 1, '4 files checked: 2 errors', ''],
    [
      ['x/status'],
      3,
      '0 files checked; 1 file could not be read',
      'x/status: unreadable: no such file or directory\n',
    ],
    [
      ['x', 'good'],
      3,
      '2 files checked: no problems; 1 file could not be read',
      'x: unreadable: no such file or directory\n',
    ],
    [
      ['bad', 'x', 'y'],
      3,
      '2 files checked: 2 errors; 2 files could not be read',
      'x: unreadable: no such file or directory\ny: unreadable: no such file or directory\n',
    ],
    [
      ['empty'],
      3,
      '0 files checked; 1 file could not be read',
      `empty: unreadable: holds ${none}\n`,
    ],
  ])) {
    const { code, stdout, stderr } = await ckpt(['validate', ...paths], { cwd });
    const label = paths.join(' ');
    assert.equal(stdout.split('\n').at(-2), summary, label);
    assert.equal(stderr, errors, label);
    assert.equal(code, expected, label);
    const quiet = await ckpt(['validate', '--quiet', ...paths], { cwd });
    const problems = stdout.slice(0, -summary.length - 1).replace(/\n\n$/, '\n');
    assert.deepEqual([quiet.code, quiet.stdout, quiet.stderr], [code, problems, stderr], label);
    const json = JSON.parse((await ckpt(['validate', '-f', 'json', ...paths], { cwd })).stdout);
    assert.equal(json.files.length, json.summary.files, label);
  }
});

test('folders: which files of them are checked', async () => {
  const cwd = folder({
    // A container's checkpoint: only its top.
    'one/config.dump': '{}',
    'one/status': '{}',
    'one/stats-dump': 'x',
    'one/ctr.log': 'x',
    'one/config.dump.bak': 'x',
    'one/checkpoint/status': 'x',
    'one/rootfs/config.dump': 'x',
    // A pod's: its containers too.
    'pod/pod.options': '{}',
    'pod/1-a/spec.dump': '{}',
    'pod/2-b/spec.dump': '{}',
    'pod/2-b/deleted.files': '[]',
    // Something else: a file called status means nothing.
    'pod/var/lib/dpkg/status': 'Package: x',
    'top/status': '{}',
    'top/sub/network.status': '{}',
  });
  symlinkSync('../one', join(cwd, 'top/link'));
  const paths = async (/** @type {string[]} */ ...args) => {
    const { stdout } = await ckpt(['validate', '-f', 'json', ...args], { cwd });
    return JSON.parse(stdout).files.map((/** @type {{path: string}} */ file) => file.path);
  };
  const one = ['one/config.dump', 'one/status'];
  const pod = [
    'pod/pod.options',
    'pod/1-a/spec.dump',
    'pod/2-b/deleted.files',
    'pod/2-b/spec.dump',
  ];
  const top = ['top/status', 'top/sub/network.status'];
  assert.deepEqual(await paths('one'), one);
  assert.deepEqual(await paths('one//'), one);
  assert.deepEqual(await paths('pod'), pod);
  assert.deepEqual(await paths('top', 'one'), [...top, ...one]);
  assert.deepEqual(
    await paths('.'),
    [...one, ...pod, 'top/sub/network.status'].map((path) => `./${path}`),
  );
  // --kind is for the files that are named.
  assert.deepEqual(await paths('--kind', 'any', 'top', 'one/ctr.log'), [...top, 'one/ctr.log']);
});

test('folders: symbolic links and special files are named, not read', async () => {
  const cwd = folder({ secret: 'root:x:0:0', 'a/spec.dump': '{}', 'b/status/x': '' });
  symlinkSync('../secret', join(cwd, 'a/config.dump'));
  const { code, stdout, stderr } = await ckpt(['validate', 'a', '/dev/null', '-k', 'any'], { cwd });
  assert.equal(stdout, '1 file checked: no problems; 2 files could not be read\n');
  assert.equal(
    stderr,
    'a/config.dump: unreadable: is a symbolic link in a folder, which is not followed; name it to check it\n' +
      '/dev/null: unreadable: is not a regular file\n',
  );
  assert.equal(code, 3);
  const named = await ckpt(['validate', 'a/config.dump'], { cwd });
  assert.match(named.stdout, /^a\/config\.dump:1:1: error: invalid character 'r' /);
});

test('the example is clean', async () => {
  const { code, stdout } = await ckpt(['validate', 'example']);
  assert.deepEqual([code, stdout], [0, '4 files checked: no problems\n']);
});

test('many findings in a long line: what each costs does not grow with the file', () => {
  const bytes = Buffer.alloc(50_000_000, '"key":["value \u00e9"], ');
  const count = 20_000;
  const findings = Array.from({ length: count }, (_, i) => ({
    ...{ id: 'CKP100', severity: /** @type {const} */ ('error'), message: 'm', hint: 'h' },
    ...{ offset: i * 2400, length: 5, line: 1, column: i, endLine: 1, endColumn: i + 5 },
    ...{ pointer: '', found: '', expected: '' },
  }));
  const plain = (/** @type {string} */ text) => text;
  const style = { bold: plain, dim: plain, red: plain, yellow: plain, cyan: plain };
  const started = performance.now();
  for (const format of FORMATS) {
    const report = format.report({ style, errorStyle: style, width: 100, quiet: false });
    const checked = { input: fileInput('config.dump', 'any'), bytes, findings, unreadable: null };
    let pieces = 0;
    let size = 0;
    for (const { out = '' } of report.file(checked)) {
      pieces++;
      size += out.length;
    }
    assert.ok(pieces >= count && size < 1000 * count, format.name);
  }
  // Reading the line for each finding would take many minutes.
  assert.ok(performance.now() - started < 60_000);
});
