// SPDX-License-Identifier: Apache-2.0
// The report in the forms of the command line, written by the very code that writes them there.
/// <reference path="../modules.d.ts" />
import version from 'page:version';
import { countsOf, noTexts, rowsOf, uriPath } from '../../wasm/report/findings.js';
import { html } from '../../wasm/report/formats/html.js';
import { json } from '../../wasm/report/formats/json.js';
import { markdown } from '../../wasm/report/formats/markdown.js';
import { sarif } from '../../wasm/report/formats/sarif.js';
import { escapeForTerminal } from '../../wasm/report/escape.js';
import { T } from '../text.js';
import { api } from './api.js';
import { fitting } from './fitting.js';
import { ruleOf } from './rules.js';
import { sha256 } from '../../wasm/report/sha256.js';

/** The forms, with the ends of their file names. */
export const FORMS = { json: '.json', sarif: '.sarif', markdown: '.md', html: '.html' };
/** @typedef {keyof typeof FORMS} Form */
const WRITERS = { json, sarif, markdown, html };

/** A rule that this page does not know. */
const NO_RULE = { area: '', title: '', what: '', why: '', fix: '', reference: '' };

/** What the page draws into, as it was. */
const blank =
  typeof document === 'undefined' ? null : document.getElementById('app')?.cloneNode(true);

/** This page as it was before anything was shown. */
function page() {
  const copy = /** @type {HTMLElement} */ (document.documentElement.cloneNode(true));
  const body = /** @type {HTMLElement} */ (copy.querySelector('body'));
  for (const element of [copy, body])
    for (const name of element.getAttributeNames())
      if (name !== 'lang') element.removeAttribute(name);
  for (const element of copy.querySelectorAll('#ckpt-embedded, [data-checkpoint], [rel=manifest]'))
    element.remove();
  if (blank) copy.querySelector('#app')?.replaceWith(blank.cloneNode(true));
  const title = copy.querySelector('title');
  if (title) title.textContent = T.title;
  return `<!doctype html>\n${copy.outerHTML}\n`;
}

/** Findings whose lines go along. */
const FRAMED = 1000;

/** The lines around findings, without the secrets in them: those of a page that is sent on. @param {import('./store.js').Item} item @returns {Promise<import('../types.d.ts').FrameLine[][]>} */
export async function framesOf({ id, model }) {
  const findings = model?.report.findings.slice(0, FRAMED) ?? [];
  return api.frames({ item: id, findings: [...findings.keys()] });
}

/** Views that can go along: the metadata, and tables. */
export const TAKEN = ['metadata', 'processes', 'openfiles', 'sockets', 'memory', 'mounts'];

/** @typedef {import('../types.d.ts').Carried} Carried */

/** What goes along of these views. @param {import('./store.js').Item} item @param {string[]} views @returns {Promise<Carried>} */
export const carriedOf = async ({ id }, views) =>
  views.length > 0 ? fitting(await api.carried({ item: id, views })) : { tables: [], left: [] };

/** @param {import('./store.js').Item} item @param {import('../types.d.ts').FrameLine[][]} [frames] @param {Carried} [carried] @returns {any} what the command line has for each of its operands */
function entryOf({ name, model }, frames, { tables = [], metadata } = { tables: [], left: [] }) {
  const { loose, report } = /** @type {import('../types.d.ts').Model} */ (model);
  const named = (/** @type {string} */ path) => ({ path, shown: escapeForTerminal(path) });
  /** Without what the worker added. @type {(place: any) => any} */
  const bare = ({ index: _, inner: __, ...place }) => place;
  const findings = report.findings.map(({ related, ...finding }) =>
    bare({ ...finding, related: related.map(bare) }),
  );
  return {
    ...named(name),
    kind: loose ? 'files' : 'archive',
    files: loose ? Object.fromEntries(findings.map(({ member }) => [member, named(member)])) : {},
    unreadable: null,
    report: {
      ...report,
      findings,
      ...(frames && { frames }),
      ...(tables.length > 0 && { tables }),
      ...(metadata && { metadata }),
    },
    texts: noTexts(),
  };
}

/** @param {Form} form @param {import('./store.js').Item} item that was read @param {import('../types.d.ts').FrameLine[][]} [frames] lines of its findings, which go along @param {Carried} [carried] @returns {string} */
export function written(form, item, frames, carried) {
  const entry = entryOf(item, frames, carried);
  const counts = countsOf(entry);
  const options = {
    quiet: false,
    brief: false,
    rules: [...new Set(Array.from(rowsOf(entry), ({ finding: { id } }) => id))].map((id) => ({
      ...(ruleOf(id) ?? NO_RULE),
      id,
    })),
    version,
    repository: { path: (/** @type {string} */ path) => path, uri: uriPath, digest: sha256 },
    page,
  };
  const writer = WRITERS[form].report(/** @type {any} */ (options));
  const summary = {
    checkpoints: entry.kind === 'files' ? 0 : 1,
    files: Object.keys(entry.files).length,
    unreadable: 0,
    failing: counts.error > 0 ? 1 : 0,
    counts,
  };
  let text = writer.begin?.() ?? '';
  for (const piece of [...writer.entry(entry), ...writer.end(summary)]) text += piece.out ?? '';
  return text;
}
