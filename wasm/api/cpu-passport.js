// SPDX-License-Identifier: Apache-2.0
// On which processor the processes of a dump ran, and what another one must have.
import { HWCAP_AT, TABLE, cpuTable, featuresOfImage, featuresOfState } from './cpu-features.js';

/**
 * @typedef {object} ProcessCpu what a process says of its processor
 * @property {number} pid
 * @property {string | null} architecture
 * @property {string} source of what it uses: "glibc", or "none": it has no such table that could be found
 * @property {bigint | null} address of that table
 * @property {{vendor: string, family: number, model: number, stepping: number} | null} cpu
 * @property {string[]} uses features that the program may have chosen its code by; sorted
 * @property {string[]} holds features whose registers held something when it was frozen
 * @property {bigint | null} hwcap AT_HWCAP
 *
 * @typedef {object} CpuPassport
 * @property {ProcessCpu[]} processes
 * @property {{model: string | null, features: string[]} | null} image of cpuinfo.img, if there is one
 */

const AT_HWCAP = 16n;

/** @param {Iterable<string>} set */
const sorted = (set) => [...set].sort();

/** The value of a kind in an auxiliary vector. @param {any[]} auxv @param {bigint} key @returns {bigint | null} */
function auxValue(auxv, key) {
  for (let i = 0; i + 1 < auxv.length; i += 2)
    if (BigInt(auxv[i]) === key) return BigInt(auxv[i + 1]);
  return null;
}

/** @param {bigint} word */
const littleEndian = (word) =>
  Number(word & 0xffffffffn)
    .toString(16)
    .padStart(8, '0')
    .match(/../g)
    ?.reverse()
    .join('') ?? '';

/**
 * Looks for the tables of glibc: where AT_HWCAP stands in memory, it may stand in one.
 * @param {import('./dump.js').Dump} dump @param {Map<number, bigint>} hwcaps by pid
 */
async function tablesOf(dump, hwcaps) {
  /** @type {Map<number, {address: bigint, table: NonNullable<ReturnType<typeof cpuTable>>}>} */
  const tables = new Map();
  const words = [...new Set([...hwcaps.values()].map(littleEndian))];
  if (words.length === 0) return tables;
  const pids = [...hwcaps.keys()].filter((pid) => dump.memory.pids.includes(pid));
  if (pids.length === 0) return tables;
  for await (const { pid, address } of dump.memory.search({ hex: words }, { pids, own: true })) {
    if (tables.has(pid) || address < HWCAP_AT) continue;
    const start = address - BigInt(HWCAP_AT);
    const bytes = await dump.memory.read(pid, start, TABLE).catch(() => null);
    const table = bytes && cpuTable(bytes);
    if (table) tables.set(pid, { address: start, table });
    if (tables.size === pids.length) break;
  }
  return tables;
}

/**
 * @param {import('../border/core.js').Core} core
 * @param {import('./checkpoint.js').Checkpoint} checkpoint @param {import('./dump.js').Dump} dump its
 * @returns {Promise<CpuPassport>}
 */
export async function cpuPassport(core, checkpoint, dump) {
  /** @type {Map<string, any>} */
  const images = new Map();
  const wanted = /(^|\/)((core|mm)-\d+|cpuinfo)\.img$/;
  for await (const { member, bytes } of checkpoint.readAll(({ name }) => wanted.test(name))) {
    const name = member.name.slice(member.name.lastIndexOf('/') + 1);
    try {
      images.set(name, core.decodeImage(bytes, { name }).entries[0]);
    } catch {
      // Damage is reported with the processes.
    }
  }
  /** @type {Map<number, bigint>} */
  const hwcaps = new Map();
  const alive = dump.processes.filter(({ state }) => state !== 'dead');
  for (const { pid, architecture } of alive) {
    const hwcap = auxValue(images.get(`mm-${pid}.img`)?.mm_saved_auxv ?? [], AT_HWCAP);
    if (hwcap !== null && architecture === 'x86_64') hwcaps.set(pid, hwcap);
  }
  const tables = await tablesOf(dump, hwcaps);
  const processes = alive.map(({ pid, architecture, threads }) => {
    const holds = new Set();
    for (const { tid } of threads) {
      const state = images.get(`core-${tid}.img`)?.thread_info?.fpregs?.xsave?.xstate_bv;
      for (const name of featuresOfState(BigInt(state ?? 0))) holds.add(name);
    }
    const { address = null, table } = tables.get(pid) ?? {};
    const { vendor, family, model, stepping } = table ?? {};
    return /** @type {ProcessCpu} */ ({
      ...{ pid, architecture, source: table ? 'glibc' : 'none', address },
      cpu: table ? { vendor, family, model, stepping } : null,
      ...{ uses: sorted(table?.usable ?? []), holds: sorted(/** @type {Set<string>} */ (holds)) },
      hwcap: hwcaps.get(pid) ?? null,
    });
  });
  const entry = images.get('cpuinfo.img')?.x86_entry?.[0];
  const image = entry
    ? { model: entry.model_id ?? null, features: sorted(featuresOfImage(entry)) }
    : null;
  return { processes, image };
}

/**
 * What a target lacks of what a process needs.
 * @param {ProcessCpu} process @param {ReadonlySet<string>} target its features
 */
export const lacking = ({ uses, holds }, target) =>
  sorted(new Set([...uses, ...holds])).filter((name) => !target.has(name));
