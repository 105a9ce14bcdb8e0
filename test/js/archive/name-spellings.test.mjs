// SPDX-License-Identifier: Apache-2.0
// Names that engines clean before they use them, and checkpoints that lie in a folder of their archive.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { before, test } from 'node:test';
import { load, openCheckpoint } from 'container-checkpoint/node';
import { archiveOf } from '../lib/dumps.mjs';
import { tar } from '../lib/tar.mjs';

/** Members of a real dump. @type {[string, Uint8Array][]} */
const members = [];
/** What is said of them under their own names. @type {Awaited<ReturnType<typeof viewed>>} */
let expected;

/** @param {[string, Uint8Array | string][]} content */
async function viewed(content) {
  const checkpoint = await openCheckpoint(tar(.../** @type {any} */ (content)));
  try {
    const dump = await checkpoint.dump();
    const { findings, targets } = await (
      await load()
    ).validate(checkpoint, { targets: ['podman'] });
    const found = [];
    for await (const { pid, address } of dump.memory.search({ text: 'FXMARK' }))
      found.push({ pid, address });
    return {
      dump: { processes: dump.processes, gaps: dump.gaps, found },
      findings: findings.map(({ id }) => id),
      verdict: targets[0].verdict,
      names: [...checkpoint.members].map(({ name, nameFlags }) => `${name} ${nameFlags}`.trim()),
      parts: checkpoint.summary.sizes,
    };
  } finally {
    await checkpoint.close();
  }
}

/** @param {(name: string) => string} rename */
const renamed = (rename) => viewed(members.map(([name, data]) => [rename(name), data]));

before(async () => {
  const original = await openCheckpoint(
    new Uint8Array(readFileSync(archiveOf('bare-sharedfiles'))),
  );
  for (const { name, type } of original.members)
    if (type === 'file') members.push([name, await original.read(name)]);
  await original.close();
  expected = await renamed((name) => name);
  assert.ok(expected.dump.found.length > 0 && expected.dump.processes.length > 0);
});

for (const [what, rename] of /** @type {[string, (name: string) => string][]} */ ([
  ['two slashes', (name) => name.replace('/', '//')],
  ['a dot between', (name) => name.replace('/', '/./')],
  ['many of both', (name) => `./${name}`.replaceAll('/', '///././/')],
]))
  test(`a name with ${what} is that of the file which engines unpack`, async () => {
    const { names, ...said } = await renamed(rename);
    const { names: clean, ...want } = expected;
    assert.deepEqual(said, want);
    assert.deepEqual(
      names.map((name) => name.split(' ')[0]),
      clean,
    );
  });

test('two spellings of one name are one member twice', async () => {
  const [name, data] = members.find(([n]) => n === 'checkpoint/pstree.img') ?? assert.fail();
  const said = await viewed([...members, [name.replace('/', '/./'), data]]);
  assert.deepEqual(said.dump, expected.dump);
  assert.ok(said.names.includes('checkpoint/pstree.img seen,unclean'));
  assert.ok(said.findings.includes('CKP006'));
});

for (const folder of ['dump/', 'a/b/c/'])
  test(`the images in ${folder} are shown, though no engine looks there`, async () => {
    const said = await renamed((name) => folder + name);
    assert.deepEqual(said.dump, expected.dump);
    assert.equal(said.verdict, 'fails');
    assert.ok(said.findings.includes('CKP100'));
  });

test('of images in several folders none are chosen, and they are missed where engines put them', async () => {
  const said = await viewed(
    ['one/', 'two/'].flatMap((folder) =>
      members.map(([name, data]) => /** @type {[string, Uint8Array]} */ ([folder + name, data])),
    ),
  );
  assert.deepEqual(said.dump.processes, []);
  assert.deepEqual(
    said.dump.gaps.map(({ member }) => member),
    ['checkpoint/pstree.img'],
  );
});
