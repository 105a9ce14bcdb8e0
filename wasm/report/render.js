// SPDX-License-Identifier: Apache-2.0
// The forms of a report as one function, for programs: what `ckpt validate --format` writes.
import { rules } from '../../dist/rules.js';
import { escapeForTerminal } from './escape.js';
import {
  FAIL_ON,
  SEVERITIES,
  countsOf,
  isFailing,
  listedFrom,
  noTexts,
  uriPath,
} from './findings.js';
import { FORMATS } from './formats/index.js';
import { sha256 } from './sha256.js';

/** @typedef {import('./findings.js').Report} Report */
/** @typedef {import('./findings.js').Entry} Entry */

/** Names of the forms. */
export const forms = FORMATS.map(({ name }) => name);

const plain = (/** @type {string} */ text) => text;
const PLAIN = { bold: plain, dim: plain, red: plain, yellow: plain, cyan: plain };

/** @param {string} what @param {unknown} value @param {readonly string[]} known */
function refuse(what, value, known) {
  if (known.includes(/** @type {string} */ (value))) return;
  throw new TypeError(`${what}: expected one of ${known.join(', ')}, not ${String(value)}`);
}

/** @param {unknown} value */
const kindName = (value) =>
  typeof (/** @type {any} */ (value)?.then) === 'function'
    ? 'a promise (is an "await" missing?)'
    : value === null || typeof value !== 'object'
      ? String(value)
      : 'an object';

/** @param {any} options @param {readonly string[]} known */
function checkOptions(options, known) {
  if (options === undefined) return;
  const isObject = typeof options === 'object' && options !== null && !Array.isArray(options);
  if (!isObject || typeof options.then === 'function')
    throw new TypeError(`options: expected an object, not ${kindName(options)}`);
  const other = Object.keys(options).find((name) => !known.includes(name));
  if (other !== undefined)
    throw new TypeError(`there is no option "${other}"; there are ${known.join(', ')}`);
}

/** @param {{name: string, report: Report}} result @returns {Entry} */
function entryOf(result) {
  const { name, report } = result ?? {};
  if (typeof name !== 'string' || !Array.isArray(report?.findings))
    throw new TypeError(
      `results: expected objects {name, report}, as ckpt.validate() makes reports, not ${kindName(report ?? result)}`,
    );
  const named = { path: name, shown: escapeForTerminal(name) };
  return { ...named, kind: 'archive', files: {}, unreadable: null, report, texts: noTexts() };
}

/**
 * Reports of checkpoints in a form of `ckpt validate --format`.
 * @param {string} form one of `forms`
 * @param {Iterable<{name: string, report: Report}>} results name: of the archive, as it is to be shown
 * @param {{targets?: boolean, failOn?: import('./findings.js').FailOn, level?: import('./findings.js').Severity,
 *   brief?: boolean, width?: number, version?: string, page?: string}} [options]
 * @returns {string}
 * @throws {TypeError} an argument is not what it should be
 */
export function render(form, results, options) {
  refuse('form', form, forms);
  checkOptions(options, ['targets', 'failOn', 'level', 'brief', 'width', 'version', 'page']);
  if (typeof results !== 'object' || typeof results?.[Symbol.iterator] !== 'function')
    throw new TypeError(
      `results: expected a list of objects {name, report}, not ${kindName(results)}`,
    );
  const {
    targets = false,
    failOn = 'error',
    level = 'info',
    page,
    version = '',
    width = 80,
  } = options ?? {};
  refuse('failOn', failOn, FAIL_ON);
  refuse('level', level, SEVERITIES);
  if (form === 'html' && typeof page !== 'string')
    throw new TypeError('page: the form html needs the text of dist/viewer.html');
  const entries = Array.from(results, entryOf);
  const format = /** @type {(typeof FORMATS)[number]} */ (
    FORMATS.find(({ name }) => name === form)
  );
  const writer = format.report({
    ...{ style: PLAIN, errorStyle: PLAIN, width, quiet: false },
    ...{
      brief: options?.brief ?? false,
      single: entries.length === 1,
      targets,
      failOn,
      rules,
      version,
    },
    repository: { path: plain, uri: uriPath, digest: sha256 },
    page: () => /** @type {string} */ (page),
  });
  const summary = {
    ...{ checkpoints: entries.length, files: 0, unreadable: 0 },
    failing: entries.filter((entry) => isFailing(entry, failOn, targets)).length,
    counts: { error: 0, warning: 0, info: 0 },
  };
  let text = writer.begin?.() ?? '';
  const add = (/** @type {Iterable<{out?: string}>} */ pieces) => {
    for (const { out } of pieces) text += out ?? '';
  };
  for (const entry of entries) {
    const counts = countsOf(entry);
    for (const severity of SEVERITIES) summary.counts[severity] += counts[severity];
    add(writer.entry(listedFrom(entry, form === 'metrics' ? 'info' : level)));
  }
  add(writer.end(summary));
  return text;
}

/**
 * Whether a report makes `ckpt validate` exit with 1.
 * @param {Report} report @param {{targets?: boolean, failOn?: import('./findings.js').FailOn}} [options]
 * @returns {boolean}
 */
export function fails(report, options) {
  checkOptions(options, ['targets', 'failOn']);
  const { targets = false, failOn = 'error' } = options ?? {};
  refuse('failOn', failOn, FAIL_ON);
  return isFailing(entryOf({ name: '', report }), failOn, targets);
}
