// SPDX-License-Identifier: Apache-2.0
// What a validation is told of archives: src/rules/validate.h.

/**
 * @typedef {import('./archive.js').Archive} Archive
 * @typedef {import('./archive.js').ArchiveError} ArchiveError
 */

/** @param {ArchiveError | null} [error] */
export const factsOf = (error) =>
  error ? { ...error, name: undefined, message: error.message, member: undefined } : undefined;

/** @param {Archive} [archive] @returns {Record<string, any>} */
export function archiveFacts(archive) {
  if (!archive) return {};
  const { compression, end, trailing, garbageOffset, info, error } = archive;
  const member = error?.member === undefined ? undefined : archive.members.at(error.member)?.name;
  return {
    compression,
    end,
    endOffset: info.end_offset,
    trailing,
    garbageOffset,
    sourceRead: info.source_read,
    tarRead: info.tar_read,
    sha256: archive.sha256 || undefined,
    error: error ? { ...factsOf(error), member } : undefined,
  };
}
