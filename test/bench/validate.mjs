// SPDX-License-Identifier: Apache-2.0
// ckpt validate: 1000 archives of 30 KB by one call, and what the rules cost over opening an archive.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
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

/** The same archive as files are that hold memory, compressed: above 1 MiB. */
const large = await (async () => {
  const checkpoint = await openCheckpoint(new URL('../data/archives/crio.tar', import.meta.url));
  const parts = [];
  for (const { name, type, mode } of checkpoint.members) {
    if (type !== 'file') continue;
    let bytes = await checkpoint.read(name);
    if (name === 'checkpoint/pages-1.img') {
      // As compressible as code and data are: two to one, about.
      const more = Buffer.alloc(8 << 20);
      let state = 1;
      for (let k = 0; k < more.length; k += 2) {
        state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
        more[k] = state >>> 24;
      }
      bytes = Buffer.concat([bytes, more]);
    }
    const padding = new Uint8Array(-bytes.length & 511);
    parts.push(header(name, { size: bytes.length, mode }), bytes, padding);
  }
  await checkpoint.close();
  return gzipSync(Buffer.concat([...parts, new Uint8Array(1024)]));
})();

const core = await load();
const spent = () => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
};
/** Processor time of opening and of all rules, in ms: medians. */
async function cost(bytes, times) {
  const opening = [];
  const rules = [];
  for (let i = 0; i < times; i++) {
    const before = spent();
    const opened = await openCheckpoint(bytes, { name: 'a.tar', keep: 'images' });
    const open = spent();
    await core.validate(opened);
    const all = spent();
    await opened.close();
    if (i < times / 4) continue; // until everything is compiled
    opening.push(open - before);
    rules.push(all - open);
  }
  return [median(opening), median(rules)];
}
for (const [what, bytes, times, gate] of [
  ['30 KB', sample, 400, (open, rules) => rules <= 1],
  ['above 1 MiB, compressed', large, 24, (open, rules) => rules <= 0.3 * open],
]) {
  const [open, rules] = await cost(bytes, times);
  const share = ((100 * rules) / open).toFixed(0);
  const kept = gate(open, rules) ? 'kept' : 'missed';
  console.log(
    `${what} (${bytes.length} bytes), processor time: opening ${open.toFixed(2)} ms, all rules ${rules.toFixed(2)} ms (${share} %); gate ${kept}`,
  );
}
