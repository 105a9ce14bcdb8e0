// SPDX-License-Identifier: Apache-2.0
// Findings for people: `path!member:line:column: severity: message [id]`, the lines around the place,
// what to do, and with which engines the checkpoint can be restored.
import { escapeForTerminal } from '../escape.js';
import {
  cutOf,
  countsOf,
  mainTarget,
  openConditions,
  partsOf,
  position,
  rowsOf,
  trustReasons,
  VERDICTS,
  verdictText,
  whereIs,
  wholeName,
} from '../findings.js';
import { frame } from '../frame.js';

/** @typedef {import('../../cli/output.js').Style} Style */
/** @typedef {import('../findings.js').Severity} Severity */

/** Longer messages are cut in the middle: what was found and expected stands at the end. */
const LONGEST = 400;
const HEAD = 200;
/** Reasons and conditions of a verdict that are printed, at most. */
const REASONS = 3;
const CONDITIONS = 12;

/** @param {string} message @returns {string} safe to show */
function shown(message) {
  const text =
    message.length <= LONGEST
      ? message
      : `${message.slice(0, HEAD)} ... ${message.slice(HEAD - LONGEST)}`;
  return escapeForTerminal(text);
}

/** @param {number} count @param {string} noun @param {string} [plural] */
export const counted = (count, noun, plural = `${noun}s`) =>
  `${count} ${count === 1 ? noun : plural}`;

/** `2 errors, 1 warning`. @param {Record<Severity, number>} counts */
export const countsText = ({ error, warning, info }) =>
  [
    ...(error > 0 ? [counted(error, 'error')] : []),
    ...(warning > 0 ? [counted(warning, 'warning')] : []),
    ...(info > 0 ? [`${info} info`] : []),
  ].join(', ') || 'no findings';

/** @param {Severity} severity @param {Style} style */
const colourOf = (severity, style) =>
  ({ error: style.red, warning: style.yellow, info: style.cyan })[severity];

/**
 * @param {{name: string, finding: import('../findings.js').Finding}} what name: safe to show
 * @param {import('../findings.js').Text | undefined} text of the file, if its lines may be shown
 * @param {Style} style
 * @param {number} width
 * @param {(member: string) => string} [nameOf] how another member is called
 * @param {(id: string) => string} [link] a rule's id as it is shown
 */
export function findingText(
  { name, finding },
  text,
  style,
  width,
  nameOf = escapeForTerminal,
  link = (rule) => rule,
) {
  const { id, severity, message, hint, line, offset, length, related } = finding;
  const head = `${style.bold(`${name}${position(finding)}:`)} ${colourOf(severity, style)(`${severity}:`)}`;
  let out = `${head} ${shown(message)}${id === '' ? '' : ` ${style.dim(`[${link(id)}]`)}`}\n`;
  if (severity === 'info') return out; // it must not bury what is wrong
  if (text && offset !== null && line !== null)
    out += frame(text, { offset, length: length ?? 0, line }, width, style);
  for (const place of related)
    out += `  ${style.cyan('see:')} ${nameOf(place.member)}${position(place)}: ${shown(place.message)}\n`;
  if (hint !== '') out += `  ${style.cyan('hint:')} ${shown(hint)}\n`;
  return out;
}

/** @param {string} name safe to show @param {string} message @param {Style} style */
export const unreadableText = (name, message, style) =>
  `${style.bold(`${name}:`)} ${style.red('unreadable:')} ${shown(message)}\n`;

/** Why, in lines: rules whose findings stand above already are only named. @param {import('../findings.js').Target} target */
function reasonLines({ reasons }) {
  const listed = new Set(reasons.flatMap(({ id, finding }) => (finding >= 0 ? [id] : [])));
  const others = new Set(
    reasons.flatMap(({ id, message, finding }) =>
      finding >= 0 ? [] : [`${shown(message)}${id === '' ? '' : ` [${id}]`}`],
    ),
  );
  const lines = [...others];
  if (listed.size > 0) lines.unshift(`because of ${[...listed].join(', ')}`);
  const more = lines.length - REASONS;
  return more > 0 ? [...lines.slice(0, REASONS), `and ${counted(more, 'more reason')}`] : lines;
}

/** What has to be arranged, in lines. @param {import('../findings.js').Target} target */
function conditionLines(target) {
  if (target.verdict === 'fails') return [];
  const open = openConditions(target);
  const lines = open.map(
    ({ text, option, host }) =>
      shown(text) + (option === '' ? '' : ` (${shown(option)})`) + (host ? ` ${shown(host)}` : ''),
  );
  const met = target.conditions.length - open.length;
  if (met > 0 && open.length > 0) lines.push(`${counted(met, 'more condition')} met by the host`);
  const more = lines.length - CONDITIONS;
  return more > 0
    ? [...lines.slice(0, CONDITIONS), `and ${counted(more, 'more condition')}`]
    : lines;
}

/** Whether the archive may be trusted, and why not. @param {string} name @param {import('../findings.js').Report} report @param {Style} style */
function trustText(name, report, style) {
  const { level } = report.trust;
  const colour = level === 'hostile' ? style.red : style.yellow;
  const reasons = trustReasons(report).map((reason) => `  ${shown(reason)}\n`);
  return `${style.bold(`${name}:`)} ${colour(level)}\n${reasons.join('')}`;
}

/** Which engines restore it, and why not. @param {string} name @param {import('../findings.js').Report} report @param {Style} style */
function matrix(name, { targets }, style) {
  const widest = (/** @type {string[]} */ texts) =>
    Math.max(...texts.map(({ length }) => length)) + 3;
  const rows = targets.map((target) => ({
    title: label(target),
    verdict: target.verdict,
    lines: [...reasonLines(target), ...conditionLines(target)],
  }));
  // What is no checkpoint, or is damaged, is that for all of them.
  const [{ verdict: common, lines: same }] = rows;
  const alike = rows.every(
    ({ verdict, lines }) => verdict === common && lines.join('\n') === same.join('\n'),
  );
  if (alike && rows.length > 2 && same.length > 0)
    rows.splice(0, rows.length, { ...rows[0], title: `all ${rows.length}` });
  const engines = widest(rows.map(({ title }) => title));
  const verdicts = widest(rows.map(({ verdict }) => VERDICTS[verdict]));
  let out = `${style.bold(`${name}:`)} where it can be restored\n`;
  for (const { title, verdict, lines } of rows) {
    const colour = {
      restores: style.bold,
      conditional: style.yellow,
      fails: style.red,
      unknown: style.yellow,
    }[verdict];
    const [first = '', ...rest] = lines;
    const gap = first === '' ? '' : ' '.repeat(verdicts - VERDICTS[verdict].length);
    out += `  ${title.padEnd(engines)}${colour(VERDICTS[verdict])}${gap}${first}\n`;
    for (const line of rest) out += `${' '.repeat(2 + engines + verdicts)}${line}\n`;
  }
  return out;
}

/** @param {import('../findings.js').Target} target */
const label = ({ name, version }) =>
  escapeForTerminal(version === '' ? name : `${name} ${version}`);

/** @param {import('./index.js').Summary} summary */
export function summaryText({ checkpoints, files, counts, unreadable }) {
  const checked = [
    ...(checkpoints > 0 || files === 0 ? [counted(checkpoints, 'checkpoint')] : []),
    ...(files > 0 ? [counted(files, 'metadata file')] : []),
  ].join(' and ');
  let line = `${checked} checked`;
  if (checkpoints + files > 0) line += `: ${countsText(counts)}`;
  if (unreadable > 0) line += `; ${unreadable} could not be read`;
  return line;
}

/** @type {import('./index.js').Format} */
export const text = {
  name: 'text',
  help: 'for people',
  report({ style, errorStyle, width, quiet, brief, single, targets, links, rulePage }) {
    const link = (/** @type {string} */ id) => {
      const uri = links ? rulePage?.(id) : '';
      return uri ? `\x1b]8;;${uri}\x1b\\${id}\x1b]8;;\x1b\\` : id;
    };
    let any = false;
    const apart = (/** @type {string} */ out) => {
      const first = !any;
      any = true;
      return { out: first ? out : `\n${out}` };
    };
    return {
      *entry(entry) {
        const { shown: name, unreadable } = entry;
        if (unreadable) yield { error: unreadableText(name, unreadable.message, errorStyle) };
        if (!entry.report) return;
        if (brief) {
          any = true;
          const { engine, container } = entry.report;
          const made = engine.name === 'unknown' ? '' : engine.display;
          const what = [made, container.name ?? ''].filter(Boolean).join(' ');
          const about = what === '' ? '' : ` (${escapeForTerminal(what)})`;
          const { trust } = entry.report;
          const target = mainTarget(entry.report, targets);
          const said = [
            countsText(countsOf(entry)),
            ...(target ? [escapeForTerminal(verdictText(target))] : []),
            ...(trust.level === 'clean' ? [] : [trust.level]),
          ];
          yield { out: `${name}:${about} ${said.join('; ')}\n` };
          return;
        }
        let notes = false;
        for (const { part, finding, where } of rowsOf(entry)) {
          const nameOf = (/** @type {string} */ member) =>
            wholeName(whereIs(entry, part, { member }));
          const file = part.texts.files.get(finding.member);
          const at = { name: wholeName(where), finding };
          const out = findingText(at, file, style, width, nameOf, link);
          const isNote = finding.severity === 'info';
          yield isNote && notes ? { out } : apart(out);
          notes = isNote;
        }
        for (const cut of cutOf(entry))
          yield apart(
            `${style.bold(`${cut.name}:`)} ${counted(cut.count, 'more finding')} of ${cut.id}\n`,
          );
        if (quiet) return;
        for (const part of partsOf(entry)) {
          const { report } = part;
          const { length } = report.targets;
          const asked = targets || (entry.kind !== 'files' && (single || report.counts.error > 0));
          if (report.trust.level !== 'clean')
            yield apart(trustText(wholeName(whereIs(entry, part, { member: '' })), report, style));
          if (length === 0 || !asked) continue;
          yield apart(matrix(wholeName(whereIs(entry, part, { member: '' })), report, style));
        }
      },
      *end(summary) {
        if (!quiet) yield apart(`${summaryText(summary)}\n`);
      },
    };
  },
};
