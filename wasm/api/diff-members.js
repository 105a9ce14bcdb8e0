// SPDX-License-Identifier: Apache-2.0
// The members of two archives, and whether those of one name have the same content. What is kept of
// each is 16 bytes for 4 KiB.
import { diffTexts } from './diff-json.js';
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
 * @property {import('./diff-json.js').ValueChange[]} values of an image that can be decoded: the values that differ, as crit names them
 * @property {boolean} noise logs and statistics, and images whose content is compared elsewhere
 */

const encoder = new TextEncoder();
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

/** Images whose values are compared: those that nothing above tells of. Larger ones are not decoded. */
const IMAGE = /\.img$/;
const MOST_IMAGE = 2 ** 20;
/** Values that are listed of one image. */
const MOST_VALUES = 200;
/** Fields of images whose numbers CRIU gives away anew in each dump. */
const GIVEN_AWAY = /\/(exe_file_id|shmid|seccomp_filter|filter_id|mnt_id|s_dev|tv_sec|tv_nsec)$/;

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
 * @param {Checkpoint} checkpoint @param {string[]} names @param {Digester} digester @param {AbortSignal} [signal]
 * @returns {Promise<Map<string, Uint8Array>>}
 */
async function digestsOf(checkpoint, names, digester, signal) {
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
 * Decodes images that differ and finds out which values do.
 * @param {import('../border/core.js').Core} core @param {Checkpoint} a @param {Checkpoint} b @param {MemberChange[]} changes
 * @param {import('./diff-json.js').Mask} mask @param {AbortSignal} [signal]
 */
async function diffImages(core, a, b, changes, mask, signal) {
  const wanted = new Map(
    changes
      .filter(
        ({ name, change, before, after, noise }) =>
          change === 'changed' &&
          !noise &&
          IMAGE.test(name) &&
          Math.max(before?.size ?? 0, after?.size ?? 0) <= MOST_IMAGE,
      )
      .map((one) => [one.name, one]),
  );
  if (wanted.size === 0) return;
  const which = (/** @type {Member} */ { name }) => wanted.has(name);
  /** @type {Map<string, string>} */
  const texts = new Map();
  const textOf = (/** @type {string} */ name, /** @type {Uint8Array} */ bytes) =>
    core.imageText(bytes, { name: name.slice(name.lastIndexOf('/') + 1) });
  for await (const { member, bytes } of a.readAll(which, { signal })) {
    const { text, error } = textOf(member.name, bytes);
    if (!error) texts.set(member.name, text);
  }
  for await (const { member, bytes } of b.readAll(which, { signal })) {
    const { text, error } = textOf(member.name, bytes);
    const before = texts.get(member.name);
    const change = wanted.get(member.name);
    if (error || before === undefined || !change) continue;
    const values = diffTexts(
      core,
      encoder.encode(before),
      encoder.encode(text),
      mask,
      ({ pointer }) => GIVEN_AWAY.test(pointer),
    );
    change.values = (values ?? []).slice(0, MOST_VALUES);
    if (values && values.every((value) => value.noise)) change.noise = true;
  }
}

/**
 * @param {import('../border/core.js').Core} core @param {Checkpoint} a @param {Checkpoint} b
 * @param {{content: boolean, mask: import('./diff-json.js').Mask, told: ReadonlySet<string>, signal?: AbortSignal}} options
 *   content: read what has the same size in both; told: names of what was compared value by value
 * @returns {Promise<MemberChange[]>}
 */
export async function diffMembers(core, a, b, { content, mask, told, signal }) {
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
    const noise = TOLD.test(name) || (one !== undefined && two !== undefined && told.has(name));
    if (one && two && why === '') {
      if (one.type === 'file' && one.size > 0 && !PAGES.test(name)) alike.push(name);
      continue;
    }
    const change = !one ? 'added' : !two ? 'removed' : 'changed';
    changes.push({
      name,
      change,
      before: brief(one),
      after: brief(two),
      at: null,
      why,
      noise,
      values: [],
    });
  }
  if (content && alike.length > 0) {
    const digester = new Digester(core.exports, BLOCK);
    try {
      const one = await digestsOf(a, alike, digester, signal);
      const two = await digestsOf(b, alike, digester, signal);
      for (const name of alike) {
        const [x, y] = [one.get(name), two.get(name)];
        if (!x || !y) continue; // the archive ends before it
        const block = firstDifferent(x, y);
        if (block < 0) continue;
        const [from, to] = [before.get(name), after.get(name)];
        changes.push({
          ...{ name, change: 'changed', before: brief(from), after: brief(to) },
          ...{
            at: block * BLOCK,
            why: 'content',
            noise: TOLD.test(name) || told.has(name),
            values: [],
          },
        });
      }
    } finally {
      digester.free();
    }
  }
  if (content) await diffImages(core, a, b, changes, mask, signal);
  return changes.sort((x, y) => (x.name < y.name ? -1 : x.name > y.name ? 1 : 0));
}
