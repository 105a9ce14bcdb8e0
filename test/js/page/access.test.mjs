// SPDX-License-Identifier: Apache-2.0
// Everyone can use the page: axe on every view, light and dark and on a telephone; keys alone.
/* global document, getComputedStyle, window */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { test } from 'node:test';
import { T } from '../../../web/text.js';
import {
  archives,
  listed,
  pageData,
  pick,
  shown,
  view,
  viewLink,
  browserTests,
} from '../lib/page-browser.mjs';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const { folder, run } = browserTests();

/** @typedef {import('playwright-core').Page} Page */

/** What axe objects to, in words. @param {Page} page @param {object} [options] @returns {Promise<string[]>} */
async function objections(page, options = {}) {
  const result = await page.evaluate(`axe.run(document, ${JSON.stringify(options)})`);
  const { violations, passes } = /** @type {any} */ (result);
  assert.ok(passes.length > 0, 'something was checked');
  return violations.flatMap((/** @type {any} */ { id, help, nodes }) =>
    nodes.map(
      (/** @type {any} */ { html, failureSummary }) =>
        `${id}: ${help}\n  ${html.slice(0, 300)}\n  ${failureSummary}`,
    ),
  );
}

/** Light and dark and on a telephone. @param {Page} page @param {string} name */
async function check(page, name) {
  await page.emulateMedia({ colorScheme: 'light', reducedMotion: 'reduce' });
  assert.deepEqual(await objections(page), [], `${name}, light`);
  await page.emulateMedia({ colorScheme: 'dark', reducedMotion: 'reduce' });
  /** All that is different in the dark. */
  assert.deepEqual(await objections(page, { runOnly: ['color-contrast'] }), [], `${name}, dark`);
  await page.emulateMedia({ colorScheme: 'light', reducedMotion: 'reduce' });
  const size = page.viewportSize() ?? { width: 1100, height: 800 };
  await page.setViewportSize({ width: 360, height: 640 });
  await page.waitForTimeout(100);
  assert.deepEqual(
    await objections(page, { rules: { 'color-contrast': { enabled: false } } }),
    [],
    `${name}, narrow`,
  );
  const wider = await page.evaluate(() => {
    const scrolls = (/** @type {Element | null} */ element) => {
      for (let e = element; e && e !== document.body; e = e.parentElement)
        if (/auto|scroll|hidden/.test(getComputedStyle(e).overflowX)) return true;
      return false;
    };
    return [...document.querySelectorAll('body *')]
      .filter((e) => e.getBoundingClientRect().right > 361 && !scrolls(e.parentElement))
      .map((e) => e.outerHTML.slice(0, 200));
  });
  assert.deepEqual(wider, [], `${name}: nothing is wider than a telephone`);
  await page.setViewportSize(size);
}

/** @param {Page} page */
const openAll = (page) =>
  page.evaluate(() => {
    for (const part of document.querySelectorAll('details')) part.open = true;
  });

/** All views of the item that is shown. @param {Page} page @param {string} name */
async function checkViews(page, name) {
  for (const title of await page.locator('.views a').allTextContents()) {
    const words = title.replace(/[\d,]+/g, '');
    await view(page, words);
    await page.waitForTimeout(150);
    await openAll(page);
    const target = page.locator('button.target').first();
    if (await target.count()) await target.click();
    await page.waitForTimeout(100);
    await check(page, `${name}: ${words}`);
  }
  // What is dropped on "Compare" is compared.
  if ((await viewLink(page, 'Files').count()) > 0) await view(page, 'Files');
}

test('axe finds nothing to object to before anything is given, and in dialogs', () =>
  run(async (page) => {
    await page.evaluate(axe);
    await check(page, 'start');
    await page.keyboard.press('?');
    await page.locator('dialog[open]').waitFor();
    await check(page, 'help');
    await page.keyboard.press('Escape');
    await page.click('#paste');
    await page.locator('dialog[open]').waitFor();
    await check(page, 'paste');
  }));

test('axe finds nothing to object to in any view: healthy, with errors, damaged, none', () =>
  run(async (page) => {
    await page.evaluate(axe);
    await page.click('#sample-broken');
    await shown(page);
    await checkViews(page, 'broken');
    await view(page, 'Files');
    await page.locator('.rows.members .row', { hasText: 'config.dump' }).click();
    await page.locator('.viewer .rows.text .row').first().waitFor();
    await check(page, 'a file');
    await page.evaluate(() => {
      // What was opened to be looked at would lie over the menu.
      for (const open of document.querySelectorAll('.item-head details[open]'))
        open.removeAttribute('open');
    });
    await page.setViewportSize({ width: 360, height: 640 });
    await page.keyboard.press('1');
    await page.locator('.overview').waitFor();
    await view(page, 'Compare');
    await page.locator('.menu-title', { hasText: 'Compare' }).waitFor();
    const tab = await page.locator('.views > .menu').boundingBox();
    assert.ok(tab && tab.x >= 0 && tab.x + tab.width <= 360, 'the view one is at is seen');
    await page.keyboard.press('1'); // what is given while one compares is compared
    await page.setViewportSize({ width: 1100, height: 800 });
    const whole = readFileSync(join(archives, 'crio.tar'));
    await pick(page, [folder.write('cut.tar', whole.subarray(0, 150_000))]);
    await shown(page, 'cut.tar');
    await checkViews(page, 'damaged');
    await pick(page, [folder.write('notes.txt', 'no checkpoint')]);
    await shown(page, 'notes.txt');
    await checkViews(page, 'none');
    await page.keyboard.press('0');
    await listed(page, 3);
    await check(page, 'list');
    await page.evaluate('location.hash = "#99/overview"');
    await page.getByText(T.gone).waitFor();
    await check(page, 'gone');
  }));

test('axe finds nothing to object to in metadata of every kind', () =>
  run(async (page) => {
    await page.evaluate(axe);
    const names = ['status', 'spec.dump', 'network.status', 'pod.options', 'config.dump'];
    await pick(page, [
      ...names.map((name) => join(pageData, 'kubernetes', name)),
      folder.write('deleted.files', JSON.stringify(Array(500).fill('/a/b'))),
    ]);
    await shown(page);
    await view(page, 'Metadata');
    await page.locator('.sections .card').first().waitFor();
    await openAll(page);
    await page.waitForTimeout(100);
    await check(page, 'metadata');
  }));

test('keys alone: from the first page to a place in a file, and back', () =>
  run(async (page) => {
    const focused = () =>
      page.evaluate(() => {
        const element = /** @type {HTMLElement} */ (document.activeElement);
        const { outlineStyle, outlineWidth } = getComputedStyle(element);
        const seen = outlineStyle !== 'none' && parseFloat(outlineWidth) > 0;
        return { id: element.id, text: element.textContent ?? '', class: element.className, seen };
      });
    for (let i = 0; (await focused()).id !== 'sample-broken'; i++) {
      assert.ok(i < 12, 'the sample is not reached');
      await page.keyboard.press('Tab');
    }
    assert.ok((await focused()).seen, 'focus is visible');
    await page.keyboard.press('Enter');
    await shown(page);
    assert.equal((await focused()).text, 'count-up', 'what is new has the focus');
    await page.keyboard.press('2');
    await page.locator('.findings').waitFor();
    await page.keyboard.press('/');
    await page.keyboard.type('month');
    await page.waitForFunction(() => document.querySelectorAll('.group').length === 1);
    await page.keyboard.press('Escape');
    await page.keyboard.press('j');
    const at = await focused();
    assert.match(at.text, /CKP103/, JSON.stringify(at));
    await page.keyboard.press('j');
    assert.match((await focused()).text, /config\.dump/);
    assert.ok((await focused()).seen);
    await page.keyboard.press('Enter');
    await page.locator('.viewer mark').waitFor();
    assert.match((await page.locator('.viewer mark').textContent()) ?? '', /2026-13-13/);
    await page.keyboard.press('Escape'); // first what stands beside the view
    await page.locator('.drawer').waitFor({ state: 'detached' });
    await page.keyboard.press('Escape');
    await page.waitForFunction(() => !document.querySelector('.viewer'));
    await page.keyboard.press('j');
    assert.match((await focused()).class, /members/);
    const active = () => page.locator('.rows.members .active').getAttribute('aria-posinset');
    const before_ = await active();
    await page.keyboard.press('j');
    assert.notEqual(await active(), before_);
    await page.keyboard.press('k');
    assert.equal(await active(), before_);
    await page.keyboard.press('9');
    await page.locator('.view-metadata').waitFor();
    await page.keyboard.press('1');
    await page.locator('.overview').waitFor();
    await page.keyboard.press('?');
    await page.locator('dialog[open]').waitFor();
    await page.keyboard.press('Escape');
    await page.waitForFunction(() => !document.querySelector('dialog'));
    await page.keyboard.press('Escape');
    await page.locator('.given').waitFor();
  }));

test('the switch of colours: system, light, dark; kept until the next time', () =>
  run(async (page) => {
    const background = () => page.evaluate('getComputedStyle(document.body).backgroundColor');
    await page.emulateMedia({ colorScheme: 'light' });
    const light = await background();
    await page.emulateMedia({ colorScheme: 'dark' });
    const dark = await background();
    assert.notEqual(light, dark);
    const button = page.getByRole('button', { name: /^Colours/ });
    await button.click();
    assert.equal(await background(), light);
    await button.click();
    assert.equal(await background(), dark);
    await page.emulateMedia({ colorScheme: 'light' });
    assert.equal(await background(), dark);
    await page.reload();
    await page.waitForSelector('html[data-ready]', { state: 'attached' });
    assert.equal(await background(), dark);
    await button.click();
    assert.equal(await background(), light);
  }));

test('on paper: what is seen, without what can be pressed', () =>
  run(async (page) => {
    await page.click('#sample-broken');
    await shown(page);
    await view(page, 'Findings');
    await page.emulateMedia({ media: 'print', colorScheme: 'dark' });
    assert.equal(await page.locator('.top').isVisible(), false);
    assert.equal(await page.locator('.filters').isVisible(), false);
    assert.equal(await page.locator('.views').isVisible(), false);
    await page.evaluate(() => window.dispatchEvent(new Event('beforeprint')));
    const findings = page.locator('.finding');
    assert.ok((await findings.count()) >= (await page.locator('.group').count()));
    assert.ok(await findings.first().isVisible());
    assert.ok(await findings.last().isVisible());
    assert.equal(
      await page.evaluate('getComputedStyle(document.body).backgroundColor'),
      'rgb(255, 255, 255)',
    );
  }));
