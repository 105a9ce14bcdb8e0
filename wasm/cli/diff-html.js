// SPDX-License-Identifier: Apache-2.0
// What differs between checkpoints as a page that needs nothing else: no script, and nothing is loaded.
import { escapeForTerminal } from '../report/escape.js';
import { strangers, seriesRows } from './diff-text.js';
import { conclusion } from './diff-view.js';

/** @typedef {import('./diff-text.js').Shown} Shown */

/** @param {string} text as a file has it, or safe for a terminal */
const html = (text) =>
  escapeForTerminal(text)
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');

const STYLE = `
:root{color-scheme:light dark;--line:#8884;--plus:#1a7f37;--minus:#cf222e;--other:#9a6700}
@media(prefers-color-scheme:dark){:root{--plus:#3fb950;--minus:#f85149;--other:#d29922}}
body{font:16px/1.5 system-ui,sans-serif;max-width:76rem;margin:2rem auto;padding:0 1rem}
table{border-collapse:collapse;margin:1rem 0}td,th{border:1px solid var(--line);padding:.25rem .6rem;text-align:left}
details{border:1px solid var(--line);border-radius:.4rem;margin:.6rem 0;padding:.4rem .8rem}
summary{font-weight:600;cursor:pointer}
pre{overflow-x:auto;margin:.5rem 0;font:13px/1.5 ui-monospace,monospace;white-space:pre-wrap;overflow-wrap:anywhere}
ins{color:var(--plus);text-decoration:none}del{color:var(--minus);text-decoration:none}
em{color:var(--other);font-style:normal}`;

/** @type {[RegExp, string][]} by the mark in front of a line */
const KINDS = [
  [/^\s*\+/, 'ins'],
  [/^\s*-/, 'del'],
  [/^\s*[~>]/, 'em'],
];

/** @param {string} line */
function lineOf(line) {
  const tag = KINDS.find(([mark]) => mark.test(line))?.[1];
  return tag ? `<${tag}>${html(line)}</${tag}>` : html(line);
}

/** @param {string[][]} rows the names of the columns first */
const table = ([head, ...rows]) =>
  `<table><thead><tr>${head.map((cell) => `<th>${html(cell)}</th>`).join('')}</tr></thead><tbody>${rows
    .map((row) => `<tr>${row.map((cell) => `<td>${html(cell)}</td>`).join('')}</tr>`)
    .join('')}</tbody></table>\n`;

/** @param {Shown} shown */
function pairHtml({ diff, reference: { json }, sections }) {
  const { a, b } = diff;
  const other = strangers(diff);
  return [
    `<h2>${html(json.container_name || 'Checkpoints')}: ${html(a.name)} → ${html(b.name)}</h2>\n`,
    other ? `<pre>${other.trimEnd().split('\n').map(html).join('\n')}</pre>\n` : '',
    table([
      ['', 'File', 'Time', 'Bytes'],
      ['A', a.name, json.checkpoint_a.created, String(json.checkpoint_a.total_size)],
      ['B', b.name, json.checkpoint_b.created, String(json.checkpoint_b.total_size)],
    ]),
    `<ul>${conclusion(diff)
      .map((line) => `<li>${html(line)}</li>`)
      .join('')}</ul>\n`,
    ...sections.map(
      ({ title, lines }) =>
        `<details open><summary>${html(title)}</summary><pre>${lines.map(lineOf).join('\n')}</pre></details>\n`,
    ),
  ].join('');
}

/** @param {Shown[]} steps */
export const htmlOf = (steps) => `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Checkpoints compared</title>
<style>${STYLE}</style>
</head>
<body>
<h1>Checkpoints compared</h1>
${steps.length > 1 ? table(seriesRows(steps)) : ''}${steps.map(pairHtml).join('')}</body>
</html>
`;
