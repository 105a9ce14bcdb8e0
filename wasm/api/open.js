// SPDX-License-Identifier: Apache-2.0
// Opening a checkpoint, whatever holds it: an archive, an image, a directory, a pod.
import { checkedOptions, must } from '../border/arguments.js';
import { checkedLimits } from './budget.js';
import { Checkpoint } from './checkpoint.js';
import { Content } from './content.js';
import { KEEPS } from './keep.js';
import { imageIn } from './oci-image.js';
import { Origin } from './origin.js';
import { partsOf } from './parts.js';
import { Pod } from './pod.js';
import { inputOf } from './sources.js';

/**
 * @typedef {import('./checkpoint.js').OpenOptions} OpenOptions
 * @typedef {import('../border/core.js').Core} Core
 */

const IMAGES = new Set(['oci-layout', 'docker-archive', 'containerd-ctr']);
const OPEN_OPTIONS = {
  name: must.text,
  hash: must.flag,
  onProgress: must.call,
  signal: must.signal,
  limits: must.object,
  keep: must.any,
  search: must.object,
};

/** @type {import('./parts.js').Open} */
async function open(core, origin, options, known) {
  if (!known) await origin.probe(options.signal);
  const parts = partsOf(core, options, open, await Content.read(core, origin, options, known));
  if (IMAGES.has(parts.summary.form)) return imageIn(parts);
  return parts.summary.form === 'pod' ? new Pod(parts) : new Checkpoint(parts);
}

/** @param {any} options @throws {TypeError} if one is not known, or of another type */
export const checkedOpenOptions = (options) =>
  checkedOptions(options, OPEN_OPTIONS, 'openCheckpoint');

/**
 * @param {Core} core
 * @param {any} source
 * @param {OpenOptions} [options]
 * @returns {Promise<Checkpoint>}
 */
export async function openWith(core, source, options = {}) {
  checkedOpenOptions(options);
  if (options.keep !== undefined && !KEEPS.includes(options.keep))
    throw new TypeError(`keep: expected ${KEEPS.join(' or ')}, not ${String(options.keep)}`);
  const limits = checkedLimits(options.limits);
  options.signal?.throwIfAborted();
  const input = inputOf(source);
  const name = options.name ?? source.name;
  const named = { ...options, name: typeof name === 'string' ? name : '' };
  try {
    return await open(core, new Origin(core, input, { limits }), named);
  } catch (error) {
    // What does not answer is not waited for.
    const closed = Promise.resolve(input.close?.()).catch(() => {});
    if (!options.signal?.aborted) await closed;
    throw error;
  }
}
