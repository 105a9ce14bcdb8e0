// SPDX-License-Identifier: Apache-2.0
// The page around the views.
/// <reference path="../modules.d.ts" />
import version from 'page:version';
import { useEffect, useRef, useState } from 'preact/hooks';
import { A, T } from '../text.js';
import { K } from '../text/palette.js';
import { U } from '../text/views.js';
import { again, cancel, close } from './actions.js';
import { Help, HostDialog, Paste } from './dialogs.js';
import { ExportMenu } from './export-menu.js';
import { classes, h } from './h.js';
import { Boundary } from './boundary.js';
import { Drawer, hasDrawer } from './drawer.js';
import { Home } from './home.js';
import { icon, mark } from './icons.js';
import { Palette } from './palette.js';
import { Picker } from './parts.js';
import { allRules } from './rules.js';
import { current, go, hashOf, state, update } from './store.js';
import { nextTheme } from './theme.js';
import { Badge } from './verdict.js';
import { titleOf, viewsOf } from './views/index.js';

/** @typedef {import('./store.js').Item} Item */

export function App() {
  const { place, trouble, busy, said, help, paste } = state;
  const item = current();
  return [
    h(
      'button',
      { type: 'button', class: 'skip', onClick: () => document.getElementById('main')?.focus() },
      T.skip,
    ),
    h(Top, { item }),
    h(
      'main',
      { id: 'main', tabindex: -1 },
      trouble !== '' &&
        h(
          'div',
          { class: 'trouble', role: 'alert' },
          h('p', null, trouble),
          h(
            'button',
            {
              type: 'button',
              class: 'plain-button',
              'aria-label': T.dismiss,
              onClick: () => update({ trouble: '' }),
            },
            icon('close'),
          ),
        ),
      busy !== '' && h('p', { class: 'busy', role: 'status' }, busy),
      h(
        Boundary,
        { key: `${place.item}/${item?.state}` },
        place.item === 0 ? h(Home, null) : item ? h(ItemPage, { item }) : h(Gone, null),
      ),
    ),
    h(Foot, { item }),
    h('p', { class: 'offscreen', role: 'status', id: 'said' }, said),
    help && h(Help, null),
    state.palette !== null && h(Palette, { start: state.palette }),
    paste && h(Paste, null),
    state.host && h(HostDialog, null),
  ];
}

/** @param {{item: Item | undefined}} props */
function Top({ item }) {
  const { items, theme } = state;
  return h(
    'header',
    { class: 'top' },
    h(
      'a',
      { class: 'brand', href: '#', 'aria-label': `${T.title}: ${T.home}` },
      mark(),
      h('span', { class: 'name' }, T.title),
    ),
    items.length > 1 &&
      h(
        'select',
        {
          class: 'switch',
          'aria-label': T.switchItem,
          value: item?.id ?? 0,
          onChange: (/** @type {any} */ event) =>
            go({ item: Number(event.currentTarget.value), view: 'overview' }),
        },
        h('option', { value: 0 }, T.allItems(items.length)),
        items.map(({ id, name, parent }) =>
          h('option', { value: id }, `${parent ? '  ' : ''}${name.slice(0, 200)}`),
        ),
      ),
    h('span', { class: 'space' }),
    h(
      'button',
      {
        type: 'button',
        class: 'seek',
        'aria-keyshortcuts': 'Control+K',
        onClick: () => update({ palette: '' }),
      },
      icon('search'),
      h('span', null, K.seek),
      h('kbd', { 'aria-hidden': 'true' }, 'Ctrl K'),
    ),
    items.length > 0 && h(Picker, { id: 'more-files', label: T.openMore, class: 'slim' }),
    h(
      'button',
      {
        type: 'button',
        class: 'plain-button',
        'aria-label': T.theme(T.themes[theme]),
        title: T.theme(T.themes[theme]),
        onClick: nextTheme,
      },
      icon(theme),
    ),
    h(
      'button',
      {
        type: 'button',
        class: 'plain-button',
        'aria-label': T.help,
        title: T.help,
        onClick: () => update({ help: true }),
      },
      h('span', { 'aria-hidden': 'true' }, '?'),
    ),
  );
}

/** One line below all: what holds whatever is open. @param {{item: Item | undefined}} props */
const Foot = ({ item }) =>
  h(
    'footer',
    { class: 'foot' },
    h('span', { class: 'safe' }, icon('shield'), U.noNetwork),
    item?.took !== undefined && h('span', null, U.readIn(item.took)),
    h('span', { class: 'version' }, U.version(version, allRules().length)),
    h('span', { class: 'space' }),
    h('button', { type: 'button', class: 'link', onClick: () => update({ help: true }) }, U.keys),
  );

/** The address of something that is not here, as after reloading. */
function Gone() {
  return h(
    'div',
    { class: 'empty' },
    h('h1', null, T.gone),
    h(Picker, { id: 'files', label: T.chooseFiles }),
    h('a', { href: '#', class: 'button primary' }, T.home),
  );
}

/** Characters of a title: a longer one must not push the answer off the screen. */
const LONGEST = 120;

/** @param {string} text @param {number} [most] */
const cut = (text, most = LONGEST) => (text.length > most ? `${text.slice(0, most)}…` : text);

/** @param {{item: Item}} props */
function ItemPage({ item }) {
  const { model, name, size, parent, state: how } = item;
  const { place } = state;
  const heading = useRef(/** @type {HTMLElement | null} */ (null));
  useEffect(() => {
    // What is new is read from its title on; but only when one comes from elsewhere.
    if (!document.activeElement || document.activeElement === document.body)
      heading.current?.focus();
  }, [item.id]);
  const work = useRef(/** @type {HTMLElement | null} */ (null));
  useEffect(() => {
    // A key led here, and what had the focus is gone: reading goes on in the view.
    if (model && (!document.activeElement || document.activeElement === document.body))
      work.current?.focus({ preventScroll: true });
  }, [place.view, place.index === undefined, place.finding === undefined]);
  const views = model ? viewsOf(model) : [];
  const view = views.find(({ id }) => id === place.view) ?? views[0];
  const title = model?.title ?? name;
  useEffect(() => {
    document.title = view ? `${title.slice(0, 100)} · ${titleOf(view)}` : title.slice(0, 100);
    return () => {
      document.title = T.title;
    };
  }, [title, view]);
  const pod = parent > 0 && state.items.find(({ id }) => id === parent);
  return h(
    'div',
    {
      class: classes('item', model && view && hasDrawer(place, view.id) && 'with-drawer'),
      'aria-busy': how === 'waiting' || how === 'reading',
    },
    h(
      'header',
      { class: 'item-head' },
      h(
        'div',
        { class: 'title' },
        h(
          'h1',
          { ref: heading, tabindex: -1, title: title.length > LONGEST ? cut(title, 2000) : null },
          cut(title),
        ),
        h(Badge, { item }),
      ),
      h(
        'p',
        { class: 'about' },
        model && title !== name && [h('code', null, cut(name)), ' · '],
        (model?.about ?? [size]).join(' · '),
        model?.engine && ` · ${model.engine}`,
        pod && [
          ' · ',
          h('a', { href: hashOf({ item: pod.id, view: 'overview' }) }, T.inPod(pod.name)),
        ],
      ),
      model && h(ExportMenu, { item }),
      h(
        'button',
        {
          type: 'button',
          class: 'plain-button close',
          'aria-label': T.close,
          title: T.close,
          onClick: () => close(item.id),
        },
        icon('close'),
      ),
    ),
    h(Waiting, { item }),
    model &&
      view && [
        h(Rail, { item, model, views, view }),
        h(
          'div',
          { class: `view view-${view.id}`, ref: work, tabindex: -1 },
          h(
            Boundary,
            { key: `${item.id}/${view.id}` },
            h(view.component, { key: `${item.id}/${view.id}`, item, model, place }),
          ),
        ),
        h(
          Boundary,
          { key: `drawer/${item.id}/${place.finding}/${view.id}` },
          h(Drawer, { item, model, place, view: view.id }),
        ),
      ],
  );
}

/**
 * The way to the views: a rail, a bar where it is narrower, a menu on a telephone.
 * @param {{item: Item, model: NonNullable<Item['model']>, views: ReturnType<typeof viewsOf>, view: ReturnType<typeof viewsOf>[number]}} props
 */
function Rail({ item, model, views, view }) {
  const [open, setOpen] = useState(false);
  const bar = useRef(/** @type {HTMLElement | null} */ (null));
  useEffect(() => {
    setOpen(false);
    // Where not all of them are seen, only they are scrolled, not the page.
    const center = () => {
      const tab = /** @type {HTMLElement | null} */ (bar.current?.querySelector('[aria-current]'));
      if (bar.current && tab)
        bar.current.scrollLeft = tab.offsetLeft - (bar.current.clientWidth - tab.offsetWidth) / 2;
    };
    center();
    addEventListener('resize', center);
    return () => removeEventListener('resize', center);
  }, [item.id, model, view.id]);
  return h(
    'nav',
    {
      class: classes('views', open && 'open'),
      'aria-label': T.viewsLabel,
      ref: bar,
      onKeyDown: (/** @type {KeyboardEvent} */ event) => {
        if (event.key !== 'Escape' || !open) return;
        event.preventDefault();
        setOpen(false);
        /** @type {HTMLElement | null} */ (bar.current?.querySelector('.menu'))?.focus();
      },
    },
    h(
      'button',
      { type: 'button', class: 'menu', 'aria-expanded': open, onClick: () => setOpen(!open) },
      h('span', { 'aria-hidden': 'true' }, '☰'),
      h('span', { class: 'menu-title' }, titleOf(view)),
      h('span', { 'aria-hidden': 'true' }, open ? '▴' : '▾'),
    ),
    views.map((each, index) => [
      each.group !== views[index - 1]?.group &&
        h('span', { class: 'group-name', 'aria-hidden': 'true' }, T.groups[each.group]),
      h(
        'a',
        {
          key: each.id,
          href: hashOf({ item: item.id, view: each.id }),
          'aria-current': each.id === view.id ? 'page' : undefined,
          onClick: () => setOpen(false),
        },
        index < 9 && h('kbd', { 'aria-hidden': 'true' }, String(index + 1)),
        titleOf(each),
        each.count &&
          each.count(model) > 0 &&
          h('span', { class: 'amount' }, T.number(each.count(model))),
      ),
    ]),
  );
}

/** While there is nothing to see yet, or if there will not be. @param {{item: Item}} props */
function Waiting({ item: { id, name, state: how, progress, message } }) {
  if (how === 'ready') return null;
  if (how === 'failed')
    return h('div', { class: 'card verdict error' }, h('p', { class: 'message' }, message ?? ''));
  if (how === 'cancelled')
    return h(
      'div',
      { class: 'empty' },
      h('p', null, A.cancelled),
      h('button', { type: 'button', class: 'button', onClick: () => again(id) }, A.again),
    );
  return h(
    'div',
    { class: 'card progress' },
    h('h2', null, A.progressLabel(cut(name))),
    h('progress', {
      max: 1,
      'aria-label': A.progressLabel(name),
      ...(progress && progress.share > 0 && { value: progress.share }),
    }),
    h('span', { class: 'quiet' }, progress?.text ?? (how === 'waiting' ? A.waiting : T.reading)),
    how === 'reading' && h('p', { class: 'quiet' }, A.readingHint),
    h('button', { type: 'button', class: 'small', onClick: () => cancel(id) }, A.cancel),
  );
}
