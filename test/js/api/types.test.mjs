// SPDX-License-Identifier: Apache-2.0
// The TypeScript declarations: a consumer compiles, and they declare what the modules export.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import process from 'node:process';
import test from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const root = new URL('../../../', import.meta.url);
const compiler = fileURLToPath(new URL('node_modules/typescript/bin/tsc', root));

/** @param {string} project a tsconfig.json in test/js/types */
async function compile(project) {
  const path = fileURLToPath(new URL(`test/js/types/${project}`, root));
  const run = promisify(execFile)(process.execPath, [compiler, '-p', path]);
  await assert.doesNotReject(
    run.catch((error) => {
      throw new Error(error.stdout || error.message);
    }),
  );
}

test('tsc --strict compiles a consumer with no types but those of ECMAScript', () =>
  compile('tsconfig.json'));

test('tsc --strict compiles a consumer in a browser project', () =>
  compile('tsconfig.browser.json'));

test('declarations and JSDoc have the same names, members and options', () =>
  compile('equal.tsconfig.json'));

/**
 * Names of the functions and classes that a declaration file exports.
 * @param {string} file
 * @returns {string[]}
 */
function declared(file) {
  const text = readFileSync(new URL(`dist/types/${file}`, root), 'utf8');
  const own = [...text.matchAll(/^export (?:function|class) (\w+)/gm)].map((match) => match[1]);
  const others = [...text.matchAll(/^export \* from '\.\/(\w+)\.js'/gm)];
  return [...new Set([...own, ...others.flatMap(([, name]) => declared(`${name}.d.ts`))])];
}

const entries = [
  ['index.d.ts', 'container-checkpoint', 7],
  ['node.d.ts', 'container-checkpoint/node', 15],
  ['inline.d.ts', 'container-checkpoint/inline', 7],
  ['node-inline.d.ts', 'container-checkpoint/node-inline', 15],
  ['debug.d.ts', 'container-checkpoint/debug', 7],
];
for (const [file, module, count] of entries) {
  test(`${file} declares what ${module} exports`, async () => {
    const names = declared(file).sort();
    assert.equal(names.length, count);
    assert.deepEqual(Object.keys(await import(module)).sort(), names);
  });
}
