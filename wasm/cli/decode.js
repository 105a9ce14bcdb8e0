// SPDX-License-Identifier: Apache-2.0
// ckpt decode: metadata files as the Go package writes them, CRIU images as crit does.
import { CheckpointError } from '../border/error.js';
import { basename } from 'node:path';
import { statSync } from '../api/node-fs.js';
import { escapeForTerminal, escapeInJson } from '../report/escape.js';
import { looksCompressedOrTar } from './archive-head.js';
import { finding, read, whyUnread } from './check.js';
import { asMember, printImage, printLines, printMember } from './decode-images.js';
import { EXIT } from './exit.js';
import { findingText, unreadableText } from '../report/formats/text.js';
import { fileInput, kindOf, standardInput } from './input.js';
import { KIND_OPTIONS, namedInput } from './kind.js';
import { fileOf, filesOf } from './operands.js';
import { styleFor } from './output.js';
import { CONTAINER } from './select.js';
import { JSON_SHORT } from './options.js';
import { NO_PROGRESS } from './progress.js';
import { pagemapBeside } from './what-is.js';

/** @typedef {import('./options.js').Context} Context */

/**
 * A metadata file. @param {Context} context @param {import('./input.js').Input} input @param {Uint8Array} [content]
 * it, if it was read already
 */
async function printMetadata({ values, switches, stdout, stderr, core }, input, content) {
  const ckpt = await core();
  const style = styleFor(values.color ?? 'auto', stderr);
  /** @type {Uint8Array} */
  let bytes = new Uint8Array();
  /** @param {string} text */
  const print = (text) => stdout.write(stdout.isTerminal ? `${escapeInJson(text)}\n` : text);
  try {
    bytes = content ?? (await read(input));
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
}

/** One operand. @param {Context} context @param {string} operand @returns {Promise<number>} exit code */
async function printOperand(context, operand) {
  const { values, stderr, core, fail } = context;
  const member = asMember(context, operand);
  if (member) return printMember(context, member);
  const ckpt = await core();
  const name = operand === '-' ? (values['stdin-name'] ?? '') : basename(operand);
  if (values.kind !== undefined || kindOf(name, ckpt.files) !== '')
    return printMetadata(context, namedInput(operand, values, ckpt.files, fail));
  if (operand !== '-' && statSync(operand, { throwIfNoEntry: false })?.isDirectory())
    throw fail(
      `${escapeForTerminal(operand)}: is a folder; give files in it, or --format jsonl for all images in it`,
    );
  const input = operand === '-' ? standardInput(name || '<stdin>', '') : fileInput(operand, '');
  /** @type {Uint8Array} */
  let bytes;
  try {
    bytes = await read(input);
  } catch (error) {
    const { message } = whyUnread(error);
    await stderr.write(
      unreadableText(input.shown, message, styleFor(values.color ?? 'auto', stderr)),
    );
    return EXIT.unreadable;
  }
  const info = ckpt.imageInfo(bytes, { name });
  if (info.kind === '' && info.type === '') {
    if (looksCompressedOrTar(bytes))
      throw fail(
        `${input.shown}: is an archive; give FILE!MEMBER, or --format jsonl for all images in it`,
      );
    namedInput(operand, values, ckpt.files, fail); // says what is missing
    throw fail(`${input.shown}: neither a CRIU image nor a metadata file by its name; use --kind`);
  }
  return printImage(
    context,
    bytes,
    name,
    operand === '-' ? name || '<stdin>' : operand,
    async (id) => (operand === '-' ? undefined : pagemapBeside(operand, id, ckpt)),
  );
}

/** @type {import('./options.js').Command} */
export const decode = {
  name: 'decode',
  summary: 'print CRIU images as JSON, and metadata files as the Go package would write them',
  operands: 'FILE|ARCHIVE!MEMBER|-...',
  count: [1, Infinity],
  literal: true,
  details: [
    'A CRIU image is printed as "crit decode" prints it: {"magic", "entries"}, in one line, or with --pretty indented, with addresses, flags and devices as text. What that form would lose is kept: text that is not UTF-8 is {"hex": "..."}, a field that is not known is "?17": {"varint": 3}. "ckpt encode" makes the same bytes of it again. Its kind follows from its name, else from its magic number. What can be read of a damaged image is printed; standard error says what is wrong and where, and the exit code is 1.',
    'With --format jsonl the first operand is an archive or a folder, and the others are patterns of names ("core-*.img"; "*" and "?"): each image is a line {"member", "value"}, all in one pass.',
    'Of a metadata file it prints what the Go package\'s WriteJSONFile would write: the fields it knows, in its order, indented by two spaces. The output is exact to the byte and does not end with a newline. On a terminal, a newline is added, and invisible characters and terminal controls are shown as equivalent JSON \\u escapes. A file that the Go package rejects is reported on standard error, as by "ckpt validate", and nothing is printed.',
    '"-" is standard input: an image, or with --kind or --stdin-name a metadata file.',
  ],
  options: [
    { name: 'pretty', help: 'CRIU images: indented, and with numbers as people read them' },
    {
      name: 'no-payload',
      help: 'CRIU images: sizes instead of the data in pipes, sockets and files',
    },
    {
      name: 'format',
      short: 'f',
      value: 'FORMAT',
      choices: ['json', 'jsonl'],
      preset: 'json',
      help: 'json, or jsonl: a line for each image of an archive',
    },
    JSON_SHORT,
    ...KIND_OPTIONS,
    {
      name: 'partial',
      help: 'if a value has the wrong type or a time is invalid, print what the Go package keeps; the exit code is still 1',
    },
    CONTAINER,
    NO_PROGRESS,
  ],
  examples: [
    'ckpt decode core-1.img | jq .entries[0].tc.comm',
    'ckpt decode --pretty checkpoint.tar!checkpoint/files.img',
    "ckpt decode --format jsonl checkpoint.tar 'mm-*.img' 'core-*.img'",
    'ckpt decode config.dump',
    'tar -xOf checkpoint.tar spec.dump | ckpt decode --kind spec.dump - | jq .process.args',
  ],

  async run(context) {
    const { operands, values } = context;
    if (values.format === 'jsonl') {
      const [given, ...patterns] = operands;
      const first = fileOf(given, context.fail);
      const member = patterns.length === 0 ? asMember(context, first) : null;
      if (member) return printLines(context, member.archive, [member.member]);
      return printLines(context, first, patterns);
    }
    /** @type {number} */
    let code = EXIT.ok;
    for (const operand of filesOf(operands, false))
      code = Math.max(code, await printOperand(context, operand));
    return code;
  },
};
