// SPDX-License-Identifier: Apache-2.0
// One instance of the core: the JavaScript side of exports.c.
import { border, constants, fields, kinds } from '../../dist/tables.js';
import { bytesOf, checkedOptions, checkedText, kindOf, must } from './arguments.js';
import { CheckpointError } from './error.js';
import { decodeImage, encodeImage, imageInfo, imageText } from './images.js';
import { readTape, toJson } from './value.js';

/** Positions in the record that ckpt_wasm_result() points to, in words (result.h). */
const RESULT = border.result;
const { type: TYPE, time: TIME, limit: LIMIT } = border.errors;
/** By ckpt_error_kind: the table is in its order. */
const KINDS = /** @type {('syntax' | 'type' | 'time' | 'limit')[]} */ (Object.keys(border.errors));

const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

/** @param {string} message */
const limitError = (message) => new CheckpointError(message, { kind: 'limit', goMessage: message });

const IMAGE_OPTIONS = { name: must.text, pretty: must.flag, payload: must.flag };

/** What is written is a value; a promise of one would be an empty object. @param {any} value */
function refuseNoValue(value) {
  if (value === undefined) throw new TypeError('there is no value to encode');
  if (typeof value === 'function' || typeof value?.then === 'function')
    throw new TypeError(`the value to encode must be data, not ${kindOf(value)}`);
}

const typedArrayLength = /** @type {(this: any) => number} */ (
  Object.getOwnPropertyDescriptor(Object.getPrototypeOf(Uint8Array.prototype), 'length')?.get
);

/**
 * The true length of bytes, whatever a subclass says: what set() copies.
 * @param {Uint8Array} bytes
 */
function lengthOf(bytes) {
  const isBytes =
    bytes instanceof Uint8Array ||
    (ArrayBuffer.isView(bytes) && Object.prototype.toString.call(bytes) === '[object Uint8Array]');
  if (!isBytes) throw new TypeError(`the bytes must be a Uint8Array, not ${kindOf(bytes)}`);
  return typedArrayLength.call(bytes);
}

export class Core {
  #exports;
  /** @type {Uint8Array} */
  #bytes = new Uint8Array();
  /** @type {Int32Array} */
  #result = new Int32Array();
  #words = new Uint32Array();
  /** Where the input goes; 0: nowhere yet. */
  #inputStart = 0;
  /** @type {string[]} */
  #fields;
  /** @type {Map<string, number>} */
  #kindNumbers;
  /** What the core's one document is: an object of ours, or null. @type {object | null} */
  #current = null;

  /** @param {WebAssembly.Instance} instance */
  constructor(instance) {
    const exports = /** @type {any} */ (instance.exports);
    if (typeof exports.ckpt_wasm_result !== 'function')
      throw new TypeError('this WebAssembly module is not the core of container-checkpoint');
    exports._initialize?.();
    this.#exports = exports;
    /** The functions of the module, for the other parts of this package. */
    this.exports = exports;
    this.#fields = fields;
    this.#kindNumbers = new Map(kinds.map((kind, i) => [kind.name, i]));

    /** Names of the file formats. @type {readonly string[]} */
    this.kinds = Object.freeze([...this.#kindNumbers.keys()]);
    /** File of each format that has one, and the Go function that reads it. */
    this.files = Object.freeze(
      /** @type {{name: string, file: string, reader: string}[]} */ (
        kinds.filter((kind) => 'file' in kind)
      ).map((kind) => Object.freeze({ ...kind })),
    );
    /** The constants of the Go package by their Go names. @type {Readonly<Record<string, string>>} */
    this.constants = Object.freeze({ ...constants });
  }

  /**
   * Decodes a file as the Go package does.
   * @param {string} kind one of `kinds`
   * @param {Uint8Array} bytes
   * @returns {any} structs as objects, maps as objects without a prototype, Go's 64-bit integers as
   *   bigint, times as strings as Go prints them
   * @throws {CheckpointError}
   */
  decode(kind, bytes) {
    const failed = this.#decode(kind, bytes);
    if (failed) throw this.#error(failed);
    return this.#value();
  }

  /**
   * Checks a file without making values of it.
   * @param {string} kind
   * @param {Uint8Array} bytes
   * @returns {CheckpointError | null} what `decode` would throw (without `partial`), or null
   */
  check(kind, bytes) {
    try {
      const failed = this.#decode(kind, bytes);
      return failed ? this.#error(failed, false) : null;
    } catch (error) {
      if (error instanceof CheckpointError) return error; // no room for the input
      throw error;
    }
  }

  /**
   * Decodes a file and keeps it, to tell where its values stand. The bytes must not be changed
   * while the document is used.
   * @param {string} kind
   * @param {Uint8Array} bytes
   * @returns {{value: any, locate(pointer: string): {offset: number, length: number, line: number, column: number} | null}}
   * @throws {CheckpointError}
   */
  document(kind, bytes) {
    const value = this.decode(kind, bytes);
    const document = {
      value,
      /**
       * Where the value stood that a JSON pointer names: bytes from 0, lines and columns (code
       * points) from 1; null if the text has no such value.
       * @param {string} pointer
       */
      locate: (pointer) =>
        this.#locate(document, kind, bytes, checkedText(pointer, 'a JSON pointer', 'pointer')),
    };
    this.#current = document;
    return document;
  }

  /**
   * Writes a value as the Go package's WriteJSONFile does: two spaces a level, no final newline.
   * @param {string} kind
   * @param {any} value what `decode` gives; 64-bit integers may be numbers if they are exact
   * @returns {string}
   * @throws {CheckpointError} if a member has the wrong type or Go cannot write it; `pointer` says
   *   where, there is no text and so no offset
   * @throws {RangeError} for NaN, infinities, and values that hold themselves
   */
  encode(kind, value) {
    refuseNoValue(value);
    const failed =
      this.#decode(kind, encoder.encode(toJson(value))) || this.#exports.ckpt_wasm_encode();
    this.#refresh();
    if (failed) throw this.#error(failed, false, false);
    return this.#text(RESULT.text);
  }

  /**
   * The text that the Go package writes for a file: decoded, and encoded again.
   * @param {string} kind
   * @param {Uint8Array} bytes
   * @returns {string}
   * @throws {CheckpointError}
   */
  reencode(kind, bytes) {
    let failed = this.#decode(kind, bytes);
    if (failed) throw this.#error(failed);
    failed = this.#exports.ckpt_wasm_encode();
    this.#refresh();
    if (failed) throw this.#error(failed, false);
    return this.#text(RESULT.text);
  }

  /**
   * A size for people, in units of 1024: "1.2 KiB".
   * @param {number | bigint} bytes an integer; Go's int64
   * @returns {string}
   */
  byteToString(bytes) {
    if (typeof bytes !== 'bigint' && typeof bytes !== 'number')
      throw new TypeError(`byteToString takes a whole number of bytes, not ${kindOf(bytes)}`);
    const value = BigInt(bytes);
    if (BigInt.asIntN(64, value) !== value) throw new RangeError(`${value} does not fit 64 bits`);
    this.#exports.ckpt_wasm_byte_to_string(value);
    this.#refresh();
    return this.#text(RESULT.text);
  }

  /**
   * What a file is that is no checkpoint, by its first bytes: "a picture (PNG)", "encrypted with age; decrypt
   * it first". '' if they do not tell.
   * @param {Uint8Array} bytes 64 are enough
   * @returns {string}
   */
  describe(bytes) {
    const all = bytesOf(bytes);
    if (!all) throw new TypeError(`describe takes the first bytes of a file, not ${kindOf(bytes)}`);
    const head = all.subarray(0, 64);
    const at = this.#exports.ckpt_wasm_allocate(64);
    if (!at) throw new RangeError('out of memory');
    this.#refresh();
    new Uint8Array(this.#exports.memory.buffer).set(head, at);
    const text = this.#exports.ckpt_wasm_magic(at, head.length);
    const answer = new Uint8Array(this.#exports.memory.buffer, text, 128);
    const words = String.fromCharCode(...answer.subarray(0, answer.indexOf(0)));
    this.#exports.ckpt_wasm_release(at);
    return words;
  }

  /**
   * The value of a CRIU image, in the form of crit: {magic, entries: […]}; 64-bit numbers are bigint.
   * @param {Uint8Array} bytes @param {import('./images.js').ImageOptions} [options]
   * @returns {{magic: string, entries: any[]}}
   * @throws {CheckpointError} `partial` is what could be read of a damaged one
   */
  decodeImage(bytes, options) {
    return decodeImage(this.#exports, bytes, checkedOptions(options, IMAGE_OPTIONS, 'decodeImage'));
  }

  /**
   * The same as JSON text, as `crit decode` writes it.
   * @param {Uint8Array} bytes @param {import('./images.js').ImageOptions} [options]
   * @returns {{text: string, error: CheckpointError | null}}
   */
  imageText(bytes, options) {
    return imageText(this.#exports, bytes, checkedOptions(options, IMAGE_OPTIONS, 'imageText'));
  }

  /**
   * What an image is. @param {Uint8Array} bytes @param {import('./images.js').ImageOptions} [options]
   */
  imageInfo(bytes, options) {
    return imageInfo(this.#exports, bytes, checkedOptions(options, IMAGE_OPTIONS, 'imageInfo'));
  }

  /**
   * The bytes of the image that a value describes; the other way of decodeImage.
   * @param {string} name of the file, which says what type it must have; '': any
   * @param {any} value or its JSON as bytes
   * @returns {Uint8Array}
   * @throws {CheckpointError} with the place in the value (`pointer`)
   */
  encodeImage(name, value) {
    checkedText(name, "the file's name, or ''", 'name');
    refuseNoValue(value);
    return encodeImage(this.#exports, name, value);
  }

  // ---- inside ------------------------------------------------------------------------------------

  /** After a call that may have grown the memory: the views of it are detached then. */
  #refresh() {
    if (this.#bytes.length !== 0) return;
    const { buffer } = this.#exports.memory;
    this.#bytes = new Uint8Array(buffer);
    this.#words = new Uint32Array(buffer);
    this.#result = new Int32Array(buffer, this.#exports.ckpt_wasm_result(), RESULT.words);
  }

  /** The text whose place and length stand in the result. @param {number} position */
  #text(position) {
    const start = this.#result[position];
    const length = this.#result[position + 1];
    return length === 0 ? '' : decoder.decode(this.#bytes.subarray(start, start + length));
  }

  /** Puts bytes into the core's input. @param {Uint8Array} bytes @param {number} length theirs */
  #input(bytes, length) {
    // Room for a small file stays until a large one comes; then the core is asked, and may move it.
    const small = length <= border.limits.smallInput;
    const start = (small && this.#inputStart) || this.#exports.ckpt_wasm_input(length);
    this.#refresh();
    this.#inputStart = small ? start : 0;
    if (start === 0)
      throw limitError(`no memory for an input of ${length} bytes: the core has 256 MiB in all`);
    this.#bytes.set(bytes, start);
  }

  /** @param {string} kind @param {Uint8Array} bytes @returns {number} kind of error, 0 for none */
  #decode(kind, bytes) {
    const number = this.#kindNumbers.get(checkedText(kind, 'a kind of file', 'kind'));
    if (number === undefined)
      throw new RangeError(`unknown kind "${kind}"; known are ${this.kinds.join(', ')}`);
    const length = lengthOf(bytes);
    this.#current = null;
    this.#input(bytes, length);
    const failed = this.#exports.ckpt_wasm_decode(number, length);
    this.#refresh();
    return failed;
  }

  #value() {
    const failed = this.#exports.ckpt_wasm_value();
    this.#refresh();
    if (failed) throw this.#error(failed, false);
    const result = this.#result;
    const input = this.#text(RESULT.input);
    const joined = result[RESULT.joined];
    const strings = joined > 0 ? input : this.#text(RESULT.strings);
    return readTape(this.#words, result[RESULT.tape], input, strings, joined, this.#fields);
  }

  /**
   * @param {number} failed @param {boolean} [withPartial]
   * @param {boolean} [hasText] whether the caller knows the text that the error is about
   */
  #error(failed, withPartial = true, hasText = true) {
    const result = this.#result;
    const located = hasText && failed !== LIMIT && result[RESULT.line] > 0;
    const goMessage = this.#text(RESULT.message);
    const pointer = this.#text(RESULT.pointer);
    let message = hasText ? this.#text(RESULT.detail) : goMessage;
    if (!hasText && pointer) message += ` (at ${pointer})`;
    const error = new CheckpointError(message, {
      kind: KINDS[failed],
      rule: this.#text(RESULT.rule),
      goMessage,
      offset: located ? result[RESULT.offset] : -1,
      length: located ? result[RESULT.length] : 0,
      goOffset: hasText ? result[RESULT.goOffset] : -1,
      line: located ? result[RESULT.line] : 0,
      column: located ? result[RESULT.column] : 0,
      pointer,
      found: this.#text(RESULT.found),
      expected: this.#text(RESULT.expected),
    });
    if (failed === TYPE) {
      Object.assign(error, {
        goValue: this.#text(RESULT.goValue),
        goType: this.#text(RESULT.goType),
        goStruct: this.#text(RESULT.goStruct),
        goField: this.#text(RESULT.goField),
      });
    }
    if (withPartial && (failed === TYPE || failed === TIME)) error.partial = this.#value();
    return error;
  }

  /** @param {object} document @param {string} kind @param {Uint8Array} bytes @param {string} pointer */
  #locate(document, kind, bytes, pointer) {
    const name = encoder.encode(pointer);
    if (this.#current !== document) {
      this.#decode(kind, bytes);
      this.#current = document;
    }
    const found = this.#exports.ckpt_wasm_locate(this.#putScratch(name), name.length);
    this.#refresh();
    if (!found) return null;
    const result = this.#result;
    return {
      offset: result[RESULT.offset],
      length: result[RESULT.length],
      line: result[RESULT.line],
      column: result[RESULT.column],
    };
  }

  /** Puts bytes where a call can read them, without touching the input. @param {Uint8Array} bytes */
  #putScratch(bytes) {
    const start = this.#exports.ckpt_wasm_scratch(bytes.length);
    this.#refresh();
    if (start === 0) throw limitError('out of memory');
    this.#bytes.set(bytes, start);
    return start;
  }
}
