// SPDX-License-Identifier: Apache-2.0
// ckpt redact
import { gzipSync } from 'node:zlib';
import { escapeForTerminal } from '../report/escape.js';
import { DROPS, Redaction, dropper, redactionManifest } from '../api/redact.js';
import { redacted } from '../api/redact-write.js';
import { COMPRESS } from './build.js';
import { refusePart } from './containers.js';
import { EXIT } from './exit.js';
import { resolve } from 'node:path';
import { NewFile, refuseInput, same } from './new-file.js';
import { Session, Unfit } from './open.js';
import { listOf } from './options.js';
import { compressionFor, packInto } from './pack.js';
import { NO_PROGRESS } from './progress.js';
import { TEXT_OR_JSON } from './rows.js';

/**
 * @typedef {import('../api/checkpoint.js').Checkpoint} Checkpoint
 * @typedef {import('../api/redact-layers.js').Layer} Layer
 */

/** Files inside of archives inside are held whole, when they are compressed. */
const DEEP = 256 * 2 ** 20;

/** What the search needs of Node. @param {any} ckpt @returns {Promise<import('../api/redact.js').Tools>} */
async function toolsOf(ckpt) {
  const { openCheckpoint } = await import('../api/node.js');
  return {
    ckpt,
    gzip: async (bytes) => gzipSync(bytes, { level: 9 }),
    async unpack(bytes) {
      const parts = [];
      let size = 0;
      const inner = await openCheckpoint(bytes);
      try {
        for await (const part of inner.tar()) {
          parts.push(part);
          size += part.length;
          if (size > DEEP) throw new Error(`it holds more than ${DEEP} bytes`);
        }
      } finally {
        await inner.close();
      }
      return Buffer.concat(parts);
    },
  };
}

/** Refuses what cannot be looked into. @param {any} ckpt @param {Checkpoint} checkpoint @param {readonly string[]} drop */
async function refuseClosed(ckpt, checkpoint, drop) {
  if (checkpoint.error) throw checkpoint.error;
  if (
    !['archive', 'directory', 'oci-layout', 'docker-archive', 'criu-directory'].includes(
      checkpoint.form,
    )
  )
    throw new Unfit(`: is not one checkpoint of a container (${checkpoint.form})`);
  for (const member of checkpoint.members) {
    if (!/(^|\/)inventory\.img$/.test(member.name) || drop.includes('memory')) continue;
    const [entry] = ckpt.decodeImage(await checkpoint.read(member)).entries;
    if (entry?.compress)
      throw new Unfit(': its pages are compressed, which are not rewritten; use --drop memory');
  }
}

/** The compressed members that hold secrets, compressed again. @param {readonly Layer[]} layers @param {string} output @param {NewFile[]} spools */
async function rebuild(layers, output, spools) {
  /** @type {Map<Layer, import('../api/redact-write.js').Rebuilt>} */
  const rebuilt = new Map();
  for (const layer of layers) {
    if (layer.path === '' || layer.edits.length === 0) continue;
    const spool = new NewFile(`${output}.${spools.length + 1}`);
    spools.push(spool);
    await packInto(spool, 'gzip', redacted(layer));
    rebuilt.set(layer, {
      size: spool.length,
      *read() {
        for (let at = 0; at < spool.length; at += 2 ** 20)
          yield spool.read(at, Math.min(2 ** 20, spool.length - at));
      },
    });
  }
  return rebuilt;
}

/** What is left in a copy. @param {import('../api/redact.js').Tools} tools @param {string} path @param {Redaction} first */
async function leftIn(tools, path, first) {
  const { openCheckpoint } = await import('../api/node.js');
  const copy = await openCheckpoint(path);
  try {
    if (copy.error) throw copy.error;
    const again = new Redaction(tools, copy);
    await again.find(first.values);
    return again.cuts;
  } finally {
    await copy.close();
  }
}

/** @type {import('./options.js').Command} */
export const redact = {
  name: 'redact',
  summary: 'make a copy of a checkpoint without the secrets in it',
  operands: 'FILE',
  count: [1, 1],
  details: [
    'Looks for secrets everywhere: metadata, memory, queues of sockets and pipes, deleted files, logs, the archives inside and what is compressed in them. They are found by their names and shapes, and then wherever the same value stands, also in UTF-16, escaped or in base64. Each is overwritten with as many stars; so names, sizes and places stay, and the copy is as valid as the original. It need not restore to something useful: programs that need the secret have lost it.',
    'At the end the copy is searched again. If anything is left, it is not kept (exit code 1). Values shorter than 8 characters are cut where their names stand only. What nobody can tell from other data is not found: look at the manifest, and drop what you need not share.',
  ],
  options: [
    { name: 'output', short: 'o', value: 'FILE', completes: 'file', help: 'where to (needed)' },
    {
      name: 'drop',
      value: 'WHAT',
      choices: [...DROPS],
      repeatable: true,
      help: 'leave out memory (pages), rootfs (changed files) or volumes (and /dev/shm); may be repeated',
    },
    {
      name: 'manifest',
      value: 'FILE',
      completes: 'file',
      help: 'write there what was cut, as JSON; never the values',
    },
    ...TEXT_OR_JSON,
    COMPRESS,
    NO_PROGRESS,
  ],
  examples: [
    'ckpt redact checkpoint.tar -o shared.tar --manifest cut.json',
    'ckpt redact --drop memory --drop volumes checkpoint.tar -o shared.tar',
  ],

  async run(context) {
    const { operands, values, given, stdout, core, fail } = context;
    const [input] = operands;
    const { output, manifest } = values;
    if (output === undefined) throw fail('--output is missing');
    for (const path of [output, ...(manifest === undefined ? [] : [manifest])])
      refuseInput(path, [input], fail);
    if (manifest !== undefined && (resolve(manifest) === resolve(output) || same(manifest, output)))
      throw fail('--output and --manifest name the same file');
    const drop = listOf(given, 'drop');
    const session = new Session(context, { again: true });
    const ckpt = await core();
    const tools = await toolsOf(ckpt);
    await session.open(input, async (checkpoint) => {
      refusePart(checkpoint);
      await refuseClosed(ckpt, checkpoint, drop);
      const found = new Redaction(tools, checkpoint, { drop });
      await found.find();
      const file = new NewFile(output);
      /** @type {NewFile[]} */
      const spools = [];
      try {
        const rebuilt = await rebuild(found.layers, output, spools);
        const compression = compressionFor(checkpoint, values.compress);
        const copy = redacted(found.layers[0], { dropped: dropper(drop), rebuilt });
        await packInto(file, compression, copy, (read) => session.progress({ read, size: 0 }));
        const left = await leftIn(tools, file.part, found);
        session.endProgress();
        for (const { member, offset, kind } of left.slice(0, 10))
          await session.say(`${input}: ${kind} is left in ${member} at ${offset}`, EXIT.findings);
        if (left.length > 0) throw new Unfit(': the copy still holds secrets; it was not kept');
        file.commit();
        const told = redactionManifest(found, checkpoint, drop, rebuilt.keys());
        const text = `${JSON.stringify(told, null, 2)}\n`;
        if (manifest !== undefined) {
          const list = new NewFile(manifest);
          list.write(Buffer.from(text));
          list.commit();
        }
        await stdout.write(values.format === 'json' ? text : summaryText(told));
      } finally {
        file.discard();
        for (const spool of spools) spool.discard();
      }
    });
    return session.code;
  },
};

/** @param {ReturnType<typeof redactionManifest>} manifest */
function summaryText({ cut, dropped, lost, notLookedInto, tooShort }) {
  /** @type {Map<string, number>} */
  const members = new Map();
  for (const { member } of cut) members.set(member, (members.get(member) ?? 0) + 1);
  const lines = [...members].map(([member, count]) => `${count}\t${escapeForTerminal(member)}\n`);
  lines.push(`${cut.length} secrets cut in ${members.size} members\n`);
  if (dropped.length > 0) lines.push(`${dropped.length} members dropped\n`);
  for (const text of lost) lines.push(`${text}\n`);
  for (const { member, why } of notLookedInto)
    lines.push(`not looked into: ${escapeForTerminal(member)}: ${escapeForTerminal(why)}\n`);
  if (tooShort > 0)
    lines.push(`${tooShort} values are too short to be looked for without their names\n`);
  return lines.join('');
}
