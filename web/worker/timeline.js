// SPDX-License-Identifier: Apache-2.0
// When what happened, in the order of time, each with where that is said; UTC.
import { T, V } from '../text.js';
import { L } from '../text/views.js';
import { code, nanoTime, none, time } from './cells.js';
import { duration } from '../text.js';

/** @typedef {import('../types.d.ts').Cell} Cell */
/** @typedef {import('../types.d.ts').Section} Section */
/** @typedef {{ms: number, cell: Cell, what: string, source: string, kind: string}} Event */

/** @param {any} checkpoint @param {Iterable<any>} inside members of what the container wrote @returns {Event[]} */
export function eventsOf({ documents, members, summary }, inside) {
  /** @type {Event[]} */
  const events = [];
  const add = (
    /** @type {ReturnType<typeof time>} */ at,
    /** @type {string} */ what,
    /** @type {string} */ source,
    kind = 'container',
  ) => at && Number.isFinite(at.ms) && events.push({ ms: at.ms, cell: at, what, source, kind });
  const config = documents['config.dump']?.value;
  const status = documents.status?.value;
  const { container } = summary;
  add(time(config?.createdTime), V.created, 'config.dump');
  add(time(config?.checkpointedTime), V.checkpointed, 'config.dump');
  add(time(config?.restoredTime), V.restoredAt, 'config.dump');
  if (!config?.createdTime) add(time(container.created), V.created, '');
  if (!config?.checkpointedTime) add(time(container.checkpointed), V.checkpointed, '');
  if (!config?.restoredTime) add(time(container.restored), V.restoredAt, '');
  add(nanoTime(status?.CreatedAt), L.recorded(V.created), 'status');
  add(nanoTime(status?.StartedAt), V.started, 'status');
  add(nanoTime(status?.FinishedAt), V.finished, 'status');
  span(members, (name) => name.endsWith('.img'), add, L.images, 'dump');
  span(members, (name) => /(^|\/)dump\.log$/.test(name), add, L.log, 'dump');
  span(inside, () => true, add, L.written, 'files');
  return events.sort((a, b) => a.ms - b.ms);
}

/** The first and the last of some members. @param {Iterable<any>} members @param {(name: string) => boolean} is @param {(...event: any) => any} add @param {{first: string, last: string, only: string}} words @param {string} kind */
function span(members, is, add, words, kind) {
  /** @type {any} */
  let first;
  /** @type {any} */
  let last;
  for (const member of members) {
    const at = Number(member.mtime ?? 0);
    if (!(at > 0) || member.type !== 'file' || !is(member.name)) continue;
    if (!first || at < Number(first.mtime)) first = member;
    if (!last || at > Number(last.mtime)) last = member;
  }
  if (!first) return;
  const of = (/** @type {any} */ { mtime, mtimeNsec = 0 }) =>
    nanoTime(BigInt(Math.trunc(Number(mtime))) * 1_000_000_000n + BigInt(mtimeNsec));
  const plain = (/** @type {any} */ member) => {
    const at = of(member);
    return at && { ...at, ns: undefined };
  };
  if (Number(first.mtime) === Number(last.mtime))
    return add(plain(last), words.only, last.name, kind);
  add(plain(first), words.first, first.name, kind);
  add(plain(last), words.last, last.name, kind);
}

/** @param {Event[]} events @param {[string, Cell][]} statistics @returns {Section[]} */
export function timelineSections(events, statistics) {
  /** @type {Section[]} */
  const sections = [];
  const first = events[0]?.ms ?? 0;
  const width = (events.at(-1)?.ms ?? 0) - first;
  if (events.length > 0)
    sections.push({
      title: T.views.timeline,
      source: L.zone,
      index: -1,
      blocks: [
        ...(width > 0
          ? [
              {
                t: /** @type {const} */ ('axis'),
                points: events.map(({ ms, what, kind }) => ({
                  at: (ms - first) / width,
                  label: what,
                  kind,
                })),
              },
            ]
          : []),
        {
          t: 'table',
          head: L.head,
          wide: [1],
          seq: {
            id: 0,
            total: events.length,
            rows: events.map(({ ms, cell, what, source }, i) => [
              cell,
              what,
              i === 0
                ? none('')
                : ms === events[i - 1].ms
                  ? L.sameTime
                  : duration(ms - events[i - 1].ms),
              source === '' ? none('') : code(source),
            ]),
          },
        },
      ],
    });
  if (statistics.length > 0)
    sections.push({
      title: L.took,
      source: 'stats-dump',
      index: -1,
      blocks: [{ t: 'facts', rows: statistics }],
    });
  return sections;
}
