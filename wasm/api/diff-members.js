// SPDX-License-Identifier: Apache-2.0
// The members of two archives, and whether those of one name have the same content. What is kept of
// each is 16 bytes for 4 KiB.
import { Digester, digestPieces } from './diff-memory.js';

/**
 * @typedef {import('./checkpoint.js').Checkpoint} Checkpoint
 * @typedef {import('./archive.js').Member} Member
 *
 * @typedef {object} MemberChange
 * @property {string} name @property {'added' | 'removed' | 'changed'} change
 * @property {{type: string, size: number} | null} before @property {{type: string, size: number} | null} after
 * @property {number | null} at where the content differs first, in steps of 4 KiB; null: not looked for, or not both have it
 * @property {string} why what differs: type, size, link, mode, content
 * @property {boolean} noise logs and statistics, and images whose content is compared elsewhere
 */

const BLOCK = 4096;
const DIGEST = 16;

/** Pages are compared as memory. */
const PAGES = /(^|\/)pages-\d+\.img$/;
/**
 * What is different in any two dumps, or is told by what is made of it: statistics, logs, numbers that
 * CRIU gives away, descriptors, page maps.
 */
const TOLD =
  /(^|\/)((pages|pagemap|fdinfo|ids|fs)-[^/]*\.img|(files|pstree|inventory|mountpoints|stats|timens)[^/]*\.img|stats-dump|[^/]*\.log)$/;

/** By name; of several the last, which is the one that counts. @param {Checkpoint} checkpoint @returns {Map<string, Member>} */
const byName = ({ members }) => new Map(Array.from(members, (member) => [member.name, member]));

/** @param {Member} one @param {Member} two */
function whyDifferent(one, two) {
  if (one.type !== two.type) return 'type';
  if (one.link !== two.link) return 'link';
  if (one.size !== two.size) return 'size';
  return one.mode === two.mode ? '' : 'mode';
}

/**
 * @param {{exports: any}} core @param {Checkpoint} checkpoint @param {string[]} names @param {Digester} digester @param {AbortSignal} [signal]
 * @returns {Promise<Map<string, Uint8Array>>}
 */
async function digestsOf(core, checkpoint, names, digester, signal) {
  /** @type {Map<string, Uint8Array>} */
  const found = new Map();
  const sizes = byName(checkpoint);
  async function* pieces() {
    const list = names.map((name) => ({ member: name, tag: name }));
    for await (const { tag, bytes, offset, last } of checkpoint.ranges(list, { signal }))
      yield { to: /** @type {string} */ (tag), offset, bytes, last };
  }
  const outOf = (/** @type {string} */ name) => {
    let out = found.get(name);
    if (!out) {
      const size = sizes.get(name)?.size ?? 0;
      found.set(name, (out = new Uint8Array(Math.ceil(size / BLOCK) * DIGEST)));
    }
    return out;
  };
  await digestPieces(pieces(), digester, outOf);
  return found;
}

/** The number of the first digest that differs, or -1. @param {Uint8Array} a @param {Uint8Array} b */
function firstDifferent(a, b) {
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return Math.floor(i / DIGEST);
  return -1;
}

/**
 * @param {{exports: any}} core @param {Checkpoint} a @param {Checkpoint} b
 * @param {{content: boolean, signal?: AbortSignal}} options content: read what has the same size in both
 * @returns {Promise<MemberChange[]>}
 */
export async function diffMembers(core, a, b, { content, signal }) {
  const [before, after] = [byName(a), byName(b)];
  /** @type {MemberChange[]} */
  const changes = [];
  /** @type {string[]} */
  const alike = [];
  const brief = (/** @type {Member | undefined} */ member) =>
    member ? { type: member.type, size: member.size } : null;
  for (const name of new Set([...before.keys(), ...after.keys()])) {
    const [one, two] = [before.get(name), after.get(name)];
    const why = one && two ? whyDifferent(one, two) : '';
    const noise = TOLD.test(name);
    if (one && two && why === '') {
      if (one.type === 'file' && one.size > 0 && !PAGES.test(name)) alike.push(name);
      continue;
    }
    const change = !one ? 'added' : !two ? 'removed' : 'changed';
    changes.push({ name, change, before: brief(one), after: brief(two), at: null, why, noise });
  }
  if (content && alike.length > 0) {
    const digester = new Digester(core.exports, BLOCK);
    try {
      const one = await digestsOf(core, a, alike, digester, signal);
      const two = await digestsOf(core, b, alike, digester, signal);
      for (const name of alike) {
        const [x, y] = [one.get(name), two.get(name)];
        if (!x || !y) continue; // the archive ends before it
        const block = firstDifferent(x, y);
        if (block < 0) continue;
        const [from, to] = [before.get(name), after.get(name)];
        changes.push({
          ...{ name, change: 'changed', before: brief(from), after: brief(to) },
          ...{ at: block * BLOCK, why: 'content', noise: TOLD.test(name) },
        });
      }
    } finally {
      digester.free();
    }
  }
  return changes.sort((x, y) => (x.name < y.name ? -1 : x.name > y.name ? 1 : 0));
}
