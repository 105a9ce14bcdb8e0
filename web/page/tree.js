// SPDX-License-Identifier: Apache-2.0
// Nested values, opened level by level; and lists that grow on request.
import { useState } from 'preact/hooks';
import { T } from '../text.js';
import { api } from './api.js';
import { h } from './h.js';
import { useAnswer } from './hooks.js';
import { Value } from './values.js';

/** @typedef {import('../types.d.ts').TreeRow} TreeRow */
/** @template Row @typedef {import('../types.d.ts').Seq<Row>} Seq */

/** Rows that are added at once. */
const PAGE = 200;

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
    const found = await api.rows({ seq: id, from: shown.length, count: PAGE });
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
