// SPDX-License-Identifier: Apache-2.0
// How the files of a run are called in reports.
import { createHash } from 'node:crypto';
import { isAbsolute, relative, sep } from 'node:path';
import { pathToFileURL } from 'node:url';
import { uriPath, wellFormed } from '../report/findings.js';

/**
 * Paths as tools of a repository want them: relative to its root, with slashes. Others stay absolute.
 * @param {string} path
 * @param {string} root
 */
function pathIn(path, root) {
  const inRoot = relative(root, path);
  if (inRoot === '') return '.';
  const outside = inRoot === '..' || inRoot.startsWith(`..${sep}`) || isAbsolute(inRoot);
  return (outside ? path : inRoot).replaceAll(sep, '/');
}

/** @param {string} root a folder @returns {import('../report/findings.js').Repository} */
export const repositoryAt = (root) => ({
  path: (path) => pathIn(path, root),
  uri(path) {
    const name = pathIn(path, root);
    // Drives and their backslashes are a matter of Windows, where all names are text.
    if (!isAbsolute(name)) return uriPath(name);
    return name.startsWith('/') ? `file://${uriPath(name)}` : pathToFileURL(wellFormed(name)).href;
  },
  digest: (text) => createHash('sha256').update(text).digest('hex'),
});
