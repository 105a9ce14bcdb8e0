// SPDX-License-Identifier: Apache-2.0
// Test Anything Protocol, version 14: one test for each checkpoint, its findings in YAML.
import { asciiJson, escapeForTerminal } from '../escape.js';
import {
  countsOf,
  cutOf,
  failedVerdicts,
  isFailing,
  position,
  rowsOf,
  wholeName,
} from '../findings.js';
import { countsText } from './text.js';

/** JSON is YAML, too. @param {any} value */
const yaml = (value) => asciiJson(JSON.stringify(value));

/** @type {import('./index.js').Format} */
export const tap = {
  name: 'tap',
  help: 'Test Anything Protocol',
  report({ failOn, targets }) {
    let number = 0;
    return {
      begin: () => 'TAP version 14\n',
      *entry(entry) {
        const counts = countsOf(entry);
        const good = !entry.unreadable && !isFailing(entry, failOn, targets);
        const name = entry.shown.replace(/[\\#]/g, '\\$&');
        let out = `${good ? 'ok' : 'not ok'} ${++number} - ${name}\n`;
        const message = entry.unreadable
          ? `could not be read: ${entry.unreadable.message}`
          : [countsText(counts), ...failedVerdicts(entry, failOn, targets)].join('; ');
        const rows = [...rowsOf(entry)].map(({ finding, where }) => ({
          id: finding.id,
          severity: finding.severity,
          at: `${wholeName(where)}${position(finding)}`,
          message: escapeForTerminal(finding.message),
          ...(finding.hint !== '' && { hint: escapeForTerminal(finding.hint) }),
        }));
        if (!good || rows.length > 0) {
          out += `  ---\n  message: ${yaml(escapeForTerminal(message))}\n`;
          if (rows.length > 0)
            out += `  findings:\n${rows.map((row) => `    - ${yaml(row)}\n`).join('')}`;
          const cut = cutOf(entry).map(({ id, count }) => ({ id, count }));
          if (cut.length > 0) out += `  cut: ${yaml(cut)}\n`;
          out += '  ...\n';
        }
        yield { out };
      },
      *end() {
        yield { out: `1..${number}\n` };
      },
    };
  },
};
