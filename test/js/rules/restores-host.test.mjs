// SPDX-License-Identifier: Apache-2.0
// The same archives as in restores.test.mjs, with a description of the machine that restored them: what came back
// "restores" then, for nothing has to be arranged, but for attacks.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { load, openCheckpoint } from '../../../wasm/api/node.js';

const core = await load();
const folder = new URL('../../data/restores/', import.meta.url);
const outcomes = JSON.parse(readFileSync(new URL('outcomes.json', folder), 'utf8'));
const host = JSON.parse(readFileSync(new URL('host.json', folder), 'utf8'));

async function judge(name, on = host) {
  const checkpoint = await openCheckpoint(readFileSync(new URL(`${name}.tar.zst`, folder)), {
    name,
  });
  const { targets, trust } = await core.validate(checkpoint, {
    targets: ['podman@4.3'],
    host: on,
  });
  await checkpoint.close();
  return { ...targets[0], trust: trust.level };
}

const open = ({ conditions }) => conditions.filter(({ met }) => met !== 'yes');

for (const [name, { restores, said, note }] of Object.entries(outcomes))
  test(`${name}: ${restores ? 'it came back' : said}`, async () => {
    const result = await judge(name);
    const why = JSON.stringify({ note, reasons: result.reasons, open: open(result) }, null, 1);
    if (!restores) assert.notEqual(result.verdict, 'restores', why);
    else if (open(result).every(({ id }) => ['trust', 'port'].includes(id)))
      assert.equal(result.verdict, open(result).length > 0 ? 'conditional' : 'restores', why);
    else assert.fail(why);
  });

// One thing of the machine is other, and the same archive does not come back.
const EXE = '/srv/fx/r/tk';
for (const [what, key, value, message] of [
  ['the program is gone', EXE, false, /The host has no "\/srv\/fx\/r\/tk"/],
  ['… has another size', EXE, '100755 699337', /has it with 699337 bytes and mode 0755/],
  ['… has another mode', EXE, '100644 699336', /has it with 699336 bytes and mode 0644/],
  ['… is a directory', EXE, '40755 4096', /mode 0755/],
  ['… was built again', EXE, '100755 699336 00ff', /and build id 00ff/],
  ['the directory is gone', '/srv/fx/r', false, /The host has no "\/srv\/fx\/r"/],
])
  test(`001-base-plain on a machine where ${what}`, async () => {
    const paths = { ...host.paths, [key]: value };
    const { verdict, reasons } = await judge('001-base-plain', { ...host, paths });
    assert.equal(verdict, 'fails');
    assert.match(reasons.map((reason) => reason.message).join('\n'), message);
  });

test('without a build id on the side of the machine it stays a condition', async () => {
  const paths = { ...host.paths, [EXE]: '100755 699336' };
  const { verdict, conditions } = await judge('001-base-plain', { ...host, paths });
  assert.equal(verdict, 'conditional');
  const left = conditions.filter(({ met }) => met !== 'yes');
  assert.deepEqual(
    left.map(({ id, ask }) => [id, ask]),
    [['file', EXE]],
  );
  assert.match(left[0].host, /699336 bytes and mode 0755/);
});

test('a container of that name or id is in the way', async () => {
  for (const containers of [
    { 'b-plain': 'f'.repeat(64) },
    { other: '33b8390c7cad'.padEnd(64, '0') },
  ]) {
    const { verdict, reasons } = await judge('001-base-plain', { ...host, containers });
    const said = reasons.map(({ message }) => message).join('\n');
    if (containers['b-plain']) assert.match(said, /The host has a container "b-plain"/);
    assert.equal(verdict, containers['b-plain'] ? 'fails' : 'restores', said);
  }
});

test('an image of that name with another id, and nowhere the one that Podman wants', async () => {
  const images = { 'localhost/fx:1': 'a'.repeat(64) };
  const { verdict, reasons } = await judge('001-base-plain', { ...host, images });
  assert.equal(verdict, 'fails');
  assert.match(reasons[0].message, /another image of that name: a{64} instead of 6fc6587f/);
});
