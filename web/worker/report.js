// SPDX-License-Identifier: Apache-2.0
// The report about a checkpoint, as the core makes it.
import { frameSecrets } from './secrets.js';

/** @typedef {import('../types.d.ts').Report} Report */
/** @typedef {import('../types.d.ts').Finding} Finding */

/** @param {Partial<Finding>} given @returns {Finding} */
const finding = (given) => ({
  id: '',
  severity: 'error',
  message: '',
  hint: '',
  member: '',
  pointer: '',
  offset: null,
  length: null,
  line: null,
  column: null,
  archiveOffset: null,
  found: '',
  expected: '',
  related: [],
  index: -1,
  ...given,
});

/** @param {any} ckpt @param {any} checkpoint @param {import('./sources.js').Source} source @returns {Promise<Report>} */
export async function makeReport(ckpt, checkpoint, source) {
  const report = source.loose
    ? ckpt.validate(Object.fromEntries(checkpoint.files))
    : await ckpt.validate(checkpoint);
  addMissing(ckpt, checkpoint, report);
  const places = report.findings.flatMap((/** @type {Finding} */ each) => [each, ...each.related]);
  const index = indexOf(
    checkpoint.members,
    new Set(places.map((/** @type {{member: string}} */ { member }) => member)),
  );
  for (const place of places) place.index = index.get(place.member) ?? -1;
  return report;
}

/** Where the members of some names are. @param {Iterable<{name: string}>} members @param {Set<string>} names @returns {Map<string, number>} */
export function indexOf(members, names) {
  /** @type {Map<string, number>} */
  const found = new Map();
  if (names.size === 0) return found;
  let index = -1;
  for (const { name } of members) {
    index++;
    // Other parts know this one by the name of the file.
    const key = name === 'checkpoint/descriptors.json' ? 'descriptors.json' : name;
    if (names.has(key)) found.set(key, index);
    if (names.has(name)) found.set(name, index);
  }
  return found;
}

/** What the rules do not say yet. @param {any} ckpt @param {any} checkpoint @param {Report} report */
function addMissing(ckpt, { documents, files }, { findings, counts }) {
  const known = new Set(findings.map(({ id }) => id));
  /** @type {Finding[]} */
  const added = [];
  for (const [member, { error }] of Object.entries(documents)) {
    if (!error || findings.some((other) => other.member === member && other.severity === 'error'))
      continue;
    const { rule: id, message, pointer, offset, length, line, column, found, expected } = error;
    const place = line > 0 ? { offset, length, line, column } : {};
    added.push(finding({ id, message, member, pointer, found, expected, ...place }));
  }
  const spec = documents['spec.dump']?.value && files.get('spec.dump');
  if (spec && !known.has('CKP800')) {
    for (const place of frameSecrets(ckpt, spec))
      added.push(finding({ id: 'CKP800', severity: 'warning', member: 'spec.dump', ...place }));
  }
  for (const { severity } of added) counts[severity]++;
  findings.push(...added);
}

/** The rules whose findings are places of secrets. */
const SECRET = /^CKP80[01]$/;

/** Which values are secrets, as the report says. */
export class Secrets {
  /** @type {Set<string>} */
  #places = new Set();
  /** @type {Map<string, import('../types.d.ts').Span[]>} */
  #spans = new Map();

  /** @param {Report | undefined} report */
  constructor(report) {
    for (const { id, member, pointer, offset, length } of report?.findings ?? []) {
      if (!SECRET.test(id)) continue;
      this.#places.add(`${member}\n${pointer}`);
      if (offset === null || length === null) continue;
      const spans = this.#spans.get(member);
      if (spans) spans.push({ offset, length });
      else this.#spans.set(member, [{ offset, length }]);
    }
  }

  /** @param {string} member @param {string} pointer */
  has(member, pointer) {
    return this.#places.has(`${member}\n${pointer}`);
  }

  /** Where they stand in the bytes of a member. @param {string} member */
  spans(member) {
    return this.#spans.get(member) ?? [];
  }
}
