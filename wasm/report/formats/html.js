// SPDX-License-Identifier: Apache-2.0
// The page with the result inside: one file that needs nothing else. In a block with the id
// ckpt-embedded stand the version (1), the reports, and what could not be read. Contents of files do
// not: they may hold secrets.
import { asciiJson } from '../escape.js';
import { givenName } from '../findings.js';

/** JSON that ends no script element. @param {any} value */
const inScript = (value) => asciiJson(JSON.stringify(value)).replaceAll('<', '\\u003c');

const BODY = '<body>';

/** @type {import('./index.js').Format} */
export const html = {
  name: 'html',
  help: 'the page with the result inside',
  report({ page, version }) {
    const text = page();
    const at = text.indexOf(BODY) + BODY.length;
    let first = true;
    /** @type {{path: string, message: string}[]} */
    const unreadable = [];
    return {
      begin: () =>
        `${text.slice(0, at)}\n<script type="application/json" id="ckpt-embedded">{"version":1,"tool":${inScript({ name: 'ckpt', version })},"reports":[`,
      *entry(entry) {
        const { report, unreadable: why } = entry;
        const path = givenName(entry);
        if (why) unreadable.push({ path, message: why.message });
        if (!report) return;
        yield { out: `${first ? '' : ','}\n${inScript({ ...report, name: path })}` };
        first = false;
      },
      *end(summary) {
        const rest = `"unreadable":${inScript(unreadable)},"summary":${inScript(summary)}`;
        yield { out: `],${rest}}</script>${text.slice(at)}` };
      },
    };
  },
};
