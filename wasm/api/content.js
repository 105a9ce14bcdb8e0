// SPDX-License-Identifier: Apache-2.0
// The members of an archive, or of a directory in one, and their bytes: kept while streaming, or read again.
import { layout } from '../border/archive-layout.js';
import { ArchiveError } from './archive-reader.js';
import { Keeper } from './keep.js';
import { MembersBelow, membersMeant } from './members.js';
import { plan, rangesOf, wholes } from './ranges.js';
import { KEPT, USE, useOf } from './summary.js';

/**
 * @typedef {import('./archive.js').Archive} Archive
 * @typedef {import('./archive.js').Member} Member
 * @typedef {import('./archive-members.js').Brief} Brief
 * @typedef {import('./archive-members.js').MemberList} MemberList
 * @typedef {import('./members.js').Members} Members
 * @typedef {import('./members.js').Reference} Reference
 * @typedef {import('./checkpoint.js').OpenOptions} OpenOptions
 * @typedef {import('../border/core.js').Core} Core
 * @typedef {import('./origin.js').Origin} Origin
 * @typedef {import('./ranges.js').Range} Range
 * @typedef {{inside?: string | Member, signal?: AbortSignal}} Where inside: the members are in this one, which is
 *   an archive itself
 */

/** The most that is kept of members that may turn out to be interesting, while streaming. */
const ASIDE_LIMIT = 32 * 2 ** 20;
/** Manifests of images are smaller. */
const SMALL = 2 ** 20;

/**
 * What is done with the members of an archive that cannot be read again where it lies.
 * @param {Core} core @param {OpenOptions} options @param {Keeper | undefined} keeper
 */
function decider({ exports }, { hash }, keeper) {
  let left = ASIDE_LIMIT;
  const keepInside = (/** @type {Brief} */ member) => keeper?.inside(member);
  return (/** @type {Brief} */ member, /** @type {any} */ reader) => {
    if (member.type !== 'file') return false;
    const use = useOf(exports, member);
    if (use === USE.keep && member.size <= left) {
      left -= member.size;
      return true;
    }
    if (use === USE.list) return { archive: {} };
    if (use === USE.archive)
      return { archive: { want: KEPT.names, hash, ...(keeper && { decide: keepInside }) } };
    return keeper?.decide(member, reader) ?? false;
  };
}

export class Content {
  /** The directory in the archive, or ''. @type {string} */
  prefix;
  /** @type {Origin} */
  origin;
  /** The members that belong to it, as they are in the archive. @type {MemberList} */
  own;
  /** The same, with their names as seen from the directory. @type {Members} */
  members;
  /** The metadata files, among other members, by index. @type {Map<number, Uint8Array>} */
  bodies;
  /** Its `bodies` are the members that were set aside while streaming. @type {Archive} */
  #archive;
  /** What was kept of large members. @type {Keeper | undefined} */
  #keeper;

  /**
   * @param {Origin} origin @param {Archive} archive @param {Keeper} [keeper]
   * @param {{prefix: string, own: MemberList, bodies: Map<number, Uint8Array>}} [directory] in the archive
   */
  constructor(origin, archive, keeper, directory) {
    const { prefix = '', own = archive.members, bodies = archive.bodies } = directory ?? {};
    this.origin = origin;
    this.prefix = prefix;
    this.own = own;
    this.members = directory ? new MembersBelow(own, prefix) : own;
    this.bodies = bodies;
    this.#archive = archive;
    this.#keeper = keeper;
  }

  /**
   * @param {Core} core @param {Origin} origin @param {OpenOptions} options
   * @param {Archive} [known] what was read of it already
   */
  static async read(core, origin, options, known) {
    const { search, hash, onProgress, signal } = options;
    const keep = search ? 'processes' : options.keep;
    const keeper = keep && new Keeper(core, keep, origin.input?.size === undefined, search);
    const decide = origin.plain ? undefined : decider(core, options, keeper);
    const reading = { onProgress, signal, hash, want: KEPT.names, decide };
    const archive = known ?? (await origin.archive(reading, (piece) => keeper?.take(piece)));
    origin.compression = archive.compression;
    return new Content(origin, archive, keeper);
  }

  /** What was read; none of a directory in an archive. @returns {Archive | undefined} */
  get archive() {
    return this.prefix ? undefined : this.#archive;
  }

  get compression() {
    return this.#archive.compression;
  }

  /** Bytes of the tar archive, with its end mark and what follows; null: part of one, or it ended early. */
  get tarSize() {
    const { end, info, trailing } = this.#archive;
    return this.prefix || end !== 'clean' ? null : info.end_offset + trailing.bytes;
  }

  /** Why reading stopped early, or null. */
  get error() {
    return this.#archive.error;
  }

  /**
   * What is in a directory of the archive.
   * @param {string} directory @param {MemberList} own the members below it @param {AbortSignal} [signal]
   */
  async below(directory, own, signal) {
    const { limits, plain, budget } = this.origin;
    const { maxKept = layout.maxKept } = limits;
    const names = new Set(KEPT.names.map((name) => `${directory}/${name}`));
    /** @type {Map<number, Uint8Array>} */
    const bodies = new Map();
    const list = [];
    for (const member of own.filesNamed(names).values()) {
      const kept = this.kept(member);
      if (kept) bodies.set(member.index, kept);
      else if (plain && member.size <= maxKept && budget.keep(member.size)) list.push({ member });
    }
    const groups = plan(list, (references) => this.#meant(references));
    for await (const { member, bytes } of wholes(this.#untilItEnds(groups, signal)))
      bodies.set(member, bytes);
    const parts = { prefix: directory, own, bodies };
    return new Content(this.origin, this.#archive, this.#keeper, parts);
  }

  /** @param {string | Member} name @returns {Member} */
  member(name) {
    return /** @type {Member} */ (this.#meant(new Set([name])).get(name));
  }

  /** The member of this index in the archive. @param {number} index */
  at(index) {
    return /** @type {Member} */ (this.#archive.members.at(index));
  }

  /** @param {Set<Reference>} references */
  #meant(references) {
    const prefix = this.prefix ? `${this.prefix}/` : '';
    return membersMeant({ named: this.own, all: this.#archive.members, prefix }, references);
  }

  /** The bytes of a member that was set aside. @param {Member} member */
  kept({ index }) {
    return this.#archive.bodies.get(index);
  }

  /** The content of a small member, or undefined. @param {Member} member @param {AbortSignal} [signal] */
  async small(member, signal) {
    const kept = this.kept(member);
    if (kept) return kept;
    if (member.type !== 'file' || member.size > SMALL || !this.origin.plain) return undefined;
    const { groups } = await this.plan([{ member }], { signal });
    for await (const { bytes } of wholes(this.#untilItEnds(groups, signal))) return bytes;
    return member.size === 0 ? new Uint8Array() : undefined;
  }

  /** What is there of a member, of an archive that may end in it. @param {Member} member @param {AbortSignal} [signal] */
  async *asFarAsItGoes(member, signal) {
    const { groups } = await this.plan([{ member }], { signal });
    for await (const { bytes } of this.#untilItEnds(groups, signal)) yield bytes;
  }

  /** Parts of members; where the archive ends early, which its error says already, they end, too. @param {import('./ranges.js').Group[]} groups @param {AbortSignal} [signal] */
  async *#untilItEnds(groups, signal) {
    try {
      yield* rangesOf(this.origin, groups, signal);
    } catch (error) {
      if (!this.error || !(error instanceof ArchiveError)) throw error;
    }
  }

  /** @param {Iterable<Range>} list @param {Where} [where] @param {boolean} [lend] as rangesOf() */
  async *ranges(list, where = {}, lend = false) {
    const { origin, groups } = await this.plan(list, where);
    yield* rangesOf(origin, groups, where.signal, lend);
  }

  /** Where ranges are to be read from. @param {Iterable<Range>} list @param {Where} where */
  async plan(list, { inside, signal }) {
    if (inside === undefined) {
      const groups = plan(
        list,
        (references) => this.#meant(references),
        (index) => this.#archive.bodies.get(index),
        (index, start, end) => this.#keeper?.part(index, start, end),
      );
      return { origin: this.origin, groups };
    }
    const outer = this.member(inside);
    const { members, bodies, compression } = await this.list(outer, signal);
    const origin = this.originOf(outer);
    origin.compression = compression;
    const groups = plan(
      list,
      (references) => membersMeant({ named: members, all: members, prefix: '' }, references),
      (index) => bodies.get(index),
    );
    return { origin, groups };
  }

  /** What the model of the dump reads. */
  images() {
    return {
      prefix: this.prefix,
      records: () => this.own.records(),
      ranges: (
        /** @type {Range[]} */ list,
        /** @type {AbortSignal | undefined} */ signal,
        /** @type {boolean | undefined} */ lend,
      ) => this.ranges(list, { signal }, lend),
      ahead: () => this.#ahead(),
    };
  }

  /** What was searched while it was opened. @returns {import('./search-ahead.js').Found | undefined} */
  #ahead() {
    const ahead = this.prefix === '' ? this.#keeper?.ahead : undefined;
    if (!ahead) return undefined;
    const membersOf = (/** @type {Set<string>} */ names) => this.own.filesNamed(names);
    return { take: (dump, query, options) => ahead.result(dump, membersOf, query, options) };
  }

  /** Frees what is held of the core. */
  drop() {
    this.#keeper?.ahead?.free();
  }

  /** A member as something to read an archive from. @param {Member} member */
  originOf(member) {
    const bytes = this.kept(member);
    return bytes ? this.origin.over(bytes) : this.origin.inside(member);
  }

  /** An archive inside that was read while streaming. @param {Member} member */
  nested({ index }) {
    return this.#archive.nested.get(index);
  }

  /** A member as an archive, read again only if it has to be. @param {Member} member @param {AbortSignal} [signal] @returns {Promise<Archive>} */
  async list(member, signal) {
    const known = this.nested(member);
    if (known) return known;
    const archive = await this.originOf(member).archive({ signal });
    this.#archive.nested.set(member.index, archive);
    return archive;
  }
}
