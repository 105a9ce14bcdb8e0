// SPDX-License-Identifier: Apache-2.0
/* global document, getComputedStyle, CSSStyleSheet, NodeFilter */
// The page in each of its states, on a telephone, a laptop and a large screen: where its parts are, against what was
// recorded, with room for other fonts; nothing overlaps, nothing is cut, nothing scrolls sideways.
//   RECORD=1 node --test test/js/page/layout.test.mjs   records anew, once the pictures were looked at
//   (test/tools/screens.mjs makes them)
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { test } from 'node:test';
import { accessible, browserTests, pageData } from '../lib/page-browser.mjs';
import { statesOf } from '../lib/page-states.mjs';

const { folder, run } = browserTests();
const file = join(pageData, 'layout.json');
const record = process.env.RECORD === '1';
/** @type {Record<string, Record<string, number[]>>} by state and width: the left edge and the width of parts */
const recorded = record ? {} : JSON.parse(readFileSync(file, 'utf8'));
const WIDTHS = [360, 1280, 1920];
/** Pixels that fonts may make of a difference. */
const ROOM = 24;

/** What is looked at, by selector. */
const PARTS = {
  top: 'header.top',
  seek: 'header.top .seek',
  head: '.item-head',
  export: '.item-head .export',
  rail: 'nav.views',
  view: '.view',
  drawer: '.drawer',
  verdict: '.answers > .verdict',
  trust: '.answers > .trust',
  checked: '.answers > .checked',
  stops: '.stops',
  needs: '.needs',
  grid: '.rows.grid',
  strip: '.strip',
  treemap: '.treemap',
  files: '.files > .list',
  viewer: '.viewer',
  drop: '.dropzone',
  dialog: 'dialog[open]',
  foot: '.foot',
};

/** Run in the page. @param {Record<string, string>} parts */
function measure(parts) {
  /** @type {Record<string, {x: number, y: number, width: number, height: number}>} */
  const boxes = {};
  for (const [name, selector] of Object.entries(parts)) {
    const box = document.querySelector(selector)?.getBoundingClientRect();
    if (box && box.width > 0) boxes[name] = box.toJSON();
  }
  const root = document.documentElement;
  /** Text that is cut and does not say so. @type {string[]} */
  const cut = [];
  for (const element of document.querySelectorAll('button, a, h1, h2, h3, th, dt, label, .badge')) {
    const style = getComputedStyle(element);
    const box = element.getBoundingClientRect();
    if (box.width < 2 || box.height < 2 || element.closest('.offscreen, .treemap, dialog'))
      continue;
    const hides = /hidden|clip/.test(style.overflowX) && style.textOverflow !== 'ellipsis';
    if (hides && element.scrollWidth > element.clientWidth + 1)
      cut.push(`${element.tagName} "${element.textContent?.slice(0, 60)}"`);
  }
  /** Buttons that lie over each other. @type {string[]} */
  const over = [];
  const keys = [
    ...document.querySelectorAll('main button, main select, main input, main summary, .top > *'),
  ]
    .map((element) => ({ element, box: element.getBoundingClientRect() }))
    .filter(
      ({ element, box }) =>
        box.width > 2 &&
        element.checkVisibility() &&
        !element.closest('.offscreen, .rows, .drawer') &&
        !element.matches('.offscreen'),
    );
  for (const [i, a] of keys.entries())
    for (const b of keys.slice(i + 1)) {
      if (a.element.contains(b.element) || b.element.contains(a.element)) continue;
      const width = Math.min(a.box.right, b.box.right) - Math.max(a.box.left, b.box.left);
      const height = Math.min(a.box.bottom, b.box.bottom) - Math.max(a.box.top, b.box.top);
      const fixed = [a, b].some(({ element }) => element.closest('.top, .views'));
      if (width > 1 && height > 1 && !fixed)
        over.push(`${a.element.outerHTML.slice(0, 80)} and ${b.element.outerHTML.slice(0, 80)}`);
    }
  /** What of a text is seen: boxes that cut it are taken into account. @param {Text} text */
  const seen = (text) => {
    const range = document.createRange();
    range.selectNodeContents(text);
    return [...range.getClientRects()].flatMap(({ left, right, top, bottom }) => {
      for (let at = text.parentElement; at && at !== document.body; at = at.parentElement) {
        const { overflow, overflowY } = getComputedStyle(at);
        if (overflow === 'visible') continue;
        const box = at.getBoundingClientRect();
        const rest = Math.min(bottom, box.bottom) - Math.max(top, box.top);
        // A line of which a part is hidden is cut; one that cannot be seen at all was left out on purpose.
        if (/hidden|clip/.test(overflowY) && rest > 1 && rest < (bottom - top) * 0.6)
          cut.push(`line of "${text.data.trim().slice(0, 60)}"`);
        [left, right] = [Math.max(left, box.left), Math.min(right, box.right)];
        [top, bottom] = [Math.max(top, box.top), Math.min(bottom, box.bottom)];
      }
      return right - left > 3 && bottom - top > 6 ? [{ left, right, top, bottom }] : [];
    });
  };
  /** Lines of text in the work area, of those that can be looked at at once. @type {{words: string, text: Text, box: any}[]} */
  const lines = [];
  const walker = document.createTreeWalker(
    document.querySelector('main') ?? root,
    NodeFilter.SHOW_TEXT,
  );
  for (let node = walker.nextNode(); node && lines.length < 700; node = walker.nextNode()) {
    const text = /** @type {Text} */ (node);
    const words = text.data.trim().slice(0, 50);
    const parent = text.parentElement;
    if (words === '' || !parent?.checkVisibility()) continue;
    if (parent.closest('.offscreen, .skip, .views, .drawer, .rows, dialog, select, textarea'))
      continue;
    for (const box of seen(text)) lines.push({ words, text, box });
  }
  /** Texts that lie over each other, or out of their card. @type {string[]} */
  const mixed = [];
  for (const [i, a] of lines.entries()) {
    const card = a.text.parentElement?.closest('.card')?.getBoundingClientRect();
    if (card && (a.box.right > card.right + 1 || a.box.bottom > card.bottom + 1))
      mixed.push(`"${a.words}" is out of its card`);
    for (const b of lines.slice(i + 1)) {
      if (a.text === b.text) continue;
      const width = Math.min(a.box.right, b.box.right) - Math.max(a.box.left, b.box.left);
      const height = Math.min(a.box.bottom, b.box.bottom) - Math.max(a.box.top, b.box.top);
      if (width > 2 && height > 4) mixed.push(`"${a.words}" and "${b.words}"`);
    }
  }
  return { boxes, cut, over, mixed, sideways: root.scrollWidth - root.clientWidth };
}

test('every view and state has its parts where they were, none cut, none over another', () =>
  run(async (page) => {
    /** @type {string[]} */
    const wrong = [];
    for (const { name, show } of statesOf(folder)) {
      await page.setViewportSize({ width: 1440, height: 900 });
      await show(page);
      for (const width of WIDTHS) {
        await page.setViewportSize({ width, height: width < 600 ? 780 : 900 });
        await page.waitForTimeout(60);
        const { boxes, cut, over, mixed, sideways } = await page.evaluate(measure, PARTS);
        const at = `${name} at ${width}`;
        if (width === 1280) await accessible(page, at);
        if (sideways > 0) wrong.push(`${at}: scrolls sideways by ${sideways}`);
        wrong.push(...cut.map((what) => `${at}: cut: ${what}`));
        wrong.push(...over.map((what) => `${at}: over each other: ${what}`));
        wrong.push(...mixed.map((what) => `${at}: text over text: ${what}`));
        const { rail, view, drawer } = boxes;
        if (width >= 1280 && rail && view && rail.x + rail.width > view.x + 1)
          wrong.push(`${at}: the rail is over the view`);
        if (width >= 1280 && drawer && view && view.x + view.width > drawer.x + 1)
          wrong.push(`${at}: the view is over the drawer`);
        const now = Object.fromEntries(
          Object.entries(boxes).map(([part, box]) => [part, [box.x, box.width].map(Math.round)]),
        );
        if (record) {
          recorded[at] = now;
          continue;
        }
        const known = recorded[at] ?? {};
        if (Object.keys(known).join() !== Object.keys(now).join())
          wrong.push(
            `${at}: has ${Object.keys(now).join()}; recorded: ${Object.keys(known).join()}`,
          );
        for (const [part, numbers] of Object.entries(now))
          if (numbers.some((n, i) => Math.abs(n - (known[part]?.[i] ?? n)) > ROOM))
            wrong.push(
              `${at}: ${part} is at ${numbers.join('+')}; recorded: ${known[part]?.join('+')}`,
            );
      }
    }
    if (record) {
      const lines = Object.entries(recorded).map(
        ([at, parts]) => `  ${JSON.stringify(at)}: ${JSON.stringify(parts)}`,
      );
      writeFileSync(file, `{\n${lines.join(',\n')}\n}\n`);
    }
    assert.deepEqual(wrong, []);
  }));

/** A style that spoils the page, and what has to say so. @type {[css: string, found: 'over' | 'cut' | 'mixed' | 'sideways' | 'moved'][]} */
const FAULTS = [
  ['.item-head .export { margin-right: -2.5rem }', 'over'],
  ['.badge { max-width: 2rem; overflow: hidden }', 'cut'],
  ['.card h2 { overflow: clip; width: 1rem; white-space: nowrap }', 'cut'],
  ['.needs { min-width: 3000px }', 'sideways'],
  ['.stops .point > span { line-height: 0.2 }', 'cut'],
  ['.reasons .point { position: absolute }', 'mixed'],
  ['.facts dd { white-space: nowrap; overflow-wrap: normal; margin-left: 20rem }', 'mixed'],
  ['.board { margin-top: -8rem }', 'mixed'],
  ['.item > .views { width: 30rem }', 'moved'],
  ['.drawer { width: 60rem; justify-self: end }', 'moved'],
];

test('faults that are planted in the style are found', () =>
  run(async (page) => {
    for (const { name, show } of statesOf(folder)) {
      await page.setViewportSize({ width: 1440, height: 900 });
      await show(page);
      if (name === 'hostile-drawer') break;
    }
    await page.setViewportSize({ width: 1280, height: 900 });
    const look = () => page.evaluate(measure, PARTS);
    const plain = await look();
    /** @type {string[]} */
    const missed = [];
    for (const [css, what] of FAULTS) {
      await page.evaluate((text) => {
        const sheet = new CSSStyleSheet();
        sheet.replaceSync(text);
        document.adoptedStyleSheets = [sheet];
      }, css);
      const now = await look();
      const moved = Object.entries(now.boxes).some(([part, { x, width }]) => {
        const before = plain.boxes[part];
        return Math.abs(x - before.x) > ROOM || Math.abs(width - before.width) > ROOM;
      });
      const found = { ...now, moved: moved ? 1 : 0 }[what];
      if (!(Array.isArray(found) ? found.length > 0 : found > 0)) missed.push(`${what}: ${css}`);
      await page.evaluate(() => {
        document.adoptedStyleSheets = [];
      });
    }
    assert.deepEqual(missed, []);
    const { boxes, ...after } = await look();
    assert.deepEqual({ ...after, boxes }, plain, 'and nothing without them');
  }));
