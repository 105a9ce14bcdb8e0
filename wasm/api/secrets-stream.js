// SPDX-License-Identifier: Apache-2.0
// Secrets in any bytes, piece by piece: the JavaScript side of exports_secrets.c.
import { enums } from '../../dist/tables.js';
import { noMemory } from './admission.js';
import { withBytes } from './summary.js';

/**
 * A secret that was found.
 * @typedef {object} Hit
 * @property {number} offset in the part, of its first byte
 * @property {number} length in bytes
 * @property {'named' | 'wide' | 'known'} how wide: it is UTF-16LE
 * @property {string} name what it is called there; '' if its shape gives it away, or if it was known
 * @property {string} what "a private key"; '' if its name gives it away
 * @property {Uint8Array} value its bytes, 4096 at most; of a wide one every second one; none of a known one
 */

/** Bytes of struct ckpt_secret_hit. */
const HEAD = 32;
const decoder = new TextDecoder();

/** Looks for secrets in parts, one after the other. */
export class SecretStream {
  #exports;
  #handle;

  /** @param {{exports: any}} core */
  constructor({ exports }) {
    this.#exports = exports;
    this.#handle = exports.ckpt_wasm_secrets_new();
    if (!this.#handle) throw noMemory();
  }

  /** Bytes that are to be found wherever they stand. @param {Uint8Array} bytes @returns {boolean} false: too short or long, or too many */
  know(bytes) {
    return (
      withBytes(this.#exports, bytes, (at) =>
        this.#exports.ckpt_wasm_secrets_know(this.#handle, at, bytes.length),
      ) !== 0
    );
  }

  /** Begins with a part. @param {boolean} [knownOnly] nothing else is looked for */
  begin(knownOnly = false) {
    this.#exports.ckpt_wasm_secrets_begin(this.#handle, knownOnly ? 1 : 0);
  }

  /** The next bytes of the part. @param {Uint8Array} bytes @returns {Hit[]} what is certain so far, by no order */
  feed(bytes) {
    const exports = this.#exports;
    /** @type {Hit[]} */
    const hits = [];
    for (let at = 0; at < bytes.length;) {
      const answer = exports.ckpt_wasm_secrets_room(this.#handle);
      const [room, size] = new Uint32Array(exports.memory.buffer, answer, 2);
      const piece = bytes.subarray(at, at + size);
      new Uint8Array(exports.memory.buffer, room, piece.length).set(piece);
      exports.ckpt_wasm_secrets_feed(this.#handle, piece.length);
      this.#results(hits);
      at += piece.length;
    }
    return hits;
  }

  /** The part is complete. @returns {Hit[]} */
  end() {
    this.#exports.ckpt_wasm_secrets_end(this.#handle);
    /** @type {Hit[]} */
    const hits = [];
    this.#results(hits);
    return hits;
  }

  /** @param {Hit[]} hits */
  #results(hits) {
    const exports = this.#exports;
    const answer = exports.ckpt_wasm_secrets_results(this.#handle);
    if (!answer) throw noMemory();
    const [address, length] = new Uint32Array(exports.memory.buffer, answer, 2);
    if (length === 0) return;
    const bytes = new Uint8Array(exports.memory.buffer, address, length).slice();
    const view = new DataView(bytes.buffer);
    for (let at = 0; at < length;) {
      const [how, name, what, value] = [0, 1, 2, 3].map((i) =>
        view.getUint32(at + 16 + 4 * i, true),
      );
      const text = (/** @type {number} */ from, /** @type {number} */ size) =>
        decoder.decode(bytes.subarray(at + HEAD + from, at + HEAD + from + size));
      hits.push({
        offset: Number(view.getBigUint64(at, true)),
        length: Number(view.getBigUint64(at + 8, true)),
        how: enums.hits[how],
        name: text(0, name),
        what: text(name, what),
        value: bytes.slice(at + HEAD + name + what, at + HEAD + name + what + value),
      });
      at += HEAD + Math.ceil((name + what + value) / 8) * 8;
    }
  }

  free() {
    if (this.#handle) this.#exports.ckpt_wasm_secrets_free(this.#handle);
    this.#handle = 0;
  }
}
