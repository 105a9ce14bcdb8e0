// SPDX-License-Identifier: Apache-2.0
// container-checkpoint/report: the forms of the command line, as a function.
import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
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
    [() => render('json', /** @type {any} */ ([{}])), /^results\[0\]\.name is missing: /],
    [
      () => render('json', /** @type {any} */ ([results[0].report])),
      /^results\[0\]: expected .*not the report itself/,
    ],
    [() => render('html', results), /dist\/viewer\.html/],
    [
      () => render('json', results, { level: /** @type {any} */ ('fatal') }),
      /^level: expected one of/,
    ],
    [() => fails(results[0].report, { failOn: /** @type {any} */ ('any') }), /^failOn: /],
  ]))
    assert.throws(run, (error) => error instanceof TypeError && words.test(error.message));
});

/** Places in a value: each member of each object, and the first of each list. @param {any} value @returns {Generator<(string | number)[]>} */
function* placesIn(value) {
  if (typeof value !== 'object' || value === null) return;
  const keys = Array.isArray(value) ? (value.length > 0 ? [0] : []) : Object.keys(value);
  for (const key of keys) {
    yield [key];
    for (const rest of placesIn(value[key])) yield [key, ...rest];
  }
}

/** A copy in which one member is another one. @param {any} value @param {(string | number)[]} place @param {(holder: any, key: string | number) => void} change */
function changed(value, place, change) {
  const copy = structuredClone(value);
  let holder = copy;
  for (const key of place.slice(0, -1)) holder = holder[key];
  change(holder, /** @type {string | number} */ (place.at(-1)));
  return copy;
}

const dotted = (/** @type {(string | number)[]} */ place) =>
  place.map((key) => (typeof key === 'number' ? `[${key}]` : `.${key}`)).join('');

/** A report with everything a report can have. */
const full = structuredClone(results[0].report);
full.cut.push({ id: 'CKP109', count: 2 });
full.trust = { level: 'suspicious', reasons: [{ id: 'CKP002', message: 'x', finding: 0 }] };
full.coverage.notChecked.push({ what: 'x', why: 'y' });
full.containers = [structuredClone(results[1].report)];

test('a report that lacks something: the error names it, for each member of it, in every form', () => {
  const places = [...placesIn(full)].filter((place) => place.at(-1) !== 0);
  assert.ok(places.length > 100);
  const optional = new Set([
    '.containers',
    '.container.name',
    '.container.id',
    '.container.image',
    '.findings[0].stops',
  ]);
  for (const place of places) {
    const report = changed(full, place, (holder, key) => delete holder[key]);
    const name = dotted(place);
    if (optional.has(name.replace(/^\.containers\[0\]/, ''))) {
      assert.doesNotThrow(() => render('text', [{ name: 'x', report }]), name);
      continue;
    }
    const said = (/** @type {any} */ error) =>
      error instanceof TypeError && error.message.includes(`report${name} is missing: expected `);
    assert.throws(() => render('json', [{ name: 'x', report }]), said, name);
    assert.throws(() => fails(report), said, name);
  }
  const hand = { version: 1, findings: [] };
  for (const form of forms)
    assert.throws(
      () => render(form, /** @type {any} */ ([results[0], { name: 'x', report: hand }]), { page }),
      /^TypeError: results\[1\]\.report\.name is missing: expected a text$/,
      form,
    );
});

/** One of each kind of value that is not wanted. @type {[string, unknown][]} */
const WRONG = [
  ['null', null],
  ['a number', 1.5],
  ['a bigint', 1n],
  ['true', true],
  ['a symbol', Symbol('x')],
  ['a function', () => {}],
  ['an array', [[]]],
  ['an object', { a: 1 }],
  ['a text', 'x\u001b'],
  ['a promise', Promise.resolve()],
  ['a Map', new Map()],
];

test('a member of another type: the error names it, and is ours', () => {
  for (const place of placesIn(full))
    for (const [what, value] of WRONG) {
      const report = changed(full, place, (holder, key) => (holder[key] = value));
      try {
        render('text', [{ name: 'x', report }]);
        for (const form of forms) render(form, [{ name: 'x', report }], { page });
      } catch (error) {
        const { message } = /** @type {Error} */ (error);
        const name = `results[0].report${dotted(place)}`;
        assert.ok(
          error instanceof TypeError && message.startsWith(name),
          `${name} ${what}: ${message}`,
        );
        assert.match(message, /: expected /);
      }
    }
});

test('arguments of every function of the entry: wrong ones are refused with what was expected', () => {
  const own = (/** @type {() => unknown} */ run, /** @type {string} */ what) =>
    assert.throws(
      run,
      (error) => error instanceof TypeError && /expected|there is no option/.test(error.message),
      what,
    );
  const any = /** @type {any} */ ({ render, fails });
  const [{ report }] = results;
  for (const [what, value] of WRONG) {
    own(() => any.render(value, results), `form ${what}`);
    if (what !== 'an array' && what !== 'a Map')
      own(() => any.render('json', value), `results ${what}`);
    own(() => any.render('json', [value]), `results[0] ${what}`);
    own(() => any.render('json', [{ name: value, report: 1 }]), `name ${what}`);
    own(() => any.render('json', [{ name: 'x', report: value }]), `report ${what}`);
    own(() => any.fails(value), `fails ${what}`);
    if (what !== 'a Map') {
      own(() => any.render('json', results, value), `options ${what}`);
      own(() => any.fails(report, value), `options of fails ${what}`);
    }
    for (const name of ['failOn', 'level', 'width', 'targets', 'brief', 'version', 'page']) {
      const fits =
        (what === 'true' && /targets|brief/.test(name)) ||
        (what === 'a text' && /version|page/.test(name));
      if (!fits) own(() => any.render('json', results, { [name]: value }), `${name} ${what}`);
    }
    for (const name of ['failOn', 'targets'])
      if (!(what === 'true' && name === 'targets'))
        own(() => any.fails(report, { [name]: value }), `${name} ${what}`);
  }
  own(() => any.render('json'), 'no results');
  own(() => any.fails(), 'no report');
  assert.deepEqual(JSON.parse(any.render('json', [])).results, []);
});

test('every report that the core makes is one', async () => {
  for (const file of readdirSync(archives).filter((name) => name.includes('.tar'))) {
    const checkpoint = await openCheckpoint(join(archives, file));
    const report = await core.validate(checkpoint);
    await checkpoint.close();
    assert.doesNotThrow(() => fails(report), file);
  }
  assert.equal(fails(core.validate({ 'config.dump': new TextEncoder().encode('{') })), true);
});
