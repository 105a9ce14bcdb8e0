// SPDX-License-Identifier: Apache-2.0
// Reports that came with the page, of checkpoints that did not.

import { documentsOf } from '../../wasm/api/metadata.js';
import { carriedFiles } from './carried-files.js';
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

/** What of a list are objects: anybody may have written it. @param {unknown} given @returns {any[]} */
const objects = (given) =>
  Array.isArray(given) ? given.filter((one) => typeof one === 'object' && one !== null) : [];

/**
 * A report as a checkpoint of which only that is known, and the metadata that came along.
 * @param {any} ckpt @param {Embedded} given
 * @returns {any}
 */
export function reported(ckpt, { report: { frames, tables, metadata, ...given }, files = {} }) {
  const came = carriedFiles(metadata);
  const findings = objects(given.findings).map((/** @type {any} */ finding) => ({
    ...finding,
    stops: Array.isArray(finding.stops) ? finding.stops.map(String) : undefined,
    related: objects(finding.related).map((/** @type {any} */ place) => ({ ...place, index: -1 })),
    index: -1,
  }));
  const counts = { error: 0, warning: 0, info: 0, ...given.counts };
  const report = {
    ...{ cut: [], targets: [], trust: { level: 'clean', reasons: [] } },
    ...{ coverage: { checked: [], notChecked: [] }, ...given, counts, findings },
  };
  const { name = '', form = 'unknown', compression = '', engine } = given;
  const container = given.container ?? {};
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
    documents: documentsOf(ckpt, came),
    files: new Map([...came, ...carriedFiles(files)]),
    error: null,
    containers: async () =>
      objects(given.containers).map((inner) => reported(ckpt, { report: inner })),
    close: async () => {},
  };
}
