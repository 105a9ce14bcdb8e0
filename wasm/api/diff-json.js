// SPDX-License-Identifier: Apache-2.0
// Two JSON texts, compared value by value, with secrets hidden.
import { maskSecrets } from './dump.js';
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

  /** Strings of a value of JSON that is written as a text; `key` tells what it is. @param {string} raw @param {string} key */
  json(raw, key) {
    if (this.#core === null) return raw;
    let name = '';
    return raw.replace(/"(?:[^"\\]|\\.)*"(\s*:)?/g, (token, colon) => {
      const string = JSON.parse(colon ? token.slice(0, -colon.length) : token);
      if (colon) {
        name = string;
        return token;
      }
      const of = name || key;
      name = '';
      const alone = this.text(string);
      if (alone !== string) return JSON.stringify(alone);
      // "password": "x" is as good as password=x.
      const named = `${of}=${string}`;
      const masked = this.text(named);
      return masked === named ? token : JSON.stringify(masked.slice(of.length + 1));
    });
  }
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
    const key = pointer.slice(pointer.lastIndexOf('/') + 1);
    return {
      ...{ pointer, change },
      before: from === null ? null : mask.json(from, key),
      after: to === null ? null : mask.json(to, key),
      noise: isNoise({ pointer, before: from, after: to }),
    };
  });
}
