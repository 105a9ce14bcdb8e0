// SPDX-License-Identifier: Apache-2.0
// Archives for the tests of the command line: small ones as the tests want them, and the real ones.
import { Buffer } from 'node:buffer';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { data } from './cli-run.mjs';

export const archives = join(data, 'archives');
export const reference = join(data, 'cli/reference');

/** What the reference tool printed. @param {string} archive @param {string} file */
export const recorded = (archive, file) => readFileSync(join(reference, archive, file), 'utf8');

/** Archives that the reference tool can read. */
export const readable = readdirSync(reference).filter(
  (name) => !recorded(name, 'show.txt').startsWith('Error'),
);

/**
 * A member: its content, or what is special about it. Names ending in "/" are folders.
 * @typedef {string | Uint8Array | {content?: string | Uint8Array, type?: string, link?: string, mode?: number, mtime?: number}} Entry
 */

/** @param {string | Uint8Array} name @param {Entry} entry */
function header(name, entry) {
  const plain = typeof entry === 'string' || entry instanceof Uint8Array;
  const {
    content = '',
    type,
    link = '',
    mode = 0o600,
    mtime = 0,
  } = plain ? { content: entry } : entry;
  const bytes = Buffer.from(content);
  const block = Buffer.alloc(512);
  block.set(Buffer.from(name).subarray(0, 100), 0);
  const octal = (
    /** @type {number} */ value,
    /** @type {number} */ at,
    /** @type {number} */ size,
  ) => block.write(value.toString(8).padStart(size - 1, '0'), at);
  octal(mode, 100, 8);
  octal(0, 108, 8);
  octal(0, 116, 8);
  octal(bytes.length, 124, 12);
  octal(mtime, 136, 12);
  block.write(type ?? (String(name).endsWith('/') ? '5' : '0'), 156);
  block.write(link, 157);
  block.write('ustar\x0000', 257);
  block.write('        ', 148);
  octal(
    block.reduce((sum, byte) => sum + byte, 0),
    148,
    7,
  );
  return Buffer.concat([block, bytes, Buffer.alloc(-bytes.length & 511)]);
}

/** A tar archive. @param {readonly (readonly [string | Uint8Array, Entry])[]} entries @returns {Buffer} */
export const tar = (entries) =>
  Buffer.concat([...entries.map(([name, entry]) => header(name, entry)), Buffer.alloc(1024)]);

export const config = JSON.stringify({
  id: 'ab'.repeat(32),
  name: 'web',
  rootfsImageName: 'localhost/web:1',
  runtime: 'crun',
  createdTime: '2026-03-13T21:30:00.5Z',
});
export const spec = JSON.stringify({ annotations: { 'io.container.manager': 'libpod' } });

/** The members of a small checkpoint of Podman's. @param {Record<string, Entry>} [changes] @returns {[string, Entry][]} */
export const checkpoint = (changes = {}) =>
  Object.entries({
    'config.dump': config,
    'spec.dump': spec,
    'checkpoint/': '',
    'checkpoint/pages-1.img': { content: 'x'.repeat(2048), mtime: 1773437500 },
    ...changes,
  });

/** The header of a member of any size, whose content is to follow. @param {string} name @param {number} size */
export function headerOfSize(name, size) {
  const block = Buffer.from(header(name, ''));
  block.writeUInt8(0x80, 124); // base 256
  block.fill(0, 125, 136);
  block.writeUIntBE(size, 130, 6);
  block.write('        ', 148);
  const sum = block.reduce((total, byte) => total + byte, 0);
  block.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
  return block;
}
