// SPDX-License-Identifier: Apache-2.0
// SHA-256 of what an image or a pod gives digests of.
import { sha256, Sha256 } from '../border/hash.js';

/** Plain archives of this size are read for their digest; larger ones only if `digests` is set. */
const SMALL = 2 ** 26;

/**
 * @typedef {import('./archive-members.js').Member} Member
 * @typedef {object} Source where members can be read
 * @property {any} exports of the core
 * @property {(member: Member) => Uint8Array | undefined} kept the content, if it is known
 * @property {(member: Member) => string} read its digest, if it was found when it was read
 * @property {boolean} plain whether members can be read where they lie
 * @property {boolean} all however large they are
 * @property {(member: Member) => AsyncIterable<Uint8Array>} stream
 */

/**
 * The digests of members, as facts for a validation. What would cost much is not read, and the core says so.
 * @param {Source} source @param {Iterable<Member>} members
 * @returns {Promise<{name: string, size: number, sha256: string}[]>} sha256: '' if it is not known
 */
export async function digestsOf(source, members) {
  const found = [];
  for (const member of members) {
    const bytes = source.kept(member);
    let digest = bytes ? sha256(source.exports, bytes) : source.read(member);
    if (!digest && source.plain && (source.all || member.size <= SMALL)) {
      const hash = new Sha256(source.exports);
      for await (const piece of source.stream(member)) hash.add(piece);
      if (hash.length === member.size) digest = hash.end();
      else hash.free();
    }
    found.push({ name: member.name, size: member.size, sha256: digest });
  }
  return found;
}
