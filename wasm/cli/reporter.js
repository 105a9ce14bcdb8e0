// SPDX-License-Identifier: Apache-2.0
// Writes the reports of a run, in all forms that are wanted, and knows how the run ended.
import { randomUUID } from 'node:crypto';
import process from 'node:process';
import { EXIT, Failure } from './exit.js';
import { SEVERITIES, isFailing, countsOf, listedFrom } from '../report/findings.js';
import { FORMATS } from '../report/formats/index.js';
import { unreadableText } from '../report/formats/text.js';
import { listOf } from './options.js';
import { packageFile, reason, styleFor } from './output.js';
import { homepageOf, rulePageOf } from './project.js';
import { repositoryAt } from './repository.js';
import { FileSink, RenamedSink, StepSummary, wantedForms } from './sinks.js';
import { refuseOverwriting } from './write.js';

/**
 * @typedef {import('../report/findings.js').Entry} Entry
 * @typedef {import('../report/formats/index.js').Piece} Piece
 * @typedef {import('../report/formats/index.js').Writer} Writer
 *
 * @typedef {object} Target where a report goes
 * @property {string} format
 * @property {{write(text: string): Promise<void>, close?(): void}} sink
 * @property {(text: string) => string} [wrap]
 */

function page() {
  try {
    return packageFile('dist/viewer.html').toString();
  } catch (error) {
    const why = reason(/** @type {Error} */ (error).message);
    throw new Failure(
      `dist/viewer.html cannot be read: ${why}; in a clone of the repository "make" builds it`,
    );
  }
}

/** @param {import('./options.js').Context} context @param {readonly string[]} inputs @returns {Target[]} */
function targetsOf({ given, stdout, fail }, inputs) {
  const { GITHUB_ACTIONS: actions, GITHUB_STEP_SUMMARY: summary } = process.env;
  const wanted = wantedForms(given, fail);
  const outputs = wanted.flatMap(({ output }) => output ?? []);
  refuseOverwriting(outputs, inputs, fail);
  const toStdout = wanted.some(({ output }) => output === null);
  // In GitHub Actions annotations are made, too, unless something else is printed.
  const annotates = actions === 'true' && !toStdout;
  const forms =
    wanted.length === 0 || annotates ? [...wanted, { format: 'text', output: null }] : wanted;
  // What comes from a file must not be taken for a command.
  const token = randomUUID();
  const wrap = (/** @type {string} */ text) =>
    `::stop-commands::${token}\n${text.replace(/\n?$/, '\n')}::${token}::\n`;
  /** @type {Target[]} */
  const targets = forms.map(({ format, output }) => ({
    format,
    sink:
      output === null
        ? stdout
        : format === 'metrics'
          ? new RenamedSink(output)
          : new FileSink(output),
    ...(actions === 'true' && output === null && format === 'text' && { wrap }),
  }));
  if (annotates) targets.push({ format: 'github', sink: stdout });
  if (annotates && summary) targets.push({ format: 'markdown', sink: new StepSummary(summary) });
  return targets;
}

export class Reporter {
  #context;
  #failOn;
  #level;
  #targets;
  /** @type {{writer: Writer, target: Target}[]} */
  #writers;
  /** @type {import('../report/formats/index.js').Summary} */
  #summary = {
    ...{ checkpoints: 0, files: 0, unreadable: 0, failing: 0 },
    counts: { error: 0, warning: 0, info: 0 },
  };

  /**
   * @param {import('./options.js').Context} context
   * @param {{jobs: readonly import('./folder.js').Job[], options: any,
   *   failOn: import('../report/findings.js').FailOn,
   *   level: import('../report/findings.js').Severity | undefined, rules: readonly import('../report/rules-table.js').Rule[]}} run
   */
  constructor(context, { jobs, options, failOn, level, rules }) {
    const { values, switches, stdout, stderr } = context;
    this.#context = context;
    this.#failOn = failOn;
    this.#level = level;
    this.#targets = options.targets.length > 0;
    const inputs = [
      ...listOf(context.given, 'previous'),
      ...jobs.flatMap(({ kind, path, inputs: files }) =>
        kind === 'files' ? files.map((file) => file.path) : [path],
      ),
    ];
    const manifest = JSON.parse(packageFile('package.json').toString());
    const homepage = homepageOf(manifest);
    this.#writers = targetsOf(context, inputs).map((target) => {
      const format = /** @type {import('../report/formats/index.js').Format} */ (
        FORMATS.find(({ name }) => name === target.format)
      );
      const color = values.color ?? 'auto';
      const style = styleFor(target.sink === stdout ? color : 'never', stdout);
      // Where there are no colours, there is nothing else that only a terminal understands.
      const links = target.sink === stdout && stdout.isTerminal && style.bold('') !== '';
      const writer = format.report({
        style,
        errorStyle: styleFor(color, stderr),
        width: stdout.width,
        quiet: switches.has('quiet'),
        brief: switches.has('summary'),
        single: jobs.length === 1,
        targets: this.#targets,
        failOn,
        rules,
        version: manifest.version,
        homepage,
        rulePage: rulePageOf(homepage, links),
        links,
        repository: repositoryAt(
          process.env.GITHUB_WORKSPACE ?? process.env.CI_PROJECT_DIR ?? process.cwd(),
        ),
        page,
      });
      return { writer, target };
    });
  }

  /** Whether lines of the files are shown. */
  get showsLines() {
    return this.#writers.some(({ target }) => target.format === 'text');
  }

  /** The exit code. */
  get code() {
    if (this.#summary.unreadable > 0) return EXIT.unreadable;
    return this.#summary.failing > 0 ? EXIT.findings : EXIT.ok;
  }

  async begin() {
    for (const { writer, target } of this.#writers) {
      const out = writer.begin?.();
      if (out) await this.#write(target, [{ out }]);
    }
  }

  /** @param {Entry} entry */
  async entry(entry) {
    this.#count(entry);
    const { stdout, stderr, values } = this.#context;
    if (entry.unreadable && !this.#writers.some(({ target }) => target.sink === stdout)) {
      const style = styleFor(values.color ?? 'auto', stderr);
      await this.#tell(unreadableText(entry.shown, entry.unreadable.message, style));
    }
    for (const { writer, target } of this.#writers) {
      // Metrics are counts, which stay the same whatever is listed.
      const level =
        target.format === 'metrics' ? 'info' : (this.#level ?? this.#leastIn(target.format));
      await this.#write(target, writer.entry(listedFrom(entry, level)));
    }
    await stdout.flush(); // who reads it need not wait for the next one
  }

  /** @param {string} format @returns {import('../report/findings.js').Severity} */
  #leastIn(format) {
    if (format === 'text' && this.#context.switches.has('quiet')) return 'error';
    // Ten notes about a healthy checkpoint would take the place of another one's errors.
    return format === 'github' ? 'warning' : 'info';
  }

  async end() {
    for (const { writer, target } of this.#writers)
      await this.#write(target, writer.end(this.#summary));
  }

  close() {
    for (const { target } of this.#writers) target.sink.close?.();
  }

  /** @param {Entry} entry */
  #count(entry) {
    const summary = this.#summary;
    if (entry.unreadable) {
      summary.unreadable++;
      return;
    }
    if (entry.kind === 'files') summary.files += Object.keys(entry.files).length;
    else summary.checkpoints++;
    const counts = countsOf(entry);
    for (const severity of SEVERITIES) summary.counts[severity] += counts[severity];
    if (isFailing(entry, this.#failOn, this.#targets)) summary.failing++;
  }

  /** @param {Target} target @param {Iterable<Piece>} pieces */
  async #write({ sink, wrap }, pieces) {
    let wrapped = '';
    for (const { out, error } of pieces) {
      if (out !== undefined && wrap) wrapped += out;
      else if (out !== undefined) await sink.write(out);
      if (error !== undefined && sink === this.#context.stdout) await this.#tell(error);
    }
    if (wrap && wrapped !== '') await sink.write(wrap(wrapped));
  }

  /** @param {string} text */
  async #tell(text) {
    const { stdout, stderr } = this.#context;
    await stdout.flush(); // both may be the same terminal
    await stderr.write(text);
    await stderr.flush();
  }
}
