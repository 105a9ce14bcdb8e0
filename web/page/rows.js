// SPDX-License-Identifier: Apache-2.0
// A list with rows of one height, of which only the visible ones exist.
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import { T } from '../text.js';
import { api } from './api.js';
import { classes, h } from './h.js';

/** @template Row @typedef {import('../types.d.ts').Seq<Row>} Seq */

/** Browsers do not lay out elements that are much higher. */
const HIGHEST = 8_000_000;
/** Rows that are made above and below the visible ones. */
const MARGIN = 12;
/** Rows that are fetched at once, and how many times that is kept. */
const FETCH = 200;
const PAGES = 50;

/**
 * The rows of a sequence, of which the worker has most.
 * @template Row
 */
class Rows {
  #seq;
  #arrived;
  /** @type {Map<number, Row[]>} */
  #pages = new Map();
  /** What stands there until the rows arrive. @type {Rows<Row> | undefined} */
  #before;
  /** Pages that are on their way. @type {Set<number>} */
  #asked = new Set();

  /** @param {Seq<Row>} seq @param {() => void} arrived is called when there are more @param {Rows<Row>} [before] */
  constructor(seq, arrived, before) {
    this.#seq = seq;
    this.#arrived = arrived;
    this.#before = before;
    if (before) before.#before = undefined;
  }

  /** @param {number} index @param {boolean} [ask] for what is not here @returns {Row | undefined} undefined: it is on its way */
  at(index, ask = true) {
    const { id, rows } = this.#seq;
    if (index < rows.length) return rows[index];
    const number = Math.floor(index / FETCH);
    const page = this.#pages.get(number);
    if (page) return page[index - number * FETCH] ?? this.#before?.at(index, false);
    if (!ask) return this.#before?.at(index, false);
    this.#pages.set(number, []);
    this.#asked.add(number);
    if (this.#pages.size > PAGES)
      this.#pages.delete(/** @type {number} */ (this.#pages.keys().next().value));
    api.rows({ seq: id, from: number * FETCH, count: FETCH }).then(
      (found) => {
        this.#asked.delete(number);
        this.#pages.set(number, /** @type {Row[]} */ (found));
        this.#arrived();
      },
      () => {
        this.#asked.delete(number);
        this.#arrived();
      },
    );
    return this.#before?.at(index, false);
  }

  /** Rows are on their way. */
  get waiting() {
    return this.#asked.size > 0;
  }
}

/** Arrow down and Enter in the field above a list lead into it. @param {any} event a key in the field @param {string} box what both are in @param {string} [into] what takes the focus there */
export function intoRows(event, box, into = '.rows') {
  if (event.key !== 'ArrowDown' && event.key !== 'Enter') return;
  const list = event.currentTarget.closest(box)?.querySelector(into);
  if (!list) return;
  event.preventDefault();
  list.focus();
}

/**
 * Arrow keys, Page Up and Down, Home and End move the active row; Enter chooses it.
 * @template Row
 * @param {object} props
 * @param {Seq<Row>} props.seq
 * @param {string} props.label
 * @param {string} props.class
 * @param {(row: Row, index: number) => import('./h.js').Children} props.make
 * @param {number} [props.at] a row to bring into view
 * @param {'list' | 'tree' | 'listbox'} [props.role]
 * @param {(row: Row) => Record<string, any>} [props.about] more attributes of a row
 * @param {(row: Row, index: number) => void} [props.choose] there is an active row
 * @param {(index: number) => void} [props.moved] there is an active row, now this one
 * @param {boolean} [props.steady] another sequence shows the same rows in another way
 * @param {(event: KeyboardEvent, row: Row, index: number) => void} [props.keys] more keys
 * @param {any} [props.head] what stays above the rows
 */
export function VirtualList(props) {
  const {
    seq,
    label,
    class: name,
    make,
    at = -1,
    role,
    about,
    choose,
    moved,
    steady,
    keys,
    head,
  } = props;
  const { total } = seq;
  const box = useRef(/** @type {HTMLDivElement | null} */ (null));
  const [, redraw] = useState(0);
  const again = () => redraw((n) => n + 1);
  const known = useRef(/** @type {{seq: Seq<Row>, rows: Rows<Row>} | null} */ (null));
  if (known.current?.seq !== seq)
    known.current = { seq, rows: new Rows(seq, again, steady ? known.current?.rows : undefined) };
  const walks = choose !== undefined || moved !== undefined;
  const { rows } = known.current;
  const [rowHeight, setRowHeight] = useState(22);
  const [active, setActive] = useState(Math.max(0, at));
  const element = box.current;
  const room = element?.clientHeight ?? 400;
  const height = Math.min(total * rowHeight, HIGHEST);
  // The row at the top for where the scroll bar is, and back.
  const way = height - room;
  const scale = way > 0 ? (total * rowHeight - room) / way : 1;
  const scroll = element?.scrollTop ?? 0;
  const top = scroll * scale;
  const first = Math.max(0, Math.min(total, Math.floor(top / rowHeight)) - MARGIN);
  const last = Math.min(total, Math.ceil((top + room) / rowHeight) + MARGIN);

  const show = (/** @type {number} */ index, middle = false) => {
    if (!element) return;
    const start = index * rowHeight;
    let to = top;
    if (middle) to = start - room / 2;
    else if (start < top) to = start;
    else if (start + rowHeight > top + room) to = start + rowHeight - room;
    element.scrollTop = Math.max(0, to) / scale;
  };
  useLayoutEffect(() => {
    const row = box.current?.querySelector('.row');
    const measured = row?.getBoundingClientRect().height;
    if (measured && Math.abs(measured - rowHeight) > 0.1) setRowHeight(measured);
  });
  useEffect(() => {
    const observer = new ResizeObserver(again);
    if (box.current) observer.observe(box.current);
    return () => observer.disconnect();
  }, []);
  useLayoutEffect(() => {
    if (at < 0) return;
    show(at, true);
    setActive(at);
    moved?.(at);
  }, [seq, at, rowHeight]);

  const move = (/** @type {number} */ to) => {
    const next = Math.max(0, Math.min(total - 1, to));
    setActive(next);
    moved?.(next);
    show(next);
  };
  const page = Math.max(1, Math.floor(room / rowHeight) - 1);
  const onKeyDown = (/** @type {KeyboardEvent} */ event) => {
    /** @type {Record<string, number>} */
    const steps = { ArrowDown: 1, ArrowUp: -1, PageDown: page, PageUp: -page };
    const step = steps[event.key];
    const row = rows.at(active);
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (step !== undefined) move(active + step);
    else if (event.key === 'Home') move(0);
    else if (event.key === 'End') move(total - 1);
    else if (event.key === 'Enter' && choose && row !== undefined) choose(row, active);
    else {
      if (row !== undefined) keys?.(event, row, active);
      return;
    }
    event.preventDefault();
  };

  const lines = [];
  const offset = scroll - top;
  const itemRole = role === 'tree' ? 'treeitem' : role === 'listbox' ? 'option' : 'listitem';
  const id = `rows-${label.replace(/\W+/g, '-')}`;
  for (let index = first; index < last; index++) {
    const row = rows.at(index);
    lines.push(
      h(
        'div',
        {
          key: index,
          id: `${id}-${index}`,
          class: classes('row', walks && index === active && 'active'),
          role: itemRole,
          'aria-setsize': total,
          'aria-posinset': index + 1,
          style: { transform: `translateY(${Math.round(index * rowHeight + offset)}px)` },
          ...(walks && {
            'aria-selected': index === active,
            onClick: () => {
              setActive(index);
              moved?.(index);
              if (row !== undefined) choose?.(row, index);
            },
          }),
          ...(row !== undefined && about?.(row)),
        },
        row === undefined ? '…' : make(row, index),
      ),
    );
  }
  return h(
    'div',
    {
      class: classes('rows', name),
      ref: box,
      tabindex: 0,
      role: role ?? 'group',
      'aria-label': label,
      'aria-busy': rows.waiting ? 'true' : null,
      ...(walks &&
        active >= first &&
        active < last && { 'aria-activedescendant': `${id}-${active}` }),
      onScroll: again,
      onKeyDown: walks ? onKeyDown : undefined,
    },
    head,
    total === 0
      ? h('p', { class: 'quiet' }, T.nothingFound)
      : h(
          'div',
          {
            class: 'canvas',
            role: role ? 'presentation' : 'list',
            style: { height: `${height}px` },
          },
          lines,
        ),
  );
}
