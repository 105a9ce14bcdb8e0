// SPDX-License-Identifier: Apache-2.0
// What is large does not block the page: archives, lists, texts, trees.
/* global requestAnimationFrame, document, window */
import assert from 'node:assert/strict';
import { closeSync, ftruncateSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { A } from '../../../web/text.js';
import {
  archives,
  atOnce,
  listed,
  manyMembers,
  pick,
  section,
  shown,
  view,
  browserTests,
} from '../lib/page-browser.mjs';

const { folder, run } = browserTests();

/** Watches how long the page does not answer; gives the longest in milliseconds. @param {import('playwright-core').Page} page */
async function watch(page) {
  await page.evaluate(() => {
    const gaps = { tasks: 0 };
    new PerformanceObserver((list) => {
      for (const { duration } of list.getEntries()) gaps.tasks = Math.max(gaps.tasks, duration);
    }).observe({ type: 'longtask' });
    Object.assign(window, { gaps });
  });
  return async () => Math.round(/** @type {any} */ (await page.evaluate('gaps')).tasks);
}

test('a large archive is cancelled while the page answers, and read again', (t) =>
  run(async (page) => {
    const path = join(folder.path, 'large.tar.zst');
    const file = openSync(path, 'w');
    // An empty frame, then frames to be skipped, each of nearly 4 GiB of nothing.
    writeSync(file, Buffer.from('28b52ffd2000010000', 'hex'), 0, 9, 0);
    const frame = Buffer.from('502a4d18f0ffffff', 'hex');
    let at = 9;
    for (let i = 0; i < 16; i++, at += 8 + 0xfffffff0) writeSync(file, frame, 0, 8, at);
    ftruncateSync(file, at);
    closeSync(file);
    await page.setInputFiles('#files', [path, join(archives, 'simple-zstd.tar.zst')]);
    await page.locator('.items a', { hasText: 'large.tar.zst' }).click();
    await page
      .locator('.progress')
      .getByText(/of 64\.0 GiB · \d+ % · .*\/s/)
      .waitFor();
    // The page answers while it is read.
    const share = await atOnce(page, async () => {
      await page.evaluate(() => new Promise((done) => requestAnimationFrame(done)));
      return page.locator('progress').evaluate((bar) => bar.value);
    });
    assert.ok(share > 0 && share < 1, String(share));
    await page.getByRole('button', { name: A.cancel }).click();
    await page.getByRole('button', { name: A.again }).waitFor();
    const start = performance.now();
    await page.keyboard.press('0');
    await listed(page, 2);
    t.diagnostic(`the next one was read after ${(performance.now() - start).toFixed(0)} ms more`);
    assert.deepEqual(await page.locator('.items .badge').allTextContents(), [
      'Cancelled',
      'Restores if',
    ]);
    // Closing it while it is read stops that, too.
    await page.locator('.items a', { hasText: 'large.tar.zst' }).click();
    await page.getByRole('button', { name: A.again }).click();
    await page.locator('.progress').getByText('/s').waitFor();
    await page.getByRole('button', { name: 'Close this checkpoint' }).click();
    await page.waitForTimeout(300);
    assert.equal(await page.locator('.items > li').count(), 1);
  }));

test('100,000 members: listed, searched, sorted, opened and closed', (t) =>
  run(async (page) => {
    const path = folder.write('many.tar', manyMembers(100_000));
    const longest = await watch(page);
    const start = performance.now();
    await pick(page, [path]);
    await shown(page, 'many.tar');
    t.diagnostic(`shown after ${(performance.now() - start).toFixed(0)} ms`);
    await view(page, 'Files');
    const list = page.locator('.rows.members');
    await list.locator('.row', { hasText: 'checkpoint/' }).click();
    await list.getByText('000000.img').waitFor();
    assert.ok((await list.locator('.row').count()) < 200);
    assert.equal(await list.locator('.row').first().getAttribute('aria-setsize'), '100001');
    await list.focus();
    await page.keyboard.press('End');
    await list.getByText('099999.img').waitFor();
    await page.keyboard.press('Home');
    await page.keyboard.press('ArrowLeft');
    await page.waitForFunction(
      () => document.querySelector('.rows.members .row')?.getAttribute('aria-setsize') === '1',
    );
    await page.locator('.search').fill('09999');
    await page.getByText('11 found').waitFor();
    await list.getByText('checkpoint/099990.img').waitFor();
    const tasks = await longest();
    t.diagnostic(`longest task of the page ${tasks} ms`);
    assert.ok(tasks < 1000);
  }));

test('200,000 deleted files: listed, searched, scrolled; the file itself too', (t) =>
  run(async (page) => {
    const names = Array.from(
      { length: 200_000 },
      (_, i) => `/usr/share/doc/package-${i}/changelog.gz`,
    );
    const path = folder.write('deleted.files', JSON.stringify(names, null, 2));
    const longest = await watch(page);
    await pick(page, [path]);
    await shown(page);
    await view(page, 'Metadata');
    const deleted = section(page, 'Files the container deleted');
    await deleted.getByText('200,000 entries').waitFor();
    const list = deleted.locator('.rows.list');
    assert.equal(await list.locator('.row').first().textContent(), names[0]);
    await list.evaluate((element) => (element.scrollTop = element.scrollHeight));
    await list.getByText(names[199_999]).waitFor();
    assert.equal(await list.locator('.row').last().getAttribute('aria-posinset'), '200000');
    assert.ok((await list.locator('.row').count()) < 200);
    await deleted.locator('input').fill('PACKAGE-19999');
    await deleted.getByText('11 entries').waitFor();
    await list.getByText(names[199_999]).waitFor();
    assert.deepEqual(
      (await list.locator('.row').allTextContents()).sort(),
      names.filter((name) => name.includes('package-19999')).sort(),
    );
    await deleted.getByRole('link', { name: 'deleted.files' }).click();
    const text = page.locator('.viewer .rows.text');
    await text.getByText(names[0]).waitFor();
    assert.ok((await text.locator('.row').count()) < 200);
    const tasks = await longest();
    t.diagnostic(`longest task of the page ${tasks} ms`);
    assert.ok(tasks < 1000);
  }));

test('huge strings, deep nesting and many entries come in pieces', () =>
  run(async (page) => {
    const deep = `${'['.repeat(9000)}1${']'.repeat(9000)}`;
    const spec = {
      annotations: { big: 'x'.repeat(10 << 20), deep, wide: JSON.stringify(Array(50_000).fill(0)) },
      process: { cwd: '/', env: Array.from({ length: 30_000 }, (_, i) => `V${i}=${i}`) },
    };
    await pick(page, [folder.write('spec.dump', JSON.stringify(spec))]);
    await shown(page);
    await view(page, 'Metadata');
    const annotations = section(page, 'Annotations');
    await annotations.getByText(/^Show more \(1,000 of 10,485,760 characters\)/).click();
    await annotations.getByText(/^Show more \(33,768 of/).waitFor();
    const environment = section(page, 'Environment');
    assert.equal(await environment.locator('tbody tr').count(), 100);
    await environment.locator('.more').click();
    await page.waitForFunction(() => document.querySelectorAll('tbody tr').length > 300);
    const wide = annotations.locator('tr', { hasText: 'wide' });
    await wide.locator('summary').click();
    await wide.getByText('Show 200 more of 50,000').waitFor();
    const tree = annotations.locator('tr', { hasText: 'deep' });
    for (let level = 0; level < 12; level++) {
      await tree.locator('details:not([open]) > summary').last().click();
      await page.waitForFunction(() => !document.querySelector('.tree p'));
    }
    assert.ok((await page.locator('*').count()) < 10_000, 'the page stays small');
    await annotations.getByRole('link', { name: 'spec.dump' }).click();
    await page.locator('.viewer .rows.text .row').first().waitFor();
  }));
