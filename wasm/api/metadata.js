// SPDX-License-Identifier: Apache-2.0
// The metadata files of a checkpoint, and what they say.
import { CheckpointError } from '../border/error.js';
import { KEPT } from './summary.js';

/**
 * @typedef {import('../border/core.js').Core} Core
 * @typedef {{kind: string, value: any} | {kind: string, error: CheckpointError}} Document
 * @typedef {object} Metadata
 * @property {Map<string, Uint8Array>} files by their names
 * @property {Record<string, Document>} documents those that have a kind, decoded when they are asked for
 * @property {string} [logHead] how dump.log begins, where only its end is kept
 */

/** For files of which only the tail is kept, this many leading bytes are kept, too. */
const HEAD = 4096;
const decoder = new TextDecoder();

/** @param {Core} core @param {any} kind @param {Uint8Array} bytes @returns {Document} */
function decoded(core, kind, bytes) {
  try {
    return { kind, value: core.decode(kind, bytes) };
  } catch (error) {
    if (!(error instanceof CheckpointError)) throw error;
    return { kind, error };
  }
}

/** @param {Core} core @param {Iterable<[string, Uint8Array]>} files @returns {Record<string, Document>} */
export function documentsOf(core, files) {
  const documents = Object.create(null);
  for (const [kind, bytes] of files) {
    if (!core.kinds.includes(/** @type {any} */ (kind))) continue;
    /** @type {Document | undefined} */
    let document;
    Object.defineProperty(documents, kind, {
      configurable: true,
      enumerable: true,
      get: () => (document ??= decoded(core, kind, bytes)),
    });
  }
  return documents;
}

/**
 * Of several files of one name the last counts.
 * @param {Core} core @param {import('./content.js').Content} content @returns {Metadata}
 */
export function metadataOf(core, content) {
  const start = content.prefix ? content.prefix.length + 1 : 0;
  /** @type {Map<string, Uint8Array>} */
  const files = new Map();
  /** @type {string | undefined} */
  let logHead;
  for (const [index, bytes] of content.bodies) {
    const name = content.at(index)?.name ?? '';
    const info = KEPT.byName.get(name.slice(start));
    if (!info) continue;
    const cut = info.keep === 'tail' && bytes.length > KEPT.tail;
    if (cut && info.name === 'dump.log') logHead = decoder.decode(bytes.subarray(0, HEAD));
    files.set(info.name, cut ? bytes.slice(-KEPT.tail) : bytes);
  }
  return { files, documents: documentsOf(core, files), logHead };
}

/** Those of an image, and of the checkpoint in it. @param {Metadata} outer @param {Metadata} inner @returns {Metadata} */
export function joined(outer, inner) {
  const documents = Object.create(null);
  for (const { documents: some } of [outer, inner])
    Object.defineProperties(documents, Object.getOwnPropertyDescriptors(some));
  return { files: new Map([...outer.files, ...inner.files]), documents, logHead: inner.logHead };
}
