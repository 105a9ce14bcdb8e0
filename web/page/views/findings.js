// SPDX-License-Identifier: Apache-2.0
// What is wrong, grouped by rule, each at its place.
import { useEffect, useState } from 'preact/hooks';
import { T } from '../../text.js';
import { E } from '../../text/evidence.js';
import { api } from '../api.js';
import { Frame } from '../frame.js';
import { classes, h } from '../h.js';
import { useSteadyAnswer } from '../hooks.js';
import { icon } from '../icons.js';
import { intoRows } from '../rows.js';
import { areaOf, titleOf } from '../rules.js';
import { beside, hashOf, state } from '../store.js';
import { SEVERITIES } from '../verdict.js';

/** @typedef {import('../../types.d.ts').Finding} Finding */
/** @typedef {import('../../types.d.ts').Report} Report */
/** @typedef {import('../../types.d.ts').Severity} Severity */
/** @typedef {import('./index.js').ViewProps} ViewProps */
/** Findings of one rule, by their numbers in the report. @typedef {{id: string, severity: Severity, title: string, findings: number[]}} Group */

/** Rules shown expanded, at most: in general, and of errors. */
const FEW = 6;
const MANY = 20;
/** How many findings of a rule are shown at first, and more at once. */
const SOME = 10;

/** The gravest first. @param {Report} report @param {(finding: Finding) => boolean} [wanted] @returns {Group[]} */
export function groupsOf({ findings }, wanted = () => true) {
  /** @type {Map<string, Group>} */
  const groups = new Map();
  for (const [index, finding] of findings.entries()) {
    if (!wanted(finding)) continue;
    const { id, severity } = finding;
    const group = groups.get(`${id} ${severity}`);
    const title = titleOf(id);
    if (group) group.findings.push(index);
    else groups.set(`${id} ${severity}`, { id, severity, title, findings: [index] });
  }
  const rank = (/** @type {Group} */ { severity }) => SEVERITIES.indexOf(severity);
  return [...groups.values()].sort((a, b) => rank(a) - rank(b));
}

/** @param {ViewProps} props */
export function Findings({ item, model: { report }, place }) {
  const [hidden, setHidden] = useState(/** @type {Severity[]} */ ([]));
  const [area, setArea] = useState('');
  const [member, setMember] = useState('');
  const [text, setText] = useState('');
  const { findings, counts, cut } = report;
  if (findings.length === 0)
    return h('p', { class: 'empty' }, icon('restores'), h('span', null, T.noFindings));

  const wanted = text.toLowerCase();
  const groups = groupsOf(
    report,
    (finding) =>
      !hidden.includes(finding.severity) &&
      (area === '' || areaOf(finding.id) === area) &&
      (member === '' || finding.member === member) &&
      (wanted === '' || `${finding.id} ${finding.message}`.toLowerCase().includes(wanted)),
  );
  const areas = [...new Set(findings.map(({ id }) => areaOf(id)))].filter(Boolean).sort();
  const members = [...new Set(findings.map((finding) => finding.member))].filter(Boolean).sort();
  const toggle = (/** @type {Severity} */ severity) =>
    setHidden(
      hidden.includes(severity)
        ? hidden.filter((other) => other !== severity)
        : [...hidden, severity],
    );
  const select = (
    /** @type {string} */ label,
    /** @type {string} */ value,
    /** @type {(value: string) => void} */ set,
    /** @type {[string, string][]} */ options,
  ) =>
    h(
      'label',
      null,
      h('span', null, label),
      ' ',
      h(
        'select',
        { value, onChange: (/** @type {any} */ event) => set(event.currentTarget.value) },
        h('option', { value: '' }, T.all),
        options.map(([name, words]) => h('option', { value: name }, words)),
      ),
    );
  return h(
    'div',
    { class: 'findings' },
    h(
      'div',
      { class: 'filters', role: 'search', 'aria-label': T.filterFindings },
      h(
        'div',
        { class: 'toggles', role: 'group', 'aria-label': T.severity },
        SEVERITIES.filter((severity) => counts[severity] > 0).map((severity) =>
          h(
            'button',
            {
              key: severity,
              type: 'button',
              class: `toggle ${severity}`,
              'aria-pressed': !hidden.includes(severity),
              onClick: () => toggle(severity),
            },
            icon(severity),
            T.counted[severity](counts[severity]),
          ),
        ),
      ),
      areas.length > 1 &&
        select(
          T.area,
          area,
          setArea,
          areas.map((each) => [each, T.areas[each] ?? each]),
        ),
      members.length > 1 &&
        select(
          T.member,
          member,
          setMember,
          members.slice(0, 500).map((each) => [each, each]),
        ),
      h('input', {
        type: 'search',
        class: 'search',
        placeholder: T.searchFindings,
        'aria-label': T.searchFindings,
        value: text,
        onInput: (/** @type {any} */ event) => setText(event.currentTarget.value),
        onKeyDown: (/** @type {any} */ event) => intoRows(event, '.findings', '.group > summary'),
      }),
    ),
    groups.length === 0 && h('p', { class: 'quiet' }, T.nothingFound),
    groups.map((group) =>
      h(GroupNode, {
        key: group.id + group.severity,
        item,
        report,
        group,
        at: place.index ?? -1,
        open: groups.length <= FEW || (group.severity === 'error' && groups.length <= MANY),
      }),
    ),
    cut.length > 0 &&
      h('p', { class: 'quiet' }, T.cut(cut.reduce((sum, { count }) => sum + count, 0))),
  );
}

/** @param {{item: ViewProps['item'], report: Report, group: Group, at: number, open: boolean}} props */
function GroupNode({ item, report, group, at, open: openFirst }) {
  const { id, severity, title, findings } = group;
  const place = findings.indexOf(at);
  const [opened, setOpen] = useState(openFirst);
  const open = opened || state.printing;
  const [count, setCount] = useState(Math.max(SOME, place + 1));
  useEffect(() => {
    if (place >= 0) setOpen(true);
  }, [place]);
  const shown = open ? findings.slice(0, count) : [];
  const { value: frames } = useSteadyAnswer(
    async () => (shown.length > 0 ? api.frames({ item: item.id, findings: shown }) : []),
    [open, count],
    [item.id, report, findings.join()],
  );
  const first = report.findings[findings[0]];
  return h(
    'details',
    {
      class: classes('card group', severity),
      open,
      onToggle: (/** @type {any} */ event) => !state.printing && setOpen(event.currentTarget.open),
    },
    h(
      'summary',
      { class: 'walk' },
      icon(severity, T.severities[severity]),
      h('h2', null, title || first.message),
      // What is closed says at least what the first of it is.
      h('span', { class: 'first', 'aria-hidden': 'true' }, title && first.message.slice(0, 300)),
      h('code', { class: 'rule' }, id),
      findings.length > 1 && h('span', { class: 'amount' }, T.places(findings.length)),
    ),
    open &&
      h(
        'div',
        { class: 'group-body' },
        shown.map((index, i) =>
          h(FindingNode, {
            key: index,
            item,
            index,
            finding: report.findings[index],
            frame: frames?.[i] ?? [],
            here: index === at,
            said: title === '' && i === 0,
          }),
        ),
        findings.length > count &&
          h(
            'button',
            { type: 'button', class: 'small', onClick: () => setCount(count + 10 * SOME) },
            T.more(Math.min(10 * SOME, findings.length - count), findings.length),
          ),
      ),
  );
}

/** @param {{item: ViewProps['item'], index: number, finding: Finding, frame: import('../../types.d.ts').FrameLine[], here: boolean, said: boolean}} props `said`: the message is the heading already */
function FindingNode({ item, index, finding, frame, here, said }) {
  const { message, hint, found, expected, related } = finding;
  return h(
    'article',
    {
      class: classes('finding', here && 'here'),
      ref: (/** @type {HTMLElement | null} */ element) => {
        if (here && element && !element.dataset.seen) {
          element.dataset.seen = '';
          element.scrollIntoView({ block: 'center' });
        }
      },
    },
    !said && h('p', { class: 'message' }, message),
    h(
      'p',
      { class: 'places' },
      h(PlaceLink, { item, place: finding, beside: index }),
      ' ',
      h('a', { class: 'walk why', href: beside(index) }, E.why),
    ),
    frame.length > 0 && h(Frame, { lines: frame, tone: finding.severity }),
    (found !== '' || expected !== '') &&
      h(
        'dl',
        { class: 'facts' },
        fact(T.found, found, 'found'),
        fact(T.expected, expected, 'expected'),
      ),
    hint !== '' && h('p', { class: 'hint' }, h('strong', null, T.hint), ' ', hint),
    related.map((place, i) =>
      h('p', { class: 'related', key: i }, place.message, ' ', h(PlaceLink, { item, place })),
    ),
  );
}

/** @param {string} label @param {string} value @param {string} name */
const fact = (label, value, name) =>
  value !== '' && h('div', null, h('dt', null, label), h('dd', { class: name }, value));

/** Where something is, as a link to it. @param {{item: ViewProps['item'], beside?: number, place: Pick<Finding, 'member' | 'pointer' | 'offset' | 'length' | 'line' | 'column' | 'index' | 'inner'>}} props */
export function PlaceLink({
  item,
  beside: finding,
  place: { member, pointer, offset, length, line, column, index, inner },
}) {
  if (member === '') return h('span', { class: 'quiet' }, T.wholeArchive);
  const words = [h('code', null, member)];
  if (line !== null && column !== null) words.push(h('span', null, ` ${T.place(line, column)}`));
  const link =
    index < 0
      ? words
      : h(
          'a',
          {
            class: 'walk',
            href: hashOf({
              item: item.id,
              view: 'files',
              index,
              inner,
              finding,
              ...(offset !== null && { offset, length: length ?? 1 }),
            }),
          },
          words,
        );
  return h(
    'span',
    null,
    link,
    pointer !== '' && h('code', { class: 'quiet pointer' }, ` ${pointer}`),
  );
}
