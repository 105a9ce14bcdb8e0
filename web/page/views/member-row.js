// SPDX-License-Identifier: Apache-2.0
// A row in a list of members.
import { T } from '../../text.js';
import { classes, h } from '../h.js';
import { icon } from '../icons.js';

/** Longer names are cut in lists. */
const LONG = 2000;

/** @param {import('../../types.d.ts').MemberRow} row */
export function memberNode({ depth, name, folder, open, size, share, type, below, findings }) {
  return [
    h(
      'span',
      {
        class: classes('name', folder && 'folder'),
        style: { paddingInlineStart: `${depth * 1.1}em` },
      },
      folder ? icon(open ? 'open' : 'closed') : icon('file'),
      h('code', { title: name.slice(0, LONG) }, name.slice(0, LONG), name.length > LONG && '…'),
      type !== '' && h('span', { class: 'quiet' }, type.slice(0, LONG)),
      findings > 0 && h('span', { class: 'dot', title: T.places(findings) }, String(findings)),
    ),
    folder && !open && below > 0 && h('span', { class: 'quiet below' }, T.filesIn(below)),
    h(
      'span',
      { class: 'track', 'aria-hidden': 'true' },
      share > 0 && h('span', { style: { width: `${share * 100}%` } }),
    ),
    h('span', { class: 'amount' }, size),
  ];
}
