// SPDX-License-Identifier: Apache-2.0
// JUnit XML: a suite for each checkpoint, a test for each finding. The totals stand at the beginning, so
// that all of it is kept until the end.
import { escapeForTerminal } from '../escape.js';
import {
  cutOf,
  failedVerdicts,
  failingSeverity,
  isAtLeast,
  position,
  rowsOf,
  withHint,
  wholeName,
} from '../findings.js';

/** What XML 1.0 has no way to write; the other such characters are escaped already. */
const NONE = /[\ufffe\uffff]/g;

/** Text and values of attributes. @param {string} text any */
const xml = (text) =>
  escapeForTerminal(text)
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replace(NONE, (c) => `\\u${c.charCodeAt(0).toString(16)}`);

/** @param {Record<string, string | number | null>} values */
const attributes = (values) =>
  Object.entries(values)
    .filter(([, value]) => value !== null)
    .map(([name, value]) => ` ${name}="${xml(String(value))}"`)
    .join('');

/** @type {import('./index.js').Format} */
export const junit = {
  name: 'junit',
  help: 'JUnit XML',
  report({ failOn, targets, repository }) {
    const level = failingSeverity(failOn);
    /** @type {string[]} */
    const suites = [];
    const totals = { tests: 0, failures: 0, errors: 0 };
    return {
      // eslint-disable-next-line require-yield -- all of it comes at the end
      *entry(entry) {
        const cases = [];
        let failures = 0;
        for (const { finding, where } of rowsOf(entry)) {
          const { id, severity, line } = finding;
          const place = `${wholeName(where)}${position(finding)}`;
          const fails = level !== undefined && isAtLeast(severity, level);
          if (fails) failures++;
          const text = `${place}: ${severity}: ${withHint(finding)}`;
          cases.push(
            `    <testcase${attributes({
              classname: entry.shown,
              name: `${id} ${where.inner.join('!') || where.file}${position(finding)}`,
              file: repository.path(where.file),
              line: where.inner.length === 0 ? line : null,
            })}>${
              fails
                ? `<failure${attributes({ type: severity, message: finding.message })}>${xml(text)}</failure>`
                : `<system-out>${xml(text)}</system-out>`
            }</testcase>\n`,
          );
        }
        const file = repository.path(entry.path);
        for (const text of failedVerdicts(entry, failOn, targets)) {
          failures++;
          cases.push(
            `    <testcase${attributes({ classname: entry.shown, name: 'verdict', file })}><failure${attributes(
              { type: 'verdict', message: text },
            )}/></testcase>\n`,
          );
        }
        if (entry.unreadable)
          cases.push(
            `    <testcase${attributes({ classname: entry.shown, name: 'can be read', file })}><error${attributes(
              { type: entry.unreadable.code, message: entry.unreadable.message },
            )}/></testcase>\n`,
          );
        else if (cases.length === 0)
          cases.push(
            `    <testcase${attributes({ classname: entry.shown, name: 'no findings', file })}/>\n`,
          );
        const more = cutOf(entry).map(
          ({ name, id, count }) => `${name}: ${count} more findings of ${id}`,
        );
        const errors = entry.unreadable ? 1 : 0;
        totals.tests += cases.length;
        totals.failures += failures;
        totals.errors += errors;
        suites.push(
          `  <testsuite${attributes({ name: entry.shown, tests: cases.length, failures, errors })}>\n${cases.join('')}${
            more.length > 0 ? `    <system-out>${xml(more.join('; '))}</system-out>\n` : ''
          }  </testsuite>\n`,
        );
      },
      *end() {
        yield {
          out: `<?xml version="1.0" encoding="UTF-8"?>\n<testsuites${attributes({ name: 'ckpt validate', ...totals })}>\n`,
        };
        for (const out of suites) yield { out };
        yield { out: '</testsuites>\n' };
      },
    };
  },
};
