// SPDX-License-Identifier: Apache-2.0
// What is to be overwritten in a layer: places that do not overlap.

/** @typedef {import('./redact-layers.js').Edit} Edit */

export class Edits {
  /** @type {Edit[]} */
  #all = [];
  /** What is inside of compressed files. @type {Map<import('./redact-layers.js').Segment, Edits>} */
  deep = new Map();
  /** Places that are covered, by offset. @type {Map<number, Edit>} */
  #known = new Map();

  /**
   * @param {Edit} edit @param {boolean} [again] in place of one at the same offset
   * @returns {boolean} false if the same place was covered already
   */
  add(edit, again = false) {
    const before = this.#known.get(edit.offset);
    if (before && again) {
      Object.assign(before, edit);
      return true;
    }
    if (before && before.length >= edit.length) return false;
    this.#known.set(edit.offset, edit);
    this.#all.push(edit);
    return true;
  }

  /** By place; those that follow one another may overlap. @returns {Edit[]} */
  list() {
    return this.#all.sort((a, b) => a.offset - b.offset);
  }
}
