// SPDX-License-Identifier: Apache-2.0
// Names of files that are not UTF-8: as arguments, in patterns and folders, and how they are shown.
import assert from 'node:assert/strict';
import { Buffer } from 'node:buffer';
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { test } from 'node:test';
import { nameText, pathOf } from '../../../wasm/api/node-fs.js';
import { asciiJson } from '../../../wasm/report/escape.js';
import { uriPath, wellFormed } from '../../../wasm/report/findings.js';
import { archives, checkpoint, tar } from '../lib/cli-archives.mjs';
import { ckpt, environment, folder, program } from '../lib/cli-run.mjs';

const SAMPLES = [
  '61ff2e746172',
  'ff',
  'c3',
  'c328',
  'e28261',
  'eda080',
  'f09f90',
  '80',
  'efbfbd',
  'efbfbdff',
  'c3a9ffc3a9',
  'f09f90b3fe',
  'edb2bf',
];

test('every name becomes a text and the same bytes again', () => {
  for (const hex of SAMPLES) {
    const bytes = Buffer.from(hex, 'hex');
    assert.deepEqual(Buffer.from(pathOf(nameText(bytes))), bytes, hex);
  }
  for (let i = 0; i < 2000; i++) {
    const bytes = Buffer.from(
      Array.from({ length: 6 }, (_, k) => (i * 7919 * (k + 3) * 31) >>> (k + 2)),
    );
    assert.deepEqual(Buffer.from(pathOf(nameText(bytes))), bytes);
  }
  assert.equal(nameText(Buffer.from('é\ufffd🐳')), 'é\ufffd🐳');
  assert.equal(pathOf('é\ufffd🐳'), 'é\ufffd🐳');
});

test('in JSON, addresses and XML such a byte is shown, and pairs stay what they are', () => {
  const name = nameText(Buffer.from([0x61, 0xff]));
  assert.equal(asciiJson(JSON.stringify({ name })), '{"name":"a\\\\xff"}');
  for (const json of [
    '"\\\\udcff"',
    '"\\ud83d\\udc33"',
    '"\\\\\\ud83d\\udc33"',
    JSON.stringify('🐳'),
  ])
    assert.deepEqual(JSON.parse(asciiJson(json)), JSON.parse(json));
  assert.equal(uriPath(`d/${name}é`), 'd/a%FF%C3%A9'.replace('%FF', '%ff'));
  assert.equal(wellFormed(name), 'a\\xff');
});

const linux = { skip: process.platform !== 'linux' && 'the file system may refuse such names' };
const FF = Buffer.from([0xff]);
const FE = Buffer.from([0xfe]);
const cwd = folder();
const at = (/** @type {(string | Buffer)[]} */ ...parts) =>
  Buffer.concat(parts.map((part) => Buffer.from(part)));
if (process.platform === 'linux') {
  const real = readFileSync(join(archives, 'simple-none.tar'));
  writeFileSync(at(cwd, '/a', FF, '.tar'), real);
  writeFileSync(at(cwd, '/a', FE, '.tar'), tar(checkpoint()));
  mkdirSync(at(cwd, '/d', FF));
  writeFileSync(at(cwd, '/d', FF, '/one.tar'), real);
  mkdirSync(at(cwd, '/dump', FF));
  writeFileSync(at(cwd, '/dump', FF, '/config.dump'), '{"id":1}');
}

/** Arguments that are bytes: through a shell, since Node has none. @param {(string | Buffer)[]} args */
function run(...args) {
  const words = args.map((arg) =>
    at(
      "$'",
      [...Buffer.from(arg)].map((byte) => `\\x${byte.toString(16).padStart(2, '0')}`).join(''),
      "'",
    ),
  );
  const line = Buffer.concat(words.flatMap((word) => [Buffer.from(' '), word])).toString();
  const { status, stdout, stderr } = spawnSync(
    'bash',
    ['-c', `exec "$0" "$1"${line}`, process.execPath, program],
    {
      cwd,
      env: environment(),
    },
  );
  return { code: status, stdout: stdout.toString('latin1'), stderr: stderr.toString('latin1') };
}

test('as arguments: each of two that look alike is found', linux, () => {
  const one = run('validate', '--summary', at('a', FF, '.tar'), at('a', FE, '.tar!config.dump'));
  assert.match(one.stdout, /^a\\xff\.tar: \(Podman simple\) .*\na\\xfe\.tar!config\.dump: /);
  const hash = run('hash', at('a', FF, '.tar'));
  assert.match(hash.stdout, /^[0-9a-f]{64} {2}a\xff\.tar\n$/);
  const none = run('show', at('no', FF));
  assert.deepEqual([none.code, none.stderr], [3, 'ckpt: no\\xff: no such file or directory\n']);
  const same = run('convert', '--compress', 'gzip', at('a', FF, '.tar'), at('a', FF, '.tar'));
  assert.deepEqual(
    [same.code, same.stderr.split('\n')[0]],
    [2, 'ckpt: the output a\\xff.tar is the input; it is not written over'],
  );
  const made = run('convert', '--compress', 'gzip', at('a', FF, '.tar'), at('new', FF, '.tar.gz'));
  assert.deepEqual([made.code, made.stderr], [0, '']);
  assert.ok(
    readdirSync(cwd, { encoding: 'buffer' }).some((name) => name.equals(at('new', FF, '.tar.gz'))),
  );
});

test(
  'where the system does not tell the arguments, the one file that may be meant is found',
  linux,
  async () => {
    for (const [args, pattern] of /** @type {[string[], RegExp][]} */ ([
      [['show', 'd\ufffd/one.tar'], /from d\\xff\/one\.tar\n/],
      [['validate', 'd\ufffd/one.tar!config.dump'], /^d\\xff\/one\.tar!config\.dump:/m],
      [['ls', 'dump\ufffd'], /^config\.dump\n$/],
      [['list', 'd\ufffd'], /path: d\\xff\n/],
      [['hash', '--json', 'd\ufffd/one.tar'], /^\{"file":\{"hex":"64ff2f6f6e652e746172"\}/],
    ])) {
      const { stdout, stderr } = await ckpt(args, { cwd });
      assert.match(stdout, pattern, stderr);
    }
    const two = await ckpt(['show', 'a\ufffd.tar'], { cwd });
    assert.equal(two.code, 2);
    assert.match(
      two.stderr,
      /not UTF-8, and 2 files may be meant: "a\\x(ff|fe)\.tar", .*; use "- <FILE"/,
    );
    const none = await ckpt(['show', 'x\ufffd.tar'], { cwd });
    assert.equal(none.code, 3);
  },
);

test('in patterns and folders, by every command that takes several files', linux, async () => {
  for (const name of [
    'show',
    'ps',
    'files',
    'mounts',
    'ns',
    'maps',
    'size',
    'memparse',
    'strings',
  ]) {
    const { stdout, stderr } = await ckpt([name, 'd*/*.tar'], { cwd });
    assert.ok(stdout !== '' && stderr === '', `${name}: ${stderr}`);
  }
  const rows = await ckpt(['ps', '--json', 'a*.tar', 'd*'], { cwd });
  for (const file of ['a\\xff.tar', 'd\\xff/one.tar'])
    assert.ok(
      JSON.parse(rows.stdout).processes.some((/** @type {any} */ row) => row.file === file),
      file,
    );
  for (const format of ['sarif', 'junit', 'jsonl', 'github', 'gitlab', 'tap', 'markdown']) {
    const { stdout } = await ckpt(['validate', '-f', format, 'd*/*.tar'], { cwd });
    assert.doesNotMatch(stdout, /\ufffd|udcff/, format);
  }
});
