// SPDX-License-Identifier: Apache-2.0
// Files that are made of a checkpoint, to be saved: a copy without secrets, an image, the core file of a process.
import { build, redact } from '../../wasm/api/write.js';
import { openCheckpoint } from '../../wasm/api/index.js';
import { K } from '../text/make.js';

/** What is held until it becomes a part of a blob, which browsers keep on disk. */
const CHUNK = 2 ** 25;
/** Larger core files are mostly zeros, which a blob, unlike a file, has to hold. */
const LARGEST_CORE = 2 ** 34;
/** Zeros between what a core file holds, as one blob that is used again and again. */
const ZEROS = 2 ** 20;

/** @typedef {{what: 'redacted' | 'image' | 'core', pid?: number}} Wanted */
/** @typedef {{blob: Blob, said: string}} Made said: what there is to say about it */

/** Pieces put into a blob, without holding them all. */
class Collector {
  #whole = new Blob();
  /** @type {Uint8Array<ArrayBuffer>[]} */
  #pieces = [];
  #held = 0;

  /** @param {Uint8Array} piece */
  add(piece) {
    this.#pieces.push(piece.slice());
    this.#held += piece.length;
    if (this.#held >= CHUNK) this.#flush();
  }

  #flush() {
    this.#whole = new Blob([this.#whole, ...this.#pieces]);
    this.#pieces = [];
    this.#held = 0;
  }

  get blob() {
    this.#flush();
    return this.#whole;
  }
}

/** @param {AsyncIterable<Uint8Array>} pieces @param {AbortSignal} signal */
async function blobOf(pieces, signal) {
  const all = new Collector();
  for await (const piece of pieces) {
    signal.throwIfAborted();
    all.add(piece);
  }
  return all.blob;
}

/**
 * @param {any} checkpoint
 * @param {() => Promise<any>} dumpOf opens its images
 * @param {Wanted} wanted
 * @param {AbortSignal} signal
 * @returns {Promise<Made>}
 */
export async function make(checkpoint, dumpOf, { what, pid }, signal) {
  if (what === 'core') {
    const { memory } = await dumpOf();
    return { blob: await coreOf(memory, Number(pid), signal), said: '' };
  }
  if (what === 'image') {
    const { tar, manifest } = await build(checkpoint, { compress: 'gzip' });
    return { blob: await blobOf(tar(), signal), said: K.built(manifest.digest) };
  }
  const { tar, manifest, left } = await redact(checkpoint, { compress: 'gzip' });
  const blob = await blobOf(tar(), signal);
  // It is only given out once it was read again and nothing was found in it.
  const copy = await openCheckpoint(blob, { signal });
  try {
    const found = await left(copy);
    if (found.length > 0) throw new Error(K.left(found.length));
  } finally {
    await copy.close();
  }
  return { blob, said: K.cut(manifest) };
}

/** @param {any} memory of the API @param {number} pid @param {AbortSignal} signal */
async function coreOf(memory, pid, signal) {
  const { size } = memory.core(pid);
  if (size > LARGEST_CORE) throw new Error(K.tooLarge);
  /** @type {{position: number, length: number, blob: Blob}[]} */
  const parts = [];
  for await (const { position, bytes } of memory.coreFile(pid, signal)) {
    signal.throwIfAborted();
    const last = parts.at(-1);
    if (last && last.position + last.length === position && last.length < CHUNK) {
      last.blob = new Blob([last.blob, bytes]);
      last.length += bytes.length;
    } else parts.push({ position, length: bytes.length, blob: new Blob([bytes]) });
  }
  parts.sort((a, b) => a.position - b.position);
  const zeros = new Blob([new Uint8Array(ZEROS)]);
  /** @type {Blob[]} */
  const list = [];
  let at = 0;
  const fill = (/** @type {number} */ to) => {
    for (; at + ZEROS <= to; at += ZEROS) list.push(zeros);
    if (at < to) list.push(zeros.slice(0, to - at));
    at = to;
  };
  for (const { position, length, blob } of parts) {
    fill(position);
    list.push(blob);
    at = position + length;
  }
  fill(size);
  return new Blob(list);
}
