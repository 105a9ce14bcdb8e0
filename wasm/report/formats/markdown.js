// SPDX-License-Identifier: Apache-2.0
// Markdown, for comments and for the summary of a job.
import {
  countsOf,
  cutOf,
  partsOf,
  position,
  rowsOf,
  trustReasons,
  whereIs,
  wholeName,
  openConditions,
} from '../findings.js';
import { plain } from '../markdown.js';
import { countsText, counted, summaryText } from './text.js';

/** A name in a table's cell. @param {string} text any */
const code = (text) => `<code>${plain(text)}</code>`;

const MARKS = { error: '❌ error', warning: '🟠 warning', info: '🔵 info' };
const VERDICTS = {
  restores: '✅ restores',
  conditional: '🟡 restores if',
  fails: '❌ does not restore',
  unknown: '❔ cannot tell',
};

/** @type {import('./index.js').Format} */
export const markdown = {
  name: 'markdown',
  help: 'Markdown',
  report({ brief, quiet }) {
    return {
      begin: () => '# Container checkpoints\n',
      *entry(entry) {
        const { unreadable, path } = entry;
        yield { out: `\n## ${code(path)}\n\n` };
        if (unreadable) yield { out: `Could not be read: ${plain(unreadable.message)}\n` };
        if (!entry.report) return;
        yield { out: `${countsText(countsOf(entry))}\n` };
        if (brief) return;
        let any = false;
        for (const { finding, where } of rowsOf(entry)) {
          const { id, severity, message, hint } = finding;
          if (!any) yield { out: '\n| | rule | where | what |\n|---|---|---|---|\n' };
          any = true;
          const place = where.inner.length > 0 ? where.inner.join('!') : where.file;
          const text = hint === '' ? plain(message) : `${plain(message)}<br>${plain(hint)}`;
          yield {
            out: `| ${MARKS[severity]} | ${id} | ${code(place + position(finding))} | ${text} |\n`,
          };
        }
        for (const { name, id, count } of cutOf(entry))
          yield { out: `\n${counted(count, 'more finding')} of ${id} in ${code(name)}\n` };
        for (const part of partsOf(entry)) {
          const { targets, trust } = part.report;
          if (quiet || targets.length === 0) continue;
          const name = code(wholeName(whereIs(entry, part, { member: '' })));
          if (trust.level !== 'clean')
            yield {
              out: `\n**${trust.level}**: ${trustReasons(part.report).map(plain).join(' ')}\n`,
            };
          yield { out: `\n| ${name} | | why |\n|---|---|---|\n` };
          for (const target of targets) {
            const { name: engine, version, verdict, reasons } = target;
            const why = [
              ...new Set(
                reasons.map(({ id, message }) => plain(message) + (id === '' ? '' : ` (${id})`)),
              ),
              ...openConditions(target).map(
                ({ text, option }) => plain(text) + (option === '' ? '' : ` (${code(option)})`),
              ),
            ];
            yield {
              out: `| ${plain(`${engine} ${version}`.trim())} | ${VERDICTS[verdict]} | ${why.join('<br>')} |\n`,
            };
          }
        }
      },
      *end(summary) {
        if (!quiet) yield { out: `\n${summaryText(summary)}\n` };
      },
    };
  },
};
