// SPDX-License-Identifier: Apache-2.0
// The report as one JSON document (dist/schema/report.json), in ASCII: no character of a file or of
// its name can act in a terminal or a log.
import { asciiJson } from '../escape.js';
import { givenName } from '../findings.js';

export const VERSION = 1;

/** @param {any} value @param {string} [indent] of all lines but the first */
const pretty = (value, indent = '') =>
  asciiJson(JSON.stringify(value, null, 2)).replaceAll('\n', `\n${indent}`);

/** What an entry is in JSON. @param {import('../findings.js').Entry} entry */
export const resultOf = ({ path, member, kind, files, unreadable, report }) => ({
  path: givenName({ path, member }),
  ...(kind === 'files' && {
    files: Object.fromEntries(
      Object.entries(files).map(([name, file]) => [
        name,
        [file.path, ...(file.inner ?? [])].join('!'),
      ]),
    ),
  }),
  unreadable,
  report,
});

/** @type {import('./index.js').Format} */
export const json = {
  name: 'json',
  help: 'one document',
  report({ version }) {
    let first = true;
    return {
      begin: () =>
        `{\n  "version": ${VERSION},\n  "tool": ${pretty({ name: 'ckpt', version }, '  ')},\n  "results": [`,
      *entry(entry) {
        yield { out: `${first ? '' : ','}\n    ${pretty(resultOf(entry), '    ')}` };
        first = false;
      },
      *end(summary) {
        yield { out: `${first ? '' : '\n  '}],\n  "summary": ${pretty(summary, '  ')}\n}\n` };
      },
    };
  },
};
