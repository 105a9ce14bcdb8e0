// SPDX-License-Identifier: Apache-2.0
// Sequences: grown on request, or as a list that makes only the rows one can see.
import { T } from '../text.js';
import { h } from './dom.js';

/** @template Row @typedef {import('../types.d.ts').Seq<Row>} Seq */
/** @typedef {import('./ask.js').Ask} Ask */

/** Rows that are added at once. */
const PAGE = 200;

/**
 * Fills a container with the rows of a sequence; a button below it fetches more.
 * @template Row
 * @param {Ask} ask
 * @param {Seq<Row>} seq
 * @param {HTMLElement} container
 * @param {(row: Row) => Node} make
 * @returns {Node[] | Promise<Node[]>} the container, and the button; a promise if there were no rows yet
 */
export function moreRows(ask, { id, total, rows }, container, make) {
  let shown = 0;
  const add = (/** @type {Row[]} */ next) => {
    container.append(...next.map(make));
    shown += next.length;
    button.hidden = shown >= total;
    button.textContent = T.more(Math.min(PAGE, total - shown), total);
  };
  const fetch = async () => add(await ask('rows', { seq: id, from: shown, count: PAGE }));
  const button = h('button', { class: 'small more', type: 'button', onclick: fetch });
  if (rows.length > 0 || total === 0) {
    add(rows);
    return [container, button];
  }
  return fetch().then(() => [container, button]);
}

/** Browsers do not lay out elements that are much higher. */
const HIGHEST = 8_000_000;
/** Rows that are made above and below the visible ones. */
const MARGIN = 10;
const FETCH = 200;

/**
 * A list with rows of one height, of which only the visible ones exist.
 * @template Row
 * @param {Ask} ask
 * @param {Seq<Row>} seq
 * @param {{label: string, class: string, make: (row: Row, index: number) => Node}} options
 * @returns {{element: HTMLElement, show(index: number): void}} `show` brings a row into view
 */
export function virtualList(ask, seq, { label, class: className, make }) {
  const { id, total } = seq;
  /** @type {Map<number, Row[]>} */
  const pages = new Map();
  const canvas = h('div', { class: 'canvas', role: 'list' });
  const element = h(
    'div',
    { class: `rows ${className}`, tabindex: '0', role: 'group', 'aria-label': label },
    canvas,
  );
  let rowHeight = 0;
  let scheduled = false;

  /** The row at the top for where the scroll bar is, and back. */
  const height = () => Math.min(total * rowHeight, HIGHEST);
  const scale = () => {
    const way = height() - element.clientHeight;
    return way > 0 ? (total * rowHeight - element.clientHeight) / way : 1;
  };

  const row = (/** @type {number} */ index) => {
    if (index < seq.rows.length) return seq.rows[index];
    const number = Math.floor(index / FETCH);
    const page = pages.get(number);
    if (page) return page[index - number * FETCH];
    pages.set(number, []);
    if (pages.size > 50) pages.delete(/** @type {number} */ (pages.keys().next().value));
    ask('rows', { seq: id, from: number * FETCH, count: FETCH }).then((rows) => {
      pages.set(number, rows);
      schedule();
    });
    return undefined;
  };

  const draw = () => {
    scheduled = false;
    if (!element.isConnected || element.clientHeight === 0) return;
    if (rowHeight === 0) {
      const probe = h('div', { class: 'row' }, ' ');
      canvas.append(probe);
      rowHeight = probe.getBoundingClientRect().height || 20;
      canvas.style.height = `${height()}px`;
    }
    const top = element.scrollTop * scale();
    const first = Math.max(0, Math.floor(top / rowHeight) - MARGIN);
    const last = Math.min(total, Math.ceil((top + element.clientHeight) / rowHeight) + MARGIN);
    const offset = element.scrollTop - top;
    /** @type {Node[]} */
    const made = [];
    for (let index = first; index < last; index++) {
      const data = row(index);
      const line = h('div', {
        class: 'row',
        role: 'listitem',
        'aria-setsize': total,
        'aria-posinset': index + 1,
      });
      line.append(data === undefined ? '…' : make(data, index));
      line.style.transform = `translateY(${Math.round(index * rowHeight + offset)}px)`;
      made.push(line);
    }
    canvas.replaceChildren(...made);
  };
  const schedule = () => {
    if (scheduled) return;
    scheduled = true;
    requestAnimationFrame(draw);
  };
  element.addEventListener('scroll', schedule, { passive: true });
  new ResizeObserver(schedule).observe(element);
  return {
    element,
    show(index) {
      draw();
      const middle = index * rowHeight - element.clientHeight / 2;
      element.scrollTop = Math.max(0, middle) / scale();
      schedule();
    },
  };
}
