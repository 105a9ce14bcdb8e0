// SPDX-License-Identifier: Apache-2.0
// ckpt hash
import { Buffer } from 'node:buffer';
import {
  createReadStream,
  entriesIn,
  existsSync,
  fstatSync,
  pathOf,
  statSync,
} from '../api/node-fs.js';
import process from 'node:process';
import { Sha256 } from '../border/hash.js';
import { EXIT } from './exit.js';
import { memberOperand } from './image-members.js';
import { isCheckpointFolder } from './operands.js';
import { reason } from './output.js';
import { refuseSecondInput, Session } from './open.js';
import { JSON_SHORT } from './options.js';
import { NO_PROGRESS, withProgress } from './progress.js';
import { compactJson, csvOf } from './rows.js';
import { whereIs } from './select.js';
import { writeBytes } from './write.js';

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
 * The regular files in a folder and below, sorted by their bytes; links are not followed.
 * @param {string} folder @returns {string[]} paths
 */
function filesBelow(folder) {
  const found = [];
  const todo = [folder.endsWith('/') ? folder : `${folder}/`];
  for (let directory; (directory = todo.pop()) !== undefined;)
    for (const { name, entry } of entriesIn(directory)) {
      if (entry.isDirectory()) todo.push(`${directory}${name}/`);
      else if (entry.isFile()) found.push(directory + name);
    }
  return found.sort((a, b) => Buffer.compare(bytesOf(a), bytesOf(b)));
}

/** @param {string} path */
const bytesOf = (path) => Buffer.from(pathOf(path));

/** A name as JSON has it: bytes that are no UTF-8 are not damaged. @param {string} path @returns {string | {hex: string}} */
const nameOf = (path) => (pathOf(path) === path ? path : { hex: bytesOf(path).toString('hex') });

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
    const size = path === '-' ? 0 : (statSync(path, { throwIfNoEntry: false })?.size ?? 0);
    return await withProgress(context, path, (progress) =>
      hashOf(core, telling(stream, progress, size)),
    );
  } catch (error) {
    const { code, message } = /** @type {NodeJS.ErrnoException} */ (error);
    if (typeof code !== 'string') throw error;
    const why = code === 'EISDIR' ? 'is a directory' : reason(message);
    await session.say(`${path}: ${why}`, EXIT.unreadable);
    return undefined;
  }
}

/**
 * Pieces of a file, which tell how far it was read.
 * @param {AsyncIterable<Uint8Array>} pieces @param {import('./progress.js').Progress} progress @param {number} size
 */
async function* telling(pieces, progress, size) {
  let read = 0;
  for await (const piece of pieces) {
    yield piece;
    progress.passed({ read: (read += piece.length), size });
  }
}

/** FILE!MEMBER: the member. @param {Context} context @param {Session} session @param {{archive: string, member: string}} operand */
async function hashMember(context, session, { archive, member }) {
  const core = await context.core();
  let facts;
  await session.open(archive, async (file) => {
    const { checkpoint, name, inside } = await whereIs(file, undefined, member);
    facts = await hashOf(core, checkpoint.stream(name, { inside }));
  });
  return facts;
}

/** @param {string} path */
const isFolder = (path) =>
  path !== '-' && statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;

/** @type {import('./options.js').Command} */
export const hash = {
  name: 'hash',
  summary: 'print the SHA-256 of archives, and of what is in them',
  operands: 'FILE|FOLDER|FILE!MEMBER|-...',
  count: [1, Infinity],
  details: [
    'Prints one line for each file, as "sha256sum" does and as "sha256sum -c" checks it. With --members, lines for the files in the checkpoint follow (of an image: in its layer), by their names there, so that "sha256sum -c" checks them where the archive is unpacked.',
    'Of a folder that is a checkpoint, each file in it has a line, sorted by name; FILE!MEMBER is a member of an archive.',
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
    /** @type {{file: string | {hex: string}, member: string | null, size: number, sha256: string}[]} */
    const rows = [];
    const tell = async (
      /** @type {string} */ path,
      /** @type {{sha256: string, size: number}} */ facts,
    ) => {
      const file = nameOf(path);
      if (csv) rows.push({ file, member: null, ...facts });
      else if (json) await stdout.write(`${compactJson({ file, ...facts })}\n`);
      else if (typeof file === 'string') await stdout.write(line(facts.sha256, file));
      else {
        await stdout.flush();
        const escaped = line(facts.sha256, bytesOf(path).toString('latin1'));
        await writeBytes(Buffer.from(escaped, 'latin1'));
      }
      await stdout.flush(); // the next one may take long
    };
    for (const path of operands) {
      if (isFolder(path)) {
        if (isCheckpointFolder(path))
          for (const file of filesBelow(path)) {
            const facts = await hashFile(context, session, file);
            if (facts) await tell(file, facts);
          }
        else
          await session.say(
            `${path}: is a folder without a checkpoint or archives: give the files that are meant`,
            EXIT.usage,
          );
        continue;
      }
      const within = path === '-' || existsSync(path) ? null : memberOperand(path);
      /** @type {{sha256: string, size: number} | undefined} */
      let facts;
      if (!within) facts = await hashFile(context, session, path);
      else if (!wantsMembers) facts = await hashMember(context, session, within);
      if (!facts && !(within && wantsMembers)) continue;
      if (facts && (!wantsMembers || !json)) await tell(path, facts);
      if (!wantsMembers) continue;
      /** @type {{name: string, size: number, sha256: string}[]} */
      const members = [];
      await session.open(path, async (checkpoint) => {
        await hashMembers(context, checkpoint, async (name, { sha256, size }) => {
          if (csv) rows.push({ file: nameOf(path), member: name, size, sha256 });
          else if (json) members.push({ name, size, sha256 });
          else await stdout.write(line(sha256, name));
        });
        if (checkpoint.error) throw checkpoint.error;
      });
      if (json) {
        await stdout.write(`${compactJson({ file: nameOf(path), ...facts, members })}\n`);
        await stdout.flush();
      }
    }
    if (csv) await stdout.write(csvOf(rows));
    return session.code;
  },
};
