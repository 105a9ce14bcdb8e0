// SPDX-License-Identifier: Apache-2.0
// Nested values, opened level by level.
import { T } from '../text.js';
import { cellNode } from './cells.js';
import { fold, h } from './dom.js';
import { moreRows } from './rows.js';

/** @typedef {import('../types.d.ts').TreeRow} TreeRow */
/** @typedef {import('./ask.js').Ask} Ask */

/** @param {Ask} ask @param {TreeRow} row @param {string} [label] instead of a missing key @returns {HTMLLIElement} */
export function treeRow(ask, { key, cell, holds, embedded, children }, label) {
  const name =
    key === null ? label && h('span', { class: 'quiet' }, label) : h('span', { class: 'key' }, key);
  if (!children) return h('li', null, name, name && ': ', cell ? cellNode(ask, cell) : null);
  const count = holds === 'array' ? T.items(children.total) : T.members(children.total);
  const hint = embedded && key !== null && ` · ${T.embedded}`;
  return h(
    'li',
    null,
    fold(
      { open: children.rows.length === children.total },
      [name, name && (key === null ? ' · ' : ' '), h('span', { class: 'quiet' }, count, hint)],
      () => treeRows(ask, children),
    ).element,
  );
}

/** @param {Ask} ask @param {import('../types.d.ts').Seq<TreeRow>} seq */
export function treeRows(ask, seq) {
  const list = h('ul', { class: 'tree' });
  return moreRows(ask, seq, list, (row) => treeRow(ask, row));
}
