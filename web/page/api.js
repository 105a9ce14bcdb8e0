// SPDX-License-Identifier: Apache-2.0
// The worker, which is started from this very script.
import { connect } from '../rpc.js';
import { T } from '../text.js';
import { update } from './store.js';

/** @type {import('../rpc.js').RemoteApi} */
export let api;

/** The text of this script, while it runs first. */
const source = typeof document === 'undefined' ? '' : (document.currentScript?.textContent ?? '');

/** The security policy allows no other scripts than those that go through this. @param {(url: string) => boolean} allowed */
function trust(allowed) {
  const policy = /** @type {any} */ (window).trustedTypes?.createPolicy('worker', {
    createScriptURL: (/** @type {string} */ url) => (allowed(url) ? url : ''),
  });
  return (/** @type {string} */ url) => /** @type {string} */ (policy?.createScriptURL(url) ?? url);
}

/** @returns {(url: string) => string} for what else may be loaded: the service worker */
export function startWorker() {
  const url = URL.createObjectURL(new Blob([source], { type: 'text/javascript' }));
  const trusted = trust((asked) => asked === url || asked === SERVICE);
  const worker = new Worker(trusted(url));
  const connection = connect(/** @type {any} */ (worker));
  worker.onerror = (event) => {
    event.preventDefault();
    connection.fail(new Error(T.failed));
    update({ trouble: T.failed });
  };
  api = connection.api;
  return trusted;
}

/** The service worker lies beside the page, where that is served. */
export const SERVICE = 'viewer-sw.js';
