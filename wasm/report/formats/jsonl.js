// SPDX-License-Identifier: Apache-2.0
// JSON lines: one for each checkpoint, as its result in the JSON document. For many machines.
import { asciiJson } from '../escape.js';
import { VERSION, resultOf } from './json.js';

/** @type {import('./index.js').Format} */
export const jsonl = {
  name: 'jsonl',
  help: 'one line for each checkpoint',
  report: () => ({
    *entry(entry) {
      yield { out: `${asciiJson(JSON.stringify({ version: VERSION, ...resultOf(entry) }))}\n` };
    },
    *end() {},
  }),
};
