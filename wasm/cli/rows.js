// SPDX-License-Identifier: Apache-2.0
// Rows of values, as a table that fits the terminal, JSON, lines of JSON, or CSV.
import { toJson } from '../border/value.js';
import { JSON_SHORT } from './options.js';
import { asciiJson, displayWidth, escapeBytes, escapeForTerminal } from '../report/escape.js';

/**
 * @typedef {string | {hex: string}} Text of a process: a string, or bytes that are no UTF-8
 * @typedef {object} Column
 * @property {string} title
 * @property {(row: any) => string} text safe to show
 * @property {'right'} [align]
 * @property {boolean} [wide] it gives way where the line is too long
 */

/** @type {import('./options.js').Option[]} */
export const FORMATS = [
  {
    name: 'format',
    short: 'f',
    value: 'FORMAT',
    choices: ['table', 'json', 'jsonl', 'csv'],
    preset: 'table',
    help: 'form of the output: table, json, jsonl (a line for each), csv (what a spreadsheet would take for a formula has an apostrophe before it)',
  },
  JSON_SHORT,
];

/** For what has a form of its own for people, and rows for programs. @type {import('./options.js').Option[]} */
export const TEXT_OR_ROWS = [
  {
    name: 'format',
    short: 'f',
    value: 'FORMAT',
    choices: ['text', 'table', 'json', 'jsonl', 'csv'],
    preset: 'text',
    help: 'form of the output: text or table (the same), json, jsonl (a line for each), csv (what a spreadsheet would take for a formula has an apostrophe before it)',
  },
  JSON_SHORT,
];

/** For what has a form of its own for people. @type {import('./options.js').Option[]} */
export const TEXT_OR_JSON = [
  {
    name: 'format',
    short: 'f',
    value: 'FORMAT',
    choices: ['text', 'json'],
    preset: 'text',
    help: 'form of the output: text, json',
  },
  JSON_SHORT,
];

/** @param {Text | null | undefined} text @returns {string} safe to show */
export function shown(text) {
  if (text === null || text === undefined) return '';
  if (typeof text === 'string') return escapeForTerminal(text);
  return escapeBytes(Uint8Array.from(text.hex.match(/../g) ?? [], (byte) => parseInt(byte, 16)));
}

/** Cuts a text that is safe to show. @param {string} text @param {number} width */
function cut(text, width) {
  if (displayWidth(text) <= width) return text;
  let out = '';
  let used = 1;
  for (const character of text) {
    const next = displayWidth(character);
    if (used + next > width) break;
    out += character;
    used += next;
  }
  return `${out}…`;
}

/**
 * @param {readonly Column[]} columns @param {readonly any[]} rows @param {number} width of the lines; Infinity: any
 * @returns {string} lines, each with a line feed
 */
export function tableOf(columns, rows, width) {
  const lines = [
    columns.map(({ title }) => title),
    ...rows.map((row) => columns.map(({ text }) => text(row))),
  ];
  const widths = columns.map((_, i) =>
    lines.reduce((most, line) => Math.max(most, displayWidth(line[i])), 0),
  );
  const gaps = 2 * (columns.length - 1);
  // The wide columns give way, the widest first.
  for (;;) {
    const over = widths.reduce((a, b) => a + b, gaps) - width;
    if (over <= 0) break;
    const wide = columns.map(({ wide: gives }, i) => (gives && widths[i] > 8 ? widths[i] : 0));
    const most = Math.max(...wide);
    if (most === 0) break;
    const second = Math.max(8, ...wide.filter((one) => one < most));
    for (let i = 0; i < wide.length; i++)
      if (wide[i] === most) widths[i] = Math.max(second, most - over);
  }
  return lines
    .map((line) => {
      const cells = line.map((full, i) => {
        const text = columns[i].wide ? cut(full, widths[i]) : full;
        const blank = ' '.repeat(Math.max(0, widths[i] - displayWidth(text)));
        return columns[i].align === 'right' ? blank + text : text + blank;
      });
      return `${cells.join('  ').trimEnd()}\n`;
    })
    .join('');
}

/** @param {unknown} value */
export const compactJson = (value) => asciiJson(toJson(value));

/**
 * @param {string} name of the list @param {readonly any[]} rows @param {Record<string, unknown>} rest
 * @returns {string} one JSON document, a row a line
 */
export function jsonOf(name, rows, rest) {
  const list = rows.length === 0 ? '[]' : `[\n  ${rows.map(compactJson).join(',\n  ')}\n]`;
  const more = Object.entries(rest).map(
    ([key, value]) => `,\n${JSON.stringify(key)}: ${compactJson(value)}`,
  );
  return `{${JSON.stringify(name)}: ${list}${more.join('')}}\n`;
}

/** A value in a cell of CSV. @param {any} value @returns {string} */
function cell(value) {
  if (value === null || value === undefined) return '';
  if (typeof value === 'object' && 'hex' in value) return shown(value);
  if (Array.isArray(value) && value.every((item) => typeof item !== 'object' || 'hex' in item))
    return value.map((item) => (typeof item === 'object' ? shown(item) : String(item))).join(' ');
  return typeof value === 'object' ? toJson(value) : String(value);
}

/** What a spreadsheet would take for a formula. A sign alone, such as "-" for standard input, is none. */
const FORMULA = /^[=+@\t\r]|^-./;

/**
 * RFC 4180, with a header. Texts come from files that nobody should trust: one that a spreadsheet would take for a
 * formula has an apostrophe before it. (JSON has all texts as they are.)
 * @param {readonly any[]} rows
 */
export function csvOf(rows) {
  if (rows.length === 0) return '';
  const quote = (/** @type {string} */ text) =>
    /[",\r\n]/.test(text) ? `"${text.replace(/"/g, '""')}"` : text;
  const safe = (/** @type {any} */ value) => {
    const text = escapeForTerminal(cell(value));
    return typeof value !== 'number' && typeof value !== 'bigint' && FORMULA.test(text)
      ? `'${text}`
      : text;
  };
  const keys = [...new Set(rows.flatMap((row) => Object.keys(row)))];
  return [keys.map(quote), ...rows.map((row) => keys.map((key) => quote(safe(row[key]))))]
    .map((line) => `${line.join(',')}\r\n`)
    .join('');
}

/**
 * Rows in a form for programs.
 * @param {string} format json, jsonl or csv @param {string} name of the list in JSON @param {readonly any[]} rows
 */
export function rowsAs(format, name, rows) {
  if (format === 'csv') return csvOf(rows);
  if (format === 'jsonl') return rows.map((row) => `${compactJson(row)}\n`).join('');
  return jsonOf(name, rows, {});
}

/**
 * Rows in the order of a tree, each with `tree`: the lines to be drawn before it.
 * @param {readonly any[]} rows
 * @param {(row: any) => unknown} keyOf @param {(row: any) => unknown} parentOf
 * @returns {any[]}
 */
export function treeRows(rows, keyOf, parentOf) {
  /** @type {Map<unknown, any[]>} */
  const children = new Map(rows.map((row) => [keyOf(row), []]));
  const roots = rows.filter((row) => {
    const list = keyOf(row) === parentOf(row) ? undefined : children.get(parentOf(row));
    list?.push(row);
    return !list;
  });
  const out = [];
  const seen = new Set();
  // Rows whose parents form a circle come last.
  for (const root of [...roots, ...rows]) {
    const stack = [{ row: root, line: '', below: '' }];
    for (let top; (top = stack.pop());) {
      const { row, line, below } = top;
      if (seen.has(row)) continue;
      seen.add(row);
      out.push({ ...row, tree: line });
      const list = children.get(keyOf(row)) ?? [];
      for (let i = list.length - 1; i >= 0; i--) {
        const last = i === list.length - 1;
        stack.push({
          row: list[i],
          line: `${below}${last ? '└─ ' : '├─ '}`,
          below: `${below}${last ? '   ' : '│  '}`,
        });
      }
    }
  }
  return out;
}
