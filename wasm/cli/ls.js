// SPDX-License-Identifier: Apache-2.0
// ckpt ls
import { asciiJson } from '../report/escape.js';
import { isPattern, nameTest } from './glob.js';
import { linkText, memberName, modeText, sizeText, timeOf } from './members.js';
import { Session, Unfit, whyStopped } from './open.js';
import { MAX_WINDOW } from './limits.js';
import { NO_PROGRESS } from './progress.js';
import { TEXT_OR_ROWS, compactJson, csvOf } from './rows.js';
import {
  CONTAINER,
  containerMeant,
  fileAndMember,
  normal,
  selectContainer,
  whereIs,
} from './select.js';

/** @typedef {import('../api/archive.js').Member} Member */

/** @param {Iterable<Member>} members @returns {Generator<string>} lines */
export function* longLines(members) {
  let width = 0;
  for (const member of members) width = Math.max(width, sizeText(member).length);
  for (const member of members)
    yield `${modeText(member)}  ${sizeText(member).padStart(width)}  ${timeOf(member)}  ${memberName(member)}${linkText(member)}\n`;
}

/** @param {Member} member */
const memberJson = (member) => ({
  name: member.name,
  rawName: member.rawName,
  type: member.type,
  size: member.size,
  storedSize: member.storedSize,
  mode: member.mode & 0o7777,
  mtime: timeOf(member),
  uid: member.uid,
  gid: member.gid,
  link: member.link,
  headerOffset: member.headerOffset,
  dataOffset: member.dataOffset,
  flags: member.flags,
  nameFlags: member.nameFlags,
});

/** @param {Iterable<Member>} members @returns {Generator<string>} one JSON document in ASCII, in pieces */
function* json(members) {
  let before = '[\n';
  for (const member of members) {
    yield `${before}  ${asciiJson(JSON.stringify(memberJson(member)))}`;
    before = ',\n';
  }
  yield before === '[\n' ? '[]\n' : '\n]\n';
}

/** @param {Iterable<Member>} members @returns {Generator<string>} a line for each */
function* jsonLines(members) {
  for (const member of members) yield `${compactJson(memberJson(member))}\n`;
}

/** @param {Iterable<Member>} members @returns {Generator<string>} */
function* csv(members) {
  yield csvOf(Array.from(members, memberJson));
}

/** For programs. @type {Record<string, (members: Iterable<Member>) => Iterable<string>>} */
const FORMS = { json, jsonl: jsonLines, csv };

/** @param {Iterable<Member>} members @returns {Generator<string>} */
function* names(members) {
  for (const member of members) yield `${memberName(member)}\n`;
}

/** @type {import('./options.js').Command} */
export const ls = {
  name: 'ls',
  summary: 'list the members of an archive, or of a tar archive inside it',
  operands: 'FILE [MEMBER|PATTERN]|FILE!MEMBER',
  count: [1, 2],
  details: [
    'Lists the members of a checkpoint archive in order; for an image, those of the checkpoint in it. With MEMBER, lists the members of that member, a tar archive such as rootfs-diff.tar, volumes/NAME.tar or the files of a tmpfs (checkpoint/tmpfs-dev-41.tar.gz.img), compressed or not. FILE!MEMBER is the same in one word, and FILE!NAME lists a container of a pod.',
    'With a PATTERN (*, ?, [a-z]) that is no member, lists the members whose names it matches; a star matches slashes, too.',
    'Names are shown without a leading "./"; folders end in "/". Invisible characters and terminal controls are escaped. "-" is standard input.',
    'With --format json, jsonl or csv everything that is known about the members is printed.',
    'If the archive is damaged, the members before the damage are listed, the error is reported on standard error, and the exit code is 1.',
  ],
  options: [
    {
      name: 'long',
      short: 'l',
      help: 'also show mode, size in bytes, modification time (UTC) and link targets',
    },
    ...TEXT_OR_ROWS,
    CONTAINER,
    MAX_WINDOW,
    NO_PROGRESS,
  ],
  examples: [
    'ckpt ls -l checkpoint.tar',
    'ckpt ls checkpoint.tar rootfs-diff.tar',
    "ckpt ls -l checkpoint.tar '*/pages-*.img'",
    'ckpt ls checkpoint.tar!checkpoint/tmpfs-dev-41.tar.gz.img',
    'ckpt ls --container web pod.tar',
  ],

  async run(context) {
    const { operands, values, switches, stdout } = context;
    const [path, member] = fileAndMember(operands);
    const session = new Session(context, { again: member !== undefined });
    const form = FORMS[values.format ?? ''] ?? (switches.has('long') ? longLines : names);
    await session.open(path, async (checkpoint) => {
      const { members, error, label } = await membersOf(checkpoint, values.container, member);
      session.endProgress();
      for (const piece of form(members)) await stdout.write(piece);
      if (error) throw new Unfit(`${label}: ${whyStopped({ error, members })}`);
    });
    return session.code;
  },
};

/**
 * Those of a list of members that a pattern names.
 * @param {{members: Iterable<Member>, error: any, label: string}} all @param {string} pattern
 * @throws {Unfit} there are none
 */
function matching({ members, error, label }, pattern) {
  const test = nameTest(pattern);
  const found = [...members].filter(({ name }) => test(name));
  if (found.length === 0 && !error) throw new Unfit(`${label}: no member matches ${pattern}`);
  return { members: found, error, label };
}

/**
 * @param {import('../api/checkpoint.js').Checkpoint} file @param {string | undefined} container @param {string | undefined} member
 * @returns {Promise<{members: Iterable<Member> & {length: number}, error: any, label: string}>}
 */
async function membersOf(file, container, member) {
  if (member === undefined) {
    const { checkpoint, label } =
      container === undefined
        ? { checkpoint: file, label: '' }
        : await selectContainer(file, container);
    return { members: checkpoint.members, error: checkpoint.error, label };
  }
  const meant = container === undefined ? await containerMeant(file, member) : null;
  if (meant && meant.member === undefined)
    return { members: meant.checkpoint.members, error: meant.checkpoint.error, label: meant.label };
  if (isPattern(member)) {
    const all = await membersOf(file, container, undefined);
    let exact = false;
    for (const { name } of all.members) exact ||= name === normal(member);
    if (!exact) return matching(all, member);
  }
  const { checkpoint, name, label, inside } = await whereIs(file, container, member);
  if (inside !== undefined)
    throw new Unfit(`${label}: archives in archives inside are not opened; "ckpt cat" prints it`);
  const { members, error } = await checkpoint.list(name);
  return { members, error, label };
}
