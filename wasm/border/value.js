// SPDX-License-Identifier: Apache-2.0
// Values across the border: from the core's tape to JavaScript (readTape), and back as JSON text
// that the core reads (toJson). Both go without recursion: an `any` value may be nested 10000 deep.

import { border } from '../../dist/tables.js';

// The operations of tape.h.
const {
  end: END,
  null: NULL,
  false: FALSE,
  true: TRUE,
  input: INPUT,
  string: STRING,
} = border.tape;
const { integer: INTEGER, negative: NEGATIVE, int64: INT64, uint64: UINT64 } = border.tape;
const { number: NUMBER, struct: STRUCT, map: MAP } = border.tape;

/**
 * Builds the value that stands on a tape.
 * @param {Uint32Array} words all of the core's memory
 * @param {number} start byte offset of the tape, a multiple of 8
 * @param {string} input the text that INPUT strings are taken from
 * @param {string} strings all other strings, one after the other …
 * @param {number} position … from here on
 * @param {string[]} fields names of the struct fields by number
 */
export function readTape(words, start, input, strings, position, fields) {
  let at = start >>> 2;
  /** @type {any[]} containers around the current one, each with the operation that opened it */
  const stack = [];
  /** @type {any} */
  let container;
  let kind = END; // of the current container; END: none
  for (;;) {
    let key = '';
    let word = words[at++];
    if (word === END) {
      const done = container;
      kind = stack.pop();
      container = stack.pop();
      if (kind === END) return done;
      continue;
    }
    if (kind === STRUCT) {
      key = fields[word >>> 4];
      word = words[at++];
    } else if (kind === MAP) {
      if ((word & 15) === INPUT) key = input.substring(words[at], words[at++] + (word >>> 4));
      else key = strings.substring(position, (position += word >>> 4));
      word = words[at++];
    }
    let value;
    const operation = word & 15;
    switch (operation) {
      case NULL:
        value = null;
        break;
      case FALSE:
        value = false;
        break;
      case TRUE:
        value = true;
        break;
      case INPUT:
        value = input.substring(words[at], words[at++] + (word >>> 4));
        break;
      case STRING:
        value = strings.substring(position, (position += word >>> 4));
        break;
      case INTEGER:
        value = words[at++];
        break;
      case NEGATIVE:
        value = -words[at++];
        break;
      case INT64:
      case UINT64:
      case NUMBER: {
        at += at & 1;
        const view =
          operation === INT64
            ? BigInt64Array
            : operation === UINT64
              ? BigUint64Array
              : Float64Array;
        value = new view(/** @type {ArrayBuffer} */ (words.buffer), at * 4, 1)[0];
        at += 2;
        break;
      }
      default: {
        const opened = operation === STRUCT ? {} : operation === MAP ? Object.create(null) : [];
        if (kind === STRUCT || kind === MAP) container[key] = opened;
        else if (kind !== END) container.push(opened);
        stack.push(container, kind);
        container = opened;
        kind = operation;
        continue;
      }
    }
    if (kind === STRUCT || kind === MAP) container[key] = value;
    else if (kind !== END) container.push(value);
    else return value;
  }
}

/** Deeper values than the core reads need not be written out. */
const MAX_DEPTH = border.limits.depth + 1;

/** @param {any} value @returns {string | undefined} JSON of anything but objects and arrays */
function scalarToJson(value) {
  switch (typeof value) {
    case 'string':
      return JSON.stringify(value);
    case 'bigint':
      return value.toString();
    case 'boolean':
      return value ? 'true' : 'false';
    case 'number':
      if (!Number.isFinite(value)) throw new RangeError(`${value} cannot be written as JSON`);
      if (Object.is(value, -0)) return '-0';
      // All digits, so that an integer that is exact as a double stays what it is.
      if (Number.isInteger(value) && Math.abs(value) < 2 ** 64) return BigInt(value).toString();
      return String(value);
    case 'undefined':
    case 'function':
    case 'symbol':
      return undefined;
    default:
      return value === null ? 'null' : undefined;
  }
}

const isContainer = (/** @type {any} */ value) => typeof value === 'object' && value !== null;

/**
 * JSON text of a value; as JSON.stringify, but bigints are integers and -0 stays.
 * @param {any} root
 * @returns {string}
 */
export function toJson(root) {
  /** @type {{value: any, keys: string[] | null, next: number, first: boolean}[]} */
  const stack = [];
  let out = '';
  const write = (/** @type {any} */ value) => {
    if (isContainer(value) && typeof value.toJSON === 'function') value = value.toJSON();
    if (!isContainer(value)) {
      out += scalarToJson(value) ?? 'null';
      return;
    }
    if (stack.length === MAX_DEPTH)
      throw new RangeError('the value is nested too deeply, or holds itself');
    const keys = Array.isArray(value) ? null : Object.keys(value);
    out += keys ? '{' : '[';
    stack.push({ value, keys, next: 0, first: true });
  };
  write(root);
  for (let top; (top = stack[stack.length - 1]);) {
    const { value, keys } = top;
    if (top.next === (keys ?? value).length) {
      out += keys ? '}' : ']';
      stack.pop();
      continue;
    }
    const key = keys ? keys[top.next] : top.next;
    top.next++;
    const member = value[key];
    if (keys && !isContainer(member) && scalarToJson(member) === undefined) continue;
    if (!top.first) out += ',';
    top.first = false;
    if (keys) out += `${JSON.stringify(key)}:`;
    write(member);
  }
  return out;
}
