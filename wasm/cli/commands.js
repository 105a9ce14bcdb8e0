// SPDX-License-Identifier: Apache-2.0
// The commands of ckpt. Arguments, --help and shell completion are read and made with this table.
import { build } from './build.js';
import { cat } from './cat.js';
import { completion } from './completion.js';
import { convert } from './convert.js';
import { core } from './core.js';
import { cpu } from './cpu.js';
import { decode } from './decode.js';
import { diff } from './diff.js';
import { encode } from './encode.js';
import { explain } from './explain.js';
import { files } from './files.js';
import { hash } from './hash.js';
import { host } from './host.js';
import { info } from './info.js';
import { inspect } from './inspect.js';
import { list } from './list.js';
import { ls } from './ls.js';
import { maps } from './maps.js';
import { memory } from './memory.js';
import { memparse } from './memparse.js';
import { mounts } from './mounts.js';
import { ns } from './ns.js';
import { plugin } from './plugin.js';
import { ps } from './ps.js';
import { redact } from './redact.js';
import { rules } from './rules.js';
import { search } from './search.js';
import { show } from './show.js';
import { size } from './size.js';
import { sockets } from './sockets.js';
import { strings } from './strings.js';
import { unbuild } from './unbuild.js';
import { validate } from './validate.js';
import { view } from './view.js';
import { x } from './x.js';

/** @type {readonly import('./options.js').Command[]} */
export const COMMANDS = [
  ...[show, inspect, list, ls, cat, hash],
  ...[build, unbuild, redact, convert],
  ...[ps, files, sockets, mounts, ns],
  diff,
  ...[maps, memory, search, strings, core, memparse, size, cpu],
  ...[validate, host, view, explain, rules],
  ...[decode, encode, info, x, completion, plugin],
];
