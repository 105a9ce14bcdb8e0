// SPDX-License-Identifier: Apache-2.0
// The page: takes files in, hands them to the worker, shows the answers.
/// <reference path="../modules.d.ts" />
import workerSource from 'page:worker';
import { connect } from '../rpc.js';
import { T } from '../text.js';
import { MOST, NoFolders, TooMany, collect, picked } from './collect.js';
import { announce, h } from './dom.js';
import { acceptDrops, acceptPastes } from './drop.js';
import { Results } from './results.js';

/** @typedef {import('./collect.js').Collected} Collected */

/** @template {HTMLElement} E @param {string} id @returns {E} */
const byId = (id) => /** @type {E} */ (document.getElementById(id));

/** The worker, from a script that stands in this one. */
function startWorker() {
  const url = URL.createObjectURL(new Blob([workerSource], { type: 'text/javascript' }));
  // The security policy allows no other script than what goes through this.
  const policy = /** @type {any} */ (window).trustedTypes?.createPolicy('worker', {
    createScriptURL: (/** @type {string} */ own) => (own === url ? own : ''),
  });
  const worker = new Worker(policy ? policy.createScriptURL(url) : url);
  const connection = connect(/** @type {any} */ (worker));
  worker.onerror = (event) => {
    event.preventDefault();
    connection.fail(new Error(T.failed));
    problem(T.failed);
  };
  return connection.api;
}

/** @param {string} text */
function problem(text) {
  byId('trouble').replaceChildren(h('p', { class: 'failed' }, text));
}

const api = startWorker();
const ready = api.hello().then(
  ({ kinds }) => new Results(api, kinds, byId('results'), byId('jump')),
  (error) => {
    problem(`${T.start}: ${error.message}`);
    throw error;
  },
);
let pasted = 0;

/** @param {Collected | Promise<Collected>} coming */
async function take(coming) {
  byId('trouble').replaceChildren();
  announce(T.reading);
  try {
    const { given, missed } = await coming;
    if (missed > 0) problem(T.missed(missed));
    if (given.length === 0) {
      announce(T.nothingGiven);
      return;
    }
    const sources = await api.open(given);
    document.body.classList.add('full');
    await (await ready).add(sources);
  } catch (error) {
    announce('');
    problem(
      error instanceof TooMany
        ? T.tooMany(MOST)
        : error instanceof NoFolders
          ? T.noFolders
          : /** @type {Error} */ (error).message,
    );
  }
}

/** @param {DataTransfer} data */
const takeData = (data) => take(collect(data, (found) => announce(T.looking(found))));
/** @param {string} text */
const takeText = (text) =>
  take({ given: [{ path: T.pasted(++pasted), blob: new Blob([text]) }], missed: 0 });

for (const id of ['files', 'folder']) {
  const input = /** @type {HTMLInputElement} */ (byId(id));
  input.addEventListener('change', () => {
    const { files } = input;
    if (!files || files.length === 0) return;
    take((async () => picked(files))()).then(() => (input.value = ''));
  });
}
acceptDrops(byId('overlay'), takeData);
acceptPastes(takeData, takeText);

const area = /** @type {HTMLTextAreaElement} */ (byId('paste-text'));
byId('paste-read').addEventListener('click', () => {
  if (area.value === '') return area.focus();
  takeText(area.value);
  area.value = '';
  /** @type {HTMLDetailsElement} */ (byId('paste')).open = false;
});
byId('clear').addEventListener('click', async () => {
  (await ready).clear();
  document.body.classList.remove('full');
  byId('files').focus();
});
document.documentElement.dataset.ready = '';
