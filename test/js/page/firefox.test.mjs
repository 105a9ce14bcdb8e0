// SPDX-License-Identifier: Apache-2.0
// The main walk through the page in Firefox: a file is chosen, answered, looked into in every view.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import process from 'node:process';
import { test } from 'node:test';
import { W } from '../../../web/text/answer.js';
import { firefox, openFirefox } from '../lib/firefox.mjs';
import { archives, pageData } from '../lib/page-browser.mjs';

const viewer = new URL('../../../dist/viewer.html', import.meta.url).href;
const missing =
  !firefox() && !process.env.CI
    ? 'Firefox is not here. On Debian: apt-get install firefox-esr; elsewhere: FIREFOX=/path'
    : false;

const BUSY = `document.querySelector('.item')?.getAttribute('aria-busy') === 'false'`;

test('Firefox answers, and shows every view without an error', { skip: missing }, async () => {
  const browser = await openFirefox();
  try {
    await browser.go(viewer);
    await browser.until(`document.documentElement.dataset.ready !== undefined`);
    await browser.run(`
      window.faults = [];
      addEventListener('error', ({ message }) => faults.push(message));
      addEventListener('unhandledrejection', ({ reason }) => faults.push(String(reason)));
      addEventListener('securitypolicyviolation', ({ blockedURI }) => faults.push(blockedURI));`);
    await browser.choose('#files', join(archives, 'crio.tar'));
    await browser.until(BUSY);
    const headline = await browser.run(
      `return document.querySelector('#verdict-title').textContent`,
    );
    assert.equal(headline, W.restores('CRI-O'));

    for (const path of [join(pageData, 'explore.tar.xz'), join(archives, 'features-gzip.tar.gz')]) {
      await browser.run(`location.hash = location.hash.replace(/\\/.*/, '/overview')`);
      await browser.choose('#more-files', path);
      await browser.until(
        `${BUSY} && document.querySelector('.item-head .about')?.textContent.includes(arguments[0])`,
        path.replace(/.*\//, ''),
      );
      const hashes = await browser.run(
        `return [...document.querySelectorAll('.views a')].map(({ hash }) => hash)`,
      );
      assert.ok(hashes.length > 8, String(hashes));
      for (const hash of hashes) {
        const name = hash.replace(/^[^/]*\//, '');
        await browser.run(`location.hash = arguments[0]`, hash);
        await browser.until(
          `document.querySelector('.view-' + arguments[0])?.childElementCount > 0`,
          name,
        );
      }
    }
    // What is beside a view, and the search over all.
    await browser.run(`location.hash = location.hash.replace(/\\/.*/, '/findings;0')`);
    await browser.until(`document.querySelector('.drawer h2') !== null`);
    await browser.run(
      `dispatchEvent(new KeyboardEvent('keydown', { key: 'k', ctrlKey: true, bubbles: true }))`,
    );
    await browser.until(`document.querySelector('.palette-input') !== null`);
    assert.deepEqual(await browser.run(`return faults`), []);
    assert.equal(
      await browser.run(`return document.querySelector('.fault') === null`),
      true,
      'no part of the page failed',
    );
  } finally {
    await browser.close();
  }
});
