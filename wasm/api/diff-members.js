// SPDX-License-Identifier: Apache-2.0
// The members of two archives, and whether those of one name have the same content. What is kept of
// each is 16 bytes for 4 KiB.
import { diffTexts } from './diff-json.js';
import { Digester, PieceDigests } from './diff-memory.js';

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
/** Bytes of members whose content is compared, of each archive: a sparse member can say any size. */
const MOST_CONTENT = 2 ** 35;

/** Pages are compared as memory. */
const PAGES = /(^|\/)pages-\d+\.img$/;
/**
 * What differs in any two dumps, or is shown by the views made of it: statistics, logs, numbers that
 * CRIU gives away, descriptors, page maps.
 */
const TOLD =
  /(^|\/)((pages|pagemap|fdinfo|ids|fs)-[^/]*\.img|(files|pstree|inventory|mountpoints|stats|timens)[^/]*\.img|stats-dump|[^/]*\.log)$/;

/** Images whose values are compared: those that nothing above tells of. Larger ones are not decoded. */
const IMAGE = /\.img$/;
const MOST_IMAGE = 2 ** 20;
/** Bytes of images that are kept of each archive while the other one is read; others are read again. */
const MOST_KEPT = 2 ** 23;
/** Values that are listed of one image. */
const MOST_VALUES = 200;
/** Fields of images whose numbers CRIU gives away anew in each dump. */
const GIVEN_AWAY = /\/(exe_file_id|shmid|seccomp_filter|filter_id|mnt_id|s_dev|tv_sec|tv_nsec)$/;

/** By name; of several the last, which is the one that counts. @param {Checkpoint} checkpoint @returns {Map<string, Member>} */
const byName = ({ members }) => new Map(Array.from(members, (member) => [member.name, member]));

/**
 * Where the pages end that a dump's page maps speak of, by name of the file that holds them.
 * @param {import('./memory.js').Memory} memory @returns {Map<string, number>}
 */
function endsOfPages(memory) {
  /** @type {Map<string, number>} */
  const ends = new Map();
  for (const pid of memory.pids)
    for (const { member, offset, start, end, block } of memory.segments(pid)) {
      if (member === null) continue;
      const last = block ? Infinity : offset + Number(end - start);
      ends.set(member, Math.max(ends.get(member) ?? 0, last));
    }
  return ends;
}

/** @param {Member} one @param {Member} two */
function whyDifferent(one, two) {
  if (one.type !== two.type) return 'type';
  if (one.link !== two.link) return 'link';
  if (one.size !== two.size) return 'size';
  return one.mode === two.mode ? '' : 'mode';
}

/** What is read of one of the archives: digests of members, and images as they are. */
class Reading {
  /** @type {Map<string, Uint8Array>} */
  digests = new Map();
  /** @type {Map<string, Uint8Array>} */
  contents = new Map();
  #sizes;
  #pieces;
  ranges;

  /** @param {Map<string, Member>} members @param {Iterable<string>} names whose digests are wanted @param {Iterable<string>} images that are wanted @param {Map<string, number>} starts of members whose first bytes are not read @param {Digester} digester */
  constructor(members, names, images, starts, digester) {
    this.#sizes = members;
    this.#pieces = /** @type {PieceDigests<string>} */ (new PieceDigests(digester));
    let left = MOST_KEPT;
    for (const name of images) {
      const size = members.get(name)?.size ?? 0;
      if (size > left) continue;
      left -= size;
      this.contents.set(name, new Uint8Array(size));
    }
    const all = new Set(names);
    for (const name of all) this.digests.set(name, new Uint8Array(this.#room(name)));
    this.ranges = [...new Set([...all, ...this.contents.keys()])].map((name) => ({
      ...{ member: name, tag: name, offset: starts.get(name) ?? 0 },
    }));
  }

  /** @param {string} name */
  #room(name) {
    return Math.ceil((this.#sizes.get(name)?.size ?? 0) / BLOCK) * DIGEST;
  }

  /** @param {{tag: string, offset: number, bytes: Uint8Array, last: boolean}} piece */
  take({ tag, offset, bytes, last }) {
    const out = this.digests.get(tag);
    if (out) this.#pieces.take(tag, out, offset, bytes, last);
    this.contents.get(tag)?.set(bytes, offset);
  }
}

/** @param {Uint8Array} a @param {Uint8Array} b digests @returns {number} of the first block that differs; -1: none */
function firstDifferent(a, b) {
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return Math.floor(i / DIGEST);
  return -1;
}

/** @param {Member | undefined} member */
const brief = (member) => (member ? { type: member.type, size: member.size } : null);

/** The members of two archives: first what is known without reading, then the content of those of one size. */
export class MemberComparison {
  #core;
  #a;
  #b;
  #told;
  #mask;
  #before;
  #after;
  /** @type {MemberChange[]} */
  #changes = [];
  /** @type {string[]} */
  #alike = [];
  /** Files of pages, and where those end that are compared as memory. @type {Map<string, number>} */
  #rests = new Map();
  /** @type {Digester | null} */
  #digester = null;
  /** What is to be read of both. @type {[Reading, Reading] | null} */
  readings = null;
  /** What is not compared, and why. @type {{side: 'a' | 'b', member: string, message: string}[]} */
  gaps = [];

  /**
   * @param {import('../border/core.js').Core} core @param {Checkpoint} a @param {Checkpoint} b
   * @param {{mask: import('./diff-json.js').Mask, told: ReadonlySet<string>}} options told: names of what was
   *   compared value by value
   */
  constructor(core, a, b, { mask, told }) {
    this.#core = core;
    this.#a = a;
    this.#b = b;
    this.#told = told;
    this.#mask = mask;
    this.#before = byName(a);
    this.#after = byName(b);
    for (const name of new Set([...this.#before.keys(), ...this.#after.keys()])) {
      const [one, two] = [this.#before.get(name), this.#after.get(name)];
      const why = one && two ? whyDifferent(one, two) : '';
      if (one && two && why === '') {
        if (one.type !== 'file' || one.size === 0) continue;
        if (PAGES.test(name)) this.#rests.set(name, Infinity);
        else this.#alike.push(name);
        continue;
      }
      this.#add(name, !one ? 'added' : !two ? 'removed' : 'changed', why, null);
    }
  }

  /** @param {string} name */
  #isNoise(name) {
    return TOLD.test(name) || this.#told.has(name);
  }

  /** @param {string} name @param {MemberChange['change']} change @param {string} why @param {number | null} at */
  #add(name, change, why, at) {
    const [one, two] = [this.#before.get(name), this.#after.get(name)];
    const rest = why === 'content' && this.#rests.has(name); // which no memory is made of
    const noise =
      (TOLD.test(name) && !rest) ||
      (one !== undefined && two !== undefined && this.#told.has(name));
    this.#changes.push({
      ...{ name, change, before: brief(one), after: brief(two), at, why, noise, values: [] },
    });
  }

  /**
   * Says what is to be read. To be freed then.
   * @param {import('./memory.js').Memory[]} [memories] those that are compared by their pages
   */
  begin(memories = []) {
    const ends = memories.map(endsOfPages);
    for (const name of ends.length > 0 ? this.#rests.keys() : []) {
      const start = Math.min(...ends.map((of) => of.get(name) ?? 0));
      this.#rests.set(name, start);
      if (start < (this.#before.get(name)?.size ?? 0)) this.#alike.push(name);
    }
    this.#leaveOutTheHuge();
    const digester = new Digester(this.#core.exports, BLOCK);
    this.#digester = digester;
    const images = [...this.#alike, ...this.#changes.map(({ name }) => name)].filter((name) => {
      const sizes = [this.#before, this.#after].map((members) => members.get(name)?.size ?? -1);
      const small = sizes.every((size) => size >= 0 && size <= MOST_IMAGE);
      return small && IMAGE.test(name) && !this.#isNoise(name);
    });
    const of = (/** @type {Map<string, Member>} */ members) =>
      new Reading(members, this.#alike, images, this.#rests, digester);
    this.readings = [of(this.#before), of(this.#after)];
  }

  #leaveOutTheHuge() {
    let left = MOST_CONTENT;
    this.#alike = this.#alike.filter((name) => {
      const size = this.#before.get(name)?.size ?? 0;
      if (size <= left) {
        left -= size;
        return true;
      }
      const message = `Its content, ${size} bytes in both, is not compared: at most ${MOST_CONTENT} bytes of members are.`;
      this.gaps.push({ side: 'a', member: name, message }, { side: 'b', member: name, message });
      return false;
    });
  }

  /** Reads both, where nothing else is read. @param {AbortSignal} [signal] */
  async read(signal) {
    if (!this.readings) return;
    for (const [i, checkpoint] of [this.#a, this.#b].entries())
      if (this.readings[i].ranges.length > 0)
        for await (const piece of checkpoint.ranges(this.readings[i].ranges, { signal }))
          this.readings[i].take(piece);
  }

  /** What differs, once both are read, or without their content. @param {AbortSignal} [signal] @returns {Promise<MemberChange[]>} */
  async changes(signal) {
    if (this.readings) {
      const [one, two] = this.readings;
      for (const name of this.#alike) {
        const [x, y] = [one.digests.get(name), two.digests.get(name)];
        const block = x && y ? firstDifferent(x, y) : -1;
        if (block >= 0) this.#add(name, 'changed', 'content', block * BLOCK);
      }
      await this.#compareImages(this.readings, signal);
    }
    return this.#changes.sort((x, y) => (x.name < y.name ? -1 : x.name > y.name ? 1 : 0));
  }

  /** Images that differ and that nothing else tells of: by their values. @param {[Reading, Reading]} readings @param {AbortSignal} [signal] */
  async #compareImages([one, two], signal) {
    const wanted = new Map(
      this.#changes
        .filter(
          ({ name, change, before, after, noise }) =>
            change === 'changed' &&
            !noise &&
            IMAGE.test(name) &&
            Math.max(before?.size ?? 0, after?.size ?? 0) <= MOST_IMAGE,
        )
        .map((change) => [change.name, change]),
    );
    for (const [checkpoint, reading] of /** @type {[Checkpoint, Reading][]} */ ([
      [this.#a, one],
      [this.#b, two],
    ])) {
      const missing = (/** @type {Member} */ { name }) =>
        wanted.has(name) && !reading.contents.has(name);
      if ([...wanted.keys()].every((name) => reading.contents.has(name))) continue;
      for await (const { member, bytes } of checkpoint.readAll(missing, { signal }))
        reading.contents.set(member.name, bytes);
    }
    for (const [name, change] of wanted) {
      const [from, to] = [one, two].map(({ contents }) =>
        this.#imageText(name, contents.get(name)),
      );
      if (from === null || to === null) continue;
      const values = diffTexts(this.#core, from, to, this.#mask, ({ pointer }) =>
        GIVEN_AWAY.test(pointer),
      );
      change.values = (values ?? []).slice(0, MOST_VALUES);
      if (values && values.every((value) => value.noise)) change.noise = true;
    }
  }

  /** @param {string} name @param {Uint8Array | undefined} bytes @returns {Uint8Array | null} as JSON */
  #imageText(name, bytes) {
    if (!bytes) return null;
    const base = name.slice(name.lastIndexOf('/') + 1);
    const { text, error } = this.#core.imageText(bytes, { name: base });
    return error ? null : encoder.encode(text);
  }

  free() {
    this.#digester?.free();
    this.#digester = null;
  }
}
