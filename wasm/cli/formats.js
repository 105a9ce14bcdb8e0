// SPDX-License-Identifier: Apache-2.0
// The forms of a report.
import { jsonFormat } from './format-json.js';
import { textFormat } from './format-text.js';

/**
 * Counts of a report. Files include the unreadable ones.
 * @typedef {object} Summary
 * @property {number} files
 * @property {number} errors
 * @property {number} warnings
 * @property {number} unreadable
 *
 * A piece of a report: for standard output or for standard error.
 * @typedef {{out?: string, error?: string}} Piece
 *
 * @typedef {object} Format
 * @property {string} name
 * @property {string} help
 * @property {(options: {style: import('./output.js').Style, errorStyle: import('./output.js').Style, width: number, quiet: boolean}) => Report} report
 *
 * @typedef {object} Report
 * @property {(file: import('./check.js').Checked) => Iterable<Piece>} file
 * @property {(summary: Summary) => string} end
 */

/** @type {readonly Format[]} */
export const FORMATS = [textFormat, jsonFormat];
