// SPDX-License-Identifier: Apache-2.0
// Compressing what is written.
import { once } from 'node:events';
import zlib from 'node:zlib';
import { Failure } from './exit.js';

export const COMPRESSIONS = /** @type {const} */ (['gzip', 'zstd', 'none']);
/** @typedef {typeof COMPRESSIONS[number]} Compression */

/** Whether this Node writes zstd. */
export const canZstd = () => 'createZstdCompress' in zlib;

/** @param {Compression} compression @returns {any} a stream of Node */
function streamOf(compression) {
  if (compression === 'gzip') return zlib.createGzip({ level: 6 });
  const { createZstdCompress } = /** @type {any} */ (zlib);
  if (!createZstdCompress)
    throw new Failure('zstd can be written by Node from 22.15 on only; use --compress gzip');
  return createZstdCompress();
}

/**
 * Gives bytes to `write`, compressed. Memory is bounded: what is not yet written is waited for.
 * @param {Compression} compression @param {(bytes: Uint8Array) => void} write
 */
export function packer(compression, write) {
  if (compression === 'none')
    return { add: async (/** @type {Uint8Array} */ bytes) => write(bytes), async end() {} };
  const stream = streamOf(compression);
  /** @type {unknown} */
  let failed;
  stream.on('error', (/** @type {unknown} */ error) => (failed = error));
  stream.on('data', (/** @type {Uint8Array} */ bytes) => write(bytes));
  const ended = once(stream, 'end');
  ended.catch(() => {}); // told by end()
  return {
    /** @param {Uint8Array} bytes */
    async add(bytes) {
      if (failed) throw failed;
      if (!stream.write(bytes)) await once(stream, 'drain');
    },
    async end() {
      stream.end();
      await ended;
    },
  };
}

/**
 * Writes pieces to a file, compressed.
 * @param {import('./new-file.js').NewFile} file @param {Compression} compression
 * @param {AsyncIterable<Uint8Array>} pieces
 * @param {(length: number) => void} [onProgress] called with the bytes written so far
 */
export async function packInto(file, compression, pieces, onProgress) {
  const pack = packer(compression, (bytes) => file.write(bytes));
  for await (const bytes of pieces) {
    await pack.add(bytes);
    onProgress?.(file.length);
  }
  await pack.end();
}

/**
 * How a copy is compressed: as it is wanted, else as the checkpoint is.
 * @param {import('../api/checkpoint.js').Checkpoint} checkpoint @param {string | undefined} wanted @returns {Compression}
 */
export function compressionFor(checkpoint, wanted) {
  if (wanted !== undefined) return /** @type {any} */ (wanted);
  const is = checkpoint.image?.compression ?? checkpoint.compression ?? 'none';
  return is === 'none' ? 'none' : is === 'zstd' && canZstd() ? 'zstd' : 'gzip';
}
