// SPDX-License-Identifier: Apache-2.0
// A real Chromium for the tests of the page, and ways to give it files as people do.
/* global document */
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';

const viewer = new URL('../../dist/viewer.html', import.meta.url);
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

/** Serves the page and nothing else, on this machine only. */
async function serve() {
  const page = readFileSync(viewer);
  /** @type {string[]} */
  const asked = [];
  const server = createServer((request, response) => {
    asked.push(request.url ?? '');
    const found = request.url === '/viewer.html';
    response.writeHead(found ? 200 : 404, { 'content-type': 'text/html; charset=utf-8' });
    response.end(found ? page : '');
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(undefined)));
  const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
  return { origin: `http://127.0.0.1:${port}`, asked, close: () => server.close() };
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
    page.on('dialog', (dialog) => complaints.push(`dialog: ${dialog.message()}`));
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

/** Waits until all files are read. @param {Page} page @param {number} count of cards */
export async function settled(page, count) {
  await page.waitForFunction(
    (n) =>
      document.querySelectorAll('.card').length === n &&
      !document.querySelector('.card[aria-busy=true]'),
    count,
  );
}

/** @param {Page} page @param {string[]} paths @param {number} [count] of cards */
export async function pick(page, paths, count = paths.length) {
  const before = await page.locator('.card').count();
  await page.setInputFiles('#files', paths);
  await settled(page, before + count);
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

/** The card of a file. @param {Page} page @param {string} name */
export const card = (page, name) =>
  page.locator('.card', { has: page.locator('h3', { hasText: new RegExp(`^${name}$`) }) });

/** A part of a card by its heading. @param {import('playwright-core').Locator} within @param {string} title */
export const section = (within, title) =>
  within.locator('.section', {
    has: within.page().locator('h4', { hasText: new RegExp(`^${title}$`) }),
  });

/** Labels and values of a list of facts. @param {import('playwright-core').Locator} within */
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

/** Cells of a table; what was shortened, in full. @param {import('playwright-core').Locator} within */
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

export const example = fileURLToPath(new URL('../data/example/', import.meta.url));
export const pageData = fileURLToPath(new URL('../data/page/', import.meta.url));
