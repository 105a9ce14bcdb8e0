// SPDX-License-Identifier: Apache-2.0
// The bytes of a redacted archive.
import { pieces } from './redact-layers.js';
import { overwrite } from './redact.js';
import { BLOCK, setChecksum, setSize, sizeOf } from './tar-header.js';

/**
 * @typedef {import('./redact-layers.js').Edit} Edit
 * @typedef {import('./redact-layers.js').Layer} Layer
 * @typedef {import('./redact-layers.js').Segment} Segment
 * @typedef {{size: number, read: () => Iterable<Uint8Array> | AsyncIterable<Uint8Array>}} Rebuilt a compressed
 *   member, compressed again
 */

/** Overwrites pieces that come in order. */
class Overwriter {
  #edits;
  #next = 0;
  /** @type {Edit[]} */
  #open = [];

  /** @param {readonly Edit[]} edits by place */
  constructor(edits) {
    this.#edits = edits;
  }

  /** @param {number} offset @param {Uint8Array} bytes, which are changed @returns {boolean} whether anything was */
  apply(offset, bytes) {
    const end = offset + bytes.length;
    while (this.#next < this.#edits.length && this.#edits[this.#next].offset < end)
      this.#open.push(this.#edits[this.#next++]);
    const some = this.#open.length > 0;
    for (const edit of this.#open) overwrite(bytes, offset, edit);
    this.#open = this.#open.filter((edit) => edit.offset + edit.length > end);
    return some;
  }
}

/** Headers that were changed: their checksums. @param {Uint8Array} bytes of all headers of a member @param {number | undefined} size of its content, if that is new */
function mendHeads(bytes, size) {
  for (let at = 0; at + BLOCK <= bytes.length;) {
    const block = bytes.subarray(at, at + BLOCK);
    const extends_ = 'xgLK'.includes(String.fromCharCode(block[156]));
    const length = sizeOf(block);
    if (!extends_ && size !== undefined) setSize(block, size);
    setChecksum(block);
    if (!extends_) return;
    at += BLOCK + Math.ceil(length / BLOCK) * BLOCK;
  }
}

/**
 * A layer with its edits.
 * @param {Layer} layer
 * @param {{dropped?: (member: string) => boolean, rebuilt?: Map<Layer, Rebuilt>}} [options]
 * @returns {AsyncGenerator<Uint8Array>}
 */
export async function* redacted(layer, { dropped = () => false, rebuilt = new Map() } = {}) {
  const edits = new Overwriter(layer.edits);
  const byStart = new Map(layer.segments.map((segment) => [segment.from, segment]));
  /** @type {Uint8Array[]} */
  let head = [];
  let leaves = false; // padding of what is dropped
  let skip = 0; // padding of what is written anew
  for await (const { segment, offset, bytes: lent, last } of pieces(layer)) {
    if (segment.kind !== 'gap') leaves = dropped(segment.member);
    if (leaves && segment.to !== Infinity) continue;
    let bytes = lent.slice();
    if (segment.kind === 'gap' && skip > 0) {
      const count = Math.min(skip, bytes.length);
      skip -= count;
      bytes = bytes.subarray(count);
    }
    const changed = edits.apply(offset + lent.length - bytes.length, bytes);
    if (segment.kind === 'head') {
      head.push(bytes);
      if (!last) continue;
      const whole = joined(head);
      head = [];
      const again = segment.rebuilt ?? rebuiltOf(byStart.get(segment.to), rebuilt);
      if (changed || again) mendHeads(whole, again?.size);
      yield whole;
      if (segment.rebuilt) yield* contentOf(segment.rebuilt);
      continue;
    }
    const again = rebuiltOf(segment, rebuilt);
    if (!again) {
      yield bytes;
      continue;
    }
    if (!last) continue;
    yield* contentOf(again);
    skip = -(segment.to - segment.from) & (BLOCK - 1);
  }
}

/** @param {Rebuilt} rebuilt */
async function* contentOf({ size, read }) {
  yield* read();
  yield new Uint8Array(-size & (BLOCK - 1));
}

/** @param {Segment | undefined} segment @param {Map<Layer, Rebuilt>} rebuilt */
const rebuiltOf = (segment, rebuilt) =>
  segment?.rebuilt ?? (segment?.layer && rebuilt.get(segment.layer));

/** @param {Uint8Array[]} parts */
function joined(parts) {
  const all = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}
