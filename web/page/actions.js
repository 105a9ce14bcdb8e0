// SPDX-License-Identifier: Apache-2.0
// What the page does: takes files in, has them read, forgets them.
import { before as dumpsBefore } from '../../wasm/api/chain.js';
import { T } from '../text.js';
import { api } from './api.js';
import { MOST, NoFolders, TooMany, collect } from './collect.js';
import { go, say, state, update, updateItem } from './store.js';
import { answerOf } from './verdict.js';

/** @typedef {import('./collect.js').Collected} Collected */
/** @typedef {import('./store.js').Item} Item */

/** Milliseconds between two looks at the progress. */
const LOOK = 150;

/** @param {Collected | Promise<Collected>} coming @returns {Promise<Item[]>} what was read */
export async function take(coming) {
  update({ trouble: '', busy: T.reading });
  try {
    const { given, missed } = await coming;
    if (missed > 0) update({ trouble: T.missed(missed) });
    if (given.length === 0) {
      update({ trouble: T.nothingGiven });
      return [];
    }
    return await show(await api.open(given));
  } catch (error) {
    update({ trouble: troubleOf(error) });
    return [];
  } finally {
    update({ busy: '' });
  }
}

/** Has things read, and goes to them. @param {import('../types.d.ts').ItemHead[]} heads @returns {Promise<Item[]>} */
export async function show(heads) {
  const made = heads.map((head) => ({ ...head, state: /** @type {const} */ ('waiting') }));
  update({ items: [...state.items, ...made], busy: '' });
  const { item, view } = state.place;
  const asked = made.find(({ print }) => print !== '' && print === state.place.print);
  if (asked && item < 0) go({ ...state.place, item: asked.id });
  else if (made.length === 1 && view === 'compare') go({ item, view, index: made[0].id });
  else if (made.length === 1) go({ item: made[0].id, view: 'overview' });
  else go({ item: 0 });
  for (const { id } of made) await read(id);
  await joinChains(new Set(made.map(({ id }) => id)));
  const ids = new Set(made.map(({ id }) => id));
  return state.items.filter(({ id }) => ids.has(id));
}

/**
 * Gives dumps that refer to earlier ones those of the same container that are open, the latest first.
 * @param {Set<number>} fresh what was read just now
 */
async function joinChains(fresh) {
  const ready = state.items.filter(({ model }) => model?.images || model?.form === 'archive');
  const links = ready.map(({ id, model }) => ({
    id,
    .../** @type {import('../types.d.ts').Model} */ (model).links,
  }));
  for (const [i, { id, earlier }] of ready.entries()) {
    if (earlier) continue;
    const ids = dumpsBefore(links[i], links).map((other) => other.id);
    if (ids.length === 0 || !(fresh.has(id) || ids.some((other) => fresh.has(other)))) continue;
    await api.previous({ item: id, others: ids });
    updateItem(id, { earlier: ids });
  }
}

/** @param {unknown} error */
function troubleOf(error) {
  if (error instanceof TooMany) return T.tooMany(MOST);
  if (error instanceof NoFolders) return T.noFolders;
  return error instanceof Error ? error.message : String(error);
}

/** @param {DataTransfer} data */
export const takeData = (data) =>
  take(collect(data, (found) => update({ busy: T.looking(found) })));

let pasted = 0;
/** @param {string} text */
export const takeText = (text) =>
  take({ given: [{ path: T.pasted(++pasted), blob: new Blob([text]) }], missed: 0 });

/** Reads an item, unless it was cancelled or closed while it waited. @param {number} id @param {string} [kind] what to read it as */
export async function read(id, kind) {
  const item = state.items.find((each) => each.id === id);
  if (!item || item.state === 'cancelled') return;
  updateItem(id, { state: 'reading', progress: undefined });
  const timer = setInterval(async () => {
    const progress = await api.progress({ item: id }).catch(() => null);
    if (progress) updateItem(id, { progress });
  }, LOOK);
  try {
    const done = await api.read({ item: id, kind, target: state.target });
    if (!done) return updateItem(id, { state: 'cancelled' });
    const { model, containers } = done;
    const kept = state.items.filter(({ parent }) => parent !== id);
    const at = kept.findIndex((each) => each.id === id);
    if (at < 0) return; // it was closed meanwhile
    kept[at] = { ...kept[at], state: 'ready', model };
    const added = containers.map((head) => ({ ...head, state: /** @type {const} */ ('waiting') }));
    kept.splice(at + 1, 0, ...added);
    update({ items: kept });
    const { place } = state;
    // Of one image there is nothing to judge: its fields are what was asked for.
    if (model.image !== '' && place.item === id && place.view === 'overview')
      go({ item: id, view: 'files', index: 0 });
    say(`${model.title.slice(0, 200)}: ${answerOf(model).sentence}`);
    for (const container of containers) await read(container.id);
  } catch (error) {
    updateItem(id, { state: 'failed', message: troubleOf(error) });
  } finally {
    clearInterval(timer);
  }
}

/** Asks whether another target restores what is open: what is looked at first. @param {import('../types.d.ts').TargetName} target */
export async function choose(target) {
  const before = state.target;
  update({ target });
  if (before.version === '' && target.version === '') return; // all engines were judged
  const here = state.place.item;
  const ready = state.items.filter((item) => item.state === 'ready' && item.model);
  for (const { id } of ready.sort((a, b) => Number(b.id === here) - Number(a.id === here))) {
    const report = await api.judge({ item: id, target }).catch(() => null);
    const item = state.items.find((each) => each.id === id);
    if (state.target !== target) return; // another was chosen meanwhile
    if (report && item?.model) updateItem(id, { model: { ...item.model, report } });
  }
}

/** @param {number} id */
export function cancel(id) {
  const item = state.items.find((each) => each.id === id);
  if (item?.state === 'waiting') updateItem(id, { state: 'cancelled' });
  else api.cancel({ item: id });
}

/** @param {number} id */
export function again(id) {
  updateItem(id, { state: 'waiting' });
  return read(id);
}

/** @param {number} id */
export function close(id) {
  const gone = state.items.filter((item) => item.id === id || item.parent === id);
  for (const item of gone) api.close({ item: item.id });
  update({ items: state.items.filter((item) => !gone.includes(item)) });
  if (gone.some((item) => item.id === state.place.item)) go({ item: 0 });
}

export function closeAll() {
  for (const { id } of state.items) api.close({ item: id });
  update({ items: [], trouble: '' });
  go({ item: 0 });
}
