// SPDX-License-Identifier: Apache-2.0
// The members of a member that is an archive itself.
import { useState } from 'preact/hooks';
import { F, T } from '../../text.js';
import { api } from '../api.js';
import { h } from '../h.js';
import { useRested, useSteadyAnswer } from '../hooks.js';
import { VirtualList, intoRows } from '../rows.js';
import { go } from '../store.js';
import { memberNode } from './member-row.js';

/** @typedef {import('../../types.d.ts').MemberRow} MemberRow */

/** @param {{item: import('../store.js').Item, index: number, path: string}} props */
export function InsideList({ item, index, path }) {
  const [text, setText] = useState('');
  const [toggled, setToggled] = useState({ id: /** @type {number | undefined} */ (undefined) });
  const wanted = useRested(text);
  const { value: seq, error } = useSteadyAnswer(
    () => {
      const toggle = toggled.id;
      toggled.id = undefined; // once
      return api.inside({ item: item.id, index, text: wanted, toggle });
    },
    [wanted, toggled],
    [item.id, index],
  );
  const toggle = (/** @type {MemberRow} */ { id }) =>
    id >= 0 && wanted === '' && setToggled({ id });
  return h(
    'div',
    { class: 'inside-list' },
    h('input', {
      type: 'search',
      class: 'search',
      placeholder: T.searchFiles,
      'aria-label': F.insideOf(path),
      value: text,
      onInput: (/** @type {any} */ event) => setText(event.currentTarget.value),
      onKeyDown: (/** @type {any} */ event) => intoRows(event, '.inside-list'),
    }),
    error && h('p', { class: 'failed' }, error),
    seq &&
      h(VirtualList, {
        seq,
        label: F.insideOf(path),
        class: 'members',
        role: 'tree',
        choose: (/** @type {MemberRow} */ row) =>
          row.folder ? toggle(row) : go({ view: 'files', index, inner: row.index }),
        keys: (/** @type {KeyboardEvent} */ event, /** @type {MemberRow} */ row) => {
          if (!row.folder || event.key !== (row.open ? 'ArrowLeft' : 'ArrowRight')) return;
          event.preventDefault();
          toggle(row);
        },
        about: (/** @type {MemberRow} */ { depth, folder, open }) => ({
          'aria-level': depth + 1,
          ...(folder && { 'aria-expanded': open }),
        }),
        make: memberNode,
      }),
  );
}
