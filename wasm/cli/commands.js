// SPDX-License-Identifier: Apache-2.0
// The commands of ckpt. Arguments, --help and shell completion are read and made with this table.
import { cat } from './cat.js';
import { completion } from './completion.js';
import { core } from './core.js';
import { decode } from './decode.js';
import { diff } from './diff.js';
import { encode } from './encode.js';
import { explain } from './explain.js';
import { files } from './files.js';
import { hash } from './hash.js';
import { info } from './info.js';
import { inspect } from './inspect.js';
import { list } from './list.js';
import { ls } from './ls.js';
import { maps } from './maps.js';
import { memory } from './memory.js';
import { memparse } from './memparse.js';
import { mounts } from './mounts.js';
import { ps } from './ps.js';
import { rules } from './rules.js';
import { search } from './search.js';
import { show } from './show.js';
import { size } from './size.js';
import { sockets } from './sockets.js';
import { strings } from './strings.js';
import { validate } from './validate.js';
import { view } from './view.js';

/** @type {readonly import('./options.js').Command[]} */
export const COMMANDS = [
  ...[show, inspect, list, ls, cat, hash],
  ...[ps, files, sockets, mounts],
  diff,
  ...[maps, memory, search, strings, core, memparse, size],
  ...[validate, view, explain, rules],
  ...[decode, encode, info, completion],
];
