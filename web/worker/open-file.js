// SPDX-License-Identifier: Apache-2.0
// The member that is looked at: as text, as JSON laid out, as bytes; searched, folded, saved.
import { sequenceLength } from '../../wasm/report/escape.js';
import { F } from '../text.js';
import { WHOLE } from './content.js';
import { hexRow } from './hex-rows.js';
import { withoutSecrets } from './lines.js';
import { MOST_ROWS } from '../../wasm/api/json-tree.js';
import { JsonRows } from './json-rows.js';
import { Marks } from './pieces.js';
import { TextRows } from './text-rows.js';

/** @typedef {import('../types.d.ts').Mode} Mode */
/** @typedef {import('../types.d.ts').Look} Look */
/** @typedef {import('./content.js').Content} Content */

/** How much is looked at to tell text from other bytes, and how much of that may be no text. */
const HEAD = 4096;
const ODD = 0.02;
/** Larger texts are not laid out. */
const JSON_MOST = 32 * 2 ** 20;

/** @param {Uint8Array} bytes */
function isText(bytes) {
  const end = Math.min(bytes.length, HEAD);
  let odd = 0;
  for (let at = 0; at < end;) {
    const length = sequenceLength(bytes, at, bytes.length);
    const byte = bytes[at];
    if (byte === 0) return false;
    if (length === 0 || (byte < 0x20 && byte !== 9 && byte !== 10 && byte !== 13)) odd++;
    at += length || 1;
  }
  return odd <= end * ODD;
}

export class OpenFile {
  content;
  /** @type {Mode[]} */
  modes;
  #shelf;
  #marks = new Marks();
  /** @type {TextRows | undefined} */
  #lines;
  /** @type {JsonRows | undefined} */
  #json;
  #searches = 0;
  /** What is hidden in what is shown. @type {import('../types.d.ts').Span[]} */
  #hidden;

  /**
   * @param {any} ckpt
   * @param {import('./shelf.js').Shelf} shelf
   * @param {Content} content
   * @param {{span?: import('../types.d.ts').Span, secrets: import('../types.d.ts').Span[]}} about
   */
  constructor(ckpt, shelf, content, { span, secrets }) {
    const { head, size } = content;
    this.content = content;
    this.#shelf = shelf;
    this.#marks.here = span;
    this.#marks.secrets = secrets;
    this.#hidden = secrets;
    this.hasSecrets = secrets.length > 0;
    const json =
      size <= JSON_MOST && /^\s*[[{]/.test(new TextDecoder().decode(head.subarray(0, HEAD)));
    if (json && ckpt.check('any', head) === null) this.#json = new JsonRows(head);
    if (this.#json && this.#json.tree.total > MOST_ROWS) this.#json = undefined;
    this.modes = this.#json ? ['json', 'text', 'hex'] : ['text', 'hex'];
    if (!isText(head)) this.modes.reverse();
  }

  /** Its lines, which are looked for when they are asked for. */
  get #text() {
    this.#lines ??= new TextRows(this.content.head);
    return this.#lines;
  }

  close() {
    this.#searches++;
    this.content.close();
  }

  /** @param {Look} how @returns {Promise<import('../types.d.ts').Looked>} */
  async look({ mode, columns, reveal, now, to }) {
    const marks = Object.assign(new Marks(), this.#marks, { at: now });
    if (reveal) marks.secrets = [];
    this.#hidden = marks.secrets;
    this.#shelf.clear();
    const at = to === undefined ? -1 : this.#rowAt(mode, columns, to);
    if (mode === 'hex') {
      const { content } = this;
      const digits = Math.max(8, content.size.toString(16).length);
      const rows = async (/** @type {number} */ from, /** @type {number} */ count) => {
        const start = from * columns;
        const bytes = await content.slice(start, start + count * columns);
        return Array.from({ length: Math.ceil(bytes.length / columns) }, (_, i) => {
          const own = bytes.subarray(i * columns, (i + 1) * columns);
          return hexRow(own, start + i * columns, { columns, digits }, marks);
        });
      };
      return { seq: await this.#shelf.lazy(Math.ceil(content.size / columns), rows), at, note: '' };
    }
    if (mode === 'json' && this.#json) {
      const json = this.#json;
      const lineOf = (/** @type {number} */ offset) => this.#text.lineOf(offset);
      return {
        seq: this.#shelf.seq(json.total, (row) => json.row(row, marks, lineOf)),
        at,
        note: '',
      };
    }
    const text = this.#text;
    const note = this.content.size > WHOLE ? F.cutText : '';
    return { seq: this.#shelf.seq(text.total, (row) => text.row(row, marks)), at, note };
  }

  /** @param {Mode} mode @param {number} columns @param {number} offset */
  #rowAt(mode, columns, offset) {
    if (mode === 'hex') return Math.floor(Math.min(offset, this.content.size - 1) / columns);
    if (mode === 'json' && this.#json) {
      const row = this.#json.tree.rowAt(offset);
      this.#json.reveal(row);
      return this.#json.visible(row);
    }
    return this.#text.rowAt(offset);
  }

  /** Folds or unfolds a row of the JSON, or all. @param {{row?: number, all?: boolean}} what */
  fold({ row, all }) {
    if (row !== undefined) this.#json?.toggle(row);
    else this.#json?.toggleAll(all === true);
  }

  /** @param {Mode} mode @param {number} columns @param {number} row */
  #offsetOf(mode, columns, row) {
    if (mode === 'hex') return row * columns;
    if (mode === 'json' && this.#json) return this.#json.tree.starts[this.#json.rowOf(row)];
    return this.#text.offsetOf(row);
  }

  /** What the status line says of the current row. @param {{mode: Mode, columns: number, row: number}} where @returns {Promise<import('../types.d.ts').Spot>} */
  async spot({ mode, columns, row }) {
    const offset = this.#offsetOf(mode, columns, row);
    const { head } = this.content;
    /** @type {import('../types.d.ts').Spot} */
    const spot = { offset, line: 0, column: 0, pointer: null };
    if (mode === 'hex') return spot;
    const { line, start } = this.#text.lineAt(offset);
    const before = new TextDecoder().decode(head.subarray(Math.max(start, offset - WHOLE), offset));
    spot.line = line;
    spot.column = [...before.slice(0, 2 ** 20)].length + 1;
    if (this.#json && head.length > 0) {
      const { tree } = this.#json;
      // Of a line the value that begins in it.
      const at = mode === 'json' ? this.#json.rowOf(row) : tree.rowAt(this.#firstIn(offset));
      spot.pointer = tree.pointer(at);
    }
    return spot;
  }

  /** The first byte from here that is no space. @param {number} offset */
  #firstIn(offset) {
    const { head } = this.content;
    while (offset < head.length - 1 && head[offset] <= 0x20 && head[offset] !== 0x0a) offset++;
    return offset;
  }

  /** The text of the value that begins in a row of the JSON, as it is shown: secrets are hidden unless they were asked for. @param {number} row */
  async value(row) {
    if (!this.#json) return '';
    const { tree } = this.#json;
    const [from, to] = tree.value(tree.opener(this.#json.rowOf(row)));
    const place = { offset: from, length: to - from };
    const { bytes, offset, length } = withoutSecrets(this.content.head, this.#hidden, place);
    return new TextDecoder().decode(bytes.subarray(offset, offset + length));
  }

  /**
   * Searches for a text, or bytes; or where a line or a byte is.
   * @param {{text: string, mode: Mode, from: number}} what
   * @returns {Promise<import('../types.d.ts').Hits>}
   */
  async search({ text, mode, from }) {
    const own = ++this.#searches;
    const none = { total: 0, more: false };
    this.#marks.places = new Float64Array();
    const jump = /^:\s*(?:0x([0-9a-f]{1,12})|(\d{1,12}))$/i.exec(text);
    if (jump) {
      const wanted = jump[1] === undefined ? Number(jump[2]) : parseInt(jump[1], 16);
      const byte = mode === 'hex' || jump[1] !== undefined;
      const offset = byte ? wanted : this.#text.offsetOfLine(wanted);
      return { ...none, to: Math.max(0, Math.min(offset, this.content.size - 1)) };
    }
    const hex = mode === 'hex' && /^(?:0x)?((?:[0-9a-f]{2}\s*)+)$/i.exec(text.trim());
    const pairs = hex && /^0x|^\S\S(\s+\S\S)+$/i.test(text.trim()) && hex[1].match(/[0-9a-f]{2}/gi);
    const wanted = pairs
      ? Uint8Array.from(pairs, (digits) => parseInt(digits, 16))
      : new TextEncoder().encode(text);
    const { places, more } = await this.content.find(wanted, () => own !== this.#searches);
    if (own !== this.#searches) return none;
    this.#marks.places = /** @type {Float64Array<ArrayBuffer>} */ (places);
    this.#marks.length = wanted.length;
    if (places.length === 0) return { ...none };
    const index = Math.max(
      0,
      places.findIndex((place) => place >= from),
    );
    return { total: places.length, more, first: { index, to: places[index] } };
  }

  /** Where a place is that was found. @param {number} index */
  hit(index) {
    return this.#marks.places[index] ?? 0;
  }
}
