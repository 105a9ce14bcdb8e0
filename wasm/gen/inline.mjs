// SPDX-License-Identifier: Apache-2.0
// node wasm/gen/inline.mjs dist/core.wasm dist/codecs.wasm dist: inline.js and node-inline.js, the API for pages and for Node
// with the core inside (inline-modules.js), and with the licences of what is compiled in, which are to go along.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as node from '../api/node.js';

const [, , wasmPath, codecsPath, folder] = process.argv;
const base64 = (/** @type {string} */ path) => readFileSync(path).toString('base64');
/** As a comment, which they must not end. */
const notices = readFileSync('dist/THIRD-PARTY-NOTICES.txt', 'utf8').replaceAll('*/', '* /');

/** @param {string} name @param {string} text @param {string} [after] */
const write = (name, text, after = '') =>
  writeFileSync(
    join(folder, name),
    `// SPDX-License-Identifier: Apache-2.0\n// Generated from core.wasm and codecs.wasm${text}${after}`,
  );
const licences = `\n/*! @license\n${notices}*/\n`;

write(
  'inline-modules.js',
  `, in base64.
const core =
  '${base64(wasmPath)}';
const decoders =
  '${base64(codecsPath)}';
/** @param {string} base64 */
const bytes = (base64) => Uint8Array.from(atob(base64), (c) => c.charCodeAt(0));

/** @type {{core(): Uint8Array<ArrayBuffer>, codecs(): Uint8Array<ArrayBuffer>}} */
export const modules = { core: () => bytes(core), codecs: () => bytes(decoders) };
`,
);
write(
  'inline.js',
  `: the same API, with the core inside.
import { load as loadCore, openCheckpoint as openWithCore } from '../wasm/api/index.js';
import { modules } from './inline-modules.js';
export { ArchiveError, Checkpoint, CheckpointError, ResourceError, loadSync } from '../wasm/api/index.js';

/** The core, ready for use. Calling it again gives the same one. @type {typeof loadCore} */
export async function load(options) {
  const named = options === undefined ? {} : options;
  if (Object.prototype.toString.call(named) !== '[object Object]') return loadCore(named);
  const wasm = named.wasm ?? modules.core();
  return loadCore({ ...named, wasm, codecs: named.codecs ?? modules.codecs });
}

/** Opens a checkpoint; see wasm/api/index.js. @type {typeof openWithCore} */
export async function openCheckpoint(source, options) {
  await load();
  return openWithCore(source, options);
}
`,
  licences,
);
// What is exported here is made here: bundlers leave out a module that only hands on, and what it does with it.
write(
  'node-inline.js',
  `: the API for Node, with the core inside.
import * as node from '../wasm/api/node.js';
import { provideModules } from '../wasm/api/node-modules.js';
import { modules } from './inline-modules.js';

provideModules((name) => (name === 'core.wasm' ? modules.core() : modules.codecs()));

${Object.keys(node)
  .map((name) => `export const ${name} = node.${name};\n`)
  .join('')}`,
  licences,
);
