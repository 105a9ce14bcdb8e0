// SPDX-License-Identifier: Apache-2.0
// FILE!MEMBER of ckpt validate: what in a file is to be checked.
import { PARTS } from '../api/checkpoint.js';
import { openInside } from '../api/parts.js';
import { escapeForTerminal } from '../report/escape.js';
import { looksCompressedOrTar } from './archive-head.js';
import { listed, selectContainer } from './containers.js';
import { NAMED_ARCHIVE } from './folder.js';
import { MAX_INPUT, ReadError, kindOf } from './input.js';
import { whyStopped } from './open.js';
import { memberOf, nearMember, normal } from './select.js';
import { Unfit } from './unfit.js';

/**
 * @typedef {import('../api/checkpoint.js').Checkpoint} Checkpoint
 * @typedef {object} Meant nothing of it: the file itself
 * @property {number} [container] the number of the one container that is meant
 * @property {import('./input.js').Input} [input] a metadata file
 * @property {Checkpoint} [target] a checkpoint in the file
 * @property {string[]} [around] its name in the file
 */

/** Bytes that tell an archive. */
const HEAD = 512;

/**
 * @param {Checkpoint} checkpoint of the file
 * @param {import('./folder.js').Job} job
 * @param {any} core
 * @returns {Promise<Meant>}
 * @throws {Unfit} there is no such thing in it, or it cannot be checked
 */
export async function meantIn(checkpoint, { path, member, asKind }, core) {
  if (member === undefined) return {};
  const name = normal(member);
  const found = memberOf(checkpoint, name);
  const containers = await checkpoint.containers();
  if (found?.type !== 'file') {
    // A container is checked together with what is around it: an engine unpacks all of it.
    if (containers.length > 0) return { container: await numberOf(checkpoint, member, containers) };
    if (found) throw new Unfit(`is no regular file (${found.type})`);
    const why = checkpoint.error
      ? `; ${whyStopped(checkpoint)}`
      : nearMember(checkpoint, name) || '; "ckpt ls" lists the members';
    throw new Unfit(`there is no member ${member}${why}`);
  }
  const kind = asKind ?? kindOf(name, core.files);
  if (kind !== '') {
    const shown = escapeForTerminal(path);
    const input = { file: null, path, shown, inner: [name], kind };
    if (found.size > MAX_INPUT)
      return { input: { ...input, error: new ReadError('is larger than 256 MiB', 'limit') } };
    const bytes = await checkpoint.read(name, { limit: MAX_INPUT });
    return { input: { ...input, bytes } };
  }
  const head = await checkpoint.read(name, { end: HEAD });
  if (NAMED_ARCHIVE.test(name) || looksCompressedOrTar(head))
    return { target: await openInside(checkpoint[PARTS], found), around: [name] };
  const image = core.imageInfo(head, { name });
  const what =
    image.kind === ''
      ? 'is no archive, and its name tells no kind of metadata file; use --kind'
      : `is one CRIU image, which is checked with its checkpoint: give ${path}`;
  throw new Unfit(what);
}

/** @param {Checkpoint} checkpoint @param {string} wanted @param {Checkpoint[]} containers */
async function numberOf(checkpoint, wanted, containers) {
  try {
    const { checkpoint: one } = await selectContainer(checkpoint, wanted, '');
    return containers.indexOf(one);
  } catch (error) {
    if (!(error instanceof Unfit)) throw error;
    const name = normal(wanted);
    const near = nearMember(checkpoint, name);
    throw new Unfit(
      `there is neither a member nor a container ${wanted}${near || `; there are the containers ${listed(containers)}`}`,
    );
  }
}
