// SPDX-License-Identifier: Apache-2.0
// WebAssembly modules, wherever they come from.
import { bytesOf, kindOf } from './arguments.js';

/** @typedef {WebAssembly.Module | BufferSource | URL | string | Response} Wasm */

/**
 * @param {Wasm | Promise<any>} given the module, its bytes, where it is, or the response to fetching it
 * @returns {Promise<WebAssembly.Module>}
 * @throws {TypeError} if it is nothing of that @throws {Error} if it cannot be loaded: says what can be done
 */
export async function compile(given) {
  const wasm = /** @type {any} */ (await given);
  if (wasm instanceof WebAssembly.Module) return wasm;
  const bytes = bytesOf(wasm);
  if (bytes) return WebAssembly.compile(ownBytes(bytes));
  const response = typeof wasm?.arrayBuffer === 'function' ? wasm : await fetched(wasm);
  if (response instanceof Uint8Array) return WebAssembly.compile(ownBytes(response));
  const { ok, url, status, statusText, headers } = response;
  if (!ok) throw new Error(`${url} could not be loaded: ${status} ${statusText}. ${remedy(url)}`);
  const streamed =
    headers.get('content-type') === 'application/wasm' && WebAssembly.compileStreaming;
  return streamed
    ? WebAssembly.compileStreaming(response)
    : WebAssembly.compile(await response.arrayBuffer());
}

/** Not every engine compiles memory that is shared. @param {Uint8Array} bytes @returns {Uint8Array<ArrayBuffer>} */
export const ownBytes = (bytes) =>
  Object.prototype.toString.call(bytes.buffer) === '[object SharedArrayBuffer]'
    ? bytes.slice()
    : /** @type {Uint8Array<ArrayBuffer>} */ (bytes);

/** @param {any} wasm where it is @returns {Promise<any>} a response, or bytes */
async function fetched(wasm) {
  if (typeof wasm !== 'string' && typeof wasm?.href !== 'string')
    throw new TypeError(
      `a module must be compiled, bytes, a URL or a response, not ${kindOf(wasm)}`,
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
    throw new Error(`${url} could not be loaded: ${message}. ${remedy(url.href)}`, { cause });
  }
}

/** @param {string} url */
const remedy = (url) =>
  /codecs\.wasm/.test(url)
    ? 'Copy container-checkpoint/codecs.wasm there, or tell where it is by load({ codecs })'
    : 'Copy container-checkpoint/core.wasm there, tell where it is by load({ wasm }), or import ' +
      'container-checkpoint/inline, which has it inside';
