// SPDX-License-Identifier: Apache-2.0
// How another page sends files to this one. Off unless the address names the one origin
// that may send: viewer.html?origin=https://ci.example.test, opened or framed by it.
//
//   it gets  {type: 'ckpt:ready', version: 1}
//   it sends {type: 'ckpt:open', id, files: [{name, data: Blob | ArrayBuffer | Uint8Array | string}]}
//   it gets  {type: 'ckpt:report', id, reports: [{name, report}]}; report is null if it was not read
import { MOST } from './collect.js';

/** The one origin that may send, or '': none may. @param {string} search */
export function allowedOrigin(search) {
  const named = new URLSearchParams(search).get('origin');
  if (named === null) return '';
  try {
    const { origin, protocol } = new URL(named);
    return origin === named && /^https?:$/.test(protocol) ? origin : '';
  } catch {
    return '';
  }
}

/** @param {any} data @returns {import('../types.d.ts').Given[] | null} null: it is no such message */
export function givenOf(data) {
  if (data?.type !== 'ckpt:open' || !Array.isArray(data.files) || data.files.length > MOST)
    return null;
  const given = [];
  for (const file of data.files) {
    const { name, data: content } = file ?? {};
    if (typeof name !== 'string' || name.length > 4096) return null;
    if (content instanceof Blob) given.push({ path: name, blob: content });
    else if (
      typeof content === 'string' ||
      content instanceof ArrayBuffer ||
      ArrayBuffer.isView(content)
    )
      given.push({ path: name, blob: new Blob([/** @type {BlobPart} */ (content)]) });
    else return null;
  }
  return given;
}
