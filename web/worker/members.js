// SPDX-License-Identifier: Apache-2.0
// The members of an archive as a tree whose folders open and close.
import { A } from '../text.js';

/** @typedef {import('../../wasm/api/archive.js').Member} Member */
/** @typedef {import('../types.d.ts').MemberRow} MemberRow */
/** @typedef {import('../types.d.ts').MemberSort} MemberSort */
/** @typedef {Iterable<Member> & {length: number, at?: (index: number) => Member | undefined}} Members */
/**
 * @typedef {object} Node
 * @property {string} name
 * @property {string} path
 * @property {number} depth
 * @property {number} index of the member; -1: no member, a folder that others are in
 * @property {number} size with all that is below
 * @property {number} below
 * @property {number} findings with those below
 * @property {Node[]} [children] of a folder
 * @property {Map<string, Node>} [folders] of the children
 * @property {boolean} open
 * @property {MemberSort} [sorted] how the children are
 */

/** Folders below this are not shown as such; the rest of the path is the name. */
const DEEPEST = 24;
/** Trees with fewer members are shown open. */
const SMALL = 300;
/** How many of the largest members are listed. */
const LARGEST = 6;

/** @param {string} name @param {string} path @param {number} depth @returns {Node} */
const folder = (name, path, depth) => ({
  name,
  path,
  depth,
  index: -1,
  size: 0,
  below: 0,
  findings: 0,
  children: [],
  folders: new Map(),
  open: false,
});

/** @type {Record<MemberSort, (a: Node, b: Node) => number>} */
const ORDER = {
  name: (a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : a.index - b.index),
  size: (a, b) => b.size - a.size || ORDER.name(a, b),
  order: (a, b) => a.index - b.index,
};

export class MemberTree {
  #ckpt;
  #members;
  #root = folder('', '', -1);
  /** By their numbers. @type {Node[]} */
  #folders = [];
  /** @type {Map<Node, number>} */
  #numbers = new Map();

  /** @param {any} ckpt @param {Members} members @param {Map<string, number>} findings how many there are about a name */
  constructor(ckpt, members, findings) {
    this.#ckpt = ckpt;
    this.#members = members.at ? members : [...members];
    this.#root.open = true;
    let index = -1;
    for (const member of this.#members) this.#add(member, ++index, findings.get(member.name) ?? 0);
    if (members.length <= SMALL) for (const node of this.#folders) node.open = true;
  }

  /** @param {Member} member @param {number} index @param {number} findings */
  #add({ name, type, size }, index, findings) {
    if (name === '' && type === 'directory') return; // what all others are in
    let node = this.#root;
    let start = 0;
    const passed = [node];
    for (
      let end;
      node.depth < DEEPEST - 1 && (end = name.indexOf('/', start)) >= 0;
      start = end + 1
    )
      passed.push((node = this.#inside(node, name.slice(start, end), name.slice(0, end))));
    const last = name.slice(start);
    const bytes = type === 'file' ? size : 0;
    if (type === 'directory') {
      node = this.#inside(node, last, name);
      if (node.index < 0) node.index = index;
      node.findings += findings;
    } else {
      const depth = node.depth + 1;
      const leaf = { name: last, path: name, depth, index, size: bytes, below: 0, findings };
      node.children?.push({ ...leaf, open: false });
    }
    for (const around of passed) {
      around.size += bytes;
      around.below++;
      around.findings += findings;
    }
  }

  /** @param {Node} node @param {string} name @param {string} path */
  #inside(node, name, path) {
    const known = node.folders?.get(name);
    if (known) return known;
    const made = folder(name, path, node.depth + 1);
    node.folders?.set(name, made);
    node.children?.push(made);
    this.#numbers.set(made, this.#folders.length);
    this.#folders.push(made);
    return made;
  }

  /** Opens or closes a folder. @param {number} id of its row */
  toggle(id) {
    const node = this.#folders[id];
    if (node) node.open = !node.open;
  }

  /** What is seen. @param {import('./shelf.js').Shelf} shelf @param {string} text @param {MemberSort} sort */
  rows(shelf, text, sort) {
    const nodes = text === '' ? this.#visible(sort) : this.#found(text.toLowerCase(), sort);
    return shelf.seq(nodes.length, (index) => this.#row(nodes[index], text !== ''));
  }

  /** @param {MemberSort} sort */
  #visible(sort) {
    const seen = [];
    const open = [this.#root];
    for (let node; (node = open.pop());) {
      if (node !== this.#root) seen.push(node);
      if (!node.open || !node.children) continue;
      if (node.sorted !== sort) node.children.sort(ORDER[sort]);
      node.sorted = sort;
      for (let i = node.children.length - 1; i >= 0; i--) open.push(node.children[i]);
    }
    return seen;
  }

  /** @param {string} text @param {MemberSort} sort */
  #found(text, sort) {
    const found = [];
    const open = [this.#root];
    for (let node; (node = open.pop());) {
      if (node.path.toLowerCase().includes(text) && node.index >= 0) found.push(node);
      for (const child of node.children ?? []) open.push(child);
    }
    const byPath = (/** @type {Node} */ a, /** @type {Node} */ b) => (a.path < b.path ? -1 : 1);
    return found.sort(sort === 'name' ? byPath : ORDER[sort]);
  }

  /** @param {Node} node @param {boolean} whole with the whole path @returns {MemberRow} */
  #row(node, whole) {
    const { index, depth, name, path, size, below, findings } = node;
    const member = index < 0 ? undefined : this.#members.at?.(index);
    const row = memberRow(this.#ckpt, member, node, this.#root.size);
    return {
      ...row,
      id: this.#numbers.get(node) ?? -1,
      depth: whole ? 0 : depth,
      name: `${whole ? path : name}${row.folder ? '/' : ''}`,
      open: node.open && !whole,
      size: row.folder && below === 0 ? '' : row.type === '' ? this.#ckpt.byteToString(size) : '',
      below,
      findings,
    };
  }
}

/** @param {any} ckpt @param {Member | undefined} member @param {{index: number, path: string, size: number}} node @param {number} total @returns {MemberRow} */
function memberRow(ckpt, member, { index, path, size }, total) {
  const isFolder = !member || member.type === 'directory';
  const type = isFolder || member.type === 'file' ? '' : (A.types[member.type] ?? member.type);
  return {
    id: -1,
    index,
    depth: 0,
    name: path,
    folder: isFolder,
    open: false,
    below: 0,
    size: ckpt.byteToString(size),
    share: total > 0 ? size / total : 0,
    type: member?.link ? A.linkTo(type, member.link) : type,
    findings: 0,
  };
}

/** The largest members. @param {any} ckpt @param {Members} members @returns {MemberRow[]} */
export function largest(ckpt, members) {
  /** @type {{index: number, path: string, size: number}[]} */
  let most = [];
  let least = 0;
  let total = 0;
  let index = -1;
  for (const { name: path, type, size } of members) {
    index++;
    if (type !== 'file') continue;
    total += size;
    if (size <= least) continue;
    most.push({ index, path, size });
    if (most.length < 4 * LARGEST) continue;
    most = most.sort((a, b) => b.size - a.size).slice(0, LARGEST);
    least = most[LARGEST - 1].size;
  }
  return most
    .sort((a, b) => b.size - a.size)
    .slice(0, LARGEST)
    .map((node) => memberRow(ckpt, /** @type {any} */ ({ type: 'file' }), node, total));
}
