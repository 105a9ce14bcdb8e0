// SPDX-License-Identifier: Apache-2.0
/**
 * container-checkpoint for browsers and Node: `const ckpt = await load()`.
 * @module
 */
import { openWith } from './open.js';
import { DIFF_OPTIONS, diffWith } from './diff.js';
import { checkedTarget, VALIDATE_OPTIONS, validateWith } from './validate.js';
import { bytesOf, checkedOptions, kindOf, must } from '../border/arguments.js';
import { provideCodecs } from '../border/codecs.js';
import { Core } from '../border/core.js';
import { compile, mustBeModule, ownBytes } from '../border/module.js';

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

  /**
   * What differs between two checkpoints: metadata, processes, files, sockets, mounts, memory, members, verdicts.
   * @param {import('./checkpoint.js').Checkpoint} a @param {import('./checkpoint.js').Checkpoint} b
   * @param {import('./diff.js').DiffOptions} [options]
   * @returns {Promise<import('./diff.js').Diff>}
   * @throws {TypeError} they are not opened checkpoints, or an option is wrong
   */
  async diff(a, b, options) {
    return diffWith(this, a, b, checkedOptions(options, DIFF_OPTIONS, 'diff'));
  }
}

/** @type {Promise<Ckpt> | undefined} */
let loading;
/** @type {Ckpt | undefined} */
let loaded;

/** @param {any} given */
const mustBeModuleOrCall = (given) =>
  typeof given !== 'function' && mustBeModule(given) && `${mustBeModule(given)}, or a function`;
const LOAD_OPTIONS = { wasm: mustBeModule, codecs: mustBeModuleOrCall };

/**
 * The core, ready for use. Calling it again gives the same one.
 * @param {object} [options]
 * @param {import('../border/module.js').Wasm | Promise<any>} [options.wasm] the core: compiled, as bytes, where
 *   it is, or the response to fetching it; without it the module that comes with this package is taken
 * @param {import('../border/codecs.js').Provided} [options.codecs] the same for the decoders of xz and
 *   bzip2 (codecs.wasm), or a function that gives it; loaded when a file needs it
 * @returns {Promise<Ckpt>}
 */
export async function load(options) {
  const { wasm, codecs } = checkedOptions(options, LOAD_OPTIONS, 'load');
  if (codecs !== undefined) provideCodecs(codecs);
  if (loaded) return loaded;
  loading ??= compile(wasm ?? new URL('../../dist/core.wasm', import.meta.url))
    .then((module) => WebAssembly.instantiate(module, {}))
    .then((instance) => (loaded ??= new Ckpt(instance)))
    .catch((error) => {
      loading = undefined; // another attempt may do better
      throw error;
    });
  return loading;
}

/**
 * The core, at once. Browsers may refuse that outside of workers.
 * @param {{wasm: WebAssembly.Module | BufferSource | (() => BufferSource)}} options a function is called if
 *   there is no core yet @returns {Ckpt}
 */
export function loadSync(options) {
  const { wasm: given } = checkedOptions(options, { wasm: must.any }, 'loadSync');
  if (loaded) return loaded;
  const wasm = typeof given === 'function' ? given() : given;
  const bytes = bytesOf(wasm);
  if (!bytes && !(wasm instanceof WebAssembly.Module))
    throw new TypeError(`the core must be compiled, or bytes, not ${kindOf(wasm)}`);
  const module = bytes ? new WebAssembly.Module(ownBytes(bytes)) : wasm;
  return (loaded = new Ckpt(new WebAssembly.Instance(module, {})));
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
