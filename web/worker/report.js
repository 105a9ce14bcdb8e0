// SPDX-License-Identifier: Apache-2.0
// One member of a source: decoded, and described for the page.
import { T } from '../text.js';
import { frame, rawRows } from './lines.js';
import { Shelf } from './shelf.js';
import { Tree } from './tree.js';
import { VIEWS } from './views.js';

/** @typedef {import('../types.d.ts').Problem} Problem */
/** @typedef {import('../types.d.ts').Report} ReportData */

/** A metadata file is small; larger ones would only fill the memory. */
export const MAX_SIZE = 64 * 2 ** 20;

/** A file that is text and nothing more. */
export const TEXT = 'text';

export class Report {
  shelf = new Shelf();
  #ckpt;
  /** @type {Uint8Array} */
  #bytes = new Uint8Array();
  /** @type {{offset: number, length: number} | undefined} */
  #mark;

  /** @param {any} ckpt the core */
  constructor(ckpt) {
    this.#ckpt = ckpt;
  }

  /**
   * @param {string | null} kind null: it is not known, nothing is decoded
   * @param {{size: number}} member
   * @param {() => Promise<Uint8Array>} read
   * @returns {Promise<ReportData>}
   */
  async make(kind, member, read) {
    const size = this.#ckpt.byteToString(member.size);
    /** @type {ReportData} */
    const report = {
      kind,
      size,
      verdict: 'ok',
      partial: false,
      sections: [],
      raw: false,
      tree: false,
    };
    if (member.size > MAX_SIZE) {
      const words = T.tooLarge(size, this.#ckpt.byteToString(MAX_SIZE));
      return { ...report, verdict: 'error', problem: hopeless('limit', words) };
    }
    try {
      this.#bytes = await read();
    } catch (error) {
      return { ...report, verdict: 'error', problem: hopeless('unreadable', message(error)) };
    }
    report.raw = true;
    if (kind === TEXT) return report;
    if (kind === null) return { ...report, verdict: 'unknown' };
    return this.#decode(kind, report);
  }

  /** @param {string} kind @param {ReportData} report @returns {ReportData} */
  #decode(kind, report) {
    let value;
    let filled = true;
    try {
      value = this.#ckpt.decode(kind, this.#bytes);
    } catch (error) {
      report.verdict = 'error';
      report.problem = this.#problem(error);
      value = /** @type {any} */ (error).partial;
      filled = report.partial = value !== undefined;
    }
    if (filled && Object.hasOwn(VIEWS, kind)) {
      // `null` leaves a struct empty in Go, and a list or a map null.
      report.sections = VIEWS[kind]({ ckpt: this.#ckpt, shelf: this.shelf }, value);
    }
    report.tree = kind !== 'deleted.files' && this.#ckpt.check('any', this.#bytes) === null;
    return report;
  }

  /** @param {any} error @returns {Problem} */
  #problem(error) {
    if (error?.name !== 'CheckpointError') return hopeless('unreadable', message(error));
    const located = error.line > 0;
    if (located) this.#mark = { offset: error.offset, length: error.length };
    return {
      kind: error.kind,
      rule: error.rule,
      message: error.goMessage || error.message,
      found: error.found,
      expected: error.expected,
      line: error.line,
      column: error.column,
      offset: error.offset,
      pointer: error.pointer,
      frame: located ? frame(this.#bytes, error) : [],
    };
  }

  /** Everything in the file, known or not. */
  tree() {
    return new Tree(this.#ckpt, this.shelf, this.#bytes).children();
  }

  /** The text, line by line. */
  raw() {
    const { total, row, at } = rawRows(this.#bytes, this.#mark);
    return { seq: this.shelf.seq(total, row), at };
  }
}

const message = (/** @type {unknown} */ error) =>
  error instanceof Error ? error.message : String(error);

/** A problem that is nowhere in the text. @param {'limit' | 'unreadable'} kind @param {string} text @returns {Problem} */
function hopeless(kind, text) {
  const nowhere = { line: 0, column: 0, offset: -1, pointer: '', frame: [] };
  return { kind, rule: '', message: text, found: '', expected: '', ...nowhere };
}
