// SPDX-License-Identifier: Apache-2.0
// What the forms of a report have in common: whose findings they are and where those lie.
import { enums } from '../../dist/tables.js';
import { escapeForTerminal } from './escape.js';

/**
 * What the core says of a checkpoint (ckpt.validate); src/rules/report.def describes it.
 * @typedef {import('../../dist/types/report.d.ts').Severity} Severity
 * @typedef {import('../../dist/types/report.d.ts').Finding} Finding
 * @typedef {import('../../dist/types/report.d.ts').ReportTarget} Target
 * @typedef {import('../../dist/types/report.d.ts').Report} Report
 * @typedef {Pick<Finding, 'member' | 'pointer' | 'offset' | 'length' | 'line' | 'column'>} Place
 */

/**
 * What one thing named on the command line (or found in a folder) gave.
 * @typedef {object} Entry
 * @property {'archive' | 'folder' | 'files'} kind files: metadata files without an archive
 * @property {string} path of the file or folder, as the user wrote it, or below a folder of theirs
 * @property {string} [member] what in the file it is about, where not all of it was meant (FILE!MEMBER)
 * @property {string[]} [around] names in the file around the checkpoint of the report; none if it is the file's own
 * @property {string} shown path and member, safe to show
 * @property {Record<string, File>} files metadata files, by the names that they are checked as
 * @property {{code: string, message: string} | null} unreadable
 * @property {Report | null} report null if it is unreadable
 * @property {number[]} [ignored] numbers of exceptions that were needed, if that was asked for
 * @property {Texts} texts
 *
 * A metadata file; inner: its name in the file of that path.
 * @typedef {{path: string, shown: string, inner?: string[]}} File
 *
 * The files that lines are shown of, and the places in them that are not shown.
 * @typedef {{files: Map<string, Text>, containers: Texts[]}} Texts
 * @typedef {{bytes: Uint8Array, hidden: readonly {offset: number, length: number}[]}} Text
 */

/** From the worst. @type {readonly Severity[]} */
export const SEVERITIES = enums.severities;

/** Whether a severity is this one or worse. @param {Severity} severity @param {Severity} level */
export const isAtLeast = (severity, level) =>
  SEVERITIES.indexOf(severity) <= SEVERITIES.indexOf(level);

/** @returns {Texts} */
export const noTexts = () => ({ files: new Map(), containers: [] });

/**
 * A checkpoint of an entry: itself, then the containers in it.
 * @typedef {{report: Report, texts: Texts, inside: string[]}} Part inside: names of the containers around it
 */

/** @param {Entry} entry @returns {Generator<Part>} */
export function* partsOf({ report, texts, around = [] }) {
  if (!report) return;
  /** @type {Part[]} */
  const todo = [{ report, texts, inside: around }];
  for (let part; (part = todo.shift());) {
    yield part;
    const { report: outer, texts: outside, inside } = part;
    (outer.containers ?? []).forEach((inner, i) => {
      const name = inner.name || inner.container.name || String(i + 1);
      const own = outside.containers[i] ?? noTexts();
      todo.push({ report: inner, texts: own, inside: [...inside, name] });
    });
  }
}

/**
 * An entry of which only findings from a severity on are listed; counts, verdicts and trust stay.
 * @param {Entry} entry @param {Severity} level @returns {Entry}
 */
export function listedFrom(entry, level) {
  if (level === 'info' || !entry.report) return entry;
  /** @param {Report} report @returns {Report} */
  const listed = (report) => {
    const kept = report.findings.flatMap((finding, i) =>
      isAtLeast(finding.severity, level) ? [i] : [],
    );
    const place = new Map(kept.map((from, to) => [from, to]));
    /** @template {{finding: number}} T @param {T} one @returns {T} */
    const moved = (one) => ({ ...one, finding: place.get(one.finding) ?? -1 });
    return {
      ...report,
      findings: kept.map((i) => report.findings[i]),
      targets: report.targets.map((target) => ({
        ...target,
        reasons: target.reasons.map(moved),
        conditions: target.conditions.map((condition) => ({
          ...condition,
          evidence: moved(condition.evidence),
        })),
      })),
      trust: { ...report.trust, reasons: report.trust.reasons.map(moved) },
      containers: report.containers?.map(listed),
    };
  };
  return { ...entry, report: listed(entry.report) };
}

/** All found, also what is not listed. @param {Entry} entry @returns {Record<Severity, number>} */
export function countsOf(entry) {
  const counts = { error: 0, warning: 0, info: 0 };
  for (const { report } of partsOf(entry))
    for (const severity of SEVERITIES) counts[severity] += report.counts[severity];
  return counts;
}

/** @param {Record<Severity, number>} counts @param {Severity} level */
export const countAtLeast = (counts, level) =>
  SEVERITIES.reduce((sum, one) => sum + (isAtLeast(one, level) ? counts[one] : 0), 0);

/** What makes a run fail: a severity or worse; `verdict`: errors, and all verdicts but "restores"; `none`. */
export const FAIL_ON = /** @type {const} */ ([...SEVERITIES, 'verdict', 'none']);
/** @typedef {Severity | 'verdict' | 'none'} FailOn */

/** The severity from which on a finding makes a run fail, if any does. @param {FailOn} failOn @returns {Severity | undefined} */
export const failingSeverity = (failOn) =>
  failOn === 'none' ? undefined : failOn === 'verdict' ? 'error' : failOn;

/** How verdicts are told, the same in all forms. */
export const VERDICTS = {
  restores: 'restores',
  conditional: 'restores if',
  fails: 'does not restore',
  unknown: 'cannot tell',
};

/** What is still to be arranged: all that a host that was described does not have already. @param {Pick<Target, 'conditions'>} target */
export const openConditions = ({ conditions }) => conditions.filter(({ met }) => met !== 'yes');

/** `podman 5.2 does not restore it`. @param {Target} target */
export function verdictText(target) {
  const { name, version, verdict } = target;
  const who = `${name} ${version}`.trim();
  if (verdict === 'unknown') return `cannot tell whether ${who} restores it`;
  if (verdict === 'fails') return `${who} does not restore it`;
  if (verdict === 'restores') return `${who} restores it`;
  const { length } = openConditions(target);
  return `${who} restores it if ${length === 1 ? 'one condition is' : `${length} conditions are`} met`;
}

/** The target that a report is about: the first asked for, else the engine that made it. @param {Report} report @param {boolean} asked */
export const mainTarget = ({ targets, engine }, asked) =>
  asked ? targets[0] : targets.find(({ name }) => name === engine.name);

/** Why an archive is not to be trusted: the first three reasons, and what to do if it attacks. @param {Report} report */
export const trustReasons = ({ trust }) => [
  ...trust.reasons.slice(0, 3).map(({ id, message }) => `${message} [${id}]`),
  ...(trust.level === 'hostile' ? ['Restore it only where that can do no harm.'] : []),
];

/**
 * Why a run fails because of a verdict: sentences. Verdicts count for the targets that were asked
 * for; hostile archives always do.
 * @param {Entry} entry @param {FailOn} failOn @param {boolean} asked whether targets were asked for
 * @returns {string[]}
 */
export function failedVerdicts(entry, failOn, asked) {
  if (failOn === 'none') return [];
  /** @type {string[]} */
  const found = [];
  for (const { report } of partsOf(entry)) {
    if (report.trust.level === 'hostile') found.push('it is hostile');
    for (const target of asked ? report.targets : [])
      if (target.verdict === 'fails' || (failOn === 'verdict' && target.verdict !== 'restores'))
        found.push(verdictText(target));
  }
  return found;
}

/** Whether an entry makes the run fail. @param {Entry} entry @param {FailOn} failOn @param {boolean} asked */
export function isFailing(entry, failOn, asked) {
  const level = failingSeverity(failOn);
  if (level !== undefined && countAtLeast(countsOf(entry), level) > 0) return true;
  return failedVerdicts(entry, failOn, asked).length > 0;
}

/**
 * Where something lies: `file` is on the disk (`shown`: safe to show), `inner` names what is in it,
 * from the outside. Lines are lines of the file only if nothing is inner.
 * @typedef {{file: string, shown: string, inner: string[]}} Where
 */

/** What a file is called with what is meant of it: as the user wrote it. @param {Pick<Entry, 'path' | 'member'>} entry */
export const givenName = ({ path, member }) => (member === undefined ? path : `${path}!${member}`);

/** @param {Entry} entry @param {Part} part @param {{member: string}} place @returns {Where} */
export function whereIs({ kind, path, member: meant, shown: all, files }, { inside }, { member }) {
  const shown = meant === undefined ? all : escapeForTerminal(path);
  if (kind === 'files') {
    const file = files[member];
    if (!file) return { file: path, shown, inner: meant === undefined ? [] : [meant] };
    return { file: file.path, shown: file.shown, inner: file.inner ?? [] };
  }
  const names = [...inside, ...(member === '' ? [] : [member])];
  if (kind === 'archive' || names.length === 0) return { file: path, shown, inner: names };
  // In a folder the members are files; archives in it may have members again.
  const [first, ...rest] = names.join('/').split('!');
  const below = (/** @type {string} */ folder, /** @type {string} */ name) =>
    `${folder.replace(/\/+$/, '')}/${name}`;
  return {
    file: below(path, first),
    shown: below(shown, escapeForTerminal(first)),
    inner: rest.length > 0 ? [rest.join('!')] : [],
  };
}

/** `dump.tar!config.dump`, safe to show. @param {Where} where */
export const wholeName = ({ shown, inner }) => [shown, ...inner.map(escapeForTerminal)].join('!');

/** `:12:5`, or nothing. @param {{line: number | null, column: number | null}} place */
export const position = ({ line, column }) => (line === null ? '' : `:${line}:${column}`);

/**
 * A finding with all that the forms tell of it.
 * @typedef {{entry: Entry, part: Part, finding: Finding, where: Where}} Row
 */

/** @param {Entry} entry @returns {Generator<Row>} */
export function* rowsOf(entry) {
  for (const part of partsOf(entry))
    for (const finding of part.report.findings)
      yield { entry, part, finding, where: whereIs(entry, part, finding) };
}

/** What is not listed. @param {Entry} entry @returns {{name: string, id: string, count: number}[]} */
export const cutOf = (entry) =>
  [...partsOf(entry)].flatMap((part) =>
    part.report.cut.map((cut) => ({
      ...cut,
      name: wholeName(whereIs(entry, part, { member: '' })),
    })),
  );

/** What is wrong, and what to do about it. @param {Finding} finding */
export const withHint = ({ message, hint }) => (hint === '' ? message : `${message} ${hint}`);

/**
 * How files are called by tools of a repository. Not a matter of the forms: the page makes them, too.
 * @typedef {object} Repository
 * @property {(path: string) => string} path from the repository's root, with slashes; of others the whole one
 * @property {(path: string) => string} uri the same as a URI reference
 * @property {(text: string) => string} digest SHA-256, in hexadecimal digits
 */

/** A byte of a name that is not UTF-8, as a text has it. */
const BYTE = /[\udc80-\udcff]/gu;
/** @param {string} byte */
const hexOf = (byte) => (byte.charCodeAt(0) & 0xff).toString(16);

/** @param {string} text */
export const wellFormed = (text) =>
  text.replace(BYTE, (byte) => `\\x${hexOf(byte)}`).replace(/\p{Cs}/gu, '\ufffd');

/** @param {string} path */
export const uriPath = (path) =>
  path
    .split('/')
    .map((name) =>
      name
        .split(/([\udc80-\udcff])/u)
        .map((part, i) => (i % 2 === 1 ? `%${hexOf(part)}` : encodeURIComponent(wellFormed(part))))
        .join(''),
    )
    .join('/');

/** Makes names of findings that stay the same while lines move, and differ within a run. */
export class Fingerprints {
  /** @type {Map<string, number>} */
  #seen = new Map();
  #repository;

  /** @param {Repository} repository */
  constructor(repository) {
    this.#repository = repository;
  }

  /** @param {Row} row @returns {string} 64 hexadecimal digits */
  of({ finding: { id, member, pointer, message }, where: { file, inner } }) {
    const place = [id, this.#repository.path(file), ...inner, member, pointer];
    // Where there is no pointer, the message tells findings of one file apart.
    if (pointer === '') place.push(message);
    return this.#make(place);
  }

  /** Of what could not be read. @param {string} path @returns {string} */
  ofUnreadable(path) {
    return this.#make(['unreadable', this.#repository.path(path)]);
  }

  /** @param {string[]} place */
  #make(place) {
    const digest = this.#repository.digest(JSON.stringify(place));
    const count = (this.#seen.get(digest) ?? 0) + 1;
    this.#seen.set(digest, count);
    return count === 1 ? digest : this.#repository.digest(`${digest}:${count}`);
  }
}
