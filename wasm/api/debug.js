// SPDX-License-Identifier: Apache-2.0
/**
 * The same API with a core for debugging: its functions have names in stack traces, and undefined behaviour in C traps
 * at once. It is larger and slower.
 * @module
 */
import { load as loadCore, openCheckpoint as openWithCore } from './index.js';

export { ArchiveError, Checkpoint, CheckpointError, loadSync, ResourceError } from './index.js';

/** The core, ready for use. Calling it again gives the same one. @type {typeof loadCore} */
export async function load(options) {
  const named = options === undefined ? {} : options;
  const plain = Object.prototype.toString.call(named) === '[object Object]'; // no promise, no list
  if (!plain || named.wasm !== undefined) return loadCore(named);
  const wasm = new URL('../../dist/core.debug.wasm', import.meta.url);
  return loadCore({ ...named, wasm });
}

/** Opens a checkpoint; see index.js. @type {typeof openWithCore} */
export async function openCheckpoint(source, options) {
  await load();
  return openWithCore(source, options);
}
