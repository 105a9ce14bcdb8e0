// SPDX-License-Identifier: Apache-2.0
// One search for all there is, and commands: names, values, findings, rules, what was running, members; memory on wish.
import { useLayoutEffect, useRef, useState } from 'preact/hooks';
import { T, X } from '../text.js';
import { W } from '../text/answer.js';
import { K } from '../text/palette.js';
import { choose, close, closeAll } from './actions.js';
import { api } from './api.js';
import { FORMS, written } from './export.js';
import { h } from './h.js';
import { useAnswer, useRested } from './hooks.js';
import { allRules } from './rules.js';
import { save } from './save.js';
import { current, go, state, update } from './store.js';
import { nextTheme } from './theme.js';
import { titleOf, viewsOf } from './views/index.js';

/** @typedef {{group: string, label: string, quiet?: string, run: () => void}} Entry */

/** Of each group. */
const MOST = 8;

const leave = () => update({ palette: null });

/** @returns {Entry[]} */
function commands() {
  const item = current();
  const command = (/** @type {string} */ label, /** @type {() => void} */ run) => ({
    group: 'commands',
    label,
    run,
  });
  const words = K.commands;
  return [
    command(words.open, () => document.getElementById(item ? 'more-files' : 'files')?.click()),
    ...(item?.model
      ? [
          command(words.compare, () => go({ view: 'compare' })),
          command(words.own, () => choose({ name: '', version: '' })),
          ...Object.entries(W.engines).map(([name, engine]) =>
            command(words.target(engine), () => choose({ name, version: '' })),
          ),
          ...Object.entries(X.forms).map(([form, label]) =>
            command(words.export(label), () =>
              save(
                new Blob([written(/** @type {keyof typeof FORMS} */ (form), item)]),
                `${item.name.slice(0, 100)}${FORMS[/** @type {keyof typeof FORMS} */ (form)]}`,
              ),
            ),
          ),
          command(words.print, () => print()),
          command(words.close, () => close(item.id)),
        ]
      : []),
    command(words.home, () => go({ item: 0 })),
    command(words.closeAll, closeAll),
    command(words.theme, nextTheme),
    command(words.help, () => update({ help: true })),
  ];
}

/** What is known here already. @param {string} text @returns {Entry[]} */
function here(text) {
  const item = current();
  const wanted = text.toLowerCase();
  const has = (/** @type {...string} */ ...texts) =>
    texts.some((each) => each.toLowerCase().includes(wanted));
  /** @type {Entry[]} */
  const found = [];
  const add = (/** @type {Entry[]} */ entries) => found.push(...entries.slice(0, MOST));
  const model = item?.model;
  if (model) {
    add(
      viewsOf(model)
        .filter((view) => has(titleOf(view)))
        .map((view) => ({
          group: 'views',
          label: titleOf(view),
          run: () => go({ view: view.id }),
        })),
    );
    if (wanted !== '')
      add(
        model.report.findings.flatMap(({ id, message, member }, finding) =>
          has(id, message, member)
            ? [
                {
                  group: 'findings',
                  label: message.slice(0, 200),
                  quiet: id,
                  run: () => go({ ...state.place, finding }),
                },
              ]
            : [],
        ),
      );
  }
  add(
    state.items
      .filter(({ name, model: other }) => has(name, other?.title ?? ''))
      .map(({ id, name, model: other }) => ({
        group: 'items',
        label: (other?.title ?? name).slice(0, 120),
        quiet: name.slice(0, 120),
        run: () => go({ item: id, view: 'overview' }),
      })),
  );
  return found;
}

/** Rules come last: most searches are for what is in the checkpoint. @param {string} text @returns {Entry[]} */
function rulesWith(text) {
  const wanted = text.toLowerCase();
  const model = current()?.model;
  if (wanted.length < 2) return [];
  return allRules()
    .filter(([id, { title }]) => `${id} ${title}`.toLowerCase().includes(wanted))
    .slice(0, MOST)
    .map(([id, { title, why }]) => {
      const finding = model?.report.findings.findIndex((each) => each.id === id) ?? -1;
      return {
        group: 'rules',
        label: `${id} ${title}`,
        quiet: why.slice(0, 160),
        run: () => finding >= 0 && go({ ...state.place, finding }),
      };
    });
}

/** @param {import('../types.d.ts').Found} found @returns {Entry[]} */
const entriesOf = ({ paths, values, rows }) => [
  ...rows.map(({ view, row, text }) => ({
    group: 'rows',
    label: text,
    quiet: T.views[/** @type {keyof typeof T.views} */ (view)],
    run: () => go({ view, index: row }),
  })),
  ...values.map(({ index, path, offset, length, text }) => ({
    group: 'values',
    label: text,
    quiet: path,
    run: () => go({ view: 'files', index, offset, length }),
  })),
  ...paths.map(({ index, path }) => ({
    group: 'paths',
    label: path,
    run: () => go({ view: 'files', index }),
  })),
];

/** @param {{start: string}} props */
export function Palette({ start }) {
  const [text, setText] = useState(start);
  const [active, setActive] = useState(0);
  const dialog = useRef(/** @type {HTMLDialogElement | null} */ (null));
  const item = current();
  const wanted = useRested(text.trim(), 60);
  const commanding = text.startsWith('>');
  // Before the next key comes: what is typed at once belongs into it.
  useLayoutEffect(() => {
    const before = /** @type {HTMLElement | null} */ (document.activeElement);
    dialog.current?.showModal();
    return () => before?.focus();
  }, []);
  const { value: found } = useAnswer(
    async () =>
      item?.model && wanted !== '' && !wanted.startsWith('>')
        ? api.seek({ item: item.id, text: wanted })
        : null,
    [item?.id, item?.model, wanted],
  );
  const term = text.trim();
  const order = text.slice(1).trim().toLowerCase();
  const entries = commanding
    ? commands().filter(({ label }) => label.toLowerCase().includes(order))
    : [
        ...here(term),
        ...(found && term !== '' ? entriesOf(found) : []),
        ...rulesWith(term),
        ...(item?.model?.images && term !== ''
          ? [
              {
                group: 'memory',
                label: K.memory(term.slice(0, 60)),
                run: () => {
                  state.hunt = term;
                  go({ view: 'search' });
                },
              },
            ]
          : []),
      ];
  const at = Math.min(active, Math.max(0, entries.length - 1));
  const run = (/** @type {Entry | undefined} */ entry) => {
    if (!entry) return;
    leave();
    dialog.current?.close();
    entry.run();
  };
  const onKeyDown = (/** @type {KeyboardEvent} */ event) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step !== undefined) {
      const next = (at + step + entries.length) % Math.max(1, entries.length);
      setActive(next);
      document.getElementById(`entry-${next}`)?.scrollIntoView({ block: 'nearest' });
    } else if (event.key === 'Enter') run(entries[at]);
    else if (event.key === 'Escape') leave();
    else return;
    event.preventDefault();
  };
  const waiting = found === undefined && term !== '' && !commanding;
  return h(
    'dialog',
    {
      ref: dialog,
      class: 'palette',
      'aria-label': K.title,
      onClose: leave,
      onClick: (/** @type {any} */ event) => event.target === dialog.current && leave(),
    },
    h('input', {
      type: 'search',
      class: 'palette-input',
      role: 'combobox',
      'aria-expanded': 'true',
      'aria-controls': 'palette-list',
      'aria-activedescendant': entries.length > 0 ? `entry-${at}` : undefined,
      'aria-label': K.title,
      placeholder: K.hint,
      spellcheck: false,
      autocomplete: 'off',
      value: text,
      onInput: (/** @type {any} */ event) => {
        setText(event.currentTarget.value);
        setActive(0);
      },
      onKeyDown,
    }),
    h(
      'div',
      { id: 'palette-list', role: 'listbox', 'aria-label': K.title, class: 'palette-list' },
      entries.map((entry, index) => [
        entry.group !== entries[index - 1]?.group &&
          h(
            'div',
            { class: 'label', role: 'presentation', key: entry.group },
            K.groups[entry.group],
          ),
        h(
          'div',
          {
            key: `${entry.group}/${index}`,
            id: `entry-${index}`,
            role: 'option',
            class: 'entry',
            'aria-selected': index === at,
            onClick: () => run(entry),
          },
          h('span', { class: 'what' }, entry.label),
          entry.quiet && h('span', { class: 'quiet' }, entry.quiet),
        ),
      ]),
    ),
    h(
      'p',
      { class: 'quiet palette-status', role: 'status' },
      waiting ? K.searching : entries.length === 0 ? (item || commanding ? K.none : K.start) : '',
    ),
  );
}
