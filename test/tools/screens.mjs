// SPDX-License-Identifier: Apache-2.0
// node test/tools/screens.mjs FOLDER [--width 1440,360] [--theme light,dark] [--only NAME,…] [--rich ARCHIVE]:
// pictures of every view and state of dist/viewer.html, for looking at.
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { parseArgs } from 'node:util';
import { openBrowser, scratch } from '../js/lib/page-browser.mjs';
import { statesOf } from '../js/lib/page-states.mjs';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    width: { type: 'string', default: '360,1280,1440,1920' },
    theme: { type: 'string', default: 'light,dark' },
    only: { type: 'string', default: '' },
    rich: { type: 'string' },
  },
});
const [out] = positionals;
if (!out) throw new Error('usage: node test/tools/screens.mjs FOLDER [OPTIONS]');
mkdirSync(out, { recursive: true });

const folder = scratch();
const browser = await openBrowser();
try {
  const page = await browser.openPage();
  for (const state of statesOf(folder, values.rich)) {
    if (!values.only.split(',').some((name) => state.name.includes(name))) {
      if (state.always) await state.show(page);
      continue;
    }
    await page.setViewportSize({ width: 1440, height: 900 });
    await state.show(page);
    for (const width of values.width.split(',').map(Number))
      for (const theme of values.theme.split(',')) {
        await page.setViewportSize({ width, height: width < 600 ? 780 : 900 });
        await page.emulateMedia({ colorScheme: /** @type {'light' | 'dark'} */ (theme) });
        await page.waitForTimeout(150);
        await page.screenshot({ path: join(out, `${state.name}-${width}-${theme}.png`) });
      }
  }
  for (const complaint of browser.complaints) process.stderr.write(`${complaint}\n`);
} finally {
  await browser.close();
  folder.remove();
}
