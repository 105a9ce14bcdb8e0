// SPDX-License-Identifier: Apache-2.0
// Inputs of one file: their bytes, and what the core says where it has no rules but those of reading.
import { ReadError, readFile, readStandardInput } from './input.js';
import { CheckpointError } from '../border/error.js';
import { sequenceLength } from '../report/escape.js';

/** @typedef {import('../report/findings.js').Finding} Finding */
/** @typedef {import('../report/findings.js').Report} Report */

/**
 * The bytes of an input.
 * @param {import('./input.js').Input} input
 * @returns {Promise<Uint8Array>}
 * @throws {ReadError | CheckpointError}
 */
export async function read(input) {
  if (input.error) throw input.error;
  if (input.bytes) return input.bytes;
  return input.file === null ? readStandardInput() : readFile(input.file);
}

/** Why something could not be read, if that is what an error says. @param {unknown} error @returns {{code: string, message: string}} */
export function whyUnread(error) {
  if (error instanceof ReadError) return { code: error.code, message: error.message };
  if (error instanceof CheckpointError && error.kind === 'limit')
    return { code: 'limit', message: error.message };
  throw error;
}

/**
 * The report about a file of a kind that is in no checkpoint, if nothing but its reading is checked.
 * @param {string} kind
 * @param {Uint8Array} bytes
 * @param {Awaited<ReturnType<typeof import('../api/index.js').load>>} core
 * @returns {Report}
 * @throws {CheckpointError} it is too large
 */
export function readingReport(kind, bytes, core) {
  const error = core.check(kind, bytes);
  if (error?.kind === 'limit') throw error;
  return {
    ...{ version: 1, name: '', form: 'unknown', compression: 'none', sha256: '' },
    ...{ engine: { name: 'unknown', display: '' }, container: {} },
    counts: { error: error ? 1 : 0, warning: 0, info: 0 },
    ...{ cut: [], targets: [], findings: error ? [finding(error, bytes, kind)] : [] },
    trust: { level: 'clean', reasons: [] },
    coverage: { checked: ['metadata'], notChecked: [] },
  };
}

/**
 * What the core says of a file that it cannot read, as a finding.
 * @param {CheckpointError} error
 * @param {Uint8Array} bytes
 * @param {string} [member]
 * @returns {Finding}
 */
export function finding(error, bytes, member = '') {
  const { rule, offset, length, line, column, pointer, found, expected } = error;
  /** @type {Finding} */
  const result = {
    ...{ id: rule, severity: 'error', message: describe(error), hint: '', member, pointer },
    ...{ offset: null, length: null, line: null, column: null, endLine: null, endColumn: null },
    ...{ archiveOffset: null, entry: null, field: '', found, expected, stops: [], related: [] },
  };
  return line === 0
    ? result
    : { ...result, offset, length, line, column, ...endOf(bytes, offset, length, line, column) };
}

/** @param {CheckpointError} error */
function describe({ goMessage, message, pointer, found, expected }) {
  const text = goMessage || message;
  if (expected === '') return text;
  const place = pointer === '' ? '' : `at ${pointer}: `;
  const what = text.includes(found) ? '' : `found ${found}; `;
  return `${text} (${place}${what}expected ${expected})`;
}

/** @param {Uint8Array} bytes @param {number} offset @param {number} length @param {number} line @param {number} column */
function endOf(bytes, offset, length, line, column) {
  const end = offset + length;
  let endLine = line;
  let endColumn = column;
  for (let i = offset; i < end;) {
    if (bytes[i] === 10) {
      endLine++;
      endColumn = 1;
      i++;
    } else {
      endColumn++;
      i += sequenceLength(bytes, i, bytes.length) || 1;
    }
  }
  return { endLine, endColumn };
}
