// SPDX-License-Identifier: Apache-2.0
// Metrics in the text format of Prometheus, for the textfile collector of the node exporter: how many, never which. Names
// of checkpoints are no labels, so that their number cannot grow with what is checked.
import { enums } from '../../../dist/tables.js';
import { escapeForTerminal } from '../escape.js';
import { SEVERITIES, VERDICTS, cutOf, partsOf, rowsOf } from '../findings.js';

/** What stands between the quotes of a label. @param {string} text any */
const label = (text) => escapeForTerminal(text).replaceAll('\\', '\\\\').replaceAll('"', '\\"');

/**
 * @param {string} name @param {string} help @param {Iterable<[Record<string, string>, number]>} samples
 * @returns {string} lines
 */
function family(name, help, samples) {
  let out = `# HELP ckpt_${name} ${help}\n# TYPE ckpt_${name} gauge\n`;
  for (const [labels, value] of samples) {
    const list = Object.entries(labels).map(([key, text]) => `${key}="${label(text)}"`);
    out += `ckpt_${name}${list.length > 0 ? `{${list.join()}}` : ''} ${value}\n`;
  }
  return out;
}

/** @type {import('./index.js').Format} */
export const metrics = {
  name: 'metrics',
  help: 'counts for Prometheus',
  report({ rules, version }) {
    const severities = new Map(rules.map(({ id, severity }) => [id, severity]));
    /** @type {Map<string, Map<string, number>>} */
    const verdicts = new Map();
    const trust = new Map(enums.trust.map((level) => [level, 0]));
    /** By rule, then by severity. @type {Map<string, Map<string, number>>} */
    const found = new Map();
    /** @param {Map<string, Map<string, number>>} all @param {string} key @param {string} name @param {number} count */
    const add = (all, key, name, count) => {
      const own = all.get(key) ?? new Map();
      all.set(key, own.set(name, (own.get(name) ?? 0) + count));
    };
    return {
      *entry(entry) {
        for (const { report } of partsOf(entry)) {
          for (const { name, verdict } of report.targets) add(verdicts, name, verdict, 1);
          trust.set(report.trust.level, (trust.get(report.trust.level) ?? 0) + 1);
        }
        for (const { finding } of rowsOf(entry)) add(found, finding.id, finding.severity, 1);
        for (const { id, count } of cutOf(entry))
          add(found, id, [...(found.get(id)?.keys() ?? [])][0] ?? severities.get(id) ?? '', count);
        yield* [];
      },
      *end({ checkpoints, files, unreadable, failing, counts }) {
        const one = (/** @type {number} */ value) =>
          /** @type {[Record<string, string>, number][]} */ ([[{}, value]]);
        const sorted = [...found].sort(([a], [b]) => (a < b ? -1 : 1));
        yield {
          out: [
            family('info', 'Version of the program.', [[{ version }, 1]]),
            family(
              'checkpoints',
              'Archives and folders checked in the last run.',
              one(checkpoints),
            ),
            family('metadata_files', 'Metadata files checked without an archive.', one(files)),
            family('unreadable', 'What could not be read.', one(unreadable)),
            family('failing', 'What makes the exit code 1.', one(failing)),
            family(
              'verdicts',
              'Checkpoints by target and verdict.',
              [...verdicts].flatMap(([target, own]) =>
                Object.keys(VERDICTS).map(
                  (verdict) =>
                    /** @type {[Record<string, string>, number]} */ ([
                      { target, verdict },
                      own.get(verdict) ?? 0,
                    ]),
                ),
              ),
            ),
            family(
              'trust',
              'Checkpoints by trust.',
              [...trust].map(([level, count]) => [{ level }, count]),
            ),
            family(
              'findings',
              'Findings by severity.',
              SEVERITIES.map((severity) => [{ severity }, counts[severity]]),
            ),
            family(
              'rule_findings',
              'Findings by rule and severity.',
              sorted.flatMap(([rule, own]) =>
                [...own].map(
                  ([severity, count]) =>
                    /** @type {[Record<string, string>, number]} */ ([{ rule, severity }, count]),
                ),
              ),
            ),
          ].join(''),
        };
      },
    };
  },
};
