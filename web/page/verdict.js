// SPDX-License-Identifier: Apache-2.0
// The answer first: what is the matter with a checkpoint, in one sign and one sentence.
import { T } from '../text.js';
import { h } from './h.js';
import { icon } from './icons.js';

/** @typedef {import('../types.d.ts').Model} Model */
/** @typedef {import('../types.d.ts').Severity} Severity */
/** @typedef {'ok' | 'warning' | 'error' | 'hostile' | 'none'} Tone */

/** @type {Severity[]} */
export const SEVERITIES = ['error', 'warning', 'info'];

/** @param {Model} model @returns {Tone} */
export function toneOf({ broken, report, metadata, form }) {
  const { counts, trust } = report;
  if (broken?.nothing) return 'none';
  if (trust.level === 'hostile') return 'hostile';
  const verdict = ownVerdict(report);
  if (broken || counts.error > 0 || verdict === 'fails') return 'error';
  if (form === 'unknown' && !metadata) return 'none';
  const fine = verdict === 'restores' && counts.warning === 0 && trust.level === 'clean';
  return fine ? 'ok' : 'warning';
}

/** What the engine that made it says; the best of all if that is not known. @param {Model['report']} report */
export function ownVerdict({ targets, engine }) {
  const own = targets.find(({ name }) => name === engine.name);
  if (own) return own.verdict;
  const order = /** @type {const} */ (['restores', 'conditional', 'unknown', 'fails']);
  return order.find((one) => targets.some(({ verdict }) => verdict === one)) ?? 'restores';
}

/** @type {Record<Tone, string>} */
const SIGN = {
  ok: 'restores',
  warning: 'warning',
  error: 'fails',
  hostile: 'error',
  none: 'unknown',
};

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

/** @param {Tone} tone @param {Model} model @returns {Tone | 'broken' | 'suspicious' | 'conditional' | 'unknown'} */
function badgeOf(tone, { broken, report }) {
  if (broken && tone === 'error') return 'broken';
  if (tone !== 'warning' || report.counts.warning > 0) return tone;
  // Not for what was found, but for what has to be arranged, or is not known.
  if (report.trust.level !== 'clean') return 'suspicious';
  return ownVerdict(report) === 'unknown' ? 'unknown' : 'conditional';
}

/** What stands next to an item where there is little room. @param {{item: import('./store.js').Item}} props */
export function Badge({ item: { state, model } }) {
  if (state !== 'ready' || !model) return h('span', { class: `badge ${state}` }, T.states[state]);
  const tone = toneOf(model);
  return h('span', { class: `badge ${tone}` }, T.tones[badgeOf(tone, model)]);
}
