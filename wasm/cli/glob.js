// SPDX-License-Identifier: Apache-2.0
// Patterns of file names, for shells that do not expand them: `*`, `?`, `[a-z]`, `{a,b}` and `**`.
import { entriesIn, lstatSync } from '../api/node-fs.js';
import process from 'node:process';
import { UsageError } from './exit.js';

/** Alternatives that braces may expand to, at most. */
const MOST = 1000;

/** @param {string} text */
export const isPattern = (text) => /[*?]|\[.+\]|\{.*,.*\}/.test(text);

/** `a{b,c}d` is `abd` and `acd`. @param {string} pattern @returns {string[]} @throws {UsageError} if they are too many */
function braces(pattern) {
  const done = [];
  const todo = [pattern];
  for (let text; (text = todo.pop()) !== undefined;) {
    // The innermost ones first.
    const found = /\{([^{}]*,[^{}]*)\}/.exec(text);
    if (!found) {
      done.push(text);
      continue;
    }
    const { index } = found;
    for (const choice of found[1].split(',').reverse())
      todo.push(text.slice(0, index) + choice + text.slice(index + found[0].length));
    if (done.length + todo.length > MOST)
      throw new UsageError(`the braces of a pattern stand for more than ${MOST} names`);
  }
  return done;
}

/**
 * A test of one name of a path, in time of at most the length of the pattern times that of the name: only the
 * last star is ever tried again.
 * @param {string} part @returns {(name: string) => boolean}
 */
export function nameTest(part) {
  /** @type {(null | ((c: string) => boolean))[]} null: a star */
  const steps = [];
  for (let at = 0; at < part.length;) {
    const c = String.fromCodePoint(/** @type {number} */ (part.codePointAt(at)));
    const end = c === '[' ? part.indexOf(']', at + 2) : -1;
    if (end > 0) steps.push(setTest(part.slice(at + 1, end)));
    else if (c === '*') steps.push(null);
    else if (c === '?') steps.push(() => true);
    else steps.push((other) => other === c);
    at = end > 0 ? end + 1 : at + c.length;
  }
  return (name) => matches(steps, [...name]);
}

/** What stands between brackets: "a-z", "!a". @param {string} set @returns {(c: string) => boolean} */
function setTest(set) {
  const source = set
    .replace(/[\\[\]^]/g, (d, at) => (at === 0 && d === '^' ? d : `\\${d}`))
    .replace(/^!/, '^');
  try {
    const one = new RegExp(`^[${source}]$`, 'su');
    return (c) => one.test(c);
  } catch {
    return () => false; // "[z-a]" matches nothing
  }
}

/**
 * A test of paths with slashes: of the pattern itself, and of all below what it names. `*` and the like stay within a
 * name, `**` stands for any folders. Without a slash, or with only one at the end, it names things in any folder.
 * @param {string} pattern @returns {(path: string) => boolean}
 */
export function pathTest(pattern) {
  const namesOf = (/** @type {string} */ text) =>
    text.split('/').filter((part) => part !== '' && part !== '.');
  const all = braces(pattern).map((one) => {
    const parts = namesOf(one);
    const anywhere = parts.length === 1 && !/^\.?\//.test(one);
    const steps = parts.map((part) => (part === '**' ? null : nameTest(part)));
    return [...(anywhere ? [null] : []), ...steps, null];
  });
  return (path) => {
    const names = namesOf(path);
    return all.some((steps) => matches(steps, names));
  };
}

/**
 * Whether characters of a name, or names of a path, are as the steps say; only the last star is ever tried again.
 * @param {readonly (null | ((one: string) => boolean))[]} steps null: a star @param {readonly string[]} names
 */
function matches(steps, names) {
  let [at, step] = [0, 0];
  let [starAt, star] = [0, -1];
  while (at < names.length) {
    const test = steps[step];
    if (step < steps.length && test === null) {
      star = step++;
      starAt = at;
    } else if (test?.(names[at])) {
      at++;
      step++;
    } else if (star >= 0) {
      step = star + 1;
      at = ++starAt;
    } else {
      return false;
    }
  }
  return steps.slice(step).every((rest) => rest === null);
}

/** @param {string} folder */
function entriesOf(folder) {
  try {
    return entriesIn(folder === '' ? '.' : folder).sort((a, b) => (a.name < b.name ? -1 : 1));
  } catch {
    return []; // what cannot be listed matches nothing
  }
}

/** @param {string} path */
function exists(path) {
  try {
    lstatSync(path);
    return true;
  } catch {
    return false;
  }
}

/**
 * The files and folders that a pattern names. Names that begin with a dot are matched by patterns
 * that do so; `**` stands for any folders and follows no symbolic links.
 * @param {string} pattern
 * @returns {string[]} in the order of their names
 */
export function glob(pattern) {
  const slashes = process.platform === 'win32' ? pattern.replaceAll('\\', '/') : pattern;
  const found = braces(slashes).flatMap((one) => {
    const root = /^(?:[A-Za-z]:)?\/+/.exec(one)?.[0] ?? '';
    return walk(
      root,
      one
        .slice(root.length)
        .split(/\/+/)
        .filter((part) => part !== ''),
    );
  });
  return [...new Set(found)];
}

/**
 * Operands with patterns that the shell left alone replaced by what they match; a pattern that matches
 * nothing stays, for somebody to say that there is no such file.
 * @param {readonly string[]} operands
 */
export const expandedAll = (operands) =>
  operands.flatMap((operand) => {
    if (operand === '-' || !isPattern(operand) || exists(operand)) return [operand];
    const found = glob(operand);
    return found.length > 0 ? found : [operand];
  });

/** @param {string} root @param {string[]} parts */
function walk(root, parts) {
  /** @type {string[]} */
  const found = [];
  const todo = [{ path: root, at: 0 }];
  /** Two "**" lead to the same folders in many ways. @type {Set<string>} */
  const seen = new Set();
  for (let step; (step = todo.pop());) {
    const { path, at } = step;
    const part = parts[at];
    const key = `${at} ${path}`;
    if (seen.has(key)) continue;
    seen.add(key);
    if (part === undefined) {
      if (path !== root && exists(path)) found.push(path);
      continue;
    }
    const below = (/** @type {string} */ name) =>
      path === '' || path.endsWith('/') ? path + name : `${path}/${name}`;
    if (part === '**') {
      const folders = entriesOf(path).filter(
        ({ name, entry }) => entry.isDirectory() && !name.startsWith('.'),
      );
      for (const { name } of folders.reverse()) todo.push({ path: below(name), at });
      todo.push({ path, at: at + 1 });
    } else if (isPattern(part)) {
      const test = nameTest(part);
      const names = entriesOf(path).filter(
        ({ name }) => test(name) && (!name.startsWith('.') || part.startsWith('.')),
      );
      for (const { name } of names.reverse()) todo.push({ path: below(name), at: at + 1 });
    } else todo.push({ path: below(part), at: at + 1 });
  }
  return found;
}
