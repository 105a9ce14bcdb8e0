// SPDX-License-Identifier: Apache-2.0
// The ways into the page, in a real browser: drops, folders, pickers, pasting, samples, messages.
/* global ClipboardEvent, DataTransfer, DragEvent, MutationObserver, document, window */
import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { test } from 'node:test';
import { openCheckpoint } from '../../../wasm/api/index.js';
import { T } from '../../../web/text.js';
import { allowedOrigin, givenOf } from '../../../web/page/protocol.js';
import { samples } from '../../../web/sample.mjs';
import {
  archives,
  browserTests,
  drop,
  example,
  facts,
  foreign,
  listed,
  pick,
  section,
  shown,
  treeRows,
  view,
} from '../lib/page-browser.mjs';

const { folder, run: runOn, theBrowser } = browserTests();
const run = (
  /** @type {'file' | 'http'} */ from,
  /** @type {(page: import('playwright-core').Page) => Promise<void>} */ steps,
) => runOn(steps, from);

const EXAMPLE = ['config.dump', 'spec.dump', 'deleted.files', 'network.status'];
const paths = EXAMPLE.map((name) => join(example, name));

for (const from of /** @type {const} */ (['file', 'http']))
  test(`${from}: a folder is dropped: more than 100 entries, several levels; the overlay does not flicker`, () =>
    run(from, async (page) => {
      const root = join(folder.path, `dropped-${from}`);
      mkdirSync(join(root, 'checkpoint'), { recursive: true });
      for (const path of paths)
        writeFileSync(join(root, path.slice(example.length)), readFileSync(path));
      for (let i = 0; i < 250; i++) writeFileSync(join(root, 'checkpoint', `core-${i}.img`), '');

      await page.evaluate(() => {
        const overlay = /** @type {Element} */ (document.getElementById('overlay'));
        const changes = /** @type {boolean[]} */ ([]);
        const observer = new MutationObserver(() =>
          changes.push(overlay.classList.contains('shown')),
        );
        observer.observe(overlay, { attributes: true });
        Object.assign(window, { changes });
      });
      await drop(page, [root], {
        over: async () => {
          await page.waitForSelector('#overlay.shown');
          assert.deepEqual(new Set(await page.evaluate('changes')), new Set([true]));
        },
      });
      await shown(page, 'simple');
      assert.equal(await page.locator('#overlay.shown').count(), 0);
      assert.ok(
        (await page.locator('.item-head .about').textContent())?.includes(`dropped-${from}`),
      );
      assert.ok((await page.locator('.item-head .about').textContent())?.includes('directory'));
      await view(page, 'Files');
      await page.getByText(T.filesIn(254)).waitFor();
      await page.locator('.search').fill('core-249');
      await page.getByText('1 found').waitFor();
      assert.deepEqual(await treeRows(page), [['checkpoint/core-249.img', '0 B']]);
    }));

test('several archives and loose files at once make a list; each is one click away', () =>
  run('file', async (page) => {
    await drop(page, [
      join(archives, 'simple-zstd.tar.zst'),
      join(archives, 'crio.tar'),
      ...paths,
      folder.write('notes.txt', 'Remember the milk.\n'),
    ]);
    await listed(page, 4);
    const items = page.locator('.given .items > li');
    assert.match(await items.nth(0).innerText(), /config\.dump, spec\.dump/);
    assert.match(await items.nth(3).innerText(), /No checkpoint/);
    await items.nth(2).locator('a').click();
    await shown(page, 'count-up');
    assert.match(page.url(), /#\d+(\.\w+)?\/overview$/);
    await page.locator('.switch').selectOption({ label: 'simple-zstd.tar.zst' });
    await shown(page, 'simple');
    await page.goBack();
    await shown(page, 'count-up');
    await page.goBack();
    await listed(page, 4);
    await page.click('#clear');
    await page.getByText(T.dropTitle).waitFor();
    assert.equal(await page.locator('.items').count(), 0);
    await page.goForward();
    await page.getByText(T.gone).waitFor();
  }));

test('files made by the page itself are dropped; a drag of text is left alone', () =>
  run('file', async (page) => {
    await page.evaluate(
      (text) => {
        const data = new DataTransfer();
        data.items.add(new File([text], 'config.dump'));
        data.items.add(new File(['[]'], 'deleted.files'));
        const event = { dataTransfer: data, bubbles: true, cancelable: true };
        document.body.dispatchEvent(new DragEvent('dragenter', event));
        document.body.dispatchEvent(new DragEvent('drop', event));
      },
      readFileSync(paths[0], 'utf8'),
    );
    await shown(page, 'simple');
    assert.equal((await facts(section(page, 'Identity'))).Image, 'localhost/bb:1');
    const stopped = await page.evaluate(() => {
      const data = new DataTransfer();
      data.setData('text/plain', 'hello');
      return ['dragenter', 'dragover', 'drop'].map((type) => {
        const event = new DragEvent(type, { dataTransfer: data, bubbles: true, cancelable: true });
        document.body.dispatchEvent(event);
        return event.defaultPrevented || document.querySelector('#overlay.shown') !== null;
      });
    });
    assert.deepEqual(stopped, [false, false, false]);
  }));

test('the pickers are reached with the keyboard; a folder is picked', () =>
  run('file', async (page) => {
    page.on('filechooser', () => {}); // from now on, not from the first time one is waited for
    const choose = async (/** @type {string} */ id, /** @type {string} */ path) => {
      for (let i = 0; (await page.evaluate('document.activeElement.id')) !== id; i++) {
        assert.ok(i < 10, `${id} is not reached`);
        await page.keyboard.press('Tab');
      }
      const chooser = page.waitForEvent('filechooser');
      await page.keyboard.press('Enter');
      await (await chooser).setFiles(path);
    };
    await choose('files', paths[0]);
    await shown(page, 'simple');
    await page.keyboard.press('0');
    await choose('folder', example);
    await page.waitForFunction(() =>
      document.querySelector('.about')?.textContent?.includes('example'),
    );
  }));

test('text is pasted, and files; the kind is guessed, and can be changed', () =>
  run('http', async (page) => {
    const text = '{"createdTime": "2024-01-28T00:10:45Z", "name": "pasted"}';
    await page.click('#paste');
    await page.fill('#paste-text', text);
    await page.locator('#paste-text').press('Control+A');
    await page.locator('#paste-text').press('Control+C');
    await page.click('#paste-read');
    await shown(page, 'pasted');
    assert.equal(await page.locator('dialog').count(), 0);
    await page.keyboard.press('Control+V'); // the focus is on the page, not in a field
    await page.waitForFunction(() =>
      document.querySelector('.about')?.textContent?.includes('text 2'),
    );
    const kind = page.locator('#readas');
    assert.equal(await kind.inputValue(), 'config.dump');
    await kind.selectOption('deleted.files');
    await page.locator('.verdict.error').waitFor();
    await view(page, 'Findings');
    assert.match(
      await page.locator('.findings').innerText(),
      /cannot unmarshal object into Go value of type \[\]string|deleted\.files/,
    );
    await page.evaluate(() => {
      const data = new DataTransfer();
      data.items.add(new File(['{"annotations":{"a":"b"}}'], 'spec.dump'));
      document.body.dispatchEvent(
        new ClipboardEvent('paste', { clipboardData: data, bubbles: true }),
      );
    });
    await shown(page, 'spec.dump');
  }));

test('the samples: a healthy one without a finding, a hostile one that no engine restores', () =>
  run('file', async (page) => {
    const { healthy } = samples();
    const checkpoint = await openCheckpoint(healthy);
    await page.click('#sample-healthy');
    await shown(page, checkpoint.summary.container.name);
    assert.equal(await page.locator('.item-head .badge').textContent(), 'Restores');
    const counts = await page.locator('.counts .count').allTextContents();
    assert.deepEqual(counts.slice(0, 2), ['0 errors', '0 warnings']);
    assert.match(await section(page, 'Times').innerText(), /13 minutes 6 seconds later/);
    const containerd = page.locator('button.target', { hasText: 'containerd' });
    assert.match(await containerd.innerText(), /restores/);
    assert.match(await page.locator('.foreign').innerText(), /Podman/);
    await page.locator('#target').selectOption('podman');
    await page
      .locator('.stops')
      .getByText(/cannot be restored by Podman/)
      .waitFor();
    assert.match(await page.locator('.verdict h2').innerText(), /^Podman does not restore/);
    await page.locator('#target').selectOption('');

    await page.keyboard.press('0');
    await page.click('#clear');
    await page.click('#sample-broken');
    await shown(page, checkpoint.summary.container.name);
    assert.equal(await page.locator('.item-head .badge').textContent(), 'Hostile');
    await view(page, 'Findings');
    const ids = await page.locator('.group .rule').allTextContents();
    for (const id of ['CKP004', 'CKP006', 'CKP103', 'CKP800'])
      assert.ok(ids.includes(id), `${ids}`);
    assert.ok(!(await page.content()).includes('only-a-sample'), 'secrets are masked');
  }));

test('messages: only from the one origin that the address names, and only what they should be', async () => {
  assert.equal(allowedOrigin(''), '');
  assert.equal(allowedOrigin('?origin=https%3A%2F%2Fci.example.test'), 'https://ci.example.test');
  for (const bad of [
    '*',
    'null',
    'https://a.test/path',
    'javascript:1',
    'file://',
    'https://a.test/',
  ])
    assert.equal(allowedOrigin(`?origin=${encodeURIComponent(bad)}`), '', bad);
  assert.equal(givenOf({ type: 'ckpt:open', files: [{ name: 'x', data: 1 }] }), null);
  assert.equal(givenOf({ type: 'other', files: [] }), null);
  assert.equal(givenOf(null), null);
  assert.equal(givenOf({ type: 'ckpt:open', files: [{ name: 'x', data: 'y' }] })?.length, 1);

  const answers = `<script>
    addEventListener('message', ({data, origin}) => (window.got ??= []).push([origin, data]));
    window.send = (files) => other.postMessage({type: 'ckpt:open', id: 7, files}, '*');
  </script>`;
  const server = createServer((_, response) => {
    response.writeHead(200, { 'content-type': 'text/html' });
    response.end(answers);
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(undefined)));
  const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
  const origin = `http://127.0.0.1:${port}`;
  try {
    for (const allowed of [origin, 'https://other.test', '']) {
      const sender = await theBrowser().context.newPage();
      await sender.goto(origin);
      const opened = theBrowser().context.waitForEvent('page');
      const query = allowed === '' ? '' : `?origin=${encodeURIComponent(allowed)}`;
      await sender.evaluate(
        (url) => Object.assign(window, { other: window.open(url) }),
        `${theBrowser().server.origin}/viewer.html${query}`,
      );
      const page = await opened;
      await page.waitForSelector('html[data-ready]', { state: 'attached' });
      await sender.evaluate(
        (text) => /** @type {any} */ (window).send([{ name: 'config.dump', data: text }]),
        readFileSync(paths[0], 'utf8'),
      );
      if (allowed === origin) {
        await shown(page, 'simple');
        await sender.waitForFunction('window.got?.length === 2');
        const got = /** @type {any} */ (await sender.evaluate('window.got'));
        assert.deepEqual(got[0], [theBrowser().server.origin, { type: 'ckpt:ready', version: 1 }]);
        assert.equal(got[1][1].id, 7);
        assert.equal(got[1][1].reports[0].name, 'config.dump');
        assert.equal(typeof got[1][1].reports[0].report.counts.error, 'number');
      } else {
        await page.waitForTimeout(300);
        assert.equal(await page.locator('.item').count(), 0);
        assert.equal(await sender.evaluate('window.got'), undefined);
      }
      await page.close();
      await sender.close();
    }
  } finally {
    server.close();
    theBrowser().complaints.length = 0;
    theBrowser().requests.length = 0;
  }
});

test('served, it is an app: it opens again without its server', async () => {
  const page = await theBrowser().openPage('http');
  await page.evaluate(() => navigator.serviceWorker.ready.then(() => undefined));
  assert.equal(await page.locator('link[rel=manifest]').count(), 1);
  theBrowser().server.asked.length = 0;
  await page.context().setOffline(true);
  await page.reload();
  await page.waitForSelector('html[data-ready]', { state: 'attached' });
  await pick(page, [join(archives, 'crio.tar')]);
  await shown(page, 'count-up');
  await page.context().setOffline(false);
  assert.ok(!theBrowser().server.asked.includes('/viewer.html'), 'it came from the cache');
  assert.deepEqual(foreign(theBrowser()), []);
  theBrowser().complaints.length = 0;
  await page.close();
});

test('a checkpoint that stands in the page itself is shown at once', async () => {
  const html = readFileSync(new URL('../../../dist/viewer.html', import.meta.url), 'utf8');
  const bytes = readFileSync(join(archives, 'simple-zstd.tar.zst')).toString('base64');
  const block = `<script type="application/octet-stream" data-checkpoint="inside.tar.zst">${bytes}</script>`;
  const path = folder.write(
    'inside.html',
    html.replace('<div id="overlay"', `${block}<div id="overlay"`),
  );
  const page = await theBrowser().context.newPage();
  await page.goto(`file://${path}`);
  await shown(page, 'simple');
  assert.deepEqual(theBrowser().complaints, []);
  await page.close();
});
