// SPDX-License-Identifier: Apache-2.0
// Starts the page: worker, address, keys, drops.
import { render } from 'preact';
import { T } from '../text.js';
import { takeData, takeText } from './actions.js';
import { api, startWorker } from './api.js';
import { App } from './app.js';
import { reportFaults } from './boundary.js';
import { acceptDrops, acceptPastes } from './drop.js';
import { takeReports } from './embedded.js';
import { h } from './h.js';
import { install } from './install.js';
import { acceptKeys } from './keys.js';
import { acceptMessages, takeEmbedded } from './messages.js';
import { follow, onChange, showNow, state, update } from './store.js';
import { readTheme } from './theme.js';

export function start() {
  readTheme();
  const trusted = startWorker();
  const root = /** @type {HTMLElement} */ (document.getElementById('app'));
  onChange(() => render(h(App, null), root));
  addEventListener('hashchange', follow);
  follow();
  acceptDrops(/** @type {HTMLElement} */ (document.getElementById('overlay')), takeData);
  acceptPastes(takeData, takeText);
  acceptKeys();
  reportFaults();
  addEventListener('beforeunload', (event) => {
    if (state.items.length > 0) event.preventDefault();
  });
  addEventListener('beforeprint', () => showNow({ printing: true }));
  addEventListener('afterprint', () => showNow({ printing: false }));
  api.hello().then(
    ({ kinds }) => {
      update({ kinds });
      document.documentElement.dataset.ready = '';
      takeReports();
      takeEmbedded();
      acceptMessages();
      install(trusted);
    },
    (error) => update({ trouble: `${T.start}: ${error.message}` }),
  );
}
