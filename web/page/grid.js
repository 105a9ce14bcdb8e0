// SPDX-License-Identifier: Apache-2.0
// A table of which only the visible rows exist: one line for each thing, the columns named above it.
import { useEffect, useRef, useState } from 'preact/hooks';
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

/** Letters that a table has room for, once it is measured. @returns {[room: number, probe: any]} */
function useRoom() {
  const probe = useRef(/** @type {HTMLElement | null} */ (null));
  const [room, setRoom] = useState(Infinity);
  useEffect(() => {
    const measure = () => {
      const { current } = probe;
      const letters = /** @type {HTMLElement | undefined} */ (current?.firstElementChild);
      if (current && letters?.offsetWidth)
        setRoom(Math.floor((100 * current.clientWidth) / letters.offsetWidth));
    };
    const observer = new ResizeObserver(measure);
    if (probe.current) observer.observe(probe.current);
    return () => observer.disconnect();
  }, []);
  return [room, h('div', { class: 'room', ref: probe, 'aria-hidden': 'true' }, h('span', null))];
}

/** Which columns are shown: of those that can be spared as many as there is room for. @param {Grid['head']} head @param {number} room letters */
function columnsFor(head, room) {
  let shown = head.map((_, column) => column);
  const taken = () => least(shown.map((column) => head[column]));
  const spare = (/** @type {number} */ column) => head[column].spare ?? 0;
  while (taken() > room) {
    const next = shown.reduce((most, column) => (spare(column) > spare(most) ? column : most));
    if (spare(next) === 0) break;
    shown = shown.filter((column) => column !== next);
  }
  return shown;
}

/**
 * @param {object} props
 * @param {Pick<Grid, 'head' | 'seq' | 'at'>} props.grid
 * @param {string} props.label
 * @param {(row: GridRow) => boolean} [props.here] whether it is the one that is looked at
 * @param {boolean} [props.beside] the details of a row stand beside it: columns may go
 * @param {(row: GridRow) => void} props.choose
 */
export function GridList({ grid: { head: all, seq, at }, label, here, beside = false, choose }) {
  const [room, probe] = useRoom();
  const columns = columnsFor(all, beside ? room : Infinity);
  const head = columns.map((column) => all[column]);
  const style = {
    gridTemplateColumns: template(head),
    minWidth: `${least(head)}ch`,
  };
  const list = h(VirtualList, {
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
    about: (/** @type {GridRow} */ row) => (here?.(row) ? { 'aria-current': 'true' } : {}),
    make: (/** @type {GridRow} */ { cells, tone }) =>
      h(
        'span',
        { class: classes('grid-row', tone), style },
        columns.map((column) => {
          const { title, right, mono } = all[column];
          const cell = cells[column];
          return h(
            'span',
            {
              class: classes(right && 'right', mono && 'mono'),
              title: cell === '' ? null : `${title}: ${cell.trim()}`,
            },
            cell,
          );
        }),
      ),
  });
  return [probe, list];
}

/** How many rows there are. @param {{grid: Grid}} props */
export const RowCount = ({ grid: { seq, total } }) =>
  h('span', { class: 'quiet', role: 'status' }, G.rows(seq.total, total));
