// SPDX-License-Identifier: Apache-2.0
// Checking and decoding, side by side with what one would use instead: TextDecoder, JSON.parse and
// a compiled ajv schema. All take turns in the same run; a figure is the median of the rounds.
import { readFileSync } from 'node:fs';
import Ajv2020 from 'ajv/dist/2020.js';
import { load } from '../../wasm/api/index.js';
import { inputs } from './inputs.mjs';

const ROUNDS = 15;
const ckpt = await load();
const ajv = new Ajv2020({ allErrors: false, strict: false });
const textDecoder = new TextDecoder();

const schemaFile = (/** @type {string} */ kind) =>
  new URL(`../../dist/schema/${kind}.schema.json`, import.meta.url);
/** Compiled schemas by kind. */
const validators = Object.fromEntries(
  [...new Set(inputs.map(({ kind }) => kind))].map((kind) => [
    kind,
    ajv.compile(JSON.parse(readFileSync(schemaFile(kind), 'utf8'))),
  ]),
);

const median = (/** @type {number[]} */ values) => values.sort((a, b) => a - b)[values.length >> 1];

/** Microseconds a call. @param {() => void} run @param {number} times */
function time(run, times) {
  const start = performance.now();
  for (let i = 0; i < times; i++) run();
  return ((performance.now() - start) * 1000) / times;
}

console.log(
  'Microseconds a file; in brackets as many times as fast as TextDecoder + JSON.parse + ajv\n',
);
console.log(
  `${'file'.padEnd(22)}${'bytes'.padStart(9)}${'parse + ajv'.padStart(13)}${'check'.padStart(19)}${'decode'.padStart(19)}`,
);
for (const { name, kind, bytes } of inputs) {
  const validate = validators[kind];
  /** @type {Record<string, () => void>} */
  const contestants = {
    ajv: () => {
      if (!validate(JSON.parse(textDecoder.decode(bytes))))
        throw new Error(ajv.errorsText(validate.errors));
    },
    check: () => {
      const error = ckpt.check(kind, bytes);
      if (error) throw error;
    },
    decode: () => void ckpt.decode(kind, bytes),
  };
  const times = Math.max(1, Math.round(4_000_000 / bytes.length / (bytes.length < 2000 ? 4 : 1)));
  /** @type {Record<string, number[]>} */
  const results = { ajv: [], check: [], decode: [] };
  for (let round = -2; round < ROUNDS; round++) {
    for (const [contestant, run] of Object.entries(contestants)) {
      globalThis.gc?.();
      const result = time(run, times);
      if (round >= 0) results[contestant].push(result);
    }
  }
  const [base, check, decode] = [results.ajv, results.check, results.decode].map(median);
  const figure = (/** @type {number} */ value) =>
    `${value.toFixed(1)} (${(base / value).toFixed(2)}×)`.padStart(19);
  console.log(
    name.padEnd(22) +
      String(bytes.length).padStart(9) +
      base.toFixed(1).padStart(13) +
      figure(check) +
      figure(decode),
  );
}
