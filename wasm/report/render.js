// SPDX-License-Identifier: Apache-2.0
// The forms of a report as one function, for programs: what `ckpt validate --format` writes.
import { rules } from '../../dist/rules.js';
import { checkReport, kindName } from './check-report.js';
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
  const said = typeof value === 'string' ? value : kindName(value);
  throw new TypeError(`${what}: expected one of ${known.join(', ')}, not ${said}`);
}

/** @param {any} options @param {readonly string[]} known */
function checkOptions(options, known) {
  if (options === undefined) return;
  const isObject = typeof options === 'object' && options !== null && !Array.isArray(options);
  if (!isObject || typeof options.then === 'function')
    throw new TypeError(`options: expected an object, not ${kindName(options)}`);
  const other = Object.keys(options).find((name) => !known.includes(name));
  if (other !== undefined)
    throw new TypeError(`there is no option "${other}"; there are ${known.join(', ')}`);
  for (const [name, [fits, expected]] of Object.entries(OPTIONS)) {
    const value = options[name];
    if (value !== undefined && !fits(value))
      throw new TypeError(`${name}: expected ${expected}, not ${kindName(value)}`);
  }
}

/** @param {unknown} result @param {number} index @returns {Entry} */
function entryOf(result, index) {
  const where = `results[${index}]`;
  const isObject = typeof result === 'object' && result !== null && !Array.isArray(result);
  if (!isObject || typeof (/** @type {any} */ (result).then) === 'function')
    throw new TypeError(`${where}: expected an object {name, report}, not ${kindName(result)}`);
  const { name, report } = /** @type {any} */ (result);
  if (typeof name !== 'string') {
    const missing = name === undefined ? 'is missing' : `is ${kindName(name)}`;
    throw new TypeError(`${where}.name ${missing}: expected the name of the archive`);
  }
  if (report === undefined && 'findings' in /** @type {any} */ (result))
    throw new TypeError(`${where}: expected an object {name, report}, not the report itself`);
  checkReport(report, `${where}.report`);
  return entryFor(name, report);
}

/** @param {string} name @param {Report} report @returns {Entry} */
const entryFor = (name, report) => ({
  ...{ path: name, shown: escapeForTerminal(name), kind: 'archive', files: {} },
  ...{ unreadable: null, report, texts: noTexts() },
});

/** What options are, apart from those that are words of a list. @type {Record<string, [(value: any) => boolean, string]>} */
const OPTIONS = {
  targets: [(value) => typeof value === 'boolean', 'true or false'],
  brief: [(value) => typeof value === 'boolean', 'true or false'],
  width: [(value) => Number.isSafeInteger(value) && value > 0, 'a number of columns'],
  version: [(value) => typeof value === 'string', 'a text'],
  page: [(value) => typeof value === 'string', 'the text of dist/viewer.html'],
};

/**
 * Reports of checkpoints in a form of `ckpt validate --format`.
 * @param {string} form one of `forms`
 * @param {Iterable<{name: string, report: Report}>} results name: of the archive, as it is to be shown
 * @param {{targets?: boolean, failOn?: import('./findings.js').FailOn, level?: import('./findings.js').Severity,
 *   brief?: boolean, width?: number, version?: string, page?: string}} [options]
 * @returns {string}
 * @throws {TypeError} an argument is not what it should be, or a report lacks something: the message names it
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
  checkReport(report, 'report');
  return isFailing(entryFor('', report), failOn, targets);
}
