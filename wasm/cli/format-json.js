// SPDX-License-Identifier: Apache-2.0
// The report as one JSON document, in ASCII: no character of a file or of its name can act in a
// terminal or a log. It is written as the files are checked.
import { asciiJson } from '../escape.js';

const SCHEMA_VERSION = 1;

/** @param {any} value @param {string} indent of all lines but the first */
const json = (value, indent) =>
  asciiJson(JSON.stringify(value, null, 2)).replaceAll('\n', `\n${indent}`);

/** @type {import('./formats.js').Format} */
export const jsonFormat = {
  name: 'json',
  help: 'one document',
  report() {
    let out = `{\n  "schemaVersion": ${SCHEMA_VERSION},\n  "files": [`;
    let first = true;
    return {
      *file({ input, findings, unreadable }) {
        const head = { path: input.path, kind: input.kind || null, unreadable, findings: [] };
        const empty = json(head, '    '); // ends with "[]\n    }": the findings go in between
        out += `${first ? '' : ','}\n    ${empty.slice(0, empty.lastIndexOf(']'))}`;
        first = false;
        let separator = '\n';
        for (const finding of findings) {
          yield { out: `${out}${separator}        ${json(finding, '        ')}` };
          out = '';
          separator = ',\n';
        }
        yield { out: `${out}${findings.length > 0 ? '\n      ' : ''}]\n    }` };
        out = '';
      },
      end: (summary) => `${out}${first ? '' : '\n  '}],\n  "summary": ${json(summary, '  ')}\n}\n`,
    };
  },
};
