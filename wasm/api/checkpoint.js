// SPDX-License-Identifier: Apache-2.0
// A checkpoint in whatever holds it: an archive, an image, a directory, a pod.
import { sourceOf } from './archive.js';
import { layout } from '../border/archive-layout.js';
import { CheckpointError } from '../border/error.js';
import { Dump } from './dump.js';
import { layersOf, podContainers } from './nested.js';
import { Origin } from './origin.js';
import { plan, rangesOf } from './ranges.js';
import { KEPT, memberUse, Summary, USE } from './summary.js';

/**
 * @typedef {import('./archive.js').Archive} Archive
 * @typedef {import('./archive.js').ArchiveError} ArchiveError
 * @typedef {import('./archive.js').Member} Member
 * @typedef {import('./archive.js').Progress} Progress
 * @typedef {import('../border/core.js').Core} Core
 * @typedef {import('./origin.js').Input} Input
 * @typedef {Iterable<Member> & {length: number, find(name: string): Member | undefined}} Members
 * @typedef {{members: Members, compression: string | undefined, error: ArchiveError | null}} Listing
 * @typedef {object} ReadOptions
 * @property {number} [start] the first byte of the member that is wanted
 * @property {number} [end] the one behind the last
 * @property {string | Member} [inside] the member is in this one, which is an archive itself
 * @property {AbortSignal} [signal]
 * @typedef {object} OpenOptions
 * @property {string} [name] of the file, for messages
 * @property {(progress: Progress) => void} [onProgress] called now and then with the bytes read
 * @property {AbortSignal} [signal]
 * @property {Record<string, number>} [limits] by the names of src/archive/archive.h: max_members …
 */

/** The method that gives what a validation looks at (validate.js). */
export const EVIDENCE = Symbol('evidence');

/** The most that `read` gives, unless told otherwise. */
const READ_LIMIT = 64 * 2 ** 20;
/** So much of the start of a file is remembered of which only the end is kept. */
const HEAD = 4096;
const NOTHING = new Uint8Array();
/** Manifests of images are smaller. */
const SMALL = 2 ** 20;
/** The most that is kept of members that may turn out to be interesting, while streaming. */
const ASIDE_LIMIT = 32 * 2 ** 20;

/** The last of a name among members, for what to say of it. @param {Iterable<Member>} members @param {string} name */
function namedSo(members, name) {
  /** @type {Member | undefined} */
  let found;
  for (const member of members) if (member.name === name) found = member;
  return found;
}

/**
 * The members that are meant: a name stands for the last regular file that is called so.
 * @param {Members} members as far as they can be named @param {import('./archive-members.js').MemberList} all
 * @param {string} prefix what is left out of the names @param {Set<string | number | Member>} references
 * @returns {Map<string | number | Member, Member>}
 */
function membersMeant(members, all, prefix, references) {
  const names = [...references].filter((reference) => typeof reference === 'string');
  const indexes = names.length > 0 ? all.filesNamed(new Set(names.map((n) => prefix + n))) : null;
  return new Map(
    [...references].map((reference) => {
      const member =
        typeof reference === 'string'
          ? all.at(indexes?.get(prefix + reference) ?? -1)
          : typeof reference === 'number'
            ? all.at(reference)
            : reference;
      if (member?.type === 'file') return [reference, member];
      const shown =
        typeof reference === 'number' ? `number ${reference}` : JSON.stringify(nameOf(reference));
      const other =
        member ?? (typeof reference === 'string' ? namedSo(members, reference) : undefined);
      throw new RangeError(
        other
          ? `the member ${shown} is no regular file (${other.type})`
          : `there is no member ${shown}`,
      );
    }),
  );
}

/** The first byte and the one behind the last, as a range. @param {number} start @param {number} end */
function span(start = 0, end = Infinity) {
  const offset = Math.max(0, start);
  return { offset, length: end === Infinity ? undefined : Math.max(0, end - offset) };
}

/** @param {string | number | Member} reference */
const nameOf = (reference) => (typeof reference === 'object' ? reference.name : reference);

/** Members below a directory, named from there. @implements {Members} */
class MembersBelow {
  #prefix;
  /** @param {any} all @param {string} directory */
  constructor(all, directory) {
    this.all = all;
    this.#prefix = `${directory}/`;
  }

  get length() {
    let count = 0;
    for (const { name } of this.all) if (name.startsWith(this.#prefix)) count++;
    return count;
  }

  *[Symbol.iterator]() {
    for (const member of this.all) {
      if (member.name.startsWith(this.#prefix))
        yield { ...member, name: member.name.slice(this.#prefix.length) };
    }
  }

  /** @param {string} name */
  find(name) {
    for (const member of this) if (member.name === name) return member;
    return undefined;
  }
}

const decoder = new TextDecoder();

/**
 * Whether a name is as a pattern says, in linear time. @param {string} name
 * @param {string} pattern '*' stands for anything but '/'
 */
function matchesPattern(name, pattern) {
  let [at, star, from] = [0, -1, 0];
  for (let i = 0; i < name.length;) {
    if (pattern[at] === '*') [star, from] = [at++, i];
    else if (pattern[at] === name[i]) [at, i] = [at + 1, i + 1];
    else if (star >= 0 && name[from] !== '/') [at, i] = [star + 1, ++from];
    else return false;
  }
  while (pattern[at] === '*') at++;
  return at === pattern.length;
}

/** @param {ArchiveError | null} [error] */
const factsOf = (error) =>
  error ? { ...error, name: undefined, message: error.message, member: undefined } : undefined;

/** @param {Archive} [archive] @returns {Record<string, any>} for src/rules/validate.h */
function archiveFacts(archive) {
  if (!archive) return {};
  const { compression, end, trailing, garbageOffset, info, error } = archive;
  const member = error?.member === undefined ? undefined : archive.members.at(error.member)?.name;
  return {
    compression,
    end,
    endOffset: info.end_offset,
    trailing,
    garbageOffset,
    sourceRead: info.source_read,
    tarRead: info.tar_read,
    error: error ? { ...factsOf(error), member } : undefined,
  };
}

export class Checkpoint {
  /** File name, or ''. */
  name = '';
  /** What holds it: archive, directory, oci-layout, docker-archive, criu-directory, pod, containerd-ctr, unknown. */
  form = 'unknown';
  /** none, gzip, zstd; undefined if nothing was read. @type {string | undefined} */
  compression;
  /** @type {Members} */
  members;
  /** The metadata files, by their names. @type {Map<string, Uint8Array>} */
  files = new Map();
  /** The decoded metadata files. @type {Record<string, {kind: string, value: any} | {kind: string, error: CheckpointError}>} */
  documents = Object.create(null);
  /** See src/checkpoint/checkpoint.h. @type {any} */
  summary = {};
  /** Why reading stopped early, or null: what came before is here. @type {ArchiveError | null} */
  error = null;
  /** Of an image: the annotations of its manifest, and where the checkpoint lies in it.
   * @type {{annotations: Record<string, string>, layer: string, compression: string | undefined} | undefined} */
  image;

  /** @type {Core} */
  #core;
  #origin;
  /** @type {OpenOptions} */
  #options;
  #prefix = '';
  /** What the core knows. @type {Summary | undefined} */
  #summary;
  /** What was read; none of a directory in an archive. @type {Archive | undefined} */
  #archive;
  /** Of an image: the layer. @type {Checkpoint | undefined} */
  #inner;
  /** Of an image: its own metadata files. @type {Map<string, Uint8Array>} */
  #outerFiles = new Map();
  /** Of an image: what its manifest is. @type {import('./nested.js').Manifest | undefined} */
  #manifest;
  /** How dump.log begins, where only its end is kept. @type {string | undefined} */
  #logHead;
  /** Members set aside while streaming, by index. @type {Map<number, Uint8Array>} */
  #aside = new Map();
  /** Archives inside that were read while streaming, by index. @type {Map<number, Archive>} */
  #nested = new Map();

  /** @param {Core} core @param {Origin} origin @param {OpenOptions} options */
  constructor(core, origin, options) {
    this.#core = core;
    this.#origin = origin;
    this.#options = options;
    this.name = options.name ?? '';
    this.members = new MembersBelow(/** @type {any} */ ([]), '');
  }

  /**
   * Opens an origin.
   * @param {Core} core @param {Origin} origin @param {OpenOptions} options @param {Archive} [read] it already
   * @returns {Promise<Checkpoint>}
   */
  static async open(core, origin, options, read) {
    const checkpoint = new Checkpoint(core, origin, options);
    await checkpoint.#open(read);
    return checkpoint;
  }

  /** @param {Archive} [read] */
  async #open(read) {
    const { exports } = this.#core;
    const origin = this.#origin;
    const { onProgress, signal, limits } = this.#options;
    if (!read) await origin.probe();
    let left = ASIDE_LIMIT;
    const archive =
      read ??
      (await origin.archive({
        onProgress,
        signal,
        limits,
        want: KEPT.names,
        decide: origin.plain
          ? undefined
          : (member) => {
              if (member.type !== 'file') return false;
              const wish = memberUse(exports, member.name, member.size);
              if (wish === USE.keep && member.size <= left) {
                left -= member.size;
                return true;
              }
              if (wish === USE.list) return { archive: { limits } };
              return wish === USE.archive && { archive: { want: KEPT.names, limits } };
            },
      }));
    this.#archive = archive;
    origin.compression = archive.compression;
    this.compression = archive.compression;
    this.members = archive.members;
    this.error = archive.error;
    this.#aside = archive.bodies;
    this.#nested = archive.nested;
    this.#keep(archive.bodies);
    this.#summarize(archive);
    if (['oci-layout', 'docker-archive', 'containerd-ctr'].includes(this.form))
      await this.#openImage();
  }

  /** Files the bodies by name; of several of one name the last counts. @param {Map<number, Uint8Array>} bodies */
  #keep(bodies) {
    const start = this.#prefix ? this.#prefix.length + 1 : 0;
    for (const [index, bytes] of bodies) {
      const name = /** @type {any} */ (this.members).at(index)?.name ?? '';
      if (start > 0 && !name.startsWith(`${this.#prefix}/`)) continue;
      const info = KEPT.byName.get(name.slice(start));
      if (!info) continue;
      const cut = info.keep === 'tail' && bytes.length > KEPT.tail;
      if (cut && info.name === 'dump.log') this.#logHead = decoder.decode(bytes.subarray(0, HEAD));
      const text = cut ? bytes.slice(-KEPT.tail) : bytes;
      this.files.set(info.name, text);
    }
    for (const [name, bytes] of this.files) this.#decode(name, bytes);
  }

  /** Decodes a metadata file when it is asked for. @param {string} name @param {Uint8Array} bytes */
  #decode(name, bytes) {
    const kind = /** @type {any} */ (name);
    if (!this.#core.kinds.includes(kind)) return;
    /** @type {any} */
    let document;
    Object.defineProperty(this.documents, name, {
      configurable: true,
      enumerable: true,
      get: () => (document ??= this.#document(kind, bytes)),
    });
  }

  /** @param {any} kind @param {Uint8Array} bytes */
  #document(kind, bytes) {
    try {
      return { kind, value: this.#core.decode(kind, bytes) };
    } catch (error) {
      if (!(error instanceof CheckpointError)) throw error;
      return { kind, error };
    }
  }

  /** @param {Archive} archive */
  #summarize(archive) {
    const summary = new Summary(this.#core.exports, this.#prefix);
    summary.keep();
    this.#summary = summary;
    summary.addRecords(archive.members.records());
    summary.addFiles(this.files);
    const size = this.#origin.input?.size ?? archive.info.source_read ?? 0;
    this.summary = summary.finish(size, this.#origin.input?.directory ?? false);
    this.form = this.summary.form;
  }

  /** Finds the layer that holds a checkpoint, and shows that. */
  async #openImage() {
    const found = await layersOf({
      members: this.members,
      json: (member) => this.#small(member),
      wish: (member) => memberUse(this.#core.exports, member.name, member.size),
      addIndex: (bytes) => this.#addIndex(bytes),
      open: (member) => this.#inside(member),
    });
    if (!found) return;
    const { checkpoint, member, annotations, manifest } = found;
    this.#inner = checkpoint;
    this.#manifest = manifest;
    this.image = { annotations, layer: member.name, compression: checkpoint.compression };
    this.#outerFiles = new Map(this.files);
    const { archive } = this.summary.sizes;
    const engine = this.form === 'containerd-ctr' ? this.summary.engine : checkpoint.summary.engine;
    this.summary = { ...checkpoint.summary, form: this.form, engine };
    this.summary.sizes = { ...checkpoint.summary.sizes, archive };
    this.members = checkpoint.members;
    for (const [name, bytes] of checkpoint.files) this.files.set(name, bytes);
    Object.defineProperties(this.documents, Object.getOwnPropertyDescriptors(checkpoint.documents));
    this.error ??= checkpoint.error;
  }

  /** An index that lies in a blob may tell what the image is. @param {Uint8Array} bytes */
  #addIndex(bytes) {
    const summary = new Summary(this.#core.exports);
    summary.addFiles([['index.json', bytes]]);
    const { form, engine } = summary.finish(0, false);
    summary.drop();
    if (form !== 'containerd-ctr') return;
    this.form = form;
    this.summary.form = form;
    this.summary.engine = engine;
  }

  /** The content of a small member, or undefined. @param {Member} member @param {number} [limit] bytes */
  async #small(member, limit = SMALL) {
    const kept = this.#aside.get(member.index);
    if (kept) return kept;
    if (member.type !== 'file' || member.size > limit || !this.#origin.plain) return undefined;
    return this.read(member, { signal: this.#options.signal });
  }

  /** The checkpoint in a member that is an archive. @param {Member} member */
  async #inside(member) {
    const { signal, limits } = this.#options;
    const options = { name: member.name, signal, limits };
    const bytes = this.#aside.get(member.index);
    if (bytes) return Checkpoint.open(this.#core, this.#origin.over(bytes), options);
    const origin = this.#origin.inside(member);
    return Checkpoint.open(this.#core, origin, options, this.#nested.get(member.index));
  }

  /** The checkpoint in a directory of this archive. @param {string} directory */
  async #below(directory) {
    const checkpoint = new Checkpoint(this.#core, this.#origin, {
      ...this.#options,
      name: directory,
    });
    checkpoint.#prefix = directory;
    checkpoint.#nested = this.#nested;
    checkpoint.#aside = this.#aside;
    checkpoint.compression = this.compression;
    checkpoint.members = this.members;
    const bodies = new Map();
    for (const member of this.members) {
      if (!member.name.startsWith(`${directory}/`)) continue;
      if (member.type !== 'file' || !KEPT.byName.has(member.name.slice(directory.length + 1)))
        continue;
      const limit = this.#options.limits?.max_kept ?? layout.maxKept;
      const bytes = await this.#small(member, limit);
      if (bytes) bodies.set(member.index, bytes);
    }
    checkpoint.#keep(bodies);
    checkpoint.#summarize(/** @type {any} */ ({ members: this.members, info: {} }));
    checkpoint.members = new MembersBelow(this.members, directory);
    return checkpoint;
  }

  /** @param {string | Member} name @returns {Member} */
  #member(name) {
    const found = this.#meant(new Set([name]));
    return /** @type {Member} */ (found.get(name));
  }

  /** @param {Set<string | number | Member>} references */
  #meant(references) {
    const prefix = this.#prefix ? `${this.#prefix}/` : '';
    return membersMeant(this.members, this.#list(), prefix, references);
  }

  /**
   * One member, or a part of it. From an uncompressed archive it is read where it lies; a compressed
   * one is read again from its start up to there.
   * @param {string | Member} name
   * @param {ReadOptions & {limit?: number}} [options] limit: bytes, 64 MiB by default
   * @returns {Promise<Uint8Array>}
   */
  async read(name, { limit = READ_LIMIT, start, end, inside, signal } = {}) {
    if (this.#inner) return this.#inner.read(name, { limit, start, end, inside, signal });
    const list = [{ member: name, ...span(start, end) }];
    const { origin, groups } = await this.#plan(list, { inside, signal });
    const [{ member, parts }] = groups;
    const [part] = parts;
    const size = part.end - part.start;
    if (size > limit)
      throw new RangeError(
        `${member.name} has ${size} bytes; that is more than the limit of ${limit}`,
      );
    const whole = new Uint8Array(size);
    for await (const { bytes, offset } of rangesOf(origin, groups, signal))
      whole.set(bytes, offset - part.start);
    return whole;
  }

  /**
   * One member, piece by piece; as `read`, without a limit.
   * @param {string | Member} name @param {ReadOptions} [options] @returns {AsyncGenerator<Uint8Array>}
   */
  async *stream(name, { start, end, inside, signal } = {}) {
    const list = [{ member: name, ...span(start, end) }];
    for await (const { bytes } of this.ranges(list, { inside, signal }))
      if (bytes.length > 0) yield bytes;
  }

  /**
   * Parts of members, in the order of the archive, whatever the order of the list. What is in a plain
   * archive is read where it lies, together with what is near; of a compressed one there is one pass for
   * all, which ends behind the last range. Beyond what comes next nothing is read while the body of the
   * loop runs, and leaving the loop ends the reading.
   * @param {Iterable<import('./ranges.js').Range>} list
   * @param {{signal?: AbortSignal, inside?: string | Member}} [options] inside: the members are in this
   *   one, which is an archive itself
   * @returns {AsyncGenerator<import('./ranges.js').RangePiece>}
   */
  async *ranges(list, { signal, inside } = {}) {
    if (this.#inner) {
      yield* this.#inner.ranges(list, { signal, inside });
      return;
    }
    const { origin, groups } = await this.#plan(list, { inside, signal });
    yield* rangesOf(origin, groups, signal);
  }

  /**
   * Many small members, each whole, in one pass; of several of one name the last.
   * @param {string | ((member: Member) => boolean)} which a pattern, in which '*' stands for anything but
   *   '/', or a function
   * @param {{signal?: AbortSignal, limit?: number}} [options] limit: bytes of one member, 64 MiB by default
   * @returns {AsyncGenerator<{member: Member, bytes: Uint8Array}>}
   */
  async *readAll(which, { signal, limit = READ_LIMIT } = {}) {
    if (this.#inner) {
      yield* this.#inner.readAll(which, { signal, limit });
      return;
    }
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
    const { origin, groups } = await this.#plan(list, { signal });
    let whole = NOTHING;
    for await (const { tag, offset, bytes, last: complete } of rangesOf(origin, groups, signal)) {
      if (offset === 0) whole = complete ? bytes : new Uint8Array(tag.size);
      if (whole !== bytes) whole.set(bytes, offset);
      if (complete) yield { member: tag, bytes: whole };
    }
  }

  /**
   * Where ranges are to be read from.
   * @param {Iterable<import('./ranges.js').Range>} list @param {Pick<ReadOptions, 'inside' | 'signal'>} options
   */
  async #plan(list, { inside, signal }) {
    if (inside === undefined) {
      const groups = plan(
        list,
        (references) => this.#meant(references),
        (index) => this.#aside.get(index),
      );
      return { origin: this.#origin, groups };
    }
    const outer = this.#member(inside);
    const { members, bodies, compression } = await this.#listing(outer, signal);
    const origin = this.#originOf(outer);
    origin.compression = compression;
    const groups = plan(
      list,
      (references) => membersMeant(members, members, '', references),
      (index) => bodies.get(index),
    );
    return { origin, groups };
  }

  /** A member as something to read an archive from. @param {Member} member */
  #originOf(member) {
    const bytes = this.#aside.get(member.index);
    return bytes ? this.#origin.over(bytes) : this.#origin.inside(member);
  }

  /**
   * The members of a member that is itself an archive: rootfs-diff.tar, volumes/x.tar …
   * @param {string | Member} name @param {{signal?: AbortSignal}} [options] @returns {Promise<Listing>}
   */
  async list(name, { signal } = {}) {
    if (this.#inner) return this.#inner.list(name, { signal });
    const { members, compression, error } = await this.#listing(this.#member(name), signal);
    return { members, compression, error };
  }

  /** A member as an archive, read again only if it has to be. @param {Member} member @param {AbortSignal} [signal] @returns {Promise<Archive>} */
  async #listing(member, signal) {
    const known = this.#nested.get(member.index);
    if (known) return known;
    const archive = await this.#originOf(member).archive({ signal, limits: this.#options.limits });
    this.#nested.set(member.index, archive);
    return archive;
  }

  /** @returns {Promise<import('./validate.js').Evidence>} */
  async [EVIDENCE]() {
    if (this.#inner) return this.#imageEvidence(this.#inner);
    const nested = [];
    /** @type {Record<string, unknown>[]} */
    const facts = [];
    for (const index of this.summary.inside) {
      const member = /** @type {Member} */ (this.#list().at(index));
      const name = this.#prefix ? member.name.slice(this.#prefix.length + 1) : member.name;
      const { members, compression, error } = await this.#listing(member);
      nested.push({ name, records: members.records() });
      facts.push({ name, compression, error: factsOf(error) });
    }
    return {
      facts: {
        ...archiveFacts(this.#archive),
        directory: this.#origin.input?.directory,
        nested: facts,
        logHead: this.#logHead,
      },
      files: this.files,
      records: this.#list().records(),
      nested,
      summary: this.#summary,
      prefix: this.#prefix,
    };
  }

  /** All members, also those outside of the directory. @returns {import('./archive-members.js').MemberList} */
  #list() {
    return this.members instanceof MembersBelow
      ? this.members.all
      : /** @type {any} */ (this.members);
  }

  /** @param {Checkpoint} inner @returns {Promise<import('./validate.js').Evidence>} */
  async #imageEvidence(inner) {
    const evidence = await inner[EVIDENCE]();
    const outer = archiveFacts(this.#archive);
    const manifest = this.#manifest;
    const { name = '', config = '', layers = 1, index } = manifest ?? {};
    const files = new Map([...this.#outerFiles, ...evidence.files]);
    /** @type {[string, Uint8Array | undefined][]} */
    const blobs = [
      [name, manifest?.bytes],
      [config, manifest?.configuration],
      [index?.name ?? '', index?.bytes],
    ];
    for (const [blob, bytes] of blobs) if (bytes && !files.has(blob)) files.set(blob, bytes);
    const image = {
      ...{ form: this.form, manifest: name, index: index?.name ?? '', config, layers },
      layer: this.image?.layer,
    };
    return {
      ...evidence,
      summary: undefined,
      files,
      facts: {
        ...evidence.facts,
        ...(outer.error ? { error: outer.error } : {}),
        directory: this.#origin.input?.directory,
        outerCompression: outer.compression,
        image,
      },
      imageRecords: this.#archive?.members.records(),
    };
  }

  /** The checkpoints inside: the containers of a pod, the checkpoint of an image; else none. @returns {Promise<Checkpoint[]>} */
  async containers() {
    if (this.#inner) return [this.#inner];
    if (this.form !== 'pod') return [];
    const found = [];
    for (const { directory, member } of podContainers(this.members, this.files)) {
      if (directory !== undefined) found.push(await this.#below(directory));
      else if (member) found.push(await this.#inside(member));
    }
    return found;
  }

  /**
   * What is in the images of the processes: reads them, and as much of the memory as command lines
   * and environments need.
   * @param {{previous?: Checkpoint | Checkpoint[], signal?: AbortSignal}} [options] previous: of an
   *   incremental dump, those before it, the latest first
   * @returns {Promise<Dump>} to be closed
   */
  async dump({ previous = [], signal } = {}) {
    const chain = [this, ...(Array.isArray(previous) ? previous : [previous])];
    /** @type {Dump | undefined} */
    let dump;
    for (let i = chain.length - 1; i >= 0; i--) {
      const checkpoint = chain[i].#inner ?? chain[i];
      if (!(checkpoint instanceof Checkpoint))
        throw new TypeError('previous: expected checkpoints, as openCheckpoint() gives them');
      const images = {
        prefix: checkpoint.#prefix,
        records: () => checkpoint.#list().records(),
        read: checkpoint.#readRanges.bind(checkpoint),
      };
      try {
        dump = await Dump.open(this.#core, images, { previous: dump, texts: i === 0, signal });
      } catch (error) {
        dump?.close();
        throw error;
      }
    }
    return /** @type {Dump} */ (dump);
  }

  /**
   * @param {import('./dump.js').Range[]} ranges
   * @param {(index: number, bytes: Uint8Array) => void} take
   * @param {AbortSignal} [signal]
   */
  async #readRanges(ranges, take, signal) {
    const names = new Set(ranges.map(({ member }) => member));
    /** @type {Map<string, Member>} */
    const found = new Map();
    for (const member of this.members)
      if (names.has(member.name) && member.type === 'file') found.set(member.name, member);
    /** @type {Map<number, Uint8Array>} */
    let bodies = this.#aside;
    if (!this.#origin.plain) {
      const whole = new Set();
      for (const { member } of ranges) {
        const { index = -1, size = 0 } = found.get(member) ?? {};
        if (size < READ_LIMIT) whole.add(index);
      }
      const decide = (/** @type {Member} */ member) => whole.has(member.index);
      if (whole.size > 0)
        bodies = (await this.#origin.archive({ decide, signal, limits: this.#options.limits }))
          .bodies;
    }
    for (const [i, { member: name, start, end }] of ranges.entries()) {
      const member = found.get(name);
      const bytes = member && bodies.get(member.index);
      if (bytes) take(i, bytes.subarray(start, end));
      else if (member)
        take(i, await this.read(member, { start, end: Math.min(end, member.size), signal }));
    }
  }

  /** Lets go of the file, if one is open. */
  async close() {
    this.#summary?.drop();
    if (this.#inner) this.#inner.#summary?.drop();
    await this.#origin.close();
  }
}

/**
 * @param {Core} core
 * @param {Blob | Uint8Array | Input} source
 * @param {OpenOptions} [options]
 * @returns {Promise<Checkpoint>}
 */
export async function openWith(core, source, options = {}) {
  const input = /** @type {Input} */ (sourceOf(/** @type {any} */ (source)));
  const name = options.name ?? /** @type {any} */ (source).name;
  const named = { ...options, name: typeof name === 'string' ? name : '' };
  try {
    options.signal?.throwIfAborted();
    return await Checkpoint.open(core, new Origin(core, input), named);
  } catch (error) {
    await input.close?.();
    throw error;
  }
}
