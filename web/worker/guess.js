// SPDX-License-Identifier: Apache-2.0
// What a file without a known name may be. Only a guess, which the reader can change.

/** Keys at the top level that speak for a format, and how much. @type {Record<string, Record<string, number>>} */
const SIGNS = {
  'config.dump': {
    createdTime: 4,
    rootfsImageName: 3,
    rootfsImage: 2,
    rootfsImageRef: 2,
    checkpointedTime: 4,
    restoredTime: 3,
    runtime: 1,
    id: 1,
    name: 1,
  },
  'spec.dump': {
    ociVersion: 5,
    process: 2,
    root: 1,
    mounts: 1,
    linux: 2,
    hostname: 1,
    annotations: 1,
  },
  status: { CreatedAt: 3, StartedAt: 3, FinishedAt: 3, ExitCode: 2, Pid: 1 },
  'pod.options': { version: 1, containers: 1, annotations: 1 },
  'kubernetes-checkpoint-metadata': {
    podFullName: 3,
    containerName: 1,
    totalSize: 1,
    checkpoints: 2,
  },
};
/** How much is needed. */
const ENOUGH = 3;

/**
 * The names of the members at the first and second level of an object, also of a broken one.
 * @param {string} text
 * @returns {[first: Set<string>, second: Set<string>]}
 */
function keys(text) {
  /** @type {[Set<string>, Set<string>]} */
  const found = [new Set(), new Set()];
  const token = /"((?:[^"\\]|\\.)*)"(\s*:)?|[[\]{}]/gs;
  let depth = 0;
  for (let match; (match = token.exec(text));) {
    const [whole, string, colon] = match;
    if (whole === '{' || whole === '[') depth++;
    else if (whole === '}' || whole === ']') depth--;
    else if (colon !== undefined && (depth === 1 || depth === 2)) found[depth - 1].add(string);
  }
  return found;
}

/**
 * @param {string} text the file, or its beginning
 * @returns {string | null} a kind; null: this is not JSON
 */
export function guessKind(text) {
  const start = text.replace(/^\uFEFF/, '').trimStart();
  if (start === '') return null;
  if (/^null\s*$/.test(start)) return 'network.status';
  if (/^\[\s*("\/|\]\s*$)/.test(start)) return 'deleted.files';
  if (!/^[{[]/.test(start)) return null;
  const [first, second] = keys(start);
  let best = 'any';
  let most = ENOUGH - 1;
  for (const [kind, signs] of Object.entries(SIGNS)) {
    let sum = 0;
    for (const key of first) sum += Object.hasOwn(signs, key) ? signs[key] : 0;
    if (sum > most) [best, most] = [kind, sum];
  }
  if (best === 'any' && second.has('interfaces')) return 'network.status';
  return best;
}

/** Archives by their first bytes. @type {[name: string, offset: number, magic: number[]][]} */
const MAGIC = [
  ['gzip', 0, [0x1f, 0x8b]],
  ['zstd', 0, [0x28, 0xb5, 0x2f, 0xfd]],
  ['bzip2', 0, [0x42, 0x5a, 0x68]],
  ['xz', 0, [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0]],
  ['tar', 257, [0x75, 0x73, 0x74, 0x61, 0x72]],
];

/** @param {Uint8Array} head the first bytes of a file @returns {string | undefined} */
export const archiveFormat = (head) =>
  MAGIC.find(([, offset, magic]) => magic.every((byte, i) => head[offset + i] === byte))?.[0];

/** Other files by their first bytes, for saying what was dropped by mistake. @type {[name: string, magic: string][]} */
const OTHERS = [
  ['png', '\x89PNG'],
  ['jpeg', '\xff\xd8\xff'],
  ['gif', 'GIF8'],
  ['webp', 'RIFF'],
  ['zip', 'PK\x03\x04'],
  ['zip', 'PK\x05\x06'],
  ['7z', '7z\xbc\xaf'],
  ['rar', 'Rar!'],
  ['elf', '\x7fELF'],
  ['pe', 'MZ'],
  ['macho', '\xcf\xfa\xed\xfe'],
  ['pdf', '%PDF'],
  ['wasm', '\0asm'],
  ['sqlite', 'SQLite format 3'],
  ['lz4', '\x04"M\x18'],
  ['squashfs', 'hsqs'],
  ['html', '<!doctype html'],
  ['html', '<html'],
  ['script', '#!'],
];
/** How much is looked at to tell text from other data. */
const TEXT = 4096;

/** What a file is that is no checkpoint: a key of W.fileKinds, or ''. @param {Uint8Array} head its first bytes */
export function fileKind(head) {
  const start = String.fromCharCode(...head.subarray(0, 16)).toLowerCase();
  const found = OTHERS.find(([, magic]) => start.startsWith(magic.toLowerCase()));
  if (found) return found[0];
  const some = head.subarray(0, TEXT);
  if (some.length === 0 || some.some((byte) => byte < 9 || (byte > 13 && byte < 32))) return '';
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(some, { stream: true });
    return 'text';
  } catch {
    return '';
  }
}
