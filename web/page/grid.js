// SPDX-License-Identifier: Apache-2.0
// A table of which only the visible rows exist: one line for each thing, the columns named above it.
import { G } from '../text/dump.js';
import { classes, h } from './h.js';
import { VirtualList } from './rows.js';

/** @typedef {import('../types.d.ts').Grid} Grid */
/** @typedef {import('../types.d.ts').GridRow} GridRow */

/** Characters that a column has at least that shares what is left. */
const LEAST = 14;
/** Characters between columns. */
const GAP = 2;

/** The columns as CSS has them. @param {Grid['head']} head */
const template = (head) =>
  head
    .map(({ width }) => (width < 0 ? `minmax(${LEAST * -width}ch, ${-width}fr)` : `${width}ch`))
    .join(' ');

/** @param {Grid['head']} head */
const least = (head) =>
  head.reduce((sum, { width }) => sum + (width < 0 ? LEAST * -width : width) + GAP, 2);

/**
 * @param {object} props
 * @param {Pick<Grid, 'head' | 'seq' | 'at'>} props.grid
 * @param {string} props.label
 * @param {(row: GridRow) => boolean} [props.here] whether it is the one that is looked at
 * @param {(row: GridRow) => void} props.choose
 */
export function GridList({ grid: { head, seq, at }, label, here = () => false, choose }) {
  const style = {
    gridTemplateColumns: template(head),
    minWidth: `${least(head)}ch`,
  };
  return h(VirtualList, {
    seq,
    at,
    label,
    steady: true,
    class: 'grid',
    role: 'listbox',
    head: h(
      'div',
      { class: 'grid-row grid-head', style, 'aria-hidden': 'true' },
      head.map(({ title, right }) => h('span', { class: right ? 'right' : '' }, title)),
    ),
    choose,
    about: (/** @type {GridRow} */ row) => (here(row) ? { 'aria-current': 'true' } : {}),
    make: (/** @type {GridRow} */ { cells, tone }) =>
      h(
        'span',
        { class: classes('grid-row', tone), style },
        cells.map((cell, column) =>
          h(
            'span',
            {
              class: classes(head[column].right && 'right', head[column].mono && 'mono'),
              title: cell === '' ? null : `${head[column].title}: ${cell.trim()}`,
            },
            cell,
          ),
        ),
      ),
  });
}

/** How many rows there are. @param {{grid: Grid}} props */
export const RowCount = ({ grid: { seq, total } }) =>
  h('span', { class: 'quiet', role: 'status' }, G.rows(seq.total, total));
