// SPDX-License-Identifier: Apache-2.0
// The state of the page, in one place, and where on the page one is, which is also in the address.

/** @typedef {import('../types.d.ts').ItemHead} ItemHead */
/** @typedef {import('../types.d.ts').Model} Model */
/**
 * @typedef {ItemHead & {
 *   state: 'waiting' | 'reading' | 'ready' | 'failed' | 'cancelled',
 *   model?: Model, message?: string, took?: number, earlier?: number[], progress?: import('../types.d.ts').Progress
 * }} Item
 */
/**
 * Numbers and our own words only: nothing from a file goes into the address.
 * @typedef {object} Place
 * @property {number} item 0: the first page
 * @property {string} view
 * @property {number} [index] what in it: a member, a section, a finding
 * @property {number} [inner] of a member that is an archive: the member in it
 * @property {number} [offset] the place in the bytes of a member
 * @property {number} [length]
 * @property {number} [finding] that is shown beside it, by its number in the report
 * @property {string} [print] of the file, by which a link finds it when it is dropped again
 */

export const state = {
  /** @type {Item[]} */
  items: [],
  /** @type {Place} */
  place: parsePlace(''),
  /** @type {string[]} */
  kinds: [],
  /** @type {'system' | 'light' | 'dark'} */
  theme: 'system',
  /** Where it is to be restored; '': on the engine that made it. */
  target: /** @type {import('../types.d.ts').TargetName} */ ({ name: '', version: '', host: '' }),
  help: false,
  /** A host is being pasted. */
  host: false,
  /** The first-run hint is shown until something was opened beside a view, or it was dismissed. */
  hint: true,
  /** The search over the page, with what it begins with; null: it is not there. */
  palette: /** @type {string | null} */ (null),
  /** What to search memory for as soon as that is shown. */
  hunt: '',
  /** Everything is open, as on paper nothing can be opened. */
  printing: false,
  paste: false,
  /** What went wrong with getting data in; '' if nothing. */
  trouble: '',
  /** What is said to screen readers. */
  said: '',
  /** What is going on before there is an item; '' if nothing is. */
  busy: '',
  /** Where files may come from beside the reader; '' if from nowhere. */
  origin: '',
};

let draw = () => {};
let scheduled = false;
/** What wants nothing to be drawn yet. */
let holds = 0;

/** @param {() => void} drawer draws all of the page */
export function onChange(drawer) {
  draw = drawer;
}

/** Changes the state, and draws it if it is another now. @param {Partial<typeof state>} change */
export function update(change) {
  const names = /** @type {(keyof typeof state)[]} */ (Object.keys(change));
  if (names.every((name) => Object.is(state[name], change[name]))) return;
  Object.assign(state, change);
  if (scheduled) return;
  scheduled = true;
  if (holds === 0) queueMicrotask(drawNow);
}

function drawNow() {
  if (holds > 0 || !scheduled) return;
  scheduled = false;
  draw();
}

/**
 * Draws nothing for a while: what is there in a moment needs no picture of its being awaited.
 * @param {number} most milliseconds
 * @returns {() => void} ends it
 */
export function hold(most) {
  holds++;
  let held = true;
  const release = () => {
    if (!held) return;
    held = false;
    clearTimeout(timer);
    if (--holds === 0 && scheduled) queueMicrotask(drawNow);
  };
  const timer = window.setTimeout(release, most);
  return release;
}

/** The same, at once. @param {Partial<typeof state>} change */
export function showNow(change) {
  update(change);
  draw();
}

/** More items than this are read as one lot: what is not looked at is drawn every now and then. */
const LOT = 20;
const NOW_AND_THEN = 100; // milliseconds, and no more than a fifth of the time
let pause = NOW_AND_THEN;
let waiting = 0;

/** Whether an item is one of many that are being read, and not the one that is looked at. @param {number} id */
export const inLot = (id) => state.items.length > LOT && id !== state.place.item;

/** @param {number} id @param {Partial<Item>} change */
export function updateItem(id, change) {
  updateItems(
    id,
    state.items.map((item) => (item.id === id ? { ...item, ...change } : item)),
  );
}

/** @param {number} id of the item because of which these are new @param {Item[]} items */
export function updateItems(id, items) {
  if (!inLot(id)) return update({ items });
  state.items = items;
  waiting ||= window.setTimeout(() => {
    waiting = 0;
    const began = performance.now();
    draw();
    pause = Math.max(NOW_AND_THEN, 4 * (performance.now() - began));
  }, pause);
}

/** The item one is at. */
export const current = () => state.items.find(({ id }) => id === state.place.item);

/** @param {string} text for screen readers */
export const say = (text) => update({ said: text });

/** @param {string} hash `#item.print/view/index!inner/offset-length;finding` @returns {Place} */
export function parsePlace(hash) {
  const match =
    /^#(\d{1,9})(?:\.([0-9a-f]{8}))?(?:\/([a-z]{1,20})(?:\/(\d{1,10})(?:!(\d{1,9}))?(?:\/(\d{1,16})-(\d{1,15}))?)?)?(?:;(\d{1,9}))?$/.exec(
      hash,
    );
  if (!match) return { item: 0, view: '' };
  const [, item, print, view = 'overview', index, inner, offset, length, finding] = match;
  /** @type {Place} */
  const place = { item: Number(item), view };
  if (print !== undefined) place.print = print;
  if (index !== undefined) place.index = Number(index);
  if (inner !== undefined) place.inner = Number(inner);
  if (offset !== undefined) Object.assign(place, { offset: +offset, length: +length });
  if (finding !== undefined) place.finding = Number(finding);
  return place;
}

/** @param {Place} place */
export function hashOf({ item, view, index, inner, offset, length, finding }) {
  if (item === 0) return '#';
  const print = state.items.find(({ id }) => id === item)?.print;
  const parts = [`#${item}${print ? `.${print}` : ''}`, view];
  if (index !== undefined) {
    parts.push(inner === undefined ? String(index) : `${index}!${inner}`);
    if (offset !== undefined) parts.push(`${offset}-${length ?? 1}`);
  }
  return parts.join('/') + (finding === undefined ? '' : `;${finding}`);
}

/** The same place, with a finding beside it; without one if there is none. @param {number} [finding] */
export const beside = (finding) => hashOf({ ...state.place, finding });

/** Goes somewhere on the page; the browser's back button leads back. @param {Partial<Place>} place what differs; `index`, `inner`, `offset` and `finding` are not kept */
export function go(place) {
  const { item, view } = state.place;
  const hash = hashOf({ item, view, ...place });
  if (location.hash === hash || (hash === '#' && location.hash === '')) follow();
  else {
    location.hash = hash;
    follow(); // what hears of it does so later
  }
}

/** Takes the place from the address. A link of an earlier time knows the file by its print. */
export function follow() {
  const place = parsePlace(location.hash);
  const { print, item } = place;
  if (print !== undefined && state.items.find(({ id }) => id === item)?.print !== print)
    place.item = state.items.find((each) => each.print === print)?.id ?? -1;
  // The browser tells, too, of what was followed already.
  if (JSON.stringify(place) !== JSON.stringify(state.place)) update({ place });
  document.documentElement.dataset.place = location.hash;
}
