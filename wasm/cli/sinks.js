// SPDX-License-Identifier: Apache-2.0
// Where the reports of a run go: --format and --output, as they stand on the command line.
import { appendFileSync } from 'node:fs';
import { closeSync, openSync, renameSync, rmSync, writeSync } from '../api/node-fs.js';
import process from 'node:process';
import { Buffer } from 'node:buffer';
import { Failure } from './exit.js';
import { reason } from './output.js';
import { escapeForTerminal } from '../report/escape.js';

/** @typedef {{format: string, output: string | null}} Wanted null: standard output */

/** What the ending of a report's name says of its form. @type {Record<string, string>} */
const ENDINGS = {
  html: 'html',
  json: 'json',
  jsonl: 'jsonl',
  md: 'markdown',
  prom: 'metrics',
  sarif: 'sarif',
  tap: 'tap',
  txt: 'text',
  xml: 'junit',
};

/** @param {string} name of a file */
const formOf = (name) => ENDINGS[/\.(\w+)$/.exec(name)?.[1].toLowerCase() ?? ''];

/**
 * Which form goes where. An --output belongs to the --format before it; with one of each their order
 * does not matter. Without a --format the ending of its name tells the form, or it is text.
 * @param {readonly {name: string, value: string}[]} given
 * @param {(message: string) => Error} fail
 * @returns {Wanted[]} none if nothing was said
 */
export function wantedForms(given, fail) {
  const parts = given.filter(({ name }) => name === 'format' || name === 'output');
  const formats = parts.filter(({ name }) => name === 'format');
  const outputs = parts.filter(({ name }) => name === 'output');
  if (outputs.length === 1 && formats.length <= 1)
    return [
      {
        format: formats[0]?.value ?? formOf(outputs[0].value) ?? 'text',
        output: outputs[0].value,
      },
    ];
  /** @type {Wanted[]} */
  const wanted = [];
  for (const { name, value } of parts) {
    const last = wanted.at(-1);
    if (name === 'format') wanted.push({ format: value, output: null });
    else if (last && last.output === null) last.output = value;
    else if (formOf(value) !== undefined) wanted.push({ format: formOf(value), output: value });
    else if (last) throw fail(`--format ${last.format} has two options --output`);
    else throw fail('with several --output options, each must follow its --format');
  }
  for (const { output } of wanted) {
    if (wanted.filter((other) => other.output === output).length < 2) continue;
    const where =
      output === null
        ? 'to standard output; give them an --output'
        : `to ${escapeForTerminal(output)}`;
    throw fail(`several report formats cannot go ${where}`);
  }
  return wanted;
}

/** A file that a report is written to. */
export class FileSink {
  #path;
  #fd = -1;

  /** @param {string} path */
  constructor(path) {
    this.#path = path;
    this.#try(() => (this.#fd = openSync(path, 'w')));
  }

  /** @param {string} text */
  async write(text) {
    this.#try(() => {
      const bytes = Buffer.from(text);
      for (let at = 0; at < bytes.length;) at += writeSync(this.#fd, bytes, at);
    });
  }

  close() {
    this.#try(() => closeSync(this.#fd));
  }

  /** @param {() => unknown} run */
  #try(run) {
    try {
      run();
    } catch (error) {
      const why = reason(/** @type {Error} */ (error).message);
      throw new Failure(`${escapeForTerminal(this.#path)} cannot be written: ${why}`);
    }
  }
}

/** A file that is there whole or as it was before: the node exporter may read it at any time. */
export class RenamedSink extends FileSink {
  #path;
  #made;
  #whole = false;

  /** @param {string} path */
  constructor(path) {
    const made = `${path}.${process.pid}.tmp`;
    super(made);
    this.#path = path;
    this.#made = made;
  }

  /** @override @param {string} text all of it */
  async write(text) {
    await super.write(text);
    this.#whole = true;
  }

  /** @override */
  close() {
    super.close();
    try {
      if (this.#whole) renameSync(this.#made, this.#path);
      else rmSync(this.#made);
    } catch (error) {
      const why = reason(/** @type {Error} */ (error).message);
      throw new Failure(`${escapeForTerminal(this.#path)} cannot be written: ${why}`);
    }
  }
}

/** GitHub takes no longer summaries of a step. */
const SUMMARY_LIMIT = 1_000_000;

/** The summary of a step in GitHub Actions. */
export class StepSummary {
  #path;
  #left = SUMMARY_LIMIT;

  /** @param {string} path */
  constructor(path) {
    this.#path = path;
  }

  /** @param {string} text */
  async write(text) {
    if (this.#left <= 0) return;
    this.#left -= Buffer.byteLength(text);
    try {
      appendFileSync(
        this.#path,
        this.#left > 0 ? text : '\n\nThe rest is left out: the summary would be too long.\n',
      );
    } catch (error) {
      const why = reason(/** @type {Error} */ (error).message);
      throw new Failure(`the summary of the step cannot be written: ${why}`);
    }
  }

  close() {}
}
