// SPDX-License-Identifier: Apache-2.0
// From an input to its findings.
import { CheckpointError } from '../error.js';
import { sequenceLength } from '../escape.js';
import { ReadError, readFile, readStandardInput } from './input.js';

/**
 * A problem in a file. Offsets and lengths are bytes, lines and columns (code points) count from 1,
 * the end is exclusive; all are null if the problem has no place in the file.
 * @typedef {object} Finding
 * @property {string} id of the rule that is broken
 * @property {'error' | 'warning'} severity
 * @property {string} message the Go package's text, what was found and what was expected
 * @property {number | null} offset
 * @property {number | null} length
 * @property {number | null} line
 * @property {number | null} column
 * @property {number | null} endLine
 * @property {number | null} endColumn
 * @property {string} pointer
 * @property {string} found
 * @property {string} expected
 * @property {string} hint what to do about it; may be empty
 *
 * @typedef {object} Checked
 * @property {import('./input.js').Input} input
 * @property {Uint8Array} bytes none if it could not be read
 * @property {Finding[]} findings
 * @property {{code: string, message: string} | null} unreadable why it could not be checked
 */

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

/**
 * @param {import('./input.js').Input} input
 * @param {(bytes: Uint8Array) => CheckpointError | null} check
 * @returns {Promise<Checked>}
 */
export async function checkInput(input, check) {
  /** @type {Uint8Array} */
  let bytes = new Uint8Array();
  try {
    bytes = await read(input);
    const error = check(bytes);
    if (error?.kind === 'limit') throw error;
    return { input, bytes, findings: error ? [finding(error, bytes)] : [], unreadable: null };
  } catch (error) {
    if (error instanceof ReadError)
      return {
        input,
        bytes,
        findings: [],
        unreadable: { code: error.code, message: error.message },
      };
    if (error instanceof CheckpointError && error.kind === 'limit')
      return { input, bytes, findings: [], unreadable: { code: 'limit', message: error.message } };
    throw error;
  }
}

/**
 * What the core says of a file, as a finding.
 * @param {CheckpointError} error
 * @param {Uint8Array} bytes
 * @returns {Finding}
 */
export function finding(error, bytes) {
  const { rule, offset, length, line, column, pointer, found, expected } = error;
  /** @type {Finding} */
  const result = {
    id: rule,
    severity: 'error',
    message: describe(error),
    offset: null,
    length: null,
    line: null,
    column: null,
    endLine: null,
    endColumn: null,
    pointer,
    found,
    expected,
    hint: '',
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
