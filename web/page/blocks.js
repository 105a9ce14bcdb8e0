// SPDX-License-Identifier: Apache-2.0
// The blocks that sections are made of.
import { T } from '../text.js';
import { membersNode, sizesNode } from './archive-blocks.js';
import { cellNode } from './cells.js';
import { h } from './dom.js';
import { moreRows } from './rows.js';
import { searchedList } from './searched.js';

/** @typedef {import('../types.d.ts').Block} Block */
/** @typedef {import('./ask.js').Ask} Ask */

/** Shorter lists are shown as they are. */
const SHORT_LIST = 20;

/** @param {Ask} ask @param {Block} block @param {string} title of the section @returns {import('./dom.js').Child} */
export function blockNode(ask, block, title) {
  switch (block.t) {
    case 'facts':
      return facts(ask, block);
    case 'table':
      return table(ask, block, title);
    case 'list':
      return list(ask, block, title);
    case 'timeline':
      return timeline(ask, block);
    case 'sizes':
      return sizesNode(block);
    case 'members':
      return membersNode(ask, block, title);
    case 'note':
      return h('p', { class: 'quiet' }, block.text);
  }
}

/** @param {Ask} ask @param {Extract<Block, {t: 'facts'}>} block */
function facts(ask, { rows }) {
  if (rows.length === 0) return null;
  const pair = (/** @type {typeof rows[0]} */ [label, cell]) =>
    h('div', null, h('dt', null, label), h('dd', null, cellNode(ask, cell)));
  return h('dl', { class: 'facts' }, rows.map(pair));
}

/** The roles are said aloud because the style sheet changes how the parts of the table are laid out. @param {Ask} ask @param {Extract<Block, {t: 'table'}>} block @param {string} title */
function table(ask, { head, seq }, title) {
  const heads = head.map((label) => h('th', { role: 'columnheader', scope: 'col' }, label));
  const body = h('tbody', { role: 'rowgroup' });
  const element = h(
    'table',
    { role: 'table', 'aria-label': title, class: head.length === 2 ? 'pairs' : undefined },
    h('thead', { role: 'rowgroup' }, h('tr', { role: 'row' }, heads)),
    body,
  );
  const parts = moreRows(ask, seq, body, (cells) =>
    h(
      'tr',
      { role: 'row' },
      cells.map((cell, column) =>
        h('td', { role: 'cell', 'data-label': head[column] }, cellNode(ask, cell)),
      ),
    ),
  );
  const [, button] = /** @type {Node[]} */ (parts);
  return [element, button];
}

/** @param {Ask} ask @param {Extract<Block, {t: 'list'}>} block @param {string} title */
function list(ask, { seq }, title) {
  if (seq.total <= SHORT_LIST)
    return h(
      'ul',
      { class: 'plain' },
      seq.rows.map((row) => h('li', null, h('code', null, row))),
    );

  return searchedList(ask, seq, {
    label: title,
    filter: T.filter,
    class: 'list',
    amount: T.list,
    make: (row) => h('code', null, row.slice(0, 2000)),
    match: (row, text) => (row.toLowerCase().includes(text) ? row : null),
  });
}

/** @param {Ask} ask @param {Extract<Block, {t: 'timeline'}>} block */
function timeline(ask, { events }) {
  return h(
    'ol',
    { class: 'timeline' },
    events.map(({ label, time, after }) =>
      h(
        'li',
        { class: time ? 'known' : 'unknown' },
        h('span', { class: 'event' }, label),
        ' ',
        time ? cellNode(ask, time) : h('span', { class: 'quiet' }, T.notRecorded),
        after && h('span', { class: 'after' }, after),
      ),
    ),
  );
}
