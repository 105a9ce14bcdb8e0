// SPDX-License-Identifier: Apache-2.0
// The limit of reading that can be raised on the command line.

/** @type {import('./options.js').Option} */
export const MAX_WINDOW = {
  name: 'max-window',
  value: 'SIZE',
  help: 'memory that a compressed stream may ask for to look back: bytes, or with K or M, 144M at most; what needs more, "zstd -d --long=31" or "xz -d" decompresses (default: 128M)',
};

/** What the core has room for: CKPT_ARCHIVE_MAX_WINDOW. */
const MOST = 144 * 2 ** 20;
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
  if (size > MOST)
    throw fail(
      `--max-window ${text}: 144M at most; decompress the file first, with "zstd -d --long=31" or "xz -d"`,
    );
  return { limits: { maxWindow: size } };
}
