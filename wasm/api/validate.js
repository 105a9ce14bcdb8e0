// SPDX-License-Identifier: Apache-2.0
// Validation: the JavaScript side of exports_session.c. What is wrong, the core decides.
import { noMemory } from './admission.js';
import { Checkpoint, EVIDENCE, checkedPrevious } from './checkpoint.js';
import { findSecrets } from './memory-secrets.js';
import { KEPT, Summary, textAt, withBytes } from './summary.js';
import { bytesOf, kindOf, must, nearest } from '../border/arguments.js';
import { kinds } from '../../dist/tables.js';

const encoder = new TextEncoder();

/**
 * @typedef {import('./evidence.js').Evidence} Evidence what a validation looks at
 *
 * @typedef {Omit<import('../../dist/types/index.d.ts').ValidateOptions, 'signal'> & {signal?: AbortSignal}} ValidateOptions
 */

/** @param {any} exports @param {string} text @param {(at: number, length: number) => number} run the address of the answer */
function withText(exports, text, run) {
  const bytes = encoder.encode(text);
  return withBytes(exports, bytes, (at) => {
    const answer = run(at, bytes.length);
    return answer === 0 ? undefined : textAt(exports, answer);
  });
}

/** @param {any} exports @param {number} handle @param {Evidence} evidence @param {ValidateOptions} options @returns {any} the report */
function reportOf(exports, handle, evidence, options) {
  const { facts, readings = [], records = [], imageRecords = [], nested = [], dump } = evidence;
  const problem = withText(exports, JSON.stringify(options), (at, length) =>
    exports.ckpt_wasm_session_validate(handle, at, length),
  );
  if (problem === undefined) throw noMemory();
  if (problem !== '') throw new TypeError(problem);
  const groups = [{ name: '', records }, { name: 'image:', records: imageRecords }, ...nested];
  for (const { name, records: members } of groups) {
    const scope = encoder.encode(name);
    withBytes(exports, scope, (scopeAt) => {
      for (const bytes of members)
        withBytes(exports, bytes, (at) =>
          exports.ckpt_wasm_session_validate_records(
            handle,
            scopeAt,
            scope.length,
            at,
            bytes.length,
          ),
        );
    });
  }
  for (const [name, reading] of readings) {
    const scope = encoder.encode(name);
    withBytes(exports, scope, (scopeAt) =>
      withBytes(exports, reading, (at) =>
        exports.ckpt_wasm_session_validate_archive(handle, scopeAt, scope.length, at),
      ),
    );
  }
  if (dump) exports.ckpt_wasm_session_validate_dump(handle, dump.handle);
  const text = withText(exports, JSON.stringify(facts), (at, length) =>
    exports.ckpt_wasm_session_report(handle, at, length),
  );
  if (!text) throw noMemory();
  return JSON.parse(text);
}

/** @param {any} exports @param {Evidence} evidence @param {ValidateOptions} options @returns {any} */
function report(exports, evidence, options) {
  if (evidence.summary?.handle)
    return reportOf(exports, evidence.summary.handle, evidence, options);
  const summary = new Summary(exports, evidence.prefix);
  try {
    const records = [...(evidence.records ?? [])]; // they are looked at twice
    summary.addFiles(evidence.files);
    summary.addRecords(records);
    return reportOf(exports, summary.handle, { ...evidence, records }, options);
  } finally {
    summary.drop();
  }
}

/** What a validation with these options looks at. @param {Checkpoint} checkpoint @param {ValidateOptions} options @returns {Promise<Evidence>} */
export async function evidenceOf(
  checkpoint,
  { memory, reveal, signal, digests = false, previous },
) {
  const evidence = await checkpoint[EVIDENCE](digests, checkedPrevious(previous));
  if (!memory || !evidence.dump) return evidence;
  try {
    evidence.facts.memory = await memoryFacts(checkpoint, evidence.dump, reveal, signal);
    return evidence;
  } catch (error) {
    evidence.dump.close();
    throw error;
  }
}

/** @param {Checkpoint} checkpoint @param {import('./dump.js').Dump} dump @param {boolean | undefined} reveal @param {AbortSignal | undefined} signal */
async function memoryFacts(checkpoint, dump, reveal, signal) {
  const { secrets, left } = await findSecrets(checkpoint, dump, { reveal, signal });
  return {
    secrets: secrets.map(({ address, ...found }) => ({
      ...found,
      address: found.pid === null ? String(address) : `0x${address.toString(16)}`,
    })),
    left,
  };
}

/** Options without those that the core does not know. @param {ValidateOptions} options */
const forCore = (options) => ({
  ...options,
  memory: undefined,
  signal: undefined,
  digests: undefined,
  previous: undefined,
});

/** @param {Checkpoint} checkpoint @param {any} exports @param {ValidateOptions} options @returns {Promise<any>} */
async function validateCheckpoint(checkpoint, exports, options) {
  const file = { name: checkpoint.name, ...options.file };
  const rest = forCore(options);
  const before = [];
  for (const one of checkedPrevious(options.previous))
    before.push(await validateCheckpoint(one, exports, { now: options.now }));
  const evidence = await evidenceOf(checkpoint, options);
  let result;
  try {
    before.forEach(({ trust: { level, reasons } }, i) => {
      const why = reasons[0]?.message ?? '';
      Object.assign(/** @type {any} */ (evidence.facts.previous)[i], { trust: level, why });
    });
    result = report(exports, evidence, { ...rest, file });
  } finally {
    evidence.dump?.close();
  }
  if (checkpoint.form === 'pod') {
    result.containers = [];
    for (const inner of await checkpoint.containers()) {
      const options_ = { ...options, previous: undefined, file: { name: inner.name } };
      result.containers.push(await validateCheckpoint(inner, exports, options_));
    }
  }
  return result;
}

/** Names of files that a validation looks at. */
const FILES = [
  ...new Set([...KEPT.names, ...kinds.flatMap(({ name, file = name }) => [name, file])]),
];

/** The description of a host as text, in which the core finds places. @param {any} host */
function hostText(host) {
  const bytes = bytesOf(host);
  if (bytes) return new TextDecoder().decode(bytes);
  if (typeof host === 'string') return host;
  if (typeof host === 'object' && host !== null) return JSON.stringify(host);
  throw new TypeError(`host must be text, bytes or an object, not ${kindOf(host)}`);
}

/** The options of a validation. */
export const VALIDATE_OPTIONS = {
  targets: must.texts,
  only: must.texts,
  ignore: must.texts,
  severities: must.object,
  limits: must.object,
  reveal: must.flag,
  memory: must.flag,
  signal: must.signal,
  now: must.number,
  file: must.object,
  digests: must.flag,
  previous: must.any,
  host: must.any,
};

/**
 * What can be validated: a checkpoint, or files by names that are known.
 * @param {any} target @returns {Checkpoint | Record<string, Uint8Array>}
 * @throws {TypeError} which says what was expected
 */
export function checkedTarget(target) {
  if (target instanceof Checkpoint) return target;
  const plain = typeof target === 'object' && target !== null && !Array.isArray(target);
  if (!plain || bytesOf(target) || typeof target.then === 'function' || target instanceof Map)
    throw new TypeError(
      `validate takes an opened checkpoint or files by their names, not ${kindOf(target)}`,
    );
  const files = Object.entries(target);
  if (files.length === 0)
    throw new TypeError(
      'validate takes an opened checkpoint or files by their names; there is no file',
    );
  return Object.fromEntries(
    files.map(([name, content]) => {
      if (!FILES.includes(name))
        throw new TypeError(
          `there is no metadata file ${JSON.stringify(name)}${nearest(name, FILES) || `; there are ${FILES.join(', ')}`}`,
        );
      const bytes = bytesOf(content);
      if (!bytes) throw new TypeError(`${name} must be bytes, not ${kindOf(content)}`);
      return [name, bytes];
    }),
  );
}

/**
 * @param {{exports: any}} core
 * @param {Checkpoint | Record<string, Uint8Array>} target
 * @param {ValidateOptions} [options]
 */
export function validateWith({ exports }, target, options = {}) {
  const given = { now: Math.floor(Date.now() / 1000), ...options };
  if (options.host !== undefined) given.host = hostText(options.host);
  if (target instanceof Checkpoint) return validateCheckpoint(target, exports, given);
  const files = Object.entries(target);
  return report(exports, { facts: { loose: true }, files }, forCore(given));
}
