// SPDX-License-Identifier: Apache-2.0
// What the generators share: reading the tables that src/describe.c printed.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';

/**
 * @typedef {'VALUE' | 'POINTER' | 'SLICE' | 'MAP'} Shape how a type is held
 * @typedef {{name: string, goName: string, kind: string, doc: string}} Scalar
 * @typedef {{name: string, goName: string, doc: string, values: string[]}} StringType
 * @typedef {{json: string, member: string, type: string, goType: string, shape: Shape,
 *   when: 'ALWAYS' | 'OMITEMPTY', embedded: string | null, doc: string}} Field
 * @typedef {{name: string, goName: string, doc: string, fields: Field[]}} Struct
 * @typedef {{name: string, cName: string, file: string | null, reader: string | null,
 *   goName: string, type: string, shape: Shape, doc: string}} Kind
 * @typedef {{name: string, cName: string, group: string, value: string, doc: string}} Constant
 * @typedef {{id: string, area: string, severity: string, errorFor: string[], blocks: string[],
 *   needs: string, title: string, fix: string, what: string, why: string, reference: string}} Rule
 * @typedef {{name: string, doc: string, members: {name: string, type: string, doc: string}[]}} ReportObject
 */

/** The tables, with look-ups by C name. */
export class Tables {
  /** @param {string} file what describe.c printed */
  constructor(file) {
    const tables = JSON.parse(readFileSync(file, 'utf8'));
    /** @type {Kind[]} */
    this.kinds = tables.kinds;
    /** @type {Struct[]} */
    this.structs = tables.types;
    /** @type {StringType[]} */
    this.stringTypes = tables.stringTypes;
    /** @type {Constant[]} */
    this.constants = tables.constants;
    /** @type {Rule[]} */
    this.rules = tables.rules;
    /** Names of what can restore a checkpoint. @type {string[]} */
    this.targets = tables.targets;
    /** What may have to be arranged for a restore. @type {{name: string, doc: string}[]} */
    this.conditions = tables.conditions;
    /** The objects of a report, that itself first. @type {ReportObject[]} */
    this.report = tables.report;
    /** What a host is: src/rules/host.def. @type {{object: string, name: string, type: string, doc: string}[]} */
    this.host = tables.host;
    /** The objects that dumps are told in. @type {ReportObject[]} */
    this.views = tables.views;
    /** @type {Map<string, Scalar>} */
    this.scalarByName = byName(tables.scalars);
    this.stringTypeByName = byName(this.stringTypes);
    this.structByName = byName(this.structs);
  }
}

/**
 * @template {{name: string}} T
 * @param {T[]} list
 * @returns {Map<string, T>}
 */
function byName(list) {
  return new Map(list.map((entry) => [entry.name, entry]));
}

/**
 * Public name of a struct or string type: Go's name without its package. Two structs are called
 * Spec; the one with the annotations only is ReducedSpec.
 * @param {{goName: string}} type
 */
export function publicName({ goName }) {
  return goName === 'metadata.Spec' ? 'ReducedSpec' : goName.slice(goName.lastIndexOf('.') + 1);
}

/**
 * Runs a generator: `node GENERATOR build/describe.json OUTDIR`.
 * @param {(tables: Tables) => Map<string, string>} generate makes the files: name to content
 */
export function main(generate) {
  const [input, output] = process.argv.slice(2);
  if (input == null || output == null) {
    process.stderr.write(`usage: node ${process.argv[1]} DESCRIBE.json OUTDIR\n`);
    process.exit(2);
  }
  mkdirSync(output, { recursive: true });
  for (const [name, content] of generate(new Tables(input))) {
    writeFileSync(join(output, name), content);
  }
}
