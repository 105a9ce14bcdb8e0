// SPDX-License-Identifier: Apache-2.0
// GitLab's code quality report.
import { asciiJson, escapeForTerminal } from '../escape.js';
import { Fingerprints, position, rowsOf, withHint } from '../findings.js';

const SEVERITIES = { error: 'critical', warning: 'minor', info: 'info' };

/** @type {import('./index.js').Format} */
export const gitlab = {
  name: 'gitlab',
  help: "GitLab's code quality report",
  report({ repository }) {
    const fingerprints = new Fingerprints(repository);
    let first = true;
    const issue = (/** @type {any} */ value) => {
      const out = `${first ? '[' : ','}\n${asciiJson(JSON.stringify(value))}`;
      first = false;
      return { out };
    };
    return {
      *entry(entry) {
        for (const row of rowsOf(entry)) {
          const { finding, where } = row;
          const { id, severity, line } = finding;
          const inner =
            where.inner.length > 0 ? `${where.inner.join('!')}${position(finding)}: ` : '';
          yield issue({
            description: escapeForTerminal(`${inner}${withHint(finding)}`),
            check_name: id,
            fingerprint: fingerprints.of(row),
            severity: SEVERITIES[severity],
            location: {
              path: repository.path(where.file),
              lines: { begin: where.inner.length === 0 && line !== null ? line : 1 },
            },
          });
        }
        if (entry.unreadable)
          yield issue({
            description: escapeForTerminal(`could not be read: ${entry.unreadable.message}`),
            check_name: 'unreadable',
            fingerprint: fingerprints.ofUnreadable(entry.path),
            severity: 'blocker',
            location: { path: repository.path(entry.path), lines: { begin: 1 } },
          });
      },
      *end() {
        yield { out: first ? '[]\n' : '\n]\n' };
      },
    };
  },
};
