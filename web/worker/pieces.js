// SPDX-License-Identifier: Apache-2.0
// Rows of a member as pieces of text, each with what it is.
import { lastUpTo } from '../../wasm/api/json-tree.js';
import { visibleCharacters } from '../../wasm/report/escape.js';

const TAB = 0x09;
const DOTS = '••••••••';

/** @typedef {import('../types.d.ts').Piece} Piece */
/** @typedef {import('../types.d.ts').Span} Span */

/** What is to be told apart in a member, whatever the form it is shown in. */
export class Marks {
  /** The place that was asked for. @type {Span | undefined} */
  here;
  /** Places of what is searched for. */
  places = new Float64Array();
  /** How long each is. */
  length = 0;
  /** Which of them one is at. */
  at = -1;
  /** Not to be shown. @type {Span[]} */
  secrets = [];

  /** What the byte at an offset is, beside its kind. @param {number} offset */
  of(offset) {
    let marks = '';
    if (this.here && inside(this.here, offset)) marks = ' here';
    const index = lastUpTo(this.places, offset);
    if (index >= 0 && offset < this.places[index] + this.length)
      marks += index === this.at ? ' match now' : ' match';
    return marks;
  }

  /** @param {number} offset @returns {Span | undefined} */
  secretAt(offset) {
    return this.secrets.find((span) => inside(span, offset));
  }

  /** Whether the place asked for is among some bytes. @param {number} from @param {number} to */
  touches(from, to) {
    const { here } = this;
    return here !== undefined && here.offset < to && here.offset + Math.max(1, here.length) > from;
  }
}

/** @param {Span} span @param {number} offset */
const inside = ({ offset: start, length }, offset) =>
  offset >= start && offset < start + Math.max(1, length);

/** Puts texts of one kind together. */
export class Pieces {
  /** @type {Piece[]} */
  list = [];

  /** @param {string} text @param {string} kind */
  add(text, kind) {
    const last = this.list[this.list.length - 1];
    if (last && last[1] === kind) last[0] += text;
    else this.list.push([text, kind]);
  }

  /**
   * Bytes as text in which nothing acts or hides.
   * @param {Uint8Array} bytes @param {number} from @param {number} to
   * @param {Marks} marks
   * @param {string} [kind] of all of it
   */
  addText(bytes, from, to, marks, kind = '') {
    let dotted = -1;
    for (const { text, offset } of visibleCharacters(bytes, from, Math.max(from, to))) {
      const secret = marks.secretAt(offset);
      if (secret) {
        if (dotted !== secret.offset) this.add(DOTS, `secret${marks.of(offset)}`);
        dotted = secret.offset;
        continue;
      }
      const tab = bytes[offset] === TAB;
      const written = !tab && text.length > 1 && text.startsWith('\\');
      this.add(tab ? '    ' : text, `${written ? 'escape' : kind}${marks.of(offset)}`.trim());
    }
  }
}
