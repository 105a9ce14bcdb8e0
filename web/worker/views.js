// SPDX-License-Identifier: Apache-2.0
// The view of each kind of file: from its decoded value to sections.
import { configView, statusView } from './view-config.js';
import {
  deletedView,
  kubernetesView,
  networkView,
  podView,
  reducedSpecView,
} from './view-lists.js';
import { specView } from './view-spec.js';

/**
 * @typedef {object} Context
 * @property {any} ckpt the core
 * @property {import('./shelf.js').Shelf} shelf where large things are put
 * @property {import('./report.js').Secrets} secrets
 * @property {string} member that is shown
 */

/** A section that does not say yet where it comes from. @typedef {Pick<import('../types.d.ts').Section, 'title' | 'blocks'>} Part */

/** `any` has none: its tree is all there is. @type {Record<string, (context: Context, value: any) => Part[]>} */
export const VIEWS = {
  'config.dump': configView,
  'spec.dump': specView,
  status: statusView,
  'deleted.files': deletedView,
  'network.status': networkView,
  'pod.options': podView,
  'kubernetes-checkpoint-metadata': kubernetesView,
  spec: reducedSpecView,
};
