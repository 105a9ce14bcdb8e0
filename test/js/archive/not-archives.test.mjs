// SPDX-License-Identifier: Apache-2.0
// Files that are no checkpoints are named as what they are, by the core, in the report and by the command.
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { load, openCheckpoint } from '../../../wasm/api/node.js';
import { ckpt, folder } from '../lib/cli-run.mjs';
import { reportOn, samples } from '../lib/samples.mjs';
import { tar } from '../lib/tar.mjs';

const core = await load();

// The same cases as test/c/magic.c.
const CASES = [
  ['\x89PNG\r\n\x1a\n', 'a picture (PNG)'],
  ['PK\x03\x04', 'a ZIP archive; checkpoints are tar archives'],
  ['\x7fELF\x02\x01\x01', 'a program or core file (ELF)'],
  ['age-encryption.org/v1\n', 'encrypted with age; decrypt it first'],
  ['Salted__........', 'encrypted with openssl; decrypt it first'],
  ['-----BEGIN PGP MESSAGE-----\n', 'encrypted with OpenPGP; decrypt it first'],
  ['\x85\x01\x0c\x03\xab\xcd', 'encrypted with OpenPGP; decrypt it first'],
  ['\x19CVTG8\x05U', 'one CRIU image, not the checkpoint that it belongs to'],
  ['gVisorSF', 'a checkpoint of gVisor, which only runsc restores'],
  [
    '\0\0\x64\x86\x84\x19\x10\x07\x05\0\0\0\0\0\0\x004.0.0',
    'the state of a virtual machine of Firecracker (x86_64, format 4.0.0)',
  ],
  [
    '\x0f\0\0\0\x12\x0dinventory.img',
    'a shard of criu-image-streamer, which "criu-image-streamer extract" makes images of',
  ],
];

test('the report says what a file is that is no archive; of what is encrypted nobody can tell', async () => {
  for (const [start, text] of CASES) {
    const bytes = Buffer.concat([Buffer.from(start, 'latin1'), Buffer.alloc(2000, 0xff)]);
    assert.equal(core.describe(bytes), text);
    for (const [whole, begin] of [
      [bytes, 'The file is'],
      [gzipSync(bytes), 'The compressed content is'],
    ]) {
      const checkpoint = await openCheckpoint(whole);
      const { findings, targets } = await core.validate(checkpoint);
      const [finding] = findings.filter(({ id }) => id === 'CKP001');
      assert.ok(finding?.message.startsWith(`${begin} ${text}; expected a tar archive`), text);
      const wanted = text.startsWith('encrypted') ? 'unknown' : 'fails';
      for (const { verdict } of targets) assert.equal(verdict, wanted, text);
      await checkpoint.close();
    }
  }
  assert.equal(core.describe(new Uint8Array()), '');
});

test('ckpt validate says the same of files by whose names nobody knows', async () => {
  const cwd = folder();
  CASES.forEach(([start], i) => writeFileSync(`${cwd}/file${i}`, Buffer.from(start, 'latin1')));
  const { stdout, stderr, code } = await ckpt(['validate', ...CASES.map((_, i) => `file${i}`)], {
    cwd,
  });
  for (const [i, [, text]] of CASES.entries())
    // Of an image of CRIU the table says which.
    assert.match(
      stderr.split('\n')[i],
      new RegExp(`^file${i}: unreadable: is ${text.replace(/[().]/g, '\\$&')}(: .*)?$`),
      stdout,
    );
  assert.equal(code, 3);
});

test('of an image with an encrypted layer nobody can tell', async () => {
  const { targets, coverage, findings } = await reportOn(core, samples.get('CKP911').bad);
  for (const { verdict } of targets) assert.equal(verdict, 'unknown');
  assert.ok(coverage.notChecked.some(({ why }) => why === 'It is encrypted.'));
  assert.ok(!findings.some(({ id }) => id === 'CKP903'));
});

test('an image of CRaC is named, and what restores it', async () => {
  const bytes = tar(['cppath', '/tmp/cr'], ['inventory.img', Buffer.alloc(40)]);
  const checkpoint = await openCheckpoint(bytes);
  const { findings, targets } = await core.validate(checkpoint);
  const [finding] = findings.filter(({ id }) => id === 'CKP710');
  assert.match(finding.message, /CRaC; java -XX:CRaCRestoreFrom/);
  for (const { verdict } of targets) assert.notEqual(verdict, 'restores');
  await checkpoint.close();
});
