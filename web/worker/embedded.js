// SPDX-License-Identifier: Apache-2.0
// Reports that came with the page, of checkpoints that did not.

import { tablesIn } from './tables.js';

/** @typedef {import('../types.d.ts').Embedded} Embedded */

/** @param {any} line whether it is one of a frame */
const isLine = (line) =>
  typeof line?.text === 'string' &&
  Number.isSafeInteger(line.line) &&
  (line.mark === undefined || (Array.isArray(line.mark) && line.mark.every(Number.isSafeInteger)));

/** The lines around findings that came along, by number of the finding. @param {unknown} given @returns {import('../types.d.ts').FrameLine[][]} */
const framesOf = (given) =>
  Array.isArray(given)
    ? given.map((lines) => (Array.isArray(lines) && lines.every(isLine) ? lines : []))
    : [];

/**
 * A report as a checkpoint of which only that is known.
 * @param {Embedded} given
 * @returns {any}
 */
export function reported({ report: { frames, tables, ...given }, files = {} }) {
  const findings = (given.findings ?? []).map((/** @type {any} */ finding) => ({
    ...finding,
    stops: Array.isArray(finding.stops) ? finding.stops.map(String) : undefined,
    related: (finding.related ?? []).map((/** @type {any} */ place) => ({ ...place, index: -1 })),
    index: -1,
  }));
  const counts = { error: 0, warning: 0, info: 0, ...given.counts };
  const report = {
    ...{ cut: [], targets: [], trust: { level: 'clean', reasons: [] } },
    ...{ coverage: { checked: [], notChecked: [] }, ...given, counts, findings },
  };
  const { name = '', form = 'unknown', compression = '', container = {}, engine } = given;
  return {
    name: name || container.name || '',
    form,
    compression,
    report,
    frames: framesOf(frames),
    tables: tablesIn(tables),
    summary: {
      container,
      engine: { name: 'unknown', display: '', ...engine, evidence: [] },
      sizes: {},
      inside: [],
    },
    members: [],
    documents: {},
    files: new Map(
      Object.entries(files).map(([member, text]) => [member, new TextEncoder().encode(text)]),
    ),
    error: null,
    containers: async () => (given.containers ?? []).map((inner) => reported({ report: inner })),
    close: async () => {},
  };
}
