// SPDX-License-Identifier: Apache-2.0
// What the page does: takes files in, has them read, forgets them.
import { before as dumpsBefore } from '../../wasm/api/chain.js';
import { T } from '../text.js';
import { H } from '../text/views.js';
import { api } from './api.js';
import { during } from './busy.js';
import { MOST, NoFolders, TooMany, collect } from './collect.js';
import { go, hold, inLot, say, state, update, updateItem, updateItems } from './store.js';
import { answerOf } from './verdict.js';

/** @typedef {import('./collect.js').Collected} Collected */
/** @typedef {import('./store.js').Item} Item */

/** Milliseconds between two looks at the progress. */
const LOOK = 150;
/** Milliseconds in which something is read without a word of its being read: people take that for at once. */
const AT_ONCE = 100;

/** @param {Collected | Promise<Collected>} coming @returns {Promise<Item[]>} what was read */
export const take = (coming) => during(taken(coming));

/** @param {Collected | Promise<Collected>} coming @returns {Promise<Item[]>} */
async function taken(coming) {
  const release = hold(AT_ONCE);
  update({ trouble: '', busy: T.reading });
  try {
    const { given, missed } = await coming;
    if (missed > 0) update({ trouble: T.missed(missed) });
    if (given.length === 0) {
      update({ trouble: T.nothingGiven });
      return [];
    }
    const { hosts, rest } = await hostsIn(given);
    const made =
      rest.length > 0 ? await show(await api.open({ given: rest, target: state.target })) : [];
    for (const { path, text } of hosts) {
      await chooseHost(text);
      say(H.taken(path));
    }
    return made;
  } catch (error) {
    update({ trouble: troubleOf(error) });
    return [];
  } finally {
    update({ busy: '' });
    release();
  }
}

/** Has things read, and goes to them. @param {import('../types.d.ts').ItemHead[]} heads @returns {Promise<Item[]>} */
export const show = (heads) => during(shown(heads));

/** @param {import('../types.d.ts').ItemHead[]} heads @returns {Promise<Item[]>} */
async function shown(heads) {
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
    await goOnFrom(id, ids);
  }
}

/** An item goes on from others that are open, the latest first: it is judged with them. @param {number} id @param {number[]} others */
export async function goOnFrom(id, others) {
  updateItem(id, { earlier: others });
  const report = await api.previous({ item: id, others, target: state.target }).catch(() => null);
  const item = state.items.find((each) => each.id === id);
  if (report && item?.model) updateItem(id, { model: { ...item.model, report } });
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
    const { model, containers, took } = done;
    const kept = state.items.filter(({ parent }) => parent !== id);
    const at = kept.findIndex((each) => each.id === id);
    if (at < 0) return; // it was closed meanwhile
    kept[at] = { ...kept[at], state: 'ready', model, took };
    const added = containers.map((head) => ({ ...head, state: /** @type {const} */ ('waiting') }));
    kept.splice(at + 1, 0, ...added);
    updateItems(id, kept);
    const { place } = state;
    // Of one image there is nothing to judge: its fields are what was asked for.
    if (model.image !== '' && place.item === id && place.view === 'overview')
      go({ item: id, view: 'files', index: 0 });
    if (!inLot(id)) say(`${model.title.slice(0, 200)}: ${answerOf(model).sentence}`);
    for (const container of containers) await read(container.id);
  } catch (error) {
    updateItem(id, { state: 'failed', message: troubleOf(error) });
  } finally {
    clearInterval(timer);
  }
}

/** Asks whether another target restores what is open: what is looked at first. @param {Partial<import('../types.d.ts').TargetName>} change */
export const choose = (change) => during(judge(change));

/** @param {Partial<import('../types.d.ts').TargetName>} change */
async function judge(change) {
  const before = state.target;
  const target = { ...before, ...change };
  update({ target });
  // All engines were judged already.
  if (before.version === '' && target.version === '' && before.host === target.host) return;
  const here = state.place.item;
  const ready = state.items.filter((item) => item.state === 'ready' && item.model);
  for (const { id } of ready.sort((a, b) => Number(b.id === here) - Number(a.id === here))) {
    const report = await api.judge({ item: id, target }).catch(() => null);
    const item = state.items.find((each) => each.id === id);
    if (state.target !== target) return; // another was chosen meanwhile
    if (report && item?.model) updateItem(id, { model: { ...item.model, report } });
  }
}

/**
 * Judges what is open for a host.
 * @param {string} host what `ckpt host` printed there
 * @throws {Error} of the core, if that is no such thing
 */
export async function chooseHost(host) {
  const item =
    state.items.find(({ id, model }) => id === state.place.item && model) ??
    state.items.find(({ model }) => model);
  if (!item) throw new Error(H.first);
  await during(api.judge({ item: item.id, target: { ...state.target, host } }));
  await choose({ host });
}

/** Larger files are no description of a host. */
const LARGEST_HOST = 2 ** 20;
/** What is called so is none, and is not looked into. */
const OTHER = /\/|\.(tar|tgz|tzst|gz|zst|zstd|xz|bz2|img|dump)$/i;

/** Takes descriptions of hosts out of what was given. @param {import('../types.d.ts').Given[]} given */
async function hostsIn(given) {
  /** @type {{path: string, text: string}[]} */
  const hosts = [];
  /** @type {import('../types.d.ts').Given[]} */
  const rest = [];
  for (const file of given) {
    const small = given.length <= 50 && file.blob.size <= LARGEST_HOST;
    if (!small || OTHER.test(file.path)) {
      rest.push(file);
      continue;
    }
    const text = await file.blob.text().catch(() => '');
    if (isHost(text)) hosts.push({ path: file.path, text });
    else rest.push(file);
  }
  return { hosts, rest };
}

/** @param {string} text */
function isHost(text) {
  if (!/^\s*\{/.test(text)) return false;
  try {
    const { version, kernel, architecture } = JSON.parse(text);
    return version === 1 && typeof kernel === 'string' && typeof architecture === 'string';
  } catch {
    return false;
  }
}

/** @param {number} id */
export function cancel(id) {
  const item = state.items.find((each) => each.id === id);
  if (item?.state === 'waiting') updateItem(id, { state: 'cancelled' });
  else api.cancel({ item: id });
}

/** @param {number} id */
export async function again(id) {
  updateItem(id, { state: 'waiting' });
  await read(id);
  for (const item of state.items)
    if (item.earlier?.includes(id)) await goOnFrom(item.id, item.earlier);
}

/** @param {number} id */
export function close(id) {
  const gone = state.items.filter((item) => item.id === id || item.parent === id);
  for (const item of gone) api.close({ item: item.id });
  update({ items: state.items.filter((item) => !gone.includes(item)) });
  // Those that went on from it go on from what is left before it.
  for (const { id: other, earlier = [] } of state.items) {
    const at = earlier.findIndex((each) => gone.some((item) => item.id === each));
    if (at >= 0) during(goOnFrom(other, earlier.slice(0, at)));
  }
  if (gone.some((item) => item.id === state.place.item)) go({ item: 0 });
}

export function closeAll() {
  for (const { id } of state.items) api.close({ item: id });
  update({ items: [], trouble: '' });
  go({ item: 0 });
}
