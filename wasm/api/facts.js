// SPDX-License-Identifier: Apache-2.0
// Facts about archives that only JavaScript knows, for a validation: src/rules/validate.h. What their reader in the
// core knows goes there as it came (Archive.reading).

/**
 * @typedef {import('./archive.js').Archive} Archive
 * @typedef {import('./archive.js').ArchiveError} ArchiveError
 * @typedef {[scope: string, reading: Uint8Array]} Reading
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
  const { sha256, error, members } = archive;
  return { sourceSize: size, sha256: sha256 || undefined, error: factsOf(error, members) };
}

/**
 * Of an archive inside.
 * @param {string} name @param {Pick<Archive, 'members' | 'error'>} archive
 * @returns {Record<string, any>}
 */
export const nestedFacts = (name, { members, error }) => ({
  ...{ name, members: members.length },
  error: factsOf(error),
});

/** @param {string} scope @param {Archive} [archive] @returns {Reading[]} none if nothing was read */
export const readingOf = (scope, archive) => (archive?.reading ? [[scope, archive.reading]] : []);
