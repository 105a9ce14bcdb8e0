// SPDX-License-Identifier: Apache-2.0
// What the files of a pod's checkpoint say of its containers.
import { list, parse, text, textsOf } from './loose-json.js';

/** @typedef {import('./archive.js').Member} Member */

/** Containers that are opened, at most. */
export const MOST_CONTAINERS = 1024;

/**
 * Where the containers of a pod are: directories or members. As the pod's own files say, else as
 * it looks; one more than are looked at if there are more.
 * @param {import('./members.js').Members} members @param {Map<string, Uint8Array>} files
 * @returns {{directory?: string, member?: Member}[]}
 */
export function podContainers(members, files) {
  const options = parse(files.get('pod.options'));
  const manifest = parse(files.get('checkpoint-manifest.json'));
  /** @type {Map<string, Member>} */
  const archives = new Map();
  /** @type {Set<string>} */
  const directories = new Set();
  for (const member of members) {
    const [, directory] = /^([^/]+)\/(?:config|spec)\.dump$/.exec(member.name) ?? [];
    if (directory) directories.add(directory);
    if (member.type === 'file' && member.name.endsWith('.tar')) archives.set(member.name, member);
  }
  const named = Array.isArray(options?.containers)
    ? options.containers
    : Object.values(textsOf(options?.containers));
  const chosen = new Set(named.filter((/** @type {any} */ name) => directories.has(name)));
  for (const name of directories) chosen.add(name);
  /** @type {{directory?: string, member?: Member}[]} */
  const found = [...chosen].map((directory) => ({ directory }));
  const listed = list(manifest?.containers).map((entry) => text(entry?.archive));
  const names =
    listed.length > 0
      ? listed
      : [...archives.keys()].filter((name) => name.startsWith('containers/'));
  for (const name of new Set(names)) {
    const member = archives.get(name);
    if (member) found.push({ member });
  }
  return found.slice(0, MOST_CONTAINERS + 1);
}

/**
 * The archives of containers whose digests stand in the manifest of a pod.
 * @param {import('./archive-members.js').MemberList} members @param {Map<string, Uint8Array>} files @returns {Member[]}
 */
export function podArchives(members, files) {
  const manifest = parse(files.get('checkpoint-manifest.json'));
  const listed = list(manifest?.containers).filter((entry) => text(entry?.sha256) !== '');
  const names = new Set(listed.slice(0, MOST_CONTAINERS).map((entry) => text(entry?.archive)));
  return names.size === 0 ? [] : [...members.filesNamed(names).values()];
}
