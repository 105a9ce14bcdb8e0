// SPDX-License-Identifier: Apache-2.0
// Which findings are secrets, so that quoted lines of a file hide them.
import { secretRules } from '../../dist/tables.js';

/**
 * @typedef {Pick<import('../../dist/types/report.d.ts').Report, 'cut'>} Listed
 * @typedef {Pick<import('./validate.js').ValidateOptions, 'only' | 'ignore' | 'severities'>} Choice
 */

/** Options of a validation that lists secrets and nothing else, as many as the core lists. */
export const ONLY_SECRETS = {
  only: [...secretRules],
  limits: { perRule: Number.MAX_SAFE_INTEGER, total: Number.MAX_SAFE_INTEGER },
};

/** @param {{id: string}} of a finding, or of what was cut */
export const isSecret = ({ id }) => secretRules.includes(id);

/** Whether a report lists all secrets. @param {Listed} report @param {Choice} [options] it was made with */
export const listsSecrets = ({ cut }, { only = [], ignore = [], severities = {} } = {}) =>
  [...only, ...ignore, ...Object.keys(severities)].length === 0 && !cut.some(isSecret);
