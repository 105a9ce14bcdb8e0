// SPDX-License-Identifier: Apache-2.0
// Findings for people: `path:line:column: severity: message [id]` and the lines around the place.
import { escapeForTerminal } from '../escape.js';
import { frame } from './frame.js';

/** Longer messages are cut in the middle: what was found and expected stands at the end. */
const LONGEST = 400;
const HEAD = 200;

/** @param {string} message @returns {string} */
function shorten(message) {
  if (message.length <= LONGEST) return message;
  return `${message.slice(0, HEAD)} ... ${message.slice(HEAD - LONGEST)}`;
}

/** @param {number} count @param {string} noun */
export const counted = (count, noun) => `${count} ${noun}${count === 1 ? '' : 's'}`;

/**
 * @param {import('./check.js').Checked} file
 * @param {import('./check.js').Finding} finding
 * @param {import('./output.js').Style} style
 * @param {number} width
 */
export function findingText({ input, bytes }, finding, style, width) {
  const { id, severity, message, hint, line, column, offset, length } = finding;
  const place = line === null ? '' : `${line}:${column}:`;
  const colour = severity === 'error' ? style.red : style.yellow;
  const text = escapeForTerminal(shorten(message));
  let out = `${style.bold(`${input.shown}:${place}`)} ${colour(`${severity}:`)} ${text} ${style.dim(`[${id}]`)}\n`;
  if (offset !== null && line !== null)
    out += frame(bytes, { offset, length: length ?? 0, line }, width, style);
  if (hint !== '') out += `  ${style.cyan('hint:')} ${escapeForTerminal(shorten(hint))}\n`;
  return out;
}

/** @param {import('./check.js').Checked} file @param {import('./output.js').Style} style */
export const unreadableText = ({ input, unreadable }, style) =>
  `${style.bold(`${input.shown}:`)} ${style.red('unreadable:')} ${escapeForTerminal(unreadable?.message ?? '')}\n`;

/** @param {import('./formats.js').Summary} summary */
export function summaryText({ files, errors, warnings, unreadable }) {
  const checked = files - unreadable;
  const problems = [
    ...(errors > 0 ? [counted(errors, 'error')] : []),
    ...(warnings > 0 ? [counted(warnings, 'warning')] : []),
  ];
  let text = `${counted(checked, 'file')} checked`;
  if (checked > 0) text += `: ${problems.join(', ') || 'no problems'}`;
  if (unreadable > 0) text += `; ${counted(unreadable, 'file')} could not be read`;
  return `${text}\n`;
}

/** @type {import('./formats.js').Format} */
export const textFormat = {
  name: 'text',
  help: 'for people',
  report({ style, errorStyle, width, quiet }) {
    let first = true;
    return {
      *file(checked) {
        if (checked.unreadable) yield { error: unreadableText(checked, errorStyle) };
        for (const finding of checked.findings) {
          yield { out: `${first ? '' : '\n'}${findingText(checked, finding, style, width)}` };
          first = false;
        }
      },
      end(summary) {
        return quiet ? '' : `${first ? '' : '\n'}${summaryText(summary)}`;
      },
    };
  },
};
