// SPDX-License-Identifier: Apache-2.0
// ckpt validate: reports compared with files, folders, exit codes.
// CKPT_UPDATE=1 writes the expected files anew; look at the difference before you keep it.
import assert from 'node:assert/strict';
import { readFileSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import test from 'node:test';
import { READING, ckpt, data, folder } from '../lib/cli-run.mjs';

const cli = join(data, 'cli');
const frames = join(cli, 'frames');

/** @param {string} path @param {string} actual */
function assertFile(path, actual) {
  if (process.env.CKPT_UPDATE) writeFileSync(path, actual);
  assert.equal(actual, readFileSync(path, 'utf8'));
}

// What ckpt decode says of a file is what validate says, less what other rules find.
const names = readdirSync(frames).filter((name) => !name.endsWith('.txt'));
assert.ok(names.length > 20);
for (const name of names) {
  test(`frame: ${name}`, async () => {
    const [file] = readdirSync(join(frames, name));
    const { code, stdout, stderr } = await ckpt(['decode', `${name}/${file}`], { cwd: frames });
    assertFile(join(frames, `${name}.txt`), stderr);
    assert.equal(stdout, '');
    assert.equal(code, 1);
  });
}

test('a long line costs no more than a short one', async () => {
  const filler = `/${'x'.repeat((1 << 20) - 1)}`;
  const cwd = folder({ 'deleted.files': `["${filler}",1,"${filler}"]` });
  const { code, stdout } = await ckpt(['validate', '-q', 'deleted.files'], { cwd });
  assert.equal(code, 1);
  const lines = stdout.split('\n');
  const head = lines.findIndex((line) => line.startsWith('deleted.files:1:1048581: error: '));
  const [line, caret] = lines.slice(head + 1);
  assert.match(line, /^ {2}1 \| …x+",1,"\/x+…$/);
  assert.equal(line.length, 100);
  assert.equal(line[caret.indexOf('^')], '1');
});

test('the report as JSON', async () => {
  const args = ['validate', '--format', 'json', '--only', READING];
  const inputs = ['wide', 'token-of-several-lines', 'end', 'ansi', 'none/status', '../../example'];
  const { code, stdout, stderr } = await ckpt([...args, ...inputs], { cwd: frames });
  assert.equal(stderr, '');
  assert.equal(code, 3);
  assert.match(stdout, /^[\n\x20-\x7e]*$/);
  const { version, tool, results, summary } = JSON.parse(stdout);
  assert.deepEqual([version, tool.name], [1, 'ckpt']);
  assert.deepEqual(summary, {
    ...{ checkpoints: 0, files: 8, unreadable: 1, failing: 3 },
    counts: { error: 3, warning: 1, info: 0 },
  });
  assert.deepEqual(results[4].unreadable, { code: 'ENOENT', message: 'no such file or directory' });
  assert.deepEqual(Object.values(results[5].files).sort(), [
    '../../example/config.dump',
    '../../example/deleted.files',
    '../../example/network.status',
    '../../example/spec.dump',
  ]);
  for (const { path, report } of results.slice(0, 4)) {
    const text = readFileSync(join(frames, path));
    const [{ offset, length, line, column, endLine, endColumn }] = report.findings;
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
    'good/deleted.files': '[]',
    'good/network.status': 'null',
    'bad/deleted.files': '{"id":1}',
    'bad/network.status': '[',
    'empty/readme.txt': 'x',
  });
  const none =
    'no archive and no metadata file (config.dump, spec.dump, status, deleted.files, network.status, pod.options)';
  for (const [
    paths,
    expected,
    summary,
    errors,
  ] of /** @type {[string[], number, string, string][]} */ ([
    [['good'], 0, '2 metadata files checked: no findings', ''],
    [['good/deleted.files'], 0, '1 metadata file checked: no findings', ''],
    [['bad/deleted.files'], 1, '1 metadata file checked: 1 error', ''],
    [['good', 'bad'], 1, '4 metadata files checked: 1 error, 1 warning', ''],
    [
      ['x/status'],
      3,
      '0 checkpoints checked; 1 could not be read',
      'x/status: unreadable: no such file or directory\n',
    ],
    [
      ['x', 'good'],
      3,
      '2 metadata files checked: no findings; 1 could not be read',
      'x: unreadable: no such file or directory\n',
    ],
    [
      ['bad', 'x', 'y'],
      3,
      '2 metadata files checked: 1 error, 1 warning; 2 could not be read',
      'x: unreadable: no such file or directory\ny: unreadable: no such file or directory\n',
    ],
    [
      ['empty'],
      3,
      '0 checkpoints checked; 1 could not be read',
      `empty: unreadable: holds ${none}\n`,
    ],
  ])) {
    const { code, stdout, stderr } = await ckpt(['validate', ...paths], { cwd });
    const label = paths.join(' ');
    assert.equal(stdout.split('\n').at(-2), summary, label);
    assert.equal(stderr, errors, label);
    assert.equal(code, expected, label);
    const quiet = await ckpt(['validate', '--quiet', '--level', 'info', ...paths], { cwd });
    const problems = stdout.slice(0, -summary.length - 1).replace(/\n\n$/, '\n');
    assert.deepEqual([quiet.code, quiet.stdout, quiet.stderr], [code, problems, stderr], label);
  }
});

test('--fail-on: from which severity on the exit code is 1', async () => {
  const cwd = folder({ 'network.status': '[', 'deleted.files': '[]' }); // a warning
  for (const [args, expected] of /** @type {[string[], number][]} */ ([
    [[], 0],
    [['--fail-on', 'error'], 0],
    [['--fail-on', 'warning'], 1],
    [['--fail-on', 'info'], 1],
    [['--severity', 'CKP302=error'], 1],
    [['--severity', 'CKP302=info', '--fail-on', 'warning'], 0],
    [['--severity', 'CKP302=off', '--fail-on', 'info'], 0],
    [['--ignore', 'CKP302', '--fail-on', 'info'], 0],
    [['--ignore', 'CKP3*,CKP4*', '--fail-on', 'info'], 0],
    [['--only', 'CKP403', '--fail-on', 'info'], 0],
    [['--only', 'CKP403', '--only', 'CKP302', '--fail-on', 'info'], 1],
  ])) {
    const { code, stderr } = await ckpt(['validate', ...args, 'network.status'], { cwd });
    assert.deepEqual([code, stderr], [expected, ''], args.join(' '));
  }
});

test('--summary: one line for each', async () => {
  const cwd = folder({ 'a/deleted.files': '{}', 'b/deleted.files': '[]' });
  const { stdout } = await ckpt(['validate', '--summary', 'a', 'b'], {
    cwd,
  });
  assert.match(stdout, /^a\/deleted\.files: 1 error\nb\/deleted\.files: no findings\n/);
  const archive = await ckpt(['validate', '--summary', '--only', 'CKP1*', 'archives/crio.tar']);
  assert.equal(
    archive.stdout,
    'archives/crio.tar: (CRI-O count-up) no findings; cri-o restores it\n\n1 checkpoint checked: no findings\n',
  );
});

test('metadata files of one folder that are named one after the other are checked together', async () => {
  const results = async (/** @type {string[]} */ ...args) => {
    const { stdout } = await ckpt(['validate', '-f', 'json', ...args]);
    return JSON.parse(stdout).results.map((/** @type {any} */ { path, files }) => [
      path,
      Object.keys(files),
    ]);
  };
  assert.deepEqual(await results('example/config.dump', 'example/spec.dump'), [
    ['example', ['config.dump', 'spec.dump']],
  ]);
  assert.deepEqual(await results('example/config.dump', 'example/config.dump'), [
    ['example/config.dump', ['config.dump']],
    ['example/config.dump', ['config.dump']],
  ]);
  assert.deepEqual(await results('example/config.dump', 'cli/frames/wide/config.dump'), [
    ['example/config.dump', ['config.dump']],
    ['cli/frames/wide/config.dump', ['config.dump']],
  ]);
  assert.deepEqual(await results('-k', 'any', 'example/config.dump', 'example/spec.dump'), [
    ['example/config.dump', ['any']],
    ['example/spec.dump', ['any']],
  ]);
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
    // Metadata files without the images of the processes.
    'loose/config.dump': '{}',
    'loose/status': '{}',
    'loose/deep/spec.dump': '{}',
    // A pod's: its containers too.
    'pod/pod.options': '{}',
    'pod/1-a/spec.dump': '{}',
    'pod/2-b/spec.dump': '{}',
    'pod/2-b/deleted.files': '[]',
    // Something else: a file called status means nothing.
    'pod/var/lib/dpkg/status': 'Package: x',
    // CRIU's own, and archives.
    'images/inventory.img': 'x',
    'images/status': 'x',
    'tars/a.tar': 'x',
    'tars/readme': 'x',
    'tars/sub/b.tar.zst': 'x',
    'top/status': '{}',
    'top/sub/network.status': '{}',
  });
  symlinkSync('../one', join(cwd, 'top/link'));
  const paths = async (/** @type {string[]} */ ...args) => {
    const { stdout } = await ckpt(['validate', '-f', 'json', ...args], { cwd });
    return JSON.parse(stdout).results.flatMap((/** @type {any} */ { path, files }) =>
      files ? Object.values(files).sort() : [`whole ${path}`],
    );
  };
  const one = ['whole one'];
  const pod = ['whole pod'];
  const top = ['top/status', 'top/sub/network.status'];
  assert.deepEqual(await paths('one'), one);
  assert.deepEqual(await paths('one//'), one);
  assert.deepEqual(await paths('loose'), ['loose/config.dump', 'loose/status']);
  assert.deepEqual(await paths('pod'), pod);
  assert.deepEqual(await paths('images'), ['whole images']);
  assert.deepEqual(await paths('tars'), ['whole tars/a.tar', 'whole tars/sub/b.tar.zst']);
  assert.deepEqual(await paths('top', 'one'), [...top, ...one]);
  assert.deepEqual(await paths('.'), [
    'whole ./images',
    './loose/config.dump',
    './loose/status',
    'whole ./one',
    'whole ./pod',
    'whole ./tars/a.tar',
    'whole ./tars/sub/b.tar.zst',
    './top/sub/network.status',
  ]);
  // --kind is for the files that are named.
  assert.deepEqual(await paths('--kind', 'any', 'top', 'one/ctr.log'), [...top, 'one/ctr.log']);
});

test('folders: symbolic links and special files are named, not read', async () => {
  const cwd = folder({ secret: 'root:x:0:0', 'a/deleted.files': '[]', 'b/status/x': '' });
  symlinkSync('../secret', join(cwd, 'a/config.dump'));
  const { code, stdout, stderr } = await ckpt(['validate', 'a', '/dev/null', '-k', 'any'], { cwd });
  assert.equal(stdout, '1 metadata file checked: no findings; 2 could not be read\n');
  assert.equal(
    stderr,
    'a/config.dump: unreadable: is a symbolic link in a folder, which is not followed; name it to check it\n' +
      '/dev/null: unreadable: is not a regular file\n',
  );
  assert.equal(code, 3);
  const named = await ckpt(['validate', 'a/config.dump'], { cwd });
  assert.match(named.stdout, /^a\/config\.dump:1:1: error: invalid character 'r' /);
});

test('the example has nothing worse than information', async () => {
  const { code, stdout } = await ckpt(['validate', '--fail-on', 'warning', 'example']);
  assert.match(stdout, /\n4 metadata files checked: \d+ info\n$/);
  assert.equal(code, 0);
});

test('secrets are shown nowhere, unless that is asked for', async () => {
  const env = ['PATH=/bin', 'DB_PASSWORD=hunter2secret', 'LANG=C'];
  const cwd = folder({
    'spec.dump': JSON.stringify(
      { process: { cwd: 'x', args: ['a'], env }, root: { path: 1 } },
      null,
      2,
    ),
    'one-line/spec.dump': JSON.stringify({ process: { cwd: 'x', env } }),
  });
  const formats = ['text', 'json', 'sarif', 'junit', 'github', 'gitlab', 'tap', 'markdown', 'html'];
  for (const more of [[], ['--ignore', 'CKP800'], ['--only', 'CKP2*'], ['--max-findings', '1']])
    for (const format of more.length > 0 ? ['text'] : formats) {
      const args = ['validate', '-f', format, ...more, 'spec.dump', 'one-line/spec.dump'];
      const { stdout, code } = await ckpt(args, { cwd });
      assert.ok(!stdout.includes('hunter2'), `${format} ${more.join(' ')}`);
      assert.ok(code <= 1 && stdout.length > 100);
    }
  const { stdout } = await ckpt(['validate', '--reveal', 'spec.dump'], { cwd });
  assert.ok(stdout.includes('hunter2secret'));
});

test('the rules about a kind of file that is in no checkpoint', async () => {
  const list = { totalSize: 10, checkpoints: [{ archive: 'a', size: 5, timestamp: 20 }] };
  const cwd = folder({ 'list.json': JSON.stringify(list), 'broken.json': '{' });
  const kind = ['validate', '--format', 'json', '--kind', 'kubernetes-checkpoint-metadata'];
  const run = async (name) => {
    const { stdout } = await ckpt([...kind, name], { cwd });
    return JSON.parse(stdout).results[0].report.findings;
  };
  for (const [name, severity, pointer] of [
    ['list.json', 'warning', '/totalSize'],
    ['broken.json', 'error', ''],
  ]) {
    const [finding, ...more] = await run(name);
    assert.deepEqual(
      [finding.id, finding.severity, finding.pointer],
      ['CKP910', severity, pointer],
    );
    assert.deepEqual(more, []);
  }
});

test('--level lists less and judges the same; -q lists errors only', async () => {
  const cwd = folder({ 'bad/deleted.files': '{"id":1}', 'bad/network.status': '[' });
  const severities = (/** @type {string} */ stdout) =>
    [...stdout.matchAll(/^bad\/\S+ (error|warning|info): /gm)].map(([, one]) => one);
  for (const [args, listed, summary] of /** @type {[string[], string[], boolean][]} */ ([
    [[], ['error', 'warning'], true],
    [['--level', 'info'], ['error', 'warning'], true],
    [['--level', 'warning'], ['error', 'warning'], true],
    [['--level', 'error'], ['error'], true],
    [['-q'], ['error'], false],
    [['-q', '--level', 'warning'], ['error', 'warning'], false],
  ])) {
    const { code, stdout } = await ckpt(['validate', ...args, 'bad'], { cwd });
    assert.equal(code, 1, `${args}`);
    assert.deepEqual(severities(stdout), listed, `${args}`);
    assert.equal(stdout.endsWith('checked: 1 error, 1 warning\n'), summary, `${args}`);
  }
  // What is not listed stands no longer in the list that verdicts and trust refer to.
  const json = await ckpt(['validate', '--json', '--level', 'error', 'bad'], { cwd });
  const [{ report }] = JSON.parse(json.stdout).results;
  assert.deepEqual(
    report.findings.map((/** @type {any} */ { severity }) => severity),
    ['error'],
  );
  assert.equal(report.counts.warning, 1);
  const conf = folder({
    '.ckpt.json': '{"level": "error"} // only these',
    'a/deleted.files': '{}',
    'a/network.status': '[',
  });
  const said = await ckpt(['validate', 'a'], { cwd: conf });
  assert.match(said.stdout, /error: /);
  assert.doesNotMatch(said.stdout, /warning: /);
});

test('what people write for rules, targets and reports', async () => {
  const cwd = folder({ 'a/deleted.files': '{}', 'a/network.status': '[' });
  const ids = async (/** @type {string[]} */ ...args) =>
    [...(await ckpt(['validate', ...args, 'a'], { cwd })).stdout.matchAll(/\[(CKP\d+)\]$/gm)].map(
      ([, id]) => id,
    );
  assert.deepEqual(await ids('--only', 'ckp403'), ['CKP403']);
  assert.deepEqual(await ids('--only', 'ckp3'), ['CKP302']);
  assert.deepEqual(await ids('--ignore', 'CKP3,ckp403'), []);
  assert.deepEqual(await ids('--severity', 'ckp403=off', '--only', 'CKP4*'), []);
  for (const [args, words] of /** @type {[string[], RegExp][]} */ ([
    [['--only', 'CKP4O3'], /^ckpt: there is no rule "CKP4O3"; did you mean CKP4\d\d\?/],
    [['--target', 'podmn'], /^ckpt: unknown target "podmn"; did you mean podman\?/],
    [['--json', '--format', 'sarif'], /^ckpt: several report formats cannot go to standard output/],
  ])) {
    const { code, stderr } = await ckpt(['validate', ...args, 'a'], { cwd });
    assert.deepEqual([code, words.test(stderr)], [2, true], stderr);
  }
  assert.equal((await ckpt(['validate', '--target', 'CRIO@1.34', 'a'], { cwd })).code, 1);
  // The ending of a report's name tells its form.
  await ckpt(['validate', '-o', 'r.sarif', '-o', 'r.xml', '-o', 'r.md', 'a'], { cwd });
  const text = (/** @type {string} */ name) => readFileSync(join(cwd, name), 'utf8');
  assert.equal(JSON.parse(text('r.sarif')).version, '2.1.0');
  assert.match(text('r.xml'), /^<\?xml/);
  assert.match(text('r.md'), /^#/);
});

test('the nearest configuration counts, up to the root of the repository', async () => {
  const files = { 'a/b/deleted.files': '{}', 'a/b/network.status': '[' };
  const only = (/** @type {string} */ id) => `/* why */ {"only": ["${id}"]} // http://x`;
  const ids = async (/** @type {string} */ cwd) =>
    [...(await ckpt(['validate', '.'], { cwd })).stdout.matchAll(/\[(CKP\d+)\]$/gm)].map(
      ([, id]) => id,
    );
  const outer = folder({ ...files, '.ckpt.json': only('CKP403') });
  assert.deepEqual(await ids(join(outer, 'a/b')), ['CKP403']);
  const both = folder({ ...files, '.ckpt.json': only('CKP403'), 'a/.ckpt.json': only('CKP302') });
  assert.deepEqual(await ids(join(both, 'a/b')), ['CKP302']);
  const repository = folder({ ...files, '.ckpt.json': only('CKP403'), 'a/.git/HEAD': '' });
  assert.deepEqual(await ids(join(repository, 'a/b')), ['CKP403', 'CKP302']);
  const open = folder({ 'deleted.files': '[]', '.ckpt.json': '{} /* never closed' });
  const { code, stderr } = await ckpt(['validate', '.'], { cwd: open });
  assert.deepEqual([code, stderr.includes('.ckpt.json:1:4:')], [2, true], stderr);
});
