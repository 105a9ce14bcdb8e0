// SPDX-License-Identifier: Apache-2.0
// Many checkpoints in one table, earlier dumps dropped together, comparing, and the one search.
/* global document */
import assert from 'node:assert/strict';
import { copyFileSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { D, T } from '../../../web/text.js';
import { W } from '../../../web/text/answer.js';
import { L, Y } from '../../../web/text/compare.js';
import { K } from '../../../web/text/palette.js';
import {
  accessible,
  archives,
  browserTests,
  pick,
  section,
  shown,
  view,
  viewLink,
} from '../lib/page-browser.mjs';
import { tar } from '../lib/cli-archives.mjs';

const { folder, run } = browserTests();

test('many checkpoints are one table: totals filter, causes group, all is saved as CSV and JSON Lines', () =>
  run(async (page) => {
    const names = ['crio.tar', 'containerd21.tar', 'simple-none.tar', 'diff-a-zstd.tar.zst'];
    const paths = Array.from({ length: 12 }, (_, i) => {
      const path = join(folder.path, `${i}-${names[i % 4]}`);
      copyFileSync(join(archives, names[i % 4]), path);
      return path;
    });
    const cut = readFileSync(join(archives, 'crio.tar')).subarray(0, 150_000);
    paths.push(folder.write('=cut.tar', cut), folder.write('notes.txt', 'no checkpoint\n'));
    await pick(page, paths);
    await page.waitForFunction(
      (n) =>
        document.querySelectorAll('.fleet .row').length === n &&
        !document.querySelector('.answer-waiting, .answer-reading'),
      paths.length,
    );
    const toggles = page.locator('.fleet .toggle');
    const words = await toggles.allTextContents();
    assert.equal(words[0], `${L.all}${paths.length}`);
    assert.ok(words.includes(`${W.tones.broken}1`), words.join());
    await accessible(page, 'many');
    const download = page.waitForEvent('download');
    await page.getByRole('button', { name: L.jsonl }).click();
    const lines = readFileSync(await (await download).path(), 'utf8')
      .trim()
      .split('\n');
    assert.equal(lines.length, paths.length);
    assert.ok(lines.every((line) => JSON.parse(line).answer.length > 0));
    const csv = page.waitForEvent('download');
    await page.getByRole('button', { name: L.csv }).click();
    const text = readFileSync(await (await csv).path(), 'utf8');
    assert.match(text, /,'=cut\.tar,/, 'no spreadsheet runs what a file is called');
    await toggles.filter({ hasText: W.tones.broken }).click();
    await page.waitForFunction(() => document.querySelectorAll('.fleet .row').length === 1);
    await page.locator('.fleet .search').press('ArrowDown');
    assert.equal(await page.evaluate(() => document.activeElement?.className), 'rows grid');
    await page.locator('.fleet .row').click();
    await shown(page);
    assert.equal(await page.locator('.item-head .badge').textContent(), W.tones.broken);
  }));

test('the containers of a large pod are a table, which is whole when all are read', () =>
  run(async (page) => {
    const count = 30;
    const names = Array.from({ length: count }, (_, i) => `c${i}`);
    const containers = Object.fromEntries(names.map((name, i) => [name, `${i}-${name}`]));
    const config = (/** @type {string} */ name) => JSON.stringify({ id: name, name });
    const pod = tar([
      ['pod.options', JSON.stringify({ version: 1, containers, annotations: {} })],
      ...names.map((name, i) => /** @type {const} */ ([`${i}-${name}/config.dump`, config(name)])),
    ]);
    await pick(page, [folder.write('pod.tar', pod)]);
    const card = page.locator('section', { has: page.locator('#containers-title') });
    await page.waitForFunction(
      () =>
        document.querySelectorAll('.fleet .row').length > 0 &&
        !document.querySelector('.answer-waiting, .answer-reading'),
    );
    assert.equal(await card.locator('.fleet .toggle').first().textContent(), `${L.all}${count}`);
    assert.equal(await card.locator('ul.items').count(), 0);
    await card.locator('.fleet .search').fill('c29');
    await page.waitForFunction(() => document.querySelectorAll('.fleet .row').length === 1);
  }));

test('dumps of one container that are dropped together are joined', () =>
  run(async (page) => {
    await pick(page, [
      join(archives, 'pre-checkpoint-gzip.tar.gz'),
      join(archives, 'with-previous-gzip.tar.gz'),
    ]);
    await page.locator('.items a', { hasText: 'with-previous' }).click();
    await shown(page);
    await page.waitForFunction(() => !document.querySelector('.badge.waiting, .badge.reading'));
    await view(page, 'Memory');
    await page.locator('.grid-head', { hasText: 'In parent' }).waitFor();
    assert.equal(await page.locator('.grid-head', { hasText: 'Missing' }).count(), 0);
    await page.getByLabel(/^Pages of an earlier dump/).selectOption('0');
    await page.locator('.grid-head', { hasText: 'Missing' }).waitFor();
  }));

test('comparing tells the verdicts first, then what was running; noise is only counted', () =>
  run(async (page) => {
    await pick(page, [join(archives, 'diff-a-zstd.tar.zst')]);
    await shown(page);
    await pick(page, [join(archives, 'diff-b-zstd.tar.zst')]);
    await shown(page);
    await view(page, 'Compare');
    await section(page, Y.processes).waitFor();
    const titles = await page.locator('.compare h2').allTextContents();
    assert.deepEqual(titles.slice(0, 2), [D.before, D.after]);
    assert.ok(titles.indexOf(Y.processes) < titles.indexOf('Identity'), titles.join());
    await accessible(page, 'compare');
  }));

test('a dump whose pages are in the one before it is judged with that while that is open', () =>
  run(async (page) => {
    const names = ['with-previous-gzip.tar.gz', 'pre-checkpoint-gzip.tar.gz'];
    await pick(page, [join(archives, names[0])]);
    await shown(page);
    const stops = page.locator('.stops', { hasText: 'is not in this archive' });
    await stops.waitFor();
    await pick(page, [join(archives, names[1])]);
    await shown(page);
    await page.locator('header.top select').selectOption({ label: names[0] });
    await page.getByText(`The checkpoint before it, ${names[1]}`).waitFor();
    assert.equal(await stops.count(), 0);
    // Without it, it is as before.
    await page.locator('header.top select').selectOption({ label: names[1] });
    await shown(page);
    await page.getByRole('button', { name: T.close }).first().click();
    await page.locator('.items a', { hasText: 'with-previous' }).click();
    await stops.waitFor();
  }));

test('one search finds views, findings, values, processes, members and rules; commands act', () =>
  run(async (page) => {
    await page.click('#sample-broken');
    await shown(page);
    const field = page.getByRole('combobox', { name: K.title });
    const open = async (/** @type {string} */ text) => {
      await page.keyboard.press('Control+k');
      await field.fill(text);
    };
    await open('inventory');
    await page.locator('.palette .label', { hasText: K.groups.findings }).waitFor();
    await page.locator('.palette .label', { hasText: K.groups.paths }).waitFor();
    await accessible(page, 'palette');
    await page.keyboard.press('Escape');
    await open('CKP109');
    await page.locator('.palette .label', { hasText: K.groups.rules }).waitFor();
    await page.keyboard.press('Escape');
    // What is typed at once arrives: the field is there before the next key is.
    for (const key of ['Control+k', '/']) {
      await page.keyboard.press(key);
      await page.keyboard.type('[root]o');
      assert.equal(await field.inputValue(), '[root]o', key);
      await page.keyboard.press('Escape');
    }
    // What is a secret is found, and not shown.
    await open('only-a-sample');
    await page.locator('.entry', { hasText: '••••' }).first().waitFor();
    const said = await page.locator('.entry', { hasText: 'only-a-sample' }).allTextContents();
    assert.deepEqual(said, [K.memory('only-a-sample')], 'what was typed is said, and nothing else');
    await page.keyboard.press('Escape');
    await open('open files');
    await page.keyboard.press('Enter');
    if ((await viewLink(page, 'Open files').count()) > 0)
      await page.locator('.view-openfiles').waitFor();
    await page.keyboard.press('/');
    await page.keyboard.press('Escape');
    await open('>restore on podman');
    await page.keyboard.press('Enter');
    await page.keyboard.press('1');
    await page.locator('#target').waitFor();
    assert.equal(await page.locator('#target').inputValue(), 'podman');
  }));

test('a lone image of CRIU is shown as its fields', () =>
  run(async (page) => {
    const { openCheckpoint } = await import('../../../wasm/api/node.js');
    const checkpoint = await openCheckpoint(join(archives, 'simple-none.tar'));
    const bytes = await checkpoint.read('checkpoint/pstree.img');
    await checkpoint.close();
    await pick(page, [folder.write('pstree.img', bytes)]);
    await shown(page);
    await page.locator('.viewer .rows.json .row', { hasText: 'pid' }).first().waitFor();
    await accessible(page, 'fields');
    await view(page, 'Overview');
    assert.match(
      await page.locator('.verdict h2').innerText(),
      /^One image of CRIU \(tree of the processes\), not a whole checkpoint/,
    );
  }));

test('of lone memory of a process it is said where its addresses stand', () =>
  run(async (page) => {
    await pick(page, [folder.write('pages-7.img', Buffer.alloc(3 * 4096, 1))]);
    await shown(page);
    await view(page, 'Overview');
    assert.match(
      await page.locator('.verdict h2').innerText(),
      /^One image of CRIU \(raw memory, 3 pages; the page map whose pages_id is 7 tells their addresses\)/,
    );
  }));
