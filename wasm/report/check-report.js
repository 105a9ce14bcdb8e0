// SPDX-License-Identifier: Apache-2.0
// Whether a report that somebody gives is one: made by hand, or read from a file that is older.
import { shape } from '../../dist/report-shape.js';
import { enums } from '../../dist/tables.js';
import { VERDICTS } from './findings.js';

/** What a value is, for a message. @param {unknown} value */
export function kindName(value) {
  if (value === null || value === undefined) return String(value);
  if (typeof (/** @type {any} */ (value).then) === 'function')
    return 'a promise (is an "await" missing?)';
  if (Array.isArray(value)) return 'an array';
  if (typeof value === 'string') return value.length > 40 ? 'a long text' : JSON.stringify(value);
  if (typeof value === 'object') return 'an object';
  return typeof value === 'function' ? 'a function' : String(value);
}

/** @param {readonly string[]} words @returns {[(value: any) => boolean, string]} */
const oneOf = (words) => [(value) => words.includes(value), `one of ${words.join(', ')}`];

/** Types that are no objects of the table: a test, and what is expected. @type {Record<string, [(value: any) => boolean, string]>} */
const SIMPLE = {
  string: [(value) => typeof value === 'string', 'a text'],
  condition: [(value) => typeof value === 'string', 'a text'],
  integer: [(value) => Number.isSafeInteger(value), 'an integer'],
  version: [(value) => value === 1, '1'],
  severity: oneOf(enums.severities),
  trust: oneOf(enums.trust),
  verdict: oneOf(Object.keys(VERDICTS)),
};

/** @param {string} at @param {unknown} value @param {string} expected */
const refusal = (at, value, expected) =>
  new TypeError(
    value === undefined
      ? `${at} is missing: expected ${expected}`
      : `${at}: expected ${expected}, not ${kindName(value)}`,
  );

/**
 * @param {unknown} report what is to be one, as src/rules/report.def describes it; more members may be there
 * @param {string} where it stands, for the message
 * @throws {TypeError} which names the member that is missing or wrong
 */
export function checkReport(report, where) {
  /** @type {{value: any, type: string, at: string}[]} */
  const todo = [{ value: report, type: 'Report', at: where }];
  for (let step; (step = todo.pop());) {
    const { value, type, at } = step;
    const optional = type.endsWith('?');
    if (optional && value === undefined) continue;
    const plain = optional ? type.slice(0, -1) : type;
    if (plain.endsWith('|null')) {
      if (value !== null) todo.push({ value, type: plain.slice(0, -5), at });
      continue;
    }
    if (plain.endsWith('[]')) {
      if (!Array.isArray(value)) throw refusal(at, value, 'an array');
      for (let i = value.length - 1; i >= 0; i--)
        todo.push({ value: value[i], type: plain.slice(0, -2), at: `${at}[${i}]` });
      continue;
    }
    const simple = SIMPLE[plain];
    if (simple) {
      const [fits, expected] = simple;
      if (!fits(value)) throw refusal(at, value, expected);
      continue;
    }
    if (typeof value !== 'object' || value === null || Array.isArray(value))
      throw refusal(at, value, 'an object');
    if (typeof value.then === 'function') throw refusal(at, value, 'an object');
    for (const [name, member] of Object.entries(shape[plain]).reverse())
      todo.push({ value: value[name], type: member, at: `${at}.${name}` });
  }
}
