// SPDX-License-Identifier: Apache-2.0
// A table of one line for each thing, of which the page gets the rows it shows.

/** @typedef {import('../types.d.ts').Grid} Grid */
/** @typedef {import('./grids.js').Column} Column */

/** Rows that are looked at for how wide a column is. */
const MEASURED = 2000;
/** Characters of the widest column that takes no more than it needs. */
const WIDEST = 36;
/** Characters of a cell; beside it stands how many more there are. */
const LONGEST = 2000;

/**
 * @param {import('./shelf.js').Shelf} shelf emptied first
 * @param {object} table
 * @param {any[]} table.rows
 * @param {Column[]} table.columns
 * @param {(row: any) => import('../types.d.ts').GridRow['tone']} table.tone
 * @param {(row: any) => import('../types.d.ts').MemberPlace | undefined} [table.place]
 * @param {{text: string, keep?: (row: any) => boolean, row?: number}} how `row`: to be found in it
 * @param {number} [first] rows that are made at once
 * @returns {Pick<Grid, 'head' | 'seq' | 'total' | 'at'>}
 */
export function makeGrid(
  shelf,
  { rows, columns: all, tone, place },
  { text, keep, row: chosen },
  first,
) {
  // A column that would be empty in all rows takes room from the others.
  const columns = all.filter(
    ({ text: textOf, wide }) => wide || rows.some((row) => textOf(row) !== ''),
  );
  const wanted = text.toLowerCase();
  const cells = (/** @type {any} */ row) => columns.map((column) => column.text(row));
  /** @type {number[]} */
  const found = [];
  for (const [index, row] of rows.entries()) {
    if (keep && !keep(row)) continue;
    if (wanted !== '' && !cells(row).some((cell) => cell.toLowerCase().includes(wanted))) continue;
    found.push(index);
  }
  shelf.clear();
  const make = (/** @type {number} */ at) => {
    const row = rows[found[at]];
    return {
      id: found[at],
      cells: cells(row).map((cell) => cell.slice(0, LONGEST)),
      tone: tone(row),
      ...(place && { place: place(row) }),
    };
  };
  return {
    head: columns.map(({ title, right = false, wide = 0, mono = false, spare = 0 }, column) => ({
      title,
      right,
      mono,
      spare,
      width: wide > 0 ? -wide : widthOf(title, found, (at) => columns[column].text(rows[at])),
    })),
    seq: shelf.seq(found.length, make, first),
    total: rows.length,
    at: chosen === undefined ? -1 : found.indexOf(chosen),
  };
}

/** Characters that a column needs. @param {string} title @param {number[]} rows @param {(row: number) => string} text */
function widthOf(title, rows, text) {
  // Titles are bold, and not of the fixed pitch.
  let most = Math.ceil(title.length * 1.15);
  for (const row of rows.slice(0, MEASURED)) most = Math.max(most, text(row).length);
  return Math.min(most, WIDEST) + 1;
}
