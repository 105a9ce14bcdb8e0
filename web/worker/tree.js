// SPDX-License-Identifier: Apache-2.0
// Any value as a tree, one level at a time: neither its depth nor its width matters.
import { escapeKey } from '../../wasm/api/json-tree.js';
import { code, none, textCell } from './cells.js';

/** @typedef {import('../types.d.ts').TreeRow} TreeRow */
/** @typedef {import('./shelf.js').Shelf} Shelf */
/** Whether a text is a secret; `before`: the string before it in a list. @typedef {(what: {pointer: string, key: string | null, text: string, before: string}) => boolean} Hides */
/** @typedef {{value: any, locate(pointer: string): {offset: number, length: number} | null}} Document */

/** How deep a tree is sent open, and how many children a container may have for that. */
const OPEN_DEPTH = 2;
const OPEN_CHILDREN = 12;

const encoder = new TextEncoder();
const decoder = new TextDecoder();

export class Tree {
  #ckpt;
  #shelf;
  #bytes;
  #hides;
  /** @type {Document} */
  #document;

  /**
   * @param {any} ckpt the core
   * @param {Shelf} shelf
   * @param {Uint8Array} bytes a JSON text
   * @param {Hides} [hides]
   * @throws if it is not valid
   */
  constructor(ckpt, shelf, bytes, hides = () => false) {
    this.#ckpt = ckpt;
    this.#shelf = shelf;
    this.#bytes = bytes;
    this.#hides = hides;
    this.#document = ckpt.document('any', bytes);
  }

  /** The tree of a text that is a JSON object or list, or undefined. @param {any} ckpt @param {Shelf} shelf @param {string} text @param {Hides} [hides] */
  static of(ckpt, shelf, text, hides = /** @type {Hides} */ (() => false)) {
    if (!/^\s*[[{]/.test(text)) return undefined;
    try {
      return new Tree(ckpt, shelf, encoder.encode(text), hides);
    } catch {
      return undefined;
    }
  }

  /** The whole value as one row. @param {string | null} [key] */
  root(key = null) {
    return this.#row(key, this.#document.value, '', 0);
  }

  /** The children of the whole value. */
  children() {
    const { children } = this.root();
    return children ?? this.#shelf.seq(1, () => this.root());
  }

  /**
   * @param {string | null} key
   * @param {any} value
   * @param {string} pointer
   * @param {number} depth
   * @param {any} [before] the value before it in a list
   * @returns {TreeRow}
   */
  #row(key, value, pointer, depth, before) {
    if (typeof value === 'string') {
      const inside = (/** @type {Parameters<Hides>[0]} */ what) =>
        this.#hides({ ...what, pointer: '' });
      const embedded = Tree.of(this.#ckpt, this.#shelf, value, inside)?.root(key);
      const text = { pointer, key, text: value, before: typeof before === 'string' ? before : '' };
      const secret = this.#hides(text);
      if (embedded?.children && !secret) return { ...embedded, embedded: true };
      /** @type {import('../types.d.ts').Cell} */
      const cell = embedded?.children
        ? { t: 'tree', node: { ...embedded, key: null, embedded: true } }
        : textCell(this.#shelf, value, code);
      return { key, pointer, cell: secret ? { t: 'secret', cell } : cell };
    }
    if (typeof value === 'number')
      return { key, pointer, cell: code(this.#number(value, pointer)) };
    if (value === null || typeof value !== 'object') return { key, pointer, cell: code(value) };

    const list = Array.isArray(value);
    const keys = list ? null : Object.keys(value);
    const total = list ? value.length : /** @type {string[]} */ (keys).length;
    if (total === 0) return { key, pointer, cell: none(list ? '[ ]' : '{ }') };
    return {
      key,
      pointer,
      holds: list ? 'array' : 'object',
      children: this.#shelf.seq(
        total,
        (index) => {
          const childKey = keys ? keys[index] : null;
          const child = value[childKey ?? index];
          const childPointer = `${pointer}/${escapeKey(childKey ?? String(index))}`;
          const former = keys ? undefined : value[index - 1];
          return this.#row(childKey, child, childPointer, depth + 1, former);
        },
        depth < OPEN_DEPTH && total <= OPEN_CHILDREN ? total : 0,
      ),
    };
  }

  /** A number as the text has it where a double does not tell it. @param {number} value @param {string} pointer */
  #number(value, pointer) {
    if (Object.is(value, -0)) return '-0';
    if (!Number.isInteger(value) || Number.isSafeInteger(value)) return String(value);
    const place = this.#document.locate(pointer);
    if (!place) return String(value);
    return decoder.decode(this.#bytes.subarray(place.offset, place.offset + place.length));
  }
}
