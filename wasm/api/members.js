// SPDX-License-Identifier: Apache-2.0
// Members by their names: which is meant, and those below a directory.

/**
 * @typedef {import('./archive-members.js').Member} Member
 * @typedef {import('./archive-members.js').MemberList} MemberList
 * @typedef {Iterable<Member> & {length: number, find(name: string): Member | undefined}} Members
 * @typedef {string | number | Member} Reference to a member: its name, its index, or itself
 */

/** Members of a directory, named from there. @implements {Members} */
export class MembersBelow {
  #prefix;
  #list;

  /** @param {MemberList} list what is below the directory, and nothing else @param {string} directory */
  constructor(list, directory) {
    this.#list = list;
    this.#prefix = `${directory}/`;
  }

  get length() {
    return this.#list.length;
  }

  *[Symbol.iterator]() {
    for (const member of this.#list)
      yield { ...member, name: member.name.slice(this.#prefix.length) };
  }

  /** @param {string} name */
  find(name) {
    const member = this.#list.find(this.#prefix + name);
    return member && { ...member, name };
  }
}

/**
 * The members that are meant: a name stands for the last regular file that is called so.
 * @param {{named: MemberList, all: MemberList, prefix: string}} where the members that have names here, what
 *   is left out of these, and all by their indexes
 * @param {Set<Reference>} references @returns {Map<Reference, Member>}
 * @throws {RangeError} if there is none, or it is no regular file
 */
export function membersMeant({ named, all, prefix }, references) {
  const names = [...references].filter((reference) => typeof reference === 'string');
  const found = named.filesNamed(new Set(names.map((name) => prefix + name)));
  return new Map(
    [...references].map((reference) => {
      const member =
        typeof reference === 'string'
          ? found.get(prefix + reference)
          : typeof reference === 'number'
            ? all.at(reference)
            : reference;
      if (member?.type === 'file') return [reference, member];
      const shown =
        typeof reference === 'number'
          ? `number ${reference}`
          : JSON.stringify(typeof reference === 'string' ? reference : reference?.name);
      const other =
        member ?? (typeof reference === 'string' ? named.find(prefix + reference) : undefined);
      throw new RangeError(
        other?.type
          ? `the member ${shown} is no regular file (${other.type})`
          : `there is no member ${shown}`,
      );
    }),
  );
}

/**
 * Whether a name is as a pattern says, in linear time for each star.
 * @param {string} name @param {string} pattern '*' stands for anything but '/'
 */
export function matchesPattern(name, pattern) {
  let [at, star, from] = [0, -1, 0];
  for (let i = 0; i < name.length;) {
    if (pattern[at] === '*') [star, from] = [at++, i];
    else if (pattern[at] === name[i]) [at, i] = [at + 1, i + 1];
    else if (star >= 0 && name[from] !== '/') [at, i] = [star + 1, ++from];
    else return false;
  }
  while (pattern[at] === '*') at++;
  return at === pattern.length;
}
