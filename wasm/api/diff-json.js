// SPDX-License-Identifier: Apache-2.0
// Two JSON texts, compared value by value, with secrets hidden.
import { maskArgument, maskArguments, maskNamed, maskSecrets, secretsAmong } from './dump.js';
import { JsonDiff } from './json-diff.js';
import { JsonTree, MOST_ROWS } from './json-tree.js';

/**
 * @typedef {import('../border/core.js').Core} Core
 *
 * A value of a JSON text that differs.
 * @typedef {object} ValueChange
 * @property {string} pointer RFC 6901 @property {'added' | 'removed' | 'changed' | 'moved'} change
 * @property {string | null} before as it is written in the text @property {string | null} after
 * @property {boolean} noise an id or a time
 */

const decoder = new TextDecoder();
/** Secrets of a process that are looked for in strings of its memory. */
const MOST_KNOWN = 200;
const QUOTE = 0x22;
/** JSON in strings of JSON is followed so deep, as by the core. */
const NESTED = 2;

/** Hides what looks like a secret in strings. */
export class Mask {
  #core;
  /** @param {Core} core @param {boolean} reveal */
  constructor(core, reveal) {
    this.#core = reveal ? null : core;
  }

  /** @template {any} T @param {T} text @returns {T} */
  text(text) {
    const core = this.#core;
    if (core === null || text === null || text === undefined) return text;
    return maskSecrets(core, /** @type {any} */ (text));
  }

  /** A command line. @template {string | {hex: string}} T @param {readonly T[] | null | undefined} list @returns {readonly T[] | null} */
  line(list) {
    return this.#core === null || !list ? (list ?? null) : maskArguments(this.#core, list);
  }

  /** What is secret in the command line and the environment of a process. @param {any} process @returns {string[]} the longest first */
  known({ cmdline, environ }) {
    const core = this.#core;
    if (core === null) return [];
    const found = [cmdline, environ].flatMap((list) => (list ? secretsAmong(core, list) : []));
    return [...new Set(found)].sort((a, b) => b.length - a.length).slice(0, MOST_KNOWN);
  }

  /**
   * Strings of a value of JSON that is written as a text; `key` tells what it is, in a list `before`.
   * @param {string} raw @param {string} key @param {string} [before] the string before it
   * @param {number} [depth] of JSON in strings
   */
  json(raw, key, before = '', depth = 0) {
    const core = this.#core;
    if (core === null) return raw;
    let name = '';
    let last = before;
    let end = 0;
    return raw.replace(/"(?:[^"\\]|\\.)*"(\s*:)?/g, (token, colon, at) => {
      const string = stringIn(colon ? token.slice(0, -colon.length) : token);
      const follows = end === 0 ? at === 0 : /^\s*,\s*$/.test(raw.slice(end, at));
      const option = follows && !colon ? last : '';
      end = at + token.length;
      last = colon ? '' : string;
      if (colon) {
        name = string;
        return token;
      }
      const of = name || key;
      name = '';
      let masked = maskArgument(core, string, option);
      if (masked === string) masked = maskNamed(core, string, of);
      if (depth < NESTED && /^\s*[[{]/.test(masked)) masked = this.json(masked, of, '', depth + 1);
      return masked === string ? token : JSON.stringify(masked);
    });
  }
}

/** @param {string} token between quotes; of a text that is no JSON perhaps with a wrong escape */
function stringIn(token) {
  try {
    return String(JSON.parse(token));
  } catch {
    return token.slice(1, -1);
  }
}

/** The string before a value of a list; empty: there is none. @param {JsonTree} tree @param {number} row */
function stringBefore(tree, row) {
  const parent = tree.parents[row];
  if (row < 2 || parent < 0 || tree.hasKeys(parent) || tree.parents[row - 1] !== parent) return '';
  const text = tree.bytes.subarray(...tree.value(row - 1));
  return text[0] === QUOTE ? String(JSON.parse(decoder.decode(text))) : '';
}

/** @param {Core} core @param {Uint8Array} bytes */
function treeOf(core, bytes) {
  if (core.check('any', bytes) !== null) return null;
  const tree = new JsonTree(bytes);
  return tree.total > MOST_ROWS ? null : tree;
}

/**
 * @param {Core} core @param {Uint8Array} before @param {Uint8Array} after @param {Mask} mask
 * @param {(change: {pointer: string, before: string | null, after: string | null}) => boolean} isNoise
 * @returns {ValueChange[] | null} null: one of them is no JSON, or too large
 */
export function diffTexts(core, before, after, mask, isNoise) {
  const [one, two] = [treeOf(core, before), treeOf(core, after)];
  if (!one || !two) return null;
  const raw = (/** @type {JsonTree} */ tree, /** @type {number} */ row) =>
    row < 0 ? null : decoder.decode(tree.bytes.subarray(...tree.value(row)));
  return new JsonDiff(one, two).list.map(({ pointer, change, a, b }) => {
    const [from, to] = [raw(one, a), raw(two, b)];
    const [beforeA, beforeB] = [stringBefore(one, a), stringBefore(two, b)];
    const key = pointer.slice(pointer.lastIndexOf('/') + 1);
    return {
      ...{ pointer, change },
      before: from === null ? null : mask.json(from, key, beforeA),
      after: to === null ? null : mask.json(to, key, beforeB),
      noise: isNoise({ pointer, before: from, after: to }),
    };
  });
}
