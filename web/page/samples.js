// SPDX-License-Identifier: Apache-2.0
// The two checkpoints that are built in.
/// <reference path="../modules.d.ts" />
import samples from 'page:samples';
import { T } from '../text.js';
import { take } from './actions.js';

/** @param {string} base64 */
export const bytesOf = (base64) =>
  Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));

/** @param {'healthy' | 'broken'} which */
export function takeSample(which) {
  const unpacked = new Blob([bytesOf(samples.healthy)])
    .stream()
    .pipeThrough(new DecompressionStream('gzip'));
  const coming = new Response(unpacked).arrayBuffer().then((buffer) => {
    const bytes = new Uint8Array(buffer);
    if (which === 'broken')
      for (const [offset, changed] of samples.changes) bytes.set(bytesOf(changed), offset);
    return { given: [{ path: T.sampleNames[which], blob: new Blob([bytes]) }], missed: 0 };
  });
  return take(coming);
}
