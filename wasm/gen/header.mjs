// SPDX-License-Identifier: Apache-2.0
// node wasm/gen/header.mjs src/ckpt.h dist/ckpt.h: the public header with all that it includes from src/, so that one file
// is enough. Macro lists stay macros: the header describes each field once, as the sources do.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

const [, , from, to] = process.argv;
const root = dirname(from);

/** @param {string} path @returns {string} the text of a file with its own #include "…" filled in */
function filledIn(path) {
  const text = readFileSync(path, 'utf8').replace(/^\/\* SPDX-License-Identifier: .* \*\/\n/, '');
  return text.replace(/^#include "([^"]+)"\n/gm, (_, name) => {
    const beside = join(dirname(path), name);
    return filledIn(existsSync(beside) ? beside : join(root, name));
  });
}

writeFileSync(
  to,
  `/* SPDX-License-Identifier: Apache-2.0 */\n/* Generated from ${from} and what it includes. */\n${filledIn(from)}`,
);
