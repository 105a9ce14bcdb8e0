// SPDX-License-Identifier: Apache-2.0
// config.dump and status: who the container is, and when what happened.
import { T, V, duration } from '../text.js';
import { code, nanoTime, none, textCell, time, yesNo } from './cells.js';

/** @typedef {import('../types.d.ts').Cell} Cell */
/** @typedef {import('./views.js').Part} Section */
/** @typedef {import('../types.d.ts').TimelineEvent} TimelineEvent */
/** @typedef {import('./views.js').Context} Context */

/** What happened, each with how long after the one before. @param {[label: string, time: ReturnType<typeof time>][]} events @param {string} [missing] what is said of those that have no time @returns {TimelineEvent[]} */
export function timeline(events, missing = T.notRecorded) {
  /** @type {number | undefined} */
  let last;
  return events.map(([label, at]) => {
    let after = '';
    if (at && last !== undefined && !Number.isNaN(at.ms - last)) {
      const words = duration(Math.abs(at.ms - last));
      after = at.ms < last ? V.earlier(words) : V.later(words);
    }
    if (at) last = at.ms;
    return { label, time: at ?? none(missing), known: at !== null, after };
  });
}

/** @param {Context} context @param {any} config @returns {Section[]} */
export function configView({ shelf }, config) {
  const facts = (/** @type {[string, string | undefined][]} */ ...given) =>
    given.map(([label, text]) => /** @type {[string, Cell]} */ ([label, textCell(shelf, text)]));
  return [
    {
      title: V.identity,
      blocks: [
        {
          t: 'facts',
          rows: [
            ...facts([V.name, config.name], [V.id, config.id]),
            ...facts([V.imageName, config.rootfsImageName]),
            // What an engine does not write is not worth a line.
            ...facts(
              [V.imageAsked, config.rootfsImage],
              [V.imageRef, config.rootfsImageRef],
            ).filter(([, cell]) => typeof cell === 'string' || cell.t !== 'none'),
            ...facts([V.runtime, config.runtime]),
            [V.restored, yesNo(config.restored)],
          ],
        },
      ],
    },
    {
      title: V.times,
      blocks: [
        {
          t: 'timeline',
          events: timeline([
            [V.created, time(config.createdTime)],
            [V.checkpointed, time(config.checkpointedTime)],
            [V.restoredAt, time(config.restoredTime)],
          ]),
        },
      ],
    },
  ];
}

/** @param {Context} context @param {any} status @returns {Section[]} */
export function statusView({ shelf }, status) {
  const { CreatedAt: created, StartedAt: started, FinishedAt: finished } = status;
  const state = finished ? V.exited : started ? V.running : created ? V.createdState : none();
  return [
    {
      title: V.status,
      blocks: [
        {
          t: 'facts',
          rows: [
            [V.state, state],
            [V.pid, status.Pid ? code(status.Pid) : none()],
            [V.exitCode, finished ? code(status.ExitCode) : none()],
            [V.reason, status.Reason ? textCell(shelf, status.Reason) : none(T.none)],
            [V.message, status.Message ? textCell(shelf, status.Message) : none(T.none)],
          ],
        },
      ],
    },
    {
      title: V.times,
      blocks: [
        {
          t: 'timeline',
          events: timeline([
            [V.created, nanoTime(created)],
            [V.started, nanoTime(started)],
            [V.finished, nanoTime(finished)],
          ]),
        },
      ],
    },
  ];
}
