// SPDX-License-Identifier: Apache-2.0
// What differs between two JSON texts: every value once, so in linear time but for lists whose
// elements moved. Values are compared as they are written, so that no digit is lost.
import { escapeKey } from './json-tree.js';

/** @typedef {import('./json-tree.js').JsonTree} JsonTree */
/** Rows of the values; -1: there is none. @typedef {{pointer: string, change: 'added' | 'removed' | 'changed' | 'moved', a: number, b: number}} Difference */
/** @typedef {{a: number, b: number, pointer: string, moved?: boolean}} Pair */

const OPEN = 0x7b;
const OPEN_LIST = 0x5b;
const QUOTE = 0x22;
const decoder = new TextDecoder();

/** @param {number} hash @param {number} value */
const mix = (hash, value) => Math.imul(hash ^ value ^ (hash >>> 15), 0x9e3779b1);

/** A number for each value; equal values have equal ones, whatever the order of their keys. @param {JsonTree} tree */
function hashes(tree) {
  const { bytes, total, parents } = tree;
  const found = new Int32Array(total);
  for (let row = total - 1; row >= 0; row--) {
    if (tree.closes(row)) continue;
    const [from, to] = tree.opens(row) ? [0, 0] : tree.value(row);
    let hash = found[row];
    for (let at = from; at < to; at++) hash = mix(hash, bytes[at]);
    found[row] = hash;
    const parent = parents[row];
    if (parent < 0) continue;
    if (tree.hasKeys(parent)) {
      const [start, end] = tree.tokens(row)[0];
      for (let at = start; at < end; at++) hash = mix(hash, bytes[at]);
      found[parent] = (found[parent] + hash) | 0;
    } else found[parent] = mix(found[parent], hash);
  }
  return found;
}

/** The values in something with keys; of equal keys the last counts. @param {JsonTree} tree @param {number} row @returns {Map<string, number>} */
const byKey = (tree, row) =>
  new Map(Array.from(tree.children(row), (child) => [tree.key(child), child]));

/** Whether two values without parts are the same. @param {JsonTree} a @param {number} rowA @param {JsonTree} b @param {number} rowB */
function same(a, rowA, b, rowB) {
  const one = a.bytes.subarray(...a.value(rowA));
  const two = b.bytes.subarray(...b.value(rowB));
  if (one.length === two.length && one.every((byte, i) => byte === two[i])) return true;
  if (one[0] !== QUOTE || two[0] !== QUOTE) return false;
  const text = JSON.parse(decoder.decode(one));
  return !text.includes('\ufffd') && text === JSON.parse(decoder.decode(two));
}

/** Which numbers of a list are a longest rising sequence. @param {number[]} numbers @returns {Set<number>} their indexes */
function rising(numbers) {
  /** @type {number[]} */
  const tails = [];
  const before = new Int32Array(numbers.length).fill(-1);
  numbers.forEach((value, index) => {
    let low = 0;
    let high = tails.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (numbers[tails[middle]] < value) low = middle + 1;
      else high = middle;
    }
    if (low > 0) before[index] = tails[low - 1];
    tails[low] = index;
  });
  const found = new Set();
  for (let at = tails[tails.length - 1] ?? -1; at >= 0; at = before[at]) found.add(at);
  return found;
}

export class JsonDiff {
  #a;
  #b;
  #hashA;
  #hashB;
  /** @type {Difference[]} */
  list = [];

  /** @param {JsonTree} a @param {JsonTree} b */
  constructor(a, b) {
    this.#a = a;
    this.#b = b;
    this.#hashA = hashes(a);
    this.#hashB = hashes(b);
    /** @type {Pair[]} */
    const open = [{ a: 0, b: 0, pointer: '' }];
    for (let pair; (pair = open.pop());) {
      const inside = this.#compare(pair);
      for (let i = inside.length - 1; i >= 0; i--) open.push(inside[i]);
    }
  }

  /** @param {Pair} pair @returns {Pair[]} what is in them, to be compared next */
  #compare({ a, b, pointer, moved }) {
    const [one, two] = [this.#a, this.#b];
    if (a < 0 || b < 0) {
      this.list.push({ pointer, change: a < 0 ? 'added' : 'removed', a, b });
      return [];
    }
    if (moved) this.list.push({ pointer, change: 'moved', a, b });
    const kind = one.bytes[one.value(a)[0]];
    const alike = kind === two.bytes[two.value(b)[0]];
    if (alike && kind === OPEN) return this.#members(a, b, pointer);
    if (alike && kind === OPEN_LIST) return this.#elements(a, b, pointer);
    if (!alike || !same(one, a, two, b)) this.list.push({ pointer, change: 'changed', a, b });
    return [];
  }

  /** @param {number} a @param {number} b @param {string} pointer */
  #members(a, b, pointer) {
    const before = byKey(this.#a, a);
    const after = byKey(this.#b, b);
    /** @type {Pair[]} */
    const pairs = [];
    for (const key of new Set([...before.keys(), ...after.keys()]))
      pairs.push({
        a: before.get(key) ?? -1,
        b: after.get(key) ?? -1,
        pointer: `${pointer}/${escapeKey(key)}`,
      });
    return pairs;
  }

  /** Elements that are equal belong together; of what is left, those in the same order if they are as many. @param {number} a @param {number} b @param {string} pointer */
  #elements(a, b, pointer) {
    const before = [...this.#a.children(a)];
    const after = [...this.#b.children(b)];
    /** Which element of the second list belongs to one of the first. */
    const partner = new Int32Array(before.length).fill(-1);
    /** @type {Map<number, number[]>} */
    const byHash = new Map();
    for (let i = after.length - 1; i >= 0; i--) {
      const hash = this.#hashB[after[i]];
      const known = byHash.get(hash);
      if (known) known.push(i);
      else byHash.set(hash, [i]);
    }
    const used = new Uint8Array(after.length);
    /** @type {number[]} */
    const matched = [];
    before.forEach((row, i) => {
      const found = byHash.get(this.#hashA[row])?.pop();
      if (found === undefined) return;
      partner[i] = found;
      used[found] = 1;
      matched.push(i);
    });
    const kept = rising(matched.map((i) => partner[i]));
    const moved = new Set(matched.filter((_, index) => !kept.has(index)));
    const left = [...before.keys()].filter((i) => partner[i] < 0);
    const come = [...after.keys()].filter((i) => !used[i]);
    if (left.length === come.length) left.forEach((i, index) => (partner[i] = come[index]));
    /** @type {Pair[]} */
    const pairs = before.map((row, i) => {
      const at = partner[i];
      const place = `${pointer}/${at < 0 ? i : at}`;
      return { a: row, b: at < 0 ? -1 : after[at], pointer: place, moved: moved.has(i) };
    });
    if (left.length !== come.length)
      for (const i of come) pairs.push({ a: -1, b: after[i], pointer: `${pointer}/${i}` });
    return pairs;
  }
}
