// SPDX-License-Identifier: Apache-2.0
// On which processor the processes of a dump ran, and what another one must have: src/criu/cpu.h decides.
import { withBytes } from './summary.js';

/**
 * @typedef {import('../../dist/types/dump.d.ts').ProcessCpu} ProcessCpu
 * @typedef {import('../../dist/types/dump.d.ts').CpuView} CpuPassport
 */

/** As enum ckpt_cpu_source has them. */
const SOURCE = { target: 0, memory: 1, 'dump.log': 2, 'restore.log': 3 };

const encoder = new TextEncoder();

/**
 * Whether that is a processor: the name of a level, or a copy of /proc/cpuinfo, what `ckpt host` prints, a cpuinfo.img.
 * @param {import('../border/core.js').Core} core @param {string | Uint8Array} target
 */
export function isCpu({ exports }, target) {
  const bytes = typeof target === 'string' ? encoder.encode(target) : target;
  return withBytes(
    exports,
    bytes,
    (at) => exports.ckpt_wasm_dump_cpu(0, SOURCE.target, 0, 0n, at, bytes.length) !== 0,
  );
}

/**
 * @param {import('./checkpoint.js').Checkpoint} checkpoint @param {import('./dump.js').Dump} dump its
 * @param {{target?: string | Uint8Array, signal?: AbortSignal}} [options] target: as isCpu() takes it
 * @returns {Promise<CpuPassport>} what is known: of CRIU's images, its logs, and tables in memory
 */
export async function cpuPassport(checkpoint, dump, { target, signal } = {}) {
  const wanted = /(^|\/)(dump|restore)\.log$/;
  for await (const { member, bytes } of checkpoint.readAll(({ name }) => wanted.test(name)))
    dump.takeCpu(
      member.name.endsWith('dump.log') ? SOURCE['dump.log'] : SOURCE['restore.log'],
      bytes,
    );
  if (target !== undefined)
    dump.takeCpu(SOURCE.target, typeof target === 'string' ? encoder.encode(target) : target);
  const { processes, searches } = dump.cpu();
  const pids = processes.map(({ pid }) => pid).filter((pid) => dump.memory.pids.includes(pid));
  if (searches.length === 0 || pids.length === 0) return dump.cpu();
  const open = new Set(pids);
  const query = { hex: searches.map(({ hex }) => hex) };
  const found = dump.memory.search(query, { pids, own: true, signal });
  for await (const { pid, address, pattern, bytes } of found) {
    const { before, length } = searches[pattern];
    const start = address - BigInt(before);
    if (start < 0n || !open.has(pid)) continue;
    const piece =
      length === bytes.length
        ? bytes
        : await dump.memory.read(pid, start, length).catch(() => null);
    if (piece && dump.takeCpu(SOURCE.memory, piece, pid, start) && length > bytes.length)
      open.delete(pid);
    if (open.size === 0) break;
  }
  return dump.cpu();
}
