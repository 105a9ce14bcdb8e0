// SPDX-License-Identifier: Apache-2.0
// Who is inside, at a glance, each line a way into its view.
import { T } from '../../text.js';
import { B } from '../../text/views.js';
import { api } from '../api.js';
import { classes, h } from '../h.js';
import { useAnswer } from '../hooks.js';
import { hashOf } from '../store.js';
import { lines } from './sockets.js';

/** @typedef {import('../../types.d.ts').Board} Board */
/** @typedef {import('./index.js').ViewProps} ViewProps */

/** Shares smaller than this are drawn as large as this. */
const LEAST = 0.004;

/** The same while it is awaited, so that what stands below does not jump. @type {Board} */
const WAITING = {
  processes: { total: 0, rows: [] },
  files: { total: 0, kinds: [], deleted: 0 },
  sockets: { total: 0, talks: [] },
  memory: { mapped: '', stored: '', kinds: [], rwx: 0, first: -1 },
};

/** A card that is awaited. @param {{item: ViewProps['item'], view: string, name: string, title: string}} props */
const Awaited = (props) => h(Card, props, h('p', { class: 'quiet awaited' }, T.reading));

/** What is asked of the worker for it; null: there is nothing, or it cannot be read, which the findings say. @param {Pick<ViewProps, 'item' | 'model'>} props */
export function useBoard({ item, model }) {
  const { value } = useAnswer(
    async () => (model.images ? api.board({ item: item.id }).catch(() => null) : null),
    [item.id, model],
  );
  return model.images && !value ? (value === null ? null : WAITING) : (value ?? null);
}

/** @param {{item: ViewProps['item'], view: string, name: string, title: string, amount?: number, children?: any}} props */
const Card = ({ item, view, name, title, amount = 0, children }) =>
  h(
    'section',
    { class: `card ${name}`, 'aria-labelledby': `${name}-title` },
    h(
      'h2',
      { id: `${name}-title` },
      h('a', { href: hashOf({ item: item.id, view }) }, title),
      amount > 0 && h('span', { class: 'amount' }, ` ${T.number(amount)}`),
    ),
    children,
  );

/** @param {{item: ViewProps['item'], board: Board}} props */
export function ProcessCard({ item, board }) {
  const { processes } = board;
  const about = { item, view: 'processes', name: 'who', title: T.views.processes };
  if (board === WAITING) return h(Awaited, about);
  if (processes.total === 0) return null;
  return h(
    Card,
    { ...about, amount: processes.total },
    h(
      'ul',
      { class: 'who-list' },
      processes.rows.map(({ row, pid, depth, name, line, stored, state }) =>
        h(
          'li',
          { key: row },
          h(
            'a',
            {
              class: classes('who-line', state === 'dead' && 'quiet'),
              href: hashOf({ item: item.id, view: 'processes', index: row }),
            },
            h('code', { class: 'pid' }, pid),
            h(
              'code',
              { class: 'what', title: line || name },
              depth > 0 && h('span', { class: 'depth' }, `${'  '.repeat(depth - 1)}└ `),
              line || name,
            ),
            h('span', { class: 'amount' }, state === 'dead' ? B.ended : stored),
          ),
        ),
      ),
    ),
    processes.total > processes.rows.length &&
      h(
        'a',
        { class: 'rest', href: hashOf({ item: item.id, view: 'processes' }) },
        T.evenMore(processes.total - processes.rows.length),
      ),
  );
}

/** @param {{item: ViewProps['item'], board: Board}} props */
export function MemoryCard({ item, board }) {
  const { memory } = board;
  const about = { item, view: 'memory', name: 'where', title: T.views.memory };
  if (board === WAITING) return h(Awaited, about);
  if (memory.kinds.length === 0) return null;
  return h(
    Card,
    about,
    h('p', { class: 'quiet' }, B.memory(memory.stored, memory.mapped)),
    h(
      'div',
      { class: 'bar', 'aria-hidden': 'true' },
      memory.kinds.map(({ kind, label, share, text }) =>
        h('span', {
          key: kind,
          class: `bar-part swatch-fill kind-${kind}`,
          title: `${label} ${text}`,
          style: { flexGrow: Math.max(LEAST, share) },
        }),
      ),
    ),
    h(
      'ul',
      { class: 'legend' },
      memory.kinds.map(({ kind, label, text }) =>
        h(
          'li',
          { key: kind },
          h('span', { class: `swatch kind-${kind}`, 'aria-hidden': 'true' }),
          h('span', { class: 'part-name' }, label),
          ' ',
          h('span', { class: 'amount' }, text),
        ),
      ),
    ),
    memory.rwx > 0 &&
      h(
        'a',
        {
          class: 'rest doubt',
          href: hashOf({ item: item.id, view: 'memory', index: memory.first }),
        },
        B.rwx(memory.rwx),
      ),
  );
}

/** @param {{item: ViewProps['item'], board: Board}} props */
export const OpenCard = ({ item, board: { files, sockets } }) => [
  files.total > 0 &&
    h(
      Card,
      { item, view: 'openfiles', name: 'held', title: T.views.openfiles, amount: files.total },
      h(
        'p',
        { class: 'kinds' },
        files.kinds.map(([kind, n]) =>
          h('span', { key: kind }, h('code', null, kind), ` ${T.number(n)}`),
        ),
      ),
      files.deleted > 0 && h('p', { class: 'doubt' }, B.deleted(files.deleted)),
    ),
  sockets.total > 0 &&
    h(
      Card,
      { item, view: 'sockets', name: 'talk-card', title: T.views.sockets, amount: sockets.total },
      sockets.talks.length > 0 && lines(sockets.talks),
    ),
];
