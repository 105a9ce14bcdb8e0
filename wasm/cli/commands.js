// SPDX-License-Identifier: Apache-2.0
// The commands of ckpt. Arguments, --help and shell completion are read and made with this table.
import { decode } from './decode.js';
import { validate } from './validate.js';

/** @type {readonly import('./options.js').Command[]} */
export const COMMANDS = [validate, decode];
