// SPDX-License-Identifier: Apache-2.0
// Files from another page, and from the page itself.
import { take } from './actions.js';
import { update } from './store.js';
import { allowedOrigin, givenOf } from './protocol.js';
import { bytesOf } from '../base64.js';

/** Takes files from the page that opened this one, if it may send them. */
export function acceptMessages() {
  const origin = allowedOrigin(location.search);
  const other = window.opener ?? (window.parent === window ? null : window.parent);
  if (origin === '' || !other) return;
  update({ origin });
  addEventListener('message', async ({ origin: from, source, data }) => {
    if (from !== origin || source !== other) return;
    const given = givenOf(data);
    if (!given) return;
    const items = await take({ given, missed: 0 });
    const reports = items.map(({ name, model }) => ({ name, report: model?.report ?? null }));
    other.postMessage({ type: 'ckpt:report', id: data.id, reports }, origin);
  });
  other.postMessage({ type: 'ckpt:ready', version: 1 }, origin);
}

/** Reads what stands in the page itself: <script type="application/octet-stream" data-checkpoint="NAME"> with Base64. */
export function takeEmbedded() {
  const found = [...document.querySelectorAll('script[data-checkpoint]')];
  if (found.length === 0) return;
  const given = found.map((element) => ({
    path: element.getAttribute('data-checkpoint') ?? '',
    blob: new Blob([bytesOf((element.textContent ?? '').trim())]),
  }));
  take({ given, missed: 0 });
}
