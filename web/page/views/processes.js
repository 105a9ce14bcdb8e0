// SPDX-License-Identifier: Apache-2.0
// What was running: processes, open files, sockets and mounts, from the images of CRIU.
import { api } from '../api.js';
import { h } from '../h.js';
import { Sections } from './sections.js';

/** @param {import('./index.js').ViewProps} props */
export const Processes = (props) =>
  h(Sections, {
    ...props,
    view: 'processes',
    load: () => api.dump({ item: props.item.id }),
  });
