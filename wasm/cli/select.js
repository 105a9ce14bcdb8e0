// SPDX-License-Identifier: Apache-2.0
// Which of several containers in a file, or of an image, is meant.
import { existsSync } from '../api/node-fs.js';
import { memberOperand } from './image-members.js';
import { containersNamed, listed, selectContainer } from './containers.js';
import { Unfit, whyStopped } from './open.js';
import { suggestion } from './options.js';

/** @typedef {import('../api/checkpoint.js').Checkpoint} Checkpoint */

export { CONTAINER, selectContainer } from './containers.js';

/** A member's name as it is compared: "./" before and "/" after it do not count. @param {string} name */
export const normal = (name) => name.replace(/^(\.\/+)+/, '').replace(/(?<=.)\/+$/, '');

/** The last member of a name: that is the one that counts. @param {Checkpoint} checkpoint @param {string} name */
export function memberOf({ members }, name) {
  let found;
  for (const member of members) if (member.name === name) found = member;
  return found;
}

/**
 * A file and a member of it, as they are given: FILE MEMBER or FILE!MEMBER.
 * @param {string[]} operands @returns {[path: string, member: string | undefined]}
 */
export function fileAndMember([path, member]) {
  const found = member === undefined && !existsSync(path) ? memberOperand(path) : null;
  return found ? [found.archive, found.member] : [path, member];
}

/** Names that are compared, at most: an archive may have millions. */
const MOST_COMPARED = 5000;

/** `; did you mean X?`: the member of that name in a folder, or of one that is near. @param {Checkpoint} place @param {string} name */
export function nearMember({ members }, name) {
  const names = [];
  const end = `/${name}`;
  for (const member of members) {
    if (member.type !== 'file') continue;
    if (member.name.endsWith(end)) return `; did you mean ${member.name}?`;
    if (names.length < MOST_COMPARED && Math.abs(member.name.length - name.length) <= 3)
      names.push(member.name);
  }
  return suggestion(name, names);
}

/** A member of an archive that is a member itself: OUTER!NAME. @param {Checkpoint} place @param {string} name */
function inArchive(place, name) {
  for (let at = name.indexOf('!'); at > 0; at = name.indexOf('!', at + 1)) {
    const outer = name.slice(0, at);
    const rest = normal(name.slice(at + 1));
    if (rest !== '' && memberOf(place, outer)?.type === 'file')
      return { inside: outer, name: rest };
  }
  return null;
}

/**
 * A container and what is wanted of it: NAME or NAME!MEMBER, where there is no member of that name.
 * @param {Checkpoint} checkpoint of the file @param {string} text
 * @returns {Promise<{checkpoint: Checkpoint, label: string, member: string | undefined} | null>}
 */
export async function containerMeant(checkpoint, text) {
  if (memberOf(checkpoint, normal(text))?.type === 'file') return null;
  for (let at = text.indexOf('!'); ; at = text.indexOf('!', at + 1)) {
    const name = at < 0 ? text : text.slice(0, at);
    const [found, ...others] = await containersNamed(checkpoint, name);
    if (found && others.length === 0)
      return {
        checkpoint: found,
        label: `!${name}`,
        member: at < 0 ? undefined : text.slice(at + 1),
      };
    if (at < 0) return null;
  }
}

/**
 * Where the content of a member is: in the file itself, or in a container inside of it.
 * @param {Checkpoint} checkpoint of the file
 * @param {string | undefined} container as the user chose it
 * @param {string} member
 * @returns {Promise<{checkpoint: Checkpoint, name: string, label: string, inside?: string}>} the member's
 *   name; how it is called after the file's; inside: the member of that name is an archive, and it is in that
 * @throws {Unfit}
 */
export async function whereIs(checkpoint, container, member) {
  const meant = container === undefined ? await containerMeant(checkpoint, member) : null;
  if (meant && meant.member === undefined)
    throw new Unfit(`${meant.label}: is a container, no member; "ckpt ls" lists what is in it`);
  const outer =
    meant ?? (container === undefined ? null : await selectContainer(checkpoint, container));
  const { checkpoint: place, label } = outer ?? { checkpoint, label: '' };
  const name = normal(meant?.member ?? member);
  const found = memberOf(place, name);
  if (found?.type === 'file') return { checkpoint: place, name, label: `${label}!${name}` };
  if (found) throw new Unfit(`${label}!${name}: is no regular file (${found.type})`);
  const within = inArchive(place, name);
  if (within) return { checkpoint: place, ...within, label: `${label}!${name}` };
  const missing = `${label}: there is no member ${member}`;
  if (place.error) throw new Unfit(`${missing}; ${whyStopped(place)}`);
  const nested = outer ? [] : await checkpoint.containers();
  if (!nested.some((inner) => memberOf(inner, name)))
    throw new Unfit(`${missing}${nearMember(place, name)}`);
  throw new Unfit(`${missing}; choose a container with --container: ${listed(nested)}`);
}
