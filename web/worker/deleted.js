// SPDX-License-Identifier: Apache-2.0
// How layers of images say that a file is gone.

/** What a whiteout says is gone; undefined: it is none. @param {string} name */
export function deletedName(name) {
  const at = name.lastIndexOf('/') + 1;
  const base = name.slice(at);
  if (!base.startsWith('.wh.') || base.startsWith('.wh..wh.')) return undefined;
  return name.slice(0, at) + base.slice(4);
}
