// SPDX-License-Identifier: Apache-2.0
// container-checkpoint/report: the forms of the command line, as a function.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { load } from 'container-checkpoint';
import { openCheckpoint } from 'container-checkpoint/node';
import { fails, forms, render } from 'container-checkpoint/report';
import { archives } from '../lib/cli-archives.mjs';
import { ckpt } from '../lib/cli-run.mjs';

const core = await load();
// Who may read the files, only the command line knows (CKP009).
const names = ['multi-gzip.tar.gz', 'crio.tar'];
const results = await Promise.all(
  names.map(async (name) => {
    const checkpoint = await openCheckpoint(join(archives, name), { hash: true });
    const report = await core.validate(checkpoint, { ignore: ['CKP009'] });
    await checkpoint.close();
    return { name, report };
  }),
);
const { version } = JSON.parse(
  readFileSync(new URL('../../../package.json', import.meta.url), 'utf8'),
);
const page = readFileSync(new URL('../../../dist/viewer.html', import.meta.url), 'utf8');

test('every form is what the command line writes', async () => {
  assert.ok(forms.length >= 10);
  for (const form of forms) {
    if (form === 'text') continue; // there, lines of the files are shown, too
    const args = ['validate', '--ignore', 'CKP009', '--format', form, ...names];
    const { stdout } = await ckpt(args, { cwd: archives });
    const level = form === 'github' ? 'warning' : 'info';
    assert.equal(render(form, results, { version, page, level }), stdout, form);
  }
  const text = render('text', results);
  assert.match(text, /^multi-gzip\.tar\.gz!checkpoint\/files\.img: warning: /m);
  assert.match(text, /2 checkpoints checked: \d+ warnings?, \d+ info\n$/);
  assert.equal(render('text', results, { brief: true }).split('\n').length, 5);
});

test('the least severity, and what fails', () => {
  const { findings } = JSON.parse(render('json', [results[0]], { level: 'warning' })).results[0]
    .report;
  assert.ok(findings.length > 0);
  assert.ok(findings.every((/** @type {any} */ { severity }) => severity !== 'info'));
  const [{ report }] = results;
  assert.equal(fails(report), report.counts.error > 0);
  assert.equal(fails(report, { failOn: 'warning' }), true);
  assert.equal(fails(report, { targets: true }), true, 'CRI-O does not restore it');
  assert.equal(fails(report, { failOn: 'none' }), false);
});

test('what it does not understand is refused', () => {
  for (const [run, words] of /** @type {[() => unknown, RegExp][]} */ ([
    [
      () => render(/** @type {any} */ ('xml'), results),
      /^form: expected one of text, json, .*, not xml$/,
    ],
    [() => render('json', /** @type {any} */ ([{}])), /^results: expected objects/],
    [() => render('json', /** @type {any} */ ([results[0].report])), /^results: expected objects/],
    [() => render('html', results), /dist\/viewer\.html/],
    [
      () => render('json', results, { level: /** @type {any} */ ('fatal') }),
      /^level: expected one of/,
    ],
    [() => fails(results[0].report, { failOn: /** @type {any} */ ('any') }), /^failOn: /],
  ]))
    assert.throws(run, (error) => error instanceof TypeError && words.test(error.message));
});
