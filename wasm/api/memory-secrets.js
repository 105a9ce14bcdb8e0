// SPDX-License-Identifier: Apache-2.0
// What looks like a secret in the memory of the processes and in what else a checkpoint holds of them.
import { everywhere } from './everywhere.js';

/**
 * Secrets of one kind in one place.
 * @typedef {object} FoundSecret
 * @property {number | null} pid of the process in whose memory they are; null: they are in `member`
 * @property {string | null} member of the archive, or "ARCHIVE!MEMBER" of one inside
 * @property {string} place environment, arguments, heap, stack … as `maps` calls mappings; file
 * @property {string | null} kind "an access key of AWS"; null: a name says that it is one
 * @property {string | null} name in front of it: DB_PASSWORD
 * @property {number} count
 * @property {bigint} address of the first one; in a member its offset
 * @property {string} [value] of the first one, if it is to be revealed
 *
 * @typedef {object} MemorySecrets
 * @property {FoundSecret[]} secrets by process or member, and address
 * @property {import('./search.js').Left} left what was not searched
 */

/** Places and kinds that are counted apart, at most. */
const MOST = 10_000;

const decoder = new TextDecoder();

/** The name in front of a secret, an option too. @param {string} before */
const nameIn = (before) =>
  /[-\w./]+(?=["'\\\s]*[=:\0]["'\\\s]*$)/.exec(before)?.[0].replace(/^-+/, '') ?? null;

/** Bytes as text; wide: UTF-16LE of narrow characters. @param {Uint8Array} bytes @param {boolean} wide */
const textOf = (bytes, wide) => decoder.decode(wide ? bytes.filter((_, i) => i % 2 === 0) : bytes);

/**
 * Searches for secrets.
 * @param {import('./checkpoint.js').Checkpoint} checkpoint
 * @param {import('./dump.js').Dump} dump its
 * @param {object} [options]
 * @param {boolean} [options.reveal] with their values
 * @param {AbortSignal} [options.signal]
 * @param {(state: {read: number, size: number}) => void} [options.onProgress]
 * @returns {Promise<MemorySecrets>}
 */
export async function findSecrets(checkpoint, dump, { reveal = false, signal, onProgress } = {}) {
  /** @type {Map<string, FoundSecret>} */
  const found = new Map();
  const streams = everywhere(checkpoint, dump);
  const search = dump.memory.search({ secrets: true }, { streams, signal, onProgress });
  for (;;) {
    const { done, value } = await search.next();
    if (done) {
      const secrets = [...found.values()].sort(
        (a, b) =>
          (a.pid ?? Infinity) - (b.pid ?? Infinity) ||
          compare(a.member ?? '', b.member ?? '') ||
          compare(a.address, b.address),
      );
      return { secrets, left: /** @type {import('./search.js').Left} */ (value) };
    }
    const { pid, stream, mapping, address, bytes, secret } = value;
    const { kind = null, start = 0, wide = false } = secret ?? {};
    const name = kind === null ? nameIn(textOf(bytes.subarray(0, start), wide)) : null;
    const place = mapping?.area ?? mapping?.kind ?? (stream === null ? 'memory' : 'file');
    const key = JSON.stringify([pid, stream, place, kind, name]);
    const known = found.get(key);
    if (known) {
      known.count++;
      if (address >= known.address) continue;
      known.address = address;
      if (reveal) known.value = textOf(bytes.subarray(start), wide);
    } else if (found.size < MOST) {
      found.set(key, {
        ...{ pid: stream === null ? pid : null, member: stream, place, kind, name },
        ...{ count: 1, address, ...(reveal && { value: textOf(bytes.subarray(start), wide) }) },
      });
    }
  }
}

/** @template {string | bigint} T @param {T} a @param {T} b */
const compare = (a, b) => (a < b ? -1 : a > b ? 1 : 0);
