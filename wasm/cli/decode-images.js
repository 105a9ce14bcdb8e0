// SPDX-License-Identifier: Apache-2.0
// ckpt decode of CRIU images: one by one, or many of an archive as JSON Lines.
import { escapeForTerminal } from '../report/escape.js';
import { EXIT } from './exit.js';
import { isPattern } from './glob.js';
import { PAGES, imageLine, isLike, memberOperand, pagemapOf } from './image-members.js';
import { Session, Unfit } from './open.js';
import { whereIs } from './select.js';

/** @typedef {import('./options.js').Context} Context */

/** @param {Context} context */
export const optionsOf = ({ switches }) => ({
  pretty: switches.has('pretty'),
  payload: !switches.has('no-payload'),
});

/**
 * Prints an image. @param {Context} context @param {Uint8Array} bytes @param {string} name of the file
 * @param {string} shown how it is called in messages
 * @param {(id: bigint | null) => Promise<string | undefined>} [pagemap]
 * @returns {Promise<number>} exit code
 */
export async function printImage(context, bytes, name, shown, pagemap) {
  const { stdout, stderr, core } = context;
  const ckpt = await core();
  const { text, error } = ckpt.imageText(bytes, { name, ...optionsOf(context) });
  if (text !== '') await stdout.write(`${text}\n`);
  if (!error) return EXIT.ok;
  let { message } = error;
  if (error.kind === 'raw') {
    const info = ckpt.imageInfo(bytes, { name });
    message = imageLine(
      info,
      bytes.length,
      info.kind === PAGES ? await pagemap?.(info.id) : undefined,
    );
  }
  await stdout.flush();
  await stderr.write(`ckpt: ${escapeForTerminal(`${shown}: ${message}`)}\n`);
  if (error.kind === 'raw') return EXIT.usage; // there is nothing that could be decoded
  return error.kind === 'limit' ? EXIT.unreadable : EXIT.findings;
}

/** @param {Context} context @param {{archive: string, member: string}} operand @returns {Promise<number>} */
export async function printMember(context, { archive, member }) {
  const session = new Session(context, { again: true });
  const ckpt = await context.core();
  await session.open(archive, async (file) => {
    const { checkpoint, name, label } = await whereIs(file, context.values.container, member).catch(
      (error) => {
        if (!(error instanceof Unfit) || !isPattern(member)) throw error;
        throw new Unfit(`${error.message}; --format jsonl takes patterns`);
      },
    );
    const bytes = await checkpoint.read(name);
    session.endProgress();
    const base = name.slice(name.lastIndexOf('/') + 1);
    const code = await printImage(context, bytes, base, `${archive}${label}`, (id) =>
      pagemapOf(checkpoint, ckpt, name, id),
    );
    session.code = Math.max(session.code, code);
  });
  return session.code;
}

/**
 * One line {"member", "value"} for each image of an archive, in one pass, in its order.
 * @param {Context} context @param {string} archive @param {string[]} patterns none: all images
 * @returns {Promise<number>}
 */
export async function printLines(context, archive, patterns) {
  const session = new Session(context, { again: true });
  const { stdout } = context;
  const ckpt = await context.core();
  const nothing = new Uint8Array();
  await session.open(archive, async (checkpoint) => {
    const isImage = (/** @type {{name: string}} */ { name }) => {
      const base = name.slice(name.lastIndexOf('/') + 1);
      const { kind, raw } = ckpt.imageInfo(nothing, { name: base });
      const wanted =
        patterns.length === 0 ||
        patterns.some((pattern) => isLike(name, pattern) || isLike(base, pattern));
      return kind !== '' && !raw && wanted;
    };
    let count = 0;
    for await (const { member, bytes } of checkpoint.readAll(isImage)) {
      session.endProgress();
      count++;
      const name = member.name.slice(member.name.lastIndexOf('/') + 1);
      const { text, error } = ckpt.imageText(bytes, {
        name,
        payload: optionsOf(context).payload,
      });
      if (text !== '')
        await stdout.write(`{"member": ${JSON.stringify(member.name)}, "value": ${text}}\n`);
      if (error) await session.say(`${archive}!${member.name}: ${error.message}`, EXIT.findings);
    }
    if (count === 0)
      throw new Unfit(
        patterns.length === 0
          ? ': there are no CRIU images in it'
          : `: no CRIU image is named ${patterns.join(' or ')}`,
      );
  });
  return session.code;
}

/** @param {Context} context @param {string} operand */
export const asMember = (context, operand) =>
  context.values.kind === undefined ? memberOperand(operand) : null;
