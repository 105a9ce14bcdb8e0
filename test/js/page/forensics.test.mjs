// SPDX-License-Identifier: Apache-2.0
// Secrets, timeline, changed files, who talks to whom, sizes as areas, hosts, help; and all archives of the tests
// one after another in one page.
/* global document, location */
import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { openCheckpoint } from '../../../wasm/api/node.js';
import { W } from '../../../web/text/answer.js';
import { G } from '../../../web/text/dump.js';
import { C, H, L, Q, U } from '../../../web/text/views.js';
import {
  archives,
  browserTests,
  gridOf,
  facts,
  pageData,
  pick,
  shown,
  tarOf,
  view,
} from '../lib/page-browser.mjs';

const { folder, run } = browserTests();
const dumps = fileURLToPath(new URL('../../data/dumps/', import.meta.url));
const explore = join(pageData, 'explore.tar.xz');

const cells = (/** @type {import('playwright-core').Locator} */ within) =>
  within
    .locator('tbody tr')
    .evaluateAll((rows) =>
      rows.map((row) =>
        [...row.querySelectorAll('td')].map(({ textContent }) => textContent ?? ''),
      ),
    );

test('secrets stand in one table, masked alike; memory is searched when it is asked for', () =>
  run(async (page) => {
    await page.locator('#sample-broken').click();
    await shown(page);
    await view(page, 'Secrets');
    const [row] = await cells(page.getByRole('table', { name: Q.listed }));
    assert.equal(row[0], 'DB_PASSWORD');
    assert.match(row[3], /^spec\.dump:\d+$/);
    assert.match(row[2], /^•{8} /, 'whatever its length');
    assert.ok(!(await page.content()).includes('only-a-sample'), 'nowhere on the page');
    await page.getByRole('table').getByRole('button', { name: 'Show' }).first().click();
    assert.match(await page.locator('.secret.seen').innerText(), /^only-a-sample/);
    await page.getByRole('button', { name: /^spec\.dump/ }).click();
    await page.locator('.view-files .viewer').waitFor();

    await pick(page, [explore]);
    await shown(page, 'bare-proc');
    await view(page, 'Secrets');
    await page.getByText(Q.none).waitFor();
    await page.getByRole('button', { name: Q.look }).click();
    const found = page.getByRole('table', { name: Q.deep });
    await found.waitFor();
    const deep = await cells(found);
    const token = deep.find(([name]) => name.includes('API_TOKEN'));
    assert.ok(token, 'a variable of the processes');
    assert.ok(Number(token[4]) > 5, `${token[4]} places of one value in one row`);
    assert.match(token[2], /^•{8} /);
    await found
      .getByRole('button', { name: /^memory of/ })
      .first()
      .click();
    await page.locator('.view-memory .memory-bytes').waitFor();
  }));

test('the first screen tells who is inside; no figure is said twice; no bar for no bytes', () =>
  run(async (page) => {
    await pick(page, [join(archives, 'crio.tar')]);
    await shown(page);
    const who = page.locator('.who-line');
    await who.first().waitFor();
    assert.deepEqual(
      (await who.allTextContents()).map((line) => /sleep 1|while true/.exec(line)?.[0]),
      ['while true', 'sleep 1'],
    );
    assert.match(await page.locator('.where').innerText(), /136\.0 KiB stored of 4\.4 MiB mapped/);
    assert.match(await page.locator('.held').innerText(), /PIPE 4/);
    const statistics = await facts(page.locator('.card.statistics'));
    assert.equal(statistics['Memory dump took'], '676 µs');
    assert.equal(statistics['Frozen for'], '133 milliseconds 132,606 µs');
    await who.nth(1).click();
    await page.locator('.drawer h2', { hasText: 'Process 8' }).waitFor();

    const empty = folder.write(
      'empty.tar',
      tarOf([
        ['config.dump', '{}'],
        ['status', ''],
      ]),
    );
    await pick(page, [empty]);
    await shown(page, 'empty.tar');
    await view(page, 'Files');
    await page.locator('.members .row').nth(1).waitFor();
    const bars = await page
      .locator('.members .row')
      .evaluateAll((rows) => rows.map((row) => row.querySelectorAll('.track > span').length));
    assert.deepEqual(bars, [1, 0]);
  }));

test('times are in UTC, in their order, each with who says so', () =>
  run(async (page) => {
    await pick(page, [join(archives, 'crio.tar')]);
    await shown(page);
    const first = page.locator('.times time').first();
    assert.equal(await first.innerText(), '2026-03-13 21:30:00.123456789 UTC');
    assert.match((await first.getAttribute('title')) ?? '', /22:30:00.*(CET|GMT\+1)/);
    await view(page, 'Timeline');
    const rows = await cells(page.getByRole('table', { name: 'Timeline' }));
    const times = rows.map(([time]) => time);
    assert.deepEqual(times, [...times].sort());
    assert.ok(times.every((time) => time.endsWith(' UTC')));
    const said = rows.map(([, what, , source]) => [what, source]);
    assert.ok(said.some(([what, source]) => what === 'Created' && source === 'config.dump'));
    assert.ok(said.some(([what]) => what === L.images.first || what === L.images.only));
  }));

test('changed files stand beside their content, in one view', () =>
  run(async (page) => {
    const path = join(archives, 'features-gzip.tar.gz');
    const checkpoint = await openCheckpoint(readFileSync(path), { name: 'x' });
    const { members } = await checkpoint.list('rootfs-diff.tar');
    const file = [...members].find(({ type, size }) => type === 'file' && size > 0);
    assert.ok(file);
    await pick(page, [path]);
    await shown(page);
    await view(page, 'Changed files');
    const rows = await gridOf(page, 'Changed files');
    assert.ok(rows.some(([change]) => change === C.changes.written));
    const field = page.locator('.view-changes .search');
    await field.fill(C.changes.deleted);
    const lists = checkpoint.documents['deleted.files'].value;
    await page.getByText(`${lists.length} of `, { exact: false }).waitFor();
    const deleted = await gridOf(page, 'Changed files');
    assert.deepEqual(
      deleted.map(([change, name]) => [change, name]),
      lists.map((/** @type {string} */ name) => [C.changes.deleted, name]),
    );
    await field.fill('');
    await page
      .locator('.grid .row', { hasText: file.name.replace(/^\.\//, '') })
      .first()
      .click();
    await page.locator('.view-changes .viewer h2', { hasText: file.name }).waitFor();
    await page.keyboard.press('Escape');
    await page.locator('.view-changes .viewer').waitFor({ state: 'detached' });
  }));

test('who talks to whom; the members as areas; help', () =>
  run(async (page) => {
    await pick(page, [join(dumps, 'bare-sockets/bare-sockets.tar.zst')]);
    await shown(page);
    await view(page, 'Sockets');
    const talks = await page
      .locator('.talk')
      .evaluateAll((lines) => lines.map(({ textContent }) => textContent ?? ''));
    assert.ok(talks.some((line) => line.includes(G.listens)));
    assert.ok(talks.some((line) => /zoo.*unix.*zoo/.test(line)));
    await view(page, 'Size');
    const areas = page.locator('.treemap a');
    await areas.first().waitFor();
    assert.match((await areas.first().getAttribute('title')) ?? '', /pages-1\.img, 124\.0 KiB/);
    await page.keyboard.press('?');
    await page.getByText(U.words, { exact: true }).click();
    await page.getByText('pages that a page server sends', { exact: false }).waitFor();
  }));

test('a host that is pasted or dropped along decides what it can; what is none is said to be none', () =>
  run(async (page) => {
    await pick(page, [join(archives, 'crio.tar')]);
    await shown(page);
    await page.locator('#host').click();
    await page.locator('#host-text').fill('{"version": 99}');
    await page.locator('#host-use').click();
    await page.locator('dialog .failed').waitFor();
    const host = JSON.stringify({
      ...{ version: 1, kernel: '6.8.0', architecture: 'aarch64', distribution: 'Test 1' },
      ...{ criu: { version: '4.2' }, cgroup: 2 },
    });
    await page.locator('#host-text').fill(host);
    await page.locator('#host-use').click();
    await page.locator('.host').waitFor();
    assert.match(await page.locator('.host').innerText(), /aarch64 · 6\.8\.0 · Test 1/);
    await page.locator('#verdict-title', { hasText: W.nobody }).waitFor();
    await page.getByRole('button', { name: H.remove }).click();
    await page.locator('#verdict-title', { hasText: W.restores('CRI-O') }).waitFor();
    await pick(page, [folder.write('host.json', host), join(archives, 'simple-none.tar')]);
    await shown(page, 'simple');
    await page.locator('.host').waitFor();
  }));

test('keys leave the focus where reading goes on; a link leads past the bar', () =>
  run(async (page) => {
    await pick(page, [join(archives, 'crio.tar')]);
    await shown(page);
    await page.locator('.views a[aria-current]').focus();
    await page.evaluate(() => /** @type {HTMLElement} */ (document.activeElement).blur());
    const within = () => page.evaluate(() => document.activeElement?.className ?? '');
    for (const [key, name] of [
      ['3', 'view-processes'],
      ['9', 'view-metadata'],
      ['Escape', 'view-overview'],
    ]) {
      await page.keyboard.press(key);
      await page.locator(`.${name}`).waitFor();
      await page.waitForFunction((n) => document.activeElement?.closest(`.${n}`), name);
      assert.match(await within(), /\S/);
    }
    await page.locator('.skip').focus();
    await page.keyboard.press('Enter');
    assert.equal(await page.evaluate(() => document.activeElement?.id), 'main');
    assert.match(await page.evaluate(() => location.hash), /overview/, 'the place stays');
  }));

test('all archives one after another in one page: no fault, and no headline that claims too much', () =>
  run(async (page) => {
    const restores = fileURLToPath(new URL('../../data/restores/', import.meta.url));
    const hostile = folder.write(
      'dotdot.tar',
      tarOf([
        ['config.dump', '{"id":"x"}'],
        ['../x', ''],
      ]),
    );
    const paths = [archives, restores]
      .flatMap((at) => readdirSync(at).map((name) => join(at, name)))
      .filter((path) => /\.tar(\.\w+)?$/.test(path));
    const claims = /^(?!No engine).* restores this checkpoint(\.| if)/;
    for (const path of [hostile, ...paths.slice(0, 40)]) {
      await page.evaluate(() => {
        location.hash = '#';
      });
      await page.locator('#files').waitFor({ state: 'attached' });
      await pick(page, [path]);
      await shown(page);
      const { title, errors, unchecked } = await page.evaluate(() => ({
        title: document.querySelector('#verdict-title')?.textContent ?? '',
        errors: document.querySelector('.verdict .count.error')?.textContent ?? '',
        unchecked: [...document.querySelectorAll('.unchecked li')].map((e) => e.textContent ?? ''),
      }));
      assert.notEqual(title, '', path);
      if (errors !== '') assert.doesNotMatch(title, claims, `${path}: ${title}, ${errors}`);
      if (unchecked.some((text) => !text.startsWith('secrets in memory')))
        assert.doesNotMatch(
          title,
          /^(?!No engine).* restores this checkpoint\.$/,
          `${path}: ${unchecked.join()}`,
        );
      await page.locator('.item-head .close').click();
    }
    assert.equal(await page.locator('.items > li').count(), 0);
  }));
