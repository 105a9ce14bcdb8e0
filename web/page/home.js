// SPDX-License-Identifier: Apache-2.0
// The first page: the ways in, and what was given so far.
import { T } from '../text.js';
import { closeAll } from './actions.js';
import { Fleet, MANY } from './fleet.js';
import { classes, h } from './h.js';
import { icon } from './icons.js';
import { ItemList, Picker } from './parts.js';
import { takeSample } from './samples.js';
import { state, update } from './store.js';

/** @type {import('../types.d.ts').Sample[]} */
const SAMPLES = ['healthy', 'broken', 'explore'];

export function Home() {
  const { items } = state;
  return h(
    'div',
    { class: classes('home', items.length > 0 && 'full', items.length > MANY && 'many') },
    items.length === 0 &&
      h('div', { class: 'hero' }, h('h1', null, T.heading), h('p', { class: 'lead' }, T.lead)),
    items.length > 0 &&
      h(
        'section',
        { class: 'card given', 'aria-labelledby': 'given-title' },
        h(
          'header',
          null,
          h('h1', { id: 'given-title' }, T.allItems(items.length)),
          h('button', { type: 'button', class: 'small', id: 'clear', onClick: closeAll }, T.clear),
        ),
        items.length > MANY ? h(Fleet, { items }) : h(ItemList, { items }),
      ),
    h(
      'section',
      { class: 'dropzone', 'aria-labelledby': 'drop-title' },
      icon('tray'),
      h('h2', { id: 'drop-title' }, items.length > 0 ? T.dropMore : T.dropTitle),
      h('p', { class: 'names' }, T.dropNames),
      h(
        'div',
        { class: 'buttons' },
        h(Picker, { id: 'files', label: T.chooseFiles, class: 'primary' }),
        h(Picker, { id: 'folder', label: T.chooseFolder, folder: true }),
        h(
          'button',
          { type: 'button', class: 'button', id: 'paste', onClick: () => update({ paste: true }) },
          T.pasteTitle,
        ),
      ),
      items.length === 0 &&
        h(
          'p',
          { class: 'samples' },
          T.samples,
          ' ',
          SAMPLES.map((which) =>
            h(
              'button',
              {
                key: which,
                type: 'button',
                class: 'link',
                id: `sample-${which}`,
                onClick: () => takeSample(which),
              },
              T.sampleLabels[which],
            ),
          ),
        ),
    ),
    h('p', { class: 'privacy' }, icon('shield'), h('span', null, T.privacy)),
    items.length === 0 &&
      h('p', { class: 'elsewhere' }, T.elsewhere, ' ', h('code', null, T.elsewhereCommand)),
    state.origin !== '' &&
      h('p', { class: 'privacy' }, icon('info'), h('span', null, T.from(state.origin))),
  );
}
