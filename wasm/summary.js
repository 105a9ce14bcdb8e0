// SPDX-License-Identifier: Apache-2.0
// The JavaScript side of exports_checkpoint.c: what member names mean, and the summary.

const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

/** What a streaming reader does with a member: as ckpt_member_wish() answers. */
export const WISH = { nothing: 0, keep: 1, archive: 2 };

/**
 * @typedef {{name: string, role: string, start?: boolean, keep?: 'whole' | 'tail', kind?: boolean}} MemberInfo
 * @typedef {{tail: number, members: MemberInfo[], patterns: string[], kept: Map<string, MemberInfo>}} MemberTable
 */

/** @type {WeakMap<object, MemberTable>} */
const tables = new WeakMap();

/** @param {any} exports @param {number} at of {address, length} @returns {string} */
function textAt(exports, at) {
  const [address, length] = new Uint32Array(exports.memory.buffer, at, 2);
  return decoder.decode(new Uint8Array(exports.memory.buffer, address, length));
}

/**
 * Calls `run` with the address of a copy of `bytes` in the core's memory.
 * @template T @param {any} exports @param {Uint8Array} bytes @param {(at: number) => T} run @returns {T}
 */
function withBytes(exports, bytes, run) {
  const at = exports.ckpt_wasm_allocate(bytes.length || 1);
  if (!at) throw new RangeError('there is not enough memory');
  try {
    new Uint8Array(exports.memory.buffer, at, bytes.length).set(bytes);
    return run(at);
  } finally {
    exports.ckpt_wasm_release(at);
  }
}

/** The table of member names. @param {any} exports @returns {MemberTable} */
export function memberTable(exports) {
  let table = tables.get(exports);
  if (!table) {
    table = /** @type {MemberTable} */ (JSON.parse(textAt(exports, exports.ckpt_wasm_members())));
    const kept = table.members.filter(({ keep }) => keep);
    table.patterns = kept.map(({ name }) => name);
    table.kept = new Map(kept.map((info) => [info.name, info]));
    tables.set(exports, table);
  }
  return table;
}

/** @param {any} exports @param {string} name @param {number} size @returns {number} */
export function memberWish(exports, name, size) {
  const bytes = encoder.encode(name);
  return withBytes(exports, bytes, (at) => exports.ckpt_wasm_wish(at, bytes.length, size));
}

/**
 * @param {any} exports
 * @param {object} facts
 * @param {Iterable<Uint8Array>} facts.records of the members
 * @param {Iterable<[string, Uint8Array]>} facts.files
 * @param {number} facts.size of the archive
 * @param {boolean} [facts.directory]
 * @param {string} [facts.prefix] directory of the checkpoint in the archive
 * @returns {any} see src/checkpoint/checkpoint.h
 */
export function summarize(exports, { records, files, size, directory = false, prefix = '' }) {
  const directoryName = encoder.encode(prefix);
  const handle = withBytes(exports, directoryName, (at) =>
    exports.ckpt_wasm_summary_new(at, directoryName.length),
  );
  if (!handle) throw new RangeError('there is not enough memory');
  try {
    for (const bytes of records) {
      withBytes(exports, bytes, (at) =>
        exports.ckpt_wasm_summary_records(handle, at, bytes.length),
      );
    }
    for (const [name, bytes] of files) {
      const nameBytes = encoder.encode(name);
      const done = withBytes(exports, nameBytes, (nameAt) =>
        withBytes(exports, bytes, (at) =>
          exports.ckpt_wasm_summary_file(handle, nameAt, nameBytes.length, at, bytes.length),
        ),
      );
      if (!done) throw new RangeError('there is not enough memory');
    }
    const answer = exports.ckpt_wasm_summary_finish(handle, size, directory ? 1 : 0);
    const text = textAt(exports, answer);
    if (text === '') throw new RangeError('there is not enough memory');
    return JSON.parse(text);
  } finally {
    exports.ckpt_wasm_summary_free(handle);
  }
}
