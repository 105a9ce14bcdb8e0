// SPDX-License-Identifier: Apache-2.0
// --help, from the table of commands.
import { EXIT_HELP } from './exit.js';
import { GLOBAL_OPTIONS, spelled } from './options.js';

/** @typedef {import('./options.js').Command} Command */
/** @typedef {import('./options.js').Option} Option */

const WIDTH = 80;

/** @param {string} text @param {number} [indent] of all lines @returns {string} lines that end with a line feed */
export function wrap(text, indent = 0) {
  const margin = ' '.repeat(indent);
  let out = '';
  let line = '';
  for (const word of text.split(' ')) {
    if (line !== '' && indent + line.length + 1 + word.length > WIDTH) {
      out += `${margin}${line}\n`;
      line = '';
    }
    line += line === '' ? word : ` ${word}`;
  }
  return `${out}${margin}${line}\n`;
}

/** @param {readonly (readonly [string, string])[]} rows a name and what it means */
function table(rows) {
  const column = Math.max(...rows.map(([name]) => name.length)) + 4;
  return rows
    .map(([name, text]) => `  ${name.padEnd(column - 2)}${wrap(text, column).slice(column)}`)
    .join('');
}

/** @param {Option} option */
function describe({ help, preset, choices }, /** @type {readonly string[]} */ kinds) {
  let text = help;
  if (choices === 'kinds' && kinds.length > 0) text += `: ${kinds.join(', ')}`;
  if (preset !== undefined) text += ` (default: ${preset})`;
  return text;
}

const exitCodes = () =>
  `Exit codes:\n${table(EXIT_HELP.map(([code, text]) => /** @type {[string, string]} */ ([String(code), String(text)])))}`;

/** @param {readonly Command[]} commands @param {readonly [string, string][]} [plugins] names and summaries, safe to show */
export function mainHelp(commands, plugins = []) {
  return [
    'Usage: ckpt COMMAND [OPTION]... [FILE]...\n',
    wrap(
      'Shows what is in container checkpoints (Podman, CRI-O, containerd, Docker) as checkpointctl does, without unpacking anything, and checks whether they are complete, restorable and trustworthy.',
    ),
    `Commands:\n${table(commands.map(({ name, summary }) => /** @type {[string, string]} */ ([name, summary])))}`,
    ...(plugins.length > 0 ? [`Plugins:\n${table(plugins)}`] : []),
    `Options:\n${table(GLOBAL_OPTIONS.map((option) => /** @type {[string, string]} */ ([spelled(option), describe(option, [])])))}`,
    exitCodes(),
    '"ckpt COMMAND --help" explains a command.\n',
  ].join('\n');
}

/** @param {Command} command @param {readonly string[]} kinds the kinds of metadata files */
export function commandHelp(command, kinds) {
  const { name, operands, details, options, examples } = command;
  const rows = [...options, ...GLOBAL_OPTIONS].map(
    (option) => /** @type {[string, string]} */ ([spelled(option), describe(option, kinds)]),
  );
  return [
    `Usage: ckpt ${name} [OPTION]... ${operands}\n`,
    ...details.map((paragraph) => wrap(paragraph)),
    `Options:\n${table(rows)}`,
    exitCodes(),
    `Examples:\n${examples.map((example) => `  ${example}\n`).join('')}`,
  ].join('\n');
}
