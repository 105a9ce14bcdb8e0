// SPDX-License-Identifier: Apache-2.0
// What a command says of a file that it could read.

/** The file could be read, but it is not what it should be. The message is for people. */
export class Unfit extends Error {}

/** What the user is shown of a checkpoint inside of a file, and of the file itself. */
export const inside = (/** @type {string} */ path, /** @type {string} */ name) => `${path}!${name}`;
