// SPDX-License-Identifier: Apache-2.0
/* global document */
// Two checkpoints compared: values of JSON, and what a real browser shows of two archives.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { load, openCheckpoint } from '../../../wasm/api/index.js';
import { D } from '../../../web/text.js';
import { JsonDiff } from '../../../wasm/api/json-diff.js';
import { JsonTree } from '../../../wasm/api/json-tree.js';
import {
  accessibleInBoth,
  archives,
  drop,
  listed,
  pick,
  section,
  shown,
  table,
  view,
  viewLink,
  browserTests,
} from '../lib/page-browser.mjs';
import { tar } from '../lib/tar.mjs';

const ckpt = await load();
const { folder, run } = browserTests();

/** The differences between two JSON texts: what, where, before, after. @param {string} a @param {string} b */
function differences(a, b) {
  const [one, two] = [a, b].map((text) => new JsonTree(new TextEncoder().encode(text)));
  const text = (/** @type {JsonTree} */ tree, /** @type {number} */ row) =>
    row < 0 ? '' : Buffer.from(tree.bytes.subarray(...tree.value(row))).toString();
  return new JsonDiff(one, two).list.map(({ change, pointer, a: rowA, b: rowB }) => [
    change,
    pointer,
    text(one, rowA),
    text(two, rowB),
  ]);
}

test('values are compared exactly, by pointer', () => {
  for (const [a, b, wanted] of /** @type {[string, string, string[][]][]} */ ([
    ['{"a":1}', ' { "a" : 1 } ', []],
    ['{"a":1,"b":2}', '{"b":2,"a":1}', []],
    ['{"s":"\\u0041"}', '{"s":"A"}', []],
    [
      '{"n":9007199254740993}',
      '{"n":9007199254740992}',
      [['changed', '/n', '9007199254740993', '9007199254740992']],
    ],
    [
      '{"n":18446744073709551615}',
      '{"n":1.8446744073709552e19}',
      [['changed', '/n', '18446744073709551615', '1.8446744073709552e19']],
    ],
    ['{"a/b":{"~":null}}', '{"a/b":{"~":0}}', [['changed', '/a~1b/~0', 'null', '0']]],
    [
      '{"__proto__":{"x":1}}',
      '{"constructor":{}}',
      [
        ['removed', '/__proto__', '{"x":1}', ''],
        ['added', '/constructor', '', '{}'],
      ],
    ],
    ['{"a":1,"a":2}', '{"a":2}', []],
    ['[]', '{}', [['changed', '', '[]', '{}']]],
    ['{"a":[]}', '{"a":[1]}', [['added', '/a/0', '', '1']]],
    ['[1,2,3,4]', '[1,3,4]', [['removed', '/1', '2', '']]],
    ['["A=1","B=2","C=3"]', '["A=1","B=9","C=3"]', [['changed', '/1', '"B=2"', '"B=9"']]],
    ['["x",1,2,3]', '[1,2,3,"x"]', [['moved', '/3', '"x"', '"x"']]],
    [
      '[{"d":"/a","o":[1]},{"d":"/b"}]',
      '[{"o":[1,2],"d":"/a"},{"d":"/b"}]',
      [['added', '/0/o/1', '', '2']],
    ],
    ['"\\ud800"', '"\\udc00"', [['changed', '', '"\\ud800"', '"\\udc00"']]],
  ]))
    assert.deepEqual(differences(a, b), wanted, `${a} ${b}`);
});

// What is not linear takes longer than the time limit of a test.
test('two lists of 200,000 names are compared in a moment, and so is deep nesting', () => {
  const names = Array.from({ length: 200_000 }, (_, i) => `file-${(i * 7919) % 200_003}`);
  const other = names.filter((_, i) => i % 1000 !== 5);
  other.splice(100, 0, 'new');
  const found = differences(JSON.stringify(names), JSON.stringify(other));
  const counts = new Map();
  for (const [change] of found) counts.set(change, (counts.get(change) ?? 0) + 1);
  assert.deepEqual(
    [...counts],
    [
      ['removed', 200],
      ['added', 1],
    ],
  );
  const deep = (/** @type {number} */ n) => '[{"a":'.repeat(n) + '1' + '}]'.repeat(n);
  assert.deepEqual(differences(deep(2000), deep(2000)), []);
  assert.equal(differences(deep(2000), deep(1999)).length, 1);
});

test('two archives: identity, sizes, members and metadata as openCheckpoint says', () =>
  run(async (page) => {
    // The older first, as it is shown, whichever is open.
    const names = ['multi-gzip.tar.gz', 'simple-zstd.tar.zst'];
    const [a, b] = await Promise.all(
      names.map((name) => openCheckpoint(readFileSync(join(archives, name)), { name })),
    );
    await drop(
      page,
      names.map((name) => join(archives, name)),
    );
    await listed(page, 2);
    await page.locator('.items a', { hasText: names[0] }).click();
    await shown(page);
    await view(page, 'Compare');
    await section(page, 'Members').waitFor();

    /** When they were made. */
    const times = [a, b].map(
      ({ documents }) => /** @type {any} */ (documents['config.dump']).value.createdTime,
    );
    assert.notEqual(times[0], times[1]);
    const timesShown = () =>
      section(page, 'Identity')
        .locator('tr', { hasText: 'Created' })
        .locator('time')
        .evaluateAll((elements) => elements.map((element) => element.getAttribute('datetime')));
    assert.deepEqual(await timesShown(), times);
    const identity = await table(section(page, 'Identity'));
    assert.deepEqual(
      identity.find(([label]) => label === 'ID'),
      ['ID', a.summary.container.id, b.summary.container.id],
    );
    assert.equal(a.summary.container.runtime, b.summary.container.runtime);
    assert.ok(!identity.some(([label]) => label === 'Runtime'));

    /** @type {[string, string, string, string, string][]} */
    const wanted = [];
    const before_ = new Map(Array.from(a.members, (member) => [member.name, member]));
    const after_ = new Map(Array.from(b.members, (member) => [member.name, member]));
    for (const name of new Set([...before_.keys(), ...after_.keys()])) {
      const [one, two] = [before_.get(name), after_.get(name)];
      const size = (/** @type {any} */ member) =>
        member ? (member.type === 'file' ? ckpt.byteToString(member.size) : member.type) : '';
      const change = one ? (two ? 'changed' : 'removed') : 'added';
      const by = (two?.size ?? 0) - (one?.size ?? 0);
      const same =
        a.files.get(name) &&
        Buffer.compare(
          /** @type {any} */ (a.files.get(name)),
          /** @type {any} */ (b.files.get(name) ?? Buffer.alloc(0)),
        );
      if (change === 'changed' && by === 0 && !same) continue;
      const words =
        by === 0
          ? change === 'changed'
            ? D.content
            : ''
          : `${by > 0 ? '+' : '−'}${ckpt.byteToString(Math.abs(by))}`;
      wanted.push([change, name, size(one), size(two), words]);
    }
    assert.ok(wanted.length > 3);
    const all = async (/** @type {string} */ title) => {
      const more = section(page, title).locator('button.more');
      while ((await more.count()) > 0) await more.click().catch(() => {});
    };
    await all('Members');
    await section(page, 'Members')
      .locator('tbody tr')
      .nth(wanted.length - 1)
      .waitFor();
    assert.deepEqual(await table(section(page, 'Members')), wanted);

    const pages = page.locator('.bars > div', { hasText: 'Memory pages' });
    assert.deepEqual(
      await pages.locator('.amount').allTextContents(),
      [a, b].map(({ summary }) => ckpt.byteToString(summary.sizes.pages)),
    );

    await all('config.dump');
    const config = await table(section(page, 'config.dump'));
    assert.deepEqual(
      config.find(([, pointer]) => pointer === '/createdTime'),
      ['changed', '/createdTime', ...times],
    );

    await page.getByRole('button', { name: D.swap }).click();
    await section(page, 'Identity').locator(`td:nth-child(2) [datetime="${times[1]}"]`).waitFor();
    assert.deepEqual(await timesShown(), [...times].reverse());
  }));

test('a second checkpoint dropped on the view is compared; secrets stay hidden; all is text', () =>
  run(async (page) => {
    const spec = (/** @type {string} */ password, /** @type {string} */ evil) =>
      JSON.stringify({
        ociVersion: '1.0.2',
        process: { args: ['sh'], cwd: '/', env: [`DB_PASSWORD=${password}`] },
        root: { path: 'rootfs' },
        annotations: { '<img src=x onerror=alert(1)>': evil, big: 'x'.repeat(100_000) },
      });
    const archive = (/** @type {string} */ name, /** @type {string} */ text) =>
      folder.write(name, tar(['config.dump', '{"id":"a"}'], ['spec.dump', text]));
    await pick(page, [archive('one.tar', spec('oldsecret1', '<b>\u202e'))]);
    await shown(page);
    await viewLink(page, 'Compare').click();
    await page.locator('.compare-files, #compare-files').waitFor({ state: 'attached' });
    await drop(page, [archive('two.tar', spec('newsecret2', '<script>alert(2)</script>'))]);
    const changes = section(page, 'spec.dump');
    await changes.waitFor();
    const rows = await table(changes);
    assert.deepEqual(
      rows.map(([change, pointer]) => [change, pointer]),
      [
        ['changed', '/process/env/0'],
        ['changed', '/annotations/<img src=x onerror=alert(1)>'],
      ],
    );
    assert.deepEqual(rows[1].slice(2), ['<b>\\u202e', '<script>alert(2)</script>']);
    assert.equal(await changes.locator('.secret').count(), 2);
    const html = await page.content();
    assert.ok(!html.includes('oldsecret1') && !html.includes('newsecret2'));
    assert.equal(await page.locator('main img, main b, main script').count(), 0);
    assert.equal(await section(page, 'Identity').innerText(), `Identity\n\n${D.same}`);
    await accessibleInBoth(page, 'comparison', '.compare');
  }));

test('further checkpoints dropped on the view are compared in turn, each with its own findings', () =>
  run(async (page) => {
    const names = ['podman5-network.tar.gz', 'crio.tar', 'simple-zstd.tar.zst'];
    const found = readdirSync(archives).filter((name) => /\.(tar|gz|zst)$/.test(name));
    const files = names
      .map((name, i) => (found.includes(name) ? name : found[i]))
      .map((name) => join(archives, name));
    await pick(page, [files[0]]);
    await shown(page);
    await view(page, 'Compare');
    for (const [index, file] of [files[1], files[2], files[0]].entries()) {
      await drop(page, [file]);
      await page.waitForFunction(
        (count) => document.querySelectorAll('.switch option').length === count,
        index + 3,
      );
      await shown(page);
      await page.locator('.compare select').waitFor();
      await page.locator('.compare select').selectOption({ index: index === 0 ? 0 : 1 });
      await page.locator('.compare section.card').first().waitFor();
      assert.equal(await page.locator('.fault').count(), 0);
    }
  }));
