// SPDX-License-Identifier: Apache-2.0
// Where the C core's records have which field, as it says itself (src/archive/layout.c).

const decoder = new TextDecoder();

/** The C tables, per instance of the core. @type {WeakMap<object, any>} */
const layouts = new WeakMap();

/** The tables by name, each number with its name. @param {any} exports */
export function layoutOf(exports) {
  let layout = layouts.get(exports);
  if (!layout) {
    const size = exports.ckpt_wasm_archive_layout(0, 0);
    const at = exports.ckpt_wasm_allocate(size);
    exports.ckpt_wasm_archive_layout(at, size);
    layout = JSON.parse(decoder.decode(new Uint8Array(exports.memory.buffer, at, size)));
    exports.ckpt_wasm_release(at);
    for (const table of ['types', 'dialects', 'ends', 'compressions', 'events']) {
      layout[table] = invert(layout[table]);
    }
    layouts.set(exports, layout);
  }
  return layout;
}

/** @param {Record<string, number>} table @returns {string[]} */
function invert(table) {
  /** @type {string[]} */
  const list = [];
  for (const [name, value] of Object.entries(table)) list[value] = name;
  return list;
}

/** Reads one field of a C struct. @param {DataView} view @param {number} at @param {[number, string]} field */
export function field(view, at, [offset, type]) {
  if (type === 'uint64_t') return Number(view.getBigUint64(at + offset, true));
  if (type === 'int64_t') return Number(view.getBigInt64(at + offset, true));
  return view.getUint32(at + offset, true);
}

/** The names of the bits that are set. @param {number} bits @param {Record<string, number>} names */
export function flagNames(bits, names) {
  return Object.keys(names).filter((name) => bits & names[name]);
}
