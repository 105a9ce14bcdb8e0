// SPDX-License-Identifier: Apache-2.0
/* global document, getComputedStyle */
// The page in each of its states, on a telephone, a laptop and a large screen: where its parts are, against what was
// recorded, with room for other fonts; nothing overlaps, nothing is cut, nothing scrolls sideways.
//   RECORD=1 node --test test/js/page/layout.test.mjs   records anew, once the pictures were looked at
//   (test/tools/screens.mjs makes them)
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { test } from 'node:test';
import { browserTests, pageData } from '../lib/page-browser.mjs';
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
  const keys = [...document.querySelectorAll('main button, main select, main input, .top > *')]
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
  return { boxes, cut, over, sideways: root.scrollWidth - root.clientWidth };
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
        const { boxes, cut, over, sideways } = await page.evaluate(measure, PARTS);
        const at = `${name} at ${width}`;
        if (sideways > 0) wrong.push(`${at}: scrolls sideways by ${sideways}`);
        wrong.push(...cut.map((what) => `${at}: cut: ${what}`));
        wrong.push(...over.map((what) => `${at}: over each other: ${what}`));
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
