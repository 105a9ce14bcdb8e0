// SPDX-License-Identifier: Apache-2.0
// Open files, sockets, mounts, memory and its bytes, searching it, sizes: as a real browser shows them,
// against what the API says.
/* global document, location */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { openCheckpoint } from '../../../wasm/api/node.js';
import { T } from '../../../web/text.js';
import { G, S, Z } from '../../../web/text/dump.js';
import {
  accessible,
  archives,
  browserTests,
  gridOf,
  pick,
  section,
  shown,
  view,
} from '../lib/page-browser.mjs';

const { run } = browserTests();
const sample = join(archives, 'simple-zstd.tar.zst');
const sockets = fileURLToPath(
  new URL('../../data/dumps/bare-sockets/bare-sockets.tar.zst', import.meta.url),
);

test('open files, sockets and mounts are those of the API; a row shows all that is known of it', () =>
  run(async (page) => {
    const checkpoint = await openCheckpoint(readFileSync(sockets), { name: 'x' });
    const dump = await checkpoint.dump();
    await pick(page, [sockets]);
    await shown(page);
    await view(page, 'Open files');
    const files = dump.files();
    const seen = await gridOf(page, 'Open files');
    assert.ok(seen.length > 10);
    assert.deepEqual(
      seen.map(([pid, fd, type, path]) => [pid, fd, type, path]),
      files
        .slice(0, seen.length)
        .map(({ pid, fd, use, type, path }) => [
          String(pid ?? G.inFlight),
          String(fd ?? use),
          type,
          path ?? '',
        ]),
    );
    await accessible(page, 'open files');
    await view(page, 'Sockets');
    const rows = await gridOf(page, 'Sockets');
    const all = dump.sockets();
    assert.ok(rows.length > 10 && rows.length <= all.length);
    const udp = all.findIndex(({ protocol, local }) => protocol === 'udp' && local?.port);
    assert.ok(udp >= 0 && rows[udp].some((cell) => cell.includes(String(all[udp].local?.port))));
    await page.locator('.rows.grid .row').nth(udp).click();
    const details = page.locator('.drawer');
    await details.locator('dt', { hasText: 'inode' }).waitFor();
    assert.ok((await details.innerText()).includes(String(all[udp].inode)));
    assert.match(page.url(), new RegExp(`/sockets/${udp}$`));
    await accessible(page, 'a socket');
    await page.keyboard.press('Escape');
    await details.waitFor({ state: 'detached' });
    dump.close();
    await checkpoint.close();
  }));

test('memory: mappings, the bytes at an address, and where they lie in the archive', () =>
  run(async (page) => {
    const checkpoint = await openCheckpoint(readFileSync(sample), { name: 'x' });
    const dump = await checkpoint.dump();
    const { maps } = dump.memory.maps(1);
    await pick(page, [sample]);
    await shown(page);
    await view(page, 'Memory');
    const rows = await gridOf(page, 'Memory');
    assert.deepEqual(
      rows.map(([address, perms]) => [address, perms]),
      maps.map(({ start, end, perms }) => [`${start.toString(16)}-${end.toString(16)}`, perms]),
    );
    assert.equal(await page.locator('.strip .map-part').count(), maps.length);
    const stack = maps.findIndex(({ kind }) => kind === 'stack');
    await page.locator('.rows.grid .row').nth(stack).click();
    await page.locator('.drawer').getByRole('button', { name: G.bytes }).click();
    const bytes = page.locator('.memory-bytes');
    await bytes.locator('.row').first().waitFor();
    const segment = [...dump.memory.segments(1, maps[stack].start, maps[stack].end)].find(
      ({ place }) => place === 'stored',
    );
    assert.ok(segment);
    await page
      .getByRole('searchbox', { name: 'Address to go to' })
      .fill(segment.start.toString(16));
    await page.keyboard.press('Enter');
    const label = segment.start.toString(16).padStart(12, '0');
    const row = bytes.locator('.row', { has: page.locator('.number', { hasText: label }) }).first();
    await row.waitFor();
    const wanted = Buffer.from(await dump.memory.read(1, segment.start, 16)).toString('hex');
    const seen = await row.locator('code').first().innerText();
    assert.equal(seen.replace(/\s/g, ''), wanted);
    const file = segment.member?.replace(/.*\//, '');
    assert.equal(await row.locator('.where').innerText(), `${file}+${segment.offset.toString(16)}`);
    await accessible(page, 'bytes of memory');
    // The address leads back to it when the same file is given to another page.
    const { hash } = new URL(page.url());
    await page.evaluate((to) => {
      location.hash = '#';
      /** @type {any} */ (globalThis).kept = to;
    }, hash);
    await page.click('#clear');
    await page.evaluate((to) => (location.hash = to), hash.replace('#1.', '#7.'));
    await pick(page, [sample]);
    await bytes.locator('.row').first().waitFor();
    dump.close();
    await checkpoint.close();
  }));

test('memory that is not in the dump is one line, however long; bytes beside it keep their places', () =>
  run(async (page) => {
    const checkpoint = await openCheckpoint(readFileSync(sample), { name: 'x' });
    const dump = await checkpoint.dump();
    const { maps } = dump.memory.maps(1);
    const mixed = maps.findIndex(({ stored, file }) => stored > 0n && file > 8192n);
    assert.ok(mixed >= 0);
    const { start, end } = maps[mixed];
    const segments = [...dump.memory.segments(1, start, end)];
    const there = ['stored', 'block', 'zero'];
    let lines = 0;
    let before = '';
    for (const { place, start: from, end: to } of segments) {
      if (there.includes(place)) lines += Number(to - from) / 16;
      else if (place !== before) lines++;
      before = place;
    }
    await pick(page, [sample]);
    await shown(page);
    await view(page, 'Memory');
    await page.locator('.rows.grid .row').nth(mixed).click();
    await page.locator('.drawer').getByRole('button', { name: G.bytes }).click();
    const rows = page.locator('.memory-bytes .row');
    await rows.first().waitFor();
    assert.equal(await rows.first().getAttribute('aria-setsize'), String(lines));
    const index = segments.findIndex(({ place }) => !there.includes(place));
    const gap = segments[index];
    await page.getByRole('searchbox', { name: 'Address to go to' }).fill(gap.start.toString(16));
    await page.keyboard.press('Enter');
    const label = gap.start.toString(16).padStart(12, '0');
    const line = rows.filter({ has: page.locator('.number', { hasText: label }) });
    await line.waitFor();
    assert.match(await line.innerText(), /[KM]iB .*not in the dump, up to/);
    dump.close();
    await checkpoint.close();
  }));

test('Enter and the arrow lead from the field above a list into it', () =>
  run(async (page) => {
    await pick(page, [sample]);
    await shown(page);
    await view(page, 'Files');
    const field = page.getByRole('searchbox', { name: T.searchFiles });
    await field.fill('core-1');
    await field.press('Enter');
    await page.locator('.viewer h2', { hasText: 'core-1.img' }).waitFor();
    await field.press('ArrowDown');
    assert.equal(await page.evaluate(() => document.activeElement?.className), 'rows members');
    await view(page, 'Processes');
    await page.getByRole('searchbox', { name: G.filter }).press('ArrowDown');
    assert.equal(await page.evaluate(() => document.activeElement?.className), 'rows grid');
    await view(page, 'Findings');
    await page.getByRole('searchbox', { name: T.searchFindings }).press('ArrowDown');
    assert.equal(await page.evaluate(() => document.activeElement?.localName), 'summary');
    await page.keyboard.press('j');
    assert.ok(await page.evaluate(() => document.activeElement?.matches('.walk')));
  }));

test('searching memory: hits with their places, nothing said before its end, secrets hidden', () =>
  run(async (page) => {
    await pick(page, [sample]);
    await shown(page);
    await view(page, 'Search memory');
    await page.getByRole('searchbox', { name: S.pattern }).fill('PATH=');
    await page.keyboard.press('Enter');
    const checkpoint = await openCheckpoint(readFileSync(sample), { name: 'x' });
    const dump = await checkpoint.dump();
    const found = [];
    for await (const hit of dump.memory.search({ text: 'PATH=' })) found.push(hit);
    assert.ok(found.length > 0);
    await page.getByText(new RegExp(`^Done: ${found.length} hits? in`)).waitFor();
    assert.deepEqual(
      await page.locator('.rows.hits .row .address').allTextContents(),
      found.map(({ address }) => address.toString(16)),
    );
    await accessible(page, 'hits');
    await page.locator('.rows.hits .row').first().click();
    await page.locator('.drawer').getByRole('button', { name: G.bytes }).click();
    await page.locator('.memory-bytes .row').first().waitFor();

    await view(page, 'Search memory');
    await page.getByRole('searchbox', { name: S.pattern }).fill('no such text anywhere');
    await page.keyboard.press('Enter');
    await page.getByText(/^Done: nothing found in /).waitFor();
    await page.locator('select').first().selectOption('regex');
    await page.getByRole('searchbox', { name: S.pattern }).fill('a(');
    await page.keyboard.press('Enter');
    await page.locator('.hunt .failed').waitFor();
    dump.close();
    await checkpoint.close();
  }));

test('the size is told in parts that add up, and what would make it smaller', () =>
  run(async (page) => {
    await pick(page, [sample]);
    await shown(page);
    await view(page, 'Size');
    await section(page, Z.parts).waitFor();
    await section(page, Z.remedies).waitFor();
    assert.ok((await section(page, Z.parts).locator('.bar-part').count()) >= 3);
    await accessible(page, 'size');
  }));

test('a finding opens beside the view, which stays; keys lead through all of them', () =>
  run(async (page) => {
    await page.click('#sample-broken');
    await shown(page);
    await page.locator('.overview a.point').first().click();
    const drawer = page.locator('.drawer');
    await drawer.locator('h3').first().waitFor();
    assert.equal(await page.locator('.view-overview').count(), 1);
    const first = await drawer.locator('h2').innerText();
    await page.locator('main').focus();
    await page.keyboard.press(']');
    await page.waitForFunction(
      (before) => document.querySelector('.drawer h2')?.textContent !== before,
      first.replace(/\n/g, ''),
    );
    await accessible(page, 'the evidence');
    await page.keyboard.press('o');
    await page.locator('.view-files .viewer').waitFor();
    assert.equal(await drawer.count(), 1);
    await page.keyboard.press('Escape');
    await drawer.waitFor({ state: 'detached' });
  }));
