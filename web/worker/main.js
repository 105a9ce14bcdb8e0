// SPDX-License-Identifier: Apache-2.0
// The worker: reads, decodes and keeps what was given; the page only shows.
/// <reference path="../modules.d.ts" />
import wasm from 'page:core';
import { load } from '../../wasm/index.js';
import { serve } from '../rpc.js';
import { ArchiveSource } from './archive.js';
import { Report } from './report.js';
import { Shelf } from './shelf.js';
import { Opener, isShown } from './sources.js';

/** @typedef {import('../types.d.ts').SourceInfo} SourceInfo */
/** @typedef {import('./sources.js').Source} Source */

/** A source and what was found out about it. @typedef {{source: Source, shelf: Shelf, reports: Map<number, Report>, archive?: ArchiveSource}} Open */

/** The core, which stands in this script as compressed bytes. */
async function start() {
  const packed = Uint8Array.from(atob(wasm), (character) => character.charCodeAt(0));
  const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream('gzip'));
  return load({ wasm: await new Response(stream).arrayBuffer() });
}

const core = start();
/** @type {Map<number, Open>} */
const opened = new Map();
let lastId = 0;

/** @param {number} id */
function find(id) {
  const open = opened.get(id);
  if (!open) throw new Error('this source is closed');
  return open;
}

/** Where the sequences of a source or a member are. @param {import('../types.d.ts').Place} place */
function shelf({ source, member }) {
  const open = find(source);
  return member === undefined ? open.shelf : (open.reports.get(member)?.shelf ?? new Shelf());
}

/** @param {{source: number, member: number}} where */
function reportOf({ source, member }) {
  const report = find(source).reports.get(member);
  if (!report) throw new Error('this file was not read yet');
  return report;
}

/** @param {any} ckpt @param {Source} source @returns {SourceInfo} */
function keep(ckpt, source) {
  /** @type {Open} */
  const open = { source, shelf: new Shelf(), reports: new Map() };
  const id = ++lastId;
  opened.set(id, open);
  if (source.archive) {
    open.archive = new ArchiveSource(ckpt, source.archive, source.name);
    const archive = ckpt.byteToString(source.archive.size);
    return { id, name: source.name, members: [], others: open.shelf.seq(0, () => []), archive };
  }
  const all = source.members.map(({ path, size, kind, guessed }, index) => ({
    index,
    path,
    size,
    kind,
    guessed,
  }));
  const order = (/** @type {string | null} */ kind) => (kind ? ckpt.kinds.indexOf(kind) : Infinity);
  const members = all
    .filter(({ index }) => isShown(source.members[index], source))
    .sort((a, b) => order(a.kind) - order(b.kind) || (a.path < b.path ? -1 : 1));
  const others = all.filter(({ index }) => !isShown(source.members[index], source));
  return {
    id,
    name: source.name,
    members,
    others: open.shelf.seq(others.length, (i) => [
      { t: 'code', text: others[i].path },
      { t: 'figure', exact: String(others[i].size), text: ckpt.byteToString(others[i].size) },
    ]),
  };
}

serve(/** @type {any} */ (self), {
  hello: async () => ({ kinds: [...(await core).kinds] }),
  open: async (given) => {
    const ckpt = await core;
    const sources = await new Opener(ckpt.files).open(given);
    return sources.map((source) => keep(ckpt, source));
  },
  report: async ({ source: id, member: index, kind }) => {
    const { source, reports } = find(id);
    const member = source.members[index];
    const report = new Report(await core);
    reports.set(index, report);
    return report.make(kind ?? member.kind, member, () => source.read(index));
  },
  archive: async ({ source: id }) => {
    const open = find(id);
    if (!open.archive) throw new Error('this source is no archive');
    return open.archive.open(open, (source) => {
      const inner = { source, shelf: new Shelf(), reports: new Map() };
      opened.set(++lastId, inner);
      return { id: lastId, open: inner };
    });
  },
  progress: ({ source }) => opened.get(source)?.archive?.progress() ?? null,
  cancel: ({ source }) => opened.get(source)?.archive?.cancel(),
  rows: ({ seq, from, count, ...place }) => shelf(place).rows(seq, from, count),
  find: ({ seq, text, ...place }) => shelf(place).find(seq, text),
  text: ({ id, from, count, ...place }) => shelf(place).text(id, from, count),
  tree: (where) => reportOf(where).tree(),
  raw: (where) => reportOf(where).raw(),
  close: ({ source }) => {
    const archive = opened.get(source)?.archive;
    archive?.cancel();
    for (const id of [source, ...(archive?.inner ?? [])]) opened.delete(id);
  },
});
