// SPDX-License-Identifier: Apache-2.0
// The report about a checkpoint. Until the core validates, it is made of what reading it found.
import { frameSecrets } from './secrets.js';

/** @typedef {import('../types.d.ts').Report} Report */
/** @typedef {import('../types.d.ts').Finding} Finding */

/** @type {import('../types.d.ts').Rule[]} */
export const RULES = [];

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

/** @param {any} ckpt @param {any} checkpoint @param {import('./sources.js').Source} _source @returns {Promise<Report>} */
export async function makeReport(ckpt, checkpoint, _source) {
  const { documents, problems, files, members } = checkpoint;
  /** @type {Finding[]} */
  const findings = [];
  for (const [member, { error }] of Object.entries(documents)) {
    if (!error) continue;
    const { rule: id, message, pointer, offset, length, line, column, found, expected } = error;
    const place = line > 0 ? { offset, length, line, column } : {};
    findings.push(finding({ id, message, member, pointer, found, expected, ...place }));
  }
  for (const { code, message, member = '', offset: archiveOffset = null } of problems)
    findings.push(finding({ id: code, severity: 'warning', message, member, archiveOffset }));
  const spec = documents['spec.dump']?.value && files.get('spec.dump');
  if (spec) {
    for (const place of frameSecrets(ckpt, spec))
      findings.push(finding({ id: 'CKP800', severity: 'warning', member: 'spec.dump', ...place }));
  }
  const byName = new Map();
  let index = -1;
  if (findings.some(({ member }) => member !== ''))
    for (const { name } of members) byName.set(name, ++index);
  for (const each of findings) each.index = byName.get(each.member) ?? -1;
  const count = (/** @type {string} */ wanted) =>
    findings.filter(({ severity }) => severity === wanted).length;
  const counts = { error: count('error'), warning: count('warning'), info: count('info') };
  return { counts, cut: [], targets: [], findings };
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
