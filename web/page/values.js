// SPDX-License-Identifier: Apache-2.0
// One value on the page; nested ones are opened level by level, and lists grow on request.
import { useState } from 'preact/hooks';
import { T } from '../text.js';
import { api } from './api.js';
import { during } from './busy.js';
import { Copy } from './copy.js';
import { current, go } from './store.js';
import { h } from './h.js';
import { useAnswer } from './hooks.js';

/** @typedef {import('../types.d.ts').Cell} Cell */
/** @typedef {import('../types.d.ts').TreeRow} TreeRow */
/** @template Row @typedef {import('../types.d.ts').Seq<Row>} Seq */

const local = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'long' });
/** @param {number} ms */
const utc = (ms) => new Date(ms).toISOString().slice(0, 19).replace('T', ' ');
/** A time in UTC. */
const UTC = /^(\d{4}-\d\d-\d\d)T(\d\d:\d\d:\d\d)(\.\d+)?Z$/;
/** How much more of a long text is shown at once. */
const PIECE = 32 * 1024;
/** More lines than this are not shown at once. */
const FEW = 3;
/** Hexadecimal digits that are left of a digest. */
const SHORT = 12;
/** Rows that are added at once. */
const PAGE = 200;

/** @param {{cell: Cell}} props @returns {any} */
export function Value({ cell }) {
  if (typeof cell === 'string') return h('span', null, cell);
  const list = (/** @type {string} */ name, /** @type {Cell[]} */ items) =>
    h(
      'ul',
      { class: name },
      items.map((item) => h('li', null, h(Value, { cell: item }))),
    );
  switch (cell.t) {
    case 'time':
      return timeNode(cell);
    case 'figure':
      return h('span', null, cell.text, ' ', h('span', { class: 'exact' }, cell.exact));
    case 'id':
      return idNode(cell.text);
    case 'secret':
      return h(Secret, cell);
    case 'long':
      return h(Long, cell);
    case 'code':
      return h('code', null, cell.text);
    case 'link':
      return h(Link, cell);
    case 'none':
      return h('span', { class: 'quiet' }, cell.text);
    case 'tags':
      return list('tags', cell.items);
    case 'lines':
      if (cell.items.length <= FEW) return list('plain', cell.items);
      return h(
        'div',
        null,
        list('plain', cell.items.slice(0, FEW - 1)),
        h(
          'details',
          null,
          h('summary', { class: 'quiet' }, T.evenMore(cell.items.length - FEW + 1)),
          list('plain', cell.items.slice(FEW - 1)),
        ),
      );
    case 'change':
      return h('span', { class: `change ${cell.change}` }, cell.text);
    case 'tree':
      return h(TreeRows, { seq: { id: 0, total: 1, rows: [cell.node] }, root: T.embedded });
  }
}

/** @param {Extract<Cell, {t: 'link'}>} props */
function Link({ text, to }) {
  const open = async () => {
    if (!('pid' in to)) return go({ view: 'files', ...to });
    const place = await during(api.locate({ item: current()?.id ?? 0, ...to })).catch(() => null);
    if (place) go({ view: 'memory', index: place.row, offset: place.offset, length: 1 });
  };
  return h('button', { type: 'button', class: 'link', onClick: open }, h('code', null, text));
}

/** UTC first, as in logs; what the file says beside it if that is in another zone. @param {Extract<Cell, {t: 'time'}>} cell */
function timeNode({ exact, ms, ns }) {
  const known = Math.abs(ms) <= 8.64e15; // what a Date can hold
  const [, day, time, fraction = ''] = UTC.exec(exact) ?? [];
  return h(
    'time',
    { datetime: exact, title: known ? T.localTime(local.format(ms)) : null },
    day !== undefined
      ? [
          `${day} ${time}`,
          /[1-9]/.test(fraction) && h('span', { class: 'exact' }, fraction),
          ` ${T.utc}`,
        ]
      : [known && `${utc(ms)} ${T.utc} `, h('span', { class: 'exact' }, exact)],
    ns !== undefined && h('span', { class: 'exact' }, ` · ${ns}`),
  );
}

/** A text with its digests shortened. @param {string} text */
function idNode(text) {
  const short = text
    .slice(0, 1000)
    .replace(/[0-9a-f]{33,}/g, (digits) => `${digits.slice(0, SHORT)}…`);
  return h(
    'span',
    { class: 'id' },
    h('code', { title: text.slice(0, 1000) }, short),
    ' ',
    h(Copy, { value: () => text, what: short }),
  );
}

/** @param {Extract<Cell, {t: 'secret'}>} props */
function Secret({ cell, masked }) {
  const [seen, see] = useState(false);
  if (seen) return h('span', { class: 'secret seen' }, h(Value, { cell }));
  return h(
    'span',
    { class: 'secret' },
    masked
      ? h(Value, { cell: masked })
      : h('span', { class: 'dots', 'aria-label': T.secret, role: 'img' }, '••••••••'),
    ' ',
    h(
      'button',
      { class: 'small', type: 'button', title: T.secret, onClick: () => see(true) },
      T.reveal,
    ),
  );
}

/** @param {Extract<Cell, {t: 'long'}>} cell */
function Long({ head, length, id }) {
  const [text, set] = useState(head);
  const more = async () =>
    set(text + (await during(api.text({ id, from: text.length, count: PIECE }))));
  return h(
    'span',
    { class: 'long' },
    h('code', null, text),
    h(
      'span',
      { class: 'tools' },
      text.length < length &&
        h(
          'button',
          { class: 'small', type: 'button', onClick: more },
          T.moreText(text.length, length),
        ),
      h(Copy, { value: () => api.text({ id, from: 0, count: length }), what: head.slice(0, 40) }),
    ),
  );
}

// ---- trees and lists --------------------------------------------------------------------------

/**
 * The rows of a sequence so far, and a button for more, or nothing.
 * @template Row
 * @param {Seq<Row>} seq
 * @returns {[rows: Row[], button: any]}
 */
export function useMore({ id, total, rows }) {
  const [more, setMore] = useState(/** @type {Row[]} */ ([]));
  const shown = [...rows, ...more];
  const left = total - shown.length;
  const fetch = async () => {
    const found = await during(api.rows({ seq: id, from: shown.length, count: PAGE }));
    setMore([...more, .../** @type {Row[]} */ (found)]);
  };
  const button =
    left > 0 &&
    h(
      'button',
      { class: 'small more', type: 'button', onClick: fetch },
      T.more(Math.min(PAGE, left), total),
    );
  return [shown, button];
}

/** @param {{seq: Seq<TreeRow>, root?: string}} props `root`: instead of the key of the only row @returns {any} */
export function TreeRows({ seq, root }) {
  const [rows, button] = useMore(seq);
  return h(
    'div',
    null,
    h(
      'ul',
      { class: 'tree' },
      rows.map((row, index) => h(Row, { key: index, row, label: root })),
    ),
    button,
  );
}

/** @param {{row: TreeRow, label?: string}} props */
function Row({ row: { key, cell, holds, embedded, children }, label }) {
  const [open, setOpen] = useState(children ? children.rows.length === children.total : false);
  const name =
    key === null ? label && h('span', { class: 'quiet' }, label) : h('span', { class: 'key' }, key);
  if (!children) return h('li', null, name, name && ': ', cell && h(Value, { cell }));
  const count = holds === 'array' ? T.items(children.total) : T.members(children.total);
  const hint = embedded && key !== null && ` · ${T.embedded}`;
  return h(
    'li',
    null,
    h(
      'details',
      {
        open,
        onToggle: (/** @type {any} */ event) => setOpen(event.currentTarget.open),
      },
      h('summary', null, name, name && ' ', h('span', { class: 'quiet' }, count, hint)),
      open && h(Children, { seq: children }),
    ),
  );
}

/** The rows of a container; those that did not come along are fetched. @param {{seq: Seq<TreeRow>}} props */
function Children({ seq }) {
  const missing = seq.rows.length === 0 && seq.total > 0;
  const { value } = useAnswer(
    async () => (missing ? await api.rows({ seq: seq.id, from: 0, count: PAGE }) : []),
    [seq],
  );
  if (missing && !value) return h('p', { class: 'quiet' }, T.reading);
  return h(TreeRows, {
    seq: missing ? { ...seq, rows: /** @type {TreeRow[]} */ (value) } : seq,
  });
}
