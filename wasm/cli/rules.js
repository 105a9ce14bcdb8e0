// SPDX-License-Identifier: Apache-2.0
// ckpt rules
import { EXIT } from './exit.js';
import { JSON_SHORT } from './options.js';
import { plain } from '../report/markdown.js';
import { loadRules } from './load-rules.js';
import { ruleMarkdown } from '../report/rules-table.js';
import { rowsAs } from './rows.js';
import { table } from './table.js';

/** @typedef {import('../report/rules-table.js').Rule} Rule */

/** @param {readonly Rule[]} rules */
function markdown(rules) {
  let out = '# Rules of ckpt validate\n';
  for (const rule of rules)
    out += `\n## ${rule.id}: ${plain(rule.title)}\n\n${rule.severity}, ${rule.area}\n\n${ruleMarkdown(rule)}\n`;
  return out;
}

/** Samples have lines and parts of their own. @param {Rule} rule */
export const withoutSamples = ({ bad: _bad, good: _good, ...rule }) => rule;

/** @type {Record<string, (rules: readonly Rule[]) => string>} */
const FORMS = {
  text: (rules) =>
    table(
      ['RULE', 'SEVERITY', 'AREA', 'TITLE'],
      rules.map(({ id, severity, area, title }) => [id, severity, area, title]),
    ),
  table: (rules) => FORMS.text(rules),
  jsonl: (rules) => rowsAs('jsonl', '', rules),
  csv: (rules) => rowsAs('csv', '', rules.map(withoutSamples)),
  json: (rules) => `${JSON.stringify(rules, null, 2)}\n`,
  markdown,
};

/** @type {import('./options.js').Command} */
export const rules = {
  name: 'rules',
  summary: 'list the rules that "ckpt validate" checks',
  operands: '[RULE]...',
  count: [0, Infinity],
  completes: 'rules',
  details: [
    'Lists the rules of "ckpt validate", all of them or those whose ids start as given: CKP1 for all rules about config.dump. The severities are the defaults: the engine of a checkpoint and --target can raise them.',
  ],
  options: [
    {
      name: 'format',
      short: 'f',
      value: 'FORMAT',
      choices: Object.keys(FORMS),
      preset: 'text',
      help: 'list format: text or table (the same), json and jsonl (everything), csv, markdown (full pages)',
    },
    JSON_SHORT,
  ],
  examples: ['ckpt rules', 'ckpt rules --format json CKP8'],

  async run({ operands, values, stdout, fail }) {
    const all = await loadRules();
    const prefixes = operands.map((operand) => operand.toUpperCase().replace(/\*$/, ''));
    const found = all.filter(
      ({ id }) => prefixes.length === 0 || prefixes.some((prefix) => id.startsWith(prefix)),
    );
    if (found.length === 0) throw fail(`there is no rule ${operands.join(', ')}`);
    await stdout.write(FORMS[values.format ?? 'text'](found));
    return EXIT.ok;
  },
};
