// SPDX-License-Identifier: Apache-2.0
// What the first views show of a checkpoint, all at once.
import { linksOf } from '../../wasm/api/chain.js';
import { A, T, V, duration } from '../text.js';
import { W } from '../text/answer.js';
import { code, nanoTime, textCell, time } from './cells.js';
import { hasChanges } from './changes.js';
import { largest } from './members.js';
import { timeline } from './view-config.js';

/** @typedef {import('../types.d.ts').Cell} Cell */
/** @typedef {import('../types.d.ts').Report} Report */
/** @typedef {{ckpt: any, shelf: import('./shelf.js').Shelf}} Context */

const number = new Intl.NumberFormat('en');
/** The codes of errors of what is no archive at all. */
const NO_ARCHIVE = ['empty', 'short', 'not-tar', 'unsupported-compression'];

/**
 * @param {Context} context
 * @param {{checkpoint: any, report: Report, source: import('./sources.js').Source}} read
 * @returns {import('../types.d.ts').Model}
 */
export function makeModel(context, { checkpoint, report, source }) {
  const { ckpt } = context;
  const { summary, form, compression, name, members, documents, error } = checkpoint;
  const links = linksOf(members, summary.container.id);
  const known = source.loose ? A.loose : (A.forms[form] ?? form);
  const about = [W.fileKinds[source.what ?? ''] ?? known];
  if (source.archive) {
    if (compression && !error) about.push(A.compressions[compression] ?? compression);
    about.push(ckpt.byteToString(source.archive.size));
  }
  return {
    title: summary.container.name || name,
    about,
    engine: summary.engine.name === 'unknown' ? '' : summary.engine.display,
    form,
    broken: error ? brokenOff(checkpoint) : null,
    image: source.image ?? '',
    what: W.fileKinds[source.what ?? ''] ?? '',
    report,
    identity: identity(context, checkpoint),
    timeline: timeline(events(checkpoint), unread(checkpoint)),
    sizes: sizes(context, summary.sizes, source),
    largest: largest(ckpt, members),
    statistics: statistics(summary),
    members: members.length,
    images: summary.sizes.checkpoint > summary.sizes.pages,
    changes: hasChanges(members),
    links,
    tables: (checkpoint.tables ?? []).map((/** @type {any} */ { view }) => view),
    made: Date.parse(summary.container.checkpointed ?? '') || links.made * 1000,
    metadata: Object.values(documents).some(
      ({ value, error: wrong }) => (wrong ? wrong.partial : value) !== undefined,
    ),
    kind: source.kind,
    loose: source.loose,
  };
}

/** @param {any} checkpoint */
function brokenOff({ error, members }) {
  const where = [];
  const at = error.offset > 0 ? T.byte(error.offset) : '';
  if (at !== '') where.push(at);
  const member = error.member === undefined ? undefined : members.at?.(error.member);
  if (member) where.push(A.inMember(member.name));
  return {
    message: error.message,
    where: where.join(' · '),
    at,
    nothing: NO_ARCHIVE.includes(error.code),
    limit: /^limit/.test(error.code),
  };
}

/** @param {Context} context @param {any} checkpoint */
function identity({ shelf }, { summary: { container, engine }, image, documents }) {
  /** @type {[string, Cell][]} */
  const rows = [];
  const text = (/** @type {string} */ label, /** @type {string | undefined} */ value) =>
    value && rows.push([label, textCell(shelf, value, code)]);
  text(V.name, container.name);
  text(V.imageName, container.image);
  text(V.imageRef, container.imageRef ?? documents['config.dump']?.value?.rootfsImageRef);
  if (container.id) rows.push([V.id, { t: 'id', text: container.id }]);
  if (engine.name !== 'unknown') rows.push([A.engine, engine.display]);
  if (engine.evidence.length > 0) rows.push([A.evidence, evidence(engine)]);
  text(V.runtime, container.runtime);
  text(V.namespace, container.namespace);
  text(A.pod, container.pod);
  text(A.ip, container.ip);
  text(V.mac, container.mac);
  text(A.layer, image?.layer);
  return rows;
}

/** @param {any} engine @returns {Cell} */
function evidence(engine) {
  const line = (/** @type {any} */ { file, pointer = '', text }) =>
    A.evidenceIn(text, pointer === '' ? file : `${file} ${pointer}`);
  return { t: 'lines', items: engine.evidence.map(line) };
}

/** @param {any} checkpoint @returns {[label: string, time: ReturnType<typeof time>][]} */
function events({ summary: { container }, documents }) {
  const config = documents['config.dump']?.value;
  const status = documents.status?.value;
  if (!config && !status && !container.created) return [];
  /** @type {[label: string, time: ReturnType<typeof time>][]} */
  const found = [[V.created, time(config?.createdTime) ?? time(container.created)]];
  if (status) found.push([V.started, nanoTime(status.StartedAt)]);
  found.push([V.checkpointed, time(config?.checkpointedTime) ?? time(container.checkpointed)]);
  found.push([V.restoredAt, time(config?.restoredTime) ?? time(container.restored)]);
  return found;
}

/** What is said of times that are not there. @param {any} checkpoint */
const unread = ({ documents }) => (documents['config.dump']?.error ? T.notReadable : T.notRecorded);

/** @param {Context} context @param {any} all @param {import('./sources.js').Source} source */
function sizes({ ckpt }, all, source) {
  const { checkpoint, pages, gpuPages, rootfsDiff, volumes, devshm, logs, other } = all;
  const images = checkpoint - pages - gpuPages;
  const kinds = { pages, images, gpuPages, rootfsDiff, volumes, devshm, logs, other };
  const found = source.loose ? [] : Object.entries(kinds).filter(([, bytes]) => bytes > 0);
  const parts = found.map(([name, bytes]) => ({
    name,
    label: A.parts[name] ?? name,
    bytes,
    text: ckpt.byteToString(bytes),
  }));
  const total = parts.reduce((sum, { bytes }) => sum + bytes, 0);
  const inner = checkpoint > 0 && !source.loose ? ckpt.byteToString(checkpoint) : '';
  return { total: ckpt.byteToString(total), checkpoint: inner, parts };
}

/** @param {any} summary */
function statistics({ statistics: found }) {
  /** @type {[string, Cell][]} */
  const rows = [];
  for (const [name, value] of Object.entries(found ?? {})) {
    const amount = number.format(value);
    if (Object.hasOwn(A.times, name))
      rows.push([
        A.times[name],
        value < 1000
          ? A.microseconds(amount)
          : { t: 'figure', exact: A.microseconds(amount), text: duration(value / 1000) },
      ]);
    else if (value > 0) rows.push([A.counts[name] ?? name, amount]);
  }
  return rows;
}
