// SPDX-License-Identifier: Apache-2.0
// Exceptions of the configuration: a rule that does not count for some files, for a reason, until a day.
import nodePath from 'node:path';
import process from 'node:process';
import { pathTest } from './glob.js';

/**
 * @typedef {object} Ignore as it stands in the configuration
 * @property {string} rule an id, or the beginning of some with "*" after it
 * @property {string} [path] pattern; without it all files are meant
 * @property {string} reason
 * @property {string} [until] the last day, `2027-01-31`
 *
 * @typedef {Ignore & {place: string}} Placed place: where it stands, `.ckpt.json:3:5`
 * @typedef {{index: number, rule: string}} Applied index: of the exception
 */

/** Whether a text is a day of the calendar, as RFC 3339 writes it. @param {unknown} text */
export function isDay(text) {
  if (typeof text !== 'string' || !/^\d{4}-\d\d-\d\d$/.test(text)) return false;
  const date = new Date(`${text}T00:00:00Z`);
  return !Number.isNaN(date.getTime()) && date.toISOString().startsWith(text);
}

/** Which rules a pattern means. @param {string} pattern @returns {(id: string) => boolean} */
const ruleTest = (pattern) =>
  pattern.endsWith('*') ? (id) => id.startsWith(pattern.slice(0, -1)) : (id) => id === pattern;

/** The exceptions of a run. */
export class Ignores {
  #list;
  #folder;
  #path;
  #today;

  /**
   * @param {readonly Placed[]} list
   * @param {{folder: string, now?: Date, path?: typeof nodePath}} options folder: that of the configuration, which patterns
   *   start from; path: how paths are written here
   */
  constructor(list, { folder, now = new Date(), path = nodePath }) {
    this.#folder = path.resolve(folder);
    this.#path = path;
    this.#today = now.toISOString().slice(0, 10);
    const slashes = (/** @type {string} */ text) =>
      path.sep === '\\' ? text.replaceAll('\\', '/') : text;
    this.#list = list.map((one) => ({
      ...one,
      // The day itself still counts, wherever on earth it ends last: days are those of UTC.
      expired: one.until !== undefined && one.until < this.#today,
      absolute: one.path !== undefined && path.isAbsolute(one.path),
      test: one.path === undefined ? null : pathTest(slashes(one.path)),
      matched: false,
      used: 0,
    }));
  }

  /**
   * What counts for a checkpoint.
   * @param {readonly string[]} paths of its files @returns {Applied[]}
   */
  of(paths) {
    /** @type {Applied[]} */
    const found = [];
    const names = paths.map((one) => {
      const full = this.#path.resolve(one);
      const relative = this.#path.relative(this.#folder, full);
      const outside = relative.split(this.#path.sep)[0] === '..' || this.#path.isAbsolute(relative);
      const slashes = (/** @type {string} */ text) => text.replaceAll(this.#path.sep, '/');
      return { full: slashes(full), relative: outside ? null : slashes(relative) };
    });
    this.#list.forEach((one, index) => {
      const { test, absolute, expired, rule } = one;
      const meant =
        test === null ||
        names.some(({ full, relative }) =>
          absolute ? test(full) : relative !== null && test(relative),
        );
      if (!meant) return;
      one.matched = true;
      if (!expired) found.push({ index, rule });
    });
    return found;
  }

  /** What was found that is ignored. @param {readonly number[]} used indexes of exceptions */
  count(used) {
    for (const index of used) this.#list[index].used++;
  }

  /** What has expired, one line each; not safe to show. @returns {string[]} */
  get warnings() {
    return this.#list
      .filter(({ expired }) => expired)
      .map(
        (one) =>
          `${one.place}: warning: ${what(one)} is no longer ignored since ${one.until} has passed (${one.reason})`,
      );
  }

  /** What each of the others did, one line each; not safe to show. @returns {string[]} */
  get story() {
    return this.#list.flatMap((one) => {
      if (one.expired) return [];
      const { place, matched, used, reason, path } = one;
      const said = `${place}: ${what(one)} is ignored (${reason})`;
      if (used > 0) return [`${said}: in ${used} ${used === 1 ? 'checkpoint' : 'checkpoints'}`];
      const why = matched ? 'it was not found there' : `no file of this run matches ${path}`;
      return [`${said}, but ${why}: the exception can go`];
    });
  }
}

/** @param {Ignore} one */
const what = ({ rule, path }) => (path === undefined ? rule : `${rule} in ${path}`);

/**
 * Which exceptions are needed: those whose rules find something.
 * @param {readonly Applied[]} applied @param {any} report made with nothing of it ignored @returns {number[]} their indexes
 */
export function usedOf(applied, report) {
  const ids = new Set();
  const todo = [report];
  for (let one; (one = todo.pop());) {
    for (const { id } of one.findings) ids.add(id);
    todo.push(...(one.containers ?? []));
  }
  return applied.filter(({ rule }) => [...ids].some(ruleTest(rule))).map(({ index }) => index);
}

/** Where a file is, for those who start elsewhere. @param {string} file */
export const folderOf = (file) => nodePath.resolve(process.cwd(), nodePath.dirname(file));
