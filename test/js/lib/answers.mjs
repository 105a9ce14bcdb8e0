// SPDX-License-Identifier: Apache-2.0
// The recorded answers of the Go package (test/data/conformance), and what they mean in JavaScript.
import { readFileSync } from 'node:fs';

const root = new URL('../../../', import.meta.url);
const tables = JSON.parse(readFileSync(new URL('build/describe.json', root), 'utf8'));

/** The lines of a file of test/data/conformance. @param {string} name */
export const recorded = (name) => lines(new URL(`test/data/conformance/${name}.jsonl`, root));

/** @param {string | URL} path */
const lines = (path) => readFileSync(path, 'utf8').trimEnd().split('\n');

/**
 * The cases of a set: kind, input, Go's answer and the line that it stands in.
 * @param {string} set the beginning of its files' names; with `answersPath`, the path of its inputs
 * @param {string} [answersPath]
 */
export function* cases(set, answersPath) {
  const answers = answersPath ? lines(answersPath) : recorded(`${set}-expected`);
  let number = 0;
  for (const line of answersPath ? lines(set) : recorded(`${set}-inputs`)) {
    const { kind, b64, name } = JSON.parse(line);
    const answer = answers[number++];
    yield {
      where: `${set} ${number}${name ? ` (${name})` : ''}, kind ${kind}`,
      kind,
      bytes: new Uint8Array(Buffer.from(b64, 'base64')),
      answer: JSON.parse(answer),
      /** JSON.parse rounds integers: this is as it was written. */
      partial: answer.match(/,"partial":(.*)\}$/)?.[1],
    };
  }
}

/** A number as it is written. */
export class Literal {
  /** @param {string} text */
  constructor(text) {
    this.text = text;
  }
}

/**
 * Reads JSON that is known to be valid; numbers become literals, objects maps.
 * @param {string} text
 */
export function parseExactly(text) {
  const tokens = text.match(/"(?:[^"\\]|\\.)*"|[[\]{}:,]|[^\s[\]{}:,"]+/gs) ?? [];
  let at = 0;
  const value = () => {
    const token = tokens[at++];
    if (token === '[') {
      const list = [];
      while (tokens[at] !== ']') {
        list.push(value());
        if (tokens[at] === ',') at++;
      }
      at++;
      return list;
    }
    if (token === '{') {
      const map = new Map();
      while (tokens[at] !== '}') {
        const key = JSON.parse(tokens[at]);
        at += 2; // the colon, too
        map.set(key, value());
        if (tokens[at] === ',') at++;
      }
      at++;
      return map;
    }
    return /^[-\d]/.test(token) ? new Literal(token) : JSON.parse(token);
  };
  return value();
}

const byName = new Map(
  [...tables.types, ...tables.scalars, ...tables.stringTypes].map((type) => [type.name, type]),
);

/** What a kind decodes into, in the words of the tables. @param {string} kind */
const targetOf = (kind) => tables.kinds.find(({ name }) => name === kind);

class Difference extends Error {}

/** @param {boolean} condition @param {string} path @param {unknown} actual @param {unknown} expected */
function expect(condition, path, actual, expected) {
  if (condition) return;
  const show = (/** @type {unknown} */ shown) =>
    typeof shown === 'bigint' ? `${shown}n` : (JSON.stringify(shown) ?? String(shown));
  throw new Difference(`${path || 'the value'} is ${show(actual)}, not ${show(expected)}`);
}

/** @param {string} path @param {any} actual @param {any} expected @param {(path: string, actual: any, expected: any) => void} element */
function compareMap(path, actual, expected, element) {
  expect(expected instanceof Map && typeof actual === 'object', path, actual, 'a map');
  expect(Object.getPrototypeOf(actual) === null, `the prototype of ${path}`, actual, null);
  const keys = Object.keys(actual);
  expect(keys.length === expected.size, path, keys, [...expected.keys()]);
  for (const [key, want] of expected) {
    expect(Object.hasOwn(actual, key), path, keys, key);
    element(`${path}/${key}`, actual[key], want);
  }
}

/** @param {string} path @param {any} actual @param {any} expected @param {(path: string, actual: any, expected: any) => void} element */
function compareList(path, actual, expected, element) {
  expect(Array.isArray(actual) && Array.isArray(expected), path, actual, expected);
  expect(
    actual.length === expected.length,
    `the length of ${path}`,
    actual.length,
    expected.length,
  );
  expected.forEach((want, i) => element(`${path}/${i}`, actual[i], want));
}

/** @param {string} path @param {any} actual @param {any} expected */
function compareAny(path, actual, expected) {
  if (expected instanceof Literal)
    expect(Object.is(actual, Number(expected.text)), path, actual, expected.text);
  else if (expected instanceof Map) compareMap(path, actual, expected, compareAny);
  else if (Array.isArray(expected)) compareList(path, actual, expected, compareAny);
  else expect(actual === expected, path, actual, expected);
}

/** @param {any} type @param {string} path @param {any} actual @param {any} expected */
function compareType(type, path, actual, expected) {
  if (type.fields) {
    expect(expected instanceof Map, path, actual, expected);
    expect(Object.getPrototypeOf(actual) === Object.prototype, `prototype of ${path}`, actual, {});
    const keys = Object.keys(actual);
    const wanted = [...expected.keys()];
    expect(keys.join() === wanted.join(), `the keys of ${path}`, keys, wanted);
    for (const { json, type: name, shape } of type.fields)
      if (expected.has(json))
        compare(byName.get(name), shape, `${path}/${json}`, actual[json], expected.get(json));
    return;
  }
  switch (type.kind ?? 'string') {
    case 'int64':
    case 'uint64':
      expect(actual === BigInt(expected.text), path, actual, expected.text);
      break;
    case 'int32':
    case 'uint16':
    case 'uint32':
      expect(
        typeof actual === 'number' && String(actual) === expected.text,
        path,
        actual,
        expected,
      );
      break;
    case 'any':
      compareAny(path, actual, expected);
      break;
    default: // string, bool, time
      expect(actual === expected && expected !== null, path, actual, expected);
  }
}

/** @param {any} type @param {string} shape @param {string} path @param {any} actual @param {any} expected */
function compare(type, shape, path, actual, expected) {
  const element = (/** @type {string} */ where, /** @type {any} */ a, /** @type {any} */ b) =>
    compareType(type, where, a, b);
  if (expected === null && shape !== 'VALUE') expect(actual === null, path, actual, null);
  else if (shape === 'SLICE') compareList(path, actual, expected, element);
  else if (shape === 'MAP') compareMap(path, actual, expected, element);
  else compareType(type, path, actual, expected);
}

/**
 * How a decoded value differs from what Go writes for it; undefined: it does not.
 * @param {string} kind @param {any} value @param {string} json
 * @returns {string | undefined}
 */
export function difference(kind, value, json) {
  const { type, shape } = targetOf(kind);
  try {
    compare(byName.get(type), shape, '', value, parseExactly(json));
    return undefined;
  } catch (error) {
    if (error instanceof Difference) return error.message;
    throw error;
  }
}

/** JSON without the white space between its tokens. @param {string} json */
export const compact = (json) =>
  json.replace(/("(?:[^"\\]|\\.)*")|\s+/gs, (_, string) => string ?? '');
