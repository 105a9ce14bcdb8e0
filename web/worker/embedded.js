// SPDX-License-Identifier: Apache-2.0
// Reports that came with the page, of checkpoints that did not.

/** @typedef {import('../types.d.ts').Embedded} Embedded */

/**
 * A report as a checkpoint of which only that is known.
 * @param {Embedded} given
 * @returns {any}
 */
export function reported({ report: given, files = {} }) {
  const findings = (given.findings ?? []).map((/** @type {any} */ finding) => ({
    ...finding,
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
