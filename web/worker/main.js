// SPDX-License-Identifier: Apache-2.0
// The worker: reads, decodes and keeps what was given; the page only shows.
/// <reference path="../modules.d.ts" />
import wasm from 'page:core';
import { load } from '../../wasm/api/index.js';
import { serve } from '../rpc.js';
import { compare } from './compare.js';
import { Desk } from './desk.js';
import { reported } from './embedded.js';
import { Item } from './item.js';
import { printOf } from './print.js';
import { Shelf, find, piece, rowsOf } from './shelf.js';
import { Opener } from './sources.js';
import { sample } from './sample.js';
import { codecs, unpackXz } from './unpack.js';

const start = async () => load({ wasm: await unpackXz(wasm), codecs });

/** Milliseconds after the start in which nothing was given. */
const IDLE = 300;

/** Reads a sample: browsers compile what runs first, which is not to take time from the first file. @param {any} ckpt */
async function warmUp(ckpt) {
  const archive = await sample('healthy');
  const item = new Item(ckpt, { name: '', archive, loose: false, kind: '' });
  await item.read(undefined, { name: '', version: '', host: '' });
  item.close();
}

/** Serves the page. */
export function runWorker() {
  const core = start();
  core.catch(() => {}); // the first question says why
  /** @type {Map<number, Item>} */
  const items = new Map();
  const found = new Shelf();
  const compared = new Shelf();
  let last = 0;

  /** @param {number} id */
  const itemOf = (id) => {
    const item = items.get(id);
    if (!item) throw new Error('this item is closed');
    return item;
  };
  /** @param {Item} item @param {number} parent */
  const keep = (item, parent) => {
    items.set(++last, item);
    return { id: last, name: item.name, size: item.size, parent, print: item.print };
  };

  serve(/** @type {any} */ (self), {
    hello: async () => {
      const ckpt = await core;
      setTimeout(() => last === 0 && warmUp(ckpt).catch(() => {}), IDLE);
      return { kinds: [...ckpt.kinds] };
    },
    sample: ({ which }) => sample(which),
    open: async ({ given, target }) => {
      const ckpt = await core;
      if (given.length === 1) printOf(given[0].blob).catch(() => {}); // while it is looked at
      const sources = await new Opener(ckpt.files).open(given);
      const made = sources.map((source) => new Item(ckpt, source));
      if (made.length === 1) made[0].begin(target);
      await Promise.all(made.map((item) => item.readPrint()));
      return made.map((item) => keep(item, 0));
    },
    embed: async (reports) => {
      const ckpt = await core;
      return reports.map((/** @type {import('../types.d.ts').Embedded} */ given) => {
        const checkpoint = reported(ckpt, given);
        const source = { name: checkpoint.name, loose: false, kind: '' };
        return keep(new Item(ckpt, source, checkpoint), 0);
      });
    },
    read: async ({ item, kind, target }) => {
      const read = await itemOf(item).read(kind, target);
      if (!read) return null;
      const containers = read.containers.map((container) => keep(container, item));
      return { ...read, containers };
    },
    judge: ({ item, target }) => itemOf(item).judge(target),
    progress: ({ item }) => items.get(item)?.progress() ?? null,
    cancel: ({ item }) => items.get(item)?.cancel(),
    close: ({ item }) => {
      items.get(item)?.close();
      items.delete(item);
    },
    rows: ({ seq, from, count }) => rowsOf(seq, from, count),
    find: ({ seq, text }) => {
      found.clear();
      return find(seq, text, found);
    },
    text: ({ id, from, count }) => piece(id, from, count),
    sections: ({ item }) => itemOf(item).sections(),
    dump: ({ item }) => itemOf(item).dump.sections(),
    grid: ({ item, ...how }) => itemOf(item).grid(how),
    board: ({ item }) => itemOf(item).dump.board(),
    talks: ({ item }) => itemOf(item).dump.talks(),
    timeline: ({ item }) => itemOf(item).timeline(),
    secrets: ({ item, deep }) => itemOf(item).secrets(deep),
    details: ({ item, ...which }) => itemOf(item).dump.details(which),
    strip: ({ item, ...which }) => itemOf(item).dump.strip(which),
    memory: ({ item, ...which }) => itemOf(item).dump.bytes(which),
    locate: ({ item, ...where }) => itemOf(item).dump.locate(where),
    previous: ({ item, others, target }) => {
      const before = others.map((/** @type {number} */ id) => itemOf(id).known.checkpoint);
      return itemOf(item).goOnFrom(before, target);
    },
    hunt: ({ item, ...query }) => itemOf(item).dump.hunt(query),
    hunted: ({ item, ...how }) => itemOf(item).dump.hunted(how),
    areas: ({ item }) => itemOf(item).areas(),
    usage: ({ item, ...how }) => itemOf(item).dump.usage(how),
    usageShare: ({ item }) => itemOf(item).dump.usageShare,
    members: ({ item, ...how }) => itemOf(item).members(how),
    carried: ({ item, views }) => itemOf(item).carried(views),
    frames: ({ item, findings }) => itemOf(item).frames(findings),
    file: ({ item, ...place }) => itemOf(item).desk.file(place),
    compare: async ({ a, b }) => {
      compared.clear();
      return compare({ ckpt: await core, shelf: compared }, itemOf(a).known, itemOf(b).known);
    },
    inside: ({ item, ...how }) => itemOf(item).desk.inside(how),
    save: ({ item, ...place }) => itemOf(item).desk.save(place),
    saving: ({ item, stop }) => itemOf(item).desk.saving({ stop }),
    look: async ({ item, mode, ...how }) =>
      (await itemOf(item).desk.at(mode)).look({ ...how, mode: Desk.plain(mode) }),
    fold: async ({ item, ...what }) => (await itemOf(item).desk.at()).fold(what),
    search: async ({ item, mode, ...what }) =>
      (await itemOf(item).desk.at(mode)).search({ ...what, mode: Desk.plain(mode) }),
    hit: async ({ item, index }) => (await itemOf(item).desk.at()).hit(index),
    spot: async ({ item, mode, ...where }) =>
      (await itemOf(item).desk.at(mode)).spot({ ...where, mode: Desk.plain(mode) }),
    value: async ({ item, row }) => (await itemOf(item).desk.at()).value(row),
    make: ({ item, ...wanted }) => itemOf(item).make(wanted),
    stopMaking: ({ item }) => items.get(item)?.stopMaking(),
    seek: ({ item, text }) => itemOf(item).seek(text),
  });
}
