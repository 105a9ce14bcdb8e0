// SPDX-License-Identifier: Apache-2.0
// The answer first: what is the matter with a checkpoint, in one sign and one sentence.
import { T } from '../text.js';
import { h } from './h.js';
import { icon } from './icons.js';

/** @typedef {import('../types.d.ts').Model} Model */
/** @typedef {import('../types.d.ts').Severity} Severity */
/** @typedef {'ok' | 'warning' | 'error' | 'none'} Tone */

/** @type {Severity[]} */
export const SEVERITIES = ['error', 'warning', 'info'];

/** @param {Model} model @returns {Tone} */
export function toneOf({ broken, report: { counts }, metadata, form }) {
  if (broken?.nothing) return 'none';
  if (broken || counts.error > 0) return 'error';
  if (form === 'unknown' && !metadata) return 'none';
  return counts.warning > 0 ? 'warning' : 'ok';
}

/** @type {Record<Tone, string>} */
const SIGN = { ok: 'restores', warning: 'warning', error: 'fails', none: 'unknown' };

/** @param {Tone} tone */
export const sign = (tone) => h('span', { class: `sign ${tone}` }, icon(SIGN[tone]));

/** How many there are of each severity. @param {{counts: Model['report']['counts'], all?: boolean}} props `all`: also those of which there are none */
export function Counts({ counts, all }) {
  return h(
    'span',
    { class: 'counts' },
    SEVERITIES.filter((severity) => all || counts[severity] > 0).map((severity) =>
      h(
        'span',
        { class: `count ${severity}`, key: severity },
        icon(severity),
        T.counted[severity](counts[severity]),
      ),
    ),
  );
}

/** What stands next to an item where there is little room. @param {{item: import('./store.js').Item}} props */
export function Badge({ item: { state, model } }) {
  if (state !== 'ready' || !model) return h('span', { class: `badge ${state}` }, T.states[state]);
  const tone = toneOf(model);
  return h(
    'span',
    { class: `badge ${tone}` },
    T.tones[model.broken && tone === 'error' ? 'broken' : tone],
  );
}
