// SPDX-License-Identifier: Apache-2.0
// ckpt validate: 1000 archives of 30 KB by one call, and what the rules cost over opening an archive.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { load, openCheckpoint } from '../../wasm/api/node.js';
import { header } from '../js/lib/tar.mjs';

const ARCHIVES = 1000;
const ROUNDS = 5;
const KEPT = /^[a-z.]+$|inventory|descriptors|pages|pstree/;
const program = fileURLToPath(new URL('../../wasm/cli/ckpt.js', import.meta.url));

/** An archive of about 30 KB: CRI-O's, with less memory and fewer images of the processes. */
const sample = await (async () => {
  const checkpoint = await openCheckpoint(new URL('../data/archives/crio.tar', import.meta.url));
  const parts = [];
  for (const { name, type, mode, size } of checkpoint.members) {
    if (type !== 'file' || !KEPT.test(name)) continue;
    const bytes = (await checkpoint.read(name)).subarray(0, /pages|log/.test(name) ? 512 : size);
    parts.push(
      header(name, { size: bytes.length, mode }),
      bytes,
      new Uint8Array(-bytes.length & 511),
    );
  }
  await checkpoint.close();
  return Buffer.concat([...parts, new Uint8Array(1024)]);
})();
const folder = mkdtempSync(join(tmpdir(), 'ckpt-bench-'));
const median = (times) => times.sort((a, b) => a - b)[times.length >> 1];

try {
  for (let i = 0; i < ARCHIVES; i++)
    writeFileSync(join(folder, `${String(i).padStart(4, '0')}.tar`), sample, { mode: 0o600 });
  const size = statSync(join(folder, '0000.tar')).size;
  console.log(`${ARCHIVES} archives of ${size} bytes, ${availableParallelism()} processors`);

  for (const args of [['--quiet'], ['--format', 'jsonl']]) {
    const times = Array.from({ length: ROUNDS }, () => {
      const start = performance.now();
      const { status } = spawnSync(process.execPath, [program, 'validate', ...args, folder], {
        stdio: 'ignore',
      });
      if (status > 1) throw new Error(`exit code ${status}`);
      return performance.now() - start;
    });
    const time = median(times);
    console.log(
      `ckpt validate ${args.join(' ')}: ${time.toFixed(0)} ms, ${(time / ARCHIVES).toFixed(2)} ms an archive`,
    );
  }
  const times = Array.from({ length: ROUNDS }, () => {
    const start = performance.now();
    spawnSync(process.execPath, [program, 'validate', '--quiet', join(folder, '0000.tar')], {
      stdio: 'ignore',
    });
    return performance.now() - start;
  });
  console.log(`one archive, with the start of Node: ${median(times).toFixed(0)} ms`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}

const core = await load();
const run = async (validates) => {
  const start = performance.now();
  for (let i = 0; i < ARCHIVES; i++) {
    const opened = await openCheckpoint(sample, { name: 'a.tar' });
    if (validates) await core.validate(opened);
    await opened.close();
  }
  return ((performance.now() - start) * 1000) / ARCHIVES;
};
await run(true);
const opening = [];
const both = [];
for (let i = 0; i < ROUNDS; i++) {
  opening.push(await run(false));
  both.push(await run(true));
}
const [open, all] = [median(opening), median(both)];
console.log(
  `in process: opening ${open.toFixed(0)} µs, with all rules ${all.toFixed(0)} µs (${(all / open).toFixed(2)}×)`,
);
