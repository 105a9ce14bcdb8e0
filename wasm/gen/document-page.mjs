// SPDX-License-Identifier: Apache-2.0
// Pages of documentation in the style of the viewer: no script, nothing to load.
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { transformSync } from 'esbuild';

const OWN_STYLE = `
.doc { max-width: 52rem; margin: 0 auto; padding: clamp(1.5rem, 6vh, 3.5rem) 1.25rem 4rem; }
.doc > p { color: var(--quiet); margin: .5rem 0 1.5rem; }
.doc h1 { font-size: 1.75rem; line-height: 1.2; }
.doc h2 { margin: 2.5rem 0 .75rem; font-size: 1.3rem; }
.doc h3 { margin-top: 1.25rem; }
.entry h3 { margin-top: 0; }
.toc { columns: 18rem; gap: 2rem; margin: 0 0 1.25rem; }
.doc p code, .doc th code, .doc td code { white-space: nowrap; }
.doc > table { margin-bottom: 1.25rem; }
.toc li { padding: .1rem 0; break-inside: avoid; }
.entry { margin: 0 0 1rem; padding: 1rem 1.25rem; background: var(--card); border: 1px solid var(--line); border-radius: var(--radius); box-shadow: var(--shadow); }
.entry:target { border-color: var(--accent-text); }
.entry h3 { font-size: 1.05rem; color: var(--text); }
.entry h3 a { color: inherit; text-decoration: none; font-family: var(--mono); }
.entry h3 a:hover { text-decoration: underline; }
.entry h4 { margin: .75rem 0 .1rem; font-size: .85rem; color: var(--quiet); }
.entry p { margin: .35rem 0; }
.tag { display: inline-block; margin: .25rem .35rem 0 0; padding: 0 .55rem; border-radius: 99px; font-size: .8rem; background: var(--sunken); color: var(--quiet); }
.error { background: var(--error-soft); color: var(--error); }
.warning { background: var(--warning-soft); color: var(--warning); }
.info { background: var(--info-soft); color: var(--info); }
.entry pre { margin: .25rem 0; padding: .6rem .8rem; background: var(--sunken); border-radius: 8px; font: .85em/1.5 var(--mono); white-space: pre-wrap; }
.samples { display: grid; gap: 0 1rem; grid-template-columns: repeat(auto-fit, minmax(min(100%, 19rem), 1fr)); }
.doc table { border-collapse: collapse; }
.doc th, .doc td { padding: .15rem 1rem .15rem 0; text-align: left; vertical-align: top; font-weight: inherit; }
.doc th { white-space: nowrap; }
@media (max-width: 40rem) { .doc th, .doc td { display: block; padding-right: 0; } .doc td { padding-bottom: .4rem; } }
`;

/** @param {string} text */
export const html = (text) =>
  text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');

/** @param {{title: string, lead: string, body: string}} parts body: HTML @returns {string} the page */
export function documentPage({ title, lead, body }) {
  const base = readFileSync(
    fileURLToPath(new URL('../../web/style/base.css', import.meta.url)),
    'utf8',
  );
  const style = transformSync(base + OWN_STYLE, { loader: 'css', minify: true }).code.trim();
  const hash = createHash('sha256').update(style).digest('base64');
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8" />
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'sha256-${hash}'; base-uri 'none'; form-action 'none'" />
<meta name="viewport" content="width=device-width, initial-scale=1" />
<meta name="referrer" content="no-referrer" />
<meta name="color-scheme" content="light dark" />
<title>${html(title)}</title>
<style>${style}</style>
</head>
<body>
<main class="doc">
<h1>${html(title)}</h1>
<p>${html(lead)}</p>
${body}
</main>
</body>
</html>
`;
}
