// SPDX-License-Identifier: Apache-2.0
// What the options of ckpt validate and its configuration file say, together.
import { existsSync } from 'node:fs';
import { CONFIG_FILES, readConfig } from './config.js';
import { SEVERITIES } from '../report/findings.js';
import { ReadError, readFile } from './input.js';
import { listOf, quoted } from './options.js';

const NO_FILE = new Uint8Array();

/** @typedef {import('./options.js').Context} Context */
/** @typedef {import('../report/findings.js').FailOn} FailOn */

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
 * @param {Context} context @param {any} core
 * @returns {{options: any, failOn: FailOn}}
 * @throws {import('./exit.js').UsageError}
 */
export function settings({ values, given, switches, fail }, core) {
  const path = values.config ?? CONFIG_FILES.find((name) => existsSync(name));
  /** @type {import('./config.js').Config} */
  let config = {};
  try {
    if (path !== undefined) config = readConfig(path, core);
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
  const targets = texts('target');
  const only = texts('only');
  const most =
    values['max-findings'] === undefined ? config.maxFindings : Number(values['max-findings']);
  if (most !== undefined && !(Number.isInteger(most) && most >= 1 && most <= 100_000))
    throw fail(
      `--max-findings ${quoted(String(values['max-findings']))}: expected a number from 1 to 100000`,
    );
  const options = {
    targets: targets.length > 0 ? targets : (config.targets ?? []),
    only: only.length > 0 ? only : (config.only ?? []),
    ignore: [...(config.ignore ?? []), ...texts('ignore')],
    severities,
    ...(most !== undefined && { limits: { perRule: most, total: most } }),
    reveal: switches.has('reveal'),
    ...(switches.has('digests') && { digests: true }),
    ...(values.host !== undefined && { host: hostText(values.host, fail) }),
  };
  try {
    core.validate({ status: NO_FILE }, options); // the core says what is wrong with them
  } catch (error) {
    if (!(error instanceof RangeError || error instanceof TypeError)) throw error;
    throw fail(
      values.host === undefined ? error.message : `--host ${values.host}: ${error.message}`,
    );
  }
  return {
    options,
    failOn: /** @type {FailOn} */ (values['fail-on'] ?? config.failOn ?? 'error'),
  };
}
