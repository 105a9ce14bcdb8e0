// SPDX-License-Identifier: Apache-2.0
// ckpt strings
import { listOf } from './options.js';
import { SCAN_OPTIONS, runSearch } from './search.js';

/** @type {import('./options.js').Command} */
export const strings = {
  name: 'strings',
  summary: 'print the texts in the memory of processes',
  operands: 'FILE...',
  count: [1, Infinity],
  details: [
    'Prints every run of printable ASCII characters in the memory of all processes, with process, address and mapping: as it stands there, and as UTF-16. A run of more than 1024 bytes comes in parts.',
  ],
  options: [
    {
      name: 'length',
      short: 'n',
      value: 'COUNT',
      preset: '6',
      help: 'the least characters of a run, 6 if not given',
    },
    {
      name: 'encoding',
      value: 'ENCODING',
      repeatable: true,
      choices: ['utf8', 'utf16'],
      help: 'only those in utf8 or utf16',
    },
    ...SCAN_OPTIONS,
  ],
  examples: [
    'ckpt strings --pid 1 --kind heap checkpoint.tar',
    'ckpt strings -n 20 --format jsonl checkpoint.tar',
  ],

  async run(context) {
    const { values, given, operands, fail } = context;
    const least = Number(values.length);
    if (!Number.isInteger(least) || least < 1 || least > 512)
      throw fail(`--length ${values.length}: expected a number from 1 to 512`);
    const encodings = /** @type {any} */ (listOf(given, 'encoding'));
    const query = { strings: least, ...(encodings.length > 0 && { encodings }) };
    return runSearch(context, { query, patterns: [], files: operands });
  },
};
