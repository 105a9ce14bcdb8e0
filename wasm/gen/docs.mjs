// SPDX-License-Identifier: Apache-2.0
// docs.html: the command line and the API on one page, from the table of commands and the declarations.
// node wasm/gen/docs.mjs DIST
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { argv } from 'node:process';
import { COMMANDS } from '../cli/commands.js';
import { EXIT_HELP } from '../cli/exit.js';
import { GLOBAL_OPTIONS, spelled } from '../cli/options.js';
import { DIFFERENCES } from './checkpointctl-differences.mjs';
import { documentPage, html } from './document-page.mjs';

/** The entries of the package whose declarations are described, and the files that these are in. */
const ENTRIES = [
  ['container-checkpoint', ['index', 'checkpoint', 'dump', 'report']],
  ['container-checkpoint/node', ['node']],
  ['container-checkpoint/report', ['render']],
  ['container-checkpoint/write', ['write']],
  ['container-checkpoint/rules', ['rules']],
  ['Metadata of checkpoints', ['model']],
];

/** @param {string} text with words in backquotes */
const prose = (text) => html(text).replace(/`([^`]+)`/g, '<code>$1</code>');

/** The same for texts of commands, where options and command lines stand in quotes or as they are. @param {string} text */
const helpProse = (text) =>
  prose(text)
    .replace(/&quot;((?:ckpt|checkpointctl|crit) (?:(?!&quot;).)*)&quot;/g, '<code>$1</code>')
    .replace(/<code>.*?<\/code>|(?<![\w-])--[a-z][\w-]*(?:=\w+)?/g, (found) =>
      found.startsWith('<') ? found : `<code>${found}</code>`,
    );

/** The paragraphs of a comment; tags begin paragraphs of their own. @param {string} comment */
const paragraphs = (comment) =>
  comment
    .replace(/\{@link (\w+)\}/g, '`$1`')
    .replace(/^@param (\w+)\s*/gm, '\n`$1`: ')
    .replace(/^@(throws|returns)\b/gm, (all, tag) => (tag === 'throws' ? '\nThrows' : '\nReturns'))
    .replace(/^@(\w+)\b.*$/gm, '')
    .split(/\n\n+/)
    .filter(Boolean)
    .map((paragraph) => `<p>${prose(paragraph)}</p>`)
    .join('\n');

/** @param {readonly (readonly [string, string])[]} rows HTML */
const table = (rows) =>
  `<table>${rows.map(([name, text]) => `<tr><th scope="row">${name}</th><td>${text}</td></tr>`).join('\n')}</table>`;

/** @param {import('../cli/options.js').Option} option @returns {[string, string]} */
const optionRow = (option) => [
  `<code>${html(spelled(option))}</code>`,
  helpProse(option.help) +
    (option.preset === undefined ? '' : ` (default: ${html(option.preset)})`),
];

const capital = (/** @type {string} */ text) => text[0].toUpperCase() + text.slice(1);

/** @param {import('../cli/options.js').Command} command */
const commandArticle = ({ name, summary, operands, details, options, examples }) => `
<article class="entry" id="ckpt-${name}"><h3><a href="#ckpt-${name}">ckpt ${name}</a></h3><p>${helpProse(capital(summary))}.</p>
<pre>ckpt ${name} [OPTION]... ${html(operands)}</pre>
${details.map((text) => `<p>${helpProse(text)}</p>`).join('\n')}
${options.length > 0 ? `<h4>Options</h4>${table(options.map(optionRow))}` : ''}
<h4>Examples</h4><pre>${html(examples.join('\n'))}</pre></article>`;

/**
 * What a file of declarations exports: its comment without the stars, and its text.
 * @param {string} text of the file
 * @returns {{name: string, comment: string, code: string}[]}
 */
export function declarationsOf(text) {
  const found = [];
  const lines = text.split('\n');
  for (let i = 0; i < lines.length; i++) {
    const [, name] =
      /^export (?:declare )?(?:abstract )?(?:interface|type|class|function|const|enum) (\w+)/.exec(
        lines[i],
      ) ?? [];
    if (name === undefined) continue;
    let from = i;
    if (lines[i - 1]?.endsWith('*/')) {
      from--;
      while (!lines[from].trimStart().startsWith('/**')) from--;
    }
    const comment = lines
      .slice(from, i)
      .map((line) => line.replace(/^\s*(\/\*\*|\*\/|\*)? ?/, '').replace(/ ?\*\/$/, ''))
      .join('\n')
      .trim();
    // Up to the line that closes what the first one opens.
    let end = i;
    if (!/;$/.test(lines[i])) while (end + 1 < lines.length && !/^\S/.test(lines[end + 1])) end++;
    if (/^[}\])]/.test(lines[end + 1] ?? '')) end++;
    found.push({ name, comment, code: lines.slice(i, end + 1).join('\n') });
    i = end;
  }
  return found;
}

/** @param {string} entry @param {ReturnType<typeof declarationsOf>[number]} declaration */
const declarationArticle = (entry, { name, comment, code }) => `
<article class="entry" id="${entry}-${name}"><h3><a href="#${entry}-${name}">${name}</a></h3>
${paragraphs(comment)}
<pre>${html(code)}</pre></article>`;

/** @param {string} dist the folder with types/, and where docs.html goes */
function docs(dist) {
  const commands = COMMANDS.map(
    ({ name, summary }) =>
      /** @type {const} */ ([
        `<a href="#ckpt-${name}"><code>ckpt ${name}</code></a>`,
        helpProse(summary),
      ]),
  );
  const ids = new Map(ENTRIES.map(([entry]) => [entry, String(entry).replace(/\W+/g, '-')]));
  const sections = [
    ['commands', 'Commands'],
    ['options', 'Options of every command, exit codes'],
    ['checkpointctl', 'Where ckpt answers otherwise than checkpointctl'],
    ...[...ids].map(([entry, id]) => [id, entry]),
  ].map(([id, title]) => `<li><a href="#${id}">${title}</a></li>`);
  let body = `<nav><ul class="toc">${sections.join('\n')}
<li><a href="rules.html">Rules of <code>ckpt validate</code></a></li></ul></nav>
<h2 id="commands">Commands</h2>${table(commands)}
<h2 id="options">Options of every command</h2>${table(GLOBAL_OPTIONS.map(optionRow))}
<h3>Exit codes</h3>${table(EXIT_HELP.map(([code, text]) => [String(code), helpProse(String(text))]))}
${COMMANDS.map(commandArticle).join('\n')}
<h2 id="checkpointctl">Where ckpt answers otherwise than checkpointctl</h2>
<p>Called by the name <code>checkpointctl</code> it does not: there all 90 tests of that project's command line pass. Under its own name these do not, on purpose.</p>
${DIFFERENCES.map(([what, why, tests]) => `<article class="entry"><p>${prose(what)}</p><p>${prose(why)}</p><p class="quiet">${/\D/.test(tests) ? 'Tests' : 'Test'} ${html(tests)} of checkpointctl.bats.</p></article>`).join('\n')}`;
  for (const [entry, files] of ENTRIES) {
    const id = ids.get(entry) ?? '';
    const declarations = [files]
      .flat()
      .flatMap((file) => declarationsOf(readFileSync(join(dist, 'types', `${file}.d.ts`), 'utf8')));
    const links = declarations.map(
      ({ name }) => `<li><a href="#${id}-${name}"><code>${name}</code></a></li>`,
    );
    body += `<h2 id="${id}">${entry}</h2><ul class="toc">${links.join('\n')}</ul>
${declarations.map((one) => declarationArticle(id, one)).join('\n')}`;
  }
  return documentPage({
    title: 'Commands and API of container-checkpoint',
    lead: 'Every command with its options, and everything that the package exports.',
    body,
  });
}

if (argv[2]) writeFileSync(join(argv[2], 'docs.html'), docs(argv[2]));
