// SPDX-License-Identifier: Apache-2.0
// The members as a tree, with the selected one beside it.
import { useEffect, useState } from 'preact/hooks';
import { T } from '../../text.js';
import { api } from '../api.js';
import { classes, h } from '../h.js';
import { useRested, useSteadyAnswer } from '../hooks.js';
import { VirtualList, intoRows } from '../rows.js';
import { go } from '../store.js';
import { memberNode } from './member-row.js';
import { Viewer } from './viewer.js';

/** @typedef {import('../../types.d.ts').MemberRow} MemberRow */
/** @typedef {import('../../types.d.ts').MemberSort} MemberSort */

/** @type {MemberSort[]} */
const SORTS = ['name', 'size', 'order'];

/** @param {import('./index.js').ViewProps} props */
export function Files({ item, model, place }) {
  const [text, setText] = useState('');
  const [sort, setSort] = useState(/** @type {MemberSort} */ ('name'));
  const [toggled, setToggled] = useState({
    turn: 0,
    id: /** @type {number | undefined} */ (undefined),
  });
  const wanted = useRested(text);
  const { value: found, error } = useSteadyAnswer(
    async () => {
      const toggle = toggled.id;
      toggled.id = undefined; // once
      return {
        text: wanted,
        seq: await api.members({ item: item.id, text: wanted, sort, toggle }),
      };
    },
    [wanted, sort, toggled.turn],
    [item.id, model],
  );
  const seq = found?.seq;
  const toggle = (/** @type {MemberRow} */ { id }) =>
    id >= 0 && wanted === '' && setToggled({ turn: toggled.turn + 1, id });
  const choose = (/** @type {MemberRow} */ row) =>
    row.folder ? toggle(row) : go({ view: 'files', index: row.index });
  // Enter opens the first file that was found, once what was typed was looked for.
  const [entered, setEntered] = useState(false);
  useEffect(() => {
    if (!entered || found?.text !== text) return;
    setEntered(false);
    const first = found.seq.rows.find(({ folder }) => !folder);
    if (first) choose(first);
  }, [entered, found, text]);
  const keys = (/** @type {KeyboardEvent} */ event, /** @type {MemberRow} */ row) => {
    if (!row.folder || event.key !== (row.open ? 'ArrowLeft' : 'ArrowRight')) return;
    event.preventDefault();
    toggle(row);
  };
  return h(
    'div',
    { class: classes('files', place.index !== undefined && 'viewing') },
    h(
      'div',
      { class: 'card list' },
      h(
        'div',
        { class: 'filters' },
        h('input', {
          type: 'search',
          class: 'search',
          placeholder: T.searchFiles,
          'aria-label': T.searchFiles,
          value: text,
          onInput: (/** @type {any} */ event) => setText(event.currentTarget.value),
          onKeyDown: (/** @type {any} */ event) => {
            if (event.key === 'Enter' && text !== '') setEntered(true);
            else intoRows(event, '.list');
          },
        }),
        h(
          'label',
          null,
          h('span', null, T.sort),
          ' ',
          h(
            'select',
            {
              value: sort,
              onChange: (/** @type {any} */ event) => setSort(event.currentTarget.value),
            },
            SORTS.map((name) => h('option', { value: name }, T.sorts[name])),
          ),
        ),
      ),
      h(
        'p',
        { class: 'quiet', role: 'status' },
        seq && wanted !== '' ? T.foundFiles(seq.total) : T.filesIn(model.members),
      ),
      error && h('p', { class: 'failed' }, error),
      seq &&
        h(VirtualList, {
          seq,
          label: T.views.files,
          class: 'members',
          role: 'tree',
          choose,
          keys,
          about: (/** @type {MemberRow} */ { depth, folder, open, index }) => ({
            'aria-level': depth + 1,
            ...(folder && { 'aria-expanded': open }),
            ...(index === place.index && { 'aria-current': 'true' }),
          }),
          make: memberNode,
        }),
    ),
    place.index !== undefined &&
      h(Viewer, {
        key: `${item.id}/${place.index}!${place.inner ?? ''}`,
        item,
        model,
        place,
      }),
  );
}
