// SPDX-License-Identifier: Apache-2.0
// ckpt decode
import { CheckpointError } from '../border/error.js';
import { escapeInJson } from '../report/escape.js';
import { finding, read, whyUnread } from './check.js';
import { EXIT } from './exit.js';
import { findingText, unreadableText } from '../report/formats/text.js';
import { KIND_OPTIONS, namedInput } from './kind.js';
import { styleFor } from './output.js';

/** @type {import('./options.js').Command} */
export const decode = {
  name: 'decode',
  summary: 'print a metadata file as the Go package would write it',
  operands: 'FILE|-',
  count: [1, 1],
  details: [
    'Reads a metadata file as the Go package does and prints what its WriteJSONFile would write: the fields it knows, in its order, indented by two spaces. The output is exact to the byte and does not end with a newline. On a terminal, a newline is added, and invisible characters and terminal controls are shown as equivalent JSON \\u escapes.',
    'A file that the Go package rejects is reported on standard error, as by "ckpt validate", and nothing is printed. "-" is standard input; it needs --kind or --stdin-name.',
  ],
  options: [
    ...KIND_OPTIONS,
    {
      name: 'partial',
      help: 'if a value has the wrong type or a time is invalid, print what the Go package keeps; the exit code is still 1',
    },
  ],
  examples: [
    'ckpt decode config.dump',
    'tar -xOf checkpoint.tar spec.dump | ckpt decode --kind spec.dump - | jq .process.args',
  ],

  async run({ operands, values, switches, stdout, stderr, core, fail }) {
    const ckpt = await core();
    const style = styleFor(values.color ?? 'auto', stderr);
    const input = namedInput(operands[0], values, ckpt.files, fail);
    /** @type {Uint8Array} */
    let bytes = new Uint8Array();
    /** @param {string} text */
    const print = (text) => stdout.write(stdout.isTerminal ? `${escapeInJson(text)}\n` : text);
    try {
      bytes = await read(input);
      await print(ckpt.reencode(input.kind, bytes));
      return EXIT.ok;
    } catch (error) {
      if (!(error instanceof CheckpointError) || error.kind === 'limit') {
        const { message } = whyUnread(error);
        await stderr.write(unreadableText(input.shown, message, style));
        return EXIT.unreadable;
      }
      const what = { name: input.shown, finding: finding(error, bytes) };
      await stderr.write(findingText(what, { bytes, hidden: [] }, style, stderr.width));
      if (switches.has('partial') && error.partial !== undefined)
        await print(ckpt.encode(input.kind, error.partial));
      return EXIT.findings;
    }
  },
};
