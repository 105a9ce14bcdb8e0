// SPDX-License-Identifier: Apache-2.0
// ckpt explain
import { escapeForTerminal } from '../report/escape.js';
import { EXIT } from './exit.js';
import { wrap } from './help.js';
import { quoted, suggestion } from './options.js';
import { styleFor } from './output.js';
import { TEXT_OR_ROWS, rowsAs } from './rows.js';
import { withoutSamples } from './rules.js';
import { loadRules } from './load-rules.js';
import { effects, sampleLines, sectionsOf } from '../report/rules-table.js';

/** @type {import('./options.js').Command} */
export const explain = {
  name: 'explain',
  summary: 'explain rules: what they check, why, and what to do',
  operands: 'RULE...',
  count: [1, Infinity],
  completes: 'rules',
  details: [
    'Explains a rule of "ckpt validate": what it checks, why it matters, what to do, with a wrong and a right sample.',
  ],
  options: TEXT_OR_ROWS,
  examples: ['ckpt explain CKP109', 'ckpt explain --json CKP109 | jq -r .[0].fix'],

  async run({ operands, values, stdout, fail }) {
    const rules = await loadRules();
    const style = styleFor(values.color ?? 'auto', stdout);
    const found = operands.map((operand) => {
      const rule = rules.find(({ id }) => id === operand.toUpperCase());
      const near = suggestion(
        operand.toUpperCase(),
        rules.map(({ id }) => id),
      );
      if (!rule) throw fail(`there is no rule ${quoted(operand)}${near}`);
      return rule;
    });
    if (values.format === 'jsonl' || values.format === 'csv') {
      const rows = found.map(withoutSamples);
      await stdout.write(rowsAs(values.format, 'rules', values.format === 'csv' ? rows : found));
      return EXIT.ok;
    }
    if (values.format === 'json') {
      await stdout.write(`${JSON.stringify(found, null, 2)}\n`);
      return EXIT.ok;
    }
    for (const [i, rule] of found.entries()) {
      const { id, title, severity, area } = rule;
      const facts = [severity, area, ...effects(rule)].join('; ');
      let out = `${i > 0 ? '\n' : ''}${style.bold(`${id}: ${title}`)}\n${wrap(facts)}`;
      for (const [heading, text] of sectionsOf(rule))
        out += `\n${style.cyan(heading)}\n${wrap(escapeForTerminal(text), 2)}`;
      for (const [
        heading,
        sample,
      ] of /** @type {[string, import('../report/rules-table.js').Rule['bad']][]} */ ([
        ['Wrong', rule.bad],
        ['Right', rule.good],
      ])) {
        if (sample === null) continue;
        const lines = sampleLines(sample).map((line) => `  ${escapeForTerminal(line)}\n`);
        out += `\n${style.cyan(heading)}\n${lines.join('')}`;
      }
      await stdout.write(out);
    }
    return EXIT.ok;
  },
};
