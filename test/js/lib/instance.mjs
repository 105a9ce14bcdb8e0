// SPDX-License-Identifier: Apache-2.0
// Instances of the core of their own, beside the one that load() shares.

let count = 0;

/**
 * A new copy of the module's entry, with a `load` that has not run yet.
 * @returns {Promise<typeof import('../../../wasm/api/index.js')>}
 */
export const freshModule = () => import(`../../../wasm/api/index.js?copy=${++count}`);

/** A new instance, and the WebAssembly memory that it works in. */
export async function freshInstance() {
  const { instantiate } = WebAssembly;
  /** @type {any} */
  let instance;
  WebAssembly.instantiate = /** @type {any} */ (
    async (/** @type {any} */ ...parameters) => {
      const result = /** @type {any} */ (await Reflect.apply(instantiate, WebAssembly, parameters));
      instance = result.instance ?? result;
      return result;
    }
  );
  try {
    const { load } = await freshModule();
    const ckpt = await load();
    return { ckpt, size: () => instance.exports.memory.buffer.byteLength };
  } finally {
    WebAssembly.instantiate = instantiate;
  }
}

const encoder = new TextEncoder();

/** UTF-8 of a text. @param {string} text */
export const utf8 = (text) => encoder.encode(text);
