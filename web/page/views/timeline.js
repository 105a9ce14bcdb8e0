// SPDX-License-Identifier: Apache-2.0
// When what happened.
import { L } from '../../text/views.js';
import { api } from '../api.js';
import { h } from '../h.js';
import { Sections } from './sections.js';

/** @param {import('./index.js').ViewProps} props */
export const TimelineView = (props) =>
  h(
    'div',
    { class: 'times-view' },
    h(Sections, {
      ...props,
      view: 'timeline',
      load: () => api.timeline({ item: props.item.id }),
      plain: true,
      none: L.none,
    }),
  );
