// SPDX-License-Identifier: Apache-2.0
// The real dumps in test/data, with what /proc said of their processes (truth.json).
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

const folder = new URL('../../data/dumps', import.meta.url).pathname;

/** Names of all dumps. */
export const DUMPS = readdirSync(folder).sort();

/** A file that belongs to a dump. @param {string} name @param {string} file */
export const fileOf = (name, file) => join(folder, name, file);

/** The archive of a dump. @param {string} name */
export const archiveOf = (name) => fileOf(name, `${name}.tar.zst`);

/** What was true when the processes were frozen. @param {string} name @returns {Record<string, any>} */
export const truthOf = (name) => JSON.parse(readFileSync(fileOf(name, 'truth.json'), 'utf8'));
