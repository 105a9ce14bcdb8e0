// SPDX-License-Identifier: Apache-2.0
// Keys for everything: see the help of the page.
import { current, go, showNow, state, update } from './store.js';
import { closeDrawer, drawerKey } from './drawer.js';
import { isGrid } from './views/grids.js';
import { viewsOf } from './views/index.js';

/** Where a letter is a letter. */
const FIELDS = 'input, textarea, select, [contenteditable]';

/** @param {number} step */
function walk(step) {
  const places = [
    .../** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll('main .walk')),
  ];
  const list = /** @type {HTMLElement | null} */ (
    document.querySelector('main .rows.members, main .rows.text')
  );
  if (places.length === 0) return list?.focus();
  const at = places.findIndex((place) => place === document.activeElement);
  const next = at < 0 ? (step > 0 ? 0 : places.length - 1) : at + step;
  const place = places[Math.max(0, Math.min(places.length - 1, next))];
  place.focus();
  place.scrollIntoView({ block: 'nearest' });
}

/** What Escape leaves, from the inside out. */
function leave() {
  const { place } = state;
  if (state.help || state.paste || state.host) update({ help: false, paste: false, host: false });
  else if (place.finding !== undefined) closeDrawer();
  else if (place.index !== undefined && isGrid(place.view)) go({ view: place.view });
  else if (place.index !== undefined && /^(files|changes)$/.test(place.view))
    go({ view: place.view });
  else if (place.item !== 0 && place.view !== 'overview') go({ view: 'overview' });
  else if (place.item !== 0) go({ item: 0 });
}

export function acceptKeys() {
  addEventListener('keydown', (event) => {
    if ((event.ctrlKey || event.metaKey) && event.key === 'k') {
      event.preventDefault();
      showNow({ palette: state.palette === null ? '' : null });
      return;
    }
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
    const target = /** @type {HTMLElement} */ (event.target);
    const { key } = event;
    if (target.matches?.(FIELDS)) {
      if (key === 'Escape') target.blur();
      return;
    }
    const list = target.closest?.('.rows');
    if (key === 'Escape') leave();
    else if (state.help || state.paste || state.host || state.palette !== null) return;
    else if (key === '?') update({ help: true });
    else if (drawerKey(key)) {
      event.preventDefault();
      return;
    } else if (key === '/') {
      const field = /** @type {HTMLElement | null} */ (document.querySelector('main .search'));
      if (field && !/overview|metadata/.test(state.place.view)) field.focus();
      else showNow({ palette: '' });
    } else if (key === 'j' || key === 'k') {
      if (list) {
        const arrow = key === 'j' ? 'ArrowDown' : 'ArrowUp';
        list.dispatchEvent(
          new KeyboardEvent('keydown', { key: arrow, bubbles: true, cancelable: true }),
        );
      } else walk(key === 'j' ? 1 : -1);
    } else if (/^[0-9]$/.test(key)) {
      const item = current();
      if (key === '0') go({ item: 0 });
      else {
        const view = item?.model && viewsOf(item.model)[Number(key) - 1];
        if (!view) return;
        go({ view: view.id });
      }
    } else return;
    event.preventDefault();
  });
}
