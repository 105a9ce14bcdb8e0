// SPDX-License-Identifier: Apache-2.0
// One image of a dump, given by itself: what it is, what can be had of it, and nothing else.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import test from 'node:test';
import { load } from '../../../wasm/api/node.js';
import { ckpt, data, folder } from '../lib/cli-run.mjs';
import { imagesOf } from '../lib/roundtrip.mjs';

/** @type {Record<string, Uint8Array>} */
const files = {};
for await (const { name, bytes } of imagesOf(
  await load(),
  join(data, 'dumps/bare-tcp/bare-tcp.tar.zst'),
))
  files[name] = bytes;
const cwd = folder({
  ...files,
  'ifaddr-3.img': 'x'.repeat(30),
  'other.img': 'x'.repeat(3000),
  'empty.img': '',
  nameless: files['core-17588.img'],
});
const far = folder({ 'pages-1.img': files['pages-1.img'] });

const ALONE = 'one CRIU image, not the checkpoint that it belongs to';
const PAGES = `${ALONE}: raw memory, 31 pages; pagemap-17588.img tells their addresses; give the archive or the folder of the images`;
const CORE = `${ALONE}: registers and state of a task or thread (CORE); "ckpt decode" prints it; for the rest give the archive or the folder of the images`;

/** Commands that want a checkpoint: what stands before and after its name. */
const COMMANDS = [
  ...['show', 'ls', 'inspect', 'ps', 'files', 'sockets', 'maps', 'mounts', 'ns', 'memparse'],
  ...['x ps', 'x fds', 'size', 'cpu', 'strings', 'memory --pid 1', 'cat IMAGE config.dump'],
  ...['search IMAGE abc'],
].map((text) => text.split(' '));

test('every command that wants a checkpoint says in one line what it was given instead', async () => {
  for (const words of COMMANDS)
    for (const [name, text] of [
      ['pages-1.img', PAGES],
      ['core-17588.img', CORE],
      ['nameless', CORE],
    ]) {
      const args = words.map((word) => (word === 'IMAGE' ? name : word));
      if (!args.includes(name)) args.push(name);
      const { code, stdout, stderr } = await ckpt(args, { cwd });
      assert.deepEqual(
        [stderr, stdout, code],
        [`ckpt: ${name}: it is ${text}\n`, '', 1],
        args.join(' '),
      );
    }
});

test('validate does, too; raw images are not said to be decoded', async () => {
  const { code, stderr } = await ckpt(['validate', 'pages-1.img', 'core-17588.img', 'nameless'], {
    cwd,
  });
  assert.equal(code, 3);
  assert.equal(
    stderr,
    `pages-1.img: unreadable: is ${PAGES}\ncore-17588.img: unreadable: is ${CORE}\nnameless: unreadable: is ${CORE}\n`,
  );
  const raw = await ckpt(['ps', 'ifaddr-3.img'], { cwd });
  assert.equal(
    raw.stderr,
    `ckpt: ifaddr-3.img: it is ${ALONE}: network addresses as ip saves them; give the archive or the folder of the images\n`,
  );
});

test('the page map is named where it lies beside the pages, else by its number', async () => {
  for (const [place, map] of [
    [cwd, 'pagemap-17588.img'],
    [far, 'the pagemap image whose pages_id is 1'],
  ]) {
    const text = `pages-1.img: raw memory, 31 pages; ${map} tells their addresses\n`;
    const info = await ckpt(['info', 'pages-1.img'], { cwd: place });
    assert.deepEqual([info.stdout, info.code], [text, 0]);
    const decoded = await ckpt(['decode', 'pages-1.img'], { cwd: place });
    assert.deepEqual([decoded.stderr, decoded.code], [`ckpt: ${text}`, 2]);
  }
});

test('of what is nothing at all no more is said than that', async () => {
  for (const [name, message] of [
    ['empty.img', 'The file is empty; expected a tar archive, optionally compressed.'],
    ['other.img', 'The file is a text; expected a tar archive, optionally compressed.'],
  ])
    for (const args of [['ps'], ['x', 'ps']]) {
      const { stderr, stdout, code } = await ckpt([...args, name], { cwd });
      assert.deepEqual([stderr, stdout, code], [`ckpt: ${name}: ${message}\n`, '', 1]);
    }
});

test('standard input has no name: its first bytes tell', async () => {
  const { stderr } = await ckpt(['ps', '-'], { cwd, input: files['files.img'] });
  assert.equal(
    stderr,
    `ckpt: <stdin>: The file is ${ALONE}; expected a tar archive, optionally compressed.\n`,
  );
});
