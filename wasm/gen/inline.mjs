// SPDX-License-Identifier: Apache-2.0
// node wasm/gen/inline.mjs dist/core.wasm dist/inline.js: the core as a module that needs no other file.
import { readFileSync, writeFileSync } from 'node:fs';

const [, , wasmPath, outPath] = process.argv;
const base64 = readFileSync(wasmPath).toString('base64');

writeFileSync(
  outPath,
  `// SPDX-License-Identifier: Apache-2.0
// Generated from core.wasm: the same API, with the core inside.
import { load as loadCore, openCheckpoint as openWithCore } from '../wasm/api/index.js';
export { ArchiveError, Checkpoint, CheckpointError } from '../wasm/api/index.js';

const base64 =
  '${base64}';

/** The core, ready for use. Calling it again gives the same one. @param {{wasm?: WebAssembly.Module | BufferSource | URL}} [options] */
export function load({ wasm } = {}) {
  return loadCore({ wasm: wasm ?? Uint8Array.from(atob(base64), (c) => c.charCodeAt(0)) });
}

/** Opens a checkpoint; see wasm/api/index.js. @type {typeof openWithCore} */
export async function openCheckpoint(source, options) {
  await load();
  return openWithCore(source, options);
}
`,
);
