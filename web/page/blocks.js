// SPDX-License-Identifier: Apache-2.0
// The blocks that sections are made of.
import { useState } from 'preact/hooks';
import { T } from '../text.js';
import { api } from './api.js';
import { classes, h } from './h.js';
import { useRested, useSteadyAnswer } from './hooks.js';
import { VirtualList, intoRows } from './rows.js';
import { TreeRows, useMore, Value } from './values.js';

/** @typedef {import('../types.d.ts').Block} Block */
/** @typedef {import('../types.d.ts').Cell} Cell */

/** Shorter lists are shown as they are. */
const SHORT_LIST = 20;
/** Longer entries of lists are cut. */
const LONG = 2000;

/** Shares smaller than this are drawn as large as this. */
const LEAST = 0.004;

/** One bar of parts. @param {{parts: {name: string, label: string, share: number}[]}} props */
const Bar = ({ parts }) =>
  h(
    'div',
    { class: 'bar', 'aria-hidden': 'true' },
    parts.map(({ name, label, share }) =>
      h('span', {
        key: name,
        class: `bar-part part-${name}`,
        title: label,
        style: { flexGrow: Math.max(LEAST, share) },
      }),
    ),
  );

/** One strip for each process. @param {Omit<Extract<Block, {t: 'heat'}>, 't'>} props */
const Heat = ({ label, rows }) =>
  h(
    'div',
    { class: 'heat', role: 'img', 'aria-label': label },
    rows.map(({ label: name, parts }) =>
      h(
        'div',
        { key: name, class: 'heat-row' },
        h('code', null, name),
        h(
          'span',
          { class: 'heat-strip' },
          parts.map(({ width, share, change, title }, index) =>
            h(
              'span',
              { key: index, class: `heat-part ${change}`, title, style: { flexGrow: width } },
              h('span', { style: { opacity: (0.15 + 0.85 * share).toFixed(2) } }),
            ),
          ),
        ),
      ),
    ),
    h('p', { class: 'quiet' }, label),
  );

const percent = (/** @type {number} */ share) => `${(share * 100).toFixed(2)}%`;

/** Points of time on lines, one for each source; the table below says the same. @param {Omit<Extract<Block, {t: 'axis'}>, 't'>} props */
const Axis = ({ lanes, ticks, gaps }) =>
  h(
    'div',
    { class: 'axis', 'aria-hidden': 'true' },
    lanes.map(({ kind, name, points }) =>
      h(
        'div',
        { key: kind, class: `lane lane-${kind}` },
        h('span', { class: 'lane-name' }, name),
        h(
          'span',
          { class: 'lane-line' },
          points.map(({ at, label }, index) =>
            h(
              'span',
              {
                key: index,
                class: 'moment',
                title: label,
                style: { left: percent(at) },
              },
              h('span', { class: 'moment-dot' }),
            ),
          ),
          points.map(({ at, label, left, room }, index) =>
            h(
              'span',
              {
                key: `l${index}`,
                class: classes('moment-label', left && 'left'),
                style: left
                  ? { right: percent(1 - at), maxWidth: percent(room) }
                  : { left: percent(at), maxWidth: percent(room) },
              },
              label,
            ),
          ),
        ),
      ),
    ),
    h(
      'div',
      { class: 'lane ticks' },
      h('span', { class: 'lane-name' }),
      h(
        'span',
        { class: 'lane-line' },
        ticks.map(({ at, label }, index) =>
          h('span', { key: index, class: 'tick', style: { left: percent(at) } }, label),
        ),
        gaps.map(({ at, label }, index) =>
          h('span', { key: `g${index}`, class: 'gap', style: { left: percent(at) } }, label),
        ),
      ),
    ),
  );

/** @param {{block: Block, title: string}} props `title` of the section @returns {any} */
export function BlockNode({ block, title }) {
  switch (block.t) {
    case 'facts':
      return h(Facts, { rows: block.rows });
    case 'table':
      return h(Table, {
        head: block.head,
        seq: block.seq,
        wide: block.wide,
        right: block.right,
        title,
      });
    case 'list':
      return h(List, { seq: block.seq, title });
    case 'timeline':
      return h(Timeline, { events: block.events });
    case 'bar':
      return h(Bar, { parts: block.parts });
    case 'axis':
      return h(Axis, block);
    case 'heat':
      return h(Heat, block);
    case 'tree':
      return h(TreeRows, { seq: block.seq });
    case 'note':
      return h('p', { class: 'quiet' }, block.text);
  }
}

/** @param {{rows: [label: string, cell: Cell][]}} props */
export function Facts({ rows }) {
  if (rows.length === 0) return null;
  return h(
    'dl',
    { class: 'facts' },
    rows.map(([label, cell], index) =>
      h('div', { key: index }, h('dt', null, label), h('dd', null, h(Value, { cell }))),
    ),
  );
}

/** The roles are said aloud because the style sheet changes how the parts of the table are laid out. @param {Pick<Extract<Block, {t: 'table'}>, 'head' | 'seq' | 'wide' | 'right'> & {title: string}} props */
function Table({ head, seq, wide, right = [], title }) {
  const [rows, button] = useMore(seq);
  return h(
    'div',
    null,
    h(
      'table',
      { role: 'table', 'aria-label': title, class: head.length === 2 ? 'pairs' : '' },
      h(
        'thead',
        { role: 'rowgroup' },
        h(
          'tr',
          { role: 'row' },
          head.map((label, column) =>
            h(
              'th',
              {
                role: 'columnheader',
                scope: 'col',
                class: right.includes(column) ? 'right' : '',
              },
              label,
            ),
          ),
        ),
      ),
      h(
        'tbody',
        { role: 'rowgroup' },
        rows.map((cells, index) =>
          h(
            'tr',
            { role: 'row', key: index },
            cells.map((cell, column) =>
              h(
                'td',
                {
                  role: 'cell',
                  'data-label': head[column],
                  class: classes(
                    wide && (wide.includes(column) ? 'wide' : 'tight'),
                    right.includes(column) && 'right',
                  ),
                },
                h(Value, { cell }),
              ),
            ),
          ),
        ),
      ),
    ),
    button,
  );
}

/** @param {{seq: import('../types.d.ts').Seq<string>, title: string}} props */
function List({ seq, title }) {
  const [text, setText] = useState('');
  const wanted = useRested(text);
  const { value } = useSteadyAnswer(
    async () => (wanted === '' || seq.id === 0 ? seq : api.find({ seq: seq.id, text: wanted })),
    [wanted],
    [seq],
  );
  if (seq.total <= SHORT_LIST)
    return h(
      'ul',
      { class: 'plain' },
      seq.rows.map((row) => h('li', null, h('code', null, row.slice(0, LONG)))),
    );
  let found = value ?? seq;
  if (wanted !== '' && seq.id === 0) {
    const rows = seq.rows.filter((row) => row.toLowerCase().includes(wanted.toLowerCase()));
    found = { id: 0, total: rows.length, rows };
  }
  return h(
    'div',
    { class: 'filtered' },
    h(
      'label',
      { class: 'filter' },
      T.filter,
      ' ',
      h('input', {
        type: 'search',
        autocomplete: 'off',
        spellcheck: false,
        value: text,
        onInput: (/** @type {any} */ event) => setText(event.currentTarget.value),
        onKeyDown: (/** @type {any} */ event) => intoRows(event, '.filtered'),
      }),
    ),
    h('p', { class: 'quiet', role: 'status' }, T.list(found.total)),
    h(VirtualList, {
      seq: found,
      label: title,
      class: 'list',
      make: (/** @type {string} */ row) => h('code', null, row.slice(0, LONG)),
    }),
  );
}

/** @param {{events: import('../types.d.ts').TimelineEvent[]}} props */
export function Timeline({ events }) {
  return h(
    'ol',
    { class: 'timeline' },
    events.map(({ label, time, known, after }) =>
      h(
        'li',
        { class: known ? 'known' : 'unknown' },
        after && h('span', { class: 'after' }, after),
        h('span', { class: 'event' }, label),
        ' ',
        h(Value, { cell: time }),
      ),
    ),
  );
}
