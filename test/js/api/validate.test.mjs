// SPDX-License-Identifier: Apache-2.0
// ckpt.validate(): its options, limits, order, forms of input, and that every report is as promised.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import Ajv2020 from 'ajv/dist/2020.js';
import { load, openCheckpoint } from '../../../wasm/api/node.js';
import { build, reportOn, samples } from '../lib/samples.mjs';
import { tar } from '../lib/tar.mjs';

const core = await load();
const schema = JSON.parse(
  readFileSync(new URL('../../../dist/schema/report.schema.json', import.meta.url), 'utf8'),
);
const isReport = new Ajv2020({ strict: true, allErrors: true }).compile(schema);
const bytesOf = (text) => new TextEncoder().encode(text);
const ids = (report) => report.findings.map(({ id }) => id);

function assertReport(report) {
  assert.ok(isReport(report), JSON.stringify(isReport.errors, null, 1));
}

test('the reports on all samples are as their schema says, and their counts add up', async () => {
  for (const [id, { bad, good }] of samples) {
    for (const side of [bad, good]) {
      const report = await reportOn(core, side);
      assertReport(report);
      const total = report.counts.error + report.counts.warning + report.counts.info;
      const cut = report.cut.reduce((sum, { count }) => sum + count, 0);
      assert.equal(total, report.findings.length + cut, id);
      for (const { reasons } of report.targets)
        for (const reason of reasons)
          if (reason.finding >= 0) assert.equal(report.findings[reason.finding].id, reason.id);
    }
  }
});

test('a report is the same each time', async () => {
  const side = {
    add: [{ name: '../a', text: 'x' }, { name: 'b', type: 'fifo' }, { name: 'config.dump' }],
  };
  assert.deepEqual(await reportOn(core, side), await reportOn(core, side));
});

test('single files are checked at once, and nothing is missed that need not be there', () => {
  const report = core.validate({ 'config.dump': bytesOf('{"id": 7}') });
  assertReport(report);
  assert.deepEqual(
    report.findings
      .filter(({ id }) => id === 'CKP100')
      .map(({ member, pointer, line, column, endColumn }) => ({
        member,
        pointer,
        line,
        column,
        endColumn,
      })),
    [{ member: 'config.dump', pointer: '/id', line: 1, column: 8, endColumn: 9 }],
  );
  assert.ok(!ids(report).includes('CKP200'));
  assert.equal(report.targets.find(({ name }) => name === 'runc').verdict, 'unknown');
});

test('wrong options are refused', () => {
  const refuses = (options, message) =>
    assert.throws(() => core.validate({ status: bytesOf('{}') }, options), {
      name: 'TypeError',
      message,
    });
  refuses({ targets: ['podmn'] }, /unknown target "podmn"/);
  refuses({ targets: ['podman@new'] }, /version "new"/);
  refuses({ only: ['CKP9999'] }, /there is no rule "CKP9999"/);
  refuses({ ignore: ['nonsense'] }, /there is no rule/);
  refuses({ severities: { CKP100: 'fatal' } }, /expected error, warning, info or off/);
});

test('rules are chosen, left out and weighed', () => {
  const files = { 'config.dump': bytesOf('{'), 'spec.dump': bytesOf('[') };
  const chosen = (options) =>
    ids(core.validate(files, options)).filter((id) => /CKP[12]00/.test(id));
  assert.deepEqual(chosen({}), ['CKP100', 'CKP200']);
  assert.deepEqual(chosen({ only: ['CKP1*'] }), ['CKP100']);
  assert.deepEqual(chosen({ ignore: ['CKP1*'] }), ['CKP200']);
  assert.deepEqual(chosen({ only: ['CKP*'], ignore: ['CKP200'] }), ['CKP100']);
  assert.deepEqual(chosen({ severities: { CKP100: 'off' } }), ['CKP200']);
  const { findings, counts } = core.validate(files, {
    only: ['CKP100'],
    severities: { CKP100: 'info' },
  });
  assert.equal(findings[0].severity, 'info');
  assert.deepEqual(counts, { error: 0, warning: 0, info: 1 });
});

test('what is left out still decides whether it restores', async () => {
  const side = { drop: ['config.dump'] };
  const all = await reportOn(core, side, { targets: ['podman'] });
  assert.equal(all.targets[0].verdict, 'fails');
  const none = await reportOn(core, side, { targets: ['podman'], ignore: ['CKP*'] });
  assert.equal(none.targets[0].verdict, 'fails');
  assert.deepEqual(none.findings, []);
  assert.equal(none.targets[0].reasons.find(({ id }) => id === 'CKP100').finding, -1);
});

test('findings are limited for each rule and in all, and what is cut is counted', async () => {
  const members = Array.from({ length: 250 }, (_, i) => [`../${i}`, 'x']);
  const checkpoint = await openCheckpoint(tar(...members));
  const report = await core.validate(checkpoint);
  assert.equal(ids(report).filter((id) => id === 'CKP004').length, 100);
  assert.deepEqual(
    report.cut.find(({ id }) => id === 'CKP004'),
    { id: 'CKP004', count: 150 },
  );
  const few = await core.validate(checkpoint, { limits: { perRule: 3, total: 5 } });
  assert.ok(few.findings.length <= 5);
  assert.equal(few.counts.error, report.counts.error);
  assertReport(few);
});

test('a million problems do not need much memory', async () => {
  const text = `[${Array.from({ length: 1e6 }, () => '"x"').join()}]`;
  const before = core.exports.memory.buffer.byteLength;
  const report = core.validate({ 'deleted.files': bytesOf(text) });
  assert.ok(report.findings.length <= 1000);
  assert.ok(core.exports.memory.buffer.byteLength - before < 128 * 2 ** 20);
});

test('a pod gives a report for each of its containers', async () => {
  const base = await openCheckpoint(await build({}));
  const names = ['config.dump', 'spec.dump', 'network.status'];
  const members = [['pod.options', '{"version":1,"containers":{"a":"1-a"},"annotations":{}}']];
  for (const name of names) members.push([`1-a/${name}`, base.files.get(name), { mode: 0o600 }]);
  const checkpoint = await openCheckpoint(tar(...members), { name: 'pod.tar' });
  const report = await core.validate(checkpoint);
  assertReport(report);
  assert.equal(report.form, 'pod');
  assert.equal(report.containers.length, 1);
  assert.equal(report.containers[0].engine.name, 'podman');
});

test('names of members are in messages only in a form that can be shown', async () => {
  const odd = '\u001b[31mred\u202e';
  const names = [
    ...[`../${odd}`, `config.dump${odd}`, `${odd}.txt`, `volumes/${odd}.tar`],
    ...[`checkpoint/amdgpu-${odd}.img`, `checkpoint/${odd}`, `containers/${odd}.partial`],
  ];
  for (const more of [[], [['checkpoint-manifest.json', '{"version":1}']]]) {
    const base = [['config.dump', '{}'], ['spec.dump', '{}'], ...more];
    const twice = [...names, ...names].map((name) => [name, 'x']);
    const checkpoint = await openCheckpoint(tar(...base, ...twice));
    const { findings, targets } = await core.validate(checkpoint);
    assert.ok(findings.length > names.length);
    for (const { message } of [...findings, ...targets.flatMap(({ reasons }) => reasons)])
      assert.doesNotMatch(message, /[\p{Cc}\u202e]/u);
  }
});

test('metadata of a container in a pod are read up to the limit for all metadata', async () => {
  const large = `{"annotations":{"a":"${'x'.repeat(3 * 2 ** 20)}"},"ociVersion":1}`;
  const pod = tar(
    ['pod.options', '{"version":1,"containers":{"a":"1-a"}}'],
    ['1-a/config.dump', '{"id":7}'],
    ['1-a/spec.dump', large],
  );
  for (const bytes of [pod, gzipSync(pod)]) {
    const { containers } = await core.validate(await openCheckpoint(bytes));
    assert.ok(containers[0].findings.some(({ pointer }) => pointer === '/ociVersion'));
  }
});
