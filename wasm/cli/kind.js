// SPDX-License-Identifier: Apache-2.0
// Of what kind a file is: by its name, or as the user says.
import { ReadError, fileInput, kindOf, standardInput, typeOf } from './input.js';

/** @type {import('./options.js').Option[]} */
export const KIND_OPTIONS = [
  {
    name: 'kind',
    short: 'k',
    value: 'KIND',
    choices: 'kinds',
    help: 'kind of the given files, whatever their names',
  },
  {
    name: 'stdin-name',
    value: 'NAME',
    help: 'name of standard input, for messages and to determine its kind',
  },
];

/**
 * An operand that is not a folder.
 * @param {string} operand
 * @param {Record<string, string | undefined>} values of options
 * @param {readonly {name: string, file: string}[]} files names of files and their kinds
 * @param {(message: string) => Error} fail
 * @returns {import('./input.js').Input} with `error` if there is no such file
 */
export function namedInput(operand, values, files, fail) {
  const name = operand === '-' ? (values['stdin-name'] ?? '<stdin>') : operand;
  const kind = values.kind ?? kindOf(name, files);
  const input = operand === '-' ? standardInput(name, kind) : fileInput(operand, kind);
  if (kind !== '') return input;
  if (operand === '-' && values['stdin-name'] === undefined)
    throw fail('the kind of standard input is unknown; use --kind or --stdin-name');
  if (operand !== '-') {
    try {
      if (typeOf(operand) === 'directory') throw new ReadError('is a directory', 'EISDIR');
    } catch (error) {
      return fileInput(operand, '', /** @type {ReadError} */ (error));
    }
  }
  const known = files.map(({ file }) => file).join(', ');
  throw fail(`${input.shown}: the kind cannot be told from the name (${known}); use --kind`);
}
