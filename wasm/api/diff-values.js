// SPDX-License-Identifier: Apache-2.0
// Two descriptions of the same thing, compared field by field; and lists of things, by their keys.

import { compare as comparisons } from '../../dist/tables.js';

/**
 * A field that differs. What is not worth a word (numbers that a dump gives away anew) is noise.
 * @typedef {object} FieldChange
 * @property {string} field its path: limits/nofile/soft
 * @property {any} before undefined: there is none @property {any} after
 * @property {boolean} noise
 *
 * How a member is compared, see src/criu/compare.def.
 * @typedef {{of?: string, how?: 'noise' | 'identity' | 'set' | 'by', key?: string}} Comparison
 */

/** @param {string} type @param {string} member @returns {Comparison} */
const comparisonOf = (type, member) =>
  /** @type {Record<string, Record<string, Comparison>>} */ (comparisons)[type]?.[member] ?? {};

/** A value as text, for comparison. @param {any} value @returns {string} */
const written = (value) =>
  JSON.stringify(value, (_, part) => (typeof part === 'bigint' ? `${part}n` : part)) ?? '';

/** @param {any} value */
const isText = (value) =>
  typeof value === 'object' && value !== null && typeof value.hex === 'string';
/** @param {any} value */
const isObject = (value) =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && !isText(value);

/** Strings without the ids of the containers that they are of. @param {[string, string]} ids */
export const withoutIds =
  ([idA, idB]) =>
  (/** @type {any} */ a, /** @type {any} */ b) =>
    typeof a === 'string' &&
    typeof b === 'string' &&
    idA !== '' &&
    idB !== '' &&
    a.replaceAll(idA, '') === b.replaceAll(idB, '');

/**
 * @param {any} before @param {any} after @param {string} type of both, as src/criu/views.def calls it
 * @param {(a: any, b: any) => boolean} alike whether two values that differ are the same but for the containers' ids
 * @returns {(FieldChange & {identity: boolean})[]} identity: it is another thing at the same place
 */
export function compareFields(before, after, type, alike) {
  /** @type {(FieldChange & {identity: boolean})[]} */
  const found = [];
  /** @type {{path: string, a: any, b: any, of: string, how: Comparison, noise: boolean, identity: boolean}[]} */
  const open = [
    { path: '', a: before, b: after, of: type, how: {}, noise: false, identity: false },
  ];
  for (let next; (next = open.pop());) {
    const { path, a, b, of, how, noise, identity } = next;
    if (written(a) === written(b)) continue;
    const say = (/** @type {any} */ from, /** @type {any} */ to) =>
      found.push({
        ...{ field: path, before: from, after: to, noise: noise || alike(from, to), identity },
      });
    const below = (/** @type {string} */ key) => (path === '' ? key : `${path}/${key}`);
    const lists = Array.isArray(a) && Array.isArray(b);
    if (isObject(a) && isObject(b)) {
      const keys = [...new Set([...Object.keys(a), ...Object.keys(b)])];
      for (const key of keys.reverse()) {
        const own = comparisonOf(of, key);
        open.push({
          ...{ path: below(key), a: a[key], b: b[key], of: own.of ?? '', how: own },
          noise: noise || own.how === 'noise',
          identity: identity || own.how === 'identity',
        });
      }
    } else if (lists && how.how === 'by' && how.key) {
      const by = (/** @type {any[]} */ list) =>
        new Map(list.map((one) => [String(one[/** @type {string} */ (how.key)]), one]));
      const [one, two] = [by(a), by(b)];
      for (const key of [...new Set([...one.keys(), ...two.keys()])].reverse())
        open.push({ ...next, path: below(key), a: one.get(key), b: two.get(key), how: {} });
    } else if (lists && how.how === 'set') {
      const [gone, come] = [
        a.filter((one) => !b.includes(one)),
        b.filter((one) => !a.includes(one)),
      ];
      if (gone.length > 0 || come.length > 0) say(gone, come);
    } else {
      say(a, b);
    }
  }
  return found;
}

/**
 * Something that came, went, or differs.
 * @template T @typedef {object} ThingChange
 * @property {'added' | 'removed' | 'changed' | 'replaced'} change replaced: another thing is at the same place
 * @property {T | null} before @property {T | null} after
 * @property {FieldChange[]} fields those that differ
 */

/**
 * Two lists, by what each thing is called; of several with one name the first belongs to the first.
 * @template T @param {readonly T[]} a @param {readonly T[]} b @param {(thing: T) => string} keyOf @param {string} type
 * @param {(a: any, b: any) => boolean} alike
 * @returns {{changes: ThingChange<T>[], noise: number, same: number}} noise: fields that differ in what is the same otherwise
 */
export function compareLists(a, b, keyOf, type, alike) {
  const named = (/** @type {readonly T[]} */ list) => {
    /** @type {Map<string, T>} */
    const map = new Map();
    /** @type {Map<string, number>} */
    const counts = new Map();
    for (const thing of list) {
      const key = keyOf(thing);
      const count = counts.get(key) ?? 0;
      counts.set(key, count + 1);
      map.set(`${key}\0${count}`, thing);
    }
    return map;
  };
  const [before, after] = [named(a), named(b)];
  /** @type {ThingChange<T>[]} */
  const changes = [];
  let noise = 0;
  let same = 0;
  for (const key of new Set([...before.keys(), ...after.keys()])) {
    const [one, two] = [before.get(key) ?? null, after.get(key) ?? null];
    if (!one || !two) {
      changes.push({ change: one ? 'removed' : 'added', before: one, after: two, fields: [] });
      continue;
    }
    const compared = compareFields(one, two, type, alike);
    const fields = compared.map(({ identity: _, ...field }) => field);
    const real = fields.filter((field) => !field.noise);
    noise += fields.length - real.length;
    if (real.length === 0) {
      same++;
      continue;
    }
    const other = compared.some(({ noise: folded, identity }) => identity && !folded);
    changes.push({ change: other ? 'replaced' : 'changed', before: one, after: two, fields });
  }
  return { changes, noise, same };
}

/** The name of a variable and its value; the whole is the name where there is no "=". @param {string | {hex: string}} text */
function variable(text) {
  if (typeof text !== 'string') return { name: text.hex, value: text };
  const at = text.indexOf('=');
  return at < 0
    ? { name: text, value: '' }
    : { name: text.slice(0, at), value: text.slice(at + 1) };
}

/**
 * Environments, variable by variable.
 * @param {(string | {hex: string})[] | null} before @param {(string | {hex: string})[] | null} after null: not known
 * @returns {{change: 'added' | 'removed' | 'changed', name: string, before: any, after: any}[]}
 */
export function compareEnvironments(before, after) {
  if (!before || !after) return [];
  const by = (/** @type {(string | {hex: string})[]} */ list) =>
    new Map(list.filter((one) => one !== '').map((one) => [variable(one).name, one]));
  const [a, b] = [by(before), by(after)];
  const found = [];
  for (const name of new Set([...a.keys(), ...b.keys()])) {
    const [one, two] = [a.get(name), b.get(name)];
    if (written(one) === written(two)) continue;
    const change = one === undefined ? 'added' : two === undefined ? 'removed' : 'changed';
    found.push({
      change: /** @type {'added' | 'removed' | 'changed'} */ (change),
      name,
      before: one,
      after: two,
    });
  }
  return found;
}
