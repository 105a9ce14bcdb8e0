// SPDX-License-Identifier: Apache-2.0
// Tables that go along with a page that is sent on, secrets out, and those that came with one.
import { maskSecrets } from '../../wasm/api/dump.js';
import { TABLES } from './grids.js';
import { makeGrid } from './grid.js';
import { Shelf } from './shelf.js';

/** @typedef {import('../types.d.ts').CarriedTable} CarriedTable */

/** @param {any} context @param {string} view @param {any[]} rows @returns {CarriedTable} */
export function tableOf(context, view, rows) {
  const mask = (/** @type {any} */ text) => maskSecrets(context.ckpt, text);
  const { columns, tone } = TABLES[view];
  const shelf = new Shelf();
  const how = { rows, columns: columns(context), tone };
  const { head, seq } = makeGrid(shelf, how, { text: '' }, rows.length);
  shelf.clear();
  return {
    view,
    head,
    rows: seq.rows.map((row) => ({ tone: row.tone, cells: row.cells.map(mask) })),
  };
}

const isText = (/** @type {unknown} */ value) => typeof value === 'string';
const TONES = ['warning', 'quiet', ''];

/** @param {any} table whether it is one @returns {table is CarriedTable} */
const isTable = (table) =>
  isText(table?.view) &&
  Object.hasOwn(TABLES, table.view) &&
  Array.isArray(table.head) &&
  table.head.every(
    (/** @type {any} */ column) => isText(column?.title) && Number.isFinite(column.width),
  ) &&
  Array.isArray(table.rows) &&
  table.rows.every(
    (/** @type {any} */ row) =>
      TONES.includes(row?.tone) &&
      Array.isArray(row.cells) &&
      row.cells.length === table.head.length &&
      row.cells.every(isText),
  );

/** The tables that came with a page. @param {unknown} given @returns {CarriedTable[]} */
export const tablesIn = (given) => (Array.isArray(given) ? given.filter(isTable) : []);

/** One of them as the page shows it. @param {Shelf} shelf @param {CarriedTable} table @param {string} text @returns {import('../types.d.ts').Grid} */
export function carriedGrid(shelf, { head, rows }, text) {
  const columns = head.map(({ title, right, mono, width }, index) => ({
    ...{ title, right: right === true, mono: mono === true, wide: width < 0 ? -width : 0 },
    text: (/** @type {any} */ { cells }) => cells[index],
  }));
  const tone = (/** @type {any} */ row) => row.tone;
  return { ...makeGrid(shelf, { rows, columns, tone }, { text }), notes: [], pids: [] };
}
