// SPDX-License-Identifier: Apache-2.0
// How far a long reading has come: one line on standard error, if that is a terminal, which is
// rewritten in place and gone at the end.
import { displayWidth, escapeForTerminal } from '../report/escape.js';

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
  #started = 0;
  #drawn = -Infinity;
  #visible = false;
  #active = false;

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
    this.#name = escapeForTerminal(name);
    this.#started = this.#now();
    this.#drawn = -Infinity;
  }

  /** @param {{read: number, size: number}} state bytes; size 0: not known */
  update({ read, size }) {
    const now = this.#now();
    if (!this.#active || now - this.#started < PATIENCE || now - this.#drawn < INTERVAL) return;
    this.#drawn = now;
    this.#visible = true;
    const line = this.#line(read, size, (now - this.#started) / 1000);
    // A line as wide as the terminal would wrap, and could not be taken back.
    const most = Math.max(this.#stream.columns || 80, 20) - 1;
    const room = most - line.length;
    const name = room < LEAST_NAME ? '' : `${fit(this.#name, room - 2)}: `;
    this.#stream.write(`${CLEAR}${name}${line.slice(0, most)}`);
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
