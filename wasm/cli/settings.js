// SPDX-License-Identifier: Apache-2.0
// What the options of ckpt validate and its configuration file say, together.
import { targets as TARGETS } from '../../dist/tables.js';
import { findConfig, readConfig } from './config.js';
import { SEVERITIES } from '../report/findings.js';
import { Ignores, folderOf } from './ignores.js';
import { ReadError, readFile } from './input.js';
import { listOf, quoted, suggestion } from './options.js';

const NO_FILE = new Uint8Array();

/** @typedef {import('./options.js').Context} Context */
/** @typedef {import('../report/findings.js').FailOn} FailOn */
/** @typedef {import('../report/findings.js').Severity} Severity */

/** What people call targets. @type {Record<string, string>} */
const ALIASES = { crio: 'cri-o', 'docker-engine': 'docker', moby: 'docker' };

/** A target as the core knows it: `CRI-O@1.34` is `cri-o@1.34`. @param {string} written */
function targetOf(written) {
  const [name, ...version] = written.split('@');
  const lower = name.toLowerCase();
  return [ALIASES[lower] ?? lower, ...version].join('@');
}

/** A rule or the beginning of some, as the core knows it: `ckp8` is `CKP8*`. @param {string} written */
const ruleOf = (written) => written.toUpperCase().replace(/^(CKP\d{0,2})$/, '$1*');

/** What the core says of wrong options, with what may have been meant. @param {string} message @param {readonly {id: string}[]} rules */
function withSuggestion(message, rules) {
  const [, what, word] = /^(there is no rule|unknown target) "(.*?)"/.exec(message) ?? [];
  if (what === undefined) return message;
  const known = what === 'unknown target' ? TARGETS : rules.map(({ id }) => id);
  const near = suggestion(word, known);
  return near === '' ? message : message.replace(`"${word}"`, `"${word}"${near}`);
}

/**
 * What a configuration names and what is not there: rules and targets.
 * @param {import('./config.js').Config} config @param {any} core @param {readonly {id: string}[]} rules
 * @returns {{pointer: string, message: string} | null}
 */
function wrongName(
  { only = [], ignore = [], ignores = [], severities = {}, targets = [] },
  core,
  rules,
) {
  const named = (/** @type {string} */ rule) => ({ only: [ruleOf(rule)] });
  /** @type {[pointer: string, options: any][]} */
  const all = [
    ...only.map((rule, i) => /** @type {[string, any]} */ ([`/only/${i}`, named(rule)])),
    ...ignore.map((rule, i) => /** @type {[string, any]} */ ([`/ignore/${i}`, named(rule)])),
    ...ignores.map(
      ({ rule }, i) => /** @type {[string, any]} */ ([`/ignores/${i}/rule`, named(rule)]),
    ),
    ...Object.keys(severities).map(
      (rule) =>
        /** @type {[string, any]} */ ([
          `/severities/${rule.replaceAll('~', '~0').replaceAll('/', '~1')}`,
          named(rule),
        ]),
    ),
    ...targets.map(
      (target, i) =>
        /** @type {[string, any]} */ ([`/targets/${i}`, { targets: [targetOf(target)] }]),
    ),
  ];
  for (const [pointer, options] of all)
    try {
      core.validate({ status: NO_FILE }, options);
    } catch (error) {
      if (!(error instanceof RangeError || error instanceof TypeError)) throw error;
      return { pointer, message: withSuggestion(error.message, rules) };
    }
  return null;
}

/** What a host is, as it was printed there. @param {string} path @param {Context['fail']} fail */
function hostText(path, fail) {
  try {
    return new TextDecoder().decode(readFile(path));
  } catch (error) {
    throw fail(`--host ${path}: ${/** @type {Error} */ (error).message}`);
  }
}

/**
 * What the options and the configuration say, in the form of ckpt.validate.
 * @param {Context} context @param {any} core @param {readonly {id: string}[]} rules
 * @returns {{options: any, failOn: FailOn, level: Severity | undefined, ignores: Ignores, file: string | undefined}}
 *   level: the least severity that is shown; file: the configuration, if there is one
 * @throws {import('./exit.js').UsageError}
 */
export function settings({ values, given, switches, fail }, core, rules) {
  const path = values.config ?? findConfig();
  /** @type {import('./config.js').Config} */
  let config = {};
  let placeOf = (/** @type {string} */ pointer) => pointer;
  try {
    if (path !== undefined)
      ({ config, placeOf } = readConfig(path, core, (read) => wrongName(read, core, rules)));
  } catch (error) {
    if (error instanceof ReadError) throw fail(`--config ${path}: ${error.message}`);
    throw error;
  }
  const texts = (/** @type {string} */ name) =>
    listOf(given, name).flatMap((value) => value.split(',').filter((one) => one !== ''));
  const severities = { ...config.severities };
  for (const value of texts('severity')) {
    const [, rule, level] = /^([^=]+)=(.*)$/.exec(value) ?? [];
    if (![...SEVERITIES, 'off'].includes(level ?? ''))
      throw fail(
        `--severity ${quoted(value)}: expected RULE=LEVEL, with error, warning, info or off`,
      );
    severities[rule] = level;
  }
  const named = (/** @type {string[]} */ list) => list.map(ruleOf);
  const targets = texts('target');
  const only = texts('only');
  const most =
    values['max-findings'] === undefined ? config.maxFindings : Number(values['max-findings']);
  if (most !== undefined && !(Number.isInteger(most) && most >= 1 && most <= 100_000))
    throw fail(
      `--max-findings ${quoted(String(values['max-findings']))}: expected a number from 1 to 100000`,
    );
  const options = {
    targets: (targets.length > 0 ? targets : (config.targets ?? [])).map(targetOf),
    only: named(only.length > 0 ? only : (config.only ?? [])),
    ignore: named([...(config.ignore ?? []), ...texts('ignore')]),
    severities: Object.fromEntries(
      Object.entries(severities).map(([rule, level]) => [ruleOf(rule), level]),
    ),
    ...(most !== undefined && { limits: { perRule: most, total: most } }),
    reveal: switches.has('reveal'),
    ...(switches.has('digests') && { digests: true }),
    ...(values.host !== undefined && { host: hostText(values.host, fail) }),
    ...(switches.has('memory') && { memory: true }),
  };
  try {
    core.validate({ status: NO_FILE }, options); // the core says what is wrong with them
  } catch (error) {
    if (!(error instanceof RangeError || error instanceof TypeError)) throw error;
    const prefix = error.message.startsWith('the host') ? `--host ${values.host}: ` : '';
    throw fail(prefix + withSuggestion(error.message, rules));
  }
  return {
    options,
    file: path,
    ignores: new Ignores(
      (config.ignores ?? []).map((one, i) => ({
        ...one,
        rule: ruleOf(one.rule),
        place: placeOf(`/ignores/${i}`),
      })),
      { folder: folderOf(path ?? '.') },
    ),
    level: /** @type {Severity | undefined} */ (values.level ?? config.level),
    failOn: /** @type {FailOn} */ (values['fail-on'] ?? config.failOn ?? 'error'),
  };
}
