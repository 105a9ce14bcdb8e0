// SPDX-License-Identifier: Apache-2.0
// load(): milliseconds until the core is ready, in fresh processes; and the sizes of what is loaded.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';

const PROCESSES = 15;
const index = new URL('../../wasm/api/index.js', import.meta.url);
const script = `
import { load } from ${JSON.stringify(index)};
const start = performance.now();
await load();
console.log(performance.now() - start);
`;

const times = Array.from({ length: PROCESSES }, () =>
  Number(
    execFileSync(process.execPath, ['--input-type=module', '-e', script], { encoding: 'utf8' }),
  ),
).sort((a, b) => a - b);
console.log(
  `load() in Node ${process.versions.node}: ${times[PROCESSES >> 1].toFixed(2)} ms (median of ${PROCESSES} processes)`,
);

for (const name of ['core.wasm', 'inline.js', 'viewer.html']) {
  const bytes = readFileSync(new URL(`../../dist/${name}`, import.meta.url));
  console.log(
    `dist/${name}: ${bytes.length} bytes, ${gzipSync(bytes, { level: 9 }).length} after gzip -9`,
  );
}
