// SPDX-License-Identifier: Apache-2.0
// How checkpointctl takes what is wrong: the first thing ends the program, in its words.
import { Failure } from '../exit.js';
import { escapeForTerminal } from '../../report/escape.js';

/**
 * Which images a part of a command needs, and the words for their absence.
 * @typedef {{needs: RegExp, says: string}} Need
 */

const TREE = 'failed to get process tree: ';
const ARGUMENTS = `${TREE}failed to build JSON process tree node: failed to process command line arguments: `;
const ENVIRONMENT = `${TREE}failed to build JSON process tree node: failed to process environment variables: `;

/** Its words for what is no tar archive. @type {Record<string, string>} */
const ARCHIVE = {
  'not-tar': 'archive/tar: invalid tar header',
  checksum: 'archive/tar: invalid tar header',
  short: 'unexpected EOF',
  truncated: 'unexpected EOF',
};

/** @param {any} gap */
function gapText({ member, message }) {
  return /missing/.test(message)
    ? `open ${member}: no such file or directory`
    : `${member}: ${message}`;
}

/** Given to commands as `dropIn`; see wasm/cli/open.js. */
export class Strict {
  #command;
  #switches;
  #values;
  #stdout;
  #stderr;
  #operands;

  /**
   * @param {string} command
   * @param {Pick<import('../options.js').Context, 'switches' | 'values' | 'operands' | 'stdout' | 'stderr'>} context
   */
  constructor(command, { switches, values, operands, stdout, stderr }) {
    this.#command = command;
    this.#switches = switches;
    this.#values = values;
    this.#stdout = stdout;
    this.#stderr = stderr;
    this.#operands = operands;
  }

  /** An engine that is not known is containerd there. @param {import('../../api/checkpoint.js').Checkpoint} checkpoint */
  adjust({ summary }) {
    const engine = /** @type {any} */ (summary)?.engine;
    if (engine?.name === 'unknown') engine.display = 'containerd';
  }

  /** Something that a command says on standard error. @param {string} text @param {number} code @param {string} path that it may begin with */
  async say(text, code, path) {
    if (code === 0) return;
    if (this.#command === 'list') {
      const time = new Date().toISOString().slice(0, 19).replace('T', ' ').replaceAll('-', '/');
      await this.#stdout.flush(); // both may be the same file
      await this.#stderr.write(`${time} ${escapeForTerminal(text)}\n`);
      await this.#stderr.flush();
      return;
    }
    const which =
      this.#command === 'diff'
        ? `failed to load checkpoint${path === this.#operands[0] ? 'A' : 'B'}: `
        : '';
    throw new Failure(which + (text.startsWith(`${path}: `) ? text.slice(path.length + 2) : text));
  }

  /** A checkpoint that cannot be opened, or is not what it should be. @param {any} error @param {string} path @param {{message: string} | null} unreadable @returns {string} */
  words(error, path, unreadable) {
    if (unreadable && /neither|regular/.test(unreadable.message))
      return `input ${path} not a regular file`;
    if (unreadable) return `stat ${path}: ${unreadable.message}`;
    const code = error.code ?? error.cause?.code;
    const known = ARCHIVE[code];
    if (known) return known;
    if (code === 'empty') return `checkpoint directory is missing in the archive file: ${path}`;
    const message = error.message.replace(/^: /, '');
    const missing = 'checkpoint directory is missing in the archive file';
    if (message === missing || message.startsWith('is no checkpoint, but has '))
      return `${missing}: ${path}`;
    return code && /truncated|cut/.test(code) ? 'unexpected EOF' : message;
  }

  /** What is missing of a dump, if this command needs it. @param {readonly any[]} gaps @throws {Failure} */
  gaps(gaps) {
    const has = (/** @type {string} */ name) =>
      this.#switches.has(name) || (this.#switches.has('all') && this.#command === 'inspect');
    /** @type {Need[]} */
    const needs = [{ needs: /(^|\/)(pstree\.img|core-\d+\.img)$/, says: TREE }];
    if (this.#command === 'memparse') needs.push({ needs: /(^|\/)pagemap-\d+\.img$/, says: '' });
    if (has('ps-tree-cmd'))
      needs.push({ needs: /(^|\/)((pagemap|pages|mm)-\d+\.img)$/, says: ARGUMENTS });
    if (has('ps-tree-env'))
      needs.push({ needs: /(^|\/)((pagemap|pages|mm)-\d+\.img)$/, says: ENVIRONMENT });
    if (has('files'))
      needs.push({
        needs: /(^|\/)(files\.img|(fs|ids|fdinfo)-\d+\.img)$/,
        says: 'failed to get file descriptors: ',
      });
    if (has('sockets'))
      needs.push({
        needs: /(^|\/)(files\.img|(ids|fdinfo)-\d+\.img)$/,
        says: 'failed to get sockets: ',
      });
    for (const { needs: images, says } of needs) {
      const gap = gaps.find(
        ({ member, field, message }) =>
          (field === null || /missing/.test(message)) && images.test(member),
      );
      if (gap) throw new Failure(`${says}${gapText(gap)}`);
    }
  }

  /** A dump that was opened. @param {import('../../api/dump.js').Dump} dump @throws {Failure} */
  dump(dump) {
    void dump.processes;
    if (this.#values.pid === undefined || this.#command === 'memparse') this.gaps(dump.gaps);
  }
}
