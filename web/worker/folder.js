// SPDX-License-Identifier: Apache-2.0
// Files that lie beside each other, as the tar archive they would make: the reader needs to know but
// one form. Nothing is copied; a Blob of Blobs is read where it is asked for.
import { BLOCK, headers } from '../../wasm/api/tar-header.js';

/** A file may be private; what a browser gives does not say. */
const MODE = 0o600;

/**
 * @param {{path: string, blob: Blob}[]} files
 * @returns {{size: number, directory: boolean, read(offset: number, length: number): Promise<Uint8Array>}}
 */
export function folderSource(files) {
  /** @type {BlobPart[]} */
  const parts = [];
  const sorted = [...files].sort((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0));
  for (const { path, blob } of sorted) {
    const mtime = (blob instanceof File ? blob.lastModified : 0) / 1000;
    parts.push(headers(path, '0', { size: blob.size, mode: MODE, mtime }, ''), blob);
    if (blob.size % BLOCK) parts.push(new Uint8Array(BLOCK - (blob.size % BLOCK)));
  }
  const all = new Blob([...parts, new Uint8Array(2 * BLOCK)]);
  return {
    size: all.size,
    directory: true,
    read: async (offset, length) =>
      new Uint8Array(await all.slice(offset, offset + length).arrayBuffer()),
  };
}
