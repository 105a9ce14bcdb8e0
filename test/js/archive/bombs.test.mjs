// SPDX-License-Identifier: Apache-2.0
// test/data/bombs (made by test/tools/bombs.mjs): small files that could cost much. Each is opened, validated, listed and
// closed; all of it takes little memory, and what is read of each ends.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

const folder = fileURLToPath(new URL('../../data/bombs/', import.meta.url));
const MOST = 300; // MiB
const program = fileURLToPath(new URL('../lib/bomb.mjs', import.meta.url));

/** What stops the reading of the whole, and errors that must be found. @type {Record<string, [string | null, string[]]>} */
const EXPECTED = {
  'archives-deep.tar.gz': [null, ['CKP203', 'CKP500']],
  'archives-wide.tar.zst': ['limit-archives', ['CKP014', 'CKP203']],
  'blobs.tar.zst': ['limit-layers', ['CKP014']],
  'bzip2.tar.bz2': [null, ['CKP203', 'CKP500']],
  'gzip-in-gzip.tar.gz': [null, ['CKP100', 'CKP200']],
  'gzip-members.tar.gz': [null, ['CKP203', 'CKP500']],
  'gzip.tar.gz': [null, ['CKP203', 'CKP500']],
  'holes-1pib.tar.gz': [null, ['CKP005']],
  'holes-inside.tar.gz': [null, ['CKP203', 'CKP500']],
  'holes.tar': ['bad-size', ['CKP002', 'CKP014']],
  'json-deep.tar.zst': ['limit-ratio', ['CKP014', 'CKP203']],
  'kept.tar.zst': ['limit-ratio', ['CKP014', 'CKP203', 'CKP403']],
  'members.tar.zst': ['limit-table', ['CKP006', 'CKP014', 'CKP203']],
  'names.tar.zst': ['limit-table', ['CKP006', 'CKP014']],
  'one-blob-40000.tar.gz': [null, ['CKP001']],
  'pax-large.tar.zst': [null, ['CKP006', 'CKP203', 'CKP500']],
  'pax-size.tar': ['bad-size', ['CKP002', 'CKP014']],
  'pod.tar.zst': ['limit-containers', ['CKP014', 'CKP906']],
  'secrets.tar.zst': ['limit-ratio', ['CKP006', 'CKP014', 'CKP200']],
  'sparse-map.tar.gz': [null, ['CKP006', 'CKP203', 'CKP500']],
  'xattrs.tar.gz': [null, ['CKP203', 'CKP500']],
  'xz.tar.xz': [null, ['CKP203', 'CKP500']],
  'zstd.tar.zst': [null, ['CKP203', 'CKP500']],
};

for (const name of readdirSync(folder).sort())
  test(name, () => {
    // A process of its own: what it takes is what this one takes. Hanging is a failure.
    const stdout = execFileSync(process.execPath, [program, join(folder, name)], {
      timeout: 60_000,
    });
    const { stopped, errors, verdicts, used } = JSON.parse(stdout.toString());
    assert.deepEqual([stopped, errors], EXPECTED[name]);
    for (const verdict of verdicts) assert.notEqual(verdict, 'restores');
    assert.ok(used < MOST, `${used} MiB`);
  });
