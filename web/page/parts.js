// SPDX-License-Identifier: Apache-2.0
// Parts that several pages have.
import { take } from './actions.js';
import { picked } from './collect.js';
import { classes, h } from './h.js';
import { hashOf } from './store.js';
import { Badge } from './verdict.js';

/** @typedef {import('./store.js').Item} Item */

/** A button that opens the picker for files or folders. @param {{folder?: boolean, class?: string, id: string, label: string}} props */
export function Picker({ folder, class: name = '', id, label }) {
  const onChange = (/** @type {any} */ event) => {
    const input = event.currentTarget;
    if (input.files.length === 0) return;
    take((async () => picked(input.files))()).then(() => (input.value = ''));
  };
  return h(
    'label',
    { class: classes('button', name) },
    h('input', {
      class: 'offscreen',
      type: 'file',
      id,
      onChange,
      ...(folder ? { webkitdirectory: true } : { multiple: true }),
    }),
    label,
  );
}

/** @param {{items: Item[]}} props */
export function ItemList({ items }) {
  return h(
    'ul',
    { class: 'items' },
    items.map((item) => {
      const { id, name, size, parent, model } = item;
      return h(
        'li',
        { key: id, class: parent ? 'inside' : '' },
        h(
          'a',
          { class: 'walk', href: hashOf({ item: id, view: 'overview' }) },
          h(Badge, { item }),
          h('span', { class: 'item-name' }, model?.title ?? name),
          model && model.title !== name && h('code', { class: 'quiet' }, name),
          h('span', { class: 'quiet' }, model?.engine || model?.about[0] || ''),
          h('span', { class: 'amount' }, size),
        ),
      );
    }),
  );
}
