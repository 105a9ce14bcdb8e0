// SPDX-License-Identifier: Apache-2.0
// How fast the page is, in the real browser: from a drop to the verdict, what blocks it, how large it is.
/* global addEventListener, document, requestAnimationFrame, window */
import {
  closeSync,
  ftruncateSync,
  openSync,
  readFileSync,
  statSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import {
  archives,
  drop,
  manyMembers,
  openBrowser,
  scratch,
  tarOf,
} from '../js/lib/page-browser.mjs';

/** How many times each is measured; the fastest counts, and the slowest is told. */
const TIMES = 5;

const folder = scratch();

/** A tar with 2 GiB of memory pages that are not there, and all else of a real one. */
function sparse() {
  const tar = readFileSync(join(archives, 'simple-none.tar'));
  const size = 2 ** 31;
  const [header] = [tarOf([['checkpoint/pages-9.img', '']]).subarray(0, 512)];
  header.write(`${size.toString(8).padStart(11, '0')}\0`, 124);
  header.write('        ', 148);
  const sum = header.reduce((all, byte) => all + byte, 0);
  header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
  const path = join(folder.path, 'sparse.tar');
  const file = openSync(path, 'w');
  writeSync(file, header, 0, 512, 0);
  writeSync(file, tar, 0, tar.length, 512 + size);
  ftruncateSync(file, 512 + size + tar.length);
  closeSync(file);
  return path;
}

/** @returns {string} */
function many() {
  const path = join(folder.path, 'many.tar');
  writeFileSync(path, manyMembers(100_000));
  return path;
}

/** From the drop to the frame that shows the verdict, and the longest that the page was busy. @param {import('playwright-core').Page} page @param {string} path */
async function once(page, path) {
  await page.evaluate(() => {
    const times = { drop: 0, verdict: 0, task: 0, frame: 0 };
    Object.assign(window, { times });
    addEventListener('drop', () => (times.drop = performance.now()), { once: true, capture: true });
    new PerformanceObserver((list) => {
      for (const { duration } of list.getEntries()) times.task = Math.max(times.task, duration);
    }).observe({ type: 'longtask' });
    let last = 0;
    const frame = (/** @type {number} */ now) => {
      if (last > 0) times.frame = Math.max(times.frame, now - last);
      last = now;
      if (times.verdict === 0 && document.querySelector('.verdict .answer'))
        times.verdict = performance.now();
      else requestAnimationFrame(frame);
    };
    requestAnimationFrame(frame);
  });
  await drop(page, [path]);
  await page.waitForFunction(() => /** @type {any} */ (window).times.verdict > 0, null, {
    timeout: 60_000,
  });
  const { drop: from, verdict, task, frame } = /** @type {any} */ (await page.evaluate('times'));
  return { time: verdict - from, task, frame };
}

const page = readFileSync(new URL('../../dist/viewer.html', import.meta.url));
console.log(
  `viewer.html: ${page.length} bytes, ${gzipSync(page, { level: 9 }).length} after gzip -9`,
);
const browser = await openBrowser();
try {
  const inputs = [
    join(archives, 'simple-zstd.tar.zst'),
    join(archives, 'multi-gzip.tar.gz'),
    sparse(),
    many(),
  ];
  console.log(
    'from drop to verdict, ms          bytes  fastest  slowest  longest task  longest frame',
  );
  for (const path of inputs) {
    const runs = [];
    for (let i = 0; i < TIMES; i++) {
      const tab = await browser.openPage('file');
      runs.push(await once(tab, path));
      await tab.close();
    }
    const most = (/** @type {'time' | 'task' | 'frame'} */ what) =>
      Math.max(...runs.map((run) => run[what]));
    const least = Math.min(...runs.map(({ time }) => time));
    const name = path.slice(path.lastIndexOf('/') + 1).padEnd(24);
    const figures = [least, most('time'), most('task'), most('frame')].map((n) => n.toFixed(0));
    console.log(
      name +
        String(statSync(path).size).padStart(15) +
        figures[0].padStart(9) +
        figures[1].padStart(9) +
        figures[2].padStart(14) +
        figures[3].padStart(15),
    );
  }
  if (browser.complaints.length > 0) console.log(browser.complaints);
} finally {
  await browser.close();
  folder.remove();
}
