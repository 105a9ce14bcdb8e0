// SPDX-License-Identifier: Apache-2.0
// A checkpoint of one container, and what those in images (oci-image.js) and pods (pod.js) have in common with it.
import { checkedMember, checkedOptions, kindOf, must } from '../border/arguments.js';
import { linksOf } from './chain.js';
import { Dump } from './dump.js';
import { evidenceOf } from './evidence.js';
import { matchesPattern } from './members.js';
import { rangesOf, wholes } from './ranges.js';

/**
 * @typedef {import('./archive.js').ArchiveError} ArchiveError
 * @typedef {import('./archive.js').Member} Member
 * @typedef {import('./archive.js').Progress} Progress
 * @typedef {import('./origin.js').Input} Input
 * @typedef {import('./members.js').Members} Members
 * @typedef {import('./parts.js').Parts} Parts
 * @typedef {{members: Members, compression: string | undefined, error: ArchiveError | null}} Listing
 * @typedef {object} ReadOptions
 * @property {number} [start] the first byte of the member that is wanted
 * @property {number} [end] the byte after the last
 * @property {string | Member} [inside] the member is in this one, which is an archive itself
 * @property {AbortSignal} [signal]
 * @typedef {object} OpenOptions
 * @property {string} [name] of the file, for messages
 * @property {(progress: Progress) => void} [onProgress] called now and then with the bytes read
 * @property {AbortSignal} [signal]
 * @property {import('./budget.js').Limits} [limits]
 * @property {'images' | 'processes'} [keep] what is kept of an archive that cannot be read in place: what
 *   dump({texts: false}) needs, or all that dump() needs, which then does not read it once more
 * @property {import('./search-ahead.js').Wanted} [search] what the memory will be searched for: of an archive that
 *   cannot be read in place, it is searched while that is opened. Then `memory.search()` with the same query and
 *   options has it, and reads nothing more
 * @property {boolean} [hash] the SHA-256 of the file is wanted in reports. It is given for what is read whole, as
 *   compressed files are; nothing is read for it alone
 */

/** The method that gives what a validation looks at (validate.js). */
export const EVIDENCE = Symbol('evidence');
/** What it consists of, for those that are made of others. */
export const PARTS = Symbol('parts');

/** What `read` returns at most, unless a limit is given. */
const READ_LIMIT = 64 * 2 ** 20;
const NOTHING = new Uint8Array();

/** The first byte and the byte after the last, as a range. @param {number} start @param {number} end */
function span(start = 0, end = Infinity) {
  const offset = Math.max(0, start);
  return { offset, length: end === Infinity ? undefined : Math.max(0, end - offset) };
}

/** @param {unknown} previous @returns {Checkpoint[]} @throws {TypeError} what is no checkpoint */
export function checkedPrevious(previous = []) {
  const chain = Array.isArray(previous) ? previous : [previous];
  if (!chain.every((one) => one instanceof Checkpoint))
    throw new TypeError('previous: expected checkpoints, as openCheckpoint() gives them');
  return chain;
}

/** A checkpoint before another, for the report about that. @param {Checkpoint} checkpoint @returns {import('./evidence.js').Previous} */
function previousOf({ name, error, members, summary: { container }, [PARTS]: { core, content } }) {
  const { parent } = linksOf(members, container.id);
  const facts = {
    name,
    container: container.id ?? '',
    link: parent ?? '',
    stop: error?.stop ?? '',
  };
  return { core, holder: content.images(), facts };
}

/** Where their images are. @param {Checkpoint[]} checkpoints */
const sources = (checkpoints) =>
  checkpoints.map((checkpoint) => {
    const { core, content } = checkpoint[PARTS];
    return { core, holder: content.images() };
  });

export class Checkpoint {
  /** File name, or ''. @type {string} */
  name;
  /** What holds it: archive, directory, oci-layout, docker-archive, criu-directory, pod, containerd-ctr, unknown. @type {string} */
  form;
  /** none, gzip, zstd; undefined if nothing was read. @type {string | undefined} */
  compression;
  /** Bytes of the tar archive without compression, or null: see Content. @type {number | null} */
  tarSize;
  /** @type {Members} */
  members;
  /** The metadata files, by their names. @type {Map<string, Uint8Array>} */
  files;
  /** The decoded metadata files. @type {Record<string, import('./metadata.js').Document>} */
  documents;
  /** See src/checkpoint/checkpoint.h. @type {any} */
  summary;
  /** Why reading stopped early, or null: what came before is here. @type {ArchiveError | null} */
  error;
  /** Of an image: the annotations of its manifest, and where the checkpoint lies in it.
   * @type {{annotations: Record<string, string>, layer: string, compression: string | undefined} | undefined} */
  image;
  #parts;

  /** @param {Parts} parts */
  constructor(parts) {
    const { content, metadata, summary, options } = parts;
    this.#parts = parts;
    this.name = options.name ?? '';
    this.form = summary.form;
    this.compression = content.compression;
    this.tarSize = content.tarSize;
    this.members = content.members;
    this.files = metadata.files;
    this.documents = metadata.documents;
    this.summary = summary;
    this.error = content.error;
  }

  get [PARTS]() {
    return this.#parts;
  }

  /**
   * One member, or a part of it. From an uncompressed archive it is read where it lies; a compressed
   * one is read again from its start up to there.
   * @param {string | Member} name
   * @param {ReadOptions & {limit?: number}} [options] limit: bytes, 64 MiB by default
   * @returns {Promise<Uint8Array>}
   */
  async read(name, options) {
    const checked = checkedOptions(options, { ...READ_OPTIONS, limit: must.count }, 'read');
    const { limit = READ_LIMIT, start, end, inside, signal } = checked;
    const list = [{ member: checkedMember(name, 'read'), ...span(start, end) }];
    const { origin, groups } = await this.#parts.content.plan(list, { inside, signal });
    const [{ member, parts }] = groups;
    const [part] = parts;
    const size = part.end - part.start;
    if (size > limit)
      throw new RangeError(
        `${member.name} has ${size} bytes; that is more than the limit of ${limit}`,
      );
    for await (const { bytes } of wholes(rangesOf(origin, groups, signal))) return bytes;
    return NOTHING;
  }

  /**
   * One member, piece by piece; as `read`, without a limit.
   * @param {string | Member} name @param {ReadOptions} [options] @returns {AsyncGenerator<Uint8Array>}
   */
  async *stream(name, options) {
    const { start, end, inside, signal } = checkedOptions(options, READ_OPTIONS, 'stream');
    const list = [{ member: checkedMember(name, 'stream'), ...span(start, end) }];
    for await (const { bytes } of this.ranges(list, { inside, signal }))
      if (bytes.length > 0) yield bytes;
  }

  /**
   * Parts of members, in the order of the archive, whatever the order of the list. What is in a plain
   * archive is read where it lies, together with what is near; of a compressed one there is one pass for
   * all, which ends after the last range. Beyond what comes next nothing is read while the body of the
   * loop runs, and leaving the loop ends the reading.
   * @param {Iterable<import('./ranges.js').Range>} list
   * @param {{signal?: AbortSignal, inside?: string | Member}} [options] inside: the members are in this
   *   one, which is an archive itself
   * @returns {AsyncGenerator<import('./ranges.js').RangePiece>}
   */
  async *ranges(list, options) {
    const { signal, inside } = checkedOptions(options, RANGES_OPTIONS, 'ranges');
    yield* this.#parts.content.ranges(list, { signal, inside });
  }

  /**
   * Many small members, each whole, in one pass; of several of one name the last.
   * @param {string | ((member: Member) => boolean)} which a pattern, in which '*' stands for anything but
   *   '/', or a function
   * @param {{signal?: AbortSignal, limit?: number}} [options] limit: bytes of one member, 64 MiB by default
   * @returns {AsyncGenerator<{member: Member, bytes: Uint8Array}>}
   */
  async *readAll(which, options) {
    const checked = checkedOptions(options, READ_ALL_OPTIONS, 'readAll');
    const { signal, limit = READ_LIMIT } = checked;
    if (typeof which !== 'function' && typeof which !== 'string')
      throw new TypeError(`readAll takes a pattern or a function, not ${kindOf(which)}`);
    const matches =
      typeof which === 'function'
        ? which
        : (/** @type {Member} */ { name }) => matchesPattern(name, which);
    /** @type {Map<string, Member>} */
    const last = new Map();
    for (const member of this.members)
      if (member.type === 'file' && matches(member)) last.set(member.name, member);
    const members = [...last.values()];
    const large = members.find(({ size }) => size > limit);
    if (large)
      throw new RangeError(
        `${large.name} has ${large.size} bytes; that is more than the limit of ${limit}`,
      );
    const list = members.map((member) => ({ member, tag: member }));
    const { origin, groups } = await this.#parts.content.plan(list, { signal });
    for await (const { tag, bytes } of wholes(rangesOf(origin, groups, signal)))
      yield { member: tag, bytes };
  }

  /**
   * The members of a member that is itself an archive: rootfs-diff.tar, volumes/x.tar …
   * @param {string | Member} name @param {{signal?: AbortSignal}} [options] @returns {Promise<Listing>}
   */
  async list(name, options) {
    const { signal } = checkedOptions(options, { signal: must.signal }, 'list');
    const { content } = this.#parts;
    const member = content.member(checkedMember(name, 'list'));
    const { members, compression, error } = await content.list(member, signal);
    return { members, compression, error };
  }

  /**
   * The bytes of the archive itself, decompressed; of an image, those of the layer that holds the checkpoint;
   * of a folder, the archive that it would make. A damaged archive throws where it is damaged.
   * @param {{stored?: boolean, inside?: string | Member, signal?: AbortSignal}} [options] stored: compressed as
   *   it is; inside: those of this member, whatever it is
   * @returns {AsyncGenerator<Uint8Array>}
   */
  async *tar(options) {
    const { stored = false, inside, signal } = checkedOptions(options, TAR_OPTIONS, 'tar');
    const { content } = this.#parts;
    if (inside === undefined && content.prefix)
      throw new TypeError('this checkpoint is a folder of an archive');
    const origin = inside === undefined ? content.origin : content.originOf(content.member(inside));
    yield* stored ? origin.stored(signal) : origin.tar(signal);
  }

  /**
   * What is in the images of the processes: reads them, and as much of the memory as command lines
   * and environments need.
   * @param {object} [options]
   * @param {Checkpoint | Checkpoint[]} [options.previous] of an incremental dump, those before it, the
   *   latest first
   * @param {boolean} [options.texts] false: without command lines and environments, which are in the memory
   * @param {AbortSignal} [options.signal]
   * @returns {Promise<Dump>} to be closed
   */
  async dump(options) {
    const { previous = [], texts = true, signal } = checkedOptions(options, DUMP_OPTIONS, 'dump');
    return Dump.chain(sources([this, ...checkedPrevious(previous)]), { texts, signal });
  }

  /** The checkpoints inside: the containers of a pod, the checkpoint of an image; else none. They are closed with it. @returns {Promise<Checkpoint[]>} */
  async containers() {
    return [];
  }

  /**
   * @param {boolean} digests whether digests are checked of large parts, too
   * @param {Checkpoint[]} [previous] of an incremental dump, those before it, the latest first
   */
  [EVIDENCE](digests, previous = []) {
    return evidenceOf(this.#parts, {
      ...{ digests, error: this.error },
      previous: previous.map(previousOf),
    });
  }

  /** Closes the file, if one is open, and frees what the core knows. Containers are closed with it. */
  async close() {
    this.#parts.known.drop();
    this.#parts.content.drop();
    await this.#parts.content.origin.close();
  }
}

// `await using`, where that exists.
Object.defineProperty(
  Checkpoint.prototype,
  Symbol.asyncDispose ?? Symbol.for('Symbol.asyncDispose'),
  {
    value() {
      return this.close();
    },
    configurable: true,
    writable: true,
  },
);

const RANGES_OPTIONS = { inside: must.any, signal: must.signal };
const READ_OPTIONS = { ...RANGES_OPTIONS, start: must.place, end: must.place };
const READ_ALL_OPTIONS = { signal: must.signal, limit: must.count };
const TAR_OPTIONS = { stored: must.flag, inside: must.any, signal: must.signal };
const DUMP_OPTIONS = { previous: must.any, texts: must.flag, signal: must.signal };
