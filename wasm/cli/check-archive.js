// SPDX-License-Identifier: Apache-2.0
// From an archive to the findings in it: those of the archive itself, then those of its metadata files.
import { closeSync, openSync, readSync } from 'node:fs';
import { checkInput } from './check.js';
import { fileInput } from './input.js';
import { memberName } from './members.js';
import { containersOf, inside, whyUnreadable, withCheckpoint } from './open.js';

/**
 * @typedef {import('../checkpoint.js').Checkpoint} Checkpoint
 * @typedef {import('../archive.js').Member} Member
 * @typedef {import('./check.js').Checked} Checked
 * @typedef {import('./check.js').Finding} Finding
 */

/** Names of archives: they are checked as such whatever is in them. */
const NAME = /\.(tar|tgz|tzst|txz|tbz2?)(\.\w+)?$/i;
/** How compressed files begin. */
const MAGICS = [
  [0x1f, 0x8b],
  [0x28, 0xb5, 0x2f, 0xfd],
  [0xfd, 0x37, 0x7a, 0x58, 0x5a],
  [0x42, 0x5a, 0x68],
];
const USTAR = 257;

/**
 * Whether a file is meant to be an archive. What it really is, the core finds out.
 * @param {string} path
 */
export function looksLikeArchive(path) {
  if (NAME.test(path)) return true;
  const head = new Uint8Array(512);
  try {
    const fd = openSync(path, 'r');
    try {
      readSync(fd, head, 0, head.length, 0);
    } finally {
      closeSync(fd);
    }
  } catch {
    return false; // reading it will tell why
  }
  if (MAGICS.some((magic) => magic.every((byte, i) => head[i] === byte))) return true;
  if (head[0] >= 0x50 && head[0] <= 0x5f && head[1] === 0x2a && head[2] === 0x4d) return true;
  return String.fromCharCode(...head.subarray(USTAR, USTAR + 5)) === 'ustar';
}

/**
 * @param {string} id
 * @param {Finding['severity']} severity
 * @param {string} message
 * @param {string} [hint]
 * @returns {Finding} without a place
 */
const placeless = (id, severity, message, hint = '') => ({
  ...{ id, severity, message, hint },
  ...{ offset: null, length: null, line: null, column: null, endLine: null, endColumn: null },
  ...{ pointer: '', found: '', expected: '' },
});

const NO_ARCHIVE = ['empty', 'short', 'not-tar', 'unsupported-compression'];

/** The rule that an error of the reader breaks. @param {string} code */
function ruleOf(code) {
  if (NO_ARCHIVE.includes(code)) return 'CKP001';
  return code.startsWith('limit-') ? 'CKP012' : 'CKP002';
}

/** So many findings of one rule are told one by one. */
const MOST = 100;

/** Flags of names that lead out of the folder where they are unpacked. */
const ESCAPING = ['absolute', 'dotdot', 'nul', 'drive'];

/** Links that belong there. @param {Member} member */
const isUsualLink = ({ type, name, link }) =>
  type === 'symlink' &&
  ((name === 'checkpoint/parent' && link === '../pre-checkpoint') ||
    /^[^/]+\/layer\.tar$/.test(name));

/** Of each rule no more than one above MOST. @param {Iterable<Member>} members @returns {Generator<Finding>} */
function* memberFindings(members) {
  /** @type {Map<string, number>} */
  const repeated = new Map();
  let escaping = 0;
  let special = 0;
  for (const member of members) {
    const { name, type, nameFlags } = member;
    if (ESCAPING.some((flag) => nameFlags.includes(flag)) && escaping++ <= MOST)
      yield placeless(
        'CKP004',
        'error',
        `Member ${memberName(member)} leaves the extraction folder; expected a relative path without "..".`,
        'Do not extract; get the archive from its source again.',
      );
    if (type !== 'file' && type !== 'directory' && !isUsualLink(member) && special++ <= MOST)
      yield placeless(
        'CKP005',
        'error',
        `Member ${memberName(member)} is a ${type}; expected a regular file or directory.`,
        'Remove it or re-export.',
      );
    if (nameFlags.includes('seen')) repeated.set(name, (repeated.get(name) ?? 0) + 1);
  }
  // The reader compares hashes: only one who has the first one's name as well is a repetition.
  let left = Math.min(repeated.size, MOST + 1);
  for (const { name, nameFlags } of left > 0 ? members : []) {
    const count = nameFlags.includes('seen') ? undefined : repeated.get(name);
    if (count === undefined) continue;
    yield placeless(
      'CKP006',
      'error',
      `Member ${name} occurs ${count + 1} times; expected once.`,
      'Re-export; readers disagree which copy counts.',
    );
    if (--left === 0) return;
  }
}

/** @param {Iterable<Finding>} findings @returns {Generator<Finding>} */
function* firstOfEach(findings) {
  /** @type {Map<string, {count: number, severity: Finding['severity']}>} */
  const rules = new Map();
  for (const finding of findings) {
    const { id, severity } = finding;
    const rule = rules.get(id) ?? { count: 0, severity };
    rules.set(id, rule);
    if (rule.count++ < MOST) yield finding;
  }
  for (const [id, { count, severity }] of rules)
    if (count > MOST) yield placeless(id, severity, 'There are more like these.');
}

/** What the reader noticed on its way, if no other rule says it. @type {Record<string, [string, Finding['severity']] | undefined>} */
const NOTICED = {
  'trailing-data': ['CKP003', 'warning'],
  'metadata-too-big': ['CKP012', 'warning'],
  'no-end-mark': ['CKP002', 'warning'],
};

/** @param {Checkpoint} checkpoint @param {boolean} isContainer @returns {Generator<Finding>} */
function* archiveFindings({ error, problems, members, form, documents }, isContainer) {
  if (error) yield placeless(ruleOf(error.code), 'error', error.message);
  for (const { code, message } of problems) {
    const rule = NOTICED[code];
    if (rule) yield placeless(rule[0], rule[1], message);
  }
  yield* firstOfEach(memberFindings(members));
  if (error || !isContainer || form === 'criu-directory' || form === 'containerd-ctr') return;
  for (const [name, id] of [
    ['config.dump', 'CKP100'],
    ['spec.dump', 'CKP200'],
  ])
    if (!documents[name])
      yield placeless(
        id,
        'error',
        `${name} is missing; expected a JSON object.`,
        'Re-export the checkpoint.',
      );
}

/** @param {string} path @returns {import('./input.js').Input} */
export const archiveInput = (path) => ({ ...fileInput(path, ''), archive: true });

/**
 * Checks an archive and what is in it.
 * @param {import('./input.js').Input} input
 * @param {import('./options.js').Context} context
 * @param {import('../core.js').Core} core
 * @param {(checked: Checked) => Promise<void>} tell is given the archive, then every file in it
 */
export async function checkArchive(input, context, core, tell) {
  const { path } = input;
  try {
    await withCheckpoint(path, context, async (checkpoint, progress) => {
      const containers = await containersOf(checkpoint, path);
      progress.end();
      const isPod = checkpoint.form === 'pod';
      for (const item of isPod ? [{ path, checkpoint }, ...containers] : containers) {
        const isContainer = item.checkpoint !== checkpoint || !isPod;
        const findings = [...archiveFindings(item.checkpoint, isContainer)];
        await tell({ ...nothing(fileInput(item.path, '')), findings });
        await checkFiles(item, core, tell);
      }
    });
  } catch (error) {
    const unreadable = whyUnreadable(error, path);
    if (!unreadable) throw error;
    await tell({ ...nothing(input), unreadable });
  }
}

/** @param {import('./input.js').Input} input @returns {Checked} */
const nothing = (input) => ({ input, bytes: new Uint8Array(), findings: [], unreadable: null });

/** @param {{checkpoint: Checkpoint, path: string}} item @param {import('../core.js').Core} core @param {(checked: Checked) => Promise<void>} tell */
async function checkFiles({ checkpoint: { files, documents }, path }, core, tell) {
  for (const [name, bytes] of files) {
    const { kind } = documents[name] ?? {};
    if (kind === undefined || !core.kinds.includes(kind)) continue;
    const input = { ...fileInput(inside(path, name), kind), bytes };
    await tell(await checkInput(input, (content) => core.check(kind, content)));
  }
}
