// SPDX-License-Identifier: Apache-2.0
// First the answer, then what it is about.
import { useState } from 'preact/hooks';
import { A, T, V } from '../../text.js';
import { read } from '../actions.js';
import { Facts, Timeline } from '../blocks.js';
import { classes, h } from '../h.js';
import { icon } from '../icons.js';
import { ItemList } from '../parts.js';
import { Largest, Sizes } from '../sizes.js';
import { go, hashOf, state } from '../store.js';
import { Counts, SEVERITIES, sign, toneOf } from '../verdict.js';
import { groupsOf } from './findings.js';

/** @typedef {import('../../types.d.ts').Model} Model */
/** @typedef {import('./index.js').ViewProps} ViewProps */

/** How many rules are shown here. */
const TOP = 5;

/** @param {ViewProps} props */
export function Overview({ item, model }) {
  const { identity, timeline, sizes, statistics } = model;
  return h(
    'div',
    { class: 'overview' },
    h(Verdict, { item, model }),
    h(Containers, { item }),
    model.kind !== '' && h(ReadAs, { item, model }),
    h(TopFindings, { item, model }),
    identity.length > 0 && card('identity', V.identity, h(Facts, { rows: identity })),
    timeline.length > 0 && card('times', V.times, h(Timeline, { events: timeline })),
    sizes.parts.length > 0 && card('sizes', A.sizes, h(Sizes, { model })),
    model.largest.length > 1 && card('largest-files', A.largest, h(Largest, { item, model })),
    statistics.length > 0 && card('statistics', A.statistics, h(Facts, { rows: statistics })),
  );
}

/** @param {string} name @param {string} title @param {...any} children */
const card = (name, title, ...children) =>
  h(
    'section',
    { class: `card ${name}`, 'aria-labelledby': `${name}-title` },
    h('h2', { id: `${name}-title` }, title),
    ...children,
  );

/** @param {{item: ViewProps['item'], model: Model}} props */
function Verdict({ item, model }) {
  const tone = toneOf(model);
  const { broken, report } = model;
  const more = broken && [
    h('p', { class: 'message' }, broken.message),
    broken.where !== '' && h('p', { class: 'quiet where' }, broken.where),
    !broken.nothing && model.members > 0 && h('p', null, A.brokenBefore),
  ];
  return h(
    'section',
    { class: `card verdict ${tone}`, 'aria-labelledby': 'verdict-title' },
    sign(tone),
    h(
      'div',
      { class: 'answer' },
      h('h2', { id: 'verdict-title' }, T.sentence(tone, model)),
      more,
      !broken?.nothing && tone !== 'none' && h(Counts, { counts: report.counts, all: true }),
    ),
    report.targets.length > 0 && h(Matrix, { item, targets: report.targets }),
  );
}

/** Why not, then what has to be arranged. @param {Model['report']['targets'][0]} target */
const reasonsOf = ({ reasons, conditions, verdict }) => [
  ...reasons,
  ...(verdict === 'fails' ? [] : conditions.filter(({ met }) => met !== 'yes')).map(
    ({ id, text, option, evidence }) => ({
      id,
      message: option === '' ? text : `${text} (${option})`,
      finding: evidence.finding,
    }),
  ),
];

/** Where it can be restored; the reasons on click. @param {{item: ViewProps['item'], targets: Model['report']['targets']}} props */
function Matrix({ item, targets }) {
  const [open, setOpen] = useState(-1);
  const chosen = targets[open];
  return h(
    'div',
    { class: 'matrix' },
    h('h3', { id: 'matrix-title' }, T.restore),
    h(
      'ul',
      { 'aria-labelledby': 'matrix-title' },
      targets.map(({ name, version, verdict }, index) =>
        h(
          'li',
          { key: index },
          h(
            'button',
            {
              type: 'button',
              class: classes('target', verdict),
              'aria-expanded': index === open,
              onClick: () => setOpen(index === open ? -1 : index),
            },
            icon(verdict),
            h('span', { class: 'engine' }, T.engines[name] ?? name, version && ` ${version}`),
            h('span', { class: 'word' }, T.targetVerdicts[verdict]),
          ),
        ),
      ),
    ),
    chosen &&
      h(
        'div',
        { class: `reasons ${chosen.verdict}` },
        chosen.reasons.length + chosen.conditions.length === 0
          ? h('p', null, T.noReasons)
          : h(
              'ul',
              null,
              reasonsOf(chosen).map(({ id, message, finding }) =>
                h(
                  'li',
                  null,
                  h('code', { class: 'rule' }, id),
                  ' ',
                  finding >= 0
                    ? h(
                        'a',
                        { href: hashOf({ item: item.id, view: 'findings', index: finding }) },
                        message,
                      )
                    : message,
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
    h('h2', { id: 'containers-title' }, A.containers),
    h(ItemList, { items: inside }),
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

/** The gravest findings. @param {{item: ViewProps['item'], model: Model}} props */
function TopFindings({ item, model }) {
  const groups = groupsOf(model.report).filter(({ severity }) => severity !== SEVERITIES[2]);
  if (groups.length === 0) return null;
  const more = groupsOf(model.report).length - TOP;
  return card(
    'most',
    T.topFindings,
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
              { href: hashOf({ item: item.id, view: 'findings', index: findings[0] }) },
              icon(severity, T.severities[severity]),
              h(
                'span',
                null,
                title && h('strong', null, title),
                h('span', { class: 'message' }, model.report.findings[findings[0]].message),
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
    more > 0 &&
      h(
        'button',
        { type: 'button', class: 'small', onClick: () => go({ view: 'findings' }) },
        T.allFindings(groupsOf(model.report).length),
      ),
  );
}
