// SPDX-License-Identifier: Apache-2.0
// node .ci/check-proto.mjs DIRECTORY [--subset]: compares the schema of a CRIU with src/criu/*.def. DIRECTORY is its
// source tree, or the folder pycriu/images of an installed one.
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
/** Renamed later, with the same numbers. @type {Record<string, string>} */
const RENAMED = {
  'pagemap_entry.nr_pages = 2': 'compat_nr_pages', // 4.2
  device_entry: 'kfd_device_entry', // 4.2, of the AMD plugin
  bo_entry: 'kfd_bo_entry',
};
/** @type {Record<string, string>} */
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

/** Fields of a message of protocol buffers, by number. @param {Uint8Array} bytes @returns {Map<number, any[]>} */
function fieldsOf(bytes) {
  const fields = new Map();
  let at = 0;
  const varint = () => {
    let value = 0;
    for (let scale = 1; ; scale *= 128) {
      const byte = bytes[at++];
      value += (byte & 127) * scale;
      if (byte < 128) return value;
    }
  };
  while (at < bytes.length) {
    const tag = varint();
    let value;
    if (tag % 8 === 0) value = varint();
    else {
      const length = varint();
      value = bytes.subarray(at, at + length);
      at += length;
    }
    fields.set(tag >> 3, [...(fields.get(tag >> 3) ?? []), value]);
  }
  return fields;
}

const LABELS = ['', 'OPTIONAL', 'REQUIRED', 'REPEATED'];
/** By their numbers in descriptors. @type {Record<number, string>} */
const KINDS = {
  ...{ 3: 'int64', 4: 'uint64', 5: 'int32', 6: 'fixed64', 7: 'fixed32', 8: 'bool', 9: 'string' },
  ...{ 12: 'bytes', 13: 'uint32', 17: 'sint32', 18: 'sint64' },
};

/** The schema in Python's modules, which hold serialized descriptors. @param {string[]} files @returns {Schema} */
function readPython(files) {
  /** @type {Schema} */
  const schema = { messages: new Map(), enums: new Map() };
  const text = (/** @type {Uint8Array} */ bytes) => new TextDecoder().decode(bytes);
  const short = (/** @type {Uint8Array} */ bytes) => text(bytes).replace(/^.*\./, '');
  const escapes = new Map(Object.entries({ n: 10, t: 9, r: 13 }));
  /** @param {Uint8Array} bytes */
  const addEnum = (bytes) => {
    const fields = fieldsOf(bytes);
    const values = (fields.get(2) ?? []).map(fieldsOf);
    schema.enums.set(
      text(fields.get(1)?.[0]),
      new Map(values.map((value) => [value.get(2)?.[0] ?? 0, text(value.get(1)?.[0])])),
    );
  };
  for (const file of files) {
    const literal =
      /AddSerializedFile\(b'((?:[^'\\]|\\.)*)'\)/.exec(readFileSync(file, 'latin1'))?.[1] ?? '';
    const parts = literal.match(/\\x..|\\.|[^\\]/g) ?? [];
    const bytes = Uint8Array.from(parts, (part) =>
      part.length === 4
        ? parseInt(part.slice(2), 16)
        : (part.length === 2 && escapes.get(part[1])) || part.charCodeAt(part.length - 1),
    );
    const descriptor = fieldsOf(bytes);
    for (const one of descriptor.get(5) ?? []) addEnum(one);
    for (const message of (descriptor.get(4) ?? []).map(fieldsOf)) {
      for (const one of message.get(4) ?? []) addEnum(one);
      const fields = (message.get(2) ?? []).map(fieldsOf).map((field) => ({
        number: field.get(3)?.[0],
        name: text(field.get(1)?.[0]),
        type: field.has(6) ? short(field.get(6)?.[0]) : KINDS[field.get(5)?.[0]],
        label: LABELS[field.get(4)?.[0]],
      }));
      schema.messages.set(text(message.get(1)?.[0]), fields);
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
const modules = existsSync(directory)
  ? readdirSync(directory)
      .filter((name) => name.endsWith('_pb2.py') && !/^(rpc|opts)_/.test(name))
      .map((name) => join(directory, name))
  : [];
if (files.length + modules.length === 0) {
  console.error(`${directory}: there are neither images/*.proto nor *_pb2.py`);
  process.exit(2);
}
const theirs = files.length > 0 ? readProtos(files) : readPython(modules);
const ours = readTables();
let count = 0;

for (const [name, fields] of theirs.messages) {
  const known = ours.messages.get(RENAMED[name] ?? name);
  if (!known)
    news.push(`message ${name}: ${fields.map((f) => `${f.number} ${f.name}`).join(', ')}`);
  for (const field of known ? fields : []) {
    count++;
    const mine = known?.find(({ number }) => number === field.number);
    const text = `${name}.${field.name} = ${field.number}`;
    const type = TYPES[field.type] ?? RENAMED[field.type] ?? field.type;
    if (!mine) news.push(`field ${text} (${field.label.toLowerCase()} ${field.type})`);
    else if (mine.name !== field.name && RENAMED[text] !== mine.name)
      problems.push(`${text} is ${mine.name} here`);
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
