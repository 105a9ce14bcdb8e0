// SPDX-License-Identifier: Apache-2.0
// node .ci/fuzz-seeds.mjs TARGET DIRECTORY
// Writes what the fuzz target TARGET (test/fuzz) starts from, one file an input, made of test/data. A target
// that is not known here gets the files of test/data as they are.
import { createHash } from 'node:crypto';
import {
  copyFileSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';

const [target, directory] = process.argv.slice(2);
const data = 'test/data';

/** In the order of enum ckpt_kind: the line of each CKPT_KIND of its table. */
const kinds = [
  ...readFileSync('src/model/kinds.def', 'utf8').matchAll(/^CKPT_KIND\(\w+, "([^"]+)"/gm),
].map(([, name]) => name);
if (kinds.length === 0) throw new Error('no kinds in src/model/kinds.def');

/** @param {...(Uint8Array | number[] | string)} parts */
function seed(...parts) {
  const bytes = Buffer.concat(parts.map((part) => Buffer.from(part)));
  const name = createHash('sha256').update(bytes).digest('hex').slice(0, 16);
  if (bytes.length <= 65536) writeFileSync(join(directory, name), bytes);
}

/** The recorded inputs, and the files of the example: kind and content. */
function* inputs() {
  for (const set of ['cases', 'fuzz', 'more']) {
    for (const line of readFileSync(`${data}/conformance/${set}-inputs.jsonl`, 'utf8')
      .trim()
      .split('\n')) {
      const { kind, b64 } = JSON.parse(line);
      yield { kind: kinds.indexOf(kind), content: Buffer.from(b64, 'base64') };
    }
  }
  for (const file of readdirSync(`${data}/example`)) {
    if (kinds.includes(file))
      yield { kind: kinds.indexOf(file), content: readFileSync(`${data}/example/${file}`) };
  }
}

/** Columns of the recorded tables. @param {string} name @returns {string[][]} */
const table = (name) =>
  readFileSync(`${data}/go/${name}.tsv`, 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => line.split('\t'));

/** A pointer into about every second text. @param {Buffer} content */
function pointerInto(content) {
  const keys = [...content.toString('latin1').matchAll(/"([A-Za-z_]+)"\s*:/g)].map(
    ([, key]) => key,
  );
  return keys.length === 0 ? '/0' : `/${keys[0]}${keys.length > 1 ? `/${keys[1]}` : '/0'}`;
}

/** @param {string} folder */
function everyFile(folder) {
  for (const name of readdirSync(folder)) {
    const path = join(folder, name);
    if (statSync(path).isDirectory()) everyFile(path);
    else copyFileSync(path, join(directory, path.replaceAll('/', '-')));
  }
}

rmSync(directory, { recursive: true, force: true });
mkdirSync(directory, { recursive: true });
switch (target) {
  case 'scan':
  case 'decode':
  case 'roundtrip':
  case 'tape':
    for (const { kind, content } of inputs()) seed([kind], content);
    break;
  case 'locate':
    for (const { kind, content } of inputs()) {
      const pointer = pointerInto(content).slice(0, 100);
      seed([kind, pointer.length], pointer, content);
    }
    break;
  case 'text':
    for (const [token, bits] of table('doubles')) {
      if (bits !== '-') seed([0], Buffer.from(bits, 'hex').reverse());
      seed([1], token);
    }
    for (const [, , , text] of table('times')) seed([2], text.replace(/^!/, ''));
    for (const { content } of inputs()) {
      for (const [, time] of content.toString('latin1').matchAll(/"(\d{4}-[^"]*)"/g))
        seed([2], Buffer.from(time, 'latin1'));
      if (content.some((byte) => byte >= 0x80)) seed([3], content.subarray(0, 200));
    }
    for (const [name, key] of [
      ['restored', 're\u017ftored'],
      ['k', '\u212a'],
      ['id', 'ID'],
    ])
      seed([4, name.length], name, key);
    break;
  default:
    everyFile(data);
}
