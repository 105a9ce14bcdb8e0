// SPDX-License-Identifier: Apache-2.0
// The limit of reading that can be raised on the command line.

/** @type {import('./options.js').Option} */
export const MAX_WINDOW = {
  name: 'max-window',
  value: 'SIZE',
  help: 'memory that a compressed stream may ask for to look back: bytes, or with K, M or G; zstd --long=31 asks for 2G (default: 128M)',
};

/** @type {Record<string, number>} */
const UNITS = { '': 1, K: 2 ** 10, M: 2 ** 20, G: 2 ** 30 };

/**
 * Limits for openCheckpoint, as the options say.
 * @param {Pick<import('./options.js').Context, 'values' | 'fail'>} context
 * @returns {{limits?: import('../api/budget.js').Limits}}
 * @throws {import('./exit.js').UsageError}
 */
export function limitsOf({ values, fail }) {
  const text = values['max-window'];
  if (text === undefined) return {};
  const [, digits, unit] = /^([0-9]{1,12})([KMG]?)(?:iB|B)?$/i.exec(text) ?? [];
  const size = Number(digits) * UNITS[unit?.toUpperCase() ?? ''];
  if (!(size >= 1 && size <= 2 ** 40))
    throw fail(`--max-window ${text}: expected a size, such as 256M`);
  return { limits: { maxWindow: size } };
}
