// SPDX-License-Identifier: Apache-2.0
// The JavaScript side of exports_session.c: what member names mean, and the summary.
import { noMemory } from './admission.js';
import { border, members as table } from '../../dist/tables.js';

const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

/** What a streaming reader does with a member: as ckpt_member_use() answers. */
export const USE = border.uses;

/**
 * @typedef {{name: string, role: string, start?: boolean, keep?: 'whole' | 'tail', kind?: boolean}} MemberInfo
 */

const kept = /** @type {MemberInfo[]} */ (table.members).filter(({ keep }) => keep);

/** The members whose content is kept, by their names; of some only the last bytes. */
export const KEPT = {
  /** @type {number} */ tail: table.tail,
  names: kept.map(({ name }) => name),
  byName: new Map(kept.map((info) => [info.name, info])),
};

/** @param {any} exports @param {number} at of {address, length} @returns {string} */
export function textAt(exports, at) {
  const [address, length] = new Uint32Array(exports.memory.buffer, at, 2);
  return decoder.decode(new Uint8Array(exports.memory.buffer, address, length));
}

/**
 * Calls `run` with the address of a copy of `bytes` in the core's memory.
 * @template T @param {any} exports @param {Uint8Array} bytes @param {(at: number) => T} run @returns {T}
 */
export function withBytes(exports, bytes, run) {
  const at = exports.ckpt_wasm_allocate(bytes.length || 1);
  if (!at) throw noMemory();
  try {
    new Uint8Array(exports.memory.buffer, at, bytes.length).set(bytes);
    return run(at);
  } finally {
    exports.ckpt_wasm_release(at);
  }
}

/** What to do with a member that is being read. @param {any} exports @param {import('./archive-members.js').Brief} brief @returns {number} */
export const useOf = (exports, { nameAt, nameLength, size }) =>
  exports.ckpt_wasm_member_use(nameAt, nameLength, size);

/** @param {any} exports @param {string} name @param {number} size @returns {number} */
export function memberUse(exports, name, size) {
  const bytes = encoder.encode(name);
  return withBytes(exports, bytes, (at) => exports.ckpt_wasm_member_use(at, bytes.length, size));
}

/** Summaries, and bytes of files, that stay in the core for validations that may follow. */
const LATEST = 4;
const LATEST_BYTES = 2 ** 25;

/** Frees sessions that nobody freed. @type {FinalizationRegistry<{exports: any, handle: number}>} */
const forgotten = new FinalizationRegistry(({ exports, handle }) =>
  exports.ckpt_wasm_session_free(handle),
);

/** A summary in the core: what is known of one checkpoint, decoded. It may be dropped at any time. */
export class Summary {
  /** The latest last. @type {Set<Summary>} */
  static #kept = new Set();
  #exports;
  /** Bytes of its files. */
  #size = 0;
  /** 0 once it is dropped. */
  handle;

  /** @param {any} exports @param {string} [prefix] directory of the checkpoint in the archive */
  constructor(exports, prefix = '') {
    this.#exports = exports;
    const name = encoder.encode(prefix);
    this.handle = withBytes(exports, name, (at) => exports.ckpt_wasm_session_new(at, name.length));
    if (!this.handle) throw noMemory();
    forgotten.register(this, { exports, handle: this.handle }, this);
  }

  /** @param {Iterable<[string, Uint8Array]>} files */
  addFiles(files) {
    const exports = this.#exports;
    for (const [name, bytes] of files) {
      this.#size += bytes.length;
      const room = exports.ckpt_wasm_session_reserve(this.handle, bytes.length);
      if (!room) throw noMemory();
      new Uint8Array(exports.memory.buffer, room, bytes.length).set(bytes);
      const nameBytes = encoder.encode(name);
      const done = withBytes(exports, nameBytes, (at) =>
        exports.ckpt_wasm_session_file(this.handle, at, nameBytes.length, room, bytes.length),
      );
      if (!done) throw noMemory();
    }
  }

  /** @param {Iterable<Uint8Array>} records of the members */
  addRecords(records) {
    const exports = this.#exports;
    for (const bytes of records)
      withBytes(exports, bytes, (at) =>
        exports.ckpt_wasm_session_records(this.handle, at, bytes.length),
      );
  }

  /** @param {number} size of the archive @param {boolean} directory @returns {any} see src/checkpoint/checkpoint.h */
  finish(size, directory) {
    const exports = this.#exports;
    const answer = exports.ckpt_wasm_session_summary(this.handle, size, directory ? 1 : 0);
    const text = textAt(exports, answer);
    if (text === '') throw noMemory();
    return JSON.parse(text);
  }

  /** Lets it stay in the core for a while. */
  keep() {
    Summary.#kept.add(this);
    let bytes = 0;
    for (const summary of Summary.#kept) bytes += summary.#size;
    for (const summary of Summary.#kept) {
      if (summary === this || (Summary.#kept.size <= LATEST && bytes <= LATEST_BYTES)) break;
      bytes -= summary.#size;
      summary.drop();
    }
  }

  /** Gives the memory of all back that only may be of use. */
  static dropAll() {
    for (const summary of Summary.#kept) summary.drop();
  }

  /** Frees its memory. */
  drop() {
    Summary.#kept.delete(this);
    if (!this.handle) return;
    forgotten.unregister(this);
    this.#exports.ckpt_wasm_session_free(this.handle);
    this.handle = 0;
  }
}
