// SPDX-License-Identifier: Apache-2.0
// WebAssembly modules, wherever they come from.
import { bytesOf, kindOf } from './arguments.js';

/** @typedef {WebAssembly.Module | BufferSource | URL | string | Response} Wasm */

const EXPECTED =
  'a compiled module, its bytes, where it is (a URL, or in Node a path), a response, or a promise of one of them';

/** Whether this may be a module: for options. What a promise gives is looked at when it comes. @param {any} given */
export const mustBeModule = (given) =>
  !(
    given instanceof WebAssembly.Module ||
    bytesOf(given) ||
    (typeof given === 'string' && given !== '') ||
    typeof given?.href === 'string' ||
    typeof given?.arrayBuffer === 'function' ||
    typeof given?.then === 'function'
  ) && EXPECTED;

/**
 * @param {Wasm | Promise<any>} given the module, its bytes, where it is, or the response to fetching it
 * @returns {Promise<WebAssembly.Module>}
 * @throws {TypeError} if it is nothing of that @throws {Error} if it cannot be loaded: says what can be done
 */
export async function compile(given) {
  const wasm = /** @type {any} */ (await given);
  if (wasm instanceof WebAssembly.Module) return wasm;
  const bytes = bytesOf(wasm);
  // Not every engine takes a DataView, or memory that is shared.
  if (bytes) return compileBytes(ownBytes(bytes), 'what was given');
  const response = typeof wasm?.arrayBuffer === 'function' ? wasm : await fetched(wasm);
  if (response instanceof Uint8Array) return compileBytes(ownBytes(response), String(wasm));
  const { ok, status, statusText, headers } = response;
  const url = response.url || 'the response';
  if (!ok) throw new Error(`${url} could not be loaded: ${status} ${statusText}. ${remedy(url)}`);
  const streamed =
    headers.get('content-type') === 'application/wasm' && WebAssembly.compileStreaming;
  if (!streamed) return compileBytes(await response.arrayBuffer(), url);
  return WebAssembly.compileStreaming(response).catch((cause) => refuse(cause, url));
}

/** @param {BufferSource} bytes @param {string} where for messages */
const compileBytes = (bytes, where) =>
  WebAssembly.compile(bytes).catch((cause) => refuse(cause, where));

/** A server may answer with a page of its own where there is no such file. @param {unknown} cause @param {string} where @returns {never} */
function refuse(cause, where) {
  if (!(cause instanceof WebAssembly.CompileError)) throw cause;
  throw new Error(`${where} is no WebAssembly module: ${cause.message}. ${remedy(where)}`, {
    cause,
  });
}

/** A module of Node, by a way that bundlers do not follow; undefined elsewhere. @param {string} name */
const builtin = (name) => /** @type {any} */ (globalThis).process?.getBuiltinModule?.(name);

/**
 * @param {string | URL} wasm where it is: in a page relative to that (as some bundlers make it), in Node, if it is no
 *   URL, a path
 * @returns {URL}
 */
function addressOf(wasm) {
  const text = String(wasm);
  const base = /** @type {any} */ (globalThis).location?.href;
  // One letter before the colon is a drive of Windows.
  const path = !/^[a-z][a-z\d+.-]+:/i.test(text) && base === undefined;
  const url = path && builtin('node:url');
  if (url) return url.pathToFileURL(text);
  try {
    return new URL(text, base);
  } catch (cause) {
    throw new TypeError(
      `${JSON.stringify(text)} is no address of a module, and here is nothing that it could be relative to: give a whole URL`,
      { cause },
    );
  }
}

/** Not every engine compiles memory that is shared. @param {Uint8Array} bytes @returns {Uint8Array<ArrayBuffer>} */
export const ownBytes = (bytes) =>
  Object.prototype.toString.call(bytes.buffer) === '[object SharedArrayBuffer]'
    ? bytes.slice()
    : /** @type {Uint8Array<ArrayBuffer>} */ (bytes);

/** @param {any} wasm where it is @returns {Promise<any>} a response, or bytes */
async function fetched(wasm) {
  if (mustBeModule(wasm)) throw new TypeError(`a module must be ${EXPECTED}, not ${kindOf(wasm)}`);
  const url = addressOf(wasm);
  // Node cannot fetch files.
  const fs = url.protocol === 'file:' && builtin('node:fs');
  try {
    return fs ? new Uint8Array(fs.readFileSync(url)) : await fetch(url);
  } catch (cause) {
    const { message } = /** @type {Error} */ (cause);
    throw new Error(`${url} could not be loaded: ${message}. ${remedy(url.href)}`, { cause });
  }
}

/** @param {string} url */
function remedy(url) {
  const name = /\/(codecs|core\.debug)\.wasm/.exec(url)?.[1] ?? 'core';
  const copy = `Copy container-checkpoint/${name}.wasm there,`;
  if (name === 'codecs') return `${copy} or tell where it is by load({ codecs })`;
  if (name === 'core.debug') return `${copy} or tell where it is by load({ wasm })`;
  return `${copy} tell where it is by load({ wasm }), or import container-checkpoint/inline, which has it inside`;
}
