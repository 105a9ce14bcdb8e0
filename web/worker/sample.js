// SPDX-License-Identifier: Apache-2.0
// The checkpoints that are built in.
/// <reference path="../modules.d.ts" />
import samples from 'page:samples';
import { bytesOf } from '../base64.js';
import { unpackXz } from './unpack.js';

/** @param {import('../types.d.ts').Sample} which @returns {Promise<Blob>} */
export async function sample(which) {
  const both = await unpackXz(samples.packed);
  if (which === 'explore') return new Blob([both.subarray(samples.healthy)]);
  const bytes = both.subarray(0, samples.healthy);
  if (which === 'broken')
    for (const [offset, changed] of samples.changes) bytes.set(bytesOf(changed), offset);
  return new Blob([bytes]);
}
