// SPDX-License-Identifier: Apache-2.0
// The page as an installed app, where it is served: it works without the server, and opens files.
import { SERVICE } from './api.js';
import { take } from './actions.js';
import { picked } from './collect.js';

const MANIFEST = 'viewer.webmanifest';

/** @param {(url: string) => string} trusted */
export function install(trusted) {
  if (!/^https?:$/.test(location.protocol) || !navigator.serviceWorker || window.parent !== window)
    return;
  const link = document.createElement('link');
  link.rel = 'manifest';
  link.href = MANIFEST;
  document.head.append(link);
  // Served without it, the page works as before.
  navigator.serviceWorker.register(trusted(SERVICE)).catch(() => {});
  /** @type {any} */ (window).launchQueue?.setConsumer(
    async (/** @type {{files: {getFile(): Promise<File>}[]}} */ { files }) => {
      if (files.length > 0)
        take(Promise.all(files.map((file) => file.getFile())).then((all) => picked(all)));
    },
  );
}
