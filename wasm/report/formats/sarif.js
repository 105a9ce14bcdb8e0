// SPDX-License-Identifier: Apache-2.0
// SARIF 2.1.0, as GitHub's code scanning and other collectors take it. Members of archives are nested
// artifacts; their URI is the archive's with the member after it, so that results do not mix.
import { asciiJson, escapeForTerminal } from '../escape.js';
import {
  Fingerprints,
  cutOf,
  partsOf,
  rowsOf,
  uriPath,
  verdictText,
  whereIs,
  wholeName,
  withHint,
} from '../findings.js';
import { linksIn, ruleMarkdown, ruleText } from '../rules-table.js';

/** @typedef {import('../findings.js').Where} Where */
/** @typedef {import('../findings.js').Place & {endLine?: number | null, endColumn?: number | null, archiveOffset?: number | null}} AnyPlace */

const SCHEMA =
  'https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json';
const LEVELS = { error: 'error', warning: 'warning', info: 'note' };
/** GitHub refuses runs with more results. */
const MOST = 25_000;
const TAR_HEADER = 512;

/** Brackets would be read as a link, {0} as a place for an argument. @param {string} text any */
const message = (text) => ({
  text: escapeForTerminal(text)
    .replaceAll('](', '] (')
    .replace(/\{(?=\d+\})/g, '{ '),
});

/** @param {any} value */
const print = (value) => asciiJson(JSON.stringify(value));

/** Files and members that results lie in, in the order in which they are first named. */
class Artifacts {
  /** @type {any[]} */
  list = [];
  /** @type {Map<string, number>} */
  #numbers = new Map();
  #repository;

  /** @param {import('../findings.js').Repository} repository */
  constructor(repository) {
    this.#repository = repository;
  }

  /** @param {Where} where @returns {{uri: string, index: number}} */
  at({ file, inner }) {
    let uri = this.#repository.uri(file);
    let index = this.#number(uri, {});
    for (const name of inner) {
      uri += `/${uriPath(name)}`;
      index = this.#number(uri, { parentIndex: index });
    }
    return { uri, index };
  }

  /** @param {import('../findings.js').Entry} entry */
  of({ path, shown }) {
    return this.at({ file: path, shown, inner: [] });
  }

  /** @param {string} uri @param {object} more */
  #number(uri, more) {
    const known = this.#numbers.get(uri);
    if (known !== undefined) return known;
    const index = this.list.length;
    this.#numbers.set(uri, index);
    this.list.push({ location: { uri, index }, ...more });
    return index;
  }
}

/** @param {AnyPlace} place */
function region({ line, column, endLine, endColumn, offset, length, archiveOffset }) {
  const bytes = offset === null ? {} : { byteOffset: offset, byteLength: length ?? 0 };
  if (line !== null && column !== null)
    return {
      startLine: line,
      startColumn: column,
      ...(endLine && { endLine }),
      ...(endColumn && { endColumn }),
      ...bytes,
    };
  // Collectors want a line even where there is none.
  const header =
    archiveOffset == null ? bytes : { byteOffset: archiveOffset, byteLength: TAR_HEADER };
  return { startLine: 1, ...header };
}

/** @param {import('../rules-table.js').Rule} rule @param {(id: string) => string} [page] of a rule, or '' */
function ruleOf(rule, page) {
  const { id, title, what, severity, area, reference } = rule;
  const uri = page?.(id) || linksIn(reference).find((link) => link.uri !== null)?.uri;
  return {
    id,
    shortDescription: { text: title },
    // The page knows no more of a rule than its title.
    ...(what !== '' && {
      fullDescription: { text: what },
      help: { text: ruleText(rule), markdown: ruleMarkdown(rule) },
    }),
    ...(uri && { helpUri: uri }),
    defaultConfiguration: { level: LEVELS[severity] },
    properties: { tags: [area] },
  };
}

/** @type {import('./index.js').Format} */
export const sarif = {
  name: 'sarif',
  help: 'SARIF 2.1.0',
  report({ repository, rules, version, homepage, rulePage }) {
    const artifacts = new Artifacts(repository);
    const fingerprints = new Fingerprints(repository);
    const known = new Map(rules.map((rule) => [rule.id, rule]));
    /** @type {Map<string, number>} */
    const used = new Map();
    /** @type {any[]} */
    const notes = [];
    let count = 0;
    let left = 0;

    /** @param {import('../findings.js').Row} row */
    function result(row) {
      const { entry, part, finding, where } = row;
      const { id, severity, related, pointer } = finding;
      const ruleIndex = used.get(id) ?? used.size;
      used.set(id, ruleIndex);
      const fingerprint = fingerprints.of(row);
      const locationOf = (/** @type {Where} */ at, /** @type {AnyPlace} */ place) => ({
        physicalLocation: { artifactLocation: artifacts.at(at), region: region(place) },
      });
      return {
        ruleId: id,
        ruleIndex,
        level: LEVELS[severity],
        message: message(withHint(finding)),
        locations: [
          {
            ...locationOf(where, finding),
            ...(pointer !== '' && {
              logicalLocations: [
                { fullyQualifiedName: escapeForTerminal(pointer), kind: 'member' },
              ],
            }),
          },
        ],
        ...(related.length > 0 && {
          relatedLocations: related.map((place, i) => ({
            id: i + 1,
            ...locationOf(whereIs(entry, part, place), place),
            message: message(place.message),
          })),
        }),
        partialFingerprints: {
          'ckpt/v1': fingerprint,
          primaryLocationLineHash: `${fingerprint.slice(0, 16)}:1`,
        },
      };
    }

    /** @type {object[]} what each report says besides its findings */
    const verdicts = [];

    return {
      begin: () => `{\n"$schema": "${SCHEMA}",\n"version": "2.1.0",\n"runs": [{\n"results": [`,
      *entry(entry) {
        if (entry.unreadable)
          notes.push({
            level: 'error',
            message: message(`could not be read: ${entry.unreadable.message}`),
            locations: [
              {
                physicalLocation: {
                  artifactLocation: artifacts.of(entry),
                },
              },
            ],
          });
        else artifacts.of(entry);
        for (const part of partsOf(entry)) {
          if (verdicts.length === MOST) break;
          const { targets, trust, coverage } = part.report;
          verdicts.push({
            file: wholeName(whereIs(entry, part, { member: '' })),
            trust: trust.level,
            notChecked: coverage.notChecked.length,
            targets: targets.map((target) => ({
              name: target.name,
              verdict: target.verdict,
              text: escapeForTerminal(verdictText(target)),
            })),
          });
        }
        for (const row of rowsOf(entry)) {
          if (count === MOST) {
            left++;
            continue;
          }
          yield { out: `${count === 0 ? '' : ','}\n${print(result(row))}` };
          count++;
        }
        for (const { name, id, count: more } of cutOf(entry))
          notes.push({
            level: 'note',
            message: message(`${name}: ${more} more findings of ${id}`),
          });
      },
      *end({ unreadable }) {
        if (left > 0)
          notes.push({
            level: 'warning',
            message: message(`${left} more findings are not listed`),
          });
        const listed = [...used.keys()].map((id) => {
          const rule = known.get(id);
          return rule ? ruleOf(rule, rulePage) : { id };
        });
        const driver = {
          ...{ name: 'ckpt', semanticVersion: version, version },
          ...(homepage && { informationUri: homepage }),
          rules: listed,
        };
        const invocation = {
          executionSuccessful: unreadable === 0,
          toolExecutionNotifications: notes,
        };
        yield {
          out: `\n],\n"tool": ${print({ driver })},\n"artifacts": ${print(artifacts.list)},\n"invocations": ${print([invocation])},\n"columnKind": "unicodeCodePoints",\n"properties": ${print({ verdicts })}\n}]\n}\n`,
        };
      },
    };
  },
};
