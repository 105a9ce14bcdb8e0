// SPDX-License-Identifier: Apache-2.0
// What a validation is told of archives: src/rules/validate.h.

/**
 * @typedef {import('./archive.js').Archive} Archive
 * @typedef {import('./archive.js').ArchiveError} ArchiveError
 */

/** @param {ArchiveError | null} [error] @param {Archive['members']} [members] of the archive @returns {Record<string, any> | undefined} */
export function factsOf(error, members) {
  if (!error) return undefined;
  const member = error.member === undefined ? undefined : members?.at(error.member)?.name;
  return { ...error, name: undefined, message: error.message, member };
}

/**
 * @param {Archive} [archive] @param {number} [size] of its source
 * @returns {Record<string, any>}
 */
export function archiveFacts(archive, size) {
  if (!archive) return {};
  const { compression, end, trailing, garbageOffset, info, error, members } = archive;
  return {
    compression,
    end,
    skippable: info.skippable === 1 || undefined,
    endOffset: info.end_offset,
    trailing,
    garbageOffset,
    sourceSize: size,
    sourceRead: info.source_read,
    tarRead: info.tar_read,
    sha256: archive.sha256 || undefined,
    error: factsOf(error, members),
  };
}

/**
 * Of an archive inside.
 * @param {string} name @param {Pick<Archive, 'members' | 'compression' | 'error'>} archive
 * @returns {Record<string, any>}
 */
export const nestedFacts = (name, { members, compression, error }) => ({
  ...{ name, compression, members: members.length },
  error: factsOf(error),
});
