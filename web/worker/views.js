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

/** @typedef {{ckpt: any, shelf: import('./shelf.js').Shelf}} Context the core, and where large things are put */

/** `any` has none: its tree is all there is. @type {Record<string, (context: Context, value: any) => import('../types.d.ts').Section[]>} */
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
