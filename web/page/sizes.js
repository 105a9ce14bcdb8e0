// SPDX-License-Identifier: Apache-2.0
// The sizes as one bar, and the largest members.
import { A, T } from '../text.js';
import { h } from './h.js';
import { hashOf } from './store.js';

/** @typedef {import('../types.d.ts').SizePart} SizePart */
/** Smaller shares are drawn as large as this, so that one sees them. */
const LEAST = 0.004;

const percent = (/** @type {number} */ n) => `${(n * 100).toFixed(3)}%`;

/** @param {{model: import('../types.d.ts').Model}} props */
export function Sizes({ model: { sizes } }) {
  const { total, checkpoint, parts } = sizes;
  const sum = parts.reduce((all, { bytes }) => all + bytes, 0);
  const words = parts.map(({ label, text }) => A.part(label, text)).join(', ');
  const sorted = [...parts].sort((a, b) => b.bytes - a.bytes);
  return h(
    'div',
    null,
    h(
      'div',
      { class: 'bar', role: 'img', 'aria-label': A.sizesLabel(words) },
      sorted.map(({ name, label, bytes, text }) =>
        h('span', {
          class: `bar-part part-${name}`,
          key: name,
          title: A.part(label, text),
          style: { flexGrow: Math.max(LEAST, bytes / sum) },
        }),
      ),
    ),
    h(
      'ul',
      { class: 'legend' },
      sorted.map(({ name, label, bytes, text }) =>
        h(
          'li',
          { key: name },
          h('span', { class: `swatch part-${name}`, 'aria-hidden': 'true' }),
          h('span', { class: 'part-name' }, label),
          ' ',
          h('span', { class: 'amount' }, text),
          ' ',
          h('span', { class: 'share' }, A.share(bytes / sum)),
        ),
      ),
      h(
        'li',
        { class: 'total' },
        h('span', null),
        h('span', null, T.total),
        ' ',
        h('span', { class: 'amount' }, total),
        ' ',
        h('span', null),
      ),
    ),
    checkpoint !== '' && h('p', { class: 'quiet checkpoint-size' }, A.checkpointSize(checkpoint)),
  );
}

/** The largest members, each a link. @param {{item: import('./store.js').Item, model: import('../types.d.ts').Model}} props */
export function Largest({ item, model: { largest } }) {
  return h(
    'ol',
    { class: 'largest' },
    largest.map(({ index, name, size, share }) =>
      h(
        'li',
        { key: index },
        h('a', { href: hashOf({ item: item.id, view: 'files', index }) }, h('code', null, name)),
        h('span', { class: 'amount' }, size),
        h(
          'span',
          { class: 'track', 'aria-hidden': 'true' },
          h('span', { style: { width: percent(share) } }),
        ),
      ),
    ),
  );
}
