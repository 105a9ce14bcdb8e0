// SPDX-License-Identifier: Apache-2.0
// ckpt x against what crit prints of the same images.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { ckpt, data, folder } from '../lib/cli-run.mjs';
import { image, message } from '../lib/dump.mjs';

const dumps = join(data, 'dumps');
const archiveOf = (/** @type {string} */ name) => join(dumps, name, `${name}.tar.zst`);

/** Without what crit does not know. @param {string} text */
const asCrit = (text) => text.replace(/ \[(heap|vvar)\]/g, '').replaceAll('[stack]', '[stack?]');

for (const name of ['bare-tcp', 'bare-stopped', 'bare-sockets', 'podman-tty'])
  for (const view of ['ps', 'fds', 'mems', 'rss'])
    test(`${view} of ${name} as crit prints it`, async () => {
      const { code, stdout, stderr } = await ckpt(['x', view, archiveOf(name)]);
      assert.deepEqual({ code, stderr }, { code: 0, stderr: '' });
      const crit = readFileSync(join(dumps, name, 'crit', `x-${view}.txt`), 'utf8');
      if (name !== 'bare-sockets' || view !== 'fds') assert.equal(asCrit(stdout), crit);
      else {
        // One name has a line feed and terminal controls in it, which crit lets through.
        const plain = (/** @type {string} */ text) =>
          text.split('\n').filter((line) => line.startsWith('\t') && !line.includes('=00nul'));
        assert.deepEqual(
          plain(stdout),
          plain(crit).filter((line) => !line.includes('[31m')),
        );
        assert.match(stdout, /=00fx=00nul=00inside\\n/);
      }
    });

test('sk lists sockets, and the operands stand in either order', async () => {
  const one = await ckpt(['x', 'sk', archiveOf('bare-tcp')]);
  const other = await ckpt(['x', archiveOf('bare-tcp'), 'sk']);
  assert.equal(one.code, 0);
  assert.equal(one.stdout, other.stdout);
  assert.match(one.stdout, /^17588\n\t {6}4: tcp LISTEN 127\.0\.0\.1:18080 -> 0\.0\.0\.0:\*\n/);
  assert.match(one.stdout, /\n\t {6}8: tcp6 ESTABLISHED \[::1\]:50404 -> \[::1\]:18081\n/);
});

test('of a dead task there is its name; what is missing is said and the rest printed', async () => {
  const images = {
    'inventory.img': image(0x58313116, message([1, 2], [2, 1])),
    'pstree.img': image(
      0x50273030,
      message([1, 1], [2, 0], [3, 1], [4, 1], [5, 1]),
      message([1, 7], [2, 1], [3, 1], [4, 1], [5, 441131344]),
    ),
    'core-7.img': image(
      0x55053847,
      message([1, 1], [3, message([1, 2], [2, 768], [3, 0], [4, 0], [5, 0], [6, 'gone\x1b[31m'])]),
    ),
  };
  const dir = folder(images);
  const ps = await ckpt(['x', 'ps', dir]);
  assert.equal(
    ps.stdout,
    '    PID   PGID    SID   COMM\n      1      1      1   \n      7      1      1       gone\\x1b[31m\n',
  );
  assert.equal(ps.code, 1);
  assert.match(ps.stderr, /core-1\.img: the image is missing\n$/);
  for (const view of ['fds', 'mems', 'rss', 'sk']) {
    const { code, stdout, stderr } = await ckpt(['x', view, dir]);
    assert.equal(stdout, '1\n7\n', view);
    if (view !== 'sk') assert.match(stderr, /-1\.img: the image is missing\n/, view);
    assert.doesNotMatch(stderr, /-7\.img/, view);
    assert.equal(code, view === 'sk' ? 0 : 1, view);
  }
});

test('what is no view is refused', async () => {
  const { code, stderr } = await ckpt(['x', 'fd', archiveOf('bare-tcp')]);
  assert.equal(code, 2);
  assert.match(stderr, /expected one of ps, fds, mems, rss, sk/);
});
