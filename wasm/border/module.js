// SPDX-License-Identifier: Apache-2.0
// WebAssembly modules, wherever they come from.

/**
 * @param {WebAssembly.Module | BufferSource | URL} wasm the module, its bytes, or where it is
 * @returns {Promise<WebAssembly.Module>}
 */
export async function compile(wasm) {
  if (wasm instanceof WebAssembly.Module) return wasm;
  if (wasm instanceof ArrayBuffer || ArrayBuffer.isView(wasm)) {
    // Not every engine takes a DataView, or memory that is shared.
    const bytes = ArrayBuffer.isView(wasm)
      ? new Uint8Array(wasm.buffer, wasm.byteOffset, wasm.byteLength)
      : new Uint8Array(wasm);
    return WebAssembly.compile(bytes.slice());
  }

  const url = new URL(wasm);
  // Node cannot fetch files; this way to its file system needs no import, which bundlers would follow.
  const fs =
    url.protocol === 'file:' &&
    /** @type {any} */ (globalThis).process?.getBuiltinModule?.('node:fs');
  if (fs) return WebAssembly.compile(fs.readFileSync(url));

  const response = await fetch(url);
  if (!response.ok)
    throw new Error(`${url} could not be loaded: ${response.status} ${response.statusText}`);
  const streamed =
    response.headers.get('content-type') === 'application/wasm' && WebAssembly.compileStreaming;
  return streamed
    ? WebAssembly.compileStreaming(response)
    : WebAssembly.compile(await response.arrayBuffer());
}
