// SPDX-License-Identifier: Apache-2.0
// Arguments that are no UTF-8. Node makes U+FFFD of their bytes before a program sees them.
import { readFileSync } from 'node:fs';
import { existsSync, namesIn, nameText } from '../api/node-fs.js';
import { UsageError } from './exit.js';
import { quoted } from './options.js';

const LOST = '\ufffd';

/**
 * The arguments as they were given, where the system tells them (Linux).
 * @param {readonly string[]} args @returns {string[] | null}
 */
function fromSystem(args) {
  try {
    const raw = [];
    const bytes = readFileSync('/proc/self/cmdline');
    for (let from = 0, to; (to = bytes.indexOf(0, from)) >= 0; from = to + 1)
      raw.push(bytes.subarray(from, to));
    const own = raw.slice(-args.length);
    return own.length === args.length && own.every((arg, i) => arg.toString() === args[i])
      ? own.map(nameText)
      : null;
  } catch {
    return null;
  }
}

/**
 * The file whose name was so decoded, if there is one: it is looked for folder by folder.
 * @param {string} path @returns {string | undefined}
 * @throws {UsageError} there are several
 */
function fileOf(path) {
  let found = '';
  for (const [i, part] of path.split('/').entries()) {
    const before = i === 0 ? '' : `${found}/`;
    /** @type {string[]} */
    let names = [part];
    if (part.includes(LOST) && !existsSync(before + part)) {
      try {
        const decoded = (/** @type {string} */ name) => name.replace(/[\udc80-\udcff]/gu, LOST);
        names = namesIn(before || '.').filter((name) => decoded(name) === decoded(part));
      } catch {
        return undefined;
      }
    }
    if (names.length === 0) return undefined;
    if (names.length > 1)
      throw new UsageError(
        `${quoted(path)} is not UTF-8, and ${names.length} files may be meant: ${names.slice(0, 3).map(quoted).join(', ')}${names.length > 3 ? ', …' : ''}; use "- <FILE", or name the folder`,
      );
    found = before + names[0];
  }
  return found;
}

/** FILE!MEMBER, too. @param {string} arg @returns {string} */
function exact(arg) {
  if (!arg.includes(LOST)) return arg;
  const whole = fileOf(arg);
  if (whole !== undefined) return whole;
  for (let at = arg.indexOf('!'); at > 0; at = arg.indexOf('!', at + 1)) {
    const file = fileOf(arg.slice(0, at));
    if (file !== undefined) return file + arg.slice(at);
  }
  return arg;
}

/**
 * Arguments with their bytes that are no UTF-8, as api/node-fs.js has them in texts.
 * @param {readonly string[]} args as Node gives them @returns {string[]}
 * @throws {UsageError} it cannot be told which file is meant
 */
export const exactArguments = (args) => fromSystem(args) ?? args.map(exact);
