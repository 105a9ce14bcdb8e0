// SPDX-License-Identifier: Apache-2.0
// rules.html: every rule with an anchor of its own.
import { escapeForTerminal } from '../report/escape.js';
import { documentPage, html } from './document-page.mjs';
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
const article = (rule) => `<article class="entry" id="${rule.id}">
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
  const areas = [...new Set(rules.map(({ area }) => area))];
  const of = (/** @type {string} */ area) => rules.filter((rule) => rule.area === area);
  const heading = (/** @type {string} */ area) => html(AREAS[area] ?? area);
  return documentPage({
    title: 'Rules of ckpt validate',
    lead: 'What is checked in checkpoints of containers, why, and what to do. Ids never change. The severity is the usual one; engines and restore targets can raise it, options change it.',
    body: `<nav aria-label="Areas">
${areas
  .map(
    (area) =>
      `<h2><a href="#area-${area}">${heading(area)}</a></h2><ul class="toc">${of(area)
        .map(({ id, title }) => `<li><a href="#${id}">${id}</a> ${html(title)}</li>`)
        .join('')}</ul>`,
  )
  .join('\n')}
</nav>
${areas.map((area) => `<section aria-labelledby="area-${area}"><h2 id="area-${area}">${heading(area)}</h2>\n${of(area).map(article).join('\n')}\n</section>`).join('\n')}`,
  });
}
