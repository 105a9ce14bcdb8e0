// SPDX-License-Identifier: Apache-2.0
/**
 * container-checkpoint for browsers and Node: `const ckpt = await load()`.
 * @module
 */
import { openWith } from './checkpoint.js';
import { validateWith } from './validate.js';
import { Core } from '../border/core.js';

export { ResourceError } from './admission.js';
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
 * @returns {Promise<Ckpt>}
 */
export function load({ wasm } = {}) {
  loaded ??= instantiate(wasm ?? new URL('../../dist/core.wasm', import.meta.url))
    .then((instance) => new Ckpt(instance))
    .catch((error) => {
      loaded = undefined; // another attempt may do better
      throw error;
    });
  return loaded;
}

/** @param {WebAssembly.Module | BufferSource | URL} wasm @returns {Promise<WebAssembly.Instance>} */
async function instantiate(wasm) {
  if (wasm instanceof WebAssembly.Module) return WebAssembly.instantiate(wasm, {});
  if (wasm instanceof ArrayBuffer || ArrayBuffer.isView(wasm)) {
    // Not every engine takes a DataView, or memory that is shared.
    const bytes = ArrayBuffer.isView(wasm)
      ? new Uint8Array(wasm.buffer, wasm.byteOffset, wasm.byteLength)
      : new Uint8Array(wasm);
    return (await WebAssembly.instantiate(bytes.slice(), {})).instance;
  }

  const url = new URL(wasm);
  // Node cannot fetch files; this way to its file system needs no import, which bundlers would follow.
  const fs =
    url.protocol === 'file:' &&
    /** @type {any} */ (globalThis).process?.getBuiltinModule?.('node:fs');
  if (fs) return (await WebAssembly.instantiate(fs.readFileSync(url), {})).instance;

  const response = await fetch(url);
  if (!response.ok)
    throw new Error(`${url} could not be loaded: ${response.status} ${response.statusText}`);
  const streamed =
    response.headers.get('content-type') === 'application/wasm' && WebAssembly.instantiateStreaming;
  const source = streamed
    ? await WebAssembly.instantiateStreaming(response, {})
    : await WebAssembly.instantiate(await response.arrayBuffer(), {});
  return source.instance;
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
