// SPDX-License-Identifier: Apache-2.0
// What stands beside a view, which stays where it is: the evidence of a finding, the details of a row.
import { useEffect, useRef } from 'preact/hooks';
import { T } from '../text.js';
import { E } from '../text/evidence.js';
import { api } from './api.js';
import { Copy, copy } from './copy.js';
import { Frame } from './frame.js';
import { h } from './h.js';
import { useAnswer } from './hooks.js';
import { icon } from './icons.js';
import { ruleOf } from './rules.js';
import { beside, current, go, hashOf, say, state, update } from './store.js';
import { enginesOf } from './verdict.js';
import { PlaceLink, groupsOf } from './views/findings.js';
import { RowDetails, isGrid } from './views/grids.js';

/** @typedef {import('../types.d.ts').Finding} Finding */
/** @typedef {import('./store.js').Item} Item */
/** @typedef {import('./store.js').Place} Place */
/** @typedef {import('../types.d.ts').Model} Model */

/** Findings at the same place that are listed. */
const MOST = 8;

/** @param {Place} place @param {string} view */
export const hasDrawer = (place, view) =>
  place.finding !== undefined || (isGrid(view) && place.index !== undefined);

/** Leaves the view as it was without it. */
export const closeDrawer = () => go({ ...state.place, finding: undefined });

/** All findings, the gravest first. @param {Model} model */
const orderOf = ({ report }) => groupsOf(report).flatMap(({ findings }) => findings);

/** The next finding in that order, or the one before. @param {number} by */
function step(by) {
  const { place } = state;
  const model = current()?.model;
  if (!model || place.finding === undefined) return;
  const order = orderOf(model);
  const at = order.indexOf(place.finding);
  const next = order[(at + by + order.length) % order.length];
  if (next !== undefined) go({ ...place, finding: next });
}

/** Keys of the evidence. @param {string} key @returns {boolean} whether it was one */
export function drawerKey(key) {
  const { place } = state;
  if (place.finding === undefined) return false;
  if (key === '[' || key === ']') step(key === ']' ? 1 : -1);
  else if (key === 'y') copy(location.href).then((done) => say(done ? T.copied : T.copyFailed));
  else if (key === 'o') {
    const finding = current()?.model?.report.findings[place.finding];
    if (!finding || finding.index < 0) return false;
    go({ view: 'files', ...placeOf(finding), finding: place.finding });
  } else return false;
  return true;
}

/** @param {Finding} finding */
const placeOf = ({ index, inner, offset, length }) => ({
  index,
  inner,
  ...(offset !== null && { offset, length: length ?? 1 }),
});

/** @param {{item: Item, model: Model, place: Place, view: string}} props */
export function Drawer({ item, model, place, view }) {
  const box = useRef(/** @type {HTMLElement | null} */ (null));
  const { finding } = place;
  const open = hasDrawer(place, view);
  useEffect(() => {
    if (open && state.hint) update({ hint: false }); // that was understood
  }, [open]);
  useEffect(() => {
    if (box.current) box.current.scrollTop = 0;
  }, [finding, place.index]);
  if (!open) return null;
  return h(
    'aside',
    {
      class: 'drawer',
      ref: box,
      'aria-label': finding === undefined ? E.details : E.label,
      tabindex: -1,
    },
    finding === undefined
      ? h(RowDetails, { item, view, row: place.index ?? 0 })
      : h(Evidence, { item, model, number: finding }),
  );
}

/** @param {{item: Item, model: Model, number: number}} props */
function Evidence({ item, model, number }) {
  const { findings } = model.report;
  const finding = findings[number];
  const { value: frames } = useAnswer(
    async () => (finding ? api.frames({ item: item.id, findings: [number] }) : []),
    [item.id, model.report, number],
  );
  const close = h(
    'button',
    {
      type: 'button',
      class: 'plain-button',
      'aria-label': E.close,
      title: E.close,
      onClick: closeDrawer,
    },
    icon('close'),
  );
  if (!finding) return h('header', null, h('h2', null, E.gone), close);
  const { id, severity, message, hint, found, expected, related, member, pointer, stops } = finding;
  const rule = ruleOf(id);
  const frame = frames?.[0] ?? [];
  const order = orderOf(model);
  const also = findings.flatMap((other, index) =>
    index !== number && member !== '' && other.member === member && other.pointer === pointer
      ? [index]
      : [],
  );
  const inImage = [
    finding.entry !== null && finding.entry !== undefined && E.entry(finding.entry),
    finding.field,
  ].filter(Boolean);
  return [
    h(
      'header',
      null,
      h(
        'h2',
        null,
        icon(severity, T.severities[severity]),
        h('span', null, h('code', null, id), ' ', rule?.title ?? ''),
      ),
      close,
    ),
    h('p', { class: 'message' }, message),
    h(
      'p',
      { class: 'places' },
      h(PlaceLink, { item, place: finding, beside: number }),
      inImage.length > 0 && h('span', { class: 'quiet' }, ` ${inImage.join(' · ')}`),
      finding.offset !== null &&
        finding.line === null &&
        h('span', { class: 'quiet' }, ` ${T.byte(finding.offset)}`),
    ),
    frame.length > 0 && h(Frame, { lines: frame, tone: severity }),
    (found !== '' || expected !== '') &&
      h(
        'dl',
        { class: 'facts' },
        found !== '' && h('div', null, h('dt', null, T.found), h('dd', { class: 'found' }, found)),
        expected !== '' &&
          h('div', null, h('dt', null, T.expected), h('dd', { class: 'expected' }, expected)),
      ),
    stops && (severity === 'error' || stops.length > 0)
      ? part(E.stops, stops.length === 0 ? E.stopsNone : enginesOf(stops).join(', '))
      : null,
    part(E.whyFails, rule?.why),
    part(E.todo, hint || rule?.fix),
    part(E.what, rule?.what),
    rule?.reference && [h('h3', null, E.read), h('p', { class: 'quiet' }, rule.reference)],
    related.length > 0 && [
      h('h3', null, E.related),
      related.map((place, index) =>
        h('p', { key: index }, place.message, ' ', h(PlaceLink, { item, place, beside: number })),
      ),
    ],
    also.length > 0 && [
      h('h3', null, E.alsoHere),
      h(
        'ul',
        { class: 'also' },
        also
          .slice(0, MOST)
          .map((index) =>
            h(
              'li',
              { key: index },
              h(
                'a',
                { href: beside(index) },
                icon(findings[index].severity, T.severities[findings[index].severity]),
                ' ',
                findings[index].message,
              ),
            ),
          ),
      ),
    ],
    h(
      'footer',
      null,
      stepButton(-1, '['),
      h('span', { class: 'quiet' }, E.of(order.indexOf(number) + 1, findings.length)),
      stepButton(1, ']'),
      finding.index >= 0 &&
        h(
          'a',
          {
            class: 'small',
            href: hashOf({ item: item.id, view: 'files', ...placeOf(finding), finding: number }),
          },
          E.openFile,
        ),
      h(Copy, { value: () => location.href, what: E.link, label: E.copyLink }),
    ),
  ];
}

/** @param {number} by @param {string} key */
const stepButton = (by, key) =>
  h(
    'button',
    {
      type: 'button',
      class: 'small',
      'aria-label': by < 0 ? E.previous : E.next,
      'aria-keyshortcuts': key,
      onClick: () => step(by),
    },
    h('kbd', { 'aria-hidden': 'true' }, key),
  );

/** @param {string} title @param {string | undefined} text */
const part = (title, text) => text && [h('h3', null, title), h('p', null, text)];
