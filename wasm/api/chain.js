// SPDX-License-Identifier: Apache-2.0
// Which dumps are those before an incremental one, among others that are at hand.

/**
 * What tells that a dump is the one before another.
 * @typedef {object} Links
 * @property {string | null} parent target of its link to the dump before, as CRIU made it; null: it has none
 * @property {string} container id of the container; '' if it is not known
 * @property {number} made when its images were written, in seconds since 1970; 0: not known
 * @property {boolean} early its images are those that Podman takes before a checkpoint (pre-checkpoint/)
 */

/**
 * @param {Iterable<{name: string, type: string, link: string, mtime?: number}>} members of a checkpoint
 * @param {string | undefined} container id of the container
 * @returns {Links}
 */
export function linksOf(members, container) {
  /** @type {Links} */
  const links = { parent: null, container: container ?? '', made: 0, early: false };
  let late = false;
  for (const { name, type, link, mtime } of members) {
    if (type === 'symlink' && /(^|\/)parent$/.test(name)) links.parent = link;
    if (type !== 'file' || !name.endsWith('.img')) continue;
    links.made = Math.max(links.made, Number(mtime ?? 0));
    if (/(^|\/)pre-checkpoint\//.test(name)) links.early = true;
    else late = true;
  }
  links.early &&= !late;
  return links;
}

/** Whether a dump is of the same container, older, and what the link means. @param {Links} own @param {Links} other */
function isBefore({ parent, container, made }, other) {
  if (parent === null || container === '' || other.container !== container) return false;
  if (!(other.made > 0 && other.made < made)) return false;
  return other.early || !/(^|\/)pre-checkpoint\/?$/.test(parent);
}

/**
 * The dumps before one, the latest first.
 * @template {Links} T
 * @param {T} own @param {readonly T[]} others
 * @param {(own: T, other: T) => boolean} [linked] whether the link leads there, where paths are known
 * @returns {T[]}
 */
export function before(own, others, linked = () => false) {
  /** @type {T[]} */
  const chain = [];
  for (let last = own; last.parent !== null;) {
    const left = others.filter((other) => other !== own && !chain.includes(other));
    const [next] = [
      ...left.filter((other) => linked(last, other)),
      ...left.filter((other) => isBefore(last, other)).sort((a, b) => b.made - a.made),
    ];
    if (!next) break;
    chain.push(next);
    last = next;
  }
  return chain;
}
