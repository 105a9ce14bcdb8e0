// SPDX-License-Identifier: Apache-2.0
// The members of an archive as a tree: one row each, and one for every folder around them.
import { A } from '../text.js';

/** @typedef {import('../../wasm/archive.js').Member} Member */
/** @typedef {import('../types.d.ts').MemberRow} MemberRow */
/**
 * @typedef {object} Node
 * @property {string} name
 * @property {string} path
 * @property {number} depth
 * @property {number} index of the member; negative: no member, a folder that others are in
 * @property {number} size with all that is below
 * @property {number} below
 * @property {Node[]} [children]
 * @property {Map<string, Node>} [folders] of the children
 */

/** Folders below this are not shown as such; the rest of the path is the name. */
const DEEPEST = 24;

/** @param {string} name @param {string} path @param {number} depth @returns {Node} */
const folder = (name, path, depth) => ({
  name,
  path,
  depth,
  index: -1,
  size: 0,
  below: 0,
  children: [],
  folders: new Map(),
});

/** @param {Iterable<Member>} members @returns {Node[]} the rows, from top to bottom */
export function memberTree(members) {
  const root = folder('', '', -1);
  let index = -1;
  for (const { name, type, size } of members) {
    index++;
    if (name === '' && type === 'directory') continue; // what all others are in
    let node = root;
    let start = 0;
    const passed = [root];
    for (
      let end;
      node.depth < DEEPEST - 1 && (end = name.indexOf('/', start)) >= 0;
      start = end + 1
    )
      passed.push((node = inside(node, name.slice(start, end), name.slice(0, end))));
    const last = name.slice(start);
    if (type === 'directory') {
      node = inside(node, last, name);
      if (node.index < 0) node.index = index;
      for (const around of passed) around.below++;
      continue;
    }
    const depth = node.depth + 1;
    const bytes = type === 'file' ? size : 0;
    node.children?.push({ name: last, path: name, depth, index, size: bytes, below: 0 });
    for (const around of passed) {
      around.size += bytes;
      around.below++;
    }
  }
  return flat(root);
}

/** @param {Node} node @param {string} name @param {string} path */
function inside(node, name, path) {
  const known = node.folders?.get(name);
  if (known) return known;
  const made = folder(name, path, node.depth + 1);
  node.folders?.set(name, made);
  node.children?.push(made);
  return made;
}

/** @param {Node} root @returns {Node[]} */
function flat(root) {
  const rows = [];
  const open = [root];
  for (let node; (node = open.pop());) {
    if (node !== root) rows.push(node);
    node.children?.sort((a, b) => (a.name < b.name ? 1 : a.name > b.name ? -1 : b.index - a.index));
    for (const child of node.children ?? []) open.push(child);
    node.children = node.folders = undefined;
  }
  return rows;
}

/**
 * @param {any} ckpt @param {import('./shelf.js').Shelf} shelf
 * @param {Iterable<Member> & {length: number, at?: (index: number) => Member | undefined}} members
 * @returns {import('../types.d.ts').Section}
 */
export function memberSection(ckpt, shelf, members) {
  const all = members.at ? members : [...members];
  const nodes = memberTree(all);
  const make = (/** @type {number} */ i) => {
    const { name, path, depth, index, size, below } = nodes[i];
    const member = index < 0 ? undefined : all.at?.(index);
    const isFolder = !member || member.type === 'directory';
    const kind = isFolder || member.type === 'file' ? '' : (A.types[member.type] ?? member.type);
    return {
      depth,
      name: isFolder ? `${name}/` : name,
      path: isFolder ? `${path}/` : path,
      below,
      size: kind !== '' || (isFolder && below === 0) ? '' : ckpt.byteToString(size),
      type: member?.link ? A.linkTo(kind, member.link) : kind,
    };
  };
  return {
    title: A.members(members.length),
    blocks: nodes.length > 0 ? [{ t: 'members', seq: shelf.seq(nodes.length, make) }] : [],
  };
}
