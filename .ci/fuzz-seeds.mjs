// SPDX-License-Identifier: Apache-2.0
// node .ci/fuzz-seeds.mjs TARGET DIRECTORY
// Writes what the fuzz target TARGET (test/fuzz) starts from, one file an input, made of test/data. A target
// that is not known here gets the files of test/data as they are.
import { execFileSync } from 'node:child_process';
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
import { gzipSync } from 'node:zlib';
import { tar } from '../test/js/lib/tar.mjs';

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
    if (name === 'holes-1pib.tar.gz') continue; // nobody reads 2^50 bytes, and a target would
    const path = join(folder, name);
    if (statSync(path).isDirectory()) everyFile(path);
    else copyFileSync(path, join(directory, path.replaceAll('/', '-')));
  }
}

/** Members of a plain tar: {name, type, mode, content}. @param {Buffer} archive */
function* tarMembers(archive) {
  for (let at = 0; at + 512 <= archive.length && archive[at] !== 0;) {
    const text = (/** @type {number} */ from, /** @type {number} */ length) =>
      archive.toString('latin1', at + from, at + from + length).replace(/\0.*/s, '');
    const size = parseInt(text(124, 12), 8) || 0;
    const content = archive.subarray(at + 512, at + 512 + size);
    yield { name: text(0, 100), type: text(156, 1), mode: parseInt(text(100, 8), 8), content };
    at += 512 + Math.ceil(size / 512) * 512;
  }
}

/** One part of the input of the target `rules`. @param {number} kind @param {number} which @param {any} body */
const part = (kind, which, body) => {
  const bytes = Buffer.from(body);
  return Buffer.concat([
    Buffer.from([kind, which, bytes.length & 255, bytes.length >> 8]),
    bytes.subarray(0, 65535),
  ]);
};

/** The names of files, in the order of test/fuzz/rules.c. */
function ruleFiles() {
  const [, list] = /files\[\] = \{(.*?)\};/s.exec(readFileSync('test/fuzz/rules.c', 'utf8')) ?? [];
  return [...(list ?? '').matchAll(/"([^"]+)"/g)].map(([, name]) => name);
}

/**
 * A member: type, mode, size, lengths, name.
 * @param {{name: string, type: string, mode: number}} member @param {number} scope
 */
const memberPart = ({ name, type, mode }, scope) =>
  part(1, scope, [
    type === '5' ? 6 : 1,
    mode & 255,
    (mode >> 8) & 15,
    1,
    0,
    0,
    ...Buffer.from(name),
  ]);

function ruleSeeds() {
  const files = ruleFiles();
  for (const archive of ['crio.tar', 'containerd21.tar', 'simple-none.tar']) {
    const parts = [];
    for (const member of tarMembers(readFileSync(`${data}/archives/${archive}`))) {
      const which = files.indexOf(member.name);
      if (which >= 0) parts.push(part(0, which, member.content));
      parts.push(memberPart(member, 0));
      if (member.name === 'rootfs-diff.tar' && archive === 'crio.tar')
        for (const inner of tarMembers(member.content)) parts.push(memberPart(inner, 1));
    }
    seed(...parts);
  }
  for (const name of readdirSync(`${data}/rules`).filter((file) => file.endsWith('.json'))) {
    const { bad } = JSON.parse(readFileSync(`${data}/rules/${name}`, 'utf8'));
    const parts = [];
    for (const entry of [...(bad.add ?? []), ...(bad.replace ?? [])]) {
      const content = Buffer.from(entry.text ?? entry.base64 ?? '', entry.text ? 'utf8' : 'base64');
      const which = files.indexOf(entry.name);
      if (which >= 0) parts.push(part(0, which, content));
      parts.push(memberPart({ type: '0', mode: 0o644, ...entry }, 0));
    }
    for (const [file, values] of Object.entries(bad.set ?? {})) {
      /** @type {Record<string, any>} */
      const document = {};
      for (const [pointer, value] of Object.entries(values)) document[pointer.slice(1)] = value;
      if (files.includes(file)) parts.push(part(0, files.indexOf(file), JSON.stringify(document)));
    }
    if (parts.length > 0) seed(...parts);
  }
}

/** By their number: how names of images begin. */
const imagePrefixes = [
  ...readFileSync('src/criu/images.def', 'utf8').matchAll(/^CRIU_IMAGE\(\w+, "[^"]*", "([^"]*)"/gm),
].map(([, prefix]) => prefix);

/** The number of the kind of an image, by its name without folders; -1: it is none. @param {string} name */
function imageKind(name) {
  const fitting = imagePrefixes.filter((prefix) => name.startsWith(prefix));
  return imagePrefixes.indexOf(fitting.sort((a, b) => b.length - a.length)[0]);
}

/** @param {string} path */
const unpacked = (path) => execFileSync('zstd', ['-dcq', path], { maxBuffer: 2 ** 26 });

/** Real images after the number of their kind; their JSON after 255 (test/fuzz/images.c). */
function imageSeeds() {
  for (const { name, content } of tarMembers(unpacked(`${data}/criu/images.tar.zst`))) {
    const base = name.replace(/^.*\//, '');
    if (base.endsWith('.json')) seed([255], content);
    else seed([Math.max(imageKind(base), 0)], content);
  }
}

/** An image as test/fuzz/dump.c takes it. @param {string} base its name @param {Uint8Array} content */
function dumpPart(base, content) {
  const [, id = '0'] = /(\d+)(?:\.tar\.gz)?\.img$/.exec(base) ?? [];
  const bytes = content.subarray(0, 65535);
  return [
    [
      imageKind(base),
      Number(id) & 255,
      (Number(id) >> 8) & 255,
      bytes.length & 255,
      bytes.length >> 8,
    ],
    [...bytes],
  ].flat();
}

/** Real dumps without their memory, for test/fuzz/dump.c. */
function dumpSeeds() {
  for (const name of readdirSync(`${data}/dumps`)) {
    /** @type {[string, number[]][]} */
    const parts = [];
    for (const member of tarMembers(unpacked(`${data}/dumps/${name}/${name}.tar.zst`))) {
      const [, base] = /^checkpoint\/([^/]+)$/.exec(member.name) ?? [];
      if (base && imageKind(base) >= 0 && !base.startsWith('pages-'))
        parts.push([base, dumpPart(base, member.content)]);
    }
    const those = (/** @type {RegExp} */ pattern) =>
      parts.filter(([base]) => pattern.test(base)).flatMap(([, bytes]) => bytes);
    seed(those(/./));
    for (const pattern of [
      'core|creds|cgroup|seccomp',
      'mm|fs|files',
      'fdinfo|files|.*-data',
      '.*ns|mount|net',
    ])
      seed(those(RegExp(`^(pstree|ids|${pattern})`)));
    // The same again as the dump before it: page maps refer to that.
    const memory = those(/^(pstree|mm|pagemap)/);
    seed(memory, [255, 0, 0, 0, 0], memory);
  }
}

/** Archives that are small enough: the real ones without the content of large members, also one inside the other. */
function archiveSeeds() {
  /** @type {[string, Buffer][]} */
  const small = [];
  const folder = `${data}/archives`;
  for (const name of readdirSync(folder).filter((file) => /\.tar$|\.tar\./.test(file))) {
    const bytes = readFileSync(join(folder, name));
    seed(bytes);
    if (!name.endsWith('.tar')) continue;
    const members = [...tarMembers(bytes)].map(({ name: member, type, mode, content }) => [
      member,
      content.length > 6000 ? '' : content,
      { type, mode },
    ]);
    const one = tar(.../** @type {any} */ (members));
    seed(one);
    small.push(['checkpoint.tar', one]);
  }
  for (const [name, bytes] of small) {
    seed(gzipSync(bytes));
    seed(tar(['rootfs-diff.tar', bytes], ['config.dump', '{}']));
    seed(
      tar(
        ['checkpoint-manifest.json', '{"containers":[{"archive":"a.tar"}]}'],
        ['a.tar', gzipSync(bytes)],
      ),
    );
    seed(
      tar([`blobs/sha256/${name}`, gzipSync(bytes)], ['index.json', '{}'], ['oci-layout', '{}']),
    );
  }
}

rmSync(directory, { recursive: true, force: true });
mkdirSync(directory, { recursive: true });
/** An incremental dump and the one before it in one archive, without their pages. */
function pairSeed() {
  const folder = `${data}/archives`;
  /** @type {[string, Buffer?, object?][]} */
  const members = [['checkpoint/parent', undefined, { type: '2', link: '../pre-checkpoint' }]];
  for (const name of ['with-previous-gzip.tar.gz', 'pre-checkpoint-gzip.tar.gz']) {
    const path = join(folder, name);
    const list = execFileSync('tar', ['-tzf', path], { encoding: 'utf8' }).split('\n');
    for (const member of list.filter((one) =>
      /checkpoint\/(inventory|pstree|mm|pagemap|core)/.test(one),
    ))
      members.push([member, execFileSync('tar', ['-xzOf', path, member])]);
  }
  seed(tar(...members));
}

switch (target) {
  case 'scan':
  case 'decode':
  case 'roundtrip':
  case 'tape':
    for (const { kind, content } of inputs()) seed([kind], content);
    break;
  case 'rules':
    ruleSeeds();
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
  case 'images':
    imageSeeds();
    break;
  case 'whole':
    archiveSeeds();
    pairSeed();
    break;
  case 'dump':
    dumpSeeds();
    break;
  default:
    everyFile(data);
}
