// SPDX-License-Identifier: Apache-2.0
// node test/tools/picture.mjs FILE.png: the picture of the page in the README. The checkpoint is one of the tests, made by
// CRI-O, with a mistake in it that keeps CRI-O from restoring it: the one that the README explains.
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { archives, openBrowser, pick, scratch, shown } from '../js/lib/page-browser.mjs';
import { T } from '../../web/text.js';

/** Larger pictures are slow to come on the page of a repository. */
const MOST = 150 * 1024;

const [out] = process.argv.slice(2);
if (!out) throw new Error('usage: node test/tools/picture.mjs FILE.png');

const folder = scratch();
const browser = await openBrowser();
try {
  const bytes = readFileSync(join(archives, 'crio.tar'));
  const right = Buffer.from('"rootfsImageRef": "');
  const at = bytes.indexOf(right) + right.length;
  bytes.write('sha256:', at); // as long as the digits that it takes the place of
  const page = await browser.openPage();
  await page.setViewportSize({ width: 1080, height: 620 });
  await page.emulateMedia({ colorScheme: 'light' });
  await pick(page, [folder.write('checkpoint-web.tar', bytes)]);
  await shown(page);
  await page.getByLabel(T.dismiss).click(); // the hint for the first time
  await page.mouse.move(0, 0);
  await page.waitForTimeout(400);
  await page.screenshot({ path: out });
} finally {
  await browser.close();
  folder.remove();
}
const { size } = statSync(out);
process.stdout.write(`${out}: ${size} bytes\n`);
if (size > MOST) throw new Error(`the picture may have ${MOST} bytes at most`);
