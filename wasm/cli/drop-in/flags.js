// SPDX-License-Identifier: Apache-2.0
// A command line in the style of Go's pflag: -p 8, -p8, --pid=8, --pid 8; "--" ends the flags.
import { Failure } from '../exit.js';

/** @typedef {{name: string, short?: string, value?: boolean}} Flag */

/**
 * @param {string[]} args @param {readonly Flag[]} flags
 * @returns {{values: Record<string, string | undefined>, switches: Set<string>, operands: string[]}}
 * @throws {Failure} in pflag's words
 */
export function readFlags(args, flags) {
  /** @type {Record<string, string | undefined>} */
  const values = Object.create(null);
  /** @type {Set<string>} */
  const switches = new Set();
  /** @type {string[]} */
  const operands = [];
  const rest = [...args];
  const take = (
    /** @type {Flag} */ flag,
    /** @type {string | undefined} */ given,
    /** @type {string} */ words,
  ) => {
    if (!flag.value) {
      if (given === undefined || given === 'true') switches.add(flag.name);
      else if (given === 'false') switches.delete(flag.name);
      else
        throw new Failure(
          `invalid argument "${given}" for "--${flag.name}" flag: strconv.ParseBool: parsing "${given}": invalid syntax`,
        );
      return;
    }
    const value = given ?? rest.shift();
    if (value === undefined) throw new Failure(`flag needs an argument: ${words}`);
    values[flag.name] = value;
  };
  for (let word; (word = rest.shift()) !== undefined;) {
    if (word === '--') {
      operands.push(...rest);
      break;
    }
    if (word.startsWith('--')) {
      const at = word.indexOf('=');
      const name = at < 0 ? word.slice(2) : word.slice(2, at);
      const flag = flags.find((one) => one.name === name);
      if (!flag) throw new Failure(`unknown flag: --${name}`);
      take(flag, at < 0 ? undefined : word.slice(at + 1), `--${name}`);
    } else if (word.startsWith('-') && word.length > 1) {
      for (let i = 1; i < word.length; i++) {
        const letter = word[i];
        const flag = flags.find((one) => one.short === letter);
        if (!flag) throw new Failure(`unknown shorthand flag: '${letter}' in ${word}`);
        const tail = word.slice(i + 1);
        if (!flag.value) {
          take(flag, undefined, '');
          continue;
        }
        take(flag, tail === '' ? undefined : tail.replace(/^=/, ''), `'${letter}' in ${word}`);
        break;
      }
    } else {
      operands.push(word);
    }
  }
  return { values, switches, operands };
}
