// SPDX-License-Identifier: Apache-2.0
// One value on the page.
import { T } from '../text.js';
import { copyButton, h, textNode } from './dom.js';
import { treeRow } from './tree.js';

/** @typedef {import('../types.d.ts').Cell} Cell */
/** The worker, asked about one source or member. @typedef {import('./ask.js').Ask} Ask */

const local = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'medium' });
/** How much more of a long text is shown at once. */
const PIECE = 32 * 1024;
/** Hexadecimal digits that are left of a digest. */
const SHORT = 12;

/** @param {Ask} ask @param {Cell} cell @returns {Node} */
export function cellNode(ask, cell) {
  if (typeof cell === 'string') return textNode(cell);
  switch (cell.t) {
    case 'time':
      return timeNode(cell);
    case 'figure':
      return h('span', null, cell.text, ' ', h('span', { class: 'exact' }, cell.exact));
    case 'id':
      return idNode(cell.text);
    case 'secret':
      return secretNode(cell.text);
    case 'long':
      return longNode(ask, cell);
    case 'code':
      return h('code', null, cell.text);
    case 'none':
      return h('span', { class: 'quiet' }, cell.text);
    case 'tags':
      return h(
        'ul',
        { class: 'tags' },
        cell.items.map((item) => h('li', null, cellNode(ask, item))),
      );
    case 'lines':
      return h(
        'ul',
        { class: 'plain' },
        cell.items.map((item) => h('li', null, cellNode(ask, item))),
      );
    case 'tree':
      return h('ul', { class: 'tree' }, treeRow(ask, cell.node, T.embedded));
  }
}

/** @param {Extract<Cell, {t: 'time'}>} cell */
function timeNode({ exact, ms, ns }) {
  const readable = !Number.isNaN(ms) && h('span', { class: 'local' }, local.format(ms));
  return h(
    'time',
    { datetime: exact },
    readable,
    ' ',
    h('span', { class: 'exact' }, exact, ns !== undefined && [' · ', ns]),
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
    copyButton(() => text, short),
  );
}

/** @param {string} text */
function secretNode(text) {
  const place = h(
    'span',
    { class: 'secret' },
    h('span', { class: 'dots', 'aria-label': T.secret, role: 'img' }, '••••••••'),
    ' ',
  );
  const button = h('button', { class: 'small', type: 'button', title: T.secret }, T.reveal);
  button.addEventListener('click', () => {
    const value = h('code', { tabindex: '-1' }, text.slice(0, PIECE));
    place.replaceChildren(
      value,
      ' ',
      copyButton(() => text, T.reveal),
    );
    value.focus();
  });
  place.append(button);
  return place;
}

/** @param {Ask} ask @param {Extract<Cell, {t: 'long'}>} cell */
function longNode(ask, { head, length, id }) {
  const text = h('code', null, head);
  const more = h('button', { class: 'small', type: 'button' }, T.moreText(head.length, length));
  let shown = head.length;
  more.addEventListener('click', async () => {
    const piece = await ask('text', { id, from: shown, count: PIECE });
    shown += piece.length;
    text.append(textNode(piece));
    if (shown < length) more.textContent = T.moreText(shown, length);
    else more.remove();
  });
  const whole = () => ask('text', { id, from: 0, count: length });
  return h(
    'span',
    { class: 'long' },
    text,
    h('span', { class: 'tools' }, more, copyButton(whole, head.slice(0, 40))),
  );
}
