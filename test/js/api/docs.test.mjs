// SPDX-License-Identifier: Apache-2.0
// The worked examples of src/README.md are lines of the sources, and the folders it lists are those there are.
import assert from 'node:assert/strict';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { test } from 'node:test';

const text = readFileSync('src/README.md', 'utf8');

test('every code block stands in the file that is named last before it', () => {
  let file = '';
  let blocks = 0;
  for (const [, path, code] of text.matchAll(/`(src\/[\w./]+\.(?:def|c|h))`|```c\n(.*?)```/gs)) {
    if (path) file = path;
    else {
      blocks++;
      assert.ok(readFileSync(file, 'utf8').includes(code), `${file} does not have:\n${code}`);
    }
  }
  assert.ok(blocks >= 7);
});

test('the files and folders that it names are there', () => {
  for (const [, path] of text.matchAll(/`((?:src|wasm|test|\.ci)\/[\w./-]+)`/g))
    assert.ok(existsSync(path), path);
  for (const [, path] of text.matchAll(/`((?:json|model|rules|mem|checkpoint|criu)\/[\w.]+)`/g))
    assert.ok(existsSync(`src/${path}`), path);
});

test('the table of layers names every folder of src', () => {
  const named = [...text.matchAll(/^\| (`.*?) \|/gm)].flatMap(([, cell]) =>
    [...cell.matchAll(/`(\w+)\/`/g)].map(([, name]) => name),
  );
  const folders = readdirSync('src', { withFileTypes: true }).filter((entry) =>
    entry.isDirectory(),
  );
  assert.deepEqual(named.sort(), folders.map(({ name }) => name).sort());
});
