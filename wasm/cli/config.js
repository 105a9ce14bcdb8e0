// SPDX-License-Identifier: Apache-2.0
// The configuration file of ckpt validate. What it may hold stands in one table, from which the
// published schema is made, too (wasm/gen/schema-command.mjs).
import { existsSync } from '../api/node-fs.js';
import { dirname, join } from 'node:path';
import process from 'node:process';
import { CheckpointError } from '../border/error.js';
import { escapeForTerminal } from '../report/escape.js';
import { UsageError } from './exit.js';
import { isDay } from './ignores.js';
import { FAIL_ON, SEVERITIES } from '../report/findings.js';
import { readFile } from './input.js';
import { suggestion } from './options.js';

/** Looked for in the working directory and in those above it, in this order. */
export const CONFIG_FILES = ['.ckpt.json', 'ckpt.config.json'];

/**
 * The nearest configuration: in the working directory, else in the next one above, up to the root of
 * the repository (where `.git` is), or of the file system.
 * @param {string} [from]
 * @returns {string | undefined} its path
 */
export function findConfig(from = process.cwd()) {
  for (let folder = from; ; folder = dirname(folder)) {
    for (const name of CONFIG_FILES) {
      const path = join(folder, name);
      if (existsSync(path)) return folder === from ? name : path;
    }
    if (existsSync(join(folder, '.git')) || dirname(folder) === folder) return undefined;
  }
}

const [SPACE, LF, CR, QUOTE, BACKSLASH, SLASH, STAR] = [...' \n\r"\\/*'].map((c) =>
  c.charCodeAt(0),
);

/**
 * JSON with blanks in the place of comments, so that what stands elsewhere stays where it is.
 * @param {Uint8Array} bytes of JSON with comments, which begin with two slashes or stand between slash and star
 */
export function withoutComments(bytes) {
  const out = bytes.slice();
  for (let at = 0; at < out.length;) {
    if (out[at] === QUOTE) {
      for (at++; at < out.length && out[at] !== QUOTE; at++) if (out[at] === BACKSLASH) at++;
      at++;
      continue;
    }
    if (out[at] !== SLASH || (out[at + 1] !== SLASH && out[at + 1] !== STAR)) {
      at++;
      continue;
    }
    const line = out[at + 1] === SLASH;
    const start = at;
    for (at += 2; at < out.length; at++) {
      if (line ? out[at] === LF : out[at] === SLASH && out[at - 1] === STAR && at > start + 2)
        break;
    }
    if (!line && at === out.length) return bytes; // never closed: the parser says where it began
    const end = line ? at : at + 1;
    for (let i = start; i < end; i++) if (out[i] !== LF && out[i] !== CR) out[i] = SPACE;
    at = end;
  }
  return out;
}

/**
 * @typedef {object} Config
 * @property {string} [$schema]
 * @property {string[]} [targets]
 * @property {string[]} [only]
 * @property {string[]} [ignore]
 * @property {import('./ignores.js').Ignore[]} [ignores]
 * @property {Record<string, string>} [severities]
 * @property {import('../report/findings.js').FailOn} [failOn]
 * @property {import('../report/findings.js').Severity} [level]
 * @property {number} [maxFindings]
 */

/** A part of JSON Schema, as much of it as is needed here. @typedef {{[key: string]: any}} Schema */

const texts = (/** @type {string} */ description) => ({
  description,
  type: 'array',
  items: { type: 'string', minLength: 1 },
});

/** @type {Record<keyof Config, Schema>} */
export const CONFIG = {
  $schema: { description: 'Where this schema is; for editors.', type: 'string' },
  targets: texts(
    'Targets that are to restore the checkpoints: podman, cri-o, containerd, docker, runc or crun, each with an optional version, as in containerd@2.1.4.',
  ),
  only: texts('The rules that count: ids, or their beginnings with "*" after them.'),
  ignore: texts('Rules that do not count.'),
  ignores: {
    description: 'Exceptions: rules that do not count for some files.',
    type: 'array',
    items: {
      type: 'object',
      properties: {
        rule: {
          description: 'The rule: its id, or the beginning of some ids with "*" after it.',
          type: 'string',
          minLength: 1,
        },
        path: {
          description:
            'For which archives, folders or metadata files: a pattern with slashes (*, ?, [a-z], {a,b}, ** for folders), from the folder of this file; one without a slash means names in any folder. All below what it names is meant, too. Without it all files are.',
          type: 'string',
          minLength: 1,
        },
        reason: { description: 'Why, for people.', type: 'string', minLength: 1 },
        until: {
          description:
            'The last day on which it counts, in UTC; afterwards there is a warning instead.',
          type: 'string',
          format: 'date',
          pattern: '^[0-9]{4}-[0-9]{2}-[0-9]{2}$',
        },
      },
      required: ['rule', 'reason'],
      additionalProperties: false,
    },
  },
  severities: {
    description: 'Severities of rules, by their ids.',
    type: 'object',
    additionalProperties: { enum: [...SEVERITIES, 'off'] },
  },
  failOn: {
    description: 'What makes the exit code 1: a severity or a worse one, verdict, none.',
    enum: [...FAIL_ON],
  },
  level: {
    description: 'The least severity that is listed; what is counted and judged stays the same.',
    enum: [...SEVERITIES],
  },
  maxFindings: {
    description: 'Findings listed per checkpoint, at most.',
    type: 'integer',
    minimum: 1,
    maximum: 100_000,
  },
};

/** @param {any} value */
const isObject = (value) => typeof value === 'object' && value !== null && !Array.isArray(value);

/** @param {string} key */
const escapePointer = (key) => key.replaceAll('~', '~0').replaceAll('/', '~1');

/** What is wrong with a value, and where. @param {any} value @param {Schema} schema @param {string} pointer @returns {{pointer: string, message: string} | null} */
function mistake(value, schema, pointer) {
  const wrong = (/** @type {string} */ expected) => ({ pointer, message: `expected ${expected}` });
  if (schema.enum)
    return schema.enum.includes(value) ? null : wrong(`one of ${schema.enum.join(', ')}`);
  switch (schema.type) {
    case 'string':
      if (schema.format === 'date') return isDay(value) ? null : wrong('a day, as in 2027-01-31');
      return typeof value === 'string' && value.length >= (schema.minLength ?? 0)
        ? null
        : wrong('a text');
    case 'integer':
      return Number.isInteger(value) && value >= schema.minimum && value <= schema.maximum
        ? null
        : wrong(`an integer from ${schema.minimum} to ${schema.maximum}`);
    case 'array':
      if (!Array.isArray(value))
        return wrong(schema.items.type === 'object' ? 'a list of objects' : 'a list of texts');
      return first(value.map((item, i) => mistake(item, schema.items, `${pointer}/${i}`)));
    default:
      return isObject(value) ? mistakeInside(value, schema, pointer) : wrong('an object');
  }
}

/** @param {Record<string, any>} value @param {Schema} schema @param {string} pointer @returns {{pointer: string, message: string} | null} */
function mistakeInside(value, { properties, required = [], additionalProperties }, pointer) {
  for (const [key, item] of Object.entries(value)) {
    const at = `${pointer}/${escapePointer(key)}`;
    if (properties && !Object.hasOwn(properties, key)) {
      const near = suggestion(key, Object.keys(properties));
      return { pointer: at, message: `unknown key ${JSON.stringify(key)}${near}` };
    }
    const found = mistake(item, properties ? properties[key] : additionalProperties, at);
    if (found) return found;
  }
  const missing = required.find((/** @type {string} */ key) => !Object.hasOwn(value, key));
  return missing === undefined ? null : { pointer, message: `"${missing}" is missing` };
}

/** @template T @param {(T | null)[]} list */
const first = (list) => list.find((item) => item !== null) ?? null;

/**
 * Reads and checks a configuration.
 * @param {string} path
 * @param {Awaited<ReturnType<typeof import('../api/index.js').load>>} core
 * @param {(config: Config) => {pointer: string, message: string} | null} check what else may be wrong with it
 * @returns {{config: Config, placeOf: (pointer: string) => string}} placeOf: where something of it stands, `FILE:3:5`
 * @throws {UsageError} with the place
 * @throws {import('./input.js').ReadError}
 */
export function readConfig(path, core, check) {
  const bytes = withoutComments(readFile(path));
  const fail = (/** @type {string} */ place, /** @type {string} */ message) =>
    new UsageError(`${escapeForTerminal(path)}:${place} ${escapeForTerminal(message)}`, 'validate');
  let document;
  try {
    document = core.document('any', bytes);
  } catch (error) {
    if (!(error instanceof CheckpointError)) throw error;
    throw fail(
      error.line > 0 ? `${error.line}:${error.column}:` : '',
      error.goMessage || error.message,
    );
  }
  const { value } = document;
  const found = mistake(value, { type: 'object', properties: CONFIG }, '') ?? check(value);
  const lineOf = (/** @type {string} */ pointer) => {
    const place = document.locate(pointer);
    return place ? `${place.line}:${place.column}` : '';
  };
  if (!found)
    return {
      config: value,
      placeOf: (pointer) => `${path}:${lineOf(pointer)}`,
    };
  const line = lineOf(found.pointer);
  throw fail(line && `${line}:`, `${found.pointer || 'the file'}: ${found.message}`);
}
