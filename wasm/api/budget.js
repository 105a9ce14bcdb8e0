// SPDX-License-Identifier: Apache-2.0
// What opening one checkpoint may cost, whatever it is made of.
import { layout } from '../border/archive-layout.js';
import { nearest } from '../border/arguments.js';

/** @typedef {import('../../dist/types/checkpoint.d.ts').ArchiveLimits} Limits */

/** Limits that are checked here: their defaults. */
const SHARED = {
  maxMembers: 1_000_000,
  maxTable: 80 * 2 ** 20,
  maxKeptSum: 2 ** 26,
  maxArchives: 4096,
  maxOutput: 2 ** 31,
};
/** What is more than so much of a member's record is of long names: the core has those, too, in buffers that
 * grow to twice what is in them. */
const LONG = 1024;
const LONG_COST = 3;
/** Output for each byte read that nobody minds. */
const FAIR = 200;

/** Other options of the C reader, which are no limits. */
const NOT_LIMITS = new Set(['source_size', 'flags', 'depth']);
const camel = (/** @type {string} */ name) =>
  name.replace(/_([a-z])/g, (_, letter) => letter.toUpperCase());
/** Limits of the C reader: their fields by our names. @type {Map<string, string>} */
const FIELDS = new Map(
  Object.keys(layout.options.fields)
    .filter((name) => !NOT_LIMITS.has(name))
    .map((name) => [camel(name), name]),
);
const NAMES = [...new Set([...Object.keys(SHARED), ...FIELDS.keys()])];

/**
 * Checks limits. The spelling of the C header (max_members) is understood, too.
 * @param {any} limits @returns {Record<string, number>} by our names
 * @throws {TypeError} which says what was expected
 */
export function checkedLimits(limits) {
  if (limits === undefined) return {};
  if (typeof limits !== 'object' || limits === null)
    throw new TypeError('"limits" must be an object, such as {maxWindow: 67108864}');
  /** @type {Record<string, number>} */
  const checked = {};
  for (const [given, value] of Object.entries(limits)) {
    const name = camel(given);
    if (!NAMES.includes(name))
      throw new TypeError(
        `there is no limit "${given}"${nearest(name, NAMES)}; there are ${NAMES.join(', ')}`,
      );
    if (value === undefined) continue;
    const field = FIELDS.get(name);
    const most = field && layout.options.fields[field][1] !== 'uint64_t' ? 2 ** 32 - 1 : 2 ** 53;
    if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < 1 || value > most)
      throw new TypeError(
        `the limit "${given}" must be a whole number from 1 to ${most}, not ${String(value)}`,
      );
    checked[name] = value;
  }
  return checked;
}

/** Why nothing more may be read. @typedef {{code: string, message: string}} Exceeded */

/** What the archives of one checkpoint have used up together. */
export class Budget {
  #limits;
  #most;
  #used = { members: 0, table: 0, kept: 0, archives: 0, input: 0, output: 0 };

  /** @param {Record<string, number>} [limits] checked ones */
  constructor(limits = {}) {
    this.#limits = limits;
    this.#most = { ...SHARED, ...limits };
  }

  /** Options for the C reader: what is left for it. @returns {Record<string, number>} */
  options() {
    /** @type {Record<string, number>} */
    const values = {};
    for (const [name, value] of Object.entries(this.#limits)) {
      const field = FIELDS.get(name);
      if (field) values[field] = value;
    }
    const { maxMembers, maxTable, maxKeptSum } = this.#most;
    const most = (/** @type {number} */ limit, /** @type {number} */ used) =>
      Math.max(1, limit - used);
    values.max_members = most(maxMembers, this.#used.members);
    values.max_table = most(maxTable, this.#used.table);
    values.max_kept_sum = most(maxKeptSum, this.#used.kept);
    return values;
  }

  /** What was used so far, to go back to with `reset`. */
  mark() {
    return { ...this.#used };
  }

  /** Reading starts again from there. @param {ReturnType<Budget['mark']>} mark */
  reset(mark) {
    this.#used = { ...mark };
  }

  /** Members were found. @param {number} count @param {number} bytes of their records @returns {Exceeded | null} */
  takeMembers(count, bytes) {
    const { maxMembers, maxTable } = this.#most;
    this.#used.members += count;
    this.#used.table += bytes + LONG_COST * Math.max(0, bytes - count * LONG);
    if (this.#used.members > maxMembers)
      return exceeded('limit-members', 'members', maxMembers, 'maxMembers');
    if (this.#used.table > maxTable)
      return exceeded('limit-table', 'bytes of names and other facts', maxTable, 'maxTable');
    return null;
  }

  /** Takes bytes that are to be kept from the budget; false if it does not allow them. @param {number} bytes */
  keep(bytes) {
    if (this.#used.kept + bytes > this.#most.maxKeptSum) return false;
    this.#used.kept += bytes;
    return true;
  }

  /** An archive inside is looked at. @returns {Exceeded | null} */
  takeArchive() {
    const { maxArchives } = this.#most;
    return ++this.#used.archives > maxArchives
      ? exceeded('limit-archives', 'archives inside', maxArchives, 'maxArchives')
      : null;
  }

  /** Bytes of the source were read. @param {number} bytes */
  takeInput(bytes) {
    this.#used.input += bytes;
  }

  /** Bytes were made of those. @param {number} bytes @returns {Exceeded | null} */
  takeOutput(bytes) {
    const { maxOutput } = this.#most;
    this.#used.output += bytes;
    if (this.#used.output <= maxOutput + FAIR * this.#used.input) return null;
    return {
      code: 'limit-output',
      message:
        `The first ${this.#used.input} bytes decompress to more than ${this.#used.output} bytes in all; ` +
        `the limit is ${maxOutput} beyond ${FAIR} times the input (maxOutput).`,
    };
  }
}

/** @param {string} code @param {string} what @param {number} most @param {string} name @returns {Exceeded} */
const exceeded = (code, what, most, name) => ({
  code,
  message: `The archives of the checkpoint have more than ${most} ${what} together; that is the limit (${name}).`,
});
