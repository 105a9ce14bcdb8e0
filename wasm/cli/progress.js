// SPDX-License-Identifier: Apache-2.0
// How far a long reading has come: one line on standard error, if that is a terminal, which is
// rewritten in place and gone at the end.
import process from 'node:process';
import { displayWidth, escapeForTerminal } from '../report/escape.js';
import { EXIT } from './exit.js';

/** @typedef {{read: number, size: number}} State bytes; size 0: not known */

/** What is read faster than this (ms) shows nothing. */
const PATIENCE = 300;
const INTERVAL = 100;
/** Columns without which a name and the ": " after it are not worth it. */
const LEAST_NAME = 6;
const CLEAR = '\r\x1b[K';

/** @type {import('./options.js').Option} */
export const NO_PROGRESS = {
  name: 'no-progress',
  help: 'do not show on the terminal how far it is (nor does it with NO_PROGRESS in the environment)',
};

/**
 * Whether to show it. NO_PROGRESS counts unless it is empty.
 * @param {{isTTY?: boolean}} stream
 * @param {Set<string>} switches
 * @param {NodeJS.ProcessEnv} env
 */
export const wantsProgress = (stream, switches, env) =>
  stream.isTTY === true &&
  !switches.has(NO_PROGRESS.name) &&
  !switches.has('quiet') &&
  !env.NO_PROGRESS &&
  env.TERM !== 'dumb';

/** The end of a text, cut to a number of columns. @param {string} text @param {number} room */
function fit(text, room) {
  if (displayWidth(text) <= room) return text;
  const characters = [...text];
  let width = 1;
  let from = characters.length;
  while (from > 0 && width + displayWidth(characters[from - 1]) <= room)
    width += displayWidth(characters[--from]);
  return `…${characters.slice(from).join('')}`;
}

export class Progress {
  #stream;
  #bytes;
  #now;
  #name = '';
  /** When the first reading began. */
  #began = -1;
  /** When this pass over a file began, and how far it has come. */
  #pass = 0;
  #reached = 0;
  #drawn = -Infinity;
  #visible = false;
  #active = false;
  /** Whether the command itself tells how far it is. */
  #told = false;

  /**
   * @param {{write(text: string): unknown, columns?: number}} stream
   * @param {(bytes: number) => string} bytes a size for people
   * @param {() => number} [now] ms
   */
  constructor(stream, bytes, now = () => performance.now()) {
    this.#stream = stream;
    this.#bytes = bytes;
    this.#now = now;
  }

  /** A new reading begins. @param {string} name of what is read */
  start(name) {
    this.clear();
    this.#active = true;
    this.#told = false;
    this.#name = escapeForTerminal(name);
    this.#pass = this.#now();
    this.#reached = 0;
    if (this.#began < 0) this.#began = this.#pass;
  }

  /** What the command itself tells: from now on, what is read of files does not count. @param {State} state */
  update(state) {
    this.#told = true;
    this.#tell(state);
  }

  /**
   * What was read of a file: it may be read several times.
   * @param {State} state @param {string} [name] of the file, if there are others
   */
  passed(state, name) {
    if (this.#told || !this.#active) return;
    const shown = name === undefined ? this.#name : escapeForTerminal(name);
    if (shown !== this.#name || state.read < this.#reached) this.#pass = this.#now();
    this.#name = shown;
    this.#reached = state.read;
    this.#tell(state);
  }

  /** The name alone, where nobody tells how far it is. */
  show() {
    if (this.#isDue()) this.#draw(this.#name, '');
  }

  /** Whether there is something to draw again. */
  #isDue() {
    const now = this.#now();
    return this.#active && now - this.#began >= PATIENCE && now - this.#drawn >= INTERVAL;
  }

  /** @param {State} state */
  #tell({ read, size }) {
    if (!this.#isDue()) return;
    const seconds = Math.max(this.#now() - this.#pass, INTERVAL) / 1000;
    this.#draw(this.#name, this.#line(read, size, seconds));
  }

  /** @param {string} name @param {string} line */
  #draw(name, line) {
    this.#drawn = this.#now();
    this.#visible = true;
    // A line as wide as the terminal would wrap, and could not be taken back.
    const most = Math.max(this.#stream.columns || 80, 20) - 1;
    const room = most - line.length;
    const after = line === '' ? '' : ': ';
    const fits = room < LEAST_NAME ? '' : `${fit(name, room - after.length)}${after}`;
    this.#stream.write(`${CLEAR}${fits}${line.slice(0, most)}`);
  }

  /** @param {number} read @param {number} size @param {number} seconds */
  #line(read, size, seconds) {
    const speed = `${this.#bytes(Math.round(read / seconds))}/s`;
    if (size === 0) return `${this.#bytes(read)}, ${speed}`;
    const percent = Math.min(100, Math.floor((100 * read) / size));
    return `${percent}%, ${this.#bytes(read)} of ${this.#bytes(size)}, ${speed}`;
  }

  /** Takes the line away and shows no other until the next start. */
  end() {
    this.#active = false;
    this.clear();
  }

  /** Takes the line away. */
  clear() {
    if (this.#visible) this.#stream.write(CLEAR);
    this.#visible = false;
  }
}

/** One for each run of a command, since there is one line. @type {WeakMap<object, {progress: Progress, depth: number}>} */
const shown = new WeakMap();

/** @typedef {import('./options.js').Context} Context */

/**
 * Runs what may take long: how far it is, is shown where people see it, and Ctrl-C ends it.
 * @template T
 * @param {Pick<Context, 'switches' | 'core'>} context @param {string} name of what is read
 * @param {(progress: Progress, shows: boolean) => Promise<T>} use shows: false: nobody sees it, and it need not be told
 * @returns {Promise<T>}
 */
export async function withProgress(context, name, use) {
  const ckpt = await context.core();
  const shows = wantsProgress(process.stderr, context.switches, process.env);
  const own = shown.get(context.switches) ?? {
    progress: new Progress(process.stderr, (bytes) => ckpt.byteToString(bytes)),
    depth: 0,
  };
  shown.set(context.switches, own);
  const { progress } = own;
  const interrupt = () => {
    progress.end();
    process.exit(EXIT.interrupted); // what is not finished goes when the process does
  };
  process.once('SIGINT', interrupt);
  own.depth++;
  try {
    if (shows) progress.start(name);
    return await use(progress, shows);
  } finally {
    own.depth--;
    if (own.depth === 0) progress.end();
    process.removeListener('SIGINT', interrupt);
  }
}

/**
 * A source that tells how far it was read, in every pass.
 * @param {any} source as openCheckpoint() of Node takes it @param {(state: State) => void} onRead
 * @returns {Promise<{source: any, onProgress?: (state: State) => void}>} onProgress: where only opening can tell it
 */
export async function watched(source, onRead) {
  const { nodeSource } = await import('../api/node-source.js');
  const input = await nodeSource(source);
  const { size, directory } = input;
  if (size === undefined) return { source: input, onProgress: onRead };
  const read = (/** @type {number} */ offset, /** @type {number} */ length) => {
    onRead({ read: Math.min(offset + length, size), size });
    return input.read(offset, length);
  };
  return { source: { size, directory, read, close: () => input.close?.() } };
}
