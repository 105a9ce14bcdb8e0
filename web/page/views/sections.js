// SPDX-License-Identifier: Apache-2.0
// Sections with a list of them beside: how metadata and what is in the images are shown.
import { T } from '../../text.js';
import { BlockNode } from '../blocks.js';
import { h } from '../h.js';
import { useAnswer } from '../hooks.js';
import { hashOf } from '../store.js';

/** @typedef {import('../../types.d.ts').Section} Section */

/** @param {import('./index.js').ViewProps & {view: string, load: () => Promise<Section[]>, plain?: boolean, none?: string}} props plain: without the list of them; none: what is said if there are none */
export function Sections({ item, model, place, view, load, plain = false, none }) {
  const { value: sections, error } = useAnswer(load, [item.id, model, view]);
  if (error) return h('p', { class: 'failed' }, error);
  if (!sections) return h('p', { class: 'quiet' }, T.reading);
  if (sections.length === 0 && none) return h('p', { class: 'quiet' }, none);
  return h(
    'div',
    { class: plain ? 'metadata plain-sections' : 'metadata' },
    !plain &&
      h(
        'nav',
        { class: 'contents', 'aria-label': T.contents },
        h(
          'ul',
          null,
          sections.map(({ title }, index) =>
            h(
              'li',
              { key: index },
              h(
                'a',
                {
                  class: 'walk',
                  href: hashOf({ item: item.id, view, index }),
                  'aria-current': place.index === index ? 'true' : undefined,
                  onClick: () => show(index),
                },
                title,
              ),
            ),
          ),
        ),
      ),
    h(
      'div',
      { class: 'sections' },
      sections.map(({ title, source, index, blocks }, number) =>
        h(
          'section',
          {
            key: number,
            class: 'card',
            id: `section-${number}`,
            'aria-labelledby': `section-${number}-title section-${number}-source`,
            ref: (/** @type {HTMLElement | null} */ element) => {
              if (place.index === number && element && !element.dataset.seen)
                element.scrollIntoView();
              if (element) element.dataset.seen = '';
            },
          },
          h(
            'header',
            null,
            h('h2', { id: `section-${number}-title` }, title),
            index >= 0
              ? h(
                  'a',
                  {
                    id: `section-${number}-source`,
                    href: hashOf({ item: item.id, view: 'files', index }),
                  },
                  source,
                )
              : h('span', { id: `section-${number}-source`, class: 'quiet' }, source),
          ),
          blocks.map((block, i) => h(BlockNode, { key: i, block, title })),
        ),
      ),
    ),
  );
}

/** @param {number} index of a section */
function show(index) {
  document.getElementById(`section-${index}`)?.scrollIntoView();
}
