// SPDX-License-Identifier: Apache-2.0
// What the container wrote and deleted, and the content of what it wrote beside it.
import { T } from '../../text.js';
import { classes, h } from '../h.js';
import { go } from '../store.js';
import { GridView } from './grids.js';
import { Viewer } from './viewer.js';

/** @typedef {import('../../types.d.ts').GridRow} GridRow */

/** @param {import('./index.js').ViewProps} props */
export function Changes(props) {
  const { item, model, place } = props;
  const viewing = place.index !== undefined && place.inner !== undefined;
  return h(
    'div',
    { class: classes('changes', viewing && 'viewing') },
    h(GridView, {
      ...props,
      place: { ...place, index: undefined },
      view: 'changes',
      title: T.views.changes,
      pid: 0,
      choose: (/** @type {GridRow} */ { place: to }) => to && go({ view: 'changes', ...to }),
      here: (/** @type {GridRow} */ { place: to }) =>
        viewing && to?.index === place.index && to?.inner === place.inner,
    }),
    viewing && h(Viewer, { key: `${item.id}/${place.index}!${place.inner}`, item, model, place }),
  );
}
