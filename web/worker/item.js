// SPDX-License-Identifier: Apache-2.0
// One thing to look at: a checkpoint in an archive, a folder, or some loose files. All are read as
// archives, so that one way of showing them serves all.
import { openCheckpoint } from '../../wasm/api/index.js';
import { isSecret } from '../../wasm/api/secrets.js';
import { A, F } from '../text.js';
import { W } from '../text/answer.js';
import { C, Q } from '../text/views.js';
import { changeColumns, changeTone, changesOf } from './changes.js';
import { areasOf } from './areas.js';
import { Desk } from './desk.js';
import { DumpDesk } from './dump-desk.js';
import { folderSource } from './folder.js';
import { makeGrid } from './grid.js';
import { frame } from './lines.js';
import { MemberTree } from './members.js';
import { make } from './make.js';
import { makeModel } from './model.js';
import { filesToCarry } from './carried-files.js';
import { carriedGrid } from './tables.js';
import { printOf } from './print.js';
import { makeReport } from './report.js';
import { listedSecrets, secretTable } from './secret-rows.js';
import { seek } from './seek.js';
import { sectionsOf } from './sections.js';
import { Shelf } from './shelf.js';
import { eventsOf, timelineSections } from './timeline.js';

/** @typedef {import('../types.d.ts').Span} Span */
/** @typedef {import('./sources.js').Source} Source */
/** @typedef {{model: import('../types.d.ts').Model, containers: Item[], took: number}} Read took: milliseconds */

/** How much the newest figure counts for the speed that is shown. */
const NEWEST = 0.3;
/** How much of a lone file is looked at to tell whether it is an image. */
const IMAGE_HEAD = 64 * 1024;
/** Bytes of a page. */
const PAGE = 4096;

/** The view whose files go along. */
const METADATA = 'metadata';

export class Item {
  name;
  size;
  print = '';
  #ckpt;
  #source;
  #blobSize;
  /** Present while it is read. @type {AbortController | null} */
  #stop = null;
  /** @type {AbortController | undefined} */
  #making;
  #read = 0;
  #last = { time: 0, read: 0, speed: 0 };
  /** @type {any} */
  #checkpoint;
  /** @type {import('../types.d.ts').Report | undefined} */
  #report;
  /** @type {import('./report.js').Secrets | undefined} */
  #secrets;
  /** Which findings are about each member, by name. @type {Map<string, number>} */
  #counts = new Map();
  /** @type {MemberTree | undefined} */
  #tree;
  #shelves = {
    model: new Shelf(),
    sections: new Shelf(),
    members: new Shelf(),
    changes: new Shelf(),
    secrets: new Shelf(),
  };
  /** What the container changed. @type {ReturnType<typeof changesOf> | undefined} */
  #changes;
  /** What is in the images. @type {DumpDesk | undefined} */
  #dump;
  /** Checkpoints before it, the latest first. @type {any[]} */
  #previous = [];
  /** @type {Desk | undefined} */
  #desk;
  /** @type {import('../types.d.ts').Model | undefined} */
  #model;
  /** @type {{target: string, reading: Promise<Read | null>} | undefined} */
  #begun;

  /** @param {any} ckpt @param {Source} source @param {any} [checkpoint] opened already */
  constructor(ckpt, source, checkpoint) {
    this.#ckpt = ckpt;
    this.#source = source;
    this.#checkpoint = checkpoint;
    this.name = source.name;
    this.#blobSize =
      source.archive?.size ?? source.files?.reduce((sum, { blob }) => sum + blob.size, 0) ?? 0;
    this.size = this.#blobSize > 0 || !checkpoint ? ckpt.byteToString(this.#blobSize) : '';
  }

  /** Takes the print of the file: of its size, its beginning and its end. */
  async readPrint() {
    const blob = this.#source.archive ?? this.#source.files?.[0]?.blob;
    if (blob) this.print = await printOf(blob).catch(() => '');
  }

  /** Begins to read before anybody waits for that: read() goes on with it. @param {import('../types.d.ts').TargetName} target */
  begin(target) {
    const reading = this.read(undefined, target);
    reading.catch(() => {}); // until it is waited for
    this.#begun = { target: JSON.stringify(target), reading };
  }

  /** @param {string} [kind] what to read the only file as @param {import('../types.d.ts').TargetName} [target] @returns {Promise<Read | null>} null: cancelled */
  async read(kind, target) {
    const begun = this.#begun;
    this.#begun = undefined;
    if (begun && kind === undefined && begun.target === JSON.stringify(target))
      return begun.reading;
    const stop = new AbortController();
    this.#stop?.abort();
    this.#stop = stop;
    this.#read = 0;
    const began = performance.now();
    this.#last = { time: began, read: 0, speed: 0 };
    this.#forget();
    try {
      const source = this.#source;
      if (kind && source.files) {
        source.kind = kind;
        source.files[0].path = kind;
      }
      if (source.archive || source.files)
        this.#checkpoint = await openCheckpoint(
          source.archive ?? folderSource(source.files ?? []),
          {
            name: this.name,
            signal: stop.signal,
            onProgress: ({ read }) => (this.#read = read),
          },
        );
      const checkpoint = this.#checkpoint;
      if (source.loose && source.files?.length === 1)
        source.image = await this.#imageText(source.files[0]);
      const report = await this.judge(target);
      const containers = checkpoint.form === 'pod' ? await checkpoint.containers() : [];
      stop.signal.throwIfAborted();
      const model = makeModel(
        { ckpt: this.#ckpt, shelf: this.#shelves.model },
        { checkpoint, report, source },
      );
      this.#model = model;
      return {
        model,
        took: Math.round(performance.now() - began),
        containers: containers.map(
          (/** @type {any} */ container) =>
            new Item(this.#ckpt, { name: container.name, loose: false, kind: '' }, container),
        ),
      };
    } catch (error) {
      if (stop.signal.aborted) return null;
      throw error;
    } finally {
      if (this.#stop === stop) this.#stop = null;
    }
  }

  /** The report for a target, which becomes that of the item. @param {import('../types.d.ts').TargetName} [target] */
  async judge(target) {
    const checkpoint = this.#checkpoint;
    const { report, secrets } = await makeReport(this.#ckpt, checkpoint, this.#source, {
      target,
      previous: this.#previous,
    });
    if (checkpoint !== this.#checkpoint) throw new Error(F.left);
    this.#report = report;
    this.#secrets = secrets;
    this.#counts.clear();
    for (const { member } of report.findings)
      this.#counts.set(member, (this.#counts.get(member) ?? 0) + 1);
    this.#tree = undefined;
    if (this.#model) this.#model = { ...this.#model, report };
    return report;
  }

  /**
   * Takes what its page maps refer to, and judges it with that.
   * @param {any[]} checkpoints those before it, the latest first @param {import('../types.d.ts').TargetName} [target]
   */
  goOnFrom(checkpoints, target) {
    this.#previous = checkpoints;
    this.dump.setPrevious(checkpoints);
    return this.judge(target);
  }

  /** What image of CRIU a lone file is, in words; '' if it is none. @param {import('../types.d.ts').Given} file */
  async #imageText({ path, blob }) {
    if (!path.endsWith('.img')) return '';
    const bytes = new Uint8Array(await blob.slice(0, IMAGE_HEAD).arrayBuffer());
    const { kind, text, id } = this.#ckpt.imageInfo(bytes, { name: path });
    return kind === 'PAGES' ? W.pages(text, Math.ceil(blob.size / PAGE), String(id)) : text;
  }

  cancel() {
    this.#stop?.abort();
    this.stopMaking();
  }

  close() {
    this.cancel();
    this.#forget();
    this.#checkpoint = undefined;
  }

  #forget() {
    this.#tree = undefined;
    this.#desk?.close();
    this.#desk = undefined;
    this.#dump?.close();
    this.#dump = undefined;
    this.#changes = undefined;
    this.#counts.clear();
    for (const shelf of Object.values(this.#shelves)) shelf.clear();
  }

  /** @returns {import('../types.d.ts').Progress | null} */
  progress() {
    if (!this.#stop) return null;
    const size = this.#blobSize;
    const read = Math.min(this.#read, size);
    const now = performance.now();
    const last = this.#last;
    if (now > last.time) {
      const newest = ((read - last.read) / (now - last.time)) * 1000;
      const speed = last.read === 0 ? newest : last.speed + (newest - last.speed) * NEWEST;
      this.#last = { time: now, read, speed };
    }
    const words = (/** @type {number} */ bytes) => this.#ckpt.byteToString(Math.round(bytes));
    const share = size > 0 ? read / size : 1;
    const text = [A.progress(words(read), words(size), share)];
    if (this.#last.speed > 0) text.push(A.speed(words(this.#last.speed)));
    return { share, text: text.join(' · ') };
  }

  /** The metadata for people. */
  sections() {
    const shelf = this.#shelves.sections;
    shelf.clear();
    const context = { ckpt: this.#ckpt, shelf, secrets: this.known.secrets };
    return sectionsOf(context, this.#checkpoint);
  }

  /** What was running. */
  get dump() {
    this.#dump ??= new DumpDesk(this.#ckpt, this.#checkpoint);
    return this.#dump;
  }

  /** A table. @param {{view: string, text: string, pid: number, row?: number}} how @returns {Promise<import('../types.d.ts').Grid>} */
  async grid(how) {
    const came = this.#came(how.view);
    if (came) return carriedGrid(this.#shelves.changes, came, how.text);
    if (how.view !== 'changes') return this.dump.grid(how);
    const { rows, notes } = await this.#changed();
    const columns = changeColumns(this.#ckpt);
    const place = (/** @type {import('./changes.js').Change} */ { index, inner, member }) =>
      member?.type === 'file' ? { index, inner } : undefined;
    return {
      ...makeGrid(this.#shelves.changes, { rows, columns, tone: changeTone, place }, how),
      notes: [...notes, C.hint],
      pids: [],
    };
  }

  /** A table that came with the page. @param {string} view */
  #came(view) {
    return this.#checkpoint?.tables?.find((/** @type {any} */ table) => table.view === view);
  }

  /** What goes along with a page, secrets out. @param {string[]} views @returns {Promise<import('../types.d.ts').Carried>} */
  async carried(views) {
    const wanted = views.filter((view) => view !== METADATA);
    const came = wanted.map((view) => this.#came(view)).filter(Boolean);
    const inside = came.length > 0 ? { tables: came, left: [] } : await this.dump.tables(wanted);
    const metadata = views.includes(METADATA) ? await filesToCarry(this.#checkpoint) : undefined;
    return {
      ...inside,
      ...(metadata && { metadata }),
      left: metadata === null ? [...inside.left, METADATA] : inside.left,
    };
  }

  /** The largest members. */
  areas() {
    return areasOf(this.#ckpt, this.#checkpoint.members);
  }

  #changed() {
    this.#changes ??= changesOf(this.#checkpoint);
    return this.#changes;
  }

  /** When what happened. */
  async timeline() {
    const { rows } = await this.#changed();
    const inside = rows.flatMap(({ member }) => (member ? [member] : []));
    return timelineSections(eventsOf(this.#checkpoint, inside), this.#model?.statistics ?? []);
  }

  /** Secrets that the report lists, and those that were searched for. @param {'start' | 'stop'} [deep] @returns {Promise<import('../types.d.ts').SecretsFound>} */
  async secrets(deep) {
    const { model, checkpoint } = this.known;
    if (deep === 'start') await this.dump.startSecrets();
    if (deep === 'stop') this.dump.stopSecrets();
    const search = this.#dump?.secrets;
    const shelf = this.#shelves.secrets;
    shelf.clear();
    /** @type {import('../types.d.ts').Section[]} */
    const sections = [];
    const add = (
      /** @type {string} */ title,
      /** @type {import('./secret-rows.js').Row[]} */ rows,
      /** @type {string[]} */ notes,
    ) =>
      sections.push({
        title,
        source: '',
        index: -1,
        blocks: [
          ...(rows.length > 0
            ? [secretTable(shelf, rows)]
            : [{ t: /** @type {const} */ ('note'), text: Q.none }]),
          ...notes.map((text) => ({ t: /** @type {const} */ ('note'), text })),
        ],
      });
    const cut = model.report.cut.filter(isSecret).reduce((sum, { count }) => sum + count, 0);
    add(Q.listed, listedSecrets(checkpoint, model.report), cut > 0 ? [Q.cut(cut)] : []);
    if (search?.state === 'done') {
      const { bytes = 0 } = search.left ?? {};
      add(Q.deep, search.rows, bytes > 0 ? [Q.left(this.#ckpt.byteToString(bytes))] : []);
    }
    const { state = 'none', message = '', share = 0 } = search ?? {};
    return { state, message, share, sections };
  }

  /** @param {{text: string, sort: import('../types.d.ts').MemberSort, toggle?: number}} how */
  members({ text, sort, toggle }) {
    this.#tree ??= new MemberTree(this.#ckpt, this.#checkpoint.members, this.#counts);
    if (toggle !== undefined) this.#tree.toggle(toggle);
    this.#shelves.members.clear();
    return this.#tree.rows(this.#shelves.members, text, sort);
  }

  /** Makes a file of it. @param {import('./make.js').Wanted} wanted @returns {Promise<import('./make.js').Made | null>} null: it was stopped */
  async make(wanted) {
    this.stopMaking();
    const stop = (this.#making = new AbortController());
    try {
      return await make(this.#checkpoint, () => this.dump.open(), wanted, stop.signal);
    } catch (error) {
      if (stop.signal.aborted) return null;
      throw error;
    }
  }

  stopMaking() {
    this.#making?.abort();
  }

  /** Searches names, values and what was running. @param {string} text */
  seek(text) {
    return seek(this.#checkpoint, text, {
      spans: (member) => this.#secretSpans(member),
      rows: async () => (this.#model?.images ? this.dump.seek(text) : []),
    });
  }

  /** @param {number[]} wanted which findings */
  frames(wanted) {
    return wanted.map((index) => {
      const came = this.#checkpoint.frames?.[index];
      if (came) return came;
      const finding = this.#report?.findings[index];
      const bytes = finding && this.#checkpoint.files.get(finding.member);
      if (!bytes || finding.offset === null || finding.line === null) return [];
      const { offset, line } = finding;
      if (offset > bytes.length) return [];
      const hidden = this.#secretSpans(finding.member);
      return frame(bytes, { offset, length: finding.length ?? 1, line }, hidden);
    });
  }

  /** Where secrets stand in a member. @param {string} member @returns {Span[]} */
  #secretSpans(member) {
    return this.#secrets?.spans(member) ?? [];
  }

  /** What is known of it once it was read. */
  get known() {
    if (!this.#model || !this.#secrets) throw new Error(F.left);
    return { model: this.#model, secrets: this.#secrets, checkpoint: this.#checkpoint };
  }

  /** Where its members are looked at. */
  get desk() {
    this.#desk ??= new Desk(this.#ckpt, this.#checkpoint, (member) => this.#secretSpans(member));
    return this.#desk;
  }
}
