// SPDX-License-Identifier: Apache-2.0
// The real dumps in test/data, with what /proc said of their processes (truth.json).
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

const data = new URL('../../data/', import.meta.url).pathname;
const folder = join(data, 'dumps');

/** Names of all dumps. */
export const DUMPS = readdirSync(folder).sort();

/** A file that belongs to a dump. @param {string} name @param {string} file */
export const fileOf = (name, file) => join(folder, name, file);

/** The archive of a dump. @param {string} name */
export function archiveOf(name) {
  const own = fileOf(name, `${name}.tar.zst`);
  return existsSync(own) ? own : join(data, 'memory', `${name}.tar.zst`);
}

/** What was true when the processes were frozen. @param {string} name @returns {Record<string, any>} */
export const truthOf = (name) => JSON.parse(readFileSync(fileOf(name, 'truth.json'), 'utf8'));
