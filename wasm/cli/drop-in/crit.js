// SPDX-License-Identifier: Apache-2.0
// ckpt in place of crit: decode, encode, info, show, x; 1 for every failure.
import { writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import process from 'node:process';
import { CheckpointError } from '../../border/error.js';
import { escapeForTerminal, escapeInJson } from '../../report/escape.js';
import { EXIT, Failure } from '../exit.js';
import { readFile, readStandardInput } from '../input.js';
import { BrokenPipe, Output, packageFile } from '../output.js';
import { writeBytes } from '../write.js';
import { EXPLORERS } from './crit-explore.js';
import { readFlags } from './flags.js';

/** @typedef {import('./flags.js').Flag} Flag */

const FILES = [
  { name: 'in', short: 'i', value: true },
  { name: 'out', short: 'o', value: true },
];
const HELP = { name: 'help', short: 'h' };
/** @type {Record<string, {usage: string, flags: Flag[], operands: number}>} */
const COMMANDS = {
  decode: {
    usage: 'decode [--pretty] [--nopl] [-i IN] [-o OUT]',
    flags: [...FILES, { name: 'pretty' }, { name: 'nopl' }],
    operands: 0,
  },
  encode: { usage: 'encode [-i IN] [-o OUT]', flags: FILES, operands: 0 },
  info: { usage: 'info IN', flags: [], operands: 1 },
  x: { usage: 'x DIR ps|fds|mems|rss', flags: [], operands: 2 },
  show: { usage: 'show [--nopl] IN', flags: [{ name: 'nopl' }], operands: 1 },
};

const help = () =>
  `usage: crit COMMAND\n\nCRiu Image Tool, as ckpt has it\n\n${Object.values(COMMANDS)
    .map(({ usage }) => `  crit ${usage}\n`)
    .join('')}`;

/** @param {string | undefined} path @returns {Promise<Uint8Array>} */
const input = async (path) => (path === undefined ? readStandardInput() : readFile(path));

/** @param {string | undefined} path @param {string | Uint8Array} content */
async function output(path, content) {
  if (path === undefined) await writeBytes(content);
  else writeFileSync(path, content);
}

/**
 * @param {any} ckpt @param {Uint8Array} bytes @param {string} name @param {{pretty: boolean, nopl: boolean}} options
 * @returns {string}
 */
function textOf(ckpt, bytes, name, { pretty, nopl }) {
  const { type, raw } = ckpt.imageInfo(bytes, { name });
  if (type === '' || raw) {
    const magic =
      bytes.length < 4 ? 0 : new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true);
    throw new Failure(
      `Unknown magic 0x${magic.toString(16)}.\nMaybe you are feeding me an image with raw data(i.e. pages.img)?`,
    );
  }
  const { text, error } = ckpt.imageText(bytes, { name, pretty, payload: !nopl });
  if (error) throw new Failure(error.message);
  return text.endsWith('\n') ? text.slice(0, -1) : text;
}

/** @param {string[]} args @param {() => Promise<any>} core @param {Output} stdout @returns {Promise<number>} */
async function run(args, core, stdout) {
  const [name, ...rest] = args;
  if (name === '--version') {
    const { version } = JSON.parse(packageFile('package.json').toString());
    await stdout.write(`crit, as ckpt ${version} has it\n`);
    return EXIT.ok;
  }
  if (name === undefined || name === '-h' || name === '--help') {
    await stdout.write(help());
    return name === undefined ? EXIT.usage : EXIT.ok;
  }
  const command = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : null;
  if (!command) throw new Failure(`crit: invalid choice: "${name}"\n${help().trimEnd()}`);
  const { values, switches, operands } = readFlags(rest, [...command.flags, HELP]);
  if (switches.has('help')) {
    await stdout.write(`usage: crit ${command.usage}\n`);
    return EXIT.ok;
  }
  if (operands.length !== command.operands) throw new Failure(`usage: crit ${command.usage}`);
  const ckpt = await core();
  if (name === 'x') {
    const [folder, what] = operands;
    const explore = Object.hasOwn(EXPLORERS, what) ? EXPLORERS[what] : null;
    if (!explore) throw new Failure(`usage: crit ${command.usage}`);
    const load = (/** @type {string} */ file) =>
      ckpt.decodeImage(readFile(join(folder, file)), { name: file });
    await stdout.write(explore(load));
    return EXIT.ok;
  }
  const path = values.in ?? operands[0];
  const bytes = await input(path);
  const file = path === undefined ? '' : basename(path);
  if (name === 'encode') {
    await output(
      values.out,
      ckpt.encodeImage(values.out === undefined ? '' : basename(values.out), bytes),
    );
  } else if (name === 'info') {
    const { type, entries, raw, error } = ckpt.imageInfo(bytes, { name: file });
    if (type === '' || raw || error) textOf(ckpt, bytes, file, { pretty: false, nopl: true });
    await stdout.write(`${JSON.stringify({ magic: type, count: entries }, null, 4)}\n`);
  } else {
    const pretty = name === 'show' || switches.has('pretty');
    const text = textOf(ckpt, bytes, file, { pretty, nopl: switches.has('nopl') });
    if (values.out !== undefined) await output(values.out, text);
    else await stdout.write(`${stdout.isTerminal ? escapeInJson(text) : text}\n`);
  }
  return EXIT.ok;
}

/** @param {string[]} args @param {() => Promise<any>} core @returns {Promise<number>} the exit code */
export async function crit(args, core) {
  const stdout = new Output(process.stdout);
  const stderr = new Output(process.stderr);
  try {
    const code = await run(args, core, stdout);
    await stdout.flush();
    return code;
  } catch (error) {
    if (error instanceof BrokenPipe) return EXIT.brokenPipe;
    const { name, message, stack = message } = /** @type {Error} */ (error);
    const known =
      error instanceof Failure || error instanceof CheckpointError || name === 'ReadError';
    const text = known || /** @type {any} */ (error).code ? message : `internal error: ${stack}`;
    await stderr.write(`${text.split('\n').map(escapeForTerminal).join('\n')}\n`);
    await stderr.flush();
    return EXIT.findings;
  }
}
