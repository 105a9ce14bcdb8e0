// SPDX-License-Identifier: Apache-2.0
// Where one looks at what is in the images of one item: tables, memory, searching it.
import { F } from '../text.js';
import { G } from '../text/dump.js';
import { TABLES, detailsOf, mappingName, notesOf } from './grids.js';
import { boardOf } from './board.js';
import { dumpSections } from './dump.js';
import { Hunt, hitRow } from './hunt.js';
import { makeGrid } from './grid.js';
import { memoryRows } from './memory-rows.js';
import { sizeSections } from './usage.js';
import { deepSecrets } from './secret-rows.js';
import { Shelf } from './shelf.js';
import { tableOf } from './tables.js';
import { talksOf } from './talks.js';

/** @typedef {import('../types.d.ts').Grid} Grid */
/** @typedef {import('../types.d.ts').GridRow} GridRow */

/** Rows of a table that goes along with a page: of more, the cells would be above 5 MiB. */
const MOST_ROWS = 50_000;
/** Rows of one table that a search tells. */
const SOUGHT = 5;

export class DumpDesk {
  #ckpt;
  #checkpoint;
  /** @type {Promise<any> | undefined} */
  #dump;
  /** What comes before it, the latest first. @type {any[]} */
  #previous = [];
  #closed = false;
  #shelves = { sections: new Shelf(), grid: new Shelf(), bytes: new Shelf(), details: new Shelf() };
  /** The rows of each table. @type {Map<string, any[]>} */
  #rows = new Map();
  /** @type {Hunt | undefined} */
  #hunt;
  /** @type {{share: number} | undefined} */
  #usage;

  /**
   * The search for secrets, if there was one.
   * @type {{state: 'running' | 'done' | 'stopped' | 'failed', message: string, share: number,
   *   rows: import('./secret-rows.js').Row[], left: any, stop: AbortController} | undefined}
   */
  secrets;

  /** @param {any} ckpt @param {any} checkpoint */
  constructor(ckpt, checkpoint) {
    this.#ckpt = ckpt;
    this.#checkpoint = checkpoint;
  }

  close() {
    this.#closed = true;
    this.#drop();
    for (const shelf of Object.values(this.#shelves)) shelf.clear();
  }

  #drop() {
    this.#hunt?.stop();
    this.#hunt = undefined;
    this.stopSecrets();
    this.secrets = undefined;
    this.#rows.clear();
    this.#dump?.then(
      (dump) => dump.close(),
      () => {},
    );
    this.#dump = undefined;
  }

  /** What its page maps refer to. @param {any[]} checkpoints those before it, the latest first */
  setPrevious(checkpoints) {
    this.#previous = checkpoints;
    this.#drop();
  }

  /** The images, which are read when they are first asked for, and once. */
  async open() {
    this.#dump ??= this.#checkpoint.dump({ previous: this.#previous });
    const dump = await this.#dump;
    if (this.#closed) throw new Error(F.left);
    return dump;
  }

  /** @param {import('./shelf.js').Shelf} shelf */
  async #context(shelf) {
    return { ckpt: this.#ckpt, dump: await this.open(), shelf };
  }

  /** What could not be read, environments, credentials. */
  async sections() {
    const dump = await this.open();
    this.#shelves.sections.clear();
    return dumpSections(dump, { ckpt: this.#ckpt, shelf: this.#shelves.sections });
  }

  /** @param {string} view @param {any} context @returns {any[]} */
  #rowsOf(view, context) {
    if (!Object.hasOwn(TABLES, view)) throw new TypeError(`there is no table ${view}`);
    let rows = this.#rows.get(view);
    if (!rows) this.#rows.set(view, (rows = TABLES[view].rows(context)));
    return rows;
  }

  /**
   * A table.
   * @param {{view: string, text: string, pid: number, row?: number}} how pid: 0: of all processes
   * @returns {Promise<Grid>}
   */
  async grid({ view, text, pid, row: chosen }) {
    const shelf = this.#shelves.grid;
    const context = await this.#context(shelf);
    const rows = this.#rowsOf(view, context);
    // Of one process alone, the number of the process says nothing in each row.
    const all = TABLES[view].columns(context);
    const columns = pid === 0 ? all : all.filter(({ title }) => title !== G.titles.pid);
    const grid = makeGrid(
      shelf,
      { rows, columns, tone: TABLES[view].tone },
      { text, row: chosen, keep: pid === 0 ? undefined : (row) => row.pid === pid },
    );
    const pids = [...new Set(rows.map((row) => row.pid).filter(Boolean))];
    const names = new Map(context.dump.processes.map((/** @type {any} */ p) => [p.pid, p.comm]));
    return {
      ...grid,
      notes: notesOf(view, rows, context.dump),
      pids: view === 'mounts' ? [] : pids.map((id) => ({ id, name: wordsFor(names.get(id)) })),
    };
  }

  /** Tables to be taken along, secrets out; those with too many rows are left. @param {string[]} views */
  async tables(views) {
    if (views.length === 0) return { tables: [], left: [] };
    const context = await this.#context(this.#shelves.details);
    const fits = (/** @type {string} */ view) => this.#rowsOf(view, context).length <= MOST_ROWS;
    return {
      tables: views.filter(fits).map((view) => tableOf(context, view, this.#rowsOf(view, context))),
      left: views.filter((view) => !fits(view)),
    };
  }

  /** Rows of all tables that contain a text. @param {string} text @returns {Promise<import('../types.d.ts').Found['rows']>} */
  async seek(text) {
    const context = await this.#context(this.#shelves.details);
    const wanted = text.toLowerCase();
    /** @type {import('../types.d.ts').Found['rows']} */
    const found = [];
    for (const view of Object.keys(TABLES)) {
      const columns = TABLES[view].columns(context);
      let own = 0;
      for (const [row, value] of this.#rowsOf(view, context).entries()) {
        const cells = columns.map((column) => column.text(value)).filter((cell) => cell !== '');
        if (!cells.some((cell) => cell.toLowerCase().includes(wanted))) continue;
        found.push({ view, row, text: cells.join(' · ').slice(0, 300) });
        if (++own >= SOUGHT) break;
      }
    }
    return found;
  }

  /** All that is known of a row. @param {{view: string, row: number}} which @returns {Promise<import('../types.d.ts').Details>} */
  async details({ view, row: index }) {
    const shelf = this.#shelves.details;
    const context = await this.#context(shelf);
    if (view === 'search') return hitDetails(this.#hunt?.hits[index]);
    const row = this.#rowsOf(view, context)[index];
    if (!row) return { title: F.left, parts: [], bytes: null };
    const alive = view === 'processes' && row.state !== 'dead';
    shelf.clear();
    return {
      title: G.details[view](row),
      parts: detailsOf(context, view, row),
      bytes: view === 'memory' ? { row: index, offset: 0 } : null,
      ...(alive && { core: row.pid }),
    };
  }

  /** Who is inside, at a glance. */
  async board() {
    const context = await this.#context(this.#shelves.details);
    return boardOf(context, (view) => this.#rowsOf(view, context));
  }

  /** Who talks to whom. */
  async talks() {
    return talksOf(await this.open());
  }

  /** Begins to search for secrets wherever there may be some. */
  async startSecrets() {
    this.stopSecrets();
    const stop = new AbortController();
    /** @type {NonNullable<DumpDesk['secrets']>} */
    const search = { state: 'running', message: '', share: 0, rows: [], left: null, stop };
    this.secrets = search;
    const dump = await this.open();
    deepSecrets(this.#checkpoint, dump, {
      signal: stop.signal,
      onProgress: ({ read, size }) => (search.share = size > 0 ? read / size : 1),
    }).then(
      ({ rows, left }) => Object.assign(search, { state: 'done', rows, left }),
      (error) =>
        Object.assign(search, {
          state: stop.signal.aborted ? 'stopped' : 'failed',
          message: error.message,
        }),
    );
  }

  stopSecrets() {
    this.secrets?.stop.abort();
  }

  /** The mappings of a process as parts of one line. @param {{pid: number}} which 0: the first @returns {Promise<import('../types.d.ts').Strip>} */
  async strip({ pid }) {
    const context = await this.#context(this.#shelves.details);
    const rows = this.#rowsOf('memory', context);
    const own = pid || rows[0]?.pid;
    const words = (/** @type {bigint} */ n) => this.#ckpt.byteToString(n);
    let mapped = 0n;
    let stored = 0n;
    let previous = 0n;
    const parts = rows.flatMap((map, row) => {
      previous += map.missing + map.previous;
      if (map.pid !== own) return [];
      mapped += map.size;
      stored += map.stored;
      const { kind, perms, size } = map;
      return [
        {
          row,
          kind,
          perms,
          width: Math.max(1, Math.log2(Number(size)) - 10),
          share: size > 0n ? Number((map.stored * 1000n) / size) / 1000 : 0,
          title: `${mappingName(map).slice(0, 200)} · ${words(size)}`,
        },
      ];
    });
    return {
      pid: own ?? 0,
      parts,
      mapped: words(mapped),
      stored: words(stored),
      previous: previous > 0n,
    };
  }

  /** The bytes of a mapping. @param {{row: number, columns: number, offset: number}} which @returns {Promise<import('../types.d.ts').MemoryBytes>} */
  async bytes({ row, ...how }) {
    const context = await this.#context(this.#shelves.bytes);
    const map = this.#rowsOf('memory', context)[row];
    if (!map) throw new Error(F.left);
    this.#shelves.bytes.clear();
    return memoryRows(this.#ckpt, context.dump.memory, map, how, this.#shelves.bytes);
  }

  /** The mapping that an address lies in, as a place. @param {{pid: number, address: string}} where @returns {Promise<{row: number, offset: number} | null>} */
  async locate({ pid, address }) {
    const context = await this.#context(this.#shelves.details);
    const wanted = BigInt(address);
    const rows = this.#rowsOf('memory', context);
    const row = rows.findIndex((map) => map.pid === pid && map.start <= wanted && wanted < map.end);
    return row < 0 ? null : { row, offset: Number(wanted - rows[row].start) };
  }

  /** Begins to search memory; what was searched before is forgotten. @param {import('../types.d.ts').HuntQuery} query */
  async hunt(query) {
    const dump = await this.open();
    this.#hunt?.stop();
    this.#hunt = new Hunt(dump.memory, query);
  }

  /** How far that is. @param {{stop?: boolean, reveal: boolean}} what @returns {Promise<import('../types.d.ts').Hunted | null>} */
  async hunted({ stop, reveal }) {
    const hunt = this.#hunt;
    if (!hunt) return null;
    if (stop) hunt.stop();
    else await hunt.news();
    if (hunt !== this.#hunt) return null; // another was begun, or this one was closed
    const shelf = this.#shelves.bytes;
    const words = (/** @type {number} */ n) => this.#ckpt.byteToString(n);
    const { hits, state, message, left } = hunt;
    shelf.clear();
    return {
      state,
      message,
      share: hunt.share,
      read: words(hunt.read),
      size: words(hunt.size),
      left: left && { ...left, bytes: left.bytes > 0 ? words(left.bytes) : '' },
      seq: shelf.seq(hits.length, (index) =>
        hitRow(this.#ckpt, hits[index], index, { secret: hunt.secret, reveal }),
      ),
    };
  }

  /** @param {{pages: boolean}} how pages: also look into them @returns {Promise<import('../types.d.ts').Section[]>} */
  async usage({ pages }) {
    const shelf = this.#shelves.sections;
    const usage = { share: 0 };
    this.#usage = usage;
    const dump = pages ? await this.open() : undefined;
    const found = await dump?.memory.usage({
      onProgress: (/** @type {any} */ { read, size }) => (usage.share = size > 0 ? read / size : 1),
    });
    shelf.clear();
    return sizeSections({ ckpt: this.#ckpt, shelf }, this.#checkpoint, found);
  }

  /** From 0 to 1. */
  get usageShare() {
    return this.#usage?.share ?? 0;
  }
}

/** @param {any} text */
const wordsFor = (text) => (typeof text === 'string' ? text : '');

/** @param {any} hit @returns {import('../types.d.ts').Details} */
function hitDetails(hit) {
  if (!hit) return { title: F.left, parts: [], bytes: null };
  const { pid, address, mapping } = hit;
  /** @type {[string, import('../types.d.ts').Cell][]} */
  const rows = [
    [G.titles.address, { t: 'code', text: `0x${address.toString(16)}` }],
    [G.titles.perms, { t: 'code', text: mapping?.perms ?? '' }],
  ];
  return {
    title: G.details.search(hit),
    parts: [{ title: G.facts, blocks: [{ t: 'facts', rows }] }],
    bytes: { pid, address: `0x${address.toString(16)}` },
  };
}
