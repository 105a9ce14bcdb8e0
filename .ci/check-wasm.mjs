// SPDX-License-Identifier: Apache-2.0
// node .ci/check-wasm.mjs MODULE EXPORTS [MAX MAX_GZIP]
// The module must import nothing, export every name of the list EXPORTS and the memory, and not be larger than
// MAX bytes, or MAX_GZIP after gzip, if these are given.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

const [path, list, max = Infinity, maxGzip = Infinity] = process.argv.slice(2);
const bytes = readFileSync(path);
const module = new WebAssembly.Module(bytes);
const problems = [];

for (const { module: from, name, kind } of WebAssembly.Module.imports(module)) {
  problems.push(`imports ${kind} ${from}.${name}`);
}
const exported = new Set(WebAssembly.Module.exports(module).map(({ name }) => name));
const names = readFileSync(list, 'utf8')
  .split('\n')
  .map((line) => line.replace(/#.*/, '').trim())
  .filter((line) => line !== '');
for (const name of [...names, 'memory', '_initialize']) {
  if (!exported.has(name)) problems.push(`does not export ${name}`);
}
const gzip = execFileSync('gzip', ['-9nc', path]).length;
if (bytes.length > Number(max)) problems.push(`is larger than ${max} bytes`);
if (gzip > Number(maxGzip)) problems.push(`is larger than ${maxGzip} bytes after gzip`);

console.log(`  ${path}: ${bytes.length} bytes, ${gzip} after gzip -9, ${names.length} functions`);
for (const problem of problems) console.error(`${path} ${problem}`);
process.exitCode = problems.length === 0 ? 0 : 1;
