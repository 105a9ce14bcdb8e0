// SPDX-License-Identifier: Apache-2.0
// node wasm/gen/tables.mjs build/wasm/tables.wasm dist/tables.js dist/criu-tables.js: the core's tables for JavaScript
// (wasm/border/tables.c).
import { readFileSync, writeFileSync } from 'node:fs';

const [, , wasmPath, outPath, imagesPath] = process.argv;
const { instance } = await WebAssembly.instantiate(readFileSync(wasmPath), {});
const { memory, _initialize, ckpt_wasm_tables, ckpt_wasm_image_tables } = /** @type {any} */ (
  instance.exports
);
_initialize();

/** @param {() => number} tablesAt @returns {any} */
function read(tablesAt) {
  const [address, length] = new Uint32Array(memory.buffer, tablesAt(), 2);
  return JSON.parse(new TextDecoder().decode(new Uint8Array(memory.buffer, address, length)));
}

const tables = read(ckpt_wasm_tables);

// JavaScript looks the names up by their numbers.
for (const table of ['types', 'dialects', 'ends', 'compressions', 'events', 'stops']) {
  const numbers = Object.entries(tables.archive[table]);
  tables.archive[table] = Object.fromEntries(numbers.map(([name, number]) => [number, name]));
}

// Fields of C structs and limits, as JavaScript spells them.
const camel = (/** @type {string} */ name) =>
  name.replace(/_([a-z])/g, (_, letter) => letter.toUpperCase());
for (const group of ['result', 'limits'])
  tables.border[group] = Object.fromEntries(
    Object.entries(tables.border[group]).map(([name, number]) => [camel(name), number]),
  );

/** A module that exports each table. @param {string} path @param {Record<string, any>} all */
function write(path, all) {
  const lines = Object.entries(all).map(([name, table]) =>
    name === 'enums' // their members are types, too
      ? `export const ${name} = /** @type {const} */ (${JSON.stringify(table)});\n`
      : `export const ${name} = ${JSON.stringify(table)};\n`,
  );
  writeFileSync(
    path,
    `// SPDX-License-Identifier: Apache-2.0\n// Generated from the core, which it fits and no other.\n${lines.join('')}`,
  );
}

write(outPath, tables);
write(imagesPath, read(ckpt_wasm_image_tables));
