// SPDX-License-Identifier: Apache-2.0
// What a reader found in an archive: the members, what was kept of their data, and how the reading ended.

/** What was found in an archive. */
export class Archive {
  /** @param {import('./archive-reader.js').Reader} reader */
  constructor(reader) {
    /** All members, in order, up to the first error. */
    this.members = reader.members;
    /** Data of the members that were wanted whole, by index. */
    this.bodies = reader.bodies;
    /** Archives inside this one that were wanted as such, by index. */
    this.nested = reader.nested;
    /** Why reading stopped before the end, or null. @type {import('./archive-reader.js').ArchiveError | null} */
    this.error = null;
    /** none, gzip, zstd ... or undefined if nothing was read. @type {string | undefined} */
    this.compression = undefined;
    /** How it ended: clean, one-zero-block, no-mark; undefined after an error. @type {string | undefined} */
    this.end = undefined;
    /** Bytes after the end mark, of which some were looked at. */
    this.trailing = { bytes: 0, seen: 0, nonzero: 0, offset: 0 };
    /** Offset in the source of bytes after the compressed stream. @type {number | undefined} */
    this.garbageOffset = undefined;
    /** SHA-256 of the source, if it was wanted and all was read; else ''. */
    this.sha256 = '';
    /** Other numbers, by the names of the C header. @type {Record<string, number>} */
    this.info = {};
    /** The same as the core has it (ckpt_archive_info), for a validation. @type {Uint8Array | undefined} */
    this.reading = undefined;
  }

  /** @param {import('./archive-reader.js').Reader} reader */
  finish(reader) {
    const { info, reading, compression, end } = reader.info();
    this.error = reader.error;
    this.compression = compression;
    this.end = end;
    this.trailing = {
      bytes: info.trailing,
      seen: info.trailing_seen,
      nonzero: info.trailing_nonzero,
      offset: info.trailing_first,
    };
    if (info.garbage_offset < Number.MAX_SAFE_INTEGER) this.garbageOffset = info.garbage_offset;
    this.sha256 = reader.takeHash();
    this.info = info;
    this.reading = reading;
  }

  /** The data of the first kept member of this name. @param {string} name @returns {Uint8Array | undefined} */
  body(name) {
    for (const [index, bytes] of this.bodies) {
      if (this.members.at(index)?.name === name) return bytes;
    }
    return undefined;
  }
}
