// SPDX-License-Identifier: Apache-2.0
// What was running, each kind of thing as a table; all that is known of a row stands beside it.
import { useRef, useState } from 'preact/hooks';
import { T } from '../../text.js';
import { E } from '../../text/evidence.js';
import { G } from '../../text/dump.js';
import { api } from '../api.js';
import { BlockNode } from '../blocks.js';
import { during } from '../busy.js';
import { GridList, RowCount } from '../grid.js';
import { h } from '../h.js';
import { K as KM } from '../../text/make.js';
import { useMaking } from '../make.js';
import { intoRows } from '../rows.js';
import { useAnswer, useRested, useSteadyAnswer } from '../hooks.js';
import { icon } from '../icons.js';
import { go } from '../store.js';
import { Sections } from './sections.js';

/** @typedef {import('./index.js').ViewProps} ViewProps */
/** @typedef {import('../../types.d.ts').GridRow} GridRow */

/** Views whose address names a row. */
const GRIDS = ['processes', 'openfiles', 'sockets', 'mounts', 'memory', 'search'];

/** @param {string} view */
export const isGrid = (view) => GRIDS.includes(view);

/** A table with its filters. @param {ViewProps & {view: string, title: string, pid?: number, children?: any, choose?: (row: import('../../types.d.ts').GridRow) => void, here?: (row: import('../../types.d.ts').GridRow) => boolean}} props pid: of which process; else the reader chooses; here: whether it is the row one is at */
export function GridView({ item, model, place, view, title, pid: fixed, children, choose, here }) {
  const [text, setText] = useState('');
  const [chosen, setPid] = useState(0);
  const wanted = useRested(text);
  const pid = fixed ?? chosen;
  // The row of the address is brought into view once: later ones were chosen here.
  const first = useRef(place.index);
  const { value: grid, error } = useSteadyAnswer(
    () => {
      const row = first.current;
      first.current = undefined;
      return api.grid({ item: item.id, view, text: wanted, pid, row });
    },
    [wanted],
    [item.id, model, view, pid],
  );
  if (error) return h('p', { class: 'failed' }, error);
  if (!grid) return h('p', { class: 'quiet' }, T.reading);
  return h(
    'div',
    { class: 'grid-view' },
    grid.notes.length > 0 &&
      h(
        'ul',
        { class: 'notes' },
        grid.notes.map((note) => h('li', { key: note }, note)),
      ),
    children,
    grid.total > 0 &&
      h(
        'div',
        { class: 'filters' },
        h('input', {
          type: 'search',
          class: 'search',
          placeholder: G.filter,
          'aria-label': G.filter,
          value: text,
          onInput: (/** @type {any} */ event) => setText(event.currentTarget.value),
          onKeyDown: (/** @type {any} */ event) => intoRows(event, '.grid-view'),
        }),
        fixed === undefined && h(Processes, { pids: grid.pids, pid: chosen, choose: setPid }),
        h(RowCount, { grid }),
      ),
    grid.total === 0
      ? h('p', { class: 'card quiet' }, G.none[view])
      : h(GridList, {
          grid,
          label: title,
          beside: place.index !== undefined || place.finding !== undefined,
          here: here ?? ((/** @type {GridRow} */ { id }) => id === place.index),
          choose: choose ?? ((/** @type {GridRow} */ { id }) => go({ view, index: id })),
        }),
  );
}

/** @param {{pids: {id: number, name: string}[], pid: number, choose: (pid: number) => void, all?: boolean}} props */
export const Processes = ({ pids, pid, choose, all = true }) =>
  pids.length > 1 &&
  h(
    'label',
    null,
    h('span', null, G.process),
    ' ',
    h(
      'select',
      {
        value: pid,
        onChange: (/** @type {any} */ event) => choose(Number(event.currentTarget.value)),
      },
      all && h('option', { value: 0 }, G.all),
      pids.map(({ id, name }) => h('option', { value: id }, `${id} ${name.slice(0, 40)}`)),
    ),
  );

/** @param {string} view @param {string} title */
const gridOf = (view, title) => (/** @type {ViewProps} */ props) =>
  h(GridView, { ...props, view, title });

export const OpenFiles = gridOf('openfiles', T.views.openfiles);
export const Mounts = gridOf('mounts', T.views.mounts);

/** A table that came with the page: of its rows no more is known. @param {ViewProps & {view: string, title: string}} props */
export const Carried = (props) => h(GridView, { ...props, choose: () => {} });

/** Processes, and below them what could not be read, environments and credentials. @param {ViewProps} props */
export const ProcessView = (props) =>
  h(
    'div',
    { class: 'processes' },
    h(GridView, { ...props, view: 'processes', title: T.views.processes }),
    h(Sections, {
      ...props,
      place: { ...props.place, index: undefined },
      view: 'processes',
      load: () => api.dump({ item: props.item.id }),
      plain: true,
    }),
  );

/** @param {{item: import('../store.js').Item, view: string, row: number}} props */
export function RowDetails({ item, view, row }) {
  const { making, start, stop } = useMaking(item);
  const { value: details, error } = useAnswer(
    () => api.details({ item: item.id, view, row }),
    [item.id, item.model, view, row],
  );
  const open = async () => {
    const bytes = details?.bytes;
    if (!bytes) return;
    const place =
      'row' in bytes
        ? bytes
        : await during(api.locate({ item: item.id, ...bytes })).catch(() => null);
    if (place) go({ view: 'memory', index: place.row, offset: place.offset, length: 1 });
  };
  return [
    h(
      'header',
      null,
      h('h2', null, details?.title ?? (error || T.reading)),
      h(
        'button',
        {
          type: 'button',
          class: 'plain-button',
          'aria-label': E.close,
          title: E.close,
          onClick: () => go({ view }),
        },
        icon('close'),
      ),
    ),
    details?.bytes &&
      h('p', null, h('button', { type: 'button', class: 'small', onClick: open }, G.bytes)),
    details?.core !== undefined &&
      h(
        'p',
        null,
        h(
          'button',
          {
            type: 'button',
            class: 'small',
            onClick: () => (making ? stop() : start({ what: 'core', pid: details.core })),
          },
          making ? KM.stop : KM.core,
        ),
      ),
    details?.parts.map(({ title, blocks }, index) =>
      h(
        'section',
        { key: index },
        h('h3', null, title),
        blocks.map((block, i) => h(BlockNode, { key: i, block, title })),
      ),
    ),
  ];
}
