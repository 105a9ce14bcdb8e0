// SPDX-License-Identifier: Apache-2.0
// What differs between checkpoints, for a terminal and as Markdown; and the table of a series.
import { displayWidth, escapeForTerminal } from '../report/escape.js';
import { plain } from '../report/markdown.js';
import { box, heading } from './diff-reference.js';
import { VERDICTS, conclusion } from './diff-view.js';

/**
 * @typedef {import('../api/diff.js').Diff} Diff
 * A step from one checkpoint to the next.
 * @typedef {{diff: Diff, reference: {json: any, tree: any}, sections: import('./diff-view.js').Section[]}} Shown
 */

/** The letter of a checkpoint, and what the user calls it. @param {string} letter @param {any} side */
export const named = (letter, { container }) =>
  `  ${letter}: ${escapeForTerminal(container.name)} (${escapeForTerminal(container.id)})`;

/** @param {Diff} diff */
export const strangers = (diff) =>
  diff.sameContainer
    ? ''
    : `The checkpoints are of different containers:\n${named('A', diff.a)}\n${named('B', diff.b)}\n\n`;

/** @param {Shown} shown */
function pairText({ diff, reference, sections }) {
  return [
    strangers(diff),
    heading(reference.json),
    ...sections.map(({ title, lines }) => box(title, lines)),
    `Summary:\n${escapeForTerminal(reference.json.summary.split('\n')[0])}\n${conclusion(diff).join('\n')}\n`,
  ].join('');
}

/** @param {any[]} list @param {string} change */
const count = (list, change) => list.filter((one) => one.change === change).length;

/** @param {any[]} list */
function plusMinus(list) {
  const [came, went] = [count(list, 'added'), count(list, 'removed')];
  return list.length === 0 ? '=' : `+${came} -${went} ~${list.length - came - went}`;
}

/** A table of the steps, the names of its columns first. Texts are as the files have them. @param {Shown[]} steps @returns {string[][]} */
export const seriesRows = (steps) => [
  ['A', 'B', 'Time of B', 'Pages', 'Processes', 'Files', 'Sockets', 'Verdict of B'],
  ...steps.map(({ diff: { a, b, memory, processes, files, sockets, verdict }, reference }) => [
    a.name,
    b.name,
    reference.json.checkpoint_b.created,
    memory ? `+${memory.pages.added} -${memory.pages.removed} ~${memory.pages.changed}` : '-',
    ...[processes, files, sockets].map(plusMinus),
    verdict ? VERDICTS[verdict.after] : '-',
  ]),
];

/** @param {Shown[]} steps */
function seriesText(steps) {
  const rows = seriesRows(steps).map((row) => row.map(escapeForTerminal));
  const widths = rows[0].map((_, i) => Math.max(...rows.map((row) => displayWidth(row[i]))));
  const line = (/** @type {string[]} */ row) =>
    row
      .map((cell, i) => cell + ' '.repeat(widths[i] - displayWidth(cell)))
      .join('   ')
      .trimEnd();
  return `Series:\n${rows.map(line).join('\n')}\n`;
}

/** @param {Shown[]} steps */
export function treeOf(steps) {
  if (steps.length === 1) return pairText(steps[0]);
  const titled = steps.map(
    (step, i) =>
      `══ ${i + 1}: ${escapeForTerminal(step.diff.a.name)} → ${escapeForTerminal(step.diff.b.name)} ══\n\n${pairText(step)}\n`,
  );
  return `${titled.join('')}${seriesText(steps)}`;
}

/** @param {Shown} shown @param {string} level of its heading: "#" */
function pairMarkdown({ diff, reference: { json }, sections }, level) {
  const side = (
    /** @type {string} */ letter,
    /** @type {any} */ { name },
    /** @type {any} */ info,
  ) => `| ${letter} | ${plain(name)} | ${plain(info.created)} | ${info.total_size} |\n`;
  return [
    `${level} ${plain(json.container_name || 'Checkpoints')}: A → B\n\n`,
    strangers(diff).replace(/^ {2}/gm, '* '),
    '| | File | Time | Bytes |\n| - | - | - | -: |\n',
    side('A', diff.a, json.checkpoint_a),
    side('B', diff.b, json.checkpoint_b),
    ...sections.map(
      ({ title, lines }) =>
        `\n${level}# ${title}\n\n${lines.map((line) => `    ${line}\n`).join('')}`,
    ),
    `\n${level}# Summary\n\n${conclusion(diff)
      .map((line) => `* ${plain(line)}\n`)
      .join('')}`,
  ].join('');
}

/** @param {Shown[]} steps */
export function markdownOf(steps) {
  if (steps.length === 1) return pairMarkdown(steps[0], '#');
  const rows = seriesRows(steps).map((row) => `| ${row.map(plain).join(' | ')} |\n`);
  rows.splice(1, 0, `|${' - |'.repeat(8)}\n`);
  return `# Series\n\n${rows.join('')}\n${steps.map((step) => pairMarkdown(step, '##')).join('\n')}`;
}
