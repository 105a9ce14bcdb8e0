// SPDX-License-Identifier: Apache-2.0
// Many checkpoints at once: a table of which only the visible rows exist, with totals that are filters.
import { useState } from 'preact/hooks';
import { T } from '../text.js';
import { W } from '../text/answer.js';
import { L } from '../text/compare.js';
import { GridList } from './grid.js';
import { classes, h } from './h.js';
import { intoRows } from './rows.js';
import { save } from './save.js';
import { go } from './store.js';
import { titleOf } from './rules.js';
import { answerOf, nameOf } from './verdict.js';

/** @typedef {import('./store.js').Item} Item */
/** @typedef {{item: Item, answer: string, tone: string, cause: string, causeId: string, cells: string[]}} Line */

/** Fewer are a list. */
export const MANY = 8;
/** Answers from the worst to the best. */
const ORDER = [
  W.tones.hostile,
  W.tones.fails,
  W.tones.broken,
  W.tones.limited,
  W.tones.error,
  W.tones.suspicious,
  W.tones.unknown,
  W.tones.unchecked,
  W.tones.conditional,
  W.tones.ok,
  W.tones.none,
];

/** @type {WeakMap<object, Line>} what was said of a model need not be said again */
const known = new WeakMap();

/** @param {Item} item @returns {Line} */
function lineOf(item) {
  const { model, name, size, state: how } = item;
  if (!model || how !== 'ready') {
    const words = T.states[how];
    return {
      item,
      answer: words,
      tone: how,
      cause: item.message ?? '',
      causeId: '',
      cells: [words, '', name, '', '', item.message ?? '', '', '', '', size],
    };
  }
  const before = known.get(model);
  const { tone, badge, target } = answerOf(model);
  if (before && before.item === item && before.answer === badge) return before;
  const { report, broken } = model;
  const first =
    report.trust.level === 'hostile'
      ? report.trust.reasons[0]
      : (target?.reasons[0] ?? report.findings.find(({ severity }) => severity === 'error'));
  const condition = target?.verdict === 'conditional' ? target.conditions[0] : undefined;
  const cause =
    (tone === 'none' && model.what) || (broken?.message ?? first?.message ?? condition?.text ?? '');
  const causeId = broken ? '' : (first?.id ?? condition?.id ?? '');
  const { error, warning } = report.counts;
  const judged = tone !== 'none';
  const line = {
    item,
    answer: badge,
    tone,
    cause,
    causeId,
    cells: [
      badge,
      model.title,
      name,
      model.engine,
      target && judged ? nameOf(target) : '',
      causeId && /^CKP/.test(causeId) ? `${causeId} ${cause}` : cause,
      error > 0 ? String(error) : '',
      warning > 0 ? String(warning) : '',
      judged ? W.trustWords[report.trust.level].replace(/:.*/, '') : '',
      size,
    ],
  };
  known.set(model, line);
  return line;
}

const TITLES = Object.values(L.head);
const WIDTHS = [15, -1, -1.9, 10, 10, -2.6, 6, 8, 9, 10];

/** A cell of CSV: what spreadsheets would run is quoted. @param {string} text */
const csvCell = (text) => {
  const safe = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\n\r]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
};

/** @param {Line[]} lines */
export const csvOf = (lines) =>
  [TITLES, ...lines.map(({ cells }) => cells)]
    .map((cells) => `${cells.map(csvCell).join(',')}\r\n`)
    .join('');

/** @param {Line[]} lines */
export const jsonlOf = (lines) =>
  lines
    .map(({ cells, causeId, item: { model } }) =>
      JSON.stringify({
        ...Object.fromEntries(Object.keys(L.head).map((key, i) => [key, cells[i]])),
        rule: causeId,
        counts: model?.report.counts ?? null,
        targets:
          model?.report.targets.map(({ name, version, verdict }) => ({ name, version, verdict })) ??
          [],
        notChecked: model?.report.coverage.notChecked ?? [],
      }),
    )
    .join('\n')
    .concat('\n');

/** @param {{items: Item[]}} props */
export function Fleet({ items }) {
  const [answer, setAnswer] = useState('');
  const [text, setText] = useState('');
  const [cause, setCause] = useState('');
  const lines = items.map(lineOf);
  /** @type {Map<string, number>} */
  const totals = new Map();
  for (const line of lines) totals.set(line.answer, (totals.get(line.answer) ?? 0) + 1);
  const rank = (/** @type {string} */ words) => (ORDER.indexOf(words) + 100) % 100;
  const wanted = text.toLowerCase();
  const chosen = lines.filter((line) => answer === '' || line.answer === answer);
  /** @type {Map<string, number>} */
  const causes = new Map();
  for (const { causeId } of chosen)
    if (causeId !== '') causes.set(causeId, (causes.get(causeId) ?? 0) + 1);
  const shown = chosen
    .filter(
      ({ cells, causeId }) =>
        (cause === '' || causeId === cause) &&
        (wanted === '' || cells.some((cell) => cell.toLowerCase().includes(wanted))),
    )
    .sort((a, b) => rank(a.answer) - rank(b.answer));
  const rows = shown.map(({ item, cells, tone }) => ({
    id: item.id,
    cells,
    tone: /** @type {any} */ (`answer-${tone}`),
  }));
  const toggle = (/** @type {string} */ words, /** @type {number} */ n) =>
    h(
      'button',
      {
        key: words,
        type: 'button',
        class: 'toggle',
        'aria-pressed': answer === words,
        onClick: () => {
          setAnswer(answer === words ? '' : words);
          setCause('');
        },
      },
      words === '' ? L.all : words,
      h('span', { class: 'amount' }, T.number(n)),
    );
  return h(
    'div',
    { class: 'fleet' },
    h(
      'div',
      { class: 'filters', role: 'group', 'aria-label': L.totals },
      toggle('', lines.length),
      [...totals].sort(([a], [b]) => rank(a) - rank(b)).map(([words, n]) => toggle(words, n)),
    ),
    h(
      'div',
      { class: 'filters' },
      h('input', {
        type: 'search',
        class: 'search',
        placeholder: L.filter,
        'aria-label': L.filter,
        value: text,
        onInput: (/** @type {any} */ event) => setText(event.currentTarget.value),
        onKeyDown: (/** @type {any} */ event) => intoRows(event, '.fleet'),
      }),
      h(
        'label',
        null,
        h('span', null, L.byCause),
        ' ',
        h(
          'select',
          {
            value: cause,
            onChange: (/** @type {any} */ event) => setCause(event.currentTarget.value),
          },
          h('option', { value: '' }, T.all),
          [...causes]
            .sort(([, a], [, b]) => b - a)
            .map(([id, n]) =>
              h('option', { value: id }, `${T.number(n)} × ${id} ${titleOf(id)}`.trim()),
            ),
        ),
      ),
      h(
        'button',
        {
          type: 'button',
          class: 'small',
          onClick: () => save(new Blob([csvOf(shown)]), 'checkpoints.csv'),
        },
        L.csv,
      ),
      h(
        'button',
        {
          type: 'button',
          class: 'small',
          onClick: () => save(new Blob([jsonlOf(shown)]), 'checkpoints.jsonl'),
        },
        L.jsonl,
      ),
      h('span', { class: classes('quiet'), role: 'status' }, T.foundFiles(shown.length)),
    ),
    h(GridList, {
      grid: {
        head: TITLES.map((title, i) => ({
          title,
          width: WIDTHS[i],
          right: i >= 6 && i !== 8,
          mono: i === 1 || i === 2,
        })),
        seq: { id: 0, total: rows.length, rows },
        at: -1,
      },
      label: L.label,
      choose: (/** @type {{id: number}} */ { id }) => go({ item: id, view: 'overview' }),
    }),
    h('p', { class: 'quiet' }, L.hint),
  );
}
