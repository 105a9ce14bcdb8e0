// SPDX-License-Identifier: Apache-2.0
// The views of an item, in their order. A further one is one more entry.
import { T } from '../../text.js';
import { h } from '../h.js';
import { Changes } from './changes.js';
import { Compare } from './compare.js';
import { Files } from './files.js';
import { Findings } from './findings.js';
import { Metadata } from './metadata.js';
import { Overview } from './overview.js';
import { Carried, Mounts, OpenFiles, ProcessView } from './grids.js';
import { Sockets } from './sockets.js';
import { HuntView } from './hunt.js';
import { MemoryView } from './memory.js';
import { SECRETS, SecretsView } from './secrets.js';
import { SizeView } from './size.js';
import { TimelineView } from './timeline.js';

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
 * @property {keyof typeof T.views} id in the address
 * @property {keyof typeof T.groups} group
 * @property {(props: ViewProps) => any} component
 * @property {(model: Model) => boolean} has whether there is something to see
 * @property {(model: Model) => number} [count] shown beside the title
 */

/** @param {Model} model */
const findings = ({ report: { counts } }) => counts.error + counts.warning + counts.info;

/** @param {Model} model */
const images = (model) => model.images;

/** @type {View[]} */
const VIEWS = [
  { id: 'overview', group: 'answer', component: Overview, has: () => true },
  { id: 'findings', group: 'answer', component: Findings, has: () => true, count: findings },
  { id: 'processes', group: 'process', component: ProcessView, has: images },
  { id: 'openfiles', group: 'process', component: OpenFiles, has: images },
  { id: 'sockets', group: 'process', component: Sockets, has: images },
  { id: 'mounts', group: 'process', component: Mounts, has: images },
  { id: 'memory', group: 'process', component: MemoryView, has: images },
  { id: 'search', group: 'process', component: HuntView, has: images },
  { id: 'metadata', group: 'container', component: Metadata, has: ({ metadata }) => metadata },
  { id: 'changes', group: 'container', component: Changes, has: ({ changes }) => changes },
  {
    id: 'secrets',
    group: 'forensics',
    component: SecretsView,
    has: ({ members, metadata }) => members > 0 || metadata,
    count: ({ report }) => report.findings.filter(({ id }) => SECRETS.includes(id)).length,
  },
  {
    id: 'timeline',
    group: 'forensics',
    component: TimelineView,
    has: ({ members, metadata, loose }) => members > 0 || (metadata && !loose),
  },
  {
    id: 'files',
    group: 'archive',
    component: Files,
    has: ({ members }) => members > 0,
    count: ({ members }) => members,
  },
  {
    id: 'size',
    group: 'archive',
    component: SizeView,
    has: ({ sizes, loose }) => !loose && sizes.parts.length > 0,
  },
  { id: 'compare', group: 'archive', component: Compare, has: ({ members }) => members > 0 },
];

/** @param {View} view */
export const titleOf = ({ id }) => T.views[id];

/** Of tables that came with the page. @type {Record<string, View['component']>} */
const CARRIED = Object.fromEntries(
  VIEWS.map((view) => [
    view.id,
    (/** @type {ViewProps} */ props) =>
      h(Carried, { ...props, view: view.id, title: titleOf(view) }),
  ]),
);

/** Those that have something to show. @param {Model} model */
export const viewsOf = (model) =>
  VIEWS.filter(({ id, has }) => has(model) || model.tables.includes(id)).map((view) =>
    model.tables.includes(view.id) ? { ...view, component: CARRIED[view.id] } : view,
  );
