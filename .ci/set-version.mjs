// SPDX-License-Identifier: Apache-2.0
// npm runs this for `npm version X.Y.Z`, after package.json and package-lock.json have the version: what else names it gets
// it, too, and what stands under "Unreleased" in the CHANGELOG becomes the section of the version.
// node .ci/set-version.mjs [FOLDER]
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';

const [, , root = '.'] = process.argv;
const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
const day = new Date().toISOString().slice(0, 10);

/** Where the version stands: a file, and a pattern whose match up to the version is kept. @type {[string, RegExp, string?][]} */
const PLACES = [
  ['README.md', /(actions\/validate@v)\d+\.\d+\.\d+\b/g],
  ['.pre-commit-hooks.yaml', /(container-checkpoint@)\d+\.\d+\.\d+\b/g],
  ['.github/kubernetes-job.yaml', /(container-checkpoint@)\d+\.\d+\.\d+\b/g],
  ['.github/actions/validate/action.yml', /(container-checkpoint\.\s+default: )\d+\.\d+\.\d+\b/g],
  ['CHANGELOG.md', /^(## )Unreleased$/gm, `${version} - ${day}`],
];
for (const [name, pattern, replacement = version] of PLACES) {
  const before = readFileSync(join(root, name), 'utf8');
  const after = before.replace(pattern, `$1${replacement}`);
  // A version that is set twice has its section already.
  if (!before.match(pattern) && name !== 'CHANGELOG.md')
    throw new Error(`${name} does not name the version as expected`);
  writeFileSync(join(root, name), after);
}
if (existsSync(join(root, '.git')))
  execFileSync('git', ['add', ...PLACES.map(([name]) => name)], { cwd: root });
