// SPDX-License-Identifier: Apache-2.0
// A checkpoint in whatever holds it: an archive, an image, a directory, a pod.
import { checkedOptions, kindOf, must } from '../border/arguments.js';
import { checkedLimits } from './budget.js';
import { layout } from '../border/archive-layout.js';
import { CheckpointError } from '../border/error.js';
import { digestsOf } from './digests.js';
import { Dump } from './dump.js';
import { MemberList } from './archive-members.js';
import { KEEPS, Keeper } from './keep.js';
import { archiveFacts, factsOf, nestedFacts } from './facts.js';
import { matchesPattern, MembersBelow, membersMeant } from './members.js';
import { blobsOf, layersOf, podArchives, podContainers } from './nested.js';
import { Origin } from './origin.js';
import { plan, rangesOf, wholes } from './ranges.js';
import { inputOf } from './sources.js';
import { KEPT, memberUse, Summary, USE } from './summary.js';

/**
 * @typedef {import('./archive.js').Archive} Archive
 * @typedef {import('./archive.js').ArchiveError} ArchiveError
 * @typedef {import('./archive.js').Member} Member
 * @typedef {import('./archive.js').Progress} Progress
 * @typedef {import('../border/core.js').Core} Core
 * @typedef {import('./origin.js').Input} Input
 * @typedef {import('./members.js').Members} Members
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
 * @property {import('./budget.js').Limits} [limits]
 * @property {'images' | 'processes'} [keep] what is kept of an archive that cannot be read in place: what
 *   dump({texts: false}) needs, or all that dump() needs, which then does not read it once more
 * @property {boolean} [hash] the SHA-256 of the file is wanted in reports. It is told of what is read whole, as
 *   compressed files are; nothing is read for it alone
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

/** The first byte and the one behind the last, as a range. @param {number} start @param {number} end */
function span(start = 0, end = Infinity) {
  const offset = Math.max(0, start);
  return { offset, length: end === Infinity ? undefined : Math.max(0, end - offset) };
}

const decoder = new TextDecoder();

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
  /** What was kept of large members. @type {Keeper | undefined} */
  #keeper;
  /** Archives inside that were read while streaming, by index. @type {Map<number, Archive>} */
  #nested = new Map();
  /** The members as they are in the archive: those that belong to it, and all. */
  #own = new MemberList();
  #all = this.#own;
  /** @type {Promise<Checkpoint[]> | undefined} */
  #containers;

  /** @param {Core} core @param {Origin} origin @param {OpenOptions} options */
  constructor(core, origin, options) {
    this.#core = core;
    this.#origin = origin;
    this.#options = options;
    this.name = options.name ?? '';
    this.members = this.#own;
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
    const { onProgress, signal } = this.#options;
    if (!read) await origin.probe(signal);
    let left = ASIDE_LIMIT;
    const { keep, hash } = this.#options;
    const keeper = keep && new Keeper(this.#core, keep, origin.input?.size === undefined);
    this.#keeper = keeper;
    const keepInside = (/** @type {Member} */ member) => keeper?.inside(member);
    /** What is done with a member of an archive that cannot be read again where it lies. @param {Member} member */
    const decide = (member, /** @type {any} */ reader) => {
      if (member.type !== 'file') return false;
      const use = memberUse(exports, member.name, member.size);
      if (use === USE.keep && member.size <= left) {
        left -= member.size;
        return true;
      }
      if (use === USE.list) return { archive: {} };
      if (use === USE.archive)
        return { archive: { want: KEPT.names, hash, ...(keeper && { decide: keepInside }) } };
      return keeper?.decide(member, reader) ?? false;
    };
    const archive =
      read ??
      (await origin.archive(
        { onProgress, signal, hash, want: KEPT.names, decide: origin.plain ? undefined : decide },
        (piece) => keeper?.take(piece),
      ));
    this.#archive = archive;
    origin.compression = archive.compression;
    this.compression = archive.compression;
    this.members = this.#own = this.#all = archive.members;
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
      const name = this.#all.at(index)?.name ?? '';
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

  /** @param {{info: Record<string, number>}} archive */
  #summarize(archive) {
    const summary = new Summary(this.#core.exports, this.#prefix);
    summary.keep();
    this.#summary = summary;
    summary.addRecords(this.#own.records());
    summary.addFiles(this.files);
    const size = this.#origin.input?.size ?? archive.info.source_read ?? 0;
    this.summary = summary.finish(size, this.#origin.input?.directory ?? false);
    this.form = this.summary.form;
  }

  /** Finds the layer that holds a checkpoint, and shows that. */
  async #openImage() {
    const { found, stopped, named } = await layersOf({
      members: this.members,
      json: (member) => this.#small(member),
      wish: (member) => memberUse(this.#core.exports, member.name, member.size),
      addIndex: (bytes) => this.#addIndex(bytes),
      open: (member) => this.#inside(member),
    });
    this.error ??= stopped;
    this.#manifest = found?.manifest ?? named;
    if (!found) return;
    const { checkpoint, member, annotations } = found;
    this.#inner = checkpoint;
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
    const options = { name: member.name, signal: this.#options.signal, hash: this.#options.hash };
    const bytes = this.#aside.get(member.index);
    if (bytes) return Checkpoint.open(this.#core, this.#origin.over(bytes), options);
    const origin = this.#origin.inside(member);
    return Checkpoint.open(this.#core, origin, options, this.#nested.get(member.index));
  }

  /**
   * The checkpoint in a directory of this archive.
   * @param {string} directory @param {MemberList} own the members below it
   */
  async #below(directory, own) {
    const { maxKept = layout.maxKept } = this.#origin.limits;
    const options = { ...this.#options, name: directory };
    const checkpoint = new Checkpoint(this.#core, this.#origin, options);
    checkpoint.#prefix = directory;
    checkpoint.#own = own;
    checkpoint.#all = this.#all;
    checkpoint.#nested = this.#nested;
    checkpoint.#aside = this.#aside;
    checkpoint.#keeper = this.#keeper;
    checkpoint.compression = this.compression;
    checkpoint.error = this.error;
    checkpoint.members = new MembersBelow(own, directory);
    const names = new Set(KEPT.names.map((name) => `${directory}/${name}`));
    /** @type {Map<number, Uint8Array>} */
    const bodies = new Map();
    const list = [];
    for (const member of own.filesNamed(names).values()) {
      const kept = this.#aside.get(member.index);
      if (kept) bodies.set(member.index, kept);
      else if (
        this.#origin.plain &&
        member.size <= maxKept &&
        this.#origin.budget.keep(member.size)
      )
        list.push({ member });
    }
    const { signal } = this.#options;
    const groups = plan(list, (found) => checkpoint.#meant(found));
    for await (const { member, bytes } of wholes(rangesOf(this.#origin, groups, signal)))
      bodies.set(member, bytes);
    checkpoint.#keep(bodies);
    checkpoint.#summarize({ info: {} });
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
    return membersMeant({ named: this.#own, all: this.#all, prefix }, references);
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
    for await (const { bytes } of wholes(rangesOf(origin, groups, signal))) return bytes;
    return NOTHING;
  }

  /**
   * One member, piece by piece; as `read`, without a limit.
   * @param {string | Member} name @param {ReadOptions} [options] @returns {AsyncGenerator<Uint8Array>}
   */
  async *stream(name, options) {
    const { start, end, inside, signal } = checkedOptions(options, READ_OPTIONS, 'stream');
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
  async *ranges(list, options) {
    const { signal, inside } = checkedOptions(options, RANGES_OPTIONS, 'ranges');
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
  async *readAll(which, options) {
    const checked = checkedOptions(options, READ_ALL_OPTIONS, 'readAll');
    const { signal, limit = READ_LIMIT } = checked;
    if (typeof which !== 'function' && typeof which !== 'string')
      throw new TypeError(`readAll takes a pattern or a function, not ${kindOf(which)}`);
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
    for await (const { tag, bytes } of wholes(rangesOf(origin, groups, signal)))
      yield { member: tag, bytes };
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
        (index, start, end) => this.#keeper?.part(index, start, end),
      );
      return { origin: this.#origin, groups };
    }
    const outer = this.#member(inside);
    const { members, bodies, compression } = await this.#listing(outer, signal);
    const origin = this.#originOf(outer);
    origin.compression = compression;
    const groups = plan(
      list,
      (references) => membersMeant({ named: members, all: members, prefix: '' }, references),
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
  async list(name, options) {
    const { signal } = checkedOptions(options, { signal: must.signal }, 'list');
    if (this.#inner) return this.#inner.list(name, { signal });
    const { members, compression, error } = await this.#listing(this.#member(name), signal);
    return { members, compression, error };
  }

  /** A member as an archive, read again only if it has to be. @param {Member} member @param {AbortSignal} [signal] @returns {Promise<Archive>} */
  async #listing(member, signal) {
    const known = this.#nested.get(member.index);
    if (known) return known;
    const archive = await this.#originOf(member).archive({ signal });
    this.#nested.set(member.index, archive);
    return archive;
  }

  /** The images alone, without memory; undefined if there are none that could be read. */
  async #images() {
    const images = {
      prefix: this.#prefix,
      records: () => this.#own.records(),
      ranges: (
        /** @type {import('./ranges.js').Range[]} */ list,
        /** @type {AbortSignal | undefined} */ abort,
      ) => this.ranges(list, { signal: abort }),
    };
    if (this.#archive?.error && !this.#origin.plain) return undefined;
    return Dump.open(this.#core, images, { texts: false });
  }

  /** @param {boolean} digests whether digests are checked of large parts, too @returns {Promise<import('./validate.js').Evidence>} */
  async [EVIDENCE](digests) {
    if (this.#inner) return this.#imageEvidence(this.#inner, digests);
    const nested = [];
    /** @type {Record<string, unknown>[]} */
    const facts = [];
    for (const index of this.summary.inside) {
      const member = /** @type {Member} */ (this.#all.at(index));
      const name = this.#prefix ? member.name.slice(this.#prefix.length + 1) : member.name;
      const archive = await this.#listing(member);
      nested.push({ name, records: archive.members.records() });
      facts.push(nestedFacts(name, archive));
    }
    const own = archiveFacts(this.#archive, this.#origin.input?.size);
    // Of what is around it, or of a layer in which a checkpoint may be.
    const other = own.error ? undefined : factsOf(this.error);
    // Of an image without a checkpoint in it, the manifest may tell why.
    const { name: manifest, bytes } = this.#manifest ?? {};
    const files = bytes && manifest ? new Map([...this.files, [manifest, bytes]]) : this.files;
    return {
      facts: {
        ...own,
        ...(other && { error: { ...other, around: this.#archive === undefined } }),
        ...(bytes && { image: { manifest } }),
        directory: this.#origin.input?.directory,
        nested: facts,
        logHead: this.#logHead,
        digests: await this.#digests(podArchives(this.#own, this.files), digests),
      },
      files,
      records: this.#own.records(),
      nested,
      summary: bytes ? undefined : this.#summary,
      prefix: this.#prefix,
      dump: await this.#images(),
    };
  }

  /** @param {Member[]} members @param {boolean} all */
  #digests(members, all) {
    const source = {
      exports: this.#core.exports,
      kept: (/** @type {Member} */ { index }) => this.#aside.get(index),
      read: (/** @type {Member} */ { index }) => this.#nested.get(index)?.sha256 ?? '',
      plain: this.#origin.plain,
      all,
      stream: (/** @type {Member} */ member) => this.#contentOf(member),
    };
    return digestsOf(source, members);
  }

  /** A member of what is around an image, too. @param {Member} member */
  async *#contentOf(member) {
    const groups = plan([{ member }], (references) => this.#meant(references));
    for await (const { bytes } of rangesOf(this.#origin, groups, this.#options.signal)) yield bytes;
  }

  /** @param {Checkpoint} inner @param {boolean} digests @returns {Promise<import('./validate.js').Evidence>} */
  async #imageEvidence(inner, digests) {
    const evidence = await inner[EVIDENCE](digests);
    const outer = archiveFacts(this.#archive, this.#origin.input?.size);
    const manifest = this.#manifest;
    const { name = '', config = '', layers = 1, index } = manifest ?? {};
    const other = evidence.facts.error ? undefined : factsOf(this.error);
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
        ...(outer.error ? outer : other && { error: other }),
        directory: this.#origin.input?.directory,
        outerCompression: outer.compression,
        sha256: outer.sha256,
        digests: await this.#digests(blobsOf(this.#own, manifest), digests),
        image,
      },
      imageRecords: this.#archive?.members.records(),
    };
  }

  /** The checkpoints inside: the containers of a pod, the checkpoint of an image; else none. They are closed with it. @returns {Promise<Checkpoint[]>} */
  containers() {
    if (this.#inner) return Promise.resolve([this.#inner]);
    if (this.form !== 'pod') return Promise.resolve([]);
    return (this.#containers ??= this.#openContainers().catch((error) => {
      this.#containers = undefined; // it may be tried again
      throw error;
    }));
  }

  async #openContainers() {
    const found = [];
    const containers = podContainers(this.#own, this.files);
    const directories = containers.flatMap(({ directory = [] }) => directory);
    const lists = this.#own.below(directories);
    for (const { directory, member } of containers) {
      const own = directory !== undefined && lists.get(directory);
      if (own) found.push(await this.#below(directory, own));
      else if (member) found.push(await this.#inside(member));
    }
    return found;
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
    if (this.#inner) yield* this.#inner.tar({ stored, inside, signal });
    else if (inside !== undefined) {
      const origin = this.#originOf(this.#member(inside));
      yield* stored ? origin.stored(signal) : origin.tar(signal);
    } else if (this.#prefix) throw new TypeError('this checkpoint is a folder of an archive');
    else yield* stored ? this.#origin.stored(signal) : this.#origin.tar(signal);
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
    const chain = [this, ...(Array.isArray(previous) ? previous : [previous])];
    /** @type {Dump | undefined} */
    let dump;
    for (let i = chain.length - 1; i >= 0; i--) {
      const checkpoint = chain[i].#inner ?? chain[i];
      if (!(checkpoint instanceof Checkpoint))
        throw new TypeError('previous: expected checkpoints, as openCheckpoint() gives them');
      const images = {
        prefix: checkpoint.#prefix,
        records: () => checkpoint.#own.records(),
        ranges: (
          /** @type {import('./ranges.js').Range[]} */ list,
          /** @type {AbortSignal | undefined} */ abort,
        ) => checkpoint.ranges(list, { signal: abort }),
      };
      try {
        dump = await Dump.open(this.#core, images, {
          previous: dump,
          texts: texts && i === 0,
          signal,
        });
      } catch (error) {
        dump?.close();
        throw error;
      }
    }
    return /** @type {Dump} */ (dump);
  }

  /** Lets go of the file, if one is open, and of what the core knows. Containers are closed with it. */
  async close() {
    this.#summary?.drop();
    if (this.#inner) this.#inner.#summary?.drop();
    const containers = await this.#containers?.catch(() => []);
    for (const container of containers ?? []) container.#summary?.drop();
    await this.#origin.close();
  }
}

// `await using`, where that exists.
Object.defineProperty(
  Checkpoint.prototype,
  Symbol.asyncDispose ?? Symbol.for('Symbol.asyncDispose'),
  { value: Checkpoint.prototype.close, configurable: true, writable: true },
);

/** @param {any} options @throws {TypeError} if one is not known, or of another type */
export const checkedOpenOptions = (options) =>
  checkedOptions(options, OPEN_OPTIONS, 'openCheckpoint');

/**
 * @param {Core} core
 * @param {any} source
 * @param {OpenOptions} [options]
 * @returns {Promise<Checkpoint>}
 */
export async function openWith(core, source, options = {}) {
  checkedOpenOptions(options);
  if (options.keep !== undefined && !KEEPS.includes(options.keep))
    throw new TypeError(`keep: expected ${KEEPS.join(' or ')}, not ${String(options.keep)}`);
  const limits = checkedLimits(options.limits);
  options.signal?.throwIfAborted();
  const input = inputOf(source);
  const name = options.name ?? source.name;
  const named = { ...options, name: typeof name === 'string' ? name : '' };
  try {
    return await Checkpoint.open(core, new Origin(core, input, { limits }), named);
  } catch (error) {
    // What does not answer is not waited for.
    const closed = Promise.resolve(input.close?.()).catch(() => {});
    if (!options.signal?.aborted) await closed;
    throw error;
  }
}

const RANGES_OPTIONS = { inside: must.any, signal: must.signal };
const READ_OPTIONS = { ...RANGES_OPTIONS, start: must.place, end: must.place };
const READ_ALL_OPTIONS = { signal: must.signal, limit: must.count };
const TAR_OPTIONS = { stored: must.flag, inside: must.any, signal: must.signal };
const DUMP_OPTIONS = { previous: must.any, texts: must.flag, signal: must.signal };
const OPEN_OPTIONS = {
  name: must.text,
  hash: must.flag,
  onProgress: must.call,
  signal: must.signal,
  limits: must.object,
  keep: must.any,
};
