// SPDX-License-Identifier: Apache-2.0
// Sockets: who talks to whom as lines between two ends, and all of them as a table.
import { T } from '../../text.js';
import { G } from '../../text/dump.js';
import { api } from '../api.js';
import { classes, h } from '../h.js';
import { useAnswer } from '../hooks.js';
import { GridView } from './grids.js';

/** Lines that are drawn at first. */
const FEW = 12;

/** @param {import('./index.js').ViewProps} props */
export function Sockets(props) {
  const { item, model } = props;
  const { value: talks = [] } = useAnswer(() => api.talks({ item: item.id }), [item.id, model]);
  return h(
    GridView,
    { ...props, view: 'sockets', title: T.views.sockets },
    talks.length > 0 &&
      h(
        'section',
        { class: 'card talks', 'aria-labelledby': 'talks-title' },
        h('h2', { id: 'talks-title', class: 'label' }, G.talks),
        lines(talks.slice(0, FEW)),
        talks.length > FEW &&
          h(
            'details',
            null,
            h('summary', { class: 'quiet' }, T.evenMore(talks.length - FEW)),
            lines(talks.slice(FEW)),
          ),
      ),
  );
}

/** @param {import('../../types.d.ts').Talk[]} talks */
export const lines = (talks) =>
  h(
    'ul',
    null,
    talks.map(({ from, how, to, tone, count }, index) =>
      h(
        'li',
        { key: index, class: classes('talk', tone) },
        h('code', { title: from }, from),
        h('span', { class: 'wire' }, h('span', null, how, count > 1 && ` ${G.times(count)}`)),
        h('code', { title: to }, to),
      ),
    ),
  );
