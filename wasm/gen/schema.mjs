// SPDX-License-Identifier: Apache-2.0
// Writes a JSON Schema (draft 2020-12) for every metadata file of the tables, for the report, for what
// ckpt validate prints, and for its configuration.
//   node wasm/gen/schema.mjs build/describe.json dist/schema
import { main, publicName } from './describe.mjs';
import { configSchema, validateSchema } from './schema-command.mjs';
import { diffSchema } from './schema-diff.mjs';

/** @typedef {import('./describe.mjs').Tables} Tables */
/** @typedef {{[key: string]: unknown}} Schema */

const COMMENT =
  'What the Go package metadata of checkpointctl accepts, this schema accepts: unknown names are ' +
  'ignored, null leaves a value as it is. The package refuses more than a schema can: it knows ' +
  'its names in any mix of upper and lower case too, and checks every value of a repeated name ' +
  '(the last one counts); integers have no fraction and no exponent (1.0 and 1e3 are errors), ' +
  'unsigned ones are not written -0, the limits of 64-bit integers are exact; times hold no ' +
  'escapes; at most 10000 levels are nested.';

/** Smallest and largest value of Go's integers, by the scalar's kind in C. */
const RANGES = new Map(
  ['int32', 'int64', 'uint16', 'uint32', 'uint64'].map((kind) => {
    const bits = BigInt(kind.replace(/\D/g, ''));
    return [
      kind,
      kind.startsWith('u')
        ? [0n, (1n << bits) - 1n]
        : [-(1n << (bits - 1n)), (1n << (bits - 1n)) - 1n],
    ];
  }),
);

/** Go's time.Time: RFC 3339, and one-digit hours, a comma before the fraction, offsets to 24:60. */
const DATE =
  '(?:(?:0[13578]|1[02])-(?:0[1-9]|[12][0-9]|3[01])|(?:0[469]|11)-(?:0[1-9]|[12][0-9]|30)' +
  '|02-(?:0[1-9]|[12][0-9]))';
const CLOCK = '(?:[01]?[0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](?:[.,][0-9]+)?';
const ZONE = '(?:Z|[+-](?:[01][0-9]|2[0-4]):(?:[0-5][0-9]|60))';
const TIME = `^[0-9]{4}-${DATE}T${CLOCK}${ZONE}$`;

/**
 * The schema of one value of a type.
 * @param {Tables} tables
 * @param {string} name of a scalar, string type or struct
 * @returns {Schema}
 */
function one(tables, name) {
  const named = tables.structByName.get(name) ?? tables.stringTypeByName.get(name);
  if (named != null) return { $ref: `#/$defs/${publicName(named)}` };
  const kind = tables.scalarByName.get(name)?.kind ?? '';
  const range = RANGES.get(kind);
  if (range != null) return { type: ['integer', 'null'], minimum: range[0], maximum: range[1] };
  switch (kind) {
    case 'string':
      return { type: ['string', 'null'] };
    case 'bool':
      return { type: ['boolean', 'null'] };
    case 'time':
      return { $ref: '#/$defs/Time' };
    case 'any':
      return {};
    default:
      throw new Error(`no schema for ${name}`);
  }
}

/**
 * The schema of what holds a type.
 * @param {Tables} tables
 * @param {{type: string, shape: import('./describe.mjs').Shape}} holder
 * @returns {Schema}
 */
function held(tables, { type, shape }) {
  const value = one(tables, type);
  if (shape === 'SLICE') return { type: ['array', 'null'], items: value };
  return shape === 'MAP' ? { type: ['object', 'null'], additionalProperties: value } : value;
}

/**
 * The definition that `$ref` names.
 * @param {Tables} tables
 * @param {string} name
 * @returns {Schema}
 */
function definition(tables, name) {
  if (name === 'Time') {
    return {
      description: 'RFC 3339 time; the digits after the ninth of a fraction are dropped.',
      $comment: 'The package refuses February 29 in years that are no leap years.',
      type: ['string', 'null'],
      pattern: TIME,
      examples: ['0001-01-01T00:00:00Z', '2024-01-31T12:34:56.789012345+01:00'],
    };
  }
  const struct = tables.structs.find((type) => publicName(type) === name);
  if (struct != null) {
    return {
      description: struct.doc,
      type: ['object', 'null'],
      properties: Object.fromEntries(
        struct.fields.map((field) => [
          field.json,
          { description: field.doc, ...held(tables, field) },
        ]),
      ),
    };
  }
  const string = tables.stringTypes.find((type) => publicName(type) === name);
  if (string == null) throw new Error(`nothing is called ${name}`);
  const examples = string.values.length === 0 ? {} : { examples: string.values };
  return {
    description: `${string.doc} Go does not check the value.`,
    type: ['string', 'null'],
    ...examples,
  };
}

/**
 * Names of the definitions that a schema refers to.
 * @param {unknown} schema
 * @returns {string[]}
 */
function references(schema) {
  if (typeof schema !== 'object' || schema == null) return [];
  return Object.entries(schema).flatMap(([key, value]) =>
    key === '$ref' ? [String(value).replace('#/$defs/', '')] : references(value),
  );
}

/**
 * @param {Tables} tables
 * @param {import('./describe.mjs').Kind} kind
 * @returns {Schema}
 */
function schemaOf(tables, kind) {
  const root = held(tables, kind);
  /** @type {Map<string, Schema>} */
  const definitions = new Map();
  const wanted = references(root);
  for (let name = wanted.shift(); name != null; name = wanted.shift()) {
    if (definitions.has(name)) continue;
    const schema = definition(tables, name);
    definitions.set(name, schema);
    wanted.push(...references(schema));
  }
  const sorted = [...definitions].sort(([a], [b]) => (a < b ? -1 : 1));
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    $id: `urn:container-checkpoint:schema:${kind.name}`,
    title: `${kind.name} (Go: ${kind.goName})`,
    description: kind.doc,
    $comment: COMMENT,
    ...root,
    ...(sorted.length === 0 ? {} : { $defs: Object.fromEntries(sorted) }),
  };
}

/** @type {Record<string, Schema>} */
const REPORT_TYPES = {
  boolean: { type: 'boolean' },
  integer64: { type: 'integer' },
  text: { $ref: '#/$defs/Text' },
  string: { type: 'string' },
  integer: { type: 'integer' },
  version: { const: 1 },
  severity: { enum: ['error', 'warning', 'info'] },
  verdict: { enum: ['restores', 'conditional', 'fails', 'unknown'] },
  trust: { enum: ['clean', 'suspicious', 'hostile'] },
};

/** The schema of a type of src/rules/report.def. @param {string} type @returns {Schema} */
function reportType(type) {
  if (type.endsWith('?')) return reportType(type.slice(0, -1));
  if (type.endsWith('[]')) return { type: 'array', items: reportType(type.slice(0, -2)) };
  if (type.endsWith('|null')) {
    const { type: simple, ...rest } = reportType(type.slice(0, -5));
    return typeof simple === 'string' && Object.keys(rest).length === 0
      ? { type: [simple, 'null'] }
      : { anyOf: [reportType(type.slice(0, -5)), { type: 'null' }] };
  }
  return REPORT_TYPES[type] ?? { $ref: `#/$defs/${type}` };
}

/** Definitions of the objects of a table. @param {import('./describe.mjs').ReportObject[]} objects */
const objectSchemas = (objects) =>
  objects.map(({ name, doc, members }) => [
    name,
    {
      description: doc,
      type: 'object',
      properties: Object.fromEntries(
        members.map((member) => [
          member.name,
          { description: member.doc, ...reportType(member.type) },
        ]),
      ),
      required: members.filter(({ type }) => !type.endsWith('?')).map((member) => member.name),
      additionalProperties: false,
    },
  ]);

/** @param {Tables} tables @returns {Schema} */
function reportSchema({ report, conditions }) {
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    $id: 'urn:container-checkpoint:schema:report:1',
    title: 'Report of a validation',
    description: report[0].doc,
    $ref: `#/$defs/${report[0].name}`,
    $defs: {
      condition: { enum: conditions.map(({ name }) => name) },
      ...Object.fromEntries(objectSchemas(report)),
    },
  };
}

/** What a host is, by src/rules/host.def. @param {Tables} tables @returns {Schema} */
function hostSchema({ host }) {
  const string = { type: 'string' };
  /** @type {Record<string, (name: string) => Schema>} */
  const types = {
    VERSION: () => ({ const: 1 }),
    INTEGER: () => ({ type: 'integer', minimum: 0 }),
    TEXT: () => string,
    TEXTS: () => ({ type: 'array', items: string }),
    TABLE: () => ({ type: 'object', additionalProperties: string }),
    FILES: () => ({ type: 'object', additionalProperties: { type: ['boolean', 'string'] } }),
    OBJECT: (name) => objectOf(name),
    OBJECTS: (name) => ({ type: 'array', items: objectOf(name) }),
  };
  /** @param {string} object @returns {Schema} */
  const objectOf = (object) => ({
    type: 'object',
    properties: Object.fromEntries(
      host
        .filter((row) => row.object === object)
        .map(({ name, type, doc }) => [name, { description: doc, ...types[type](name) }]),
    ),
    additionalProperties: false,
  });
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    $id: 'urn:container-checkpoint:schema:host:1',
    title: 'A host that is to restore checkpoints',
    description: 'What the script of "ckpt host" prints.',
    ...objectOf(''),
    required: ['version'],
  };
}

/** The commands that show what is in a dump, and what of src/criu/views.def they print. */
const VIEWS = /** @type {const} */ ([
  ['ps', 'ProcessView', 'Process'],
  ['files', 'FileView', 'OpenFile'],
  ['sockets', 'SocketView', 'Socket'],
  ['mounts', 'MountView', 'Mount'],
  ['ns', 'NamespaceView', 'NamespaceContent'],
]);

/**
 * What `ckpt COMMAND --format json` prints.
 * @param {Tables} tables @param {string} command @param {string} view @param {string} row
 * @returns {Schema}
 */
function viewSchema({ views }, command, view, row) {
  const definitions = Object.fromEntries(objectSchemas(views));
  // Where several checkpoints are shown, each row says of which one it is.
  for (const name of [row, 'Gap'])
    definitions[name].properties.file = {
      description: 'The checkpoint, where several are shown.',
      type: 'string',
    };
  definitions.Text = {
    description:
      'Bytes of a process or a file name: a string, or their digits if they are no UTF-8.',
    anyOf: [{ type: 'string' }, { $ref: '#/$defs/Hex' }],
  };
  const root = definitions[view];
  /** @type {Record<string, unknown>} */
  const used = {};
  for (const wanted = references(root); wanted.length > 0;) {
    const name = /** @type {string} */ (wanted.shift());
    if (name in used) continue;
    used[name] = definitions[name];
    wanted.push(...references(definitions[name]));
  }
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    $id: `urn:container-checkpoint:schema:${command}:1`,
    title: `ckpt ${command} --format json`,
    ...root,
    $defs: used,
  };
}

/**
 * JSON with exact integers: JSON.stringify knows no bigint, and a number holds 53 bits only.
 * @param {unknown} value
 * @param {string} indent
 * @returns {string}
 */
function print(value, indent = '') {
  if (typeof value === 'bigint') return value.toString();
  if (typeof value !== 'object' || value == null) return JSON.stringify(value);
  const isList = Array.isArray(value);
  const inner = `${indent}  `;
  const parts = Object.entries(value).map(
    ([key, entry]) => (isList ? '' : `${JSON.stringify(key)}: `) + print(entry, inner),
  );
  const [open, close] = isList ? '[]' : '{}';
  const line = `${open}${isList ? parts.join(', ') : ` ${parts.join(', ')} `}${close}`;
  if (parts.length === 0) return open + close;
  if (indent.length + line.length <= 96 && !line.includes('\n')) return line;
  return `${open}\n${inner}${parts.join(`,\n${inner}`)}\n${indent}${close}`;
}

main((tables) => {
  /** @type {Map<string, string>} */
  const files = new Map();
  for (const kind of tables.kinds)
    if (kind.file != null)
      files.set(`${kind.name}.schema.json`, `${print(schemaOf(tables, kind))}\n`);
  for (const [command, view, row] of VIEWS)
    files.set(`${command}.schema.json`, `${print(viewSchema(tables, command, view, row))}\n`);
  const report = reportSchema(tables);
  return files
    .set('host.schema.json', `${print(hostSchema(tables))}\n`)
    .set('report.schema.json', `${print(report)}\n`)
    .set('validate.json', `${print(validateSchema(report))}\n`)
    .set('diff.schema.json', `${print(diffSchema())}\n`)
    .set('config.json', `${print(configSchema())}\n`);
});
