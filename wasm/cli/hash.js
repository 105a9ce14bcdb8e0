// SPDX-License-Identifier: Apache-2.0
// ckpt hash
import { createReadStream, fstatSync } from 'node:fs';
import process from 'node:process';
import { Sha256 } from '../border/hash.js';
import { EXIT } from './exit.js';
import { reason } from './output.js';
import { refuseSecondInput, Session } from './open.js';
import { JSON_SHORT } from './options.js';
import { NO_PROGRESS } from './progress.js';
import { csvOf } from './rows.js';

/** @typedef {import('./options.js').Context} Context */

/** @param {any} core @param {AsyncIterable<Uint8Array>} pieces @returns {Promise<{sha256: string, size: number}>} */
async function hashOf(core, pieces) {
  const hash = new Sha256(core.exports);
  try {
    for await (const piece of pieces) hash.add(piece);
    const size = hash.length;
    return { sha256: hash.end(), size };
  } finally {
    hash.free();
  }
}

/**
 * A line as sha256sum writes and checks it: a name with a line break or a backslash is escaped, and the
 * line then begins with a backslash.
 * @param {string} sha256 @param {string} name
 */
function line(sha256, name) {
  const escaped = name.replaceAll('\\', '\\\\').replaceAll('\n', '\\n').replaceAll('\r', '\\r');
  return `${escaped === name ? '' : '\\'}${sha256}  ${escaped}\n`;
}

/**
 * The members of a checkpoint, each with its hash, in one pass.
 * @param {Context} context @param {import('../api/checkpoint.js').Checkpoint} checkpoint
 * @param {(name: string, facts: {sha256: string, size: number}) => Promise<void>} tell
 */
async function hashMembers({ core }, checkpoint, tell) {
  const { exports } = await core();
  const files = [...checkpoint.members].filter(({ type }) => type === 'file');
  const list = files.map((member) => ({ member, tag: member }));
  let hash = new Sha256(exports);
  for await (const { tag, bytes, last } of checkpoint.ranges(list)) {
    hash.add(bytes);
    if (!last) continue;
    const size = hash.length;
    await tell(tag.name, { sha256: hash.end(), size });
    hash = new Sha256(exports);
  }
  hash.free();
}

/** @param {Context} context @param {Session} session @param {string} path */
async function hashFile(context, session, path) {
  const core = await context.core(); // a stream must be listened to when it fails
  const stream = path === '-' ? process.stdin : createReadStream(path);
  try {
    if (path === '-' && fstatSync(0).isDirectory())
      throw Object.assign(new Error('EISDIR: is a directory, read'), { code: 'EISDIR' });
    return await hashOf(core, stream);
  } catch (error) {
    const { code, message } = /** @type {NodeJS.ErrnoException} */ (error);
    if (typeof code !== 'string') throw error;
    const why = code === 'EISDIR' ? 'is a directory' : reason(message);
    await session.say(`${path}: ${why}`, EXIT.unreadable);
    return undefined;
  }
}

/** @type {import('./options.js').Command} */
export const hash = {
  name: 'hash',
  summary: 'print the SHA-256 of archives, and of what is in them',
  operands: 'FILE|-...',
  count: [1, Infinity],
  details: [
    'Prints one line for each file, as "sha256sum" does and as "sha256sum -c" checks it. With --members, lines for the files in the checkpoint follow (of an image: in its layer), by their names there, so that "sha256sum -c" checks them where the archive is unpacked.',
    'Nothing is unpacked. "ckpt validate" checks the digests that an image or a pod has of its parts by itself.',
  ],
  options: [
    { name: 'members', help: 'also of each file in the checkpoint' },
    {
      name: 'format',
      short: 'f',
      value: 'FORMAT',
      choices: ['text', 'table', 'json', 'jsonl', 'csv'],
      preset: 'text',
      help: 'text or table: as sha256sum; json or jsonl: an object for each file, one a line; csv',
    },
    JSON_SHORT,
    NO_PROGRESS,
  ],
  examples: [
    'ckpt hash checkpoint.tar > checkpoint.sha256; sha256sum -c checkpoint.sha256',
    'ckpt hash --members --format json checkpoint.tar.zst',
  ],

  async run(context) {
    const { operands, values, switches, stdout, fail } = context;
    refuseSecondInput(context);
    const wantsMembers = switches.has('members');
    if (wantsMembers && operands.includes('-'))
      throw fail('--members reads a file twice, and standard input can be read only once');
    const session = new Session(context);
    const json = values.format === 'json' || values.format === 'jsonl';
    const csv = values.format === 'csv';
    /** @type {{file: string, member: string | null, size: number, sha256: string}[]} */
    const rows = [];
    for (const path of operands) {
      const facts = await hashFile(context, session, path);
      if (!facts) continue;
      /** @type {{name: string, size: number, sha256: string}[]} */
      const members = [];
      if (csv) rows.push({ file: path, member: null, size: facts.size, sha256: facts.sha256 });
      else if (!json) await stdout.write(line(facts.sha256, path));
      if (wantsMembers)
        await session.open(path, async (checkpoint) => {
          await hashMembers(context, checkpoint, async (name, { sha256, size }) => {
            if (csv) rows.push({ file: path, member: name, size, sha256 });
            else if (json) members.push({ name, size, sha256 });
            else await stdout.write(line(sha256, name));
          });
          if (checkpoint.error) throw checkpoint.error;
        });
      if (json) {
        const value = { file: path, ...facts, ...(wantsMembers && { members }) };
        await stdout.write(`${JSON.stringify(value)}\n`);
        await stdout.flush();
      }
    }
    if (csv) await stdout.write(csvOf(rows));
    return session.code;
  },
};
