// SPDX-License-Identifier: Apache-2.0
// What is listed of the findings never changes a verdict, nor the trust.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { load, openCheckpoint } from '../../../wasm/api/node.js';
import { ociLayout } from '../lib/forms.mjs';
import { reportOn, samples } from '../lib/samples.mjs';
import { tar } from '../lib/tar.mjs';

const core = await load();
const read = (name) =>
  readFileSync(new URL(`../../data/restores/${name}.tar.zst`, import.meta.url));

/** What decides: verdicts with the rules and conditions after them, and the trust. */
const decided = ({ targets, trust }) => ({
  trust: trust.level,
  targets: targets.map(({ name, verdict, reasons, conditions }) => ({
    name,
    verdict,
    reasons: reasons.map(({ id, message }) => [id, message]),
    conditions: conditions.map(({ id, text, option }) => [id, text, option]),
  })),
});

for (const name of ['001-base-plain', '058-fifo-is-file', '070-img-flags-creat-trunc'])
  test(`${name}: the same verdict whatever is ignored or selected`, async () => {
    const checkpoint = await openCheckpoint(read(name), { name });
    const whole = decided(await core.validate(checkpoint, { targets: ['podman@4.3'] }));
    for (const options of [
      { ignore: ['CKP*'] },
      { ignore: ['CKP4*', 'CKP113'] },
      { only: ['CKP001'] },
      { only: ['CKP9*'] },
    ]) {
      const some = await core.validate(checkpoint, { targets: ['podman@4.3'], ...options });
      assert.deepEqual(decided(some), whole, JSON.stringify(options));
    }
    await checkpoint.close();
  });

test('a skippable frame in front of zstd: Podman and CRI-O fail, containerd would not', async () => {
  const frame = Buffer.from([0x5f, 0x2a, 0x4d, 0x18, 3, 0, 0, 0, 1, 2, 3]);
  const bytes = Buffer.concat([frame, read('001-base-plain')]);
  const checkpoint = await openCheckpoint(bytes, { name: 'skippable' });
  const { targets, findings } = await core.validate(checkpoint);
  await checkpoint.close();
  const of = (name) => targets.find((target) => target.name === name);
  assert.equal(of('podman').verdict, 'fails');
  assert.deepEqual(
    of('podman').reasons.map(({ id }) => id),
    ['CKP001'],
  );
  assert.deepEqual(
    of('containerd').reasons.map(({ id }) => id),
    ['CKP700'],
  );
  const found = findings.filter(({ id }) => id === 'CKP001');
  assert.deepEqual(
    found.map(({ severity, archiveOffset }) => [severity, archiveOffset]),
    [['warning', 0]],
  );
});

test('Docker: the folder that a checkpoint lies in is that of its container, or the restore fails', async () => {
  const side = samples.get('CKP719').bad;
  const made = 'dc7469dbd20c1b1825103e11112e46dd6ce9c5dd3bab82c615602fe9c627f006';
  const other = made.replace('dc7469', '66cbfd');
  const at = (id) => `/var/lib/docker/containers/${id}/checkpoints/cp1`;
  for (const [path, fails] of [
    [at(other), true],
    [`/srv/containers/x${at(other)}`, true],
    [at(made), false],
    [at(other.slice(1)), false],
    [at(other.toUpperCase()), false],
    [`/containers/${other}`, false],
    ['', false],
  ]) {
    const { targets, findings } = await reportOn(core, side, {
      targets: ['docker'],
      file: { path },
    });
    const [{ verdict, reasons }] = targets;
    assert.equal(verdict === 'fails' && reasons.some(({ id }) => id === 'CKP719'), fails, path);
    const { message } = findings.find(({ id }) => id === 'CKP710');
    assert.match(message, /that it was made from, dc7469dbd20c, must still exist/);
  }
});

test('an image with the archive of a checkpoint as a file in its layer', async () => {
  const archive = read('001-base-plain');
  for (const [name, id, message] of [
    [
      'checkpoint.tar.zst',
      'CKP903',
      /holds the archive checkpoint\.tar\.zst itself; expected it unpacked/,
    ],
    ['backup/dump.tar', 'CKP903', /holds the archive backup\/dump\.tar itself/],
    ['notes.txt', 'CKP001', /holds no checkpoint/],
  ]) {
    const checkpoint = await openCheckpoint(ociLayout(tar([name, archive])), { name: 'image' });
    const { targets, findings } = await core.validate(checkpoint);
    await checkpoint.close();
    assert.ok(targets.every(({ verdict }) => verdict === 'fails'));
    const errors = findings.filter(({ severity }) => severity === 'error');
    assert.deepEqual(
      errors.map((finding) => finding.id),
      [id],
    );
    assert.match(errors[0].message, message);
  }
});

test('a dump by Cedana is named as such, and not as one of criu(8)', async () => {
  const [inventory, pstree] = samples.get('CKP710').bad.add;
  const state = { name: 'process_state.json', text: '{"PID":7}' };
  const side = { base: 'none', add: [inventory, pstree, state] };
  const { targets, findings } = await reportOn(core, side, { targets: ['runc'] });
  assert.ok(findings.some(({ message }) => /by Cedana, whose daemon restores it/u.test(message)));
  assert.ok(findings.every(({ id }) => id !== 'CKP311'));
  assert.notEqual(targets[0].verdict, 'restores');
});
