// SPDX-License-Identifier: Apache-2.0
// Images of CRIU: the JavaScript side of exports_images.c.
import { images, names } from '../../dist/criu-tables.js';
import { kindOf } from './arguments.js';
import { CheckpointError } from './error.js';
import { readTape, toJson } from './value.js';

const PRETTY = 1;
const NO_PAYLOAD = 2;
/** How bytes are put into the core: where they lie there, until they are released. */
const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

/**
 * @typedef {object} ImageOptions
 * @property {string} [name] of the file, which tells its kind; without it its magic number does
 * @property {boolean} [pretty] addresses, flags, devices and the like as text, as `crit decode --pretty` has them
 * @property {boolean} [payload] false: sizes instead of the data that follow entries
 */

/**
 * What is known about an image.
 * @typedef {object} ImageInfo
 * @property {string} kind of enum ckpt_criu_kind ("PSTREE"), '' if it is none of them
 * @property {string} type the name of its magic number, as crit has it; '' if it has none
 * @property {string} text what it holds, in words; '' if that is not known
 * @property {bigint | null} id the number in its name
 * @property {number} entries
 * @property {boolean} raw it has no entries: memory, or another program's format
 * @property {number} version of the image format: 1 without the common magic number
 * @property {boolean} bigEndian
 * @property {CheckpointError | null} error what is wrong with it
 */

/** Cores that have the names. @type {WeakSet<object>} */
const ready = new WeakSet();

/** @param {any} exports */
const memoryOf = (exports) => new Uint8Array(exports.memory.buffer);

/** @param {any} exports @param {Uint8Array} bytes @returns {number} their address */
function put(exports, bytes) {
  const address = exports.ckpt_wasm_allocate(Math.max(bytes.length, 1));
  if (address === 0) throw new CheckpointError('out of memory');
  memoryOf(exports).set(bytes, address);
  return address;
}

/** The bytes that an answer of the core points to. @param {any} exports @param {number} answer */
function bytesAt(exports, answer) {
  const [address, length] = new Uint32Array(exports.memory.buffer, answer, 2);
  return memoryOf(exports).subarray(address, address + length);
}

/** @param {any} exports @param {number} answer */
const textAt = (exports, answer) => decoder.decode(bytesAt(exports, answer));

/**
 * What the last call says went wrong; `entry` of the error is the number of the entry, from 0.
 * @param {any} exports @returns {CheckpointError & {entry?: number} | null}
 */
function problemOf(exports) {
  const text = textAt(exports, exports.ckpt_wasm_image_problem());
  if (text === '') return null;
  const { message, ...details } = JSON.parse(text);
  return new CheckpointError(message, { rule: '', ...details });
}

/**
 * Calls a function of the core with a name and bytes.
 * @template T @param {any} exports @param {string} name @param {Uint8Array} bytes
 * @param {(...place: number[]) => T} use gets the place of the name and of the bytes
 * @returns {T}
 */
function withBytes(exports, name, bytes, use) {
  if (!(bytes instanceof Uint8Array))
    throw new TypeError(`the bytes must be a Uint8Array, not ${kindOf(bytes)}`);
  if (typeof name !== 'string') throw new TypeError('the name must be a string');
  if (!ready.has(exports)) {
    const list = encoder.encode(names.map((/** @type {string} */ word) => `${word}\0`).join(''));
    exports.ckpt_wasm_image_names(put(exports, list), list.length); // they stay there
    ready.add(exports);
  }
  const spelled = encoder.encode(name);
  const nameAt = put(exports, spelled);
  let at = 0;
  try {
    at = put(exports, bytes);
    return use(nameAt, spelled.length, at, bytes.length);
  } finally {
    exports.ckpt_wasm_release(nameAt);
    if (at !== 0) exports.ckpt_wasm_release(at);
  }
}

/** @param {ImageOptions} options */
const flagsOf = ({ pretty, payload }) =>
  (pretty ? PRETTY : 0) | (payload === false ? NO_PAYLOAD : 0);

/**
 * The value of an image, in the form of crit: {magic, entries}; 64-bit numbers are bigint.
 * @param {any} exports @param {Uint8Array} bytes @param {ImageOptions} [options]
 * @throws {CheckpointError} with `partial`, if there is anything that could be read
 */
export function decodeImage(exports, bytes, options = {}) {
  return withBytes(exports, options.name ?? '', bytes, (...place) => {
    const answer = exports.ckpt_wasm_image_value(...place, flagsOf(options));
    const error = problemOf(exports);
    const words = new Uint32Array(exports.memory.buffer);
    const [tape, strings, length] = words.subarray(answer >>> 2, (answer >>> 2) + 3);
    const text = decoder.decode(memoryOf(exports).subarray(strings, strings + length));
    const value = tape === 0 ? undefined : readTape(words, tape, '', text, 0, names);
    if (error) throw Object.assign(error, { partial: value });
    return value;
  });
}

/**
 * The same as JSON text, byte for byte as `crit decode` writes it, without a line feed at its end.
 * @param {any} exports @param {Uint8Array} bytes @param {ImageOptions} [options]
 * @returns {{text: string, error: CheckpointError | null}} text: '' if nothing could be read
 */
export function imageText(exports, bytes, options = {}) {
  return withBytes(exports, options.name ?? '', bytes, (...place) => ({
    text: textAt(exports, exports.ckpt_wasm_image_text(...place, flagsOf(options))),
    error: problemOf(exports),
  }));
}

/**
 * @param {any} exports @param {Uint8Array} bytes @param {ImageOptions} [options]
 * @returns {ImageInfo}
 */
export function imageInfo(exports, bytes, options = {}) {
  return withBytes(exports, options.name ?? '', bytes, (...place) => {
    const known = JSON.parse(textAt(exports, exports.ckpt_wasm_image_info(...place)));
    const row = images[known.kind];
    const error = problemOf(exports);
    return {
      kind: row?.kind ?? '',
      type: known.type ?? (error?.kind === 'no-image' ? '' : `0x${known.magic.toString(16)}`),
      text: row?.text ?? '',
      id: known.id === undefined ? null : BigInt(known.id),
      entries: known.entries,
      raw: error?.kind === 'raw',
      version: known.old ? 1 : 2,
      bigEndian: known.bigEndian !== 0,
      error: error?.kind === 'raw' ? null : error,
    };
  });
}

/**
 * The image that a value describes, or its JSON as UTF-8.
 * @param {any} exports @param {string} name of the file, '' or of the kind that the value must be of
 * @param {any} value what decodeImage gives or crit writes; numbers may be bigint or number
 * @returns {Uint8Array}
 * @throws {CheckpointError} with the place in the JSON (`pointer`)
 */
export function encodeImage(exports, name, value) {
  const json = value instanceof Uint8Array ? value : encoder.encode(toJson(value));
  return withBytes(exports, name, json, (...place) => {
    const bytes = bytesAt(exports, exports.ckpt_wasm_image_bytes(...place)).slice();
    const error = problemOf(exports);
    if (error) throw error;
    return bytes;
  });
}
