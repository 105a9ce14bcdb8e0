// SPDX-License-Identifier: Apache-2.0
// The report about a checkpoint, as the core makes it.
/** @typedef {import('../types.d.ts').Report} Report */
/** @typedef {import('../types.d.ts').Finding} Finding */

/** The rule whose findings are places of secrets. */
const SECRET = 'CKP800';
const ONLY_SECRETS = {
  only: [SECRET],
  limits: { perRule: 1_000_000, total: 1_000_000 },
};

/**
 * The report, and which values are secrets: also those that are too many to be listed.
 * @param {any} ckpt @param {any} checkpoint @param {import('./sources.js').Source} source
 * @returns {Promise<{report: Report, secrets: Secrets}>}
 */
export async function makeReport(ckpt, checkpoint, source) {
  const validate = async (/** @type {object} */ options) =>
    ckpt.validate(source.loose ? Object.fromEntries(checkpoint.files) : checkpoint, options);
  /** @type {Report} */
  const report = await validate({});
  const places = report.findings.flatMap((each) => [each, ...each.related]);
  const index = indexOf(checkpoint.members, new Set(places.map(({ member }) => member)));
  for (const place of places) place.index = index.get(place.member) ?? -1;
  const all = report.cut.length > 0 ? await validate(ONLY_SECRETS) : report;
  return { report, secrets: new Secrets(all) };
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

/** Which values are secrets, as the report says. */
export class Secrets {
  /** @type {Set<string>} */
  #places = new Set();
  /** @type {Map<string, import('../types.d.ts').Span[]>} */
  #spans = new Map();

  /** @param {Report} report */
  constructor({ findings }) {
    for (const { id, member, pointer, offset, length } of findings) {
      if (id !== SECRET) continue;
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
