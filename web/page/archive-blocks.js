// SPDX-License-Identifier: Apache-2.0
// The sizes of an archive as a picture, and its members.
import { A } from '../text.js';
import { h } from './dom.js';
import { searchedList } from './searched.js';

/** @typedef {import('../types.d.ts').Block} Block */
/** @typedef {import('../types.d.ts').MemberRow} MemberRow */
/** @typedef {import('./ask.js').Ask} Ask */

/** Longer names are cut in lists. */
const LONG = 2000;

/** A bar whose parts are as long as what they stand for is large, and what they stand for. @param {Extract<Block, {t: 'sizes'}>} block */
export function sizesNode({ total, parts }) {
  const sum = parts.reduce((all, { bytes }) => all + bytes, 0);
  const words = parts.map(({ label, text }) => A.part(label, text)).join(', ');
  const bar = h('div', { class: 'bar', role: 'img', 'aria-label': A.sizesLabel(words) });
  for (const { name, bytes } of parts) {
    const part = h('span', { class: `part-${name}` });
    part.style.flexGrow = String(bytes / sum);
    bar.append(part);
  }
  const legend = parts.map(({ name, label, bytes, text }) =>
    h(
      'li',
      null,
      h('span', { class: `swatch part-${name}`, 'aria-hidden': 'true' }),
      h('span', { class: 'part' }, label),
      ' ',
      h('span', { class: 'amount' }, text),
      ' ',
      h('span', { class: 'share' }, A.share(bytes / sum)),
    ),
  );
  return [bar, h('ul', { class: 'legend' }, legend), h('p', { class: 'quiet' }, A.sizesOf(total))];
}

/** @param {Ask} ask @param {Extract<Block, {t: 'members'}>} block @param {string} title */
export const membersNode = (ask, { seq }, title) =>
  searchedList(ask, seq, {
    label: title,
    filter: A.filter,
    class: 'list members',
    amount: (found, all) => (all ? '' : A.found(found)),
    make: memberNode,
    match: (row, text) =>
      row.path.toLowerCase().includes(text) ? { ...row, depth: 0, name: row.path } : null,
  });

/** @param {MemberRow} row */
function memberNode({ depth, name, size, type, below }) {
  const label = h('code', { class: below > 0 ? 'key' : undefined }, name.slice(0, LONG));
  label.style.paddingInlineStart = `${depth * 1.25}em`;
  const more = [type.slice(0, LONG), below > 0 && A.below(below)].filter(Boolean).join(' · ');
  return h(
    'span',
    null,
    h('span', { class: 'amount' }, size),
    label,
    more && h('span', { class: 'quiet' }, more),
  );
}
