// SPDX-License-Identifier: Apache-2.0
// All metadata of a checkpoint in a form for people.
import { maskArgument, maskNamed } from '../../wasm/api/dump.js';
import { V } from '../text.js';
import { indexOf } from './report.js';
import { Tree } from './tree.js';
import { VIEWS } from './views.js';

/** @typedef {import('../types.d.ts').Section} Section */

/** Files that hold JSON of other formats, shown as it is. */
const OTHER_JSON = /\.json$|^(bind\.mounts|status\.dump|pod\.dump|oci-layout)$/;

/**
 * @param {Omit<import('./views.js').Context, 'member'>} context
 * @param {any} checkpoint
 * @returns {Section[]}
 */
export function sectionsOf(context, { documents, files, members, image }) {
  const { ckpt, shelf, secrets } = context;
  /** @type {Section[]} */
  const found = [];
  const index = indexOf(members, new Set(files.keys()));
  const add = (/** @type {string} */ source, /** @type {import('./views.js').Part[]} */ parts) => {
    for (const part of parts) found.push({ ...part, source, index: index.get(source) ?? -1 });
  };
  // What runs is asked for first, and lists come last.
  const order = ['spec.dump', 'config.dump'];
  const rank = (/** @type {string} */ kind) =>
    order.includes(kind) ? order.indexOf(kind) - order.length : ckpt.kinds.indexOf(kind);
  for (const member of Object.keys(documents).sort((a, b) => rank(a) - rank(b))) {
    const { value, error } = documents[member];
    const filled = error ? error.partial : value;
    if (filled === undefined || !Object.hasOwn(VIEWS, member)) continue;
    add(member, VIEWS[member]({ ...context, member }, filled));
  }
  for (const [member, bytes] of files) {
    if (!OTHER_JSON.test(member) || ckpt.check('any', bytes) !== null) continue;
    const tree = new Tree(ckpt, shelf, bytes, ({ pointer }) => secrets.has(member, pointer));
    add(member, [{ title: member, blocks: [{ t: 'tree', seq: tree.children() }] }]);
  }
  if (image && Object.keys(image.annotations).length > 0) {
    const text = new TextEncoder().encode(JSON.stringify(image.annotations));
    const seq = new Tree(ckpt, shelf, text, looksSecret(ckpt)).children();
    add('', [{ title: V.imageAnnotations, blocks: [{ t: 'tree', seq }] }]);
  }
  return found.filter(({ title, source }) => source !== 'config.dump' || !REPEATED.includes(title));
}

/** For what the report does not look into: as the core sees a text alone. @param {any} ckpt @returns {import('./tree.js').Hides} */
const looksSecret =
  (ckpt) =>
  ({ key, text, before }) =>
    maskArgument(ckpt, text, before) !== text || maskNamed(ckpt, text, key ?? '') !== text;

/** Of config.dump: what the overview shows. */
const REPEATED = [V.times];
