// SPDX-License-Identifier: Apache-2.0
// What is odd about an archive that can be read all the same.

/** @typedef {{code: string, message: string, member?: string, offset?: number}} Problem */

/** Of one kind, no more than this are told. */
const MOST = 100;

/** A name that can be shown: nothing in it moves the cursor or turns the text around. @param {string} name */
export const quote = (name) =>
  JSON.stringify(name).replace(
    /[\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/g,
    (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );

/** @type {[string, string, string[]][]} code, text, name flags */
const NAMES = [
  ['unsafe-name', 'leads out of the archive', ['absolute', 'dotdot', 'drive']],
  [
    'odd-name',
    'has a name with characters that should not be in one',
    ['control', 'nul', 'bidi', 'notUtf8'],
  ],
  ['empty-name', 'has no name', ['empty']],
  ['duplicate-member', 'is there more than once; the last one counts', ['seen']],
  ['unsafe-link', 'is a link that leads out of the archive', ['linkAbsolute', 'linkOutside']],
];
const FLAGS = [
  ['metadata-too-big', 'is larger than the limit, and was not read', 'tooBig'],
  ['odd-number', 'has a malformed number in its header', 'oddNumber'],
];

/**
 * @param {import('./archive.js').Archive} archive
 * @returns {Problem[]}
 */
export function problemsOf(archive) {
  /** @type {Problem[]} */
  const problems = [];
  /** @type {Map<string, number>} */
  const counts = new Map();
  const add = (
    /** @type {string} */ code,
    /** @type {import('./archive.js').Member} */ member,
    /** @type {string} */ text,
  ) => {
    const count = (counts.get(code) ?? 0) + 1;
    counts.set(code, count);
    if (count <= MOST)
      problems.push({
        code,
        message: `${quote(member.name)} ${text}`,
        member: member.name,
        offset: member.headerOffset,
      });
  };
  for (const member of archive.members.having('name_flags', 0xffffffff)) {
    for (const [code, text, flags] of NAMES) {
      if (flags.some((flag) => member.nameFlags.includes(flag))) add(code, member, text);
    }
  }
  for (const member of archive.members.having('flags', 0xffffffff)) {
    for (const [code, text, flag] of FLAGS)
      if (member.flags.includes(flag)) add(code, member, text);
  }
  for (const [code, count] of counts) {
    if (count > MOST) problems.push({ code, message: `… and ${count - MOST} more like this` });
  }
  const { trailing, garbageOffset, end } = archive;
  if (trailing.nonzero > 0) {
    const message = `there is data behind the end of the archive (${trailing.bytes} bytes)`;
    problems.push({ code: 'trailing-data', message, offset: trailing.offset });
  }
  if (garbageOffset !== undefined) {
    const message = 'there is data behind the end of the compressed stream';
    problems.push({ code: 'trailing-data', message, offset: garbageOffset });
  }
  if (end === 'no-mark' || end === 'one-zero-block') {
    const message = 'the archive has no complete end mark; it may have been cut';
    problems.push({ code: 'no-end-mark', message, offset: archive.info.end_offset });
  }
  return problems;
}
