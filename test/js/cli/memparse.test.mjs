// SPDX-License-Identifier: Apache-2.0
// ckpt memparse: what it finds and prints, beside the reference, and what it refuses.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ckpt, folder } from '../lib/cli-run.mjs';
import { PAGE, coreImage, mmImage, pageMap, pstreeImage } from '../lib/dump.mjs';

/** One process, 7, with a page. */
function dump() {
  const page = new Uint8Array(PAGE);
  page.set(Buffer.from('HOME=/root\0PATH=/bin\x01\nend', 'latin1'), 0x100);
  const { map, pages } = pageMap(1, [{ address: 0x10000n, flags: 4, bytes: page }], '4.2');
  return folder({
    'pstree.img': pstreeImage([7]),
    'core-7.img': coreImage('program'),
    'mm-7.img': mmImage([{ start: 0x10000n, end: 0x11000n }]),
    'pagemap-7.img': map,
    'pages-1.img': pages,
  });
}
const path = dump();

const found = async (/** @type {string[]} */ ...args) => {
  const { code, stdout, stderr } = await ckpt(['memparse', '-p', '7', ...args, path]);
  assert.equal(code, 0, stderr);
  return [...stdout.matchAll(/^([0-9a-f]{16}) +(\S.*?) +(\d+) *$/gm)].map((row) => row.slice(1));
};

test('the address is that of the match, with or without what stands around it', async () => {
  const at = (0x10100 + 11).toString(16).padStart(16, '0');
  assert.deepEqual(await found('-s', 'PATH='), [[at, 'PATH=', '1']]);
  for (const context of [['-c', '4'], ['-C', '4'], ['--context=4']])
    assert.deepEqual(await found('-s', 'PATH=', ...context), [[at, 'oot?PATH=/bin', '1']]);
  assert.deepEqual(await found('--search', 'HOME', '-c4'), [
    [(0x10100).toString(16).padStart(16, '0'), '????HOME=/ro', '1'],
  ]);
});

test('"?" stands for bytes that cannot be printed, in texts and expressions', async () => {
  const home = (0x10100).toString(16).padStart(16, '0');
  assert.deepEqual(await found('-r', 'HOME=([^?]+)'), [[home, 'HOME=/root', '1']]);
  assert.deepEqual(await found('-r', 'HOME=[^?]+.PATH'), [[home, 'HOME=/root?PATH', '1']]);
  assert.deepEqual(await found('-s', '/root?PATH'), [
    [(0x10105).toString(16).padStart(16, '0'), '/root?PATH', '1'],
  ]);
  assert.deepEqual(await found('-s', 'bin??end'), [
    [(0x10111).toString(16).padStart(16, '0'), 'bin??end', '1'],
  ]);
  assert.equal((await found('-r', 'bin\\x01')).length, 0);
});

test('nothing found is no failure', async () => {
  const { code, stdout } = await ckpt(['memparse', '-p', '7', '-s', 'nowhere', path]);
  assert.deepEqual(
    [code, stdout],
    [0, 'No matches for pattern "nowhere" in the memory of PID 7\n'],
  );
});

for (const [args, code, message] of /** @type {[string[], number, RegExp][]} */ ([
  [['-p', '99'], 1, /no process with PID 99/],
  [['-p', '99', '-s', 'a'], 1, /no process with PID 99/],
  [['-s', 'a'], 2, /--search needs --pid/],
  [['-r', 'a'], 2, /--search-regex needs --pid/],
  [['-p', '7', '-s', 'a', '-r', 'b'], 2, /--search and --search-regex contradict each other/],
  [['-p', '7', '-r', 'a('], 2, /"a\(", byte \d/],
  [['-p', '7', '-s', ''], 2, /the pattern is empty|empty/],
  [['-p', '7', '-s', 'a', '-c', '-1'], 2, /--context -1: expected a number up to 256/],
  [['-p', '7', '-s', 'a', '-c', 'x'], 2, /--context x: expected a number up to 256/],
  [['-p', '7', '-c', '3'], 2, /--context needs --search/],
  [['-p', '7', '-s', 'a', '-o', 'x'], 2, /--output is of the pages/],
  [['-o', 'x'], 2, /--output is of the pages/],
  [['-p', 'x'], 2, /--pid x: expected a number/],
]))
  test(`refused: memparse ${args.join(' ')}`, async () => {
    const result = await ckpt(['memparse', ...args, path]);
    assert.match(result.stderr, message);
    assert.equal(result.code, code, result.stderr);
  });
