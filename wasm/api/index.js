// SPDX-License-Identifier: Apache-2.0
/**
 * container-checkpoint for browsers and Node: `const ckpt = await load()`.
 * @module
 */
import { openWith } from './checkpoint.js';
import { bytesOf, checkedOptions, kindOf, must } from './arguments.js';
import { checkedTarget, VALIDATE_OPTIONS, validateWith } from './validate.js';
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
    return validateWith(
      this,
      checkedTarget(target),
      checkedOptions(options, VALIDATE_OPTIONS, 'validate'),
    );
  }
}

/** @type {Promise<Ckpt> | undefined} */
let loading;
/** @type {Ckpt | undefined} */
let loaded;

/**
 * The core, ready for use. Calling it again gives the same one.
 * @param {object} [options]
 * @param {WebAssembly.Module | BufferSource | URL | string | Response | Promise<any>} [options.wasm] the core:
 *   compiled, as bytes, where it is, or the response to fetching it; without it the module that comes with
 *   this package is taken
 * @returns {Promise<Ckpt>}
 */
export function load(options) {
  const { wasm } = checkedOptions(options, { wasm: must.any }, 'load');
  if (loaded) return Promise.resolve(loaded);
  loading ??= instantiate(wasm ?? new URL('../../dist/core.wasm', import.meta.url))
    .then((instance) => (loaded ??= new Ckpt(instance)))
    .catch((error) => {
      loading = undefined; // another attempt may do better
      throw error;
    });
  return loading;
}

/**
 * The core, at once. Browsers may refuse that outside of workers.
 * @param {{wasm: WebAssembly.Module | BufferSource}} options @returns {Ckpt}
 */
export function loadSync(options) {
  if (loaded) return loaded;
  const { wasm } = checkedOptions(options, { wasm: must.any }, 'loadSync');
  const bytes = bytesOf(wasm);
  if (!bytes && !(wasm instanceof WebAssembly.Module))
    throw new TypeError(`the core must be compiled, or bytes, not ${kindOf(wasm)}`);
  const module = bytes ? new WebAssembly.Module(bytes.slice()) : wasm;
  return (loaded = new Ckpt(new WebAssembly.Instance(module, {})));
}

/** @param {any} given @returns {Promise<WebAssembly.Instance>} */
async function instantiate(given) {
  const wasm = await given;
  if (wasm instanceof WebAssembly.Module) return WebAssembly.instantiate(wasm, {});
  const bytes = bytesOf(wasm);
  // Not every engine takes a DataView, or memory that is shared.
  if (bytes) return (await WebAssembly.instantiate(bytes.slice(), {})).instance;
  const response = typeof wasm?.arrayBuffer === 'function' ? wasm : await fetched(wasm);
  if (response instanceof Uint8Array) return instantiate(response);
  const { ok, url, status, statusText, headers } = response;
  if (!ok) throw new Error(`${url} could not be loaded: ${status} ${statusText}. ${REMEDY}`);
  const streamed =
    headers.get('content-type') === 'application/wasm' && WebAssembly.instantiateStreaming;
  const source = streamed
    ? await WebAssembly.instantiateStreaming(response, {})
    : await WebAssembly.instantiate(await response.arrayBuffer(), {});
  return source.instance;
}

/** @param {any} wasm where the core is @returns {Promise<any>} a response, or bytes */
async function fetched(wasm) {
  if (typeof wasm !== 'string' && typeof wasm?.href !== 'string')
    throw new TypeError(
      `the core must be compiled, bytes, a URL or a response, not ${kindOf(wasm)}`,
    );
  // Some bundlers make addresses that are relative to the page.
  const url = new URL(String(wasm), globalThis.location?.href);
  // Node cannot fetch files; this way to its file system needs no import, which bundlers would follow.
  const fs =
    url.protocol === 'file:' &&
    /** @type {any} */ (globalThis).process?.getBuiltinModule?.('node:fs');
  try {
    return fs ? new Uint8Array(fs.readFileSync(url)) : await fetch(url);
  } catch (cause) {
    const { message } = /** @type {Error} */ (cause);
    throw new Error(`${url} could not be loaded: ${message}. ${REMEDY}`, { cause });
  }
}

const REMEDY =
  'Copy container-checkpoint/core.wasm there, tell where it is by load({ wasm }), or import ' +
  'container-checkpoint/inline, which has it inside';

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
