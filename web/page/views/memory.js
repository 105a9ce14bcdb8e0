// SPDX-License-Identifier: Apache-2.0
// The memory of processes: the address space as a strip, its mappings as a table, their bytes.
import { useState } from 'preact/hooks';
import { T } from '../../text.js';
import { M } from '../../text/dump.js';
import { goOnFrom } from '../actions.js';
import { api } from '../api.js';
import { during } from '../busy.js';
import { rowNode } from './content.js';
import { classes, h } from '../h.js';
import { useAnswer, useSteadyAnswer } from '../hooks.js';
import { icon } from '../icons.js';
import { VirtualList } from '../rows.js';
import { go, state } from '../store.js';
import { E } from '../../text/evidence.js';
import { GridView, Processes } from './grids.js';

/** @typedef {import('./index.js').ViewProps} ViewProps */
/** @typedef {import('../../types.d.ts').MemoryRow} MemoryRow */

/** Mappings that are drawn; more would be thinner than a line. */
const DRAWN = 600;

/** @param {ViewProps} props */
export function MemoryView(props) {
  const { item, model, place } = props;
  const [chosen, setPid] = useState(0);
  const [turn, setTurn] = useState(0);
  const { value: pids } = useAnswer(
    async () => (await api.grid({ item: item.id, view: 'memory', text: '', pid: 0 })).pids,
    [item.id, model],
  );
  const pid = chosen || pids?.[0]?.id || 0;
  const { value: strip } = useSteadyAnswer(
    async () => (pids ? api.strip({ item: item.id, pid }) : undefined),
    [turn],
    [item.id, model, pid],
  );
  if (!pids) return h(GridView, { ...props, view: 'memory', title: T.views.memory, pid: 0 });
  return h(
    'div',
    { class: classes('memory', place.offset !== undefined && 'viewing') },
    h(
      GridView,
      { ...props, key: `${turn}/${pid}`, view: 'memory', title: T.views.memory, pid },
      h(
        'div',
        { class: 'filters' },
        h(Processes, { pids, pid, choose: setPid, all: false }),
        strip && h('span', { class: 'quiet' }, M.sums(strip.mapped, strip.stored)),
        strip?.previous && h(Earlier, { item, done: () => setTurn(turn + 1) }),
      ),
      strip && h(Strip, { strip, row: place.index }),
    ),
    place.offset !== undefined &&
      place.index !== undefined &&
      h(Bytes, { item, model, row: place.index, offset: place.offset }),
  );
}

/** Another item that holds the pages of an earlier dump. @param {{item: import('../store.js').Item, done: () => void}} props */
function Earlier({ item, done }) {
  const others = state.items.filter(({ id, model }) => id !== item.id && model?.images);
  if (others.length === 0) return h('span', { class: 'note' }, M.earlierHint);
  return h(
    'label',
    null,
    h('span', null, M.earlier),
    ' ',
    h(
      'select',
      {
        value: item.earlier?.[0] ?? 0,
        onChange: (/** @type {any} */ event) => {
          const id = Number(event.currentTarget.value);
          const earlier = id > 0 ? [id] : [];
          during(goOnFrom(item.id, earlier)).then(done);
        },
      },
      h('option', { value: 0 }, M.noEarlier),
      others.map(({ id, name }) => h('option', { value: id }, name.slice(0, 100))),
    ),
  );
}

/** @param {{strip: import('../../types.d.ts').Strip, row: number | undefined}} props */
function Strip({ strip: { parts }, row }) {
  const kinds = [...new Set(parts.map(({ kind }) => kind))];
  return h(
    'div',
    null,
    h(
      'div',
      { class: 'strip', role: 'img', 'aria-label': M.strip },
      parts.slice(0, DRAWN).map((part) =>
        h(
          'span',
          {
            key: part.row,
            class: classes(
              'map-part',
              `kind-${part.kind}`,
              part.row === row && 'here',
              /wx/.test(part.perms) && 'rwx',
            ),
            style: { flexGrow: part.width },
            title: `${part.title} · ${part.perms}`,
            onClick: () => go({ view: 'memory', index: part.row }),
          },
          h('span', { style: { height: `${(part.share * 100).toFixed(1)}%` } }),
        ),
      ),
    ),
    h(
      'ul',
      { class: 'kinds' },
      kinds.map((kind) =>
        h('li', { key: kind }, h('span', { class: `swatch kind-${kind}` }), M.kinds[kind] ?? kind),
      ),
      parts.some(({ perms }) => /wx/.test(perms)) &&
        h('li', { class: 'rwx-word' }, h('span', { class: 'swatch rwx' }), M.executable),
    ),
  );
}

const narrow = typeof matchMedia === 'undefined' ? null : matchMedia('(max-width: 40rem)');

/** @param {{item: import('../store.js').Item, model: any, row: number, offset: number}} props */
function Bytes({ item, model, row, offset }) {
  const columns = narrow?.matches ? 8 : 16;
  const { value: bytes, error } = useAnswer(
    () => api.memory({ item: item.id, row, columns, offset }),
    [item.id, model, row, columns, offset],
  );
  const [typed, setTyped] = useState('');
  const jump = async (/** @type {Event} */ event) => {
    event.preventDefault();
    if (!bytes || !/^(0x)?[0-9a-f]{1,16}$/i.test(typed.trim())) return;
    const address = typed.trim().replace(/^(0x)?/i, '0x');
    const { pid } = bytes;
    const place = await during(api.locate({ item: item.id, pid, address })).catch(() => null);
    if (place) go({ view: 'memory', index: place.row, offset: place.offset, length: 1 });
  };
  return h(
    'section',
    { class: 'card viewer bytes', 'aria-label': bytes?.title ?? T.reading },
    h(
      'header',
      null,
      h('h2', null, bytes?.title ?? T.reading),
      h(
        'form',
        { onSubmit: jump },
        h('input', {
          type: 'search',
          'aria-label': M.goTo,
          placeholder: M.goHint,
          value: typed,
          spellcheck: false,
          onInput: (/** @type {any} */ event) => setTyped(event.currentTarget.value),
        }),
      ),
      h(
        'button',
        {
          type: 'button',
          class: 'plain-button',
          'aria-label': E.close,
          title: E.close,
          onClick: () => go({ view: 'memory', index: row }),
        },
        icon('close'),
      ),
    ),
    error && h('p', { class: 'failed' }, error),
    bytes &&
      h(VirtualList, {
        key: `${row}/${offset}`,
        seq: bytes.seq,
        at: bytes.at,
        label: bytes.title,
        class: 'text hex memory-bytes',
        role: 'listbox',
        moved: () => {},
        make: (/** @type {MemoryRow} */ content) => [
          h('span', { class: 'where', title: content.where }, content.where),
          rowNode(content, () => {}),
        ],
      }),
  );
}
