// SPDX-License-Identifier: Apache-2.0
// Writes the documentation of the rules: rules.js and rules.json for programs, rules.html for people; and what a report
// consists of, for those who are given one (report-shape.js).
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

const tables = JSON.parse(readFileSync(tablesFile, 'utf8'));
/** @type {Rule[]} */
const rules = tables.rules.map((/** @type {any} */ rule) => ({
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

/** By the names of objects, the types of their members. */
const shape = Object.fromEntries(
  tables.report.map((/** @type {any} */ { name, members }) => [
    name,
    Object.fromEntries(members.map((/** @type {any} */ member) => [member.name, member.type])),
  ]),
);
writeFileSync(
  join(output, 'report-shape.js'),
  `// SPDX-License-Identifier: Apache-2.0\n// Generated from src/rules/report.def; do not edit.\n/** @type {Record<string, Record<string, string>>} */\nexport const shape = ${JSON.stringify(shape, null, 1)};\n`,
);
