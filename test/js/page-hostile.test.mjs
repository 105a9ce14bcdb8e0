// SPDX-License-Identifier: Apache-2.0
// The page in a real browser: what is hostile stays text, nothing leaves the page, everyone can
// use it, and large files do not block it.
/* global DataTransfer, DragEvent, Image, Worker, addEventListener, document, window */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { T } from '../../web/text.js';
import {
  card,
  drop,
  example,
  openBrowser,
  pageData,
  pick,
  scratch,
  section,
  settled,
  table,
} from './page-browser.mjs';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** @type {Awaited<ReturnType<typeof openBrowser>>} */
let browser;
const folder = scratch();
before(async () => {
  browser = await openBrowser();
});
after(async () => {
  await browser?.close();
  folder.remove();
});

/** @param {import('playwright-core').Page} page */
const harmless = async (page) => {
  assert.equal(await page.evaluate('window.pwned'), undefined);
  assert.equal(await page.locator('script').count(), 1, 'only our script');
  assert.equal(
    await page.locator('img, iframe, object, style ~ style, [onerror], [onclick]').count(),
    0,
  );
  assert.deepEqual(browser.complaints, []);
};

/** @param {import('playwright-core').Page} page */
const openAll = (page) =>
  page.evaluate(() => {
    for (const part of document.querySelectorAll('details')) part.open = true;
  });

const PAYLOADS = [
  '<img src=x onerror="window.pwned=1">',
  '</script><script>window.pwned=1</script>',
  '<svg/onload=window.pwned=1>',
  '"><iframe src="javascript:window.pwned=1"></iframe>',
  'javascript:window.pwned=1',
  '{{constructor.constructor("window.pwned=1")()}}',
];

test('markup in names and values is text', async () => {
  const page = await browser.openPage('file');
  const annotations = Object.fromEntries(
    PAYLOADS.map((payload, i) => [`${i} ${payload}`, payload]),
  );
  const spec = {
    process: {
      args: PAYLOADS,
      env: PAYLOADS.map((payload) => `${payload}=${payload}`),
      cwd: PAYLOADS[0],
    },
    hostname: PAYLOADS[1],
    mounts: [{ destination: PAYLOADS[0], options: PAYLOADS }],
    annotations: { ...annotations, json: JSON.stringify(annotations) },
  };
  const config = { id: PAYLOADS[0], name: PAYLOADS[1], createdTime: PAYLOADS[2] };
  await page.evaluate(
    ({ names, texts }) => {
      const data = new DataTransfer();
      names.forEach((name, i) => data.items.add(new File([texts[i]], name)));
      const event = { dataTransfer: data, bubbles: true, cancelable: true };
      document.body.dispatchEvent(new DragEvent('drop', event));
    },
    {
      names: ['spec.dump', 'config.dump', `${PAYLOADS[0]}.json`, 'network.status'],
      texts: [
        JSON.stringify(spec),
        JSON.stringify(config),
        JSON.stringify(annotations),
        JSON.stringify({
          [PAYLOADS[0]]: { interfaces: { [PAYLOADS[1]]: { mac_address: PAYLOADS[2] } } },
        }),
      ],
    },
  );
  await settled(page, 4);
  const shown = card(page, 'spec.dump');
  const rows = await table(section(shown, 'Annotations'));
  assert.deepEqual(rows.slice(0, PAYLOADS.length), Object.entries(annotations));
  assert.match(await shown.innerText(), /<\/script><script>/);
  const problem = card(page, 'config.dump').locator('.problem');
  assert.match(await problem.innerText(), /<svg\/onload=window\.pwned=1>/);
  assert.ok((await page.locator('h3').allTextContents()).includes(`${PAYLOADS[0]}.json`));
  await openAll(page);
  await page.locator('.raw .row').first().waitFor();
  await harmless(page);
  await page.close();
});

test('what acts or hides is written out; __proto__ is a key as any other', async () => {
  const page = await browser.openPage('http');
  const spec =
    '{"annotations": {"__proto__": "polluted", "constructor": "c", "toString": "t", "hasOwnProperty": "h",' +
    ' "ansi": "\\u001b[31mred\\u001b[0m", "bidi": "user\\u202etxt.exe", "zero": "a\\u200bb\\u0000c",' +
    ' "json": "{\\"__proto__\\": {\\"polluted\\": true}, \\"n\\": 9223372036854775807}"}}';
  await pick(page, [folder.write('spec.dump', spec)]);
  const rows = await table(section(card(page, 'spec.dump'), 'Annotations'));
  assert.deepEqual(rows.slice(0, 7), [
    ['__proto__', 'polluted'],
    ['ansi', '\\x1b[31mred\\x1b[0m'],
    ['bidi', 'user\\u202etxt.exe'],
    ['constructor', 'c'],
    ['hasOwnProperty', 'h'],
    ['json', rows[5][1]],
    ['toString', 't'],
  ]);
  assert.deepEqual(rows[7], ['zero', 'a\\u200bb\\x00c']);
  const tree = section(card(page, 'spec.dump'), 'Annotations').locator('.tree').first();
  assert.match(
    await tree.innerText(),
    /__proto__ 1 member\npolluted: true\nn: 9223372036854775807$/,
  );
  assert.equal(await page.locator('.escape').first().textContent(), '\\x1b');
  assert.equal(await page.evaluate('({}).polluted'), undefined);
  // No such character is left anywhere on the page.
  const text = (await page.evaluate(() => document.body.textContent)) ?? '';
  assert.deepEqual(text.match(/(?![\n\t])[\p{Cc}\p{Cf}]/gu), null);

  const raw = folder.write('config.dump', Buffer.from('{"name": "\u202e\x1b[2J\xff', 'latin1'));
  await pick(page, [raw]);
  await card(page, 'config.dump').locator('.raw summary').click();
  await card(page, 'config.dump').locator('.raw .row').first().waitFor();
  assert.match(await card(page, 'config.dump').locator('.frame').innerText(), /\\x1b\[2J/);
  await harmless(page);
  await page.close();
});

test('huge strings, deep nesting and many members come in pieces', async () => {
  const page = await browser.openPage('file');
  const deep = `${'['.repeat(9000)}1${']'.repeat(9000)}`;
  const spec = {
    annotations: { big: 'x'.repeat(5 << 20), deep, wide: JSON.stringify(Array(50_000).fill(0)) },
    process: { cwd: '/', env: Array.from({ length: 30_000 }, (_, i) => `V${i}=${i}`) },
  };
  await pick(page, [
    folder.write('spec.dump', JSON.stringify(spec)),
    folder.write('deep.json', deep),
  ]);
  const shown = card(page, 'spec.dump');
  const annotations = section(shown, 'Annotations');
  const more = annotations.getByText(/^Show more \(1,000 of 5,242,880 characters\)/);
  await more.click();
  await annotations.getByText(/^Show more \(33,768 of/).waitFor();
  assert.equal(await section(shown, 'Environment').locator('tbody tr').count(), 100);
  await section(shown, 'Environment').locator('.more').click();
  await page.waitForFunction(() => document.querySelectorAll('tbody tr').length > 300);
  const wide = annotations.locator('tr', { hasText: 'wide' });
  await wide.locator('summary').click();
  await wide.getByText('Show 200 more of 50,000').waitFor();

  const tree = card(page, 'deep.json').locator('.tree').first();
  for (let level = 0; level < 12; level++) {
    await tree.locator('details:not([open]) > summary').last().click();
    await page.waitForFunction(() => !document.querySelector('.tree .fold-body > p'));
  }
  assert.equal(await page.locator('.badge.ok').count(), 2);
  assert.ok((await page.locator('*').count()) < 10_000, 'the page stays small');
  await harmless(page);
  await page.close();
});

test('no request but for the page itself; the policy forbids all others', async () => {
  const start = browser.requests.length;
  for (const from of /** @type {const} */ (['file', 'http'])) {
    const page = await browser.openPage(from);
    await drop(page, [example]);
    await settled(page, 4);
    await page.close();
  }
  const requests = browser.requests
    .slice(start)
    .map((url) => url.replace(/^(blob|data):.*/s, '$1:'));
  const allowed = new Set([
    browser.viewer,
    `${browser.server.origin}/viewer.html`,
    'blob:',
    'data:',
  ]);
  assert.deepEqual(
    requests.filter((url) => !allowed.has(url)),
    [],
  );
  assert.deepEqual([...new Set(browser.server.asked)], ['/viewer.html']);
  assert.deepEqual(browser.complaints, []);

  const page = await browser.openPage('http');
  const policy = await page.locator('meta[http-equiv]').getAttribute('content');
  for (const part of ["default-src 'none'", "connect-src 'none'", 'worker-src blob:'])
    assert.ok(policy?.split('; ').includes(part), part);
  assert.doesNotMatch(policy ?? '', /unsafe-inline|'unsafe-eval'|https?:|\*/);
  const asked = browser.server.asked.length;
  const attempts = await page.evaluate(async (origin) => {
    const fails = (/** @type {() => any} */ run) =>
      Promise.resolve()
        .then(run)
        .then(
          () => false,
          () => true,
        );
    const violated = new Set();
    addEventListener('securitypolicyviolation', (event) => violated.add(event.effectiveDirective));
    const image = new Image();
    image.src = `${origin}/leak.png`;
    const form = document.createElement('form');
    form.action = `${origin}/leak`;
    document.body.append(form);
    form.submit();
    const refused = [
      await fails(() => fetch(`${origin}/leak`)),
      await fails(
        () =>
          new Promise((done, fail) =>
            Object.assign(new WebSocket('ws://127.0.0.1:9'), { onopen: done, onerror: fail }),
          ),
      ),
      await fails(() => (document.body.innerHTML += '<b>no</b>')),
      await fails(() => new Worker(`${origin}/leak.js`)),
      await fails(() => document.body.setAttribute('onclick', 'window.pwned = 1')),
    ];
    navigator.sendBeacon?.(`${origin}/leak`, 'x');
    await new Promise((done) => setTimeout(done, 200));
    document.body.click();
    return { refused, violated: [...violated], pwned: 'pwned' in window };
  }, browser.server.origin);
  assert.deepEqual(attempts.refused, [true, true, true, true, true]);
  assert.equal(attempts.pwned, false);
  for (const directive of ['connect-src', 'img-src', 'form-action', 'require-trusted-types-for'])
    assert.ok(attempts.violated.includes(directive), `${directive}: ${attempts.violated}`);
  const inWorker = await page.workers()[0].evaluate(async (url) => {
    const failed = await fetch(url).then(
      () => false,
      () => true,
    );
    return [failed, typeof importScripts];
  }, `${browser.server.origin}/leak`);
  assert.equal(inWorker[0], true, 'the worker cannot fetch either');
  assert.equal(browser.server.asked.length, asked, 'nothing came through');
  browser.complaints.length = 0; // the refused attempts
  await page.close();
});

test('the promise stands on the page, in one sentence', async () => {
  const page = await browser.openPage('file');
  assert.equal(await page.locator('.privacy').innerText(), T.privacy);
  assert.match(T.privacy, /^Nothing you drop is uploaded/);
  await page.close();
});

test('axe finds nothing to object to: empty, full, broken; light, dark, narrow', async (t) => {
  const page = await browser.openPage('file');
  /** @param {string} state @param {'light' | 'dark'} colorScheme @param {object} [options] */
  const check = async (state, colorScheme, options = {}) => {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    const run = `axe.run(document, ${JSON.stringify(options)})`;
    const { violations, passes } = /** @type {any} */ (await page.evaluate(run));
    const found = violations.flatMap((/** @type {any} */ { id, help, nodes }) =>
      nodes.map(
        (/** @type {any} */ { html, failureSummary }) =>
          `${id}: ${help}\n  ${html}\n  ${failureSummary}`,
      ),
    );
    assert.deepEqual(found, [], `${state}, ${colorScheme}`);
    assert.ok(passes.length > 0, 'something was checked');
  };
  /** All that is different in the dark. */
  const colours = { runOnly: ['color-contrast'] };
  await page.evaluate(axe);
  await check('empty', 'light');
  await check('empty', 'dark');
  await page.click('#paste summary');
  const kubernetes = ['status', 'spec.dump', 'network.status', 'pod.options', 'config.dump'];
  await pick(
    page,
    kubernetes.map((name) => join(pageData, 'kubernetes', name)),
  );
  await pick(page, [join(pageData, 'broken-time/config.dump')]);
  await pick(page, [folder.write('notes.txt', 'no JSON')]);
  await pick(page, [folder.write('deleted.files', JSON.stringify(Array(500).fill('/a/b')))]);
  await openAll(page);
  await page.waitForFunction(() => document.querySelectorAll('.raw .row').length > 50);
  await check('full', 'light');
  await check('full', 'dark', colours);
  await page.setViewportSize({ width: 360, height: 640 });
  await page.waitForTimeout(100);
  await check('narrow', 'light', { rules: { 'color-contrast': { enabled: false } } });
  const wider = await page.evaluate(() =>
    [...document.querySelectorAll('body *')]
      .filter((e) => e.getBoundingClientRect().right > 361 && !e.closest('.rows, .frame'))
      .map((e) => e.outerHTML.slice(0, 200)),
  );
  assert.deepEqual(wider, [], 'nothing is wider than a telephone');
  t.diagnostic(`${await page.locator('*').count()} elements checked`);
  await page.close();
});

test('200,000 deleted files: listed, searched, scrolled, and the page is not blocked', async (t) => {
  const page = await browser.openPage('file');
  const names = Array.from(
    { length: 200_000 },
    (_, i) => `/usr/share/doc/package-${i}/changelog.gz`,
  );
  const path = folder.write('deleted.files', JSON.stringify(names, null, 2));
  await page.evaluate(() => {
    const gaps = { longest: 0, tasks: 0 };
    new PerformanceObserver((list) => {
      for (const { duration } of list.getEntries()) gaps.tasks = Math.max(gaps.tasks, duration);
    }).observe({ type: 'longtask' });
    let last = performance.now();
    setInterval(() => {
      const now = performance.now();
      gaps.longest = Math.max(gaps.longest, now - last);
      last = now;
    }, 5);
    Object.assign(window, { gaps });
  });
  const start = performance.now();
  await pick(page, [path]);
  const read = performance.now() - start;
  const shown = card(page, 'deleted.files');
  assert.match(await shown.innerText(), /200,000 entries/);
  const list = shown.locator('.rows.list');
  assert.equal(await list.locator('.row').first().textContent(), names[0]);

  await list.evaluate((element) => (element.scrollTop = element.scrollHeight));
  await list.getByText(names[199_999]).waitFor();
  assert.equal(await list.locator('.row').last().getAttribute('aria-posinset'), '200000');
  assert.ok((await list.locator('.row').count()) < 200);
  await shown.locator('input').fill('PACKAGE-19999');
  await shown.getByText('11 entries').waitFor();
  await list.getByText(names[199_999]).waitFor();
  assert.deepEqual(
    (await list.locator('.row').allTextContents()).sort(),
    names.filter((name) => name.includes('package-19999')).sort(),
  );
  await shown.locator('.raw summary').click();
  await shown.locator('.raw .row').first().waitFor();

  const { longest, tasks } = /** @type {any} */ (await page.evaluate('gaps'));
  t.diagnostic(
    `shown after ${read.toFixed(0)} ms; longest task on the main thread ${tasks.toFixed(0)} ms, longest pause ${longest.toFixed(0)} ms`,
  );
  assert.ok(tasks < 1000 && longest < 1000);
  assert.deepEqual(browser.complaints, []);
  await page.close();
});
