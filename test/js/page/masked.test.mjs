// SPDX-License-Identifier: Apache-2.0
// A secret in command lines is nowhere in the page, neither shown, nor in what is copied, unless it is asked for.
/* global document */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { T } from '../../../web/text.js';
import { G, S } from '../../../web/text/dump.js';
import { K } from '../../../web/text/palette.js';
import { planted } from '../lib/planted.mjs';
import {
  browserTests,
  gridOf,
  listed,
  pick,
  section,
  shown,
  view,
  viewLink,
} from '../lib/page-browser.mjs';

const { folder, run } = browserTests();
const SECRETS = ['hunter2secret', 'hunter3secret'];

/** Keeps what the page copies. @param {import('playwright-core').Page} page */
const keepCopies = (page) =>
  page.evaluate(() => {
    const copies = /** @type {string[]} */ ([]);
    /** @type {any} */ (globalThis).copies = copies;
    const writeText = async (/** @type {string} */ text) => void copies.push(text);
    Object.defineProperty(navigator, 'clipboard', { value: { writeText } });
  });

/** Presses all buttons that copy; what the page holds now, and has copied. @param {import('playwright-core').Page} page */
async function everything(page) {
  for (const button of await page.locator('button.copy:visible').all()) await button.click();
  const copies = await page.evaluate(() => /** @type {any} */ (globalThis).copies.join('\n'));
  return `${await page.content()}\n${copies}`;
}

/** @param {import('playwright-core').Page} page @param {string} where */
async function assertHidden(page, where) {
  const all = await everything(page);
  for (const secret of SECRETS) assert.ok(!all.includes(secret), `${where}: ${secret}`);
}

test('a secret in a command line is masked in all views, and shown where it is asked for', () =>
  run(async (page) => {
    await keepCopies(page);
    await pick(page, [folder.write('one.tar', planted(SECRETS[0]))]);
    await shown(page);
    await assertHidden(page, 'overview');
    assert.ok((await page.content()).includes('mysql --password'), 'the board has the line');
    const names = await page
      .locator('.views a')
      .evaluateAll((links) =>
        links.map((link) => /** @type {HTMLAnchorElement} */ (link).href.split('/').at(-1) ?? ''),
      );
    assert.ok(names.includes('processes') && names.includes('timeline'), names.join());
    for (const name of names) {
      await view(page, T.views[/** @type {'processes'} */ (name)]);
      await page.evaluate(() => {
        for (const one of document.querySelectorAll('details')) one.open = true;
      });
      await assertHidden(page, name);
    }
    await page.emulateMedia({ media: 'print' });
    await assertHidden(page, 'print');
    await page.emulateMedia({ media: 'screen' });

    await view(page, 'Processes');
    const [cells] = await gridOf(page, 'Processes');
    assert.ok(
      cells.some((cell) => /^mysql --password .•••. --host db$/.test(cell)),
      cells.join(),
    );
    await page.locator('.rows.grid .row').first().click();
    const drawer = page.locator('.drawer');
    const line = drawer.locator('.facts > div', { hasText: G.titles.line });
    await line.waitFor();
    assert.match(await line.innerText(), /mysql --password .•••. --host db/);
    await assertHidden(page, 'drawer');
    await line.getByRole('button', { name: T.reveal }).click();
    assert.match(await line.innerText(), /mysql --password hunter2secret --host db/);

    await page.keyboard.press('Escape');
    await page.keyboard.press('Control+k');
    await page.getByRole('combobox', { name: K.title }).fill('mysql');
    await page.locator('.palette .label', { hasText: K.groups.values }).waitFor();
    await assertHidden(page, 'search');
    await page.keyboard.press('Escape');

    await view(page, 'Search memory');
    await page.getByRole('searchbox', { name: S.pattern }).fill('--password');
    await page.keyboard.press('Enter');
    const hit = page.locator('.rows.hits .row').first();
    await hit.waitFor();
    await assertHidden(page, 'hits');
    assert.match(await hit.innerText(), /--password.?•••/);
    await page.getByRole('checkbox', { name: S.reveal }).check();
    await page.locator('.rows.hits .row', { hasText: SECRETS[0] }).first().waitFor();
  }));

test('nor is it where checkpoints are compared, or in the table of many', () =>
  run(async (page) => {
    await keepCopies(page);
    const paths = SECRETS.map((secret, i) =>
      folder.write(`${i}.tar`, planted(secret, i === 0 ? 'db' : 'db2')),
    );
    const plain = planted(SECRETS[0]).toString('latin1').replaceAll('"args"', '"arms"');
    paths.push(folder.write('2.tar', Buffer.from(plain, 'latin1')));
    await pick(page, paths);
    await listed(page, 3);
    await assertHidden(page, 'many');
    await page.locator('.given .items > li a').first().click();
    await shown(page);
    await viewLink(page, 'Compare').click();
    for (const other of ['1.tar', '2.tar']) {
      await page
        .locator('.compare select')
        .first()
        .selectOption({ label: `keeper (${other})` });
      await section(page, 'spec.dump').waitFor();
      await assertHidden(page, `compared with ${other}`);
    }
  }));
