// SPDX-License-Identifier: Apache-2.0
// rules.html: every rule with an anchor of its own, in the style of the page. No script, nothing to load.
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { transformSync } from 'esbuild';
import { escapeForTerminal } from '../report/escape.js';
import { effects, linksIn, sampleLines } from '../report/rules-table.js';

/** @typedef {import('../../dist/types/rules.d.ts').Rule} Rule */

/** Headings of the areas. @type {Record<string, string>} */
const AREAS = {
  container: 'The archive',
  config: 'config.dump',
  spec: 'spec.dump',
  'side-files': "The engines' own files",
  'file-system': 'File system data',
  'criu-images': 'Images of the processes',
  'across-files': 'Across files',
  restore: 'Restoring',
  privacy: 'Privacy and security',
  'image-pod': 'Images and pods',
};
/** @type {Record<string, string>} */
const NEEDS = { M: 'metadata files', A: 'the list of members', C: 'images of the processes' };

const OWN_STYLE = `
.doc { max-width: 52rem; margin: 0 auto; padding: clamp(1.5rem, 6vh, 3.5rem) 1.25rem 4rem; }
.doc > p { color: var(--quiet); margin: .5rem 0 1.5rem; }
.doc h1 { font-size: 1.75rem; line-height: 1.2; }
.doc h2 { margin: 2.5rem 0 .75rem; font-size: 1.3rem; }
.toc { columns: 18rem; gap: 2rem; }
.toc li { padding: .1rem 0; break-inside: avoid; }
.rule { margin: 0 0 1rem; padding: 1rem 1.25rem; background: var(--card); border: 1px solid var(--line); border-radius: var(--radius); box-shadow: var(--shadow); }
.rule:target { border-color: var(--accent-text); }
.rule h3 { font-size: 1.05rem; color: var(--text); }
.rule h3 a { color: inherit; text-decoration: none; font-family: var(--mono); }
.rule h3 a:hover { text-decoration: underline; }
.rule h4 { margin: .75rem 0 .1rem; font-size: .85rem; color: var(--quiet); }
.tag { display: inline-block; margin: .25rem .35rem 0 0; padding: 0 .55rem; border-radius: 99px; font-size: .8rem; background: var(--sunken); color: var(--quiet); }
.error { background: var(--error-soft); color: var(--error); }
.warning { background: var(--warning-soft); color: var(--warning); }
.info { background: var(--info-soft); color: var(--info); }
.rule pre { margin: .25rem 0; padding: .6rem .8rem; background: var(--sunken); border-radius: 8px; font: .85em/1.5 var(--mono); white-space: pre-wrap; }
.samples { display: grid; gap: 0 1rem; grid-template-columns: repeat(auto-fit, minmax(min(100%, 19rem), 1fr)); }
`;

/** @param {string} text */
const html = (text) =>
  text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');

/** Text in which what has an address is a link. @param {string} text */
const linked = (text) =>
  linksIn(text)
    .map(({ text: piece, uri }) =>
      uri === null ? html(piece) : `<a href="${html(uri)}" rel="noreferrer">${html(piece)}</a>`,
    )
    .join('');

/** @param {string} heading @param {string} body HTML */
const part = (heading, body) => (body === '' ? '' : `<h4>${heading}</h4>${body}`);

/** @param {string} heading @param {Rule['bad']} sample */
const sampleBox = (heading, sample) =>
  sample == null
    ? ''
    : `<div>${part(heading, `<pre>${html(sampleLines(sample).map(escapeForTerminal).join('\n'))}</pre>`)}</div>`;

/** @param {Rule} rule */
const article = (rule) => `<article class="rule" id="${rule.id}">
<h3><a href="#${rule.id}">${rule.id}</a> ${html(rule.title)}</h3>
<p><span class="tag ${rule.severity}">${rule.severity}</span>${[...rule.needs]
  .filter((letter) => NEEDS[letter])
  .map((letter) => `<span class="tag">${NEEDS[letter]}</span>`)
  .join('')}${effects(rule)
  .map((text) => `<span class="tag">${html(text)}</span>`)
  .join('')}</p>
${part('What is checked', rule.what && `<p>${linked(rule.what)}</p>`)}
${part('Why', rule.why && `<p>${linked(rule.why)}</p>`)}
${part('What to do', rule.fix && `<p>${linked(rule.fix)}</p>`)}
${part('Where to read more', rule.reference && `<p>${linked(rule.reference)}</p>`)}
<div class="samples">${sampleBox('Wrong', rule.bad)}${sampleBox('Right', rule.good)}</div>
</article>`;

/** @param {readonly Rule[]} rules @returns {string} the page */
export function rulesPage(rules) {
  const base = readFileSync(
    fileURLToPath(new URL('../../web/style/base.css', import.meta.url)),
    'utf8',
  );
  const style = transformSync(base + OWN_STYLE, { loader: 'css', minify: true }).code.trim();
  const hash = createHash('sha256').update(style).digest('base64');
  const areas = [...new Set(rules.map(({ area }) => area))];
  const of = (/** @type {string} */ area) => rules.filter((rule) => rule.area === area);
  const heading = (/** @type {string} */ area) => html(AREAS[area] ?? area);
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8" />
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'sha256-${hash}'; base-uri 'none'; form-action 'none'" />
<meta name="viewport" content="width=device-width, initial-scale=1" />
<meta name="referrer" content="no-referrer" />
<meta name="color-scheme" content="light dark" />
<title>Rules of ckpt validate</title>
<style>${style}</style>
</head>
<body>
<main class="doc">
<h1>Rules of ckpt validate</h1>
<p>What is checked in checkpoints of containers, why, and what to do. Ids never change. The severity is the usual one; engines and restore targets can raise it, options change it.</p>
<nav aria-label="Areas">
${areas
  .map(
    (area) =>
      `<h2><a href="#area-${area}">${heading(area)}</a></h2><ul class="toc">${of(area)
        .map(({ id, title }) => `<li><a href="#${id}">${id}</a> ${html(title)}</li>`)
        .join('')}</ul>`,
  )
  .join('\n')}
</nav>
${areas.map((area) => `<section aria-labelledby="area-${area}"><h2 id="area-${area}">${heading(area)}</h2>\n${of(area).map(article).join('\n')}\n</section>`).join('\n')}
</main>
</body>
</html>
`;
}
