// SPDX-License-Identifier: Apache-2.0
// Writes the documentation of the rules: rules.js and rules.json for programs, rules.html for people.
//   node wasm/gen/rules.mjs build/describe.json test/data/rules dist
// The samples (one file for each rule, what is wrong and what is right) are those that the tests run.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { rulesPage } from './rules-page.mjs';

const [, , tablesFile, samples, output] = process.argv;
if (output == null) {
  process.stderr.write(`usage: node ${process.argv[1]} DESCRIBE.json SAMPLES OUTDIR\n`);
  process.exit(2);
}

/** @typedef {import('./rules-page.mjs').Rule} Rule */

/** @param {string} id */
function samplesOf(id) {
  const file = join(samples, `${id}.json`);
  const { bad = null, good = null } = existsSync(file)
    ? JSON.parse(readFileSync(file, 'utf8'))
    : {};
  return { bad, good };
}

/** @type {Rule[]} */
const rules = JSON.parse(readFileSync(tablesFile, 'utf8')).rules.map((/** @type {any} */ rule) => ({
  ...rule,
  ...samplesOf(rule.id),
}));

mkdirSync(output, { recursive: true });
const json = JSON.stringify(rules, null, 2);
writeFileSync(join(output, 'rules.json'), `${json}\n`);
writeFileSync(
  join(output, 'rules.js'),
  `// SPDX-License-Identifier: Apache-2.0\n// Generated from the tables in src/rules; do not edit.\n/** @type {readonly import('./types/rules.d.ts').Rule[]} */\nexport const rules = ${json};\n`,
);
writeFileSync(join(output, 'rules.html'), rulesPage(rules));
