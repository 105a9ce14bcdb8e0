// SPDX-License-Identifier: Apache-2.0
// All metadata in a form for people.
import { api } from '../api.js';
import { h } from '../h.js';
import { Sections } from './sections.js';

/** @param {import('./index.js').ViewProps} props */
export const Metadata = (props) =>
  h(Sections, {
    ...props,
    view: 'metadata',
    load: () => api.sections({ item: props.item.id }),
  });
