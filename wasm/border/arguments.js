// SPDX-License-Identifier: Apache-2.0
// What callers give: taken in every form that makes sense, refused with a reason in all others.

/** @param {unknown} value @returns {string} what it is, for messages */
export function kindOf(value) {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'an array';
  if (typeof value === 'string') return `the text ${JSON.stringify(value.slice(0, 60))}`;
  if (typeof value === 'function') return 'a function';
  if (typeof value !== 'object') return value === undefined ? 'undefined' : String(value);
  if (typeof (/** @type {any} */ (value).then) === 'function')
    return 'a promise (is an "await" missing?)';
  const name = Object.getPrototypeOf(value)?.constructor?.name;
  return !name || name === 'Object' ? 'an object' : `${/^[AEIOU]/.test(name) ? 'an' : 'a'} ${name}`;
}

/** How many characters have to be changed, added or left out; -1: more than `most`. @param {string} a @param {string} b @param {number} most */
function distance(a, b, most) {
  if (Math.abs(a.length - b.length) > most) return -1;
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++)
      next[j] = Math.min(next[j - 1] + 1, row[j] + 1, row[j - 1] + Number(a[i - 1] !== b[j - 1]));
    row = next;
  }
  return row[b.length] <= most ? row[b.length] : -1;
}

/** '; did you mean "…"?', or ''. @param {string} word @param {readonly string[]} known */
export function nearest(word, known) {
  if (word.length > 100) return '';
  const small = word.toLowerCase();
  const most = Math.ceil(small.length / 3);
  let best = '';
  let least = most + 1;
  for (const name of known) {
    const apart = distance(small, name.toLowerCase(), most);
    if (apart >= 0 && apart < least) [best, least] = [name, apart];
  }
  return best && best !== word ? `; did you mean "${best}"?` : '';
}

/**
 * Refuses options that are not known, and values of another type.
 * @param {any} options @param {Record<string, (value: any) => string | false>} known for each option what was
 *   expected instead of a value, or false if it is right
 * @param {string} whose for messages
 * @returns {any} the options
 */
export function checkedOptions(options, known, whose) {
  if (options === undefined) return {};
  const isPromise = typeof options?.then === 'function';
  if (typeof options !== 'object' || options === null || Array.isArray(options) || isPromise)
    throw new TypeError(`the options of ${whose} must be an object, not ${kindOf(options)}`);
  for (const [name, value] of Object.entries(options)) {
    if (!Object.hasOwn(known, name))
      throw new TypeError(
        `${whose} has no option "${name}"${nearest(name, Object.keys(known)) || `; it has ${Object.keys(known).join(', ')}`}`,
      );
    const wanted = value === undefined ? false : known[name](value);
    if (wanted)
      throw new TypeError(
        `the option "${name}" of ${whose} must be ${wanted}, not ${kindOf(value)}`,
      );
  }
  return options;
}

const isObject = (/** @type {any} */ value) => typeof value === 'object' && value !== null;

/** Tests for values of options. */
export const must = {
  text: (/** @type {any} */ value) => typeof value !== 'string' && 'a text',
  flag: (/** @type {any} */ value) => typeof value !== 'boolean' && 'true or false',
  call: (/** @type {any} */ value) => typeof value !== 'function' && 'a function',
  object: (/** @type {any} */ value) => (!isObject(value) || Array.isArray(value)) && 'an object',
  texts: (/** @type {any} */ value) =>
    !(Array.isArray(value) && value.every((one) => typeof one === 'string')) && 'a list of texts',
  count: (/** @type {any} */ value) =>
    !(Number.isSafeInteger(value) && value >= 0) && 'a whole number, not negative',
  /** A place in a file; what lies outside is cut off. */
  place: (/** @type {any} */ value) =>
    (typeof value !== 'number' || Number.isNaN(value)) && 'a number',
  number: (/** @type {any} */ value) => !Number.isFinite(value) && 'a number',
  signal: (/** @type {any} */ value) =>
    !(isObject(value) && typeof value.aborted === 'boolean') && 'an AbortSignal',
  any: () => /** @type {false} */ (false),
};

/** The bytes of an ArrayBuffer or a view, of this realm or another; undefined: it is neither. @param {any} value @returns {Uint8Array | undefined} */
export function bytesOf(value) {
  if (value instanceof Uint8Array) return value;
  if (ArrayBuffer.isView(value))
    return new Uint8Array(value.buffer, value.byteOffset, value.byteLength);
  const name = Object.prototype.toString.call(value);
  if (name === '[object ArrayBuffer]' || name === '[object SharedArrayBuffer]')
    return new Uint8Array(value);
  return undefined;
}

/** @param {unknown} value @param {string} what it must be @param {string} name of the argument */
export function checkedText(value, what, name) {
  if (typeof value === 'string') return value;
  throw new TypeError(`${name}: expected ${what}, a text, not ${kindOf(value)}`);
}

/** The most that the number of a process can be. */
const MOST_PID = 2 ** 32 - 1;

/** @param {any} pid @returns {number} */
export function checkedPid(pid) {
  if (Number.isInteger(pid) && pid >= 0 && pid <= MOST_PID) return pid;
  throw new TypeError(`pid: expected the number of a process, not ${kindOf(pid)}`);
}

/** What names a member: its name, or itself. @template T @param {T} member @param {string} whose @returns {T} */
export function checkedMember(member, whose) {
  const one = /** @type {any} */ (member);
  if (typeof one === 'string' || (typeof one === 'object' && typeof one?.name === 'string'))
    return member;
  throw new TypeError(
    `${whose} takes the name of a member, or one of the members, not ${kindOf(member)}`,
  );
}
