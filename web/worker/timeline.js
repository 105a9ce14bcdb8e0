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

/** Milliseconds that take no more room than this on the axis. */
const SHORTEST = 50;
/** Shares of the axis that a time and a distance need to be written. */
const TICK = 0.07;
const GAP = 0.06;

/** A distance in few letters: 5 s, 13 min, 2 d. @param {number} ms */
function shortly(ms) {
  const units = /** @type {[number, string][]} */ ([
    ...[
      [86_400_000, 'd'],
      [3_600_000, 'h'],
      [60_000, 'min'],
      [1000, 's'],
    ],
  ]);
  const [size, unit] = units.find(([least]) => ms >= least) ?? [1, 'ms'];
  return `${Math.round(ms / size)} ${unit}`;
}

/**
 * The events on a line. Seconds of a dump stand beside days of a container: distances are drawn as their logarithms.
 * @param {Event[]} events in the order of time, not all at once
 * @returns {import('../types.d.ts').Block}
 */
function axisOf(events) {
  const moments = [...new Set(events.map(({ ms }) => ms))];
  const widths = moments.map((ms, i) =>
    i === 0 ? 0 : Math.log2(2 + (ms - moments[i - 1]) / SHORTEST),
  );
  const whole = widths.reduce((sum, width) => sum + width, 0);
  /** @type {Map<number, number>} */
  const places = new Map();
  let at = 0;
  for (const [i, ms] of moments.entries()) places.set(ms, (at += widths[i] / whole));
  const placeOf = (/** @type {number} */ ms) => places.get(ms) ?? 0;
  const lanes = [...new Set(events.map(({ kind }) => kind))].map((kind) => {
    const own = events.filter((event) => event.kind === kind);
    /** @type {{at: number, label: string, left: boolean, room: number}[]} */
    const points = [];
    for (const [i, { ms, what }] of own.entries()) {
      const before = points.at(-1);
      if (before && before.at === placeOf(ms)) {
        before.label += `, ${what}`;
        continue;
      }
      const next = own.slice(i).find((other) => other.ms > ms);
      const right = (next ? placeOf(next.ms) : 1) - placeOf(ms);
      const left = placeOf(ms) - (before?.at ?? 0);
      const leftwards = !next && right < 0.15 && (!before || !before.left);
      points.push({
        at: placeOf(ms),
        label: what,
        left: leftwards,
        room: leftwards ? left / (before ? 2 : 1) : right,
      });
      // Both write into the room between them.
      if (leftwards && before) before.room = left / 2;
    }
    return { kind, name: L.kinds[kind] ?? kind, points };
  });
  let last = -1;
  const ticks = moments.flatMap((ms) => {
    const place = placeOf(ms);
    if (last >= 0 && place - last < TICK) return [];
    last = place;
    return [{ at: place, label: new Date(ms).toISOString().slice(11, 19) }];
  });
  const gaps = moments.flatMap((ms, i) => {
    const from = i === 0 ? 0 : placeOf(moments[i - 1]);
    const to = placeOf(ms);
    return i > 0 && to - from >= GAP
      ? [{ at: (from + to) / 2, label: shortly(ms - moments[i - 1]) }]
      : [];
  });
  return { t: 'axis', lanes, ticks, gaps };
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
        ...(width > 0 ? [axisOf(events)] : []),
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
