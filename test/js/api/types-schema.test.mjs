// SPDX-License-Identifier: Apache-2.0
// The published JSON Schemas: valid, and saying what Go accepts.
import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import test from 'node:test';

import Ajv from 'ajv/dist/2020.js';

const root = new URL('../../../', import.meta.url);
const example = new URL('test/data/example/', root);

/** @param {string} kind */
const textOf = (kind) => readFileSync(new URL(`dist/schema/${kind}.schema.json`, root), 'utf8');
/** @param {string} kind */
const compile = (kind) =>
  new Ajv.default({ strict: true, strictTypes: true, allErrors: true }).compile(
    JSON.parse(textOf(kind)),
  );

const kinds = JSON.parse(readFileSync(new URL('build/describe.json', root), 'utf8')).kinds.filter(
  ({ file }) => file != null,
);

/** Commands that print what is in dumps (src/criu/views.def). */
const commands = ['ps', 'files', 'sockets', 'mounts', 'ns'];

test('there is a schema for every metadata file, for reports, what commands print, and the configuration, and no other', () => {
  assert.deepEqual(
    readdirSync(new URL('dist/schema', root)).sort(),
    [
      ...[...kinds.map(({ name }) => name), 'report', 'diff', ...commands].map(
        (name) => `${name}.schema.json`,
      ),
      ...['config.json', 'host.schema.json', 'validate.json'],
    ].sort(),
  );
});

for (const name of commands)
  test(`${name}: valid draft 2020-12, accepted by ajv in strict mode`, () => {
    const schema = JSON.parse(textOf(name));
    assert.equal(schema.$schema, 'https://json-schema.org/draft/2020-12/schema');
    assert.ok(!compile(name)({}));
  });

for (const { name } of kinds) {
  test(`${name}: valid draft 2020-12, accepted by ajv in strict mode`, () => {
    const schema = JSON.parse(textOf(name));
    assert.equal(schema.$schema, 'https://json-schema.org/draft/2020-12/schema');
    assert.equal(schema.$id, `urn:container-checkpoint:schema:${name}`);
    assert.match(schema.$comment, /upper and lower case/);
    const accepts = compile(name);
    assert.ok(accepts(null), 'Go accepts null');
    assert.ok(!accepts(1) && !accepts('text') && !accepts(true));
  });
}

for (const file of ['config.dump', 'spec.dump', 'network.status', 'deleted.files']) {
  test(`${file}: accepts the file of a real checkpoint`, () => {
    const accepts = compile(file);
    const ok = accepts(JSON.parse(readFileSync(new URL(file, example), 'utf8')));
    assert.deepEqual(accepts.errors ?? [], []);
    assert.ok(ok);
  });
}

test('the limits of integers are exact', () => {
  const status = textOf('status');
  const limits = [
    ['"minimum": -9223372036854775808,', '"maximum": 9223372036854775807'],
    ['"minimum": -2147483648,', '"maximum": 2147483647'],
    ['"minimum": 0,', '"maximum": 4294967295'],
  ];
  for (const [low, high] of limits) {
    assert.match(status, new RegExp(`${low}\\s+${high}\\s`));
  }
  assert.match(textOf('spec.dump'), /"minimum": 0,\s+"maximum": 18446744073709551615\s/);
  assert.match(textOf('spec.dump'), /"minimum": 0,\s+"maximum": 65535\s/);
});

/** Kind, then values that Go accepts, then values that it refuses. */
const SAMPLES = [
  [
    'config.dump',
    [{}, { id: null }, { restored: false, unknown: [1] }, { createdTime: null }],
    [{ id: 1 }, { restored: 'true' }, { createdTime: 0 }, [], { name: {} }],
  ],
  [
    'status',
    [{ Pid: 4294967295, ExitCode: -2147483648 }, { Reason: null }],
    [{ Pid: 4294967296 }, { Pid: -1 }, { ExitCode: 2147483648 }, { CreatedAt: 0.5 }],
  ],
  ['deleted.files', [[], ['/a', null]], [[1], {}, '/a']],
  [
    'network.status',
    [{}, { podman: null }, { a: { interfaces: { eth0: { subnets: [null, { ipnet: 'x' }] } } } }],
    [[], { a: 1 }, { a: { interfaces: { eth0: 1 } } }, { a: { interfaces: [] } }],
  ],
  [
    'pod.options',
    [{ version: 1, containers: { a: null }, annotations: null }],
    [{ version: '1' }, { containers: ['a'] }, { annotations: { a: 1 } }],
  ],
  [
    'spec.dump',
    [
      { process: null, linux: { seccomp: { defaultAction: 'an action of tomorrow' } } },
      { windows: { credentialSpec: [1.5, { a: null }] }, vm: {} },
      { linux: { resources: { blockIO: { weightDevice: [{ major: 8, weight: 65535 }, null] } } } },
    ],
    [
      { process: 'x' },
      { process: { user: { uid: -1 } } },
      { linux: { seccomp: { defaultAction: 1 } } },
      { linux: { resources: { blockIO: { weightDevice: [{ weight: 65536 }] } } } },
      { mounts: {} },
    ],
  ],
];
for (const [kind, good, bad] of SAMPLES) {
  test(`${kind}: accepts and refuses as Go does`, () => {
    const accepts = compile(kind);
    for (const value of good) assert.ok(accepts(value), JSON.stringify([value, accepts.errors]));
    for (const value of bad) assert.ok(!accepts(value), JSON.stringify(value));
  });
}

test('times: what Go accepts beyond RFC 3339, and what it refuses', () => {
  const accepts = compile('config.dump');
  const good = [
    '0001-01-01T00:00:00Z',
    '2024-02-29T23:59:59.123456789123Z',
    '2024-01-01T1:02:03Z',
    '2024-01-01T01:02:03,5+05:60',
    '2024-01-01T01:02:03-24:00',
  ];
  const bad = [
    '',
    '2024-01-01',
    '2024-01-01t01:02:03Z',
    '2024-01-01T01:02:03z',
    '2024-01-01T24:00:00Z',
    '2024-01-01T01:02:60Z',
    '2024-01-01T01:02:03+0530',
    '2024-01-01T01:02:03.Z',
    '2024-04-31T01:02:03Z',
    '2024-13-01T01:02:03Z',
    ' 2024-01-01T01:02:03Z',
  ];
  for (const text of good) assert.ok(accepts({ createdTime: text }), text);
  for (const text of bad) assert.ok(!accepts({ createdTime: text }), text);
});
