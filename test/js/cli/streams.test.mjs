// SPDX-License-Identifier: Apache-2.0
// Standard input, pipes that close, limits, signals, colours and terminals.
import assert from 'node:assert/strict';
import { execFile, execFileSync, spawn, spawnSync } from 'node:child_process';
import { openSync, closeSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import test from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { ckpt, data, environment, folder, program } from '../lib/cli-run.mjs';

const LIMIT = 2 ** 28;

test('the limit is that of the core', () => {
  const header = readFileSync(new URL('../../../src/ckpt.h', import.meta.url), 'utf8');
  assert.match(header, /#define CKPT_MAX_INPUT \(\(size_t\)1 << 28\)/);
});

// ---- standard input --------------------------------------------------------------------------------

test('standard input, with --kind and with --stdin-name', async () => {
  const input = '{"id":1}';
  const bare = await ckpt(['validate', '--kind', 'config.dump', '-'], { input });
  assert.match(bare.stdout, /^<stdin>:1:7: error: /m);
  assert.equal(bare.code, 1);
  const named = await ckpt(['validate', '--stdin-name', 'dump.tar!config.dump/config.dump', '-'], {
    input,
  });
  assert.match(named.stdout, /^dump\.tar!config\.dump\/config\.dump:1:7: error: /m);
  // --kind wins over the name; other files come before and after.
  const mixed = await ckpt(
    [
      ...['validate', '--only', 'CKP4*'],
      '--stdin-name',
      'config.dump',
      '--kind',
      'any',
      'example/spec.dump',
      '-',
      'example',
    ],
    { input },
  );
  assert.deepEqual([mixed.code, mixed.stdout], [0, '6 metadata files checked: no findings\n']);
});

test('standard input in small pieces', async () => {
  const child = spawn(process.execPath, [program, 'decode', '-k', 'deleted.files', '-'], {
    env: environment(),
  });
  let out = '';
  child.stdout.on('data', (chunk) => (out += chunk));
  for (const piece of ['[', '"a', '\u00e9"', ',"b"', ']']) {
    child.stdin.write(piece);
    await sleep(20);
  }
  child.stdin.end();
  const code = await new Promise((resolve) => child.on('close', resolve));
  assert.deepEqual([code, out], [0, '[\n  "a\u00e9",\n  "b"\n]']);
});

test('standard input without an end is refused at the limit', async () => {
  const zero = openSync('/dev/zero', 'r');
  try {
    const child = spawn(process.execPath, [program, 'validate', '-k', 'any', '-'], {
      stdio: [zero, 'pipe', 'pipe'],
      env: environment(),
    });
    let err = '';
    child.stderr.on('data', (chunk) => (err += chunk));
    child.stdout.resume();
    const code = await new Promise((resolve) => child.on('close', resolve));
    assert.equal(
      err,
      `<stdin>: unreadable: the input is too large; the limit is ${LIMIT} bytes (256 MiB)\n`,
    );
    assert.equal(code, 3);
  } finally {
    closeSync(zero);
  }
});

test('standard input that is a folder', async () => {
  const directory = openSync(data, 'r');
  const run = promisify(execFile)(
    'sh',
    ['-c', `"$0" "$1" decode -k any - <"$2"`, process.execPath, program, data],
    {
      env: environment(),
    },
  );
  await assert.rejects(run, (/** @type {any} */ error) => {
    assert.equal(error.code, 3);
    assert.match(error.stderr, /^<stdin>: unreadable: .*directory/);
    return true;
  });
  closeSync(directory);
});

// ---- limits and special files ------------------------------------------------------------------------

test('a file above the limit is refused unread', async () => {
  const cwd = folder({ 'config.dump': '', 'b/deleted.files': '[]' });
  truncateSync(join(cwd, 'config.dump'), LIMIT + 1);
  const { code, stdout, stderr } = await ckpt(['validate', 'config.dump', 'b'], { cwd });
  assert.equal(
    stderr,
    `config.dump: unreadable: the file of ${LIMIT + 1} bytes is too large; the limit is ${LIMIT} bytes (256 MiB)\n`,
  );
  assert.equal(stdout, '1 metadata file checked: no findings; 1 could not be read\n');
  assert.equal(code, 3);
  const json = JSON.parse((await ckpt(['validate', '-f', 'json', 'config.dump'], { cwd })).stdout);
  assert.equal(json.results[0].unreadable.code, 'limit');
  const decoded = await ckpt(['decode', 'config.dump'], { cwd });
  assert.deepEqual([decoded.code, decoded.stdout, decoded.stderr], [3, '', stderr]);
});

test('files of size 0 that have content', async (t) => {
  if (process.platform !== 'linux') return t.skip('needs /proc');
  const { code, stdout } = await ckpt(['validate', '-k', 'any', '/proc/self/status']);
  assert.equal(code, 1);
  assert.match(stdout, /^\/proc\/self\/status:1:1: error: invalid character 'N' /);
});

test('FIFOs and devices are refused, not waited for', async () => {
  const cwd = folder({ 'a/deleted.files': '[]' });
  execFileSync('mkfifo', [join(cwd, 'status'), join(cwd, 'a/config.dump')]);
  for (const path of ['status', '/dev/zero']) {
    const { code, stderr } = await ckpt(['decode', '-k', 'any', path], { cwd });
    assert.deepEqual([code, stderr], [3, `${path}: unreadable: is not a regular file\n`]);
  }
  const inFolder = await ckpt(['validate', 'a'], { cwd });
  assert.equal(inFolder.stderr, 'a/config.dump: unreadable: is not a regular file\n');
  assert.equal(inFolder.code, 3);
});

test('files without permission', (t) => {
  const cwd = folder();
  writeFileSync(join(cwd, 'status'), '{}', { mode: 0 });
  // Root may read all, unless these rights are taken away.
  const root = process.getuid?.() === 0;
  const without = ['setpriv', '--bounding-set=-dac_override,-dac_read_search'];
  const [command, ...args] = [...(root ? without : []), process.execPath, program];
  const run = spawnSync(command, [...args, 'validate', 'status'], { cwd, env: environment() });
  const stderr = run.stderr?.toString();
  if (root && (run.error || /^setpriv/.test(stderr))) return t.skip('root may read all');
  assert.deepEqual([run.status, stderr], [3, 'status: unreadable: permission denied\n']);
});

// ---- output that fails, signals ------------------------------------------------------------------------

/** @param {string} script of bash, with $CKPT @param {string} cwd */
async function bash(script, cwd) {
  const env = environment({ CKPT: `${process.execPath} ${program}` });
  const run = promisify(execFile)('bash', ['-c', script], { cwd, env, maxBuffer: 1 << 26 });
  const { stdout, stderr } = await run;
  return { stdout, stderr };
}

test('nobody reads the output: a quiet end', async () => {
  const files = Object.fromEntries(
    Array.from({ length: 1500 }, (_, i) => [`${i}/config.dump`, '{"id":\n1}']),
  );
  const cwd = folder({
    ...files,
    'big/deleted.files': `[${Array.from({ length: 200_000 }, (_, i) => `"/usr/share/${i}"`).join(',')}]`,
  });
  for (const command of ['validate .', 'validate -f json .', 'decode big/deleted.files']) {
    const { stdout, stderr } = await bash(
      `$CKPT ${command} | head -n 1; echo "\${PIPESTATUS[0]}"`,
      cwd,
    );
    assert.match(stdout, /^.+\n141\n$/, command);
    assert.equal(stderr, '', command);
  }
});

test('output that cannot be written', async (t) => {
  if (process.platform !== 'linux') return t.skip('needs /dev/full');
  const { stdout, stderr } = await bash('$CKPT validate example >/dev/full; echo $?', data);
  assert.deepEqual(
    [stdout, stderr],
    ['3\n', 'ckpt: the output cannot be written: no space left on device\n'],
  );
});

test('nothing on standard output is lost in a slow pipe', async () => {
  const cwd = folder(
    Object.fromEntries(Array.from({ length: 500 }, (_, i) => [`${i}/config.dump`, '{"id":\n1}'])),
  );
  const { stdout } = await bash('$CKPT validate -f json . | { sleep 0.5; cat; }', cwd);
  assert.equal(JSON.parse(stdout).results.length, 500);
});

test('output comes while the work goes on', async () => {
  const cwd = folder(
    Object.fromEntries(Array.from({ length: 800 }, (_, i) => [`${i}/config.dump`, '{"id":\n1}'])),
  );
  const child = spawn(process.execPath, [program, 'validate', '.', '-k', 'any', '-'], {
    cwd,
    env: environment(),
    timeout: 60_000,
  });
  await new Promise((resolve) => child.stdout.once('data', resolve));
  child.stdin.end('{}'); // only now can it end
  child.stdout.resume();
  assert.equal(await new Promise((resolve) => child.on('close', resolve)), 1);
});

test('interrupted: exit code 130, and silence', async () => {
  const child = spawn(process.execPath, [program, 'decode', '-k', 'any', '-'], {
    env: environment(),
  });
  let output = '';
  child.stdout.on('data', (chunk) => (output += chunk));
  child.stderr.on('data', (chunk) => (output += chunk));
  await sleep(500); // it waits for standard input
  child.kill('SIGINT');
  const [code, signal] = await new Promise((resolve) => {
    child.on('close', (...end) => resolve(end));
  });
  // Ended by the signal itself, as it should be; shells call that 130.
  assert.deepEqual([code, signal, output], [null, 'SIGINT', '']);
});

// ---- colours and terminals -----------------------------------------------------------------------------

test('colours: --color, FORCE_COLOR, NO_COLOR, else none in a pipe', async () => {
  const coloured = async (/** @type {string[]} */ args, /** @type {NodeJS.ProcessEnv} */ env) => {
    const { stdout } = await ckpt(['validate', 'cli/frames/nul', ...args], { env });
    return stdout.includes('\x1b[');
  };
  for (const [args, env, expected] of /** @type {[string[], NodeJS.ProcessEnv, boolean][]} */ ([
    [[], {}, false],
    [[], { FORCE_COLOR: '1' }, true],
    [[], { FORCE_COLOR: '' }, true],
    [[], { FORCE_COLOR: '0' }, false],
    [[], { NO_COLOR: '1' }, false],
    [[], { FORCE_COLOR: '1', NO_COLOR: '1' }, true],
    [['--color=always'], { NO_COLOR: '1' }, true],
    [['--color=never'], { FORCE_COLOR: '1' }, false],
    [['--color=auto'], { FORCE_COLOR: '1' }, true],
    [['--color=always', '-f', 'json'], { FORCE_COLOR: '1' }, false],
  ]))
    assert.equal(await coloured(args, env), expected, JSON.stringify([args, env]));
  const plain = await ckpt(['validate', 'cli/frames/nul']);
  const colour = await ckpt(['validate', '--color', 'always', 'cli/frames/nul']);
  // eslint-disable-next-line no-control-regex
  assert.equal(colour.stdout.replaceAll(/\x1b\[\d+m/g, ''), plain.stdout);
});

/** Runs ckpt on a terminal of its own; null if there is no way to. @param {string} command @param {NodeJS.ProcessEnv} [env] */
function onTerminal(command, env = {}) {
  try {
    if (!execFileSync('script', ['--version']).includes('util-linux')) return null;
  } catch {
    return null;
  }
  const line = `stty cols 60; '${process.execPath}' '${program}' ${command}`;
  const args = ['--quiet', '--return', '--command', line, '/dev/null'];
  try {
    return execFileSync('script', args, {
      cwd: data,
      env: environment(env),
      stdio: ['ignore', 'pipe', 'inherit'],
    }).toString();
  } catch (error) {
    return /** @type {{stdout: Buffer}} */ (error).stdout.toString();
  }
}

test('on a terminal: colours, its width, and a line feed after decode', (t) => {
  const output = onTerminal('validate cli/frames/long-line-middle');
  if (output === null) return t.skip('needs script of util-linux');
  assert.ok(output.includes('\x1b[31m^~\x1b[39m'));
  // eslint-disable-next-line no-control-regex
  const lines = output.replaceAll(/\x1b\[\d+m/g, '').split('\r\n');
  const source = lines.find((line) => line.startsWith('  1 |')) ?? '';
  assert.ok(source.length > 50 && source.length <= 60, source);
  assert.ok(!onTerminal('validate cli/frames/nul', { NO_COLOR: '1' })?.includes('\x1b'));
  assert.ok(!onTerminal('validate cli/frames/nul', { TERM: 'dumb' })?.includes('\x1b'));

  const file = readFileSync(join(data, 'example/deleted.files'), 'utf8');
  assert.equal(onTerminal('decode example/deleted.files'), `${file}\n`.replaceAll('\n', '\r\n'));
  const [name] = [folder({ 'deleted.files': '["\u202e\x7f\u009b\u00e9"]' })];
  assert.equal(
    onTerminal(`decode ${name}/deleted.files`),
    '[\r\n  "\\u202e\\u007f\\u009b\u00e9"\r\n]\r\n',
  );
});
