// SPDX-License-Identifier: Apache-2.0
// node test/tools/page-walk.mjs FOLDER...: drops every archive below the folders, one after another, into one page that is
// never loaded again, in Chromium. It tells what must not be: anything in the console, a request, a headline that its
// report does not bear, a page that does not answer; and how much memory the renderer has at the start, after 100 files,
// and so on.
/* global document */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { foreign, openBrowser } from '../js/lib/page-browser.mjs';

const folders = process.argv.slice(2);
if (folders.length === 0) throw new Error('usage: node test/tools/page-walk.mjs FOLDER...');

const ARCHIVE = /\.(tar|tgz|tar\.(gz|zst|xz|bz2)|oci\.tar(\.gz)?)$/;
const paths = folders.flatMap((folder) =>
  /** @type {string[]} */ (readdirSync(folder, { recursive: true }))
    .map((name) => join(folder, name))
    .filter((path) => ARCHIVE.test(path) && statSync(path).isFile())
    .sort(),
);

/** The proportional set sizes of the renderers that this process started, in KiB. */
function rendererMemory() {
  const parents = new Map();
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name)))
    try {
      const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
      parents.set(pid, stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
    } catch {
      // it has ended
    }
  let sum = 0;
  for (const pid of parents.keys()) {
    let above = pid;
    while (parents.has(above) && above !== String(process.pid)) above = parents.get(above);
    if (above !== String(process.pid)) continue;
    try {
      if (!readFileSync(`/proc/${pid}/cmdline`, 'latin1').includes('--type=renderer')) continue;
      const smaps = readFileSync(`/proc/${pid}/smaps_rollup`, 'latin1');
      sum += Number(/^Pss: +(\d+)/m.exec(smaps)?.[1] ?? 0);
    } catch {
      // it has ended
    }
  }
  return sum;
}

/** Whether a headline says that it restores, and names no condition. @param {string} headline */
const promises = (headline) =>
  /\brestores this checkpoint\b/.test(headline) &&
  !/^(No engine|Cannot tell)|conditions? holds?/.test(headline);

/** What is on the page, when it has read what was given. */
const look = () => {
  const text = (/** @type {string} */ selector) =>
    document.querySelector(selector)?.textContent?.replace(/\s+/g, ' ').trim() ?? '';
  const items = [...document.querySelectorAll('.given .items > li')].map((item) => ({
    badge: item.querySelector('.badge')?.textContent ?? '',
    words: item.textContent ?? '',
  }));
  return {
    badge: text('.item-head .badge'),
    headline: text('.verdict h2'),
    answers: [...document.querySelectorAll('.verdict .answer')].map(
      (answer) => answer.textContent?.replace(/\s+/g, ' ') ?? '',
    ),
    counts: [...document.querySelectorAll('.counts .count')].map(
      (count) => count.textContent ?? '',
    ),
    stops: document.querySelectorAll('.stops li').length,
    trouble: text('.trouble'),
    fault: text('.fault'),
    items,
  };
};

const browser = await openBrowser();
let bad = 0;
const complain = (/** @type {string} */ path, /** @type {string} */ what) => {
  bad++;
  console.log(`${path}: ${what}`);
};
try {
  const page = await browser.openPage('file');
  browser.requests.length = 0;
  const memory = () => console.log(`renderer: ${Math.round(rendererMemory() / 1024)} MiB`);
  console.log(`${paths.length} archives`);
  memory();
  let slowest = { ms: 0, path: '' };
  for (const [i, path] of paths.entries()) {
    const before = performance.now();
    await page.setInputFiles('#files, #more-files', [path]);
    try {
      await page.waitForFunction(
        () =>
          (document.querySelector('.item')?.getAttribute('aria-busy') === 'false' ||
            document.querySelectorAll('.given .items > li').length > 0) &&
          !document.querySelector('.badge.waiting, .badge.reading'),
        undefined,
        { timeout: 60_000 },
      );
      const ms = performance.now() - before;
      if (ms > slowest.ms) slowest = { ms, path };
      const seen = await page.evaluate(look);
      const all = JSON.stringify(seen);
      const errors = Number(/^(\d+)/.exec(seen.counts[0] ?? '')?.[1] ?? 0);
      if (seen.fault !== '') complain(path, `a view failed: ${seen.fault}`);
      if (errors > 0 && promises(seen.headline))
        complain(path, `"${seen.headline}" (${seen.badge}) beside ${errors} errors`);
      if (seen.stops > 0 && seen.badge === 'Restores')
        complain(path, `Restores, with what stops it`);
      if (/nothing found/i.test(all) && !/not (all )?checked/i.test(all))
        complain(path, `nothing found, and nothing is said of what was not checked: ${all}`);
      if (process.env.VERBOSE) console.log(path, seen.badge, '|', seen.headline, '|', seen.counts);
    } catch (error) {
      complain(path, String(error).split('\n')[0]);
    }
    for (const complaint of browser.complaints.splice(0)) complain(path, complaint);
    for (const url of foreign(browser)) complain(path, `asked for ${url}`);
    browser.requests.length = 0;
    if ((i + 1) % 100 === 0) memory();
    await page.keyboard.press('0');
    await page.click('#clear');
  }
  memory();
  console.log(`slowest: ${slowest.ms.toFixed(0)} ms, ${slowest.path}`);
} finally {
  await browser.close();
}
console.log(`${bad} complaints`);
process.exitCode = bad > 0 ? 1 : 0;
