// SPDX-License-Identifier: Apache-2.0
// What changed between two checkpoints, from the older to the newer one.
import { useState } from 'preact/hooks';
import { A, D, T } from '../../text.js';
import { Y } from '../../text/compare.js';
import { api } from '../api.js';
import { BlockNode } from '../blocks.js';
import { h } from '../h.js';
import { useAnswer } from '../hooks.js';
import { icon } from '../icons.js';
import { Picker } from '../parts.js';
import { go, hashOf, state } from '../store.js';
import { answerOf } from '../verdict.js';

/** @typedef {import('../store.js').Item} Item */
/** @typedef {import('../../types.d.ts').Comparison} Comparison */

/** Findings that are listed. */
const MOST = 50;

/** @param {import('./index.js').ViewProps} props */
export function Compare({ item, place }) {
  const others = state.items.filter(({ id, model }) => id !== item.id && model);
  const other =
    others.find(({ id }) => id === place.index) ?? (others.length === 1 ? others[0] : undefined);
  const [turned, turn] = useState(false);
  const [before, after] = other ? inOrder(other, item, turned) : [undefined, item];
  const { value, error } = useAnswer(
    async () => (before ? api.compare({ a: before.id, b: after.id }) : undefined),
    [before?.id, before?.model, after.id, after.model],
  );
  if (others.length === 0)
    return h(
      'div',
      { class: 'empty' },
      h('p', null, D.nothing),
      h(Picker, { id: 'compare-files', label: T.chooseFiles, class: 'primary' }),
    );
  const found = other && value;
  return h(
    'div',
    { class: 'compare' },
    h(
      'div',
      { class: 'filters' },
      h(
        'label',
        null,
        h('span', null, D.with),
        ' ',
        h(
          'select',
          {
            value: other?.id ?? 0,
            onChange: (/** @type {any} */ event) =>
              go({ view: 'compare', index: Number(event.currentTarget.value) }),
          },
          !other && h('option', { value: 0 }, D.choose),
          others.map(({ id, name, model }) =>
            h('option', { value: id }, `${model?.title.slice(0, 100)} (${name.slice(0, 100)})`),
          ),
        ),
      ),
    ),
    error && h('p', { class: 'failed' }, error),
    !other && h('p', { class: 'card quiet' }, D.nothing),
    before && h(Verdicts, { before, after, swap: () => turn(!turned) }),
    found &&
      before && [
        found.running.failure && h('p', { class: 'failed', key: 'failure' }, found.running.failure),
        found.running.gaps > 0 &&
          h('p', { class: 'note', key: 'gaps' }, Y.gaps(found.running.gaps)),
        list('come', D.come, after, found.come),
        list('gone', D.gone, before, found.gone),
        [...found.running.parts, ...found.parts].map(({ title, blocks }, index) =>
          card(
            `part-${index}`,
            title,
            blocks.map((block, i) => h(BlockNode, { key: i, block, title })),
          ),
        ),
        found.running.noise > 0 &&
          h('p', { class: 'quiet', key: 'noise' }, Y.noise(found.running.noise)),
        found.sizes.length > 0 && card('sizes', A.sizes, h(SizeBars, { sizes: found.sizes })),
      ],
  );
}

/** When it was made, in milliseconds since 1970, by what the engine or the images say; 0: neither does. @param {Item} item */
const madeAt = ({ model }) => model?.made ?? 0;

/** The older one first; if that is not known, what was given first. @param {Item} other @param {Item} item @param {boolean} turned @returns {[Item, Item]} */
export function inOrder(other, item, turned) {
  const known = madeAt(other) > 0 && madeAt(item) > 0 && madeAt(other) !== madeAt(item);
  const later = known ? madeAt(other) > madeAt(item) : other.id > item.id;
  return later !== turned ? [item, other] : [other, item];
}

/** What became of the answer. @param {{before: Item, after: Item, swap: () => void}} props */
const Verdicts = ({ before, after, swap }) =>
  h(
    'div',
    { class: 'answers two' },
    [before, after].map((item, index) => [
      index === 1 &&
        h(
          'button',
          {
            type: 'button',
            class: 'swap',
            key: 'swap',
            'aria-label': D.swap,
            title: D.swap,
            onClick: swap,
          },
          h('span', { 'aria-hidden': 'true' }, '→'),
          h('span', { class: 'swap-word', 'aria-hidden': 'true' }, D.swap),
        ),
      item.model &&
        h(
          'section',
          { class: `card answer ${answerOf(item.model).tone}`, key: index },
          h('h2', { class: 'label' }, index === 0 ? D.before : D.after),
          h('p', { class: 'big' }, answerOf(item.model).sentence),
          h(
            'p',
            { class: 'quiet' },
            [item.model.title.slice(0, 100), item.name.slice(0, 100)].join(' · '),
            madeAt(item) > 0 && h('span', { class: 'made' }, D.madeAt(madeAt(item))),
          ),
        ),
    ]),
  );

/** @param {string} name @param {string} title @param {any} content */
const card = (name, title, content) =>
  h(
    'section',
    { class: 'card', key: name, 'aria-labelledby': `compare-${name}` },
    h('h2', { id: `compare-${name}` }, title),
    content,
  );

/** @param {string} name @param {string} title @param {Item} item @param {number[]} findings */
const list = (name, title, item, findings) =>
  findings.length > 0 &&
  card(
    name,
    `${title} (${T.number(findings.length)})`,
    h(
      'ul',
      { class: 'tops' },
      findings.slice(0, MOST).map((index) => {
        const { id, severity, message } = /** @type {any} */ (item.model).report.findings[index];
        return h(
          'li',
          { key: index, class: severity },
          h(
            'a',
            { href: hashOf({ item: item.id, view: 'findings', index }) },
            icon(severity, T.severities[/** @type {'error'} */ (severity)]),
            h('span', { class: 'what' }, message),
            h('span', { class: 'quiet' }, id),
          ),
        );
      }),
    ),
  );

/** @param {Pick<Comparison, 'sizes'>} props */
function SizeBars({ sizes }) {
  const most = Math.max(1, ...sizes.flatMap(({ bytes }) => bytes));
  return h(
    'dl',
    { class: 'bars' },
    sizes.map(({ name, label, bytes, texts, difference }) =>
      h(
        'div',
        { key: name },
        h('dt', null, label),
        texts.map((text, i) =>
          h(
            'dd',
            { class: i === 0 ? 'first' : 'second' },
            h('span', { class: 'offscreen' }, i === 0 ? D.before : D.after),
            h(
              'span',
              { class: 'track', 'aria-hidden': 'true' },
              h('span', {
                class: `part-${name}`,
                style: { width: `${((bytes[i] / most) * 100).toFixed(2)}%` },
              }),
            ),
            h('span', { class: 'amount' }, text),
            i === 1 && h('span', { class: 'difference' }, difference),
          ),
        ),
      ),
    ),
  );
}
