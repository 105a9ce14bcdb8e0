// SPDX-License-Identifier: Apache-2.0
// On a terminal: progress of long work (none elsewhere), Ctrl-C, and content that could act there.
import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import {
  closeSync,
  existsSync,
  ftruncateSync,
  openSync,
  readdirSync,
  readlinkSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import test from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { isBinary } from '../../../wasm/cli/cat.js';
import { checkpoint, headerOfSize, tar } from '../lib/cli-archives.mjs';
import { environment, folder, program } from '../lib/cli-run.mjs';

/** Runs a command line on a terminal of its own; null if there is no way to. @param {string} command @param {string} cwd @param {NodeJS.ProcessEnv} [env] */
function onTerminal(command, cwd, env = {}) {
  try {
    if (!execFileSync('script', ['--version']).includes('util-linux')) return null;
  } catch {
    return null;
  }
  return execFileSync('script', ['-qec', command, '/dev/null'], {
    cwd,
    env: environment({ ...env, CKPT: `${process.execPath} ${program}` }),
    input: '',
  }).toString();
}

/** A folder with a checkpoint that takes seconds to read: compressed, 4 GiB. */
function makeSlow() {
  const cwd = folder();
  const path = join(cwd, 'slow.tar.gz');
  const fd = openSync(path, 'w');
  // One gzip member of 64 MiB zeros, many times over, inside of a member that claims them all.
  const zeros = gzipSync(Buffer.alloc(64 << 20), { level: 1 });
  const count = 64;
  const head = tar(checkpoint({ 'checkpoint/pages-1.img': '' })).subarray(0, -1024);
  const big = headerOfSize('checkpoint/pages-2.img', count * (64 << 20));
  writeSync(fd, gzipSync(Buffer.concat([head, big])));
  for (let i = 0; i < count; i++) writeSync(fd, zeros);
  writeSync(fd, gzipSync(Buffer.alloc(1024)));
  closeSync(fd);
  return cwd;
}
/** @type {string | undefined} */
let made;
const slow = () => (made ??= makeSlow());

test('progress on a terminal: one line, gone at the end', async (t) => {
  const cwd = slow();
  const output = onTerminal('$CKPT show slow.tar.gz', cwd);
  if (output === null) return t.skip('needs script of util-linux');
  const [before, ...lines] = output.split('\r\x1b[K');
  assert.equal(before, '');
  assert.ok(lines.length >= 3, output);
  for (const line of lines.slice(0, -1))
    assert.match(line, /^slow\.tar\.gz: \d+%, [\d.]+ \w+ of [\d.]+ \w+, [\d.]+ \w+\/s$/);
  assert.match(
    lines.at(-1) ?? '',
    /^\r\nDisplaying container checkpoint data from slow\.tar\.gz\r\n/,
  );
});

test('no progress if it is not wanted, or nobody is there to see it', async (t) => {
  const cwd = slow();
  for (const [command, env] of /** @type {[string, object][]} */ ([
    ['$CKPT show --no-progress slow.tar.gz', {}],
    ['$CKPT show slow.tar.gz', { NO_PROGRESS: '1' }],
    ['$CKPT show slow.tar.gz 2>&1 | cat', {}],
  ])) {
    const output = onTerminal(command, cwd, env);
    if (output === null) return t.skip('needs script of util-linux');
    assert.match(output, /^\r\nDisplaying /, command);
    assert.ok(!output.includes('\x1b'));
  }
});

/** When a program has opened a file; elsewhere than on Linux, when it should have. @param {number} pid @param {string} name */
async function reading(pid, name) {
  const fds = `/proc/${pid}/fd`;
  if (!existsSync(fds)) return sleep(2000);
  for (let tries = 0; tries < 1000; tries++, await sleep(10)) {
    const targets = readdirSync(fds).map((fd) => {
      try {
        return readlinkSync(`${fds}/${fd}`);
      } catch {
        return ''; // closed meanwhile
      }
    });
    if (targets.some((target) => target.endsWith(name))) return;
  }
}

test('Ctrl-C: exit code 130, nothing left', async () => {
  const cwd = slow();
  const temporary = folder();
  for (const args of [['show'], ['validate'], ['ls', '-l']]) {
    const child = spawn(process.execPath, [program, ...args, 'slow.tar.gz'], {
      cwd,
      env: environment({ TMPDIR: temporary }),
    });
    let output = '';
    child.stdout.on('data', (piece) => (output += piece));
    child.stderr.on('data', (piece) => (output += piece));
    const closed = new Promise((resolve) => child.on('close', resolve));
    await reading(child.pid ?? 0, 'slow.tar.gz');
    child.kill('SIGINT');
    const code = await closed;
    assert.deepEqual([code, output], [130, ''], args.join(' '));
  }
  assert.deepEqual(readdirSync(temporary), []);
  assert.deepEqual(readdirSync(cwd), ['slow.tar.gz']);
});

test('Ctrl-C on a terminal takes the line of progress away', async (t) => {
  if (onTerminal('true', folder()) === null) return t.skip('needs script of util-linux');
  const command =
    'stty -echo; $CKPT show slow.tar.gz & pid=$!; read -r _; kill -INT $pid; wait $pid; echo "code $?"';
  const child = spawn('script', ['-qec', `bash -mc '${command}'`, '/dev/null'], {
    cwd: slow(),
    env: environment({ CKPT: `${process.execPath} ${program}` }),
  });
  let output = '';
  let told = false;
  child.stdout.on('data', (piece) => {
    output += piece;
    if (told || !output.includes('B/s')) return;
    told = true; // that there is progress to take away
    child.stdin.write('\n');
  });
  await new Promise((resolve) => child.on('close', resolve));
  assert.match(output.replaceAll('\x1b', 'ESC'), /B\/s\rESC\[K.*code 130\r\n$/s);
});

test('an archive whose bodies are not read needs no progress and no time', async () => {
  const cwd = folder();
  const fd = openSync(join(cwd, 'sparse.tar'), 'w');
  const size = 64 * 2 ** 30;
  const big = headerOfSize('checkpoint/pages-2.img', size);
  writeSync(fd, big, 0, 512, 0);
  const rest = tar(checkpoint());
  writeSync(fd, rest, 0, rest.length, 512 + size);
  ftruncateSync(fd, 512 + size + rest.length);
  closeSync(fd);
  const output = execFileSync(process.execPath, [program, 'show', 'sparse.tar'], {
    cwd,
    env: environment(),
  });
  assert.match(output.toString(), /Podman {3}64\.0 GiB\n$/);
});

test('cat does not write to a terminal what could act in it', (t) => {
  const cwd = folder({
    'a.tar': tar(checkpoint({ text: 'plain \u00e9\n', escape: 'a\x1b[2Jb', bytes: '\x00\x01' })),
  });
  const text = onTerminal('$CKPT cat a.tar text', cwd);
  if (text === null) return t.skip('needs script of util-linux');
  assert.equal(text, 'plain \u00e9\r\n');
  for (const name of ['escape', 'bytes']) {
    assert.equal(
      onTerminal(`$CKPT cat a.tar ${name}; echo $?`, cwd),
      `ckpt: a.tar!${name}: is not plain text and is not written to a terminal; --force does it\r\n2\r\n`,
    );
    assert.equal(
      onTerminal(`$CKPT cat a.tar ${name} | wc -c`, cwd)?.trim(),
      name === 'bytes' ? '2' : '6',
    );
  }
  assert.equal(onTerminal('$CKPT cat --force a.tar escape', cwd), 'a\x1b[2Jb');
});

test('what is plain text', () => {
  const bytes = (/** @type {number[]} */ ...list) => new Uint8Array(list);
  for (const plain of [
    bytes(),
    Buffer.from('a\t\r\n\u00e9\u6f22\u{1f600}\u00a0'),
    bytes(0x61, 0xf0, 0x9f, 0x98),
  ])
    assert.equal(isBinary(plain), false);
  for (const binary of [
    bytes(0),
    bytes(0x1b),
    bytes(0x7f),
    bytes(0xc2, 0x9b),
    bytes(0x80),
    bytes(0xff, 0x41, 0x41, 0x41),
    bytes(0xe0, 0x41, 0x41, 0x41, 0x41),
  ])
    assert.equal(isBinary(binary), true, String(binary));
});
