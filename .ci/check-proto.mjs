// SPDX-License-Identifier: Apache-2.0
// node .ci/check-proto.mjs DIRECTORY [--subset]: compares the schema of a CRIU source tree with src/criu/*.def.
//
// Facts only: numbers, names, types and labels of messages, enumerations, and the magic numbers. With --subset all
// of the tree's must be ours as they are (an older CRIU); without it what it has and we have not is printed (a newer
// one), and only what contradicts is a failure.
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

const [, , directory, subset] = process.argv;
if (!directory) {
  console.error('usage: node .ci/check-proto.mjs DIRECTORY [--subset]');
  process.exit(2);
}

/** Not of images: requests to the service, options of the schema itself. */
const OTHERS = /^(rpc|opts)\.proto$/;
/** Names that differ by the .proto file's package or by a later renaming; the numbers are the same. @type {Record<string, string>} */
const TYPES = {
  uint32: 'U32',
  uint64: 'U64',
  int32: 'I32',
  int64: 'I64',
  sint32: 'S32',
  sint64: 'S64',
  fixed32: 'F32',
  fixed64: 'F64',
  bool: 'BOOL',
  string: 'STRING',
  bytes: 'BYTES',
};

const problems = [];
const news = [];

/** @param {string} path */
const withoutComments = (path) =>
  readFileSync(path, 'utf8').replace(/\/\*[\s\S]*?\*\/|\/\/[^\n]*/g, ' ');

/**
 * @typedef {{number: number, name: string, type: string, label: string}} Field
 * @typedef {{messages: Map<string, Field[]>, enums: Map<string, Map<number, string>>}} Schema
 */

/** The schema of a tree. @param {string[]} files @returns {Schema} */
function readProtos(files) {
  /** @type {Schema} */
  const schema = { messages: new Map(), enums: new Map() };
  for (const file of files) {
    const words = withoutComments(file).match(/"[^"]*"|[\w.-]+|[^\s\w]/g) ?? [];
    /** @type {string[]} */
    const open = []; // kind and name of each block
    for (let i = 0; i < words.length; i++) {
      const word = words[i];
      const inside = open.at(-1) ?? '';
      if (/^(message|enum|extend|oneof)$/.test(word) && words[i + 2] === '{') {
        open.push(`${word} ${words[i + 1]}`);
        if (word === 'message') schema.messages.set(words[i + 1], []);
        if (word === 'enum') schema.enums.set(words[i + 1], new Map());
        i += 2;
      } else if (word === '{') open.push('');
      else if (word === '}') open.pop();
      else if (inside.startsWith('message ') && /^(required|optional|repeated)$/.test(word)) {
        const [type, name, , number] = words.slice(i + 1, i + 5);
        schema.messages.get(inside.slice(8))?.push({
          number: Number(number),
          name,
          type: type.replace(/^.*\./, ''),
          label: word.toUpperCase(),
        });
        while (words[i] !== ';') i++;
      } else if (inside.startsWith('enum ') && words[i + 1] === '=') {
        schema.enums.get(inside.slice(5))?.set(Number(words[i + 2]), word);
        while (words[i] !== ';') i++;
      }
    }
  }
  return schema;
}

/** Ours. @returns {Schema} */
function readTables() {
  /** @type {Schema} */
  const schema = { messages: new Map(), enums: new Map() };
  const row = /^CRIU_(\w+)\(([^"\n]*)\)$/gm;
  for (const [, macro, list] of readFileSync('src/criu/messages.def', 'utf8').matchAll(row)) {
    const [message, number, name, type, label, of] = list.split(', ');
    if (macro === 'MESSAGE') schema.messages.set(message, []);
    if (!/^(FIELD|NAMED|FLAGS|NESTED)$/.test(macro)) continue;
    schema.messages.get(message)?.push({
      number: Number(number),
      name,
      type: type === 'ENUM' ? of : type,
      label: label === 'PACKED' ? 'REPEATED' : label,
    });
  }
  for (const [, macro, list] of readFileSync('src/criu/names.def', 'utf8').matchAll(row)) {
    const [set, number, name] = list.split(', ');
    if (macro === 'NAMES') schema.enums.set(set, new Map());
    if (macro === 'NAME') schema.enums.get(set)?.set(Number(number), name);
  }
  return schema;
}

/** Magic numbers by the names of their constants. @param {string} path @returns {Map<string, number>} */
function readMagic(path) {
  const numbers = new Map();
  for (const [, name, value] of withoutComments(path).matchAll(/#define\s+(\w+)_MAGIC\s+(\w+)/g))
    numbers.set(
      name,
      /^\d/.test(value) ? Number(value) : numbers.get(value.replace(/_MAGIC$/, '')),
    );
  return numbers;
}

const folders = [join(directory, 'images'), join(directory, 'plugins/amdgpu')].filter(existsSync);
const files = folders.flatMap((folder) =>
  readdirSync(folder)
    .filter((name) => name.endsWith('.proto') && !OTHERS.test(name))
    .map((name) => join(folder, name)),
);
if (files.length === 0) {
  console.error(`${directory}: there are no images/*.proto`);
  process.exit(2);
}
const theirs = readProtos(files);
const ours = readTables();
let count = 0;

for (const [name, fields] of theirs.messages) {
  const known = ours.messages.get(name);
  if (!known)
    news.push(`message ${name}: ${fields.map((f) => `${f.number} ${f.name}`).join(', ')}`);
  for (const field of known ? fields : []) {
    count++;
    const mine = known?.find(({ number }) => number === field.number);
    const text = `${name}.${field.name} = ${field.number}`;
    const type = TYPES[field.type] ?? field.type;
    if (!mine) news.push(`field ${text} (${field.label.toLowerCase()} ${field.type})`);
    else if (mine.name !== field.name) problems.push(`${text} is ${mine.name} here`);
    else if (mine.label !== field.label) problems.push(`${text} is ${mine.label} here`);
    // An unsigned number may have grown: the coding is the same.
    else if (mine.type !== type && !(mine.type === 'U64' && type === 'U32'))
      problems.push(`${text} is of type ${mine.type} here`);
  }
}
for (const [name, values] of theirs.enums) {
  const known = ours.enums.get(name);
  if (!known) news.push(`enum ${name}`);
  for (const [number, word] of known ? values : []) {
    count++;
    if (!known?.has(number)) news.push(`enum ${name}: ${word} = ${number}`);
    else if (known.get(number) !== word)
      problems.push(`enum ${name}: ${number} is ${known.get(number)} here, not ${word}`);
  }
}
const magicFile = join(directory, 'criu/include/magic.h');
const images = new Map(
  [...readFileSync('src/criu/images.def', 'utf8').matchAll(/^CRIU_IMAGE\((\w+), (.*)\)$/gm)].map(
    ([, kind, list]) => [kind, Number(list.split(', ')[5])],
  ),
);
if (existsSync(magicFile)) {
  /** Not of files of their own. */
  const skipped = /^(IMG_COMMON|IMG_SERVICE|RAW_IMAGE|KDAT|PAGES_OLD)$/;
  for (const [name, number] of readMagic(magicFile)) {
    if (skipped.test(name)) continue;
    count++;
    if (!images.has(name)) news.push(`image ${name}: magic 0x${number.toString(16)}`);
    else if (images.get(name) !== number)
      problems.push(`image ${name}: magic 0x${number.toString(16)}`);
  }
}

for (const line of problems) console.error(`  contradicts: ${line}`);
for (const line of news) console.log(`  ${subset ? 'lacks here' : 'new'}: ${line}`);
const failed = problems.length > 0 || (subset && news.length > 0);
console.log(
  `${directory}: ${count} facts of ${theirs.messages.size} messages and ${theirs.enums.size} enumerations` +
    ` (${ours.messages.size} and ${ours.enums.size} here)${failed ? '' : ': the same here'}`,
);
if (failed) process.exit(1);
