// SPDX-License-Identifier: Apache-2.0
// A long list with a field that leaves only those rows that contain a text.
import { h } from './dom.js';
import { virtualList } from './rows.js';

/** @template Row @typedef {import('../types.d.ts').Seq<Row>} Seq */
/** @typedef {import('./ask.js').Ask} Ask */

/** How long typing has to rest before the list is searched, in milliseconds. */
const REST = 150;

/**
 * @template Row
 * @param {Ask} ask
 * @param {Seq<Row>} seq
 * @param {object} options
 * @param {string} options.label
 * @param {string} options.filter label of the field
 * @param {string} options.class
 * @param {(count: number, all: boolean) => string} options.amount how many there are, in words
 * @param {(row: Row) => Node} options.make
 * @param {(row: Row, text: string) => Row | null} options.match null: it does not contain the text in lower case
 * @returns {import('./dom.js').Child}
 */
export function searchedList(ask, seq, { label, filter, class: name, amount, make, match }) {
  const count = h('p', { class: 'quiet', role: 'status' });
  const place = h('div', null);
  const show = (/** @type {Seq<Row>} */ found) => {
    count.textContent = amount(found.total, found === seq);
    place.replaceChildren(
      found.total === 0 ? '' : virtualList(ask, found, { label, class: name, make }).element,
    );
  };
  /** What is here as a whole is not asked for. @param {string} text @returns {Promise<Seq<Row>>} */
  const search = async (text) => {
    if (text === '') return seq;
    if (seq.rows.length < seq.total) return ask('find', { seq: seq.id, text });
    const found = seq.rows.map((row) => match(row, text.toLowerCase()));
    const rows = /** @type {Row[]} */ (found.filter((row) => row !== null));
    return { id: 0, total: rows.length, rows };
  };
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;
  let asked = 0;
  const input = h('input', { type: 'search', autocomplete: 'off', spellcheck: 'false' });
  const run = async () => {
    const turn = ++asked;
    const found = await search(input.value);
    if (turn === asked) show(found);
  };
  input.addEventListener('input', () => {
    clearTimeout(timer);
    timer = setTimeout(run, REST);
  });
  show(seq);
  return [h('label', { class: 'filter' }, filter, ' ', input), count, place];
}
