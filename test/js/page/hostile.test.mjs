// SPDX-License-Identifier: Apache-2.0
// The page in a real browser: what is hostile stays text, and nothing leaves the page.
/* global Image, Worker, addEventListener, document, window */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { openCheckpoint } from '../../../wasm/api/index.js';
import { T } from '../../../web/text.js';
import { W } from '../../../web/text/answer.js';
import { E } from '../../../web/text/evidence.js';
import {
  archives,
  browserTests,
  drop,
  example,
  foreign,
  pick,
  section,
  shown,
  table,
  tarOf,
  view,
  viewLink,
} from '../lib/page-browser.mjs';
import { tar } from '../lib/tar.mjs';

const { folder, run, theBrowser } = browserTests();

/** Nothing that was given has become more than text. @param {import('playwright-core').Page} page */
async function harmless(page) {
  assert.equal(await page.evaluate('window.pwned'), undefined);
  assert.equal(await page.locator('script').count(), 1, 'only our script');
  assert.equal(
    await page
      .locator('img, iframe, object, style ~ style, [onerror], [onclick], [onload]')
      .count(),
    0,
  );
  const text = (await page.evaluate(() => document.body.textContent + document.title)) ?? '';
  assert.deepEqual(text.match(/(?!\n)[\p{Cc}\p{Cf}]/gu), null, 'no character acts or hides');
  assert.doesNotMatch(await page.evaluate('location.hash'), /[^#/\d\-a-z.;]/);
  assert.deepEqual(theBrowser().complaints, []);
}

/** Looks at every view, with all open. @param {import('playwright-core').Page} page @param {() => Promise<void>} [each] */
async function everywhere(page, each = async () => {}) {
  for (const title of await page.locator('.views a').allTextContents()) {
    await view(page, title.replace(/[\d,]+/g, ''));
    await page.waitForTimeout(100);
    await page.evaluate(() => {
      for (const part of document.querySelectorAll('details')) part.open = true;
    });
    await page.waitForTimeout(100);
    await each();
    await harmless(page);
  }
  // What is dropped on "Compare" is compared.
  if ((await viewLink(page, 'Files').count()) === 0) return;
  await view(page, 'Files');
  await page.locator('.rows.members .row').first().waitFor();
}

const PAYLOADS = [
  '<img src=x onerror="window.pwned=1">',
  '</script><script>window.pwned=1</script>',
  '<svg/onload=window.pwned=1>',
  '"><iframe src="javascript:window.pwned=1"></iframe>',
  'javascript:window.pwned=1',
  '{{constructor.constructor("window.pwned=1")()}}',
  '\u001b[31mred\u001b]8;;http://example.test\u0007',
  'user\u202etxt.exe\u2066\u200b\ufeff',
  '__proto__',
];

test('markup, escape sequences and __proto__ in names, values and members are text', async () => {
  const page = await theBrowser().openPage('file');
  const map = Object.fromEntries(PAYLOADS.map((payload, i) => [`${i} ${payload}`, payload]));
  const spec = {
    ociVersion: PAYLOADS[0],
    process: {
      args: PAYLOADS,
      env: PAYLOADS.map((payload) => `${payload}PASSWORD=${payload}`),
      cwd: PAYLOADS[0],
      user: { username: PAYLOADS[6] },
    },
    root: { path: PAYLOADS[7] },
    hostname: PAYLOADS[1],
    mounts: [{ destination: PAYLOADS[0], type: PAYLOADS[6], options: PAYLOADS }],
    linux: { namespaces: [{ type: PAYLOADS[0], path: PAYLOADS[7] }], sysctl: map },
    annotations: { ...map, 'io.kubernetes.pod.name': PAYLOADS[0], json: JSON.stringify(map) },
  };
  const config = { id: PAYLOADS[0], name: PAYLOADS[6], rootfsImageName: PAYLOADS[1] };
  const bytes = tarOf([
    ['config.dump', JSON.stringify(config)],
    ['spec.dump', JSON.stringify(spec, null, 1)],
    [
      'network.status',
      JSON.stringify({
        [PAYLOADS[0]]: { interfaces: { [PAYLOADS[1]]: { mac_address: PAYLOADS[2] } } },
      }),
    ],
    ['deleted.files', JSON.stringify(PAYLOADS)],
    ['bind.mounts', JSON.stringify([map])],
    ...PAYLOADS.map((payload) => /** @type {[string, string]} */ ([`volumes/${payload}`, 'x'])),
    ['../../etc/passwd', 'x'],
    ['__proto__', '{}'],
  ]);
  const checkpoint = await openCheckpoint(bytes);
  await pick(page, [folder.write('hostile.tar', bytes)]);
  await shown(page);
  assert.equal(
    await page.locator('.item-head h1').textContent(),
    '\\x1b[31mred\\x1b]8;;http://example.test\\x07',
  );
  assert.ok(await page.locator('.escape').count());
  await everywhere(page);
  await view(page, 'Files');
  const rows = page.locator('.rows.members .row');
  await rows.first().waitFor();
  const names = await rows.locator('code').allTextContents();
  for (const name of [
    'user\\u202etxt.exe\\u2066\\u200b\\ufeff',
    '__proto__',
    'passwd',
    PAYLOADS[4],
  ])
    assert.ok(names.includes(name), `${name}: ${names}`);
  assert.equal(checkpoint.members.length, 16);
  await rows.filter({ hasText: 'spec.dump' }).click();
  await page.locator('.viewer .rows.text').getByText('red\\u001b]8;;').first().waitFor();
  await harmless(page);
  await page.close();
});

test('keys such as __proto__ are shown as any other, and change nothing', async () => {
  const page = await theBrowser().openPage('http');
  const spec =
    '{"annotations": {"__proto__": "polluted", "constructor": "c", "toString": "t", "hasOwnProperty": "h",' +
    ' "ansi": "\\u001b[31mred\\u001b[0m", "zero": "a\\u200bb\\u0000c",' +
    ' "json": "{\\"__proto__\\": {\\"polluted\\": true}, \\"n\\": 9223372036854775807}"}}';
  await pick(page, [folder.write('spec.dump', spec)]);
  await shown(page);
  await view(page, 'Metadata');
  const annotations = section(page, 'Annotations');
  await annotations.waitFor();
  const rows = await table(annotations);
  const json = rows.splice(4, 1)[0];
  assert.deepEqual(rows, [
    ['__proto__', 'polluted'],
    ['ansi', '\\x1b[31mred\\x1b[0m'],
    ['constructor', 'c'],
    ['hasOwnProperty', 'h'],
    ['toString', 't'],
    ['zero', 'a\\u200bb\\x00c'],
  ]);
  assert.equal(json[0], 'json');
  assert.match(
    await annotations.locator('.tree').first().innerText(),
    /__proto__ 1 member\npolluted: true\nn: 9223372036854775807$/,
  );
  assert.equal(await page.evaluate('({}).polluted'), undefined);
  await harmless(page);
  await page.close();
});

test('no request but for the page itself; the policy forbids all others', async () => {
  theBrowser().requests.length = 0;
  for (const from of /** @type {const} */ (['file', 'http'])) {
    const page = await theBrowser().openPage(from);
    await drop(page, [example]);
    await shown(page);
    await everywhere(page);
    await page.close();
  }
  assert.deepEqual(foreign(theBrowser()), []);
  assert.deepEqual(
    [...new Set(theBrowser().server.asked)].filter(
      (path) => !['/viewer.html', '/viewer-sw.js', '/viewer.webmanifest'].includes(path),
    ),
    [],
  );

  const page = await theBrowser().openPage('http');
  const policy = await page.locator('meta[http-equiv]').getAttribute('content');
  for (const part of ["default-src 'none'", "connect-src 'none'", "worker-src blob: 'self'"])
    assert.ok(policy?.split('; ').includes(part), part);
  assert.doesNotMatch(policy ?? '', /unsafe-inline|'unsafe-eval'|https?:|\*/);
  const attempts = await page.evaluate(async (origin) => {
    const fails = (/** @type {() => any} */ act) =>
      Promise.resolve()
        .then(act)
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
  }, theBrowser().server.origin);
  assert.deepEqual(attempts.refused, [true, true, true, true, true]);
  assert.equal(attempts.pwned, false);
  for (const directive of ['connect-src', 'img-src', 'form-action', 'require-trusted-types-for'])
    assert.ok(attempts.violated.includes(directive), `${directive}: ${attempts.violated}`);
  const inWorker = await page.workers()[0].evaluate(
    (url) =>
      fetch(url).then(
        () => false,
        () => true,
      ),
    `${theBrowser().server.origin}/leak`,
  );
  assert.equal(inWorker, true, 'the worker cannot fetch either');
  assert.ok(
    !theBrowser().server.asked.some((path) => path.includes('leak')),
    'nothing came through',
  );
  theBrowser().complaints.length = 0; // the refused attempts
  await page.close();
});

test('the promise stands on the page, in one sentence', async () => {
  const page = await theBrowser().openPage('file');
  assert.equal(await page.locator('.privacy').innerText(), T.privacy);
  assert.match(T.privacy, /^Nothing you drop is uploaded[^.]*\.$/);
  await page.close();
});

test('a damaged archive, nothing at all, and an empty file have designed answers', async () => {
  const page = await theBrowser().openPage('file');
  for (const [name, content, expected] of /** @type {[string, string | Uint8Array, RegExp][]} */ ([
    ['empty.tar', '', /cannot be read as an archive|does not look like/],
    ['notes.txt', 'Remember the milk.\n', /does not look like a container checkpoint/],
    ['cut.tar.zst', new Uint8Array([0x28, 0xb5, 0x2f, 0xfd, 0, 0]), /damaged|cannot be read/],
    ['config.dump', '', /error/],
  ])) {
    await pick(page, [folder.write(name, content)]);
    await shown(page, name);
    assert.match(await page.locator('.verdict').innerText(), expected, name);
    await everywhere(page);
  }
  await pick(page, [join(archives, 'crio.tar')]);
  await shown(page, 'count-up');
  await page.close();
});

test('errors that do not stop the target are told as such, with what they stop', () =>
  run(async (page) => {
    const bytes = readFileSync(join(archives, 'crio.tar'));
    const { files, members } = await openCheckpoint(bytes);
    const end = Math.max(
      ...Array.from(members, ({ dataOffset, size }) => dataOffset + Math.ceil(size / 512) * 512),
    );
    const config = JSON.parse(Buffer.from(files.get('config.dump') ?? []).toString());
    const odd = JSON.stringify({ ...config, id: config.id.toUpperCase() });
    const whole = Buffer.concat([bytes.subarray(0, end), tar(['config.dump', odd])]);
    await pick(page, [folder.write('odd.tar', whole)]);
    await shown(page);
    const card = page.locator('.passes');
    assert.equal(await card.locator('h2').textContent(), W.passes('CRI-O'));
    for (const id of ['CKP006', 'CKP101'])
      assert.match(
        await card.locator('li', { hasText: id }).innerText(),
        new RegExp(W.stopsOnly([])),
      );
    assert.match(await page.locator('.verdict h2').innerText(), /but it looks suspicious\.$/);
    await card.locator('a', { hasText: 'CKP101' }).click();
    assert.match(await page.locator('.drawer').innerText(), new RegExp(E.stopsNone));
  }));
