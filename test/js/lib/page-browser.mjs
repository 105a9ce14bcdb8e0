// SPDX-License-Identifier: Apache-2.0
// A real Chromium for the tests of the page, and ways to give it files as people do.
/* global document, location, requestAnimationFrame */
import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { after, before } from 'node:test';
import { fileURLToPath } from 'node:url';
import axe from 'axe-core';
import { chromium } from 'playwright-core';
import { T } from '../../../web/text.js';

const viewer = new URL('../../../dist/viewer.html', import.meta.url);
export const ARGS = [
  '--no-sandbox', // as root there is no other way
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** Chromium, or a message that says how to get it: without it nothing is tested. */
export function executable() {
  const places = process.env.CHROMIUM
    ? [process.env.CHROMIUM]
    : ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];
  const found = places.find((path) => existsSync(path));
  if (found) return found;
  throw new Error(
    'The tests of the page need Chromium. On Debian: apt-get install chromium; ' +
      'elsewhere: CHROMIUM=/path/to/chromium make test',
  );
}

/** A folder for files that a test makes, gone at its end. */
export function scratch() {
  const path = mkdtempSync(join(tmpdir(), 'ckpt-page-'));
  return {
    path,
    /** @param {string} name @param {string | Uint8Array} content @returns {string} its path */
    write(name, content) {
      writeFileSync(join(path, name), content);
      return join(path, name);
    },
    remove: () => rmSync(path, { recursive: true, force: true }),
  };
}

/** What is served, and as what. @type {Record<string, string>} */
const SERVED = {
  '/viewer.html': 'text/html; charset=utf-8',
  '/viewer-sw.js': 'text/javascript',
  '/viewer.webmanifest': 'application/manifest+json',
};

/** Serves the page and what lies beside it, on this machine only. */
async function serve() {
  /** @type {string[]} */
  const asked = [];
  const server = createServer((request, response) => {
    const path = (request.url ?? '').replace(/\?.*/, '');
    asked.push(path);
    const type = SERVED[path];
    response.writeHead(type ? 200 : 404, { 'content-type': type ?? 'text/plain' });
    response.end(type ? readFileSync(new URL(`.${path}`, viewer)) : '');
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(undefined)));
  const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
  const origin = `http://127.0.0.1:${port}`;
  return {
    origin,
    asked,
    own: Object.keys(SERVED).map((path) => origin + path),
    close: () => server.close(),
  };
}

export async function openBrowser() {
  const executablePath = executable();
  const profile = mkdtempSync(join(tmpdir(), 'ckpt-chromium-'));
  const server = await serve();
  const context = await chromium.launchPersistentContext(profile, {
    executablePath,
    args: ARGS,
    headless: true,
    locale: 'en-GB',
    timezoneId: 'Europe/Berlin',
    viewport: { width: 1100, height: 800 },
  });
  context.setDefaultTimeout(15_000);
  await context.grantPermissions(['clipboard-read', 'clipboard-write'], { origin: server.origin });

  /** Everything that a page asked the network for, and what it complained about. */
  const requests = /** @type {string[]} */ ([]);
  const complaints = /** @type {string[]} */ ([]);
  context.on('request', (request) => requests.push(request.url()));

  /** @param {'file' | 'http'} [from] */
  async function openPage(from = 'file') {
    const page = await context.newPage();
    page.on('pageerror', (error) => complaints.push(`error: ${error.message}`));
    page.on('console', (message) => complaints.push(`console: ${message.text()}`));
    page.on('dialog', (dialog) => {
      // Chromium asks before it leaves a page with files open, as the page wants it to.
      if (dialog.type() === 'beforeunload') dialog.accept().catch(() => {});
      else complaints.push(`dialog: ${dialog.message()}`);
    });
    readWhenSettled(page);
    await page.goto(from === 'file' ? viewer.href : `${server.origin}/viewer.html`);
    await page.waitForSelector('html[data-ready]', { state: 'attached' });
    return page;
  }

  return {
    context,
    server,
    requests,
    complaints,
    viewer: viewer.href,
    openPage,
    async close() {
      await context.close();
      server.close();
      rmSync(profile, { recursive: true, force: true });
    },
  };
}

/** @typedef {import('playwright-core').Page} Page */

/** Pages that are read as they are while something is awaited. @type {WeakSet<Page>} */
const hasty = new WeakSet();
/** Locators wait already. */
let patched = false;

/** What reads something without waiting until it is all there. */
const READS = /** @type {const} */ ([
  ...['allInnerTexts', 'allTextContents', 'boundingBox', 'count', 'evaluate', 'evaluateAll'],
  ...['getAttribute', 'innerText', 'inputValue', 'isChecked', 'isDisabled', 'isVisible'],
  ...['textContent', 'all'],
]);

/**
 * Waits until nothing that is shown is awaited: no part of the page is busy, the address is followed, and what
 * was drawn has had its effects. A page that never rests is a fault.
 * @param {Page} page
 */
async function settled(page) {
  if (hasty.has(page)) return;
  const left = await evaluations.get(page)?.(async () => {
    const end = performance.now() + 60_000;
    const busy = () => {
      const root = document.documentElement;
      if (root.dataset.place !== undefined && root.dataset.place !== location.hash)
        return `the address ${location.hash}`;
      const part = document.querySelector('[aria-busy="true"], .badge.waiting, .badge.reading');
      return part && `${part.localName}.${part.className}: ${part.textContent?.slice(0, 300)}`;
    };
    const frame = () =>
      new Promise((resolve) => {
        setTimeout(resolve, 100); // pages that are not seen have no frames
        requestAnimationFrame(() => setTimeout(resolve));
      });
    for (let rests = 0; rests < 2;) {
      const what = busy();
      if (what && performance.now() > end) return what;
      rests = what ? 0 : rests + 1;
      if (rests < 2) await frame();
    }
    return null;
  });
  assert.ok(!left, `the page still waits: ${left}`);
}

/** `evaluate` of pages as it came. @type {WeakMap<Page, Page['evaluate']>} */
const evaluations = new WeakMap();

/**
 * Whatever is read of this page is read when it has settled: no test has to think of it, and none can forget it.
 * @param {Page} page
 */
function readWhenSettled(page) {
  const evaluate = page.evaluate.bind(page);
  evaluations.set(page, evaluate);
  for (const name of /** @type {const} */ (['evaluate', 'content'])) {
    const plain = /** @type {any} */ (page[name]).bind(page);
    /** @type {any} */ (page)[name] = async (/** @type {any[]} */ ...given) => {
      await settled(page);
      return plain(...given);
    };
  }
  if (patched) return;
  patched = true;
  const locators = Object.getPrototypeOf(page.locator('html'));
  for (const name of READS) {
    const plain = locators[name];
    locators[name] = async function (/** @type {any[]} */ ...given) {
      await settled(this.page());
      return plain.apply(this, given);
    };
  }
}

/** Looks at a page as it is while something is awaited. @template T @param {Page} page @param {() => Promise<T>} look @returns {Promise<T>} */
export async function atOnce(page, look) {
  hasty.add(page);
  try {
    return await look();
  } finally {
    hasty.delete(page);
  }
}

/** Waits until one item is read and shown. @param {Page} page @param {string} [title] of it */
export async function shown(page, title) {
  await page.waitForFunction((wanted) => {
    const item = document.querySelector('.item');
    return (
      item?.getAttribute('aria-busy') === 'false' &&
      (wanted === undefined || item.querySelector('h1')?.textContent === wanted)
    );
  }, title);
}

/** Waits until all items of the first page are read. @param {Page} page @param {number} count of them */
export async function listed(page, count) {
  await page.waitForFunction((n) => {
    const items = document.querySelectorAll('.given .items > li');
    const open = document.querySelector('.items .badge.waiting, .items .badge.reading');
    return items.length === n && !open;
  }, count);
}

/** Chooses files, which are shown at once if they make one item. @param {Page} page @param {string[]} paths */
export async function pick(page, paths) {
  await page.setInputFiles('#files, #more-files', paths);
}

/** The link to a view of the item that is shown, with its key and its amount. @param {Page} page @param {string} title */
export const viewLink = (page, title) =>
  page.locator('.views a', { hasText: new RegExp(`^\\d?${title}[\\d,]*$`) });

/** Opens a view of the item that is shown. @param {Page} page @param {string} title */
export async function view(page, title) {
  // On a telephone they are in a menu.
  const menu = page.locator('.views > .menu');
  if ((await menu.isVisible()) && (await menu.getAttribute('aria-expanded')) === 'false')
    await menu.click();
  await viewLink(page, title).click();
  const found = Object.entries(T.views).find(([, words]) => words === title);
  await page.locator(`.view-${found?.[0]}`).waitFor();
}

/**
 * Drags files from outside over the page and lets them go: what the operating system does.
 * @param {Page} page @param {string[]} files files and folders
 * @param {{over?: () => Promise<void>}} [steps] `over` runs while they are held over the page
 */
export async function drop(page, files, { over } = {}) {
  const session = await page.context().newCDPSession(page);
  const data = { items: [], files, dragOperationsMask: 1 };
  const event = (/** @type {any} */ type, x = 400, y = 300) =>
    session.send('Input.dispatchDragEvent', { type, x, y, data });
  await event('dragEnter');
  for (let step = 0; step < 12; step++) await event('dragOver', 100 + step * 70, 40 + step * 55);
  await over?.();
  await event('drop');
  await session.detach();
}

/** A part of the page by its heading. @param {Page} page @param {string} title */
export const section = (page, title) =>
  page.locator('section.card', {
    has: page.locator('h2', { hasText: new RegExp(`^${title}$`) }),
  });

/** @typedef {import('playwright-core').Locator} Locator */

/** Labels and values of a list of facts. @param {Locator} within */
export const facts = async (within) =>
  Object.fromEntries(
    await within
      .locator('.facts > div')
      .evaluateAll((pairs) =>
        pairs.map((pair) => [
          pair.querySelector('dt')?.textContent,
          [...(pair.querySelector('dd')?.querySelectorAll('.tags > li') ?? [])].map(
            (tag) => tag.textContent,
          ),
          pair.querySelector('dd')?.textContent,
        ]),
      )
      .then((rows) => rows.map(([label, tags, text]) => [label, tags?.length ? tags : text])),
  );

/** Cells of a table; what was shortened, in full. @param {Locator} within */
export const table = (within) =>
  within.locator('tbody tr').evaluateAll((rows) =>
    rows.map((row) =>
      [...row.querySelectorAll('td')].map((cell) => {
        const tags = cell.querySelectorAll('.tags > li');
        const full = (/** @type {Element} */ element) =>
          element.querySelector('code[title]')?.getAttribute('title') ?? element.textContent;
        return tags.length > 0 ? [...tags].map(full) : full(cell);
      }),
    ),
  );

/** The cells of the visible rows of a table with one line for each thing. @param {Page} page @param {string} label @returns {Promise<string[][]>} */
export async function gridOf(page, label) {
  const list = page.locator(`.rows.grid[aria-label="${label}"]`);
  await list.locator('.row').first().waitFor();
  return list
    .locator('.row .grid-row')
    .evaluateAll((rows) =>
      rows.map((row) => [...row.children].map((cell) => cell.textContent ?? '')),
    );
}

/** What was asked for beside the page itself. @param {Awaited<ReturnType<typeof openBrowser>>} browser */
export function foreign({ requests, viewer: file, server }) {
  const own = [file, ...server.own];
  return requests.filter(
    (url) => !own.includes(url.replace(/[?#].*/s, '')) && !/^(blob|data):/.test(url),
  );
}

/** A page for one test; in the end nothing was complained about, and nothing left it. @param {() => Awaited<ReturnType<typeof openBrowser>>} browserOf @param {'file' | 'http'} from @param {(page: Page) => Promise<void>} run */
export async function withPage(browserOf, from, run) {
  const browser = browserOf();
  browser.requests.length = 0;
  const page = await browser.openPage(from);
  try {
    await run(page);
    assert.deepEqual(browser.complaints, []);
    assert.deepEqual(foreign(browser), []);
  } finally {
    browser.complaints.length = 0;
    await page.close();
  }
}

/** The members of the tree that are seen, with their sizes. @param {Page} page */
export const treeRows = (page) =>
  page
    .locator('.rows.members .row')
    .evaluateAll((rows) =>
      rows.map((row) => [
        row.querySelector('code')?.textContent,
        row.querySelector('.amount')?.textContent,
      ]),
    );

/** @param {Buffer} header of a member in a tar */
function addChecksum(header) {
  header.write('        ', 148);
  const sum = header.reduce((all, byte) => all + byte, 0);
  header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
}

/** A tar of small files. @param {[name: string, content: string][]} files */
export function tarOf(files) {
  const blocks = [];
  for (const [name, content] of files) {
    const header = Buffer.alloc(512);
    header.write(name, 0, 100);
    header.write('0000644\0' + '0000000\0'.repeat(2), 100);
    const size = Buffer.byteLength(content);
    header.write(`${size.toString(8).padStart(11, '0')}\0${'0'.repeat(11)}\0`, 124);
    header.write('0ustar\x0000', 156, 'latin1');
    addChecksum(header);
    const body = Buffer.alloc(Math.ceil(size / 512) * 512);
    body.write(content);
    blocks.push(header, body);
  }
  return Buffer.concat([...blocks, Buffer.alloc(1024)]);
}

/** A tar of so many empty files. @param {number} count */
export function manyMembers(count) {
  const header = tarOf([['checkpoint/000000.img', '']]).subarray(0, 512);
  const bytes = Buffer.alloc(count * 512 + 1024);
  for (let i = 0; i < count; i++) {
    header.write(String(i).padStart(6, '0'), 11);
    addChecksum(header);
    header.copy(bytes, i * 512);
  }
  return bytes;
}

export const archives = fileURLToPath(new URL('../../data/archives/', import.meta.url));
export const example = fileURLToPath(new URL('../../data/example/', import.meta.url));
export const pageData = fileURLToPath(new URL('../../data/page/', import.meta.url));

/**
 * What tests of the page need: a browser for all tests of a file, a folder, and a way to run one on a page
 * that is opened from its file.
 */
export function browserTests() {
  const folder = scratch();
  /** @type {Awaited<ReturnType<typeof openBrowser>>} */
  let browser;
  before(async () => {
    browser = await openBrowser();
  });
  after(async () => {
    await browser?.close();
    folder.remove();
  });
  const run = (
    /** @type {(page: Page) => Promise<void>} */ steps,
    /** @type {'file' | 'http'} */ from = 'file',
  ) => withPage(() => browser, from, steps);
  return { folder, run, theBrowser: () => browser };
}

/**
 * No rule of accessibility is broken by what the page shows now.
 * @param {Page} page @param {string} what @param {string} [part] a selector; the whole page by default
 */
export async function accessible(page, what, part) {
  await page.evaluate(axe.source);
  const { violations } = await page.evaluate(
    (selector) => /** @type {any} */ (globalThis).axe.run(selector ?? document),
    part,
  );
  assert.deepEqual(
    violations.map((/** @type {any} */ { id, nodes }) => [id, nodes[0].html]),
    [],
    what,
  );
}

/** The same, light and dark. @param {Page} page @param {string} what @param {string} [part] */
export async function accessibleInBoth(page, what, part) {
  for (const colorScheme of /** @type {const} */ (['light', 'dark'])) {
    await page.emulateMedia({ colorScheme });
    await accessible(page, `${what} ${colorScheme}`, part);
  }
}
