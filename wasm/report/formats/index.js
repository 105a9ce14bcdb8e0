// SPDX-License-Identifier: Apache-2.0
// The forms of a report.
import { github } from './github.js';
import { gitlab } from './gitlab.js';
import { html } from './html.js';
import { json } from './json.js';
import { jsonl } from './jsonl.js';
import { junit } from './junit.js';
import { markdown } from './markdown.js';
import { metrics } from './metrics.js';
import { sarif } from './sarif.js';
import { tap } from './tap.js';
import { text } from './text.js';

/**
 * What a run found, in all.
 * @typedef {object} Summary
 * @property {number} checkpoints archives and folders that were read
 * @property {number} files metadata files without an archive
 * @property {number} unreadable
 * @property {number} failing entries with findings as bad as --fail-on
 * @property {Record<import('../findings.js').Severity, number>} counts
 *
 * A piece of a report: for the output, or for standard error.
 * @typedef {{out?: string, error?: string}} Piece
 *
 * @typedef {object} FormatOptions
 * @property {import('../../cli/output.js').Style} style
 * @property {import('../../cli/output.js').Style} errorStyle
 * @property {number} width columns
 * @property {boolean} quiet no summary
 * @property {boolean} brief one line for each entry
 * @property {boolean} single there is only one entry
 * @property {boolean} targets whether restore targets were asked for
 * @property {import('../findings.js').FailOn} failOn
 * @property {readonly import('../rules-table.js').Rule[]} rules
 * @property {string} version of this program
 * @property {import('../findings.js').Repository} repository how files are called, where that matters
 * @property {string} [homepage] of this program, if it has one
 * @property {(id: string) => string} [rulePage] the address of a rule's page, or ''
 * @property {boolean} [links] whether rules are links to their pages, on a terminal
 * @property {() => string} page the page, for --format html
 *
 * @typedef {object} Format
 * @property {string} name
 * @property {string} help
 * @property {(options: FormatOptions) => Writer} report
 *
 * Writes a report piece by piece: nothing of it is kept.
 * @typedef {object} Writer
 * @property {() => string} [begin]
 * @property {(entry: import('../findings.js').Entry) => Iterable<Piece>} entry
 * @property {(summary: Summary) => Iterable<Piece>} end
 */

/** @type {readonly Format[]} */
export const FORMATS = [
  ...[text, json, jsonl, sarif, junit, github, gitlab, tap, markdown, html, metrics],
];
