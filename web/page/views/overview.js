// SPDX-License-Identifier: Apache-2.0
// First the three answers, what stops a restore and what it needs; then what it is about.
import { A, T, V } from '../../text.js';
import { W } from '../../text/answer.js';
import { H, U } from '../../text/views.js';
import { choose, read } from '../actions.js';
import { Facts, Timeline } from '../blocks.js';
import { Fleet, MANY } from '../fleet.js';
import { classes, h } from '../h.js';
import { icon } from '../icons.js';
import { ItemList, Picker as FilePicker } from '../parts.js';
import { areaOf } from '../rules.js';
import { Largest, Sizes } from '../sizes.js';
import { beside, hashOf, state, update } from '../store.js';
import { Counts, SECRETS, answerOf, enginesOf, nameOf, sign, targetOf } from '../verdict.js';
import { MemoryCard, OpenCard, ProcessCard, useBoard } from './board.js';
import { groupsOf } from './findings.js';

/** @typedef {import('../../types.d.ts').Model} Model */
/** @typedef {import('../../types.d.ts').Reason} Reason */
/** @typedef {import('./index.js').ViewProps} ViewProps */

/** How many are shown here of what may be many. */
const TOP = 6;
const FEW = 3;
/** "Made by another engine": it says no more than the form of the archive does. */
const OTHER_ENGINE = 'CKP700';
/** What tells about the host that made the dump, beside all that is about restoring. */
const HOST = ['CKP314', 'CKP206'];

/** @param {ViewProps} props */
export function Overview({ item, model }) {
  const { identity, timeline, sizes, statistics } = model;
  const board = useBoard({ item, model });
  // Of what is no checkpoint there is nothing to restore, and nothing to trust.
  const judged = answerOf(model).tone !== 'none';
  return h(
    'div',
    { class: 'overview' },
    state.hint && judged && h(Hint, null),
    h(
      'div',
      { class: classes('answers', !judged && 'alone') },
      h(Restore, { model }),
      judged && h(Trust, { model }),
      judged && h(Checked, { item, model }),
    ),
    judged && h(Stops, { model }),
    judged && h(Passes, { model }),
    !judged && h(Openable, { item }),
    model.kind !== '' && h(ReadAs, { item, model }),
    judged && h(Needs, { model }),
    h(AlsoFound, { model }),
    h(Containers, { item }),
    h(
      'div',
      { class: 'board' },
      column(
        board && h(ProcessCard, { item, board }),
        identity.length > 0 && card('identity', V.identity, h(Facts, { rows: identity })),
      ),
      column(
        board && h(MemoryCard, { item, board }),
        sizes.parts.length > 0 && card('sizes', A.sizes, h(Sizes, { model })),
        model.largest.length > 1 && card('largest-files', A.largest, h(Largest, { item, model })),
      ),
      column(
        timeline.length > 0 && card('times', V.times, h(Timeline, { events: timeline })),
        board && h(OpenCard, { item, board }),
        statistics.length > 0 && card('statistics', A.statistics, h(Facts, { rows: statistics })),
      ),
    ),
  );
}

/** Cards below each other; nothing if there are none. @param {...any} cards */
const column = (...cards) => cards.some(Boolean) && h('div', { class: 'board-column' }, ...cards);

/** What can be opened instead. @param {{item: ViewProps['item']}} props */
const Openable = ({ item }) =>
  h(
    'section',
    { class: 'card', 'aria-labelledby': 'openable-title' },
    h('h2', { id: 'openable-title' }, T.openable),
    h('p', null, T.dropNames),
    h(
      'p',
      { class: 'buttons' },
      h(FilePicker, { id: 'other-files', label: T.chooseFiles, class: 'primary' }),
      h(
        'a',
        { class: 'button', href: hashOf({ item: item.id, view: 'files', index: 0 }) },
        T.itsBytes,
      ),
    ),
  );

/** How to go on, once. */
const Hint = () =>
  h(
    'p',
    { class: 'hint' },
    icon('info'),
    h('span', null, U.hint),
    h(
      'button',
      {
        type: 'button',
        class: 'plain-button',
        'aria-label': T.dismiss,
        onClick: () => update({ hint: false }),
      },
      icon('close'),
    ),
  );

/** @param {string} name @param {string} title @param {...any} children */
const card = (name, title, ...children) =>
  h(
    'section',
    { class: `card ${name}`, 'aria-labelledby': `${name}-title` },
    h('h2', { id: `${name}-title` }, title),
    ...children,
  );

/** @param {{model: Model}} props */
function Restore({ model }) {
  const { tone, sentence } = answerOf(model);
  const { broken, report } = model;
  const more = broken && [
    h('p', { class: 'message' }, broken.message),
    broken.where !== '' && h('p', { class: 'quiet where' }, broken.where),
    !broken.nothing && model.members > 0 && h('p', null, A.brokenBefore),
  ];
  return h(
    'section',
    { class: `card answer verdict ${tone}`, 'aria-labelledby': 'verdict-title' },
    tone !== 'none' && report.targets.length > 0 && h(Picker, { report }),
    h('div', { class: 'headline' }, sign(tone), h('h2', { id: 'verdict-title' }, sentence)),
    more,
    !broken?.nothing && tone !== 'none' && h(Counts, { counts: report.counts, all: true }),
    tone !== 'none' && report.targets.length > 0 && h(Matrix, { report }),
  );
}

/** The target that is asked about. @param {{report: Model['report']}} props */
function Picker({ report }) {
  const { name, version } = state.target;
  return h(
    'div',
    { class: 'picker label' },
    h('label', { for: 'target' }, W.restoreOn),
    h(
      'select',
      {
        id: 'target',
        value: name,
        onChange: (/** @type {any} */ event) =>
          choose({ name: event.currentTarget.value, version: '' }),
      },
      h('option', { value: '' }, W.own(W.engines[report.engine.name] ?? '')),
      Object.entries(W.engines).map(([each, words]) => h('option', { value: each }, words)),
    ),
    name !== '' &&
      h('input', {
        type: 'text',
        id: 'target-version',
        class: 'version',
        'aria-label': W.version,
        placeholder: W.anyVersion,
        value: version,
        spellcheck: false,
        onChange: (/** @type {any} */ event) =>
          choose({ version: event.currentTarget.value.trim() }),
      }),
    h(Host, null),
  );
}

/** The host that it is compared with. */
function Host() {
  const { host } = state.target;
  const paste = h(
    'button',
    { type: 'button', class: 'small', id: 'host', onClick: () => update({ host: true }) },
    H.compare,
  );
  if (host === '') return paste;
  return h(
    'span',
    { class: 'host' },
    H.chosen(hostName(host)),
    ' ',
    h('button', { type: 'button', class: 'small', onClick: () => choose({ host: '' }) }, H.remove),
  );
}

/** What is known of a host, in a few words. @param {string} text */
function hostName(text) {
  try {
    const { architecture, kernel, distribution } = JSON.parse(text);
    return [architecture, kernel, distribution]
      .filter((each) => typeof each === 'string')
      .join(' · ')
      .slice(0, 120);
  } catch {
    return H.described;
  }
}

/** What the other engines do with it; those whose format it is not, in one grey line. @param {{report: Model['report']}} props */
function Matrix({ report }) {
  const chosen = targetOf(report);
  // Of what no engine is known to have made, none is asked about until one is chosen.
  const asked = [state.target.name, report.engine.name].includes(chosen?.name ?? '');
  const foreign = report.targets.filter(
    ({ reasons, name }) => name !== chosen?.name && reasons.some(({ id }) => id === OTHER_ENGINE),
  );
  const ours = report.targets.filter((target) => !foreign.includes(target));
  return h(
    'div',
    { class: 'matrix' },
    h(
      'ul',
      { 'aria-label': W.target },
      ours.map((target) =>
        h(
          'li',
          { key: target.name },
          h(
            'button',
            {
              type: 'button',
              class: classes('target', target.verdict),
              'aria-pressed': target === chosen && asked,
              onClick: () => choose({ name: target.name, version: target.version }),
            },
            icon(target.verdict),
            h('span', { class: 'engine' }, nameOf(target)),
            h('span', { class: 'word' }, W.words[target.verdict]),
          ),
        ),
      ),
    ),
    foreign.length > 0 && h('p', { class: 'quiet foreign' }, W.notFormat(foreign.map(nameOf))),
  );
}

/** @param {{id: string, finding: number, children?: any}} props a line that opens its finding beside the view, if there is one */
function Line({ id, finding, children }) {
  const rule = h('code', { class: 'rule' }, id);
  return finding >= 0
    ? h('a', { class: 'point walk', href: beside(finding) }, children, rule)
    : h('span', { class: 'point' }, children, /^CKP/.test(id) && rule);
}

/** Where a finding is, in short. @param {import('../../types.d.ts').Finding | undefined} finding */
const placeOf = (finding) =>
  finding === undefined
    ? ''
    : [finding.member, finding.line, finding.column].filter((part) => part !== null).join(':');

/** @param {{reasons: Reason[], stops?: Model['report']}} props `stops`: of which report they are what stops it */
const Reasons = ({ reasons, stops }) =>
  h(
    'ul',
    { class: 'reasons' },
    reasons.map(({ id, message, finding }, index) => {
      const place = stops && placeOf(stops.findings[finding]);
      return h(
        'li',
        { key: index },
        stops && icon('fails'),
        h(
          Line,
          { id, finding },
          h('span', null, message),
          place && h('code', { class: 'at', title: place }, place),
        ),
      );
    }),
  );

/** @param {{model: Model}} props */
function Trust({ model: { report } }) {
  const { level, reasons } = report.trust;
  const tone = { clean: 'ok', suspicious: 'warning', hostile: 'hostile' }[level];
  const secrets = report.findings.filter(
    ({ id, severity }) => areaOf(id) === 'privacy' && severity !== 'info',
  ).length;
  return h(
    'section',
    { class: `card answer trust ${tone}`, 'aria-labelledby': 'trust-title' },
    h('h3', { id: 'trust-title', class: 'label' }, W.trust),
    h('p', { class: 'big' }, W.trustWords[level]),
    reasons.length === 0
      ? h('p', { class: 'quiet' }, W.clean)
      : h(Reasons, { reasons: reasons.slice(0, FEW) }),
    reasons.length > FEW && h('p', { class: 'quiet' }, T.evenMore(reasons.length - FEW)),
    secrets > 0 && h('p', { class: 'quiet' }, W.secrets(secrets)),
  );
}

/** @param {{item: ViewProps['item'], model: Model}} props */
function Checked({ item, model }) {
  const { broken, report, members } = model;
  const { checked, notChecked } = report.coverage;
  // Of what broke off, not all was read.
  const words = (/** @type {string[]} */ names) =>
    names.map((name) => (broken && name === 'members' ? W.partly : (W.parts[name] ?? name)));
  const absent = Object.keys(W.parts).filter((name) => !checked.includes(name));
  // There are images, but none was looked at: as where what lists them is missing.
  const unseen = model.images && !checked.includes('images');
  const whole = notChecked.length === 0 && !broken && !unseen;
  const said = broken
    ? broken.nothing
      ? W.nothing
      : broken.at
        ? W.upTo(broken.at)
        : W.notAll(1)
    : checked.length === 0
      ? W.nothing
      : whole
        ? W.everything
        : notChecked.length === 0
          ? W.noImages
          : W.notAll(notChecked.length);
  const dropped = report.cut.reduce((sum, { count }) => sum + count, 0);
  return h(
    'section',
    {
      class: classes('card answer checked', whole ? 'whole' : 'warning'),
      'aria-labelledby': 'checked-title',
    },
    h('h3', { id: 'checked-title', class: 'label' }, W.checked),
    h('p', { class: 'big' }, said),
    h(
      'ul',
      { class: 'parts' },
      words(checked).map((name) => h('li', { key: name }, icon('restores'), name)),
      members > 1 && h('li', { class: 'quiet' }, T.filesIn(members)),
    ),
    !broken?.nothing && absent.length > 0 && h('p', { class: 'quiet' }, W.absent(words(absent))),
    notChecked.length > 0 &&
      h(
        'details',
        { open: notChecked.length <= FEW },
        h('summary', null, W.notChecked),
        h(
          'ul',
          { class: 'unchecked' },
          notChecked
            .slice(0, 50)
            .map(({ what, why }, index) =>
              h(
                'li',
                { key: index },
                h('code', null, what),
                ' ',
                what === SECRETS
                  ? h('a', { href: hashOf({ item: item.id, view: 'secrets' }) }, W.searchSecrets)
                  : why,
              ),
            ),
        ),
      ),
    dropped > 0 && h('p', { class: 'quiet' }, W.notListed(dropped)),
  );
}

/** @param {{model: Model}} props */
function Stops({ model: { report } }) {
  const target = targetOf(report);
  if (!target || target.reasons.length === 0) return null;
  return h(
    'section',
    { class: `card stops ${target.verdict}`, 'aria-labelledby': 'stops-title' },
    h('h2', { id: 'stops-title', class: 'label' }, W.stops),
    h(Reasons, { reasons: target.reasons, stops: report }),
  );
}

/** Errors that the target restores in spite of, with what each stops. @param {Model['report']} report */
function passedBy(report) {
  const target = targetOf(report);
  if (!target || !['restores', 'conditional'].includes(target.verdict)) return [];
  return groupsOf(report, ({ severity, stops }) => severity === 'error' && stops !== undefined);
}

/** @param {{model: Model}} props */
function Passes({ model: { report } }) {
  const groups = passedBy(report);
  const target = targetOf(report);
  if (!target || groups.length === 0) return null;
  return h(
    'section',
    { class: 'card passes', 'aria-labelledby': 'passes-title' },
    h('h2', { id: 'passes-title', class: 'label' }, W.passes(nameOf(target))),
    h(
      'ul',
      { class: 'reasons' },
      groups.map(({ id, findings: [finding, ...more] }) =>
        h(
          'li',
          { key: id },
          icon('error', T.severities.error),
          h(
            Line,
            { id, finding },
            h('span', null, report.findings[finding].message),
            h(
              'span',
              { class: 'quiet' },
              [
                W.stopsOnly(enginesOf(report.findings[finding].stops)),
                more.length > 0 && T.places(more.length + 1),
              ]
                .filter(Boolean)
                .join(' · '),
            ),
          ),
        ),
      ),
    ),
  );
}

/** What has to be arranged for the target, and what is known of the host it comes from. @param {{model: Model}} props */
function Needs({ model: { report } }) {
  const target = targetOf(report);
  const said = new Set(/** @type {number[]} */ ([]));
  const conditions = target?.conditions ?? [];
  for (const { evidence } of conditions) said.add(evidence.finding);
  // What stops another target says nothing about this one.
  for (const { reasons } of report.targets) for (const { finding } of reasons) said.add(finding);
  const facts = report.findings.flatMap(({ id, severity, message }, finding) =>
    severity === 'info' && (HOST.includes(id) || areaOf(id) === 'restore') && !said.has(finding)
      ? [{ id, message, finding }]
      : [],
  );
  if (conditions.length + facts.length === 0) return null;
  return h(
    'section',
    { class: 'card needs', 'aria-labelledby': 'needs-title' },
    h('h2', { id: 'needs-title', class: 'label' }, W.must),
    h(
      'ul',
      { class: 'reasons' },
      conditions.map(({ id, text, option, evidence: { finding } }, index) =>
        h(
          'li',
          { key: `c${index}`, class: 'condition' },
          icon('conditional', W.words.conditional),
          h(
            Line,
            { id: finding >= 0 ? (report.findings[finding]?.id ?? id) : id, finding },
            h('span', null, text, option !== '' && [' ', h('code', { class: 'option' }, option)]),
          ),
        ),
      ),
      facts
        .slice(0, TOP)
        .map(({ id, message, finding }) =>
          h(
            'li',
            { key: finding, class: 'fact' },
            icon('info', T.severities.info),
            h(Line, { id, finding }, h('span', null, message)),
          ),
        ),
    ),
  );
}

/** Errors and warnings that were not said yet, the gravest first. @param {{model: Model}} props */
function AlsoFound({ model: { report } }) {
  const target = targetOf(report);
  const said = new Set(
    [
      ...(target?.reasons ?? []).map(({ finding }) => finding),
      ...(target?.conditions ?? []).map(({ evidence }) => evidence.finding),
      ...report.trust.reasons.slice(0, FEW).map(({ finding }) => finding),
    ].map((index) => report.findings[index]),
  );
  for (const { findings } of passedBy(report))
    for (const finding of findings) said.add(report.findings[finding]);
  const groups = groupsOf(report, (one) => one.severity !== 'info' && !said.has(one));
  const total = report.findings.length;
  if (groups.length === 0 || total === 0) return null;
  return h(
    'section',
    { class: 'card most', 'aria-labelledby': 'most-title' },
    h('h2', { id: 'most-title', class: 'label' }, W.alsoFound),
    h(
      'ul',
      { class: 'tops' },
      groups
        .slice(0, TOP)
        .map(({ id, severity, title, findings }) =>
          h(
            'li',
            { key: id + severity, class: severity },
            h(
              'a',
              { class: 'walk', href: beside(findings[0]) },
              icon(severity, T.severities[severity]),
              h(
                'span',
                null,
                title && h('strong', null, title),
                h('span', { class: 'message' }, report.findings[findings[0]].message),
              ),
              h(
                'span',
                { class: 'quiet' },
                id,
                findings.length > 1 && ` · ${T.places(findings.length)}`,
              ),
            ),
          ),
        ),
    ),
  );
}

/** The containers of a pod. @param {{item: ViewProps['item']}} props */
function Containers({ item }) {
  const inside = state.items.filter(({ parent }) => parent === item.id);
  if (inside.length === 0) return null;
  return h(
    'section',
    { class: 'card', 'aria-labelledby': 'containers-title' },
    h('h2', { id: 'containers-title', class: 'label' }, A.containers),
    inside.length > MANY ? h(Fleet, { items: inside }) : h(ItemList, { items: inside }),
  );
}

/** What a file without a known name was taken for. @param {{item: ViewProps['item'], model: Model}} props */
function ReadAs({ item, model }) {
  return h(
    'section',
    { class: 'card readas' },
    h('label', { for: 'readas' }, T.kind),
    ' ',
    h(
      'select',
      {
        id: 'readas',
        value: model.kind,
        onChange: (/** @type {any} */ event) => read(item.id, event.currentTarget.value),
      },
      state.kinds.map((kind) => h('option', { value: kind }, T.kindNames[kind] ?? kind)),
    ),
    ' ',
    h('span', { class: 'quiet' }, T.kindGuessed),
  );
}
