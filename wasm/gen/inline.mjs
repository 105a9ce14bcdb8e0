// SPDX-License-Identifier: Apache-2.0
// node wasm/gen/inline.mjs dist/core.wasm dist/codecs.wasm dist/inline.js: the core as a module that needs no other file,
// with the licences of what is compiled in, which are to go along.
import { readFileSync, writeFileSync } from 'node:fs';

const [, , wasmPath, codecsPath, outPath] = process.argv;
const base64 = (/** @type {string} */ path) => readFileSync(path).toString('base64');
/** As a comment, which they must not end. */
const notices = readFileSync('dist/THIRD-PARTY-NOTICES.txt', 'utf8').replaceAll('*/', '* /');

writeFileSync(
  outPath,
  `// SPDX-License-Identifier: Apache-2.0
// Generated from core.wasm and codecs.wasm: the same API, with the core inside.
import { load as loadCore, openCheckpoint as openWithCore } from '../wasm/api/index.js';
export { ArchiveError, Checkpoint, CheckpointError, ResourceError, loadSync } from '../wasm/api/index.js';

const core =
  '${base64(wasmPath)}';
const decoders =
  '${base64(codecsPath)}';
/** @param {string} base64 */
const bytes = (base64) => Uint8Array.from(atob(base64), (c) => c.charCodeAt(0));

/** The core, ready for use. Calling it again gives the same one. @type {typeof loadCore} */
export async function load(options) {
  const named = options === undefined ? {} : options;
  if (Object.prototype.toString.call(named) !== '[object Object]') return loadCore(named);
  const wasm = named.wasm ?? bytes(core);
  return loadCore({ ...named, wasm, codecs: named.codecs ?? (() => bytes(decoders)) });
}

/** Opens a checkpoint; see wasm/api/index.js. @type {typeof openWithCore} */
export async function openCheckpoint(source, options) {
  await load();
  return openWithCore(source, options);
}

/*! @license
${notices}*/
`,
);
