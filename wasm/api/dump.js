// SPDX-License-Identifier: Apache-2.0
// What is in the images that CRIU made of the processes: the JavaScript side of exports_dump.c.
import { enums, views as fields } from '../../dist/tables.js';
import { checkedPid } from '../border/arguments.js';
import { readTape } from '../border/value.js';
import { ArchiveError } from './archive.js';
import { Memory } from './memory.js';
import { textAt, withBytes } from './summary.js';

/**
 * @typedef {import('../border/core.js').Core} Core
 * @typedef {import('../../dist/types/dump.d.ts').Process} Process
 * @typedef {import('./ranges.js').Range} Range
 * @typedef {object} Holder what images are read from
 * @property {string} prefix directory of the checkpoint in the archive; '' for its top
 * @property {() => Iterable<Uint8Array>} records of the members
 * @property {import('./memory.js').Level['ranges']} ranges piece by piece, as Checkpoint's
 * @property {import('./memory.js').Level['ahead']} [ahead] what was searched while the archive was opened
 */

/** As in exports_dump.c. */
const VIEWS = { processes: 0, files: 1, sockets: 2, mounts: 3, gaps: 4, namespaces: 5, cpu: 6 };

const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

const HEX = /** @type {{toHex?: () => string}} */ (Uint8Array.prototype).toHex;

/** @param {Uint8Array} bytes */
const toHex = (bytes) =>
  HEX?.call(bytes) ?? Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');

/** @param {string} hex */
const fromHex = (hex) => Uint8Array.from(hex.match(/../g) ?? [], (byte) => parseInt(byte, 16));

/** The bytes of a text. @param {string | {hex: string}} text */
export const bytesOf = (text) =>
  typeof text === 'string' ? encoder.encode(text) : fromHex(text.hex);

/**
 * A string of a command line or an environment without what looks like a secret in it.
 * @template {string | {hex: string}} T @param {Core} core @param {T} text @returns {T}
 */
export const maskSecrets = (core, text) => maskArguments(core, [text])[0];

/**
 * A string of a list without what looks like a secret in it, or is one by the string before it.
 * @param {Core} core @param {string} text @param {string} [before] @returns {string}
 */
export const maskArgument = (core, text, before = '') =>
  before === '' || text.includes('\0') || before.includes('\0')
    ? maskSecrets(core, text)
    : maskArguments(core, [before, text])[1];

/**
 * A string without what looks like a secret in it, or is one by its name.
 * @param {Core} core @param {string} text @param {string} name @returns {string}
 */
export function maskNamed(core, text, name) {
  const alone = maskSecrets(core, text);
  if (alone !== text) return alone;
  // "password": "x" is as good as password=x.
  const named = `${name}=${text}`;
  const masked = maskSecrets(core, named);
  return masked === named ? text : masked.slice(name.length + 1);
}

/**
 * The secrets in the strings of a command line, or an environment: what is masked in them.
 * @param {Core} core @param {readonly (string | {hex: string})[]} texts without NUL @returns {string[]}
 */
export function secretsAmong(core, texts) {
  /** @type {string[]} */
  const found = [];
  for (const [i, masked] of maskArguments(core, texts).entries()) {
    const text = texts[i];
    if (typeof masked !== 'string' || typeof text !== 'string' || masked === text) continue;
    const [first, ...rest] = masked.split(enums.mask);
    for (let at = first.length, next; rest.length > 0 && (next = rest.shift()) !== undefined;) {
      const end = rest.length === 0 ? text.length - next.length : text.indexOf(next, at + 1);
      if (end <= at) break;
      found.push(text.slice(at, end));
      at = end + next.length;
    }
  }
  return found;
}

/**
 * A command line without what looks like a secret in it, or is one by the option before it.
 * @template {string | {hex: string}} T @param {Core} core @param {readonly T[]} texts without NUL @returns {T[]}
 */
export function maskArguments({ exports }, texts) {
  if (texts.length === 0) return [];
  const parts = texts.map(bytesOf);
  const bytes = new Uint8Array(parts.reduce((sum, { length }) => sum + length + 1, -1));
  let end = 0;
  for (const part of parts) {
    bytes.set(part, end);
    end += part.length + 1;
  }
  return withBytes(exports, bytes, (at) => {
    const [address, length] = new Uint32Array(
      exports.memory.buffer,
      exports.ckpt_wasm_mask(at, bytes.length),
      2,
    );
    const masked = new Uint8Array(exports.memory.buffer, address, length);
    let from = 0;
    return texts.map((text) => {
      const nul = texts.length > 1 ? masked.indexOf(0, from) : -1;
      const one = masked.subarray(from, nul < 0 ? length : nul);
      from += one.length + 1;
      const same = typeof text === 'string' ? decoder.decode(one) : { hex: toHex(one) };
      return /** @type {T} */ (same);
    });
  });
}

/** Frees a dump that nobody holds any more. */
const registry = new FinalizationRegistry((/** @type {() => void} */ free) => free());

/** @param {any} exports @param {number} at of {address, length in bytes} */
function wordsAt(exports, at) {
  const [address, length] = new Uint32Array(exports.memory.buffer, at, 2);
  return length === 0
    ? new Uint32Array()
    : new Uint32Array(exports.memory.buffer, address, length / 4);
}

/**
 * Reads ranges and gives each as a whole. Where the archive ends before one, it is left out.
 * @param {Holder} holder @param {Range[]} ranges each with its index as `tag` @param {AbortSignal | undefined} signal
 * @param {(index: number, bytes: Uint8Array) => void} take
 */
async function eachRange(holder, ranges, signal, take) {
  if (ranges.length === 0) return;
  /** Of those that have begun: ranges may overlap. @type {Map<number, Uint8Array[]>} */
  const begun = new Map();
  try {
    for await (const { tag, bytes, last } of holder.ranges(ranges, signal)) {
      const parts = begun.get(tag) ?? [];
      parts.push(bytes);
      if (last) {
        take(tag, parts.length === 1 ? bytes : join(parts));
        begun.delete(tag);
      } else {
        begun.set(tag, parts);
      }
    }
  } catch (error) {
    if (!(error instanceof ArchiveError)) throw error;
  }
}

/** The pieces of the plan that exports_dump.c makes. @param {Uint32Array} plan */
function* textPieces(plan) {
  for (let i = 0; i < plan.length; i += 5) {
    const [level, pages, low, high, length] = plan.subarray(i, i + 5);
    const offset = high * 2 ** 32 + low;
    yield { level, name: `pages-${pages}.img`, offset, length, tag: i / 5 };
  }
}

/** @param {Uint8Array[]} parts */
function join(parts) {
  const whole = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/** The dump before, in the same archive: what was searched ahead is not of it. @param {Holder} holder @returns {Holder} */
const earlyOf = (holder) => ({ ...holder, ahead: undefined });

export class Dump {
  #core;
  #handle;
  #holder;
  /** @type {Dump | undefined} */
  #previous;
  /** @type {Map<string, any>} */
  #views = new Map();
  #free;

  /** @param {Core} core @param {Holder} holder @param {boolean} [early] the images are those in pre-checkpoint/ */
  constructor(core, holder, early = false) {
    const { exports } = core;
    this.#core = core;
    this.#holder = holder;
    let handle = exports.ckpt_wasm_dump_new();
    if (!handle) throw new RangeError('there is not enough memory');
    this.#handle = handle;
    this.#free = () => {
      if (handle) exports.ckpt_wasm_dump_free(handle);
      handle = 0;
    };
    registry.register(this, this.#free, this);
    if (early) exports.ckpt_wasm_dump_choose_early(handle);
    const prefix = encoder.encode(holder.prefix);
    withBytes(exports, prefix, (at) => {
      for (const bytes of holder.records())
        withBytes(exports, bytes, (records) => {
          if (!exports.ckpt_wasm_dump_list(handle, at, prefix.length, records, bytes.length))
            throw new RangeError('there is not enough memory');
        });
    });
    this.#directory = textAt(exports, exports.ckpt_wasm_dump_directory(handle));
  }

  #directory = '';

  /** Of the core; for a validation. */
  get handle() {
    return this.#handle;
  }

  /**
   * Reads the images of a checkpoint.
   * @param {Core} core @param {Holder} holder
   * @param {{previous?: Dump, texts?: boolean, signal?: AbortSignal, early?: boolean}} [options] previous:
   *   what its page maps refer to, closed with it; without one, that is looked for in the same archive; texts: whether
   *   to read command lines and environments; early: the images are those in pre-checkpoint/
   */
  static async open(core, holder, { previous, texts = true, signal, early = false } = {}) {
    const dump = new Dump(core, holder, early);
    /** Opened here. @type {Dump | undefined} */
    let inside;
    try {
      if (!previous && core.exports.ckpt_wasm_dump_has_early(dump.#handle))
        inside = await Dump.open(core, earlyOf(holder), { early: true, texts: false, signal });
      const before = previous ?? inside;
      if (before) dump.#goesOnFrom(before);
      await dump.#readImages(signal);
      if (texts) await dump.#readTexts(signal);
    } catch (error) {
      dump.#previous = inside; // another is the caller's
      dump.close();
      throw error;
    }
    return dump;
  }

  /**
   * Reads the images of a checkpoint and of those before it.
   * @param {readonly {core: Core, holder: Holder}[]} chain the latest first
   * @param {{texts?: boolean, signal?: AbortSignal}} [options] as open() has them; texts: those of the first one
   */
  static async chain(chain, { texts = true, signal } = {}) {
    /** @type {Dump | undefined} */
    let previous;
    for (const [i, { core, holder }] of [...chain.entries()].reverse())
      try {
        previous = await Dump.open(core, holder, { previous, texts: texts && i === 0, signal });
      } catch (error) {
        previous?.close();
        throw error;
      }
    return /** @type {Dump} */ (previous);
  }

  /** @param {Dump} previous */
  #goesOnFrom(previous) {
    this.#previous = previous;
    this.#core.exports.ckpt_wasm_dump_previous(this.#handle, previous.#handle);
  }

  /** The images of which bytes are wanted: their names, as bytes, and ranges. */
  #wanted() {
    const { exports } = this.#core;
    const wanted = wordsAt(exports, exports.ckpt_wasm_dump_wanted(this.#handle, 1));
    /** @type {Range[]} */
    const ranges = [];
    /** @type {Uint8Array[]} */
    const names = [];
    for (let i = 0; i < wanted.length; i += 3) {
      const name = new Uint8Array(exports.memory.buffer, wanted[i], wanted[i + 1]).slice();
      names.push(name);
      ranges.push({
        member: this.#directory + decoder.decode(name),
        length: wanted[i + 2],
        tag: i / 3,
      });
    }
    return { names, ranges };
  }

  /** @param {Uint8Array} name @param {Uint8Array} bytes its first ones */
  #addImage(name, bytes) {
    const { exports } = this.#core;
    const room = withBytes(exports, name, (at) =>
      exports.ckpt_wasm_dump_room(this.#handle, at, name.length, bytes.length),
    );
    if (room) new Uint8Array(exports.memory.buffer, room, bytes.length).set(bytes);
  }

  /** @param {AbortSignal} [signal] */
  async #readImages(signal) {
    const { names, ranges } = this.#wanted();
    await eachRange(this.#holder, ranges, signal, (index, bytes) =>
      this.#addImage(names[index], bytes),
    );
  }

  /** Where the images lie in the archive. */
  get directory() {
    return this.#directory;
  }

  /**
   * What is known from some images, while an archive is read. Nothing can be read through it.
   * @param {Core} core @param {Holder['records']} records of the members so far
   * @param {Map<string, Uint8Array>} images by the names of the members @returns {Dump} to be closed
   */
  static ofImages(core, records, images) {
    const holder = /** @type {Holder} */ ({ prefix: '', records });
    const dump = new Dump(core, holder);
    const { names, ranges } = dump.#wanted();
    for (const [i, { member, length = 0 }] of ranges.entries()) {
      const bytes = images.get(/** @type {string} */ (member));
      if (bytes) dump.#addImage(names[i], bytes.subarray(0, length));
    }
    return dump;
  }

  /**
   * What command lines and environments need of pages files, as far as that is known from some images.
   * @param {Core} core @param {Holder['records']} records of the members
   * @param {Map<string, Uint8Array>} images by the names of the members
   * @returns {Map<string, {offset: number, length: number}[]>} by the names of the members
   */
  static pagesNeeded(core, records, images) {
    const { exports } = core;
    const dump = Dump.ofImages(core, records, images);
    /** @type {ReturnType<typeof Dump.pagesNeeded>} */
    const needed = new Map();
    try {
      const plan = wordsAt(exports, exports.ckpt_wasm_dump_plan(dump.#handle)).slice();
      for (const { level, name, offset, length } of textPieces(plan)) {
        if (level > 0) continue;
        const member = dump.#directory + name;
        needed.set(member, [...(needed.get(member) ?? []), { offset, length }]);
      }
    } finally {
      dump.close();
    }
    return needed;
  }

  /** Reads what command lines and environments need of the memory. @param {AbortSignal} [signal] */
  async #readTexts(signal) {
    const { exports } = this.#core;
    const plan = wordsAt(exports, exports.ckpt_wasm_dump_plan(this.#handle)).slice();
    /** @type {Range[][]} by how many dumps they are away */
    const levels = [];
    for (const { level, name, offset, length, tag } of textPieces(plan))
      (levels[level] ??= []).push({ member: name, offset, length, tag });
    /** @type {Dump | undefined} */
    let dump = this;
    for (let level = 0; dump && level < levels.length; level++, dump = dump.#previous) {
      const ranges = levels[level] ?? [];
      for (const range of ranges) range.member = `${dump.#directory}${range.member}`;
      await eachRange(dump.#holder, ranges, signal, (index, bytes) =>
        withBytes(exports, bytes, (at) =>
          exports.ckpt_wasm_dump_take(this.#handle, index, at, bytes.length),
        ),
      );
    }
  }

  /** @param {keyof typeof VIEWS} name @param {number} [pid] */
  #view(name, pid = 0) {
    checkedPid(pid);
    const key = `${name} ${pid}`;
    const known = this.#views.get(key);
    if (known && name !== 'gaps' && name !== 'cpu') return known;
    const { exports } = this.#core;
    if (!this.#handle) throw new TypeError('the dump is closed');
    const answer = exports.ckpt_wasm_dump_view(this.#handle, VIEWS[name], pid);
    if (!answer) throw new RangeError('there is not enough memory');
    const { buffer } = exports.memory;
    const [start, , strings, length] = new Uint32Array(buffer, answer, 4);
    const text = decoder.decode(new Uint8Array(buffer, strings, length));
    const value = readTape(new Uint32Array(buffer), start, '', text, 0, fields);
    this.#views.set(key, value);
    return value;
  }

  /** All processes, parents before their children. @returns {Process[]} */
  get processes() {
    return this.#view('processes').processes;
  }

  /** A process and those below it; 0: all. @param {number} pid @returns {Process[]} */
  processesBelow(pid) {
    return this.#view('processes', pid).processes;
  }

  /**
   * The open files, of one process or of all.
   * @param {number} [pid] @returns {import('../../dist/types/dump.d.ts').OpenFile[]}
   */
  files(pid) {
    return this.#view('files', pid).files;
  }

  /**
   * The sockets, of one process or of all.
   * @param {number} [pid] @returns {import('../../dist/types/dump.d.ts').Socket[]}
   */
  sockets(pid) {
    return this.#view('sockets', pid).sockets;
  }

  /**
   * The mounts, of the namespace of one process or of all.
   * @param {number} [pid] @returns {import('../../dist/types/dump.d.ts').Mount[]}
   */
  mounts(pid) {
    return this.#view('mounts', pid).mounts;
  }

  /**
   * The namespaces and what is in them: network devices, System V objects, host names, clocks, id maps. Of one process
   * or of all.
   * @param {number} [pid] @returns {import('../../dist/types/dump.d.ts').NamespaceContent[]}
   */
  namespaces(pid) {
    return this.#view('namespaces', pid).namespaces;
  }

  /**
   * What the images, and what was given to takeCpu(), tell of processors: see cpuPassport().
   * @returns {import('../../dist/types/dump.d.ts').CpuView}
   */
  cpu() {
    return this.#view('cpu');
  }

  /**
   * Takes what tells more of processors; false: it does not.
   * @param {number} source as in src/criu/cpu.h @param {Uint8Array} bytes
   * @param {number} [pid] @param {bigint} [address] of memory
   */
  takeCpu(source, bytes, pid = 0, address = 0n) {
    const { exports } = this.#core;
    if (!this.#handle) throw new TypeError('the dump is closed');
    return withBytes(
      exports,
      bytes,
      (at) =>
        exports.ckpt_wasm_dump_cpu(this.#handle, source, pid, address, at, bytes.length) !== 0,
    );
  }

  /**
   * What is not known because images are missing or damaged: as far as was looked at.
   * @returns {import('../../dist/types/dump.d.ts').Gap[]}
   */
  get gaps() {
    return this.#view('gaps').gaps;
  }

  /** The memory of the processes. @returns {Memory} */
  get memory() {
    /** @type {import('./memory.js').Level[]} */
    const levels = [];
    /** @type {Dump | undefined} */
    let dump = this;
    for (; dump; dump = dump.#previous) {
      const { ranges, ahead } = dump.#holder;
      levels.push({ directory: dump.#directory, ranges, ahead });
    }
    const open = () => {
      if (!this.#handle) throw new TypeError('the dump is closed');
      return this.#handle;
    };
    return new Memory(this.#core, open, levels);
  }

  /** Frees the memory. */
  close() {
    registry.unregister(this);
    this.#free();
    this.#handle = 0;
    this.#previous?.close();
  }
}
