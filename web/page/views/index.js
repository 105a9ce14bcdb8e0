// SPDX-License-Identifier: Apache-2.0
// The views of an item, in their order. A further one (processes, sockets, memory) is one more entry.
import { T } from '../../text.js';
import { Compare } from './compare.js';
import { Files } from './files.js';
import { Findings } from './findings.js';
import { Metadata } from './metadata.js';
import { Overview } from './overview.js';
import { Processes } from './processes.js';

/** @typedef {import('../../types.d.ts').Model} Model */
/**
 * What a view is given: the item, its model, and the place one is at in it. It goes elsewhere with
 * `go` of store.js, and asks the worker with `api` of api.js.
 * @typedef {object} ViewProps
 * @property {import('../store.js').Item} item
 * @property {Model} model
 * @property {import('../store.js').Place} place
 */
/**
 * @typedef {object} View
 * @property {string} id in the address
 * @property {string} title
 * @property {(props: ViewProps) => any} component
 * @property {(model: Model) => boolean} has whether there is something to see
 * @property {(model: Model) => number} [count] shown beside the title
 */

/** @param {Model} model */
const findings = ({ report: { counts } }) => counts.error + counts.warning + counts.info;

/** @type {View[]} */
const VIEWS = [
  { id: 'overview', title: T.views.overview, component: Overview, has: () => true },
  {
    id: 'findings',
    title: T.views.findings,
    component: Findings,
    has: () => true,
    count: findings,
  },
  {
    id: 'processes',
    title: T.views.processes,
    component: Processes,
    has: ({ images }) => images,
  },
  {
    id: 'metadata',
    title: T.views.metadata,
    component: Metadata,
    has: ({ metadata }) => metadata,
  },
  {
    id: 'files',
    title: T.views.files,
    component: Files,
    has: ({ members }) => members > 0,
    count: ({ members }) => members,
  },
  {
    id: 'compare',
    title: T.views.compare,
    component: Compare,
    has: ({ members }) => members > 0,
  },
];

/** Those that have something to show. @param {Model} model */
export const viewsOf = (model) => VIEWS.filter(({ has }) => has(model));
