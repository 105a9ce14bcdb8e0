// SPDX-License-Identifier: Apache-2.0
// SHA-256: the JavaScript side of exports_hash.c.

/** Frees hashes that nobody freed. @type {FinalizationRegistry<{exports: any, handle: number}>} */
const forgotten = new FinalizationRegistry(({ exports, handle }) =>
  exports.ckpt_wasm_hash_free(handle),
);
const decoder = new TextDecoder();
/** Bytes copied into the core at once. */
const PIECE = 262144;
const DIGITS = 64;

/** The SHA-256 of bytes that come in pieces. */
export class Sha256 {
  #exports;
  #handle;
  /** Where pieces are put, and how much has room there. */
  #room = 0;
  #size = 0;
  /** Bytes so far. */
  length = 0;

  /** @param {any} exports @throws {RangeError} there is no memory */
  constructor(exports) {
    this.#exports = exports;
    this.#handle = exports.ckpt_wasm_hash_new();
    if (!this.#handle) throw new RangeError('out of memory');
    forgotten.register(this, { exports, handle: this.#handle }, this);
  }

  /** The next bytes. @param {Uint8Array} bytes @returns {this} */
  add(bytes) {
    const exports = this.#exports;
    for (let at = 0; at < bytes.length; at += PIECE) {
      const piece = bytes.subarray(at, at + PIECE);
      if (piece.length > this.#size) {
        exports.ckpt_wasm_release(this.#room);
        this.#size = Math.min(PIECE, Math.max(4096, bytes.length));
        this.#room = exports.ckpt_wasm_allocate(this.#size);
        if (!this.#room) this.#size = 0;
        if (!this.#room) throw new RangeError('out of memory');
      }
      new Uint8Array(exports.memory.buffer).set(piece, this.#room);
      this.addInside(this.#room, piece.length);
    }
    return this;
  }

  /** The next bytes, which are in the core's memory. @param {number} at @param {number} length */
  addInside(at, length) {
    this.#exports.ckpt_wasm_hash_add(this.#handle, at, length);
    this.length += length;
  }

  /** Ends it, and gives its memory back. @returns {string} 64 lower-case hexadecimal digits */
  end() {
    const at = this.#exports.ckpt_wasm_hash_end(this.#handle);
    const digits = decoder.decode(new Uint8Array(this.#exports.memory.buffer, at, DIGITS));
    this.free();
    return digits;
  }

  /** Frees its memory. */
  free() {
    if (!this.#handle) return;
    forgotten.unregister(this);
    this.#exports.ckpt_wasm_hash_free(this.#handle);
    this.#exports.ckpt_wasm_release(this.#room);
    this.#handle = this.#room = this.#size = 0;
  }
}

/** @param {any} exports @param {Uint8Array} bytes */
export const sha256 = (exports, bytes) => new Sha256(exports).add(bytes).end();
