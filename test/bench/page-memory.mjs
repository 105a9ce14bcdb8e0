// SPDX-License-Identifier: Apache-2.0
// How much memory the process of a tab takes at most, its workers included, while it reads a large archive.
// The kernel keeps the most that a process ever had (VmHWM), so that no peak lies between two looks.
/* global document */
import fs from 'node:fs';
import { firefox, openFirefox } from '../js/lib/firefox.mjs';
import { openBrowser } from '../js/lib/page-browser.mjs';

/** @typedef {{name: string, peak: number, seconds: number, steps: number}} Found peak: MiB */

/** Milliseconds between two looks at the progress. */
const LOOK = 500;
const VIEWER = new URL('../../dist/viewer.html', import.meta.url).href;
const rest = (/** @type {number} */ ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** The most memory of a process so far, in MiB; pages of programs and libraries, which are shared, count, too. @param {number} pid */
function peakOf(pid) {
  const text = fs.readFileSync(`/proc/${pid}/status`, 'utf8');
  return Number(/^VmHWM:\s+(\d+)/m.exec(text)?.[1]) / 1024;
}

/** Asks what is shown until it is there, and counts how often progress was another. @param {() => Promise<{ready: boolean, share: number}>} ask */
async function awaitAnswer(ask) {
  const shares = new Set();
  const began = performance.now();
  for (;;) {
    const { ready, share } = await ask();
    if (share > 0) shares.add(share);
    if (ready) return { seconds: (performance.now() - began) / 1000, steps: shares.size };
    await rest(LOOK);
  }
}

/** What is asked of the page. */
const shown = () => ({
  ready: document.getElementById('verdict-title') !== null,
  share: document.querySelector('progress')?.value ?? 0,
});

/** @param {string} path @returns {Promise<Found>} */
export async function openLargeInChromium(path) {
  const browser = await openBrowser();
  try {
    const page = await browser.context.newPage();
    await page.goto(VIEWER);
    await page.waitForSelector('html[data-ready]', { state: 'attached' });
    await page.setInputFiles('#files', [path]);
    const found = await awaitAnswer(() => page.evaluate(shown));
    const session = await browser.context.browser()?.newBrowserCDPSession();
    const processes = await session?.send('SystemInfo.getProcessInfo');
    const tabs = processes?.processInfo.filter(({ type }) => type === 'renderer') ?? [];
    return { name: 'Chromium', peak: Math.max(...tabs.map(({ id }) => peakOf(id))), ...found };
  } finally {
    await browser.close();
  }
}

/** What /proc says of every process: itself, its parent, how it was called. */
function* running() {
  for (const pid of fs.readdirSync('/proc').map(Number).filter(Boolean))
    try {
      const [, parent] = /\) \S (\d+)/.exec(fs.readFileSync(`/proc/${pid}/stat`, 'utf8')) ?? [];
      yield { pid, parent: Number(parent), call: fs.readFileSync(`/proc/${pid}/cmdline`, 'utf8') };
    } catch {
      // it has ended meanwhile
    }
}

/** The processes of tabs below a browser. @param {number} browser */
function tabsOf(browser) {
  const all = [...running()];
  const below = new Set([browser]);
  for (let size = 0; size < below.size;) {
    size = below.size;
    for (const { pid, parent } of all) if (below.has(parent)) below.add(pid);
  }
  return all
    .filter(({ pid, call }) => below.has(pid) && /\btab[\0 ]*$/.test(call))
    .map(({ pid }) => pid);
}

/** @param {string} path @returns {Promise<Found | null>} null: it is not here */
export async function openLargeInFirefox(path) {
  if (!firefox()) return null;
  const browser = await openFirefox();
  try {
    await browser.go(VIEWER);
    await browser.until(`document.documentElement.dataset.ready !== undefined`);
    await browser.choose('#files', path);
    const found = await awaitAnswer(() => browser.run(`return (${shown})()`));
    return { name: 'Firefox', peak: Math.max(...tabsOf(browser.pid).map(peakOf)), ...found };
  } finally {
    await browser.close();
  }
}
