// SPDX-License-Identifier: Apache-2.0
// The headline is never better than the least of verdict, trust and coverage, whatever they are.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { load, openCheckpoint } from '../../../wasm/api/node.js';
import { state } from '../../../web/page/store.js';
import { answerOf } from '../../../web/page/verdict.js';
import { fileKind } from '../../../web/worker/guess.js';
import { makeModel } from '../../../web/worker/model.js';
import { makeReport } from '../../../web/worker/report.js';
import { Shelf } from '../../../web/worker/shelf.js';

const ckpt = await load();
const source = { name: 'x', loose: false, kind: '' };

/** A model as the worker makes it of some bytes. @param {Uint8Array} bytes */
async function modelOf(bytes) {
  const checkpoint = await openCheckpoint(bytes, { name: 'x' });
  const { report } = await makeReport(ckpt, checkpoint, source);
  return makeModel({ ckpt, shelf: new Shelf() }, { checkpoint, report, source });
}

const archive = (/** @type {string} */ name) =>
  readFileSync(new URL(`../../data/archives/${name}`, import.meta.url));
const healthy = await modelOf(archive('containerd21.tar'));

/** @param {object} change of the report @param {object} [other] of the model @returns {any} */
const changed = (change, other) => ({
  ...healthy,
  ...other,
  report: { ...healthy.report, ...change },
});

test('restores without a word only if verdict, trust, coverage and counts all allow it', () => {
  const own = healthy.report.targets.find(({ name }) => name === 'containerd');
  assert.equal(own?.verdict, 'restores');
  const condition = { id: 'file', text: 'A file.', option: '', evidence: { finding: -1 } };
  for (const verdict of /** @type {const} */ (['restores', 'conditional', 'fails', 'unknown']))
    for (const level of ['clean', 'suspicious', 'hostile'])
      for (const notChecked of [[], [{ what: 'pages-1.img', why: 'It is missing.' }]])
        for (const error of [0, 2])
          for (const broken of [
            null,
            { message: 'cut', where: '', nothing: false, limit: false },
          ]) {
            const conditions = verdict === 'conditional' ? [condition] : [];
            const model = changed(
              {
                counts: { error, warning: 0, info: 0 },
                trust: { level, reasons: [] },
                coverage: { checked: ['members', 'images'], notChecked },
                targets: [{ name: 'containerd', version: '', verdict, reasons: [], conditions }],
                engine: { name: 'containerd', display: 'containerd' },
              },
              { broken },
            );
            const { tone, sentence, badge } = answerOf(model);
            const what = JSON.stringify([
              verdict,
              level,
              notChecked.length,
              error,
              broken !== null,
            ]);
            const all =
              verdict === 'restores' &&
              level === 'clean' &&
              notChecked.length === 0 &&
              error === 0 &&
              !broken;
            assert.equal(sentence === 'containerd restores this checkpoint.', all, what);
            assert.equal(tone === 'ok', all, what);
            assert.equal(badge === 'Restores', all, what);
            if (level === 'hostile') assert.match(sentence, /hostile/, what);
            else if (broken) assert.match(sentence, /damaged/, what);
            else if (verdict === 'fails') {
              assert.match(sentence, /^No engine restores|does not restore/, what);
              assert.equal(tone, 'error', what);
            } else if (verdict === 'unknown') assert.match(sentence, /^Cannot tell/, what);
            else if (verdict === 'conditional') {
              assert.match(sentence, / restores .* if /, what);
              assert.equal(badge === 'Restores if', level === 'clean' && error === 0, what);
              assert.equal(/holds\.$/.test(sentence), badge === 'Restores if', what);
            }
          }
});

test('what was not looked at counts against "restores" if it bears on that', () => {
  const answered = (/** @type {string[]} */ checked, /** @type {string} */ what) =>
    answerOf(changed({ coverage: { checked, notChecked: [{ what, why: '' }] } })).badge;
  const all = ['members', 'metadata', 'images'];
  assert.equal(answered(all, 'secrets in memory'), 'Restores');
  assert.equal(answered(all, 'pages-1.img'), 'Not all checked');
  assert.notEqual(answered(['members', 'metadata'], 'secrets in memory'), 'Restores');
});

test('a limit of the reader is not damage; damage is told even if no rule objects', () => {
  const limit = { message: 'too long', where: '', nothing: false, limit: true };
  assert.match(answerOf(changed({}, { broken: limit })).sentence, /limit/);
  assert.doesNotMatch(answerOf(changed({}, { broken: limit })).sentence, /damaged|restores/);
});

test('the target that was chosen is the one that the sentence is about', () => {
  state.target = { name: 'podman', version: '' };
  assert.match(answerOf(healthy).sentence, /^Podman does not restore/);
  state.target = { name: '', version: '' };
  assert.match(answerOf(healthy).sentence, /^containerd restores/);
});

test('real archives: none that blocks, is hostile or unread is said to restore', async () => {
  for (const name of [
    'simple-none.tar',
    'crio.tar',
    'with-previous-gzip.tar.gz',
    'pre-checkpoint-gzip.tar.gz',
    'features-gzip.tar.gz',
  ]) {
    const model = await modelOf(archive(name));
    const { sentence, target } = answerOf(model);
    if (target?.verdict !== 'restores')
      assert.doesNotMatch(sentence, /^(?!No engine).* restores this checkpoint\.$/, name);
  }
  const cut = await modelOf(archive('crio.tar').subarray(0, 150_000));
  assert.match(answerOf(cut).sentence, /damaged/);
});

test('files that are no checkpoint are named', () => {
  const bytes = (/** @type {string} */ text) => Buffer.from(text, 'latin1');
  for (const [head, kind] of [
    ['\x89PNG\r\n\x1a\n', 'png'],
    ['PK\x03\x04', 'zip'],
    ['\x7fELF\x02', 'elf'],
    ['%PDF-1.7', 'pdf'],
    ['<!DOCTYPE html>', 'html'],
    ['#!/bin/sh\n', 'script'],
    ['Remember the milk.\n', 'text'],
    ['\x00\x01\x02\x03', ''],
    ['', ''],
  ])
    assert.equal(fileKind(bytes(head)), kind, head);
});
