// SPDX-License-Identifier: Apache-2.0
// What a validation looks at: the records of the members, the metadata files, the dump, and facts about the archives.
import { digestsOf } from './digests.js';
import { Dump } from './dump.js';
import { archiveFacts, factsOf, nestedFacts, readingOf } from './facts.js';
import { podArchives } from './pod-files.js';

/**
 * @typedef {import('./archive.js').Member} Member
 * @typedef {import('./content.js').Content} Content
 * @typedef {import('./oci-layers.js').Manifest} Manifest
 * @typedef {import('./parts.js').Parts} Parts
 * @typedef {{core: import('../border/core.js').Core, holder: import('./dump.js').Holder, facts: Record<string, string>}} Previous a
 *   checkpoint before this one, with facts about it: see src/rules/validate.h
 * @typedef {object} Evidence
 * @property {Record<string, unknown>} facts about the archive: see src/rules/validate.h
 * @property {import('./facts.js').Reading[]} [readings] how reading the archives came out
 * @property {Iterable<[string, Uint8Array]>} files
 * @property {Iterable<Uint8Array>} [records] of the members
 * @property {Iterable<Uint8Array>} [imageRecords] of the members of the image around it
 * @property {{name: string, records: Iterable<Uint8Array>}[]} [nested] archives inside
 * @property {import('./summary.js').Summary} [summary] in the core already, if it is still there
 * @property {Dump} [dump] the images of CRIU
 * @property {string} [prefix] directory of the checkpoint in the archive
 */

/**
 * The images alone, without memory; undefined if there are none that could be read.
 * @param {Parts} parts @param {Previous[]} previous
 */
async function imagesOf({ core, content }, previous) {
  if (content.archive?.error && !content.origin.plain) return undefined;
  return Dump.chain([{ core, holder: content.images() }, ...previous], { texts: false });
}

/**
 * What the digests of members are.
 * @param {Parts} parts @param {Member[]} members @param {boolean} all large ones, too
 */
export function digestsIn({ core, content, options }, members, all) {
  const source = {
    exports: core.exports,
    kept: (/** @type {Member} */ member) => content.kept(member),
    read: (/** @type {Member} */ member) => content.nested(member)?.sha256 ?? '',
    plain: content.origin.plain,
    all,
    stream: (/** @type {Member} */ member) => content.asFarAsItGoes(member, options.signal),
  };
  return digestsOf(source, members);
}

/** Archives inside: their records and facts. @param {Parts} parts */
async function nestedIn({ content, summary }) {
  const nested = [];
  /** @type {Record<string, unknown>[]} */
  const facts = [];
  const readings = [];
  for (const index of summary.inside) {
    const member = content.at(index);
    const name = content.prefix ? member.name.slice(content.prefix.length + 1) : member.name;
    const archive = await content.list(member);
    nested.push({ name, records: archive.members.records() });
    facts.push(nestedFacts(name, archive));
    readings.push(...readingOf(name, archive));
  }
  return { nested, facts, readings };
}

/**
 * @param {Parts} parts
 * @param {{digests: boolean, error: import('./archive.js').ArchiveError | null, manifest?: Manifest,
 *   packed?: import('./oci-layers.js').Packed, previous?: Previous[]}} about digests: of large parts, too; error: of the
 *   checkpoint; manifest, packed: of an image without a checkpoint in it; previous: of an incremental dump, those before
 * @returns {Promise<Evidence>}
 */
export async function evidenceOf(parts, { digests, error, manifest, packed, previous = [] }) {
  const { content, metadata, known } = parts;
  const { nested, facts, readings } = await nestedIn(parts);
  const { input } = content.origin;
  const own = archiveFacts(content.archive, input?.size);
  // Of what is around it, or of a layer in which a checkpoint may be.
  const other = own.error ? undefined : factsOf(error);
  const { name, bytes } = manifest ?? {};
  const files = bytes && name ? new Map([...metadata.files, [name, bytes]]) : metadata.files;
  return {
    facts: {
      ...own,
      ...(other && { error: { ...other, around: content.archive === undefined } }),
      ...(bytes && { image: { manifest: name, packed } }),
      directory: input?.directory,
      nested: facts,
      logHead: metadata.logHead,
      previous: previous.map((one) => one.facts),
      digests: await digestsIn(parts, podArchives(content.own, metadata.files), digests),
    },
    readings: [...readingOf('', content.archive), ...readings],
    files,
    records: content.own.records(),
    nested,
    summary: bytes ? undefined : known,
    prefix: content.prefix,
    dump: await imagesOf(parts, previous),
  };
}
