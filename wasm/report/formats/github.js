// SPDX-License-Identifier: Apache-2.0
// Workflow commands of GitHub Actions: `::error file=…::…`. The runner makes annotations of them.
import { escapeForTerminal } from '../escape.js';
import { cutOf, failedVerdicts, position, rowsOf, withHint } from '../findings.js';

const COMMANDS = { error: 'error', warning: 'warning', info: 'notice' };

/** @param {string} text */
const data = (text) => text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');

/** @param {string} text */
const property = (text) => data(text).replaceAll(':', '%3A').replaceAll(',', '%2C');

/** @param {string} command @param {Record<string, string | number | undefined>} properties @param {string} message */
function line(command, properties, message) {
  const given = Object.entries(properties).flatMap(([key, value]) =>
    value === undefined ? [] : [`${key}=${property(String(value))}`],
  );
  return `::${command} ${given.join(',')}::${data(message)}\n`;
}

/** @type {import('./index.js').Format} */
export const github = {
  name: 'github',
  help: 'annotations of GitHub Actions',
  report({ repository, failOn, targets }) {
    const nameOf = (/** @type {string} */ path) => escapeForTerminal(repository.path(path));
    return {
      *entry(entry) {
        if (entry.unreadable) {
          const properties = { file: nameOf(entry.path), title: 'unreadable' };
          yield { out: line('error', properties, escapeForTerminal(entry.unreadable.message)) };
        }
        for (const { finding, where } of rowsOf(entry)) {
          const { id, severity, line: first, column, endLine, endColumn } = finding;
          const isFile = where.inner.length === 0 && first !== null;
          const place = isFile && {
            line: first,
            endLine: endLine ?? undefined,
            // Columns are for one line only.
            ...(endLine === first && {
              col: column ?? undefined,
              endColumn: endColumn ?? undefined,
            }),
          };
          const inner =
            where.inner.length > 0
              ? `${escapeForTerminal(where.inner.join('!'))}${position(finding)}: `
              : '';
          const properties = { file: nameOf(where.file), ...place, title: id };
          yield {
            out: line(COMMANDS[severity], properties, inner + escapeForTerminal(withHint(finding))),
          };
        }
        for (const text of failedVerdicts(entry, failOn, targets))
          yield {
            out: line(
              'error',
              { file: nameOf(entry.path), title: 'verdict' },
              escapeForTerminal(text),
            ),
          };
        for (const { id, count } of cutOf(entry))
          yield {
            out: line(
              'notice',
              { file: nameOf(entry.path), title: id },
              `${count} more findings of ${id}`,
            ),
          };
      },
      *end() {},
    };
  },
};
