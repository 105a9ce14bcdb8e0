// SPDX-License-Identifier: Apache-2.0
// ckpt info
import { statSync } from '../api/node-fs.js';
import { basename } from 'node:path';
import { read, whyUnread } from './check.js';
import { EXIT } from './exit.js';
import { escapeForTerminal } from '../report/escape.js';
import { unreadableText } from '../report/formats/text.js';
import { PAGES, imageLine, memberOperand, pagemapOf } from './image-members.js';
import { fileInput, standardInput } from './input.js';
import { Session } from './open.js';
import { styleFor } from './output.js';
import { NO_PROGRESS } from './progress.js';
import { TEXT_OR_ROWS, csvOf } from './rows.js';
import { CONTAINER, whereIs } from './select.js';
import { pagemapBeside } from './what-is.js';

/** @typedef {import('./options.js').Context} Context */

/** Rows of CSV, which has one header. @type {WeakMap<object, any[]>} */
const csvRows = new WeakMap();

/**
 * @param {Context} context @param {{bytes: Uint8Array, size?: number}} image @param {string} name of the file @param {string} shown
 * @param {(id: bigint | null) => Promise<string | undefined>} [pagemap]
 * @returns {Promise<number>} exit code
 */
async function tell(context, { bytes, size = bytes.length }, name, shown, pagemap) {
  const { values, stdout, core } = context;
  const info = (await core()).imageInfo(bytes, { name });
  if (values.format !== 'text' && values.format !== 'table') {
    const { kind, type, text, id, entries, raw, version, bigEndian, error } = info;
    const value = {
      ...{ file: shown, kind, magic: type, text, id: id === null ? null : String(id) },
      ...{ count: entries, size, raw, version, bigEndian },
      ...(error && { error: error.message }),
    };
    const rows = csvRows.get(context);
    if (rows) rows.push(value);
    else await stdout.write(`${JSON.stringify(value)}\n`);
  } else {
    const line = imageLine(info, size, info.kind === PAGES ? await pagemap?.(info.id) : undefined);
    await stdout.write(`${escapeForTerminal(shown)}: ${line}\n`);
  }
  return info.error ? EXIT.findings : EXIT.ok;
}

/** @param {Context} context @param {string} operand @returns {Promise<number>} exit code */
async function tellOperand(context, operand) {
  const { values, stderr } = context;
  const inArchive = memberOperand(operand);
  if (inArchive) {
    const { archive, member } = inArchive;
    const session = new Session(context, { again: true });
    const ckpt = await context.core();
    await session.open(archive, async (file) => {
      const { checkpoint, name, label } = await whereIs(file, values.container, member);
      const bytes = await checkpoint.read(name);
      session.endProgress();
      const base = name.slice(name.lastIndexOf('/') + 1);
      const code = await tell(context, { bytes }, base, `${archive}${label}`, (id) =>
        pagemapOf(checkpoint, ckpt, name, id),
      );
      session.code = Math.max(session.code, code);
    });
    return session.code;
  }
  if (operand !== '-' && statSync(operand, { throwIfNoEntry: false })?.isDirectory())
    throw context.fail(
      `${escapeForTerminal(operand)}: is a folder; give images in it, or ARCHIVE!MEMBER`,
    );
  const input = operand === '-' ? standardInput('<stdin>', 'image') : fileInput(operand, 'image');
  const name = operand === '-' ? '' : basename(operand);
  try {
    const ckpt = await context.core();
    // Of raw memory, which may be large, nothing but the size tells anything.
    const { raw } = ckpt.imageInfo(new Uint8Array(), { name });
    const image =
      raw && operand !== '-' && !input.error
        ? { bytes: new Uint8Array(), size: statSync(operand).size }
        : { bytes: await read(input) };
    return await tell(context, image, name, input.shown, async (id) =>
      pagemapBeside(operand, id, ckpt),
    );
  } catch (error) {
    const style = styleFor(values.color ?? 'auto', stderr);
    await stderr.write(unreadableText(input.shown, whyUnread(error).message, style));
    return EXIT.unreadable;
  }
}

/** @type {import('./options.js').Command} */
export const info = {
  name: 'info',
  summary: 'tell what a CRIU image is: its type and how many entries it has',
  operands: 'FILE|ARCHIVE!MEMBER|-...',
  count: [1, Infinity],
  folders: true,
  details: [
    'The kind of an image follows from its name, else from its magic number. The entries are counted, not decoded: that an image has no damage inside of them is what "ckpt decode" says.',
    'With --format json or jsonl there is an object for each, a line each, with magic and count as "crit info" has them.',
  ],
  options: [...TEXT_OR_ROWS, CONTAINER, NO_PROGRESS],
  examples: ['ckpt info core-1.img', 'ckpt info checkpoint.tar!checkpoint/pages-1.img'],

  async run(context) {
    /** @type {number} */
    let code = EXIT.ok;
    if (context.values.format === 'csv') csvRows.set(context, []);
    for (const operand of context.operands)
      code = Math.max(code, await tellOperand(context, operand));
    await context.stdout.write(csvOf(csvRows.get(context) ?? []));
    return code;
  },
};
