// SPDX-License-Identifier: Apache-2.0
// ckpt encode
import { existsSync } from '../api/node-fs.js';
import process from 'node:process';
import { basename } from 'node:path';
import { CheckpointError } from '../border/error.js';
import { finding, read, whyUnread } from './check.js';
import { EXIT } from './exit.js';
import { findingText, unreadableText } from '../report/formats/text.js';
import { memberOperand } from './image-members.js';
import { fileInput, standardInput } from './input.js';
import { reason, styleFor } from './output.js';
import { writerTo } from './write.js';

/** @param {Uint8Array} bytes @returns {Promise<void>} when they are written */
const toStandardOutput = (bytes) =>
  new Promise((resolve, reject) => {
    process.stdout.write(bytes, (error) => (error ? reject(error) : resolve()));
  });

/** @type {import('./options.js').Command} */
export const encode = {
  name: 'encode',
  summary: 'make a CRIU image of its JSON',
  operands: 'FILE|-',
  count: [1, 1],
  details: [
    'The other way of "ckpt decode": the same bytes come out again. It takes both of its forms, and what crit writes. JSON that is no image is reported with its place; then nothing is written.',
    'If the name of the output is one of an image ("core-1.img"), the JSON must be of that type.',
  ],
  options: [
    {
      name: 'output',
      short: 'o',
      value: 'FILE',
      completes: 'file',
      help: 'write the image there (default: standard output)',
    },
    {
      name: 'force',
      help: 'write to a terminal what is not plain text',
    },
  ],
  examples: [
    'ckpt encode -o core-1.img core-1.json',
    'ckpt decode files.img | jq \'.entries[0].reg.name = "/bin/sh"\' | ckpt encode -o files.img -',
  ],

  async run({ operands, values, switches, stdout, stderr, core, fail }) {
    const ckpt = await core();
    const style = styleFor(values.color ?? 'auto', stderr);
    const [operand] = operands;
    const output = values.output;
    if (output === undefined && stdout.isTerminal && !switches.has('force'))
      throw fail('an image is not written to a terminal; use --output or --force');
    if (operand !== '-' && !existsSync(operand) && memberOperand(operand))
      throw fail('JSON is not read from an archive: use "ckpt cat FILE!MEMBER | ckpt encode -"');
    const input = operand === '-' ? standardInput('<stdin>', 'json') : fileInput(operand, 'json');
    /** @type {Uint8Array} */
    let json = new Uint8Array();
    try {
      json = await read(input);
      const bytes = ckpt.encodeImage(output === undefined ? '' : basename(output), json);
      if (output === undefined) await toStandardOutput(bytes);
      else {
        const out = writerTo(output, [operand], fail);
        await out.write(bytes);
        out.close();
      }
      return EXIT.ok;
    } catch (error) {
      if (error instanceof CheckpointError && error.kind !== 'limit') {
        const what = { name: input.shown, finding: finding(error, json) };
        await stderr.write(findingText(what, { bytes: json, hidden: [] }, style, stderr.width));
        return EXIT.findings;
      }
      const system = /** @type {NodeJS.ErrnoException} */ (error).syscall !== undefined;
      if (!system && !(error instanceof CheckpointError)) {
        await stderr.write(unreadableText(input.shown, whyUnread(error).message, style));
        return EXIT.unreadable;
      }
      const message = reason(/** @type {Error} */ (error).message);
      await stderr.write(unreadableText(output ?? input.shown, message, style));
      return EXIT.unreadable;
    }
  },
};
