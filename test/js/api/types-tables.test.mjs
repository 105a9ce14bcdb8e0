// SPDX-License-Identifier: Apache-2.0
// The tables of src/model, as describe.c prints them and as the declarations show them.
import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import test from 'node:test';

const root = new URL('../../../', import.meta.url);
const tables = JSON.parse(readFileSync(new URL('build/describe.json', root), 'utf8'));
const model = readFileSync(new URL('dist/types/model.d.ts', root), 'utf8');

/** The constants of the Go package, from its documentation. */
const CONSTANTS = {
  ConfigDumpFile: 'config.dump',
  SpecDumpFile: 'spec.dump',
  StatusDumpFile: 'status.dump',
  NetworkStatusFile: 'network.status',
  CheckpointDirectory: 'checkpoint',
  CheckpointVolumesDirectory: 'volumes',
  DevShmCheckpointTar: 'devshm-checkpoint.tar',
  RootFsDiffTar: 'rootfs-diff.tar',
  DeletedFilesFile: 'deleted.files',
  DumpLogFile: 'dump.log',
  RestoreLogFile: 'restore.log',
  PodOptionsFile: 'pod.options',
  PodDumpFile: 'pod.dump',
  StatusFile: 'status',
  PagesPrefix: 'pages-',
  AmdgpuPagesPrefix: 'amdgpu-pages-',
  CheckpointAnnotationEngine: 'org.criu.checkpoint.engine.name',
  CheckpointAnnotationEngineVersion: 'org.criu.checkpoint.engine.version',
  CheckpointAnnotationName: 'org.criu.checkpoint.container.name',
  CheckpointAnnotationPod: 'org.criu.checkpoint.pod.name',
  CheckpointAnnotationPodID: 'org.criu.checkpoint.pod.id',
  CheckpointAnnotationPodUID: 'org.criu.checkpoint.pod.uid',
  CheckpointAnnotationNamespace: 'org.criu.checkpoint.pod.namespace',
  CheckpointAnnotationRootfsImageName: 'org.criu.checkpoint.rootfsImageName',
  CheckpointAnnotationRootfsImageUserRequested: 'org.criu.checkpoint.rootfsImageUserRequested',
  CheckpointAnnotationRootfsImageSha: 'org.criu.checkpoint.rootfsImageSha',
  CheckpointAnnotationRootfsImageID: 'org.criu.checkpoint.rootfsImageID',
  CheckpointAnnotationRawImageName: 'org.criu.checkpoint.rawImageName',
  CheckpointAnnotationRuntimeName: 'org.criu.checkpoint.runtime.name',
  CheckpointAnnotationRuntimeVersion: 'org.criu.checkpoint.runtime.version',
  CheckpointAnnotationCriuVersion: 'org.criu.checkpoint.criu.version',
  CheckpointAnnotationConmonVersion: 'org.criu.checkpoint.conmon.version',
  CheckpointAnnotationHostArch: 'org.criu.checkpoint.host.arch',
  CheckpointAnnotationHostKernel: 'org.criu.checkpoint.host.kernel',
  CheckpointAnnotationCgroupVersion: 'org.criu.checkpoint.cgroup.version',
  CheckpointAnnotationDistributionName: 'org.criu.checkpoint.distribution.name',
  CheckpointAnnotationDistributionVersion: 'org.criu.checkpoint.distribution.version',
};

/** Kind, its file and its reader in Go. */
const KINDS = [
  ['config.dump', 'config.dump', 'ReadContainerCheckpointConfigDump'],
  ['spec.dump', 'spec.dump', 'ReadContainerCheckpointSpecDump'],
  ['status', 'status', 'ReadContainerCheckpointStatusFile'],
  ['deleted.files', 'deleted.files', 'ReadContainerCheckpointDeletedFiles'],
  ['network.status', 'network.status', 'ReadContainerCheckpointNetworkStatus'],
  ['pod.options', 'pod.options', 'ReadCheckpointPodOptions'],
  ['kubernetes-checkpoint-metadata', null, null],
  ['spec', null, null],
  ['any', null, null],
];

test('the constants are those of the Go package', () => {
  const entries = tables.constants.map(({ name, value }) => [name, value]);
  assert.deepEqual(Object.fromEntries(entries), CONSTANTS);
  assert.equal(entries.length, Object.keys(CONSTANTS).length);
});

test('the declarations give every constant its value', () => {
  const declared = model.matchAll(/^ {2}readonly (\w+): '(.*)';$/gm);
  const entries = [...declared].map((match) => [match[1], match[2]]);
  assert.deepEqual(Object.fromEntries(entries), CONSTANTS);
});

test('each constant has a C name and a group', () => {
  const names = new Set(tables.constants.map(({ cName }) => cName));
  assert.equal(names.size, tables.constants.length);
  for (const { name, cName, group } of tables.constants) {
    const go = name.replace(/^CheckpointAnnotation/, 'Annotation').toLowerCase();
    assert.equal(cName.replace(/^CKPT_|_/g, '').toLowerCase(), go);
    assert.match(group, /^(FILE|DIRECTORY|PREFIX|ANNOTATION)$/);
  }
});

test('the kinds, their files and readers are those of the Go package', () => {
  assert.deepEqual(
    tables.kinds.map(({ name, file, reader }) => [name, file, reader]),
    KINDS,
  );
});

test('every field is documented and refers to a type of the tables', () => {
  const types = new Map();
  for (const list of [tables.scalars, tables.stringTypes, tables.types]) {
    for (const type of list) {
      assert.ok(!types.has(type.name), `${type.name} is there twice`);
      types.set(type.name, type);
    }
  }
  for (const struct of tables.types) {
    assert.match(struct.doc, /^[A-Z].*\.$/, struct.name);
    const names = struct.fields.map(({ json }) => json.toLowerCase());
    assert.equal(new Set(names).size, names.length, `${struct.name}: names differ only in case`);
    for (const field of struct.fields) {
      assert.match(field.doc, /^\S.*\.$/, `${struct.name}.${field.json}`);
      assert.ok(types.has(field.type), `${struct.name}.${field.json}: ${field.type}`);
      const prefix = { VALUE: '', POINTER: '*', SLICE: '[]', MAP: 'map[string]' }[field.shape];
      assert.equal(field.goType, prefix + types.get(field.type).goName);
    }
  }
});

test('every struct is declared with all of its fields, in order', () => {
  for (const { goName, fields } of tables.types) {
    const name = goName === 'metadata.Spec' ? 'ReducedSpec' : goName.split('.')[1];
    const body = new RegExp(`^export interface ${name} \\{\n([^]*?)^\\}`, 'm').exec(model)?.[1];
    const declared = [...(body ?? '').matchAll(/^ {2}(\w+)\??: /gm)].map((match) => match[1]);
    assert.deepEqual(
      declared,
      fields.map(({ json }) => json),
      name,
    );
  }
});

test('the bundled example has the members of a real archive', () => {
  const files = readdirSync(new URL('test/data/example', root)).sort();
  assert.deepEqual(files, [
    CONSTANTS.ConfigDumpFile,
    CONSTANTS.DeletedFilesFile,
    CONSTANTS.NetworkStatusFile,
    CONSTANTS.SpecDumpFile,
    'stats-dump',
  ]);
});
