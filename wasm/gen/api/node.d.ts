// SPDX-License-Identifier: Apache-2.0
import type { BlobLike, Checkpoint, OpenOptions, Source, UrlLike } from './index.js';
import type { Kind, KindMap } from './model.js';

export * from './index.js';

/**
 * Opens a checkpoint where it lies. A string is the path of a file, or of a directory: one laid out
 * like an archive, an OCI layout, or one of CRIU images as Docker and runc keep them. A stream is
 * read once: of its members only the metadata can be read later. Call `close` in the end.
 */
export function openCheckpoint(
  source: string | UrlLike | BlobLike | Uint8Array | Source | AsyncIterable<Uint8Array>,
  options?: OpenOptions,
): Promise<Checkpoint>;

/** What a reader of the Go package returns. */
export interface ReadResult<K extends Kind> {
  value: KindMap[K];
  /** Directory and file, joined and cleaned as by Go's filepath.Join. */
  path: string;
}

/**
 * Reads `directory`/`file` as a metadata file of that kind (Go: ReadJSONFile).
 * @throws CheckpointError with the message `failed to unmarshal PATH: …` where Go gives an error
 * @throws Error if the file cannot be read
 */
export function readJSONFile<K extends Kind>(
  kind: K,
  directory: string,
  file: string,
): ReadResult<K>;

/**
 * Writes a value to `directory`/`file` as Ckpt.encode gives it (Go: WriteJSONFile). A new file gets
 * mode 0600; the directory must exist.
 * @returns the path of the file
 */
export function writeJSONFile<K extends Kind>(
  kind: K,
  value: KindMap[K],
  directory: string,
  file: string,
): string;

// @readers
