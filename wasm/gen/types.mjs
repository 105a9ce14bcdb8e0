// SPDX-License-Identifier: Apache-2.0
// Writes the TypeScript declarations: model.d.ts and report.d.ts from the tables, and the hand-written ones of
// wasm/gen/api, in which a line `// @readers` stands for one function per reader of the Go package.
//   node wasm/gen/types.mjs build/describe.json dist/types
import { readFileSync } from 'node:fs';

import { main, publicName } from './describe.mjs';

/** @typedef {import('./describe.mjs').Tables} Tables */

const LICENCE = '// SPDX-License-Identifier: Apache-2.0\n';
const WIDTH = 100;

/** TypeScript's type of a scalar, by its kind in C. 64-bit integers do not fit a number. */
const SCALARS = new Map([
  ['string', 'string'],
  ['bool', 'boolean'],
  ['int32', 'number'],
  ['uint16', 'number'],
  ['uint32', 'number'],
  ['int64', 'bigint'],
  ['uint64', 'bigint'],
  ['time', 'Time'],
  ['any', 'JsonValue'],
]);

/**
 * @param {Tables} tables
 * @param {string} name of a scalar, string type or struct
 */
function typeOf(tables, name) {
  const named = tables.structByName.get(name) ?? tables.stringTypeByName.get(name);
  if (named != null) return publicName(named);
  const type = SCALARS.get(tables.scalarByName.get(name)?.kind ?? '');
  if (type == null) throw new Error(`no TypeScript type for ${name}`);
  return type;
}

/**
 * The type of what holds `type`, without null and undefined.
 * @param {string} type
 * @param {import('./describe.mjs').Shape} shape
 */
function held(type, shape) {
  if (shape === 'SLICE') return `${type}[]`;
  return shape === 'MAP' ? `{ [key: string]: ${type} }` : type;
}

/**
 * A TSDoc comment.
 * @param {string} text
 * @param {string} indent
 */
function comment(text, indent) {
  const one = `${indent}/** ${text} */\n`;
  if (one.length <= WIDTH + 1) return one;
  const lines = [''];
  for (const word of text.split(' ')) {
    const last = lines.length - 1;
    const longer = `${lines[last]} ${word}`;
    if (indent.length + 2 + longer.length <= WIDTH) lines[last] = longer;
    else lines.push(` ${word}`);
  }
  return `${indent}/**\n${lines.map((line) => `${indent} *${line}\n`).join('')}${indent} */\n`;
}

/** @param {string} name */
function key(name) {
  return /^[A-Za-z_$][\w$]*$/.test(name) ? name : `'${name}'`;
}

/** @param {string} text */
function quoted(text) {
  return `'${text.replace(/['\\]/g, '\\$&')}'`;
}

/**
 * @param {string} head
 * @param {string[]} members
 */
function union(head, members) {
  const one = `${head} ${members.join(' | ')};\n`;
  return one.length <= WIDTH + 1 ? one : `${head}\n  | ${members.join('\n  | ')};\n`;
}

/**
 * @param {Tables} tables
 * @param {import('./describe.mjs').Field} field
 */
function property(tables, field) {
  const scalar = tables.scalarByName.get(field.type);
  const isStruct = tables.structByName.has(field.type);
  let type = held(typeOf(tables, field.type), field.shape);
  // omitempty leaves out what is empty, but a struct is never empty; without it nil is null.
  const optional = field.when === 'OMITEMPTY' && !(isStruct && field.shape === 'VALUE');
  if (!optional && field.shape !== 'VALUE') type += ' | null';
  const range = /int/.test(scalar?.kind ?? '') ? ` (Go: ${scalar?.goName})` : '';
  return (
    comment(field.doc.replace(/\.$/, `${range}.`), '  ') +
    `  ${key(field.json)}${optional ? '?' : ''}: ${type};\n`
  );
}

/**
 * @param {Tables} tables
 * @param {import('./describe.mjs').Kind} kind
 */
function kindType(tables, kind) {
  const type = held(typeOf(tables, kind.type), kind.shape);
  return kind.shape === 'VALUE' ? type : `${type} | null`;
}

/** @param {Tables} tables */
function model(tables) {
  const parts = [
    `${LICENCE}// Generated from the tables in src/model; do not edit.\n`,
    comment('A time as Go prints it: RFC 3339 with up to nine digits after the second.', '') +
      'export type Time = string;\n',
    comment('Any JSON value, as Go reads it into an empty interface.', '') +
      'export type JsonValue =\n  | null\n  | boolean\n  | number\n  | string\n' +
      '  | JsonValue[]\n  | { [key: string]: JsonValue };\n',
  ];
  for (const type of tables.stringTypes) {
    const known = type.values.map(quoted);
    parts.push(
      comment(`${type.doc} Other values are kept as they are (Go: ${type.goName}).`, '') +
        union(
          `export type ${publicName(type)} =`,
          known.length === 0 ? ['string'] : [...known, '(string & {})'],
        ),
    );
  }
  for (const struct of tables.structs) {
    const fields = struct.fields.map((field) => property(tables, field)).join('');
    parts.push(
      comment(`${struct.doc} (Go: ${struct.goName})`, '') +
        `export interface ${publicName(struct)} {\n${fields}}\n`,
    );
  }
  const kinds = tables.kinds.map(
    (kind) => comment(kind.doc, '  ') + `  ${quoted(kind.name)}: ${kindType(tables, kind)};\n`,
  );
  parts.push(
    comment('What each kind of metadata file is decoded to.', '') +
      `export interface KindMap {\n${kinds.join('')}}\n`,
    comment('A kind of metadata file; mostly the name of the file.', '') +
      'export type Kind = keyof KindMap;\n',
    comment(
      'The constants of the Go package, under their Go names: names of the members of an archive ' +
        'and keys of image annotations.',
      '',
    ) + `export interface Constants {\n${tables.constants.map(constant).join('')}}\n`,
  );
  return parts.join('\n');
}

/** @param {import('./describe.mjs').Constant} entry */
function constant(entry) {
  return comment(entry.doc, '  ') + `  readonly ${entry.name}: ${quoted(entry.value)};\n`;
}

/** @type {Record<string, string>} */
const REPORT_TYPES = {
  text: 'Text',
  integer64: 'bigint',
  integer: 'number',
  version: '1',
  severity: 'Severity',
  verdict: "'restores' | 'conditional' | 'fails' | 'unknown'",
  trust: "'clean' | 'suspicious' | 'hostile'",
  condition: 'Condition',
};

/** @param {import('./describe.mjs').ReportObject[]} objects @returns {string[]} */
function interfaces(objects) {
  return objects.map(({ name, doc, members }) => {
    const lines = members.map(({ name: member, type, doc: text }) => {
      const [, base, rest] = /** @type {RegExpExecArray} */ (/^(\w+)(.*?)\??$/.exec(type));
      const optional = type.endsWith('?') ? '?' : '';
      const full = `${REPORT_TYPES[base] ?? base}${rest.replace('|null', ' | null')}`;
      return `${comment(text, '  ')}  ${member}${optional}: ${full};\n`;
    });
    return `${comment(doc, '')}export interface ${name} {\n${lines.join('')}}\n`;
  });
}

/** What a dump is described by. @param {Tables} tables */
function dump({ views }) {
  return [
    `${LICENCE}// Generated from src/criu/views.def; do not edit.\n`,
    comment(
      'Bytes of a process or a file name: a string, or their digits where they are no UTF-8.',
      '',
    ) + 'export type Text = string | { hex: string };\n',
    ...interfaces(views),
  ].join('\n');
}

/** @param {Tables} tables */
function report({ report: objects, targets, conditions }) {
  const parts = [
    `${LICENCE}// Generated from src/rules; do not edit.\n`,
    comment('How much a finding counts.', '') +
      "export type Severity = 'error' | 'warning' | 'info';\n",
    comment('What can restore a checkpoint.', '') +
      union('export type Target =', targets.map(quoted)),
    comment('What may have to be arranged for a restore.', '') +
      union(
        'export type Condition =',
        conditions.map(({ name }) => quoted(name)),
      ),
  ];
  parts.push(...interfaces(objects));
  return parts.join('\n');
}

/** @param {Tables} tables */
function readers(tables) {
  return tables.kinds
    .filter((kind) => kind.reader != null)
    .map((kind) => {
      const name = /** @type {string} */ (kind.reader);
      const text = `Reads ${kind.file}: ${kind.doc.charAt(0).toLowerCase()}${kind.doc.slice(1)}`;
      const js = name.charAt(0).toLowerCase() + name.slice(1);
      return (
        comment(`${text} (Go: ${name})`, '') +
        `export function ${js}(directory: string): ReadResult<${quoted(kind.name)}>;\n`
      );
    })
    .join('\n');
}

main((tables) => {
  const files = new Map([
    ['model.d.ts', model(tables)],
    ['report.d.ts', report(tables)],
    ['dump.d.ts', dump(tables)],
  ]);
  for (const name of [
    'index.d.ts',
    'checkpoint.d.ts',
    'node.d.ts',
    'inline.d.ts',
    'node-inline.d.ts',
    'debug.d.ts',
    'render.d.ts',
    'write.d.ts',
    'rules.d.ts',
  ]) {
    const template = readFileSync(new URL(`./api/${name}`, import.meta.url), 'utf8');
    files.set(
      name,
      template.replace('// @readers\n', () => readers(tables)),
    );
  }
  return files;
});
