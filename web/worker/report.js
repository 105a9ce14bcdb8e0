// SPDX-License-Identifier: Apache-2.0
// The report about a checkpoint, as the core makes it.
import { targets } from '../../dist/tables.js';
import { validateWith } from '../../wasm/api/validate.js';
import { ONLY_SECRETS, isSecret, listsSecrets } from '../../wasm/api/secrets.js';

/** @typedef {import('../types.d.ts').Report} Report */
/** @typedef {import('../types.d.ts').Finding} Finding */

/**
 * The report, and which values are secrets: also those that are too many to be listed.
 * @param {any} ckpt @param {any} checkpoint @param {import('./sources.js').Source} source
 * @param {{target?: import('../types.d.ts').TargetName, previous?: any[]}} [how] target: whose version is asked about;
 *   previous: checkpoints before it, the latest first
 * @returns {Promise<{report: Report, secrets: Secrets}>}
 */
export async function makeReport(ckpt, checkpoint, source, { target, previous = [] } = {}) {
  if (checkpoint.report)
    return { report: checkpoint.report, secrets: new Secrets(checkpoint.report) };
  const validate = async (/** @type {object} */ options) =>
    validateWith(ckpt, source.loose ? Object.fromEntries(checkpoint.files) : checkpoint, options);
  /** @type {Report} */
  const report = await validate({
    ...(target?.version && { targets: targetsOf(target) }),
    ...(target?.host && { host: target.host }),
    previous,
  });
  const places = report.findings.flatMap((each) => [each, ...each.related]);
  const names = places.flatMap(({ member }) => [member, outerOf(member)]).filter(Boolean);
  const index = indexOf(checkpoint.members, new Set(names));
  for (const place of places)
    place.index = index.get(place.member) ?? index.get(outerOf(place.member)) ?? -1;
  await addInner(checkpoint, places, index);
  const all = listsSecrets(report) ? report : await validate(ONLY_SECRETS);
  return { report, secrets: new Secrets(all) };
}

/** All targets, the one asked about with its version. @param {import('../types.d.ts').TargetName} target */
const targetsOf = ({ name, version }) =>
  targets.map((each) => (each === name ? `${each}@${version}` : each));

/** The archive that a member is in: that of "rootfs-diff.tar!etc/passwd". @param {string} member */
const outerOf = (member) => member.slice(0, Math.max(0, member.indexOf('!')));

/** Finds the members that are in archives inside. @param {any} checkpoint @param {{member: string, index: number, inner?: number}[]} places @param {Map<string, number>} index */
async function addInner(checkpoint, places, index) {
  const inside = places.filter(({ member, index: at }) => at >= 0 && !index.has(member));
  for (const outer of new Set(inside.map(({ member }) => outerOf(member)))) {
    const own = inside.filter(({ member }) => outerOf(member) === outer);
    const { members } = await checkpoint.list(outer).catch(() => ({ members: [] }));
    const nameOf = (/** @type {string} */ member) => member.slice(outer.length + 1);
    const found = indexOf(members, new Set(own.map(({ member }) => nameOf(member))));
    for (const place of own) place.inner = found.get(nameOf(place.member));
  }
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

/** Whether variables of an environment stand there. @param {string} pointer */
export const isVariable = (pointer) => /\/env\/\d+$/.test(pointer);

/** Which values are secrets, as the report says. */
export class Secrets {
  /** @type {Set<string>} */
  #places = new Set();
  /** What they are in. @type {Set<string>} */
  #holders = new Set();
  /** @type {Map<string, import('../types.d.ts').Span[]>} */
  #spans = new Map();

  /** @param {Report} report */
  constructor({ findings }) {
    for (const { member, pointer, offset, length } of findings.filter(isSecret)) {
      this.#places.add(`${member}\n${pointer}`);
      for (let above = pointer; above !== '';) {
        above = above.slice(0, above.lastIndexOf('/'));
        const holder = `${member}\n${above}`;
        if (this.#holders.has(holder)) break;
        this.#holders.add(holder);
      }
      if (offset === null || length === null) continue;
      const spans = this.#spans.get(member);
      const span = { offset, length, variable: isVariable(pointer) };
      if (spans) spans.push(span);
      else this.#spans.set(member, [span]);
    }
  }

  /** @param {string} member @param {string} pointer */
  has(member, pointer) {
    return this.#places.has(`${member}\n${pointer}`);
  }

  /** Whether one is in the object or list there. @param {string} member @param {string} pointer */
  within(member, pointer) {
    return this.#holders.has(`${member}\n${pointer}`);
  }

  /** Where they stand in the bytes of a member. @param {string} member */
  spans(member) {
    return this.#spans.get(member) ?? [];
  }
}
