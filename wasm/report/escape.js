// SPDX-License-Identifier: Apache-2.0
/**
 * Text from outside (file contents, file names, messages that quote them) made safe to show: every
 * character that a terminal would obey, that reorders the text around it, or that cannot be seen,
 * is written out as `\n`, `\x1b`, `\u202e` or `\u{e0041}`, and every byte that is not UTF-8 as
 * `\xff`, also where it stands in a text as a lone U+DCFF (the names of files, api/node-fs.js). Backslashes stay as they are. For the command line and the page alike.
 * @module
 */

/**
 * Controls (C0, DEL, C1), format characters (bidi controls, zero-width characters, byte order mark,
 * tags), line and paragraph separators, lone surrogates, and what is by default not displayed
 * (fillers, variation selectors).
 */
const HIDDEN = String.raw`[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}\p{Default_Ignorable_Code_Point}]`;
/** Nothing hidden is among these, the characters of most texts. */
const PLAIN = /^[\x20-\x7e]*$/;
/** Made when it is needed: to compile classes of Unicode takes milliseconds. @type {RegExp | undefined} */
let hidden;

/** @param {string} text @param {(character: string) => string} write */
function withoutHidden(text, write) {
  if (PLAIN.test(text)) return text;
  return text.replace((hidden ??= new RegExp(HIDDEN, 'gu')), write);
}

/** @type {Record<number, string | undefined>} */
const SHORT = { 9: '\\t', 10: '\\n', 13: '\\r' };

/** @param {number} code */
function writeOut(code) {
  if (code >= 0xdc80 && code <= 0xdcff) return `\\x${(code & 0xff).toString(16)}`;
  const hex = code.toString(16);
  return (
    SHORT[code] ??
    (code < 0x100
      ? `\\x${hex.padStart(2, '0')}`
      : code < 0x10000
        ? `\\u${hex.padStart(4, '0')}`
        : `\\u{${hex}}`)
  );
}

/**
 * @param {string} text
 * @returns {string} one line without any character that acts or hides
 */
export function escapeForTerminal(text) {
  return withoutHidden(text, (c) => writeOut(/** @type {number} */ (c.codePointAt(0))));
}

/**
 * JSON text with its invisible and acting characters as JSON escapes; it means the same.
 * @param {string} json such characters may stand inside of strings only; line feeds are kept
 */
export function escapeInJson(json) {
  return withoutHidden(json, (c) => (c === '\n' ? c : escapeUnits(c)));
}

/**
 * JSON text in ASCII, everything else as JSON escapes; it means the same. Only a byte that is not UTF-8 is shown as
 * `\xff`: many programs refuse JSON with the half of a pair.
 * @param {string} json
 */
export const asciiJson = (json) => withoutBytes(json).replace(/[\x7f-\uffff]+/g, escapeUnits);

const PAIR = /\\u(?:d[89ab]..\\ud[c-f]..|dc([89a-f].))|\\./gi;

/** @param {string} json */
const withoutBytes = (json) =>
  json.includes('\\udc')
    ? json.replace(PAIR, (all, byte) => (byte === undefined ? all : `\\\\x${byte}`))
    : json;

/** @param {string} text */
function escapeUnits(text) {
  let out = '';
  for (let i = 0; i < text.length; i++)
    out += `\\u${text.charCodeAt(i).toString(16).padStart(4, '0')}`;
  return out;
}

// ---- bytes -----------------------------------------------------------------------------------------

/** First and last second byte of the sequences that need more than "80 to BF". */
const SECOND = /** @type {Record<number, [number, number] | undefined>} */ ({
  0xe0: [0xa0, 0xbf], // not overlong
  0xed: [0x80, 0x9f], // no surrogates
  0xf0: [0x90, 0xbf], // not overlong
  0xf4: [0x80, 0x8f], // up to 10FFFF
});

/**
 * Length of the UTF-8 sequence at `i`; 0 if there is no valid one before `end`. (The core sees
 * UTF-8 in the same way: a byte that belongs to no sequence stands alone.)
 * @param {Uint8Array} bytes @param {number} i @param {number} end
 */
export function sequenceLength(bytes, i, end) {
  const first = bytes[i];
  if (first < 0x80) return 1;
  const length = first < 0xc2 ? 0 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : first < 0xf5 ? 4 : 0;
  if (length === 0 || i + length > end) return 0;
  const [low, high] = SECOND[first] ?? [0x80, 0xbf];
  if (bytes[i + 1] < low || bytes[i + 1] > high) return 0;
  for (let k = 2; k < length; k++) if ((bytes[i + k] & 0xc0) !== 0x80) return 0;
  return length;
}

/**
 * The characters of UTF-8 text, each in its visible form.
 * @param {Uint8Array} bytes
 * @param {number} [start]
 * @param {number} [end]
 * @returns {Generator<{text: string, offset: number}, void>} offset: of its first byte
 */
export function* visibleCharacters(bytes, start = 0, end = bytes.length) {
  for (let i = start; i < end;) {
    const length = sequenceLength(bytes, i, end);
    if (bytes[i] >= 0x20 && bytes[i] < 0x7f) {
      yield { text: String.fromCharCode(bytes[i]), offset: i++ };
      continue;
    }
    if (length === 0) {
      yield { text: `\\x${bytes[i].toString(16)}`, offset: i };
      i++;
      continue;
    }
    let code = bytes[i] & (length === 1 ? 0x7f : 0x7f >> length);
    for (let k = 1; k < length; k++) code = (code << 6) | (bytes[i + k] & 0x3f);
    const character = String.fromCodePoint(code);
    yield { text: escapeForTerminal(character), offset: i };
    i += length;
  }
}

/**
 * Bytes that should be UTF-8, such as file names.
 * @param {Uint8Array} bytes
 * @returns {string} as escapeForTerminal gives it
 */
export function escapeBytes(bytes) {
  let out = '';
  for (const { text } of visibleCharacters(bytes)) out += text;
  return out;
}

// ---- width -----------------------------------------------------------------------------------------

/** Ranges of code points that most terminals show in two columns. */
const WIDE = [
  [0x1100, 0x115f],
  [0x2e80, 0x303e],
  [0x3041, 0xa4cf],
  [0xac00, 0xd7a3],
  [0xf900, 0xfaff],
  [0xfe30, 0xfe6f],
  [0xff00, 0xff60],
  [0xffe0, 0xffe6],
  [0x1f300, 0x1f64f],
  [0x1f680, 0x1f6ff],
  [0x1f900, 0x1faff],
  [0x20000, 0x3fffd],
];

/**
 * Columns that a visible text takes on a terminal, nearly: terminals do not agree.
 * @param {string} text
 */
export function displayWidth(text) {
  let width = 0;
  for (const character of text) {
    const code = /** @type {number} */ (character.codePointAt(0));
    if (code < 0x300) width++;
    else if (/\p{M}/u.test(character)) continue;
    else width += WIDE.some(([first, last]) => code >= first && code <= last) ? 2 : 1;
  }
  return width;
}
