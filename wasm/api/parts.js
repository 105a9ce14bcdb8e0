// SPDX-License-Identifier: Apache-2.0
// What every checkpoint consists of: its content, its metadata, and what the core knows of it.
import { metadataOf } from './metadata.js';
import { Summary } from './summary.js';

/**
 * @typedef {import('./archive.js').Archive} Archive
 * @typedef {import('./archive.js').Member} Member
 * @typedef {import('./checkpoint.js').Checkpoint} Checkpoint
 * @typedef {import('./checkpoint.js').OpenOptions} OpenOptions
 * @typedef {import('./content.js').Content} Content
 * @typedef {import('./origin.js').Origin} Origin
 * @typedef {import('../border/core.js').Core} Core
 * @typedef {(core: Core, origin: Origin, options: OpenOptions, known?: Archive) => Promise<Checkpoint>} Open
 *
 * @typedef {object} Parts
 * @property {Core} core
 * @property {OpenOptions} options
 * @property {Open} open opens what is inside (open.js)
 * @property {Content} content
 * @property {import('./metadata.js').Metadata} metadata
 * @property {Summary} known in the core
 * @property {any} summary see src/checkpoint/checkpoint.h
 */

/** @param {Core} core @param {OpenOptions} options @param {Open} open @param {Content} content @returns {Parts} */
export function partsOf(core, options, open, content) {
  const metadata = metadataOf(core, content);
  const known = new Summary(core.exports, content.prefix);
  known.keep();
  known.addRecords(content.own.records());
  known.addFiles(metadata.files);
  const { input } = content.origin;
  const size = input?.size ?? content.archive?.info.source_read ?? 0;
  const summary = known.finish(size, input?.directory ?? false);
  return { core, options, open, content, metadata, known, summary };
}

/** The checkpoint in a member that is an archive. @param {Parts} parts @param {Member} member */
export function openInside({ core, options, open, content }, member) {
  const { signal, hash } = options;
  const known = content.kept(member) ? undefined : content.nested(member);
  return open(core, content.originOf(member), { name: member.name, signal, hash }, known);
}
