// SPDX-License-Identifier: Apache-2.0
// What the core's summary says about a checkpoint, as sections.
import { A, T, V } from '../text.js';
import { code, none, textCell, time } from './cells.js';

/** @typedef {import('../types.d.ts').Section} Section */
/** @typedef {import('../types.d.ts').Cell} Cell */
/** @typedef {import('./views.js').Context} Context */

const number = new Intl.NumberFormat('en');

/** @param {Context} context @param {any} checkpoint @param {{path: string, message: string}[]} files @returns {Section[]} */
export function archiveSections(context, checkpoint, files) {
  return [
    problems(context, checkpoint, files),
    identity(context, checkpoint),
    sizes(context, checkpoint.summary),
    networks(context, checkpoint.summary),
    statistics(checkpoint.summary),
  ].flat();
}

/** @param {Context} context @param {any} checkpoint @param {{path: string, message: string}[]} files @returns {Section[]} */
function problems({ shelf }, { problems: found }, files) {
  /** @type {Cell[][]} */
  const rows = [];
  for (const { path, message } of files) if (message) rows.push([message, code(path)]);
  for (const { message, offset, member } of found) {
    const place = offset === undefined ? (member ?? '') : T.byte(offset);
    rows.push([message, place === '' ? none('') : place]);
  }
  if (rows.length === 0) return [];
  const seq = shelf.seq(rows.length, (index) => rows[index]);
  return [{ title: A.problems, blocks: [{ t: 'table', head: [A.problem, T.where], seq }] }];
}

/** @param {Context} context @param {any} checkpoint @returns {Section[]} */
function identity({ shelf }, { form, summary: { container, engine }, image }) {
  /** @type {[string, Cell][]} */
  const rows = [];
  const text = (
    /** @type {string} */ label,
    /** @type {string | undefined} */ value,
    show = code,
  ) => value && rows.push([label, textCell(shelf, value, show)]);
  text(V.name, container.name);
  text(V.imageName, container.image);
  text(V.imageRef, container.imageRef);
  if (container.id) rows.push([V.id, { t: 'id', text: container.id }]);
  text(V.runtime, container.runtime);
  if (engine.name !== 'unknown' || container.id || form !== 'unknown') {
    rows.push([A.engine, engine.display]);
    if (engine.evidence.length > 0) rows.push([A.evidence, evidence(engine)]);
  }
  text(V.namespace, container.namespace);
  text(A.pod, container.pod);
  text(A.ip, container.ip);
  text(V.mac, container.mac);
  text(A.layer, image?.layer);
  for (const [label, value] of [
    [V.created, container.created],
    [V.checkpointed, container.checkpointed],
    [A.restored, container.restored],
  ]) {
    if (value) rows.push([label, time(value) ?? none()]);
  }
  return rows.length > 0 ? [{ title: V.identity, blocks: [{ t: 'facts', rows }] }] : [];
}

/** @param {any} engine @returns {Cell} */
function evidence(engine) {
  const line = (/** @type {any} */ { file, pointer = '', text }) =>
    A.evidenceIn(text, pointer === '' ? file : `${file} ${pointer}`);
  return { t: 'lines', items: engine.evidence.map(line) };
}

/** @param {Context} context @param {any} summary @returns {Section[]} */
function sizes({ ckpt }, { sizes: all }) {
  const { checkpoint, pages, gpuPages, rootfsDiff, volumes, devshm, logs, other } = all;
  const images = checkpoint - pages - gpuPages;
  const kinds = { pages, images, gpuPages, rootfsDiff, volumes, devshm, logs, other };
  const found = Object.entries(kinds).filter(([, bytes]) => bytes > 0);
  if (found.length === 0) return [];
  const total = found.reduce((sum, [, bytes]) => sum + bytes, 0);
  const parts = found.map(([name, bytes]) => ({
    name,
    label: A.parts[name] ?? name,
    bytes,
    text: ckpt.byteToString(bytes),
  }));
  return [{ title: A.sizes, blocks: [{ t: 'sizes', total: ckpt.byteToString(total), parts }] }];
}

/** @param {Context} context @param {any} summary @returns {Section[]} */
function networks({ shelf }, { networks: found }) {
  /** @type {Cell[][]} */
  const rows = [];
  const text = (/** @type {string | undefined} */ value) =>
    value ? textCell(shelf, value, code) : none();
  for (const { name: network, interfaces } of found ?? [])
    for (const { name, subnets, mac } of interfaces)
      for (const { ip, gateway } of subnets.length > 0 ? subnets : [{}])
        rows.push([text(network), text(name), text(ip), text(gateway), text(mac)]);
  if (rows.length === 0) return [];
  const head = [V.network, V.interface, V.address, V.gateway, V.mac];
  const seq = shelf.seq(rows.length, (index) => rows[index]);
  return [{ title: V.networks, blocks: [{ t: 'table', head, seq }] }];
}

/** @param {any} summary @returns {Section[]} */
function statistics({ statistics: found }) {
  /** @type {[string, Cell][]} */
  const rows = [];
  for (const [name, value] of Object.entries(found ?? {})) {
    const amount = number.format(value);
    if (Object.hasOwn(A.times, name)) rows.push([A.times[name], A.microseconds(amount)]);
    else if (value > 0) rows.push([A.counts[name] ?? name, amount]);
  }
  return rows.length > 0 ? [{ title: A.statistics, blocks: [{ t: 'facts', rows }] }] : [];
}
