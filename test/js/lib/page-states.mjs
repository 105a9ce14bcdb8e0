// SPDX-License-Identifier: Apache-2.0
// The page in each of its states, one after another: for pictures of them, and for what holds in all.
/* global location */
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { archives, example, listed, pageData, pick, shown, tarOf } from './page-browser.mjs';

/** @typedef {import('playwright-core').Page} Page */
/** @typedef {{name: string, show: (page: Page) => Promise<void>, always?: boolean}} State */

const pixel = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
);

/** Waits until nothing is awaited any more. @param {Page} page */
const rest = (page) => page.waitForTimeout(250);

/** Goes to a view of what is open, by its name in the address. @param {Page} page @param {string} view */
export async function to(page, view) {
  await page.evaluate((wanted) => {
    location.hash = location.hash.replace(/^(#\d+(\.\w+)?).*/, `$1/${wanted}`);
  }, view);
  await page.locator(`.view-${view.replace(/[/;].*/, '')}`).waitFor();
  await rest(page);
}

/** The views that are there. @param {Page} page @returns {Promise<string[]>} */
export const viewsThere = (page) =>
  page
    .locator('.views a')
    .evaluateAll((links) =>
      links.map((link) => /** @type {HTMLAnchorElement} */ (link).hash.replace(/^#[^/]*\//, '')),
    );

/**
 * @param {{write(name: string, content: Uint8Array | string): string}} folder
 * @param {string} [rich] an archive whose processes are worth a look
 * @returns {State[]}
 */
export function statesOf(folder, rich = join(pageData, 'explore.tar.xz')) {
  const whole = readFileSync(join(archives, 'simple-gzip.tar.gz'));
  const cut = folder.write('cut.tar.gz', whole.subarray(0, whole.length / 2));
  const hostile = folder.write(
    'hostile.tar',
    tarOf([
      ['config.dump', readFileSync(join(example, 'config.dump'), 'utf8')],
      ['spec.dump', readFileSync(join(example, 'spec.dump'), 'utf8')],
      ['../../etc/cron.d/x', '* * * * * root true\n'],
    ]),
  );
  const png = folder.write('picture.png', pixel);
  const odd = folder.write('config.dump', '{"id": 1}');
  /** @type {State[]} */
  const states = [];
  const add = (
    /** @type {string} */ name,
    /** @type {State['show']} */ show,
    /** @type {Partial<State>} */ more = {},
  ) => states.push({ name, show, ...more });
  const one = (/** @type {string} */ path) => async (/** @type {Page} */ page) => {
    await page.evaluate(() => {
      location.hash = '#';
    });
    await page.locator('#files').waitFor({ state: 'attached' });
    await pick(page, [path]);
    await shown(page);
    await rest(page);
  };
  add('empty', rest);
  add('help', async (page) => {
    await page.keyboard.press('?');
    await page.locator('dialog').waitFor();
  });
  add('wrong-file', async (page) => {
    await page.keyboard.press('Escape');
    await one(png)(page);
  });
  add('loose', one(odd));
  add('damaged', one(cut));
  add('hostile', one(hostile), { always: true });
  add('hostile-drawer', async (page) => {
    await page.locator('.reasons a.walk, .tops a.walk').first().click();
    await page.locator('.drawer').waitFor();
    await rest(page);
  });
  add('healthy', one(join(archives, 'crio.tar')));
  add('rich', one(rich), { always: true });
  add('rich-menu', async (page) => {
    await page.setViewportSize({ width: 360, height: 780 });
    await page.locator('.views > .menu').click();
  });
  add('rich-target', async (page) => {
    await page.setViewportSize({ width: 1440, height: 900 });
    const menu = page.locator('.views > .menu[aria-expanded="true"]');
    if (await menu.count()) await menu.evaluate((button) => /** @type {any} */ (button).click());
    await page.locator('#target').selectOption('cri-o');
    await page.locator('#target-version').waitFor();
    await rest(page);
  });
  add('rich-host', async (page) => {
    await page.locator('#target').selectOption('');
    await page.locator('#host').click();
    await page.locator('dialog').waitFor();
  });
  for (const view of [
    ...['findings', 'processes', 'openfiles', 'sockets', 'mounts', 'memory', 'search', 'secrets'],
    ...['timeline', 'metadata', 'changes', 'files', 'size', 'compare'],
  ])
    add(`rich-${view}`, async (page) => {
      if (await page.locator('dialog[open]').count()) await page.keyboard.press('Escape');
      if ((await viewsThere(page)).includes(view)) await to(page, view);
    });
  for (const [view, place] of [
    ['processes', 'processes/0'],
    ['memory', 'memory/0'],
    ['memory-bytes', 'memory/0/0-1'],
    ['files', 'files/1'],
    ['finding', 'findings;0'],
  ])
    add(`row-${view}`, (page) => to(page, place));
  add('palette', async (page) => {
    await page.keyboard.press('Control+k');
    await page.keyboard.type('root');
    await page.waitForTimeout(600);
  });
  add('compared', async (page) => {
    await page.keyboard.press('Escape');
    await one(join(archives, 'diff-a-zstd.tar.zst'))(page);
    await to(page, 'compare');
    await pick(page, [join(archives, 'diff-b-zstd.tar.zst')]);
    await page.waitForTimeout(800);
  });
  add('fleet', async (page) => {
    await page.locator('header.top .brand').click();
    const before = await page.locator('header.top select option').count();
    const all = readdirSync(archives).filter((name) => /\.tar/.test(name));
    await pick(
      page,
      all.map((name) => join(archives, name)),
    );
    await listed(page, before - 1 + all.length).catch(() => {});
    await page.waitForTimeout(3000);
  });
  return states;
}
