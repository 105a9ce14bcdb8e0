// SPDX-License-Identifier: Apache-2.0
// Two checkpoints beside each other.
import { A, D, V } from '../text.js';
import { code, none, textCell } from './cells.js';
import { diffParts } from './diff-parts.js';
import { JsonDiff } from '../../wasm/api/json-diff.js';
import { JsonTree, MOST_ROWS } from '../../wasm/api/json-tree.js';

/** @typedef {import('../types.d.ts').Cell} Cell */
/** @typedef {'added' | 'removed' | 'changed' | 'moved'} Change */
/** @typedef {{model: import('../types.d.ts').Model, secrets: import('./report.js').Secrets, checkpoint: any}} Side */
/** @typedef {{ckpt: any, shelf: import('./shelf.js').Shelf}} Context */

/** Rows of a table that are shown at first. */
const SOME = 30;
/** Longer names and pointers are cut. */
const LONG = 2000;
const decoder = new TextDecoder();
/** A time in a sentence. */
const TIME = /\b\d{4}-\d\d-\d\dT[\d:.]+Z/g;

/** @param {Change} change @returns {Cell} */
const changeCell = (change) => ({ t: 'change', change, text: D.changes[change] });

/** @param {Context} context @param {Side} a @param {Side} b @returns {Promise<import('../types.d.ts').Comparison>} */
export async function compare(context, a, b) {
  const running = await diffParts(context, a.checkpoint, b.checkpoint).catch((error) => ({
    parts: [],
    noise: 0,
    gaps: 0,
    failure: error.message,
  }));
  return {
    running,
    sizes: sizes(context, a.model, b.model),
    parts: [
      identity(context, a.model, b.model),
      ...metadata(context, a, b),
      members(context, a.checkpoint, b.checkpoint),
    ],
    ...findings(a.model.report.findings, b.model.report.findings),
  };
}

/** @param {import('../types.d.ts').Model} model @returns {Map<string, Cell>} */
const factsOf = ({ identity: facts, timeline, statistics }) =>
  new Map([
    ...facts,
    ...timeline.flatMap(({ label, time }) =>
      time ? [/** @type {[string, Cell]} */ ([label, time])] : [],
    ),
    ...statistics,
  ]);

/** @param {string} title @param {string[]} head @param {import('../types.d.ts').Seq<Cell[]>} seq @param {string} [note] @param {number[]} [right] @returns {import('../types.d.ts').Part} */
const table = (title, head, seq, note = '', right = []) => ({
  title,
  blocks: [
    ...(note === '' ? [] : [{ t: /** @type {const} */ ('note'), text: note }]),
    ...(seq.total === 0 ? [] : [{ t: /** @type {const} */ ('table'), head, seq, right }]),
  ],
});

/** What differs. @param {Context} context @param {import('../types.d.ts').Model} a @param {import('../types.d.ts').Model} b */
function identity({ shelf }, a, b) {
  const before = factsOf(a);
  const after = factsOf(b);
  /** @type {Cell[][]} */
  const rows = [];
  for (const label of new Set([...before.keys(), ...after.keys()])) {
    const [one, two] = [before.get(label) ?? none(), after.get(label) ?? none()];
    if (JSON.stringify(one) !== JSON.stringify(two)) rows.push([label, one, two]);
  }
  const seq = shelf.seq(rows.length, (index) => rows[index]);
  return table(V.identity, [D.what, D.before, D.after], seq, rows.length === 0 ? D.same : '');
}

/** @param {any} ckpt @param {number} before @param {number} after */
function difference(ckpt, before, after) {
  if (before === after) return '';
  return `${after > before ? '+' : '−'}${ckpt.byteToString(Math.abs(after - before))}`;
}

/** @param {Context} context @param {import('../types.d.ts').Model} a @param {import('../types.d.ts').Model} b */
function sizes({ ckpt }, { sizes: { parts: before } }, { sizes: { parts: after } }) {
  const names = new Set([...before, ...after].map(({ name }) => name));
  return [...names].map((name) => {
    const [one, two] = [before, after].map((parts) => parts.find((part) => part.name === name));
    const bytes = /** @type {[number, number]} */ ([one?.bytes ?? 0, two?.bytes ?? 0]);
    return {
      name,
      label: (one ?? two)?.label ?? name,
      bytes,
      texts: /** @type {[string, string]} */ (bytes.map((n) => ckpt.byteToString(n))),
      difference: difference(ckpt, ...bytes),
    };
  });
}

/** @param {Context} context @param {any} a @param {any} b */
function members({ ckpt, shelf }, a, b) {
  /** @type {(checkpoint: any) => Map<string, any>} */
  const byName = ({ members: list }) =>
    new Map(Array.from(list, (member) => [/** @type {any} */ (member).name, member]));
  const before = byName(a);
  const after = byName(b);
  const counts = { added: 0, removed: 0, changed: 0 };
  /** @type {[string, 'added' | 'removed' | 'changed'][]} */
  const found = [];
  for (const name of new Set([...before.keys(), ...after.keys()])) {
    const [one, two] = [before.get(name), after.get(name)];
    /** @type {'added' | 'removed' | 'changed'} */
    let change = 'changed';
    if (!one) change = 'added';
    else if (!two) change = 'removed';
    else if (
      one.size === two.size &&
      one.type === two.type &&
      one.link === two.link &&
      sameBytes(a.files.get(name), b.files.get(name))
    )
      continue;
    counts[change]++;
    found.push([name, change]);
  }
  const size = (/** @type {any} */ member) =>
    member ? (member.type === 'file' ? ckpt.byteToString(member.size) : member.type) : none('');
  const row = (/** @type {number} */ index) => {
    const [name, change] = found[index];
    const [one, two] = [before.get(name), after.get(name)];
    const more = one && two && one.size === two.size ? D.content : '';
    return [
      changeCell(change),
      code(name.slice(0, LONG)),
      size(one),
      size(two),
      difference(ckpt, one?.size ?? 0, two?.size ?? 0) || more,
    ];
  };
  const seq = shelf.seq(found.length, row, SOME);
  const head = [D.change, A.member, D.before, D.after, D.difference];
  return table(A.members, head, seq, D.counts(counts), [2, 3, 4]);
}

/** Of what both have. @param {Uint8Array | undefined} a @param {Uint8Array | undefined} b */
function sameBytes(a, b) {
  return !a || !b || (a.length === b.length && a.every((byte, i) => byte === b[i]));
}

/** @param {any} ckpt @param {Uint8Array | undefined} bytes */
function treeOf(ckpt, bytes) {
  if (!bytes || ckpt.check('any', bytes) !== null) return undefined;
  const tree = new JsonTree(bytes);
  return tree.total > MOST_ROWS ? undefined : tree;
}

/** @param {Context} context @param {Side} one @param {Side} two */
function metadata({ ckpt, shelf }, one, two) {
  const before = one.checkpoint.files;
  const after = two.checkpoint.files;
  const secrets = [one.secrets, two.secrets];
  /** @type {import('../types.d.ts').Part[]} */
  const found = [];
  for (const member of new Set([...before.keys(), ...after.keys()])) {
    const [a, b] = [treeOf(ckpt, before.get(member)), treeOf(ckpt, after.get(member))];
    if (!a || !b) continue;
    const { list } = new JsonDiff(a, b);
    if (list.length === 0) continue;
    const guarded = secrets.some((each) => each.spans(member).length > 0);
    const cell = (/** @type {JsonTree} */ tree, /** @type {number} */ row) => {
      if (row < 0) return none('');
      const raw = decoder.decode(tree.bytes.subarray(...tree.value(row)));
      const shown = textCell(shelf, raw.startsWith('"') ? JSON.parse(raw) : raw, code);
      const pointer = guarded ? tree.pointer(row) : '';
      const hidden =
        guarded &&
        secrets.some((each) => each.has(member, pointer) || each.within(member, pointer));
      return hidden ? { t: /** @type {const} */ ('secret'), cell: shown } : shown;
    };
    const row = (/** @type {number} */ index) => {
      const { pointer, change, a: rowA, b: rowB } = list[index];
      return [changeCell(change), code(pointer.slice(0, LONG)), cell(a, rowA), cell(b, rowB)];
    };
    const seq = shelf.seq(list.length, row, SOME);
    found.push(table(member, [D.change, D.place, D.before, D.after], seq));
  }
  return found;
}

/** @param {import('../types.d.ts').Finding[]} before @param {import('../types.d.ts').Finding[]} after */
function findings(before, after) {
  const key = (/** @type {import('../types.d.ts').Finding} */ finding) =>
    JSON.stringify([
      finding.id,
      finding.member,
      finding.pointer,
      // Of a finding that is told with a time, the time alone is no difference.
      finding.pointer === '' ? finding.message.replace(TIME, '') : '',
    ]);
  const without = (
    /** @type {import('../types.d.ts').Finding[]} */ these,
    /** @type {import('../types.d.ts').Finding[]} */ those,
  ) => {
    const known = new Set(those.map(key));
    return these.flatMap((finding, index) => (known.has(key(finding)) ? [] : [index]));
  };
  return { gone: without(before, after), come: without(after, before) };
}
