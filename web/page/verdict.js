// SPDX-License-Identifier: Apache-2.0
// The answer first: what is the matter with a checkpoint, in one sign and one sentence. It is never
// better than the least of the three things that the core says: verdict, trust, coverage.
import { enums } from '../../dist/tables.js';
import { T } from '../text.js';
import { W } from '../text/answer.js';
import { h } from './h.js';
import { icon } from './icons.js';
import { state } from './store.js';

/** @typedef {import('../types.d.ts').Model} Model */
/** @typedef {import('../types.d.ts').Target} Target */
/** @typedef {import('../types.d.ts').Severity} Severity */
/** Colours: red for what stops the restore or attacks, amber for conditions and doubt, grey for what is not known. @typedef {'ok' | 'warning' | 'error' | 'hostile' | 'unknown' | 'none'} Tone */
/** @typedef {{tone: Tone, badge: string, sentence: string, target: Target | undefined}} Answer */

/** @type {readonly Severity[]} */
export const SEVERITIES = enums.severities;
/** From the best to the worst, for what no engine is known of. */
const ORDER = /** @type {const} */ (['restores', 'conditional', 'unknown', 'fails']);

/** The target that is asked about; else the engine that made it; else the best of all. @param {Model['report']} report @returns {Target | undefined} */
export function targetOf({ targets, engine }) {
  const named = (/** @type {string} */ wanted) => targets.find(({ name }) => name === wanted);
  const own = named(state.target.name) ?? named(engine.name);
  if (own) return own;
  const best = ORDER.find((word) => targets.some(({ verdict }) => verdict === word));
  return targets.find(({ verdict }) => verdict === best);
}

/** How a target is called. @param {{name: string, version: string}} target */
export const nameOf = ({ name, version }) =>
  `${W.engines[name] ?? name}${version === '' ? '' : ` ${version}`}`;

/** The same of targets that are only named. @param {readonly string[]} [names] */
export const enginesOf = (names = []) => names.map((name) => W.engines[name] ?? name);

/** @param {Tone} tone @param {string} badge @param {string} sentence @param {Target} [target] @returns {Answer} */
const answer = (tone, badge, sentence, target) => ({ tone, badge, sentence, target });

/** What is no checkpoint, or no whole one; undefined if it is one. @param {Model} model @returns {Answer | undefined} */
function without({ broken, report, metadata, form, image, what, loose }) {
  const { counts } = report;
  if (broken?.nothing)
    return answer('none', W.tones.none, what ? W.noArchiveBut(what) : W.noArchive);
  if (image !== '') return answer('unknown', W.tones.unknown, W.oneImage(image));
  if (broken) return undefined;
  if (form === 'unknown' && !metadata && counts.error === 0)
    return answer('none', W.tones.none, what ? W.notOneBut(what) : W.notOne);
  if (!loose) return undefined;
  if (counts.error > 0) return answer('error', W.tones.error, W.looseErrors(counts.error));
  const words = counts.warning > 0 ? W.looseWarnings(counts.warning) : W.loose;
  return answer('unknown', W.tones.unknown, words);
}

/** One answer out of all three. @param {Model} model @returns {Answer} */
export function answerOf(model) {
  const { broken, report } = model;
  const { counts, trust, coverage } = report;
  const target = targetOf(report);
  const say = (
    /** @type {Tone} */ tone,
    /** @type {keyof typeof W.tones} */ badge,
    /** @type {string} */ words,
  ) => answer(tone, W.tones[badge], words, target);
  if (trust.level === 'hostile') return say('hostile', 'hostile', W.hostile);
  const other = without(model);
  if (other) return { ...other, target };
  if (broken)
    return broken.limit ? say('unknown', 'limited', W.limited) : say('error', 'broken', W.damaged);
  if (!target) {
    if (counts.error > 0) return say('error', 'error', W.looseErrors(counts.error));
    return say('unknown', 'unknown', W.nobodyKnown);
  }
  const who = nameOf(target);
  switch (target.verdict) {
    case 'fails':
      return report.targets.every(({ verdict }) => verdict === 'fails')
        ? say('error', 'fails', W.nobody)
        : say('error', 'fails', W.fails(who));
    case 'unknown':
      return counts.error > 0
        ? say('error', 'unknown', W.unknown(who))
        : say('unknown', 'unknown', W.unknown(who));
    case 'conditional':
      if (trust.level !== 'clean')
        return say('warning', 'suspicious', W.restoresIfOdd(who, target.conditions.length));
      if (counts.error > 0)
        return say(
          'error',
          'error',
          W.restoresIfErrors(who, target.conditions.length, counts.error),
        );
      return say('warning', 'conditional', W.restoresIf(who, target.conditions.length));
    default:
      if (trust.level !== 'clean') return say('warning', 'suspicious', W.restoresOdd(who));
      if (counts.error > 0) return say('error', 'error', W.restoresErrors(who, counts.error));
      if (model.images && !coverage.checked.includes('images'))
        return say('warning', 'unchecked', W.restoresUnseen(who));
      return bearing(coverage) > 0
        ? say('warning', 'unchecked', W.restoresAsFar(who, bearing(coverage)))
        : say('ok', 'ok', W.restores(who));
  }
}

/** What the core calls what was not searched, since nobody asked for it. */
export const SECRETS = 'secrets in memory';

/**
 * How much was not checked that bears on a restore. Secrets bear on whom the archive may be given to:
 * "Checked" says so.
 * @param {Model['report']['coverage']} coverage
 */
const bearing = ({ notChecked }) => notChecked.filter(({ what }) => what !== SECRETS).length;

/** @type {Record<Tone, string>} */
const SIGN = {
  ok: 'restores',
  warning: 'conditional',
  error: 'fails',
  hostile: 'error',
  unknown: 'unknown',
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
        { class: `count ${counts[severity] > 0 ? severity : 'zero'}`, key: severity },
        icon(severity),
        T.counted[severity](counts[severity]),
      ),
    ),
  );
}

/** What stands next to an item where there is little room. @param {{item: import('./store.js').Item}} props */
export function Badge({ item: { state: how, model } }) {
  if (how !== 'ready' || !model) return h('span', { class: `badge ${how}` }, T.states[how]);
  const { tone, badge } = answerOf(model);
  return h('span', { class: `badge ${tone}` }, badge);
}
