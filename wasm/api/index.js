// SPDX-License-Identifier: Apache-2.0
/**
 * container-checkpoint for browsers and Node: `const ckpt = await load()`.
 * @module
 */
import { openWith } from './checkpoint.js';
import { validateWith } from './validate.js';
import { provideCodecs } from '../border/codecs.js';
import { Core } from '../border/core.js';
import { compile } from '../border/module.js';

export { ArchiveError } from './archive.js';
export { Checkpoint } from './checkpoint.js';
export { CheckpointError } from '../border/error.js';

/** The loaded core: what the border offers, and validation. */
class Ckpt extends Core {
  /**
   * Checks a checkpoint, or single metadata files by their names, by all rules.
   * @overload @param {Record<string, Uint8Array>} target @param {import('./validate.js').ValidateOptions} [options] @returns {any}
   */
  /**
   * @overload @param {import('./checkpoint.js').Checkpoint} target @param {import('./validate.js').ValidateOptions} [options] @returns {Promise<any>}
   */
  /**
   * @param {any} target @param {import('./validate.js').ValidateOptions} [options]
   * @returns {any} the report; a promise of it for a checkpoint
   * @throws {TypeError} an option is wrong
   */
  validate(target, options) {
    return validateWith(this, target, options);
  }
}

/** @type {Promise<Ckpt> | undefined} */
let loaded;

/**
 * The core, ready for use. Calling it again gives the same one.
 * @param {object} [options]
 * @param {WebAssembly.Module | BufferSource | URL} [options.wasm] the core, compiled, as bytes, or where
 *   it is; without it the module that comes with this package is taken
 * @param {import('../border/codecs.js').Provided} [options.codecs] the same for the decoders of xz and
 *   bzip2 (codecs.wasm), or a function that gives it; loaded when a file needs it
 * @returns {Promise<Ckpt>}
 */
export function load({ wasm, codecs } = {}) {
  if (codecs !== undefined) provideCodecs(codecs);
  loaded ??= compile(wasm ?? new URL('../../dist/core.wasm', import.meta.url))
    .then((module) => WebAssembly.instantiate(module, {}))
    .then((instance) => new Ckpt(instance))
    .catch((error) => {
      loaded = undefined; // another attempt may do better
      throw error;
    });
  return loaded;
}

/**
 * Opens a checkpoint where it lies: nothing is unpacked, and of an uncompressed archive only its
 * headers and metadata are read. Of a broken archive what could be read is given, with `error` set.
 * @param {Blob | Uint8Array | {size: number, read(offset: number, length: number): Uint8Array | Promise<Uint8Array>}} source
 * @param {import('./checkpoint.js').OpenOptions} [options]
 * @returns {Promise<import('./checkpoint.js').Checkpoint>}
 */
export async function openCheckpoint(source, options) {
  return openWith(await load(), source, options);
}
