// SPDX-License-Identifier: Apache-2.0
// The page in a real browser: ways in, and what it shows, compared with the core's own answers.
/* global ClipboardEvent, DataTransfer, DragEvent, MutationObserver, document, window */
import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { load } from '../../wasm/index.js';
import {
  card,
  drop,
  example,
  facts,
  openBrowser,
  pageData,
  pick,
  scratch,
  section,
  settled,
  table,
} from './page-browser.mjs';

const EXAMPLE = ['config.dump', 'spec.dump', 'deleted.files', 'network.status'];
const paths = EXAMPLE.map((name) => join(example, name));
const ckpt = await load();
const decoded = (/** @type {any} */ kind, file = join(example, kind)) =>
  ckpt.decode(kind, readFileSync(file));

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

/** Opens a page for one test; closes it, and asks that nothing was complained about. @param {'file' | 'http'} from @param {(page: import('playwright-core').Page) => Promise<void>} run */
async function withPage(from, run) {
  const page = await browser.openPage(from);
  try {
    await run(page);
    assert.deepEqual(browser.complaints, []);
  } finally {
    browser.complaints.length = 0;
    await page.close();
  }
}

for (const from of /** @type {const} */ (['file', 'http'])) {
  test(`${from}: files are picked, and shown as the core decodes them`, () =>
    withPage(from, async (page) => {
      await pick(page, paths);
      assert.equal(await page.locator('#announcement').textContent(), '4 files fine');
      assert.deepEqual(await page.locator('.badge').allTextContents(), Array(4).fill('Fine'));

      const config = decoded('config.dump');
      const shown = card(page, 'config.dump');
      const identity = section(shown, 'Identity');
      const { ID: id, ...others } = await facts(identity);
      assert.deepEqual(others, {
        Name: config.name,
        Image: config.rootfsImageName,
        Runtime: config.runtime,
        'Restored before': 'no',
      });
      assert.ok(id.startsWith(`${config.id.slice(0, 12)}…`));
      assert.equal(await identity.locator('code[title]').getAttribute('title'), config.id);
      const times = section(shown, 'Times');
      assert.equal(await times.locator('time').getAttribute('datetime'), config.createdTime);
      assert.match(await times.locator('time').innerText(), /22 Nov 2026, 05:06:18 .*\.700778618Z/);
      assert.equal(await times.locator('.unknown').count(), 2);

      const spec = decoded('spec.dump');
      const { process, linux } = spec;
      const specCard = card(page, 'spec.dump');
      assert.deepEqual(await facts(section(specCard, 'Process')), {
        Command: process.args,
        'Working directory': process.cwd,
        User: '0:0',
        'File mode mask': '022',
      });
      assert.deepEqual(
        (await table(section(specCard, 'Environment'))).map(([name, value]) => `${name}=${value}`),
        process.env,
      );
      assert.deepEqual(await facts(section(specCard, 'Capabilities')), {
        'bounding, effective, permitted': process.capabilities.bounding,
      });
      assert.deepEqual(
        await table(section(specCard, 'Process limits')),
        process.rlimits.map((/** @type {any} */ { type, soft, hard }) => [
          type,
          String(soft),
          String(hard),
        ]),
      );
      assert.deepEqual(
        await table(section(specCard, 'Mounts')),
        spec.mounts.map((/** @type {any} */ { destination, type, source, options }) => [
          destination,
          type,
          source,
          options,
        ]),
      );
      assert.deepEqual(
        (await table(section(specCard, 'Namespaces'))).map(([type]) => type),
        linux.namespaces.map((/** @type {any} */ { type }) => type),
      );
      assert.deepEqual(
        await table(section(specCard, 'Annotations')),
        Object.entries(spec.annotations),
      );

      assert.deepEqual(
        await card(page, 'deleted.files').locator('.plain li').allTextContents(),
        decoded('deleted.files'),
      );
      assert.match(await card(page, 'network.status').innerText(), /No network/);
    }));
}

for (const from of /** @type {const} */ (['file', 'http']))
  test(`${from}: a folder is dropped: more than 100 entries, several levels; the overlay does not flicker`, () =>
    withPage(from, async (page) => {
      const root = join(folder.path, 'checkpoint-dir');
      mkdirSync(join(root, 'checkpoint'), { recursive: true });
      for (const path of paths)
        writeFileSync(join(root, path.slice(example.length)), readFileSync(path));
      for (let i = 0; i < 250; i++) writeFileSync(join(root, 'checkpoint', `core-${i}.img`), '');

      await page.evaluate(() => {
        const overlay = /** @type {Element} */ (document.getElementById('overlay'));
        const changes = /** @type {boolean[]} */ ([]);
        new MutationObserver(() => changes.push(overlay.classList.contains('shown'))).observe(
          overlay,
          {
            attributes: true,
          },
        );
        Object.assign(window, { changes });
      });
      await drop(page, [root], {
        over: async () => {
          await page.waitForSelector('#overlay.shown');
          assert.deepEqual(new Set(await page.evaluate('changes')), new Set([true]));
        },
      });
      await settled(page, 4);
      assert.equal(await page.locator('#overlay.shown').count(), 0);
      assert.equal(await page.locator('.source > h2').textContent(), 'checkpoint-dir');
      assert.deepEqual(await page.locator('h3').allTextContents(), EXAMPLE);
      const others = page.locator('.others');
      assert.equal(await others.locator('summary').textContent(), '250 other files');
      await others.locator('summary').click();
      await page.waitForFunction(
        () => document.querySelectorAll('.others tbody tr').length === 100,
      );
      await others.locator('.more').click();
      await page.waitForFunction(
        () => document.querySelectorAll('.others tbody tr').length === 250,
      );
    }));

test('files made by the page itself are dropped; a drag of text is left alone', () =>
  withPage('file', async (page) => {
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
    await settled(page, 2);
    assert.match(await card(page, 'config.dump').innerText(), /localhost\/bb:1/);
    assert.match(await card(page, 'deleted.files').innerText(), /No file is listed/);

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
  withPage('file', async (page) => {
    page.on('filechooser', () => {}); // from now on, not from the first time one is waited for
    const chosen = async (/** @type {string} */ id, /** @type {string} */ path) => {
      await page.keyboard.press('Tab');
      assert.equal(await page.evaluate('document.activeElement.id'), id);
      const chooser = page.waitForEvent('filechooser');
      await page.keyboard.press('Enter');
      await (await chooser).setFiles(path);
    };
    await chosen('files', paths[0]);
    await settled(page, 1);
    assert.equal(await page.evaluate('document.activeElement.textContent'), 'config.dump');
    await page.focus('#files');
    await chosen('folder', example);
    await settled(page, 5);
    assert.equal(await page.locator('.source > h2').first().textContent(), 'example');
    await page.click('#clear');
    assert.equal(await page.locator('.card').count(), 0);
    assert.equal(await page.locator('body.full').count(), 0);
  }));

test('text is pasted, and files; the kind is guessed, and can be changed', () =>
  withPage('http', async (page) => {
    await page.click('#paste summary');
    await page.fill('#paste-text', '{"createdTime": "2024-01-28T00:10:45Z", "name": "pasted"}');
    await page.focus('#paste-text');
    await page.keyboard.press('Control+A');
    await page.keyboard.press('Control+C');
    await page.click('#paste-read');
    await settled(page, 1);
    await page.keyboard.press('Control+V'); // the focus is on the file, not in a field
    await settled(page, 2);
    assert.deepEqual(await page.locator('h3').allTextContents(), [
      'pasted text 2',
      'pasted text 1',
    ]);
    for (const text of await page.locator('.card').allInnerTexts())
      assert.match(text, /by its content.*pasted/s);

    await page.evaluate(() => {
      const data = new DataTransfer();
      data.items.add(new File(['{"annotations":{"a":"b"}}'], 'spec.dump'));
      document.body.dispatchEvent(
        new ClipboardEvent('paste', { clipboardData: data, bubbles: true }),
      );
    });
    await settled(page, 3);
    const pasted = card(page, 'spec.dump');
    assert.deepEqual(await table(section(pasted, 'Annotations')), [['a', 'b']]);
    await pasted.locator('select').selectOption('deleted.files');
    await pasted.locator('.badge.error').waitFor();
    assert.match(
      await pasted.innerText(),
      /cannot unmarshal object into Go value of type \[\]string/,
    );
  }));

test('problems: line, column, what was found and expected, the lines around, the place in the file', () =>
  withPage('file', async (page) => {
    const files = [
      'broken-time/config.dump',
      'broken-syntax/spec.dump',
      'broken-type/deleted.files',
    ];
    await pick(
      page,
      files.map((file) => join(pageData, file)),
    );
    assert.equal(await page.locator('#announcement').textContent(), '3 files with a problem');
    for (const file of files) {
      const kind = file.split('/')[1];
      let error = /** @type {any} */ (null);
      assert.throws(
        () => decoded(kind, join(pageData, file)),
        (thrown) => ((error = thrown), true),
      );
      const shown = card(page, kind);
      const problem = shown.locator('.problem');
      assert.equal(await problem.locator('.message').textContent(), error.goMessage);
      const where = await problem.locator('.where').textContent();
      assert.ok(
        where?.startsWith(`line ${error.line}, column ${error.column} · byte ${error.offset}`),
        where ?? '',
      );
      assert.equal(await problem.locator('.found').textContent(), error.found);
      assert.equal(await problem.locator('.expected').textContent(), error.expected);
      assert.equal(await problem.locator('.rule').textContent(), error.rule);

      const text = readFileSync(join(pageData, file));
      const lines = text.toString().split('\n');
      assert.equal(await problem.locator('.here code').textContent(), lines[error.line - 1]);
      assert.equal(await problem.locator('.here .number').textContent(), String(error.line));
      const token = text.subarray(error.offset, error.offset + error.length).toString();
      assert.equal(await problem.locator('mark').textContent(), token);
      const [caret, mark] = await Promise.all([
        problem.locator('.caret code').evaluate((code) => {
          const range = document.createRange();
          range.selectNode(/** @type {Node} */ (code.childNodes[1]));
          return range.getBoundingClientRect().left;
        }),
        problem.locator('mark').evaluate((element) => element.getBoundingClientRect().left),
      ]);
      assert.ok(Math.abs(caret - mark) < 2, `caret at ${caret}, token at ${mark}`);

      await problem.locator('button').click();
      await shown.locator('.raw .here mark').waitFor();
      assert.equal(await shown.locator('.raw .here mark').textContent(), token);
    }
    // As far as Go fills it, the value is there; after a syntax error it is not.
    const { partial } = /** @type {any} */ (
      catchError(() => decoded('config.dump', join(pageData, files[0])))
    );
    assert.equal((await facts(section(card(page, 'config.dump'), 'Identity'))).Name, partial.name);
    assert.equal(await section(card(page, 'spec.dump'), 'Process').count(), 0);
  }));

/** @param {() => any} run */
function catchError(run) {
  try {
    run();
  } catch (error) {
    return error;
  }
  return undefined;
}

test('64-bit integers, sizes, secrets, JSON in annotations, other formats', () =>
  withPage('http', async (page) => {
    const names = [
      'status',
      'spec.dump',
      'network.status',
      'pod.options',
      'config.dump',
      'status.dump',
    ];
    const files = names.map((name) => join(pageData, 'kubernetes', name));
    await pick(page, files);
    assert.equal(await page.locator('#announcement').textContent(), '6 files fine');

    const status = decoded('status', files[0]);
    const times = section(card(page, 'status'), 'Times');
    const text = await times.innerText();
    assert.ok(text.includes(`2026-03-13T21:30:00.123456789Z · ${status.CreatedAt}`), text);
    assert.match(text, /412 milliseconds later/);
    assert.equal((await facts(section(card(page, 'status'), 'State'))).State, 'running');
    assert.match(
      await section(card(page, 'status\\.dump'), 'Everything in the file').innerText(),
      /created_at: 1773437400123456789\n/,
    );

    const timeline = await section(card(page, 'config.dump'), 'Times').innerText();
    assert.match(timeline, /13 minutes 6 seconds later/);

    const spec = card(page, 'spec.dump');
    const resources = await facts(section(spec, 'Resources'));
    assert.equal(resources.Memory, '512.0 MiB 536870912');
    assert.equal(resources['Processor time'], '50 % of one processor 50000 of every 100000 µs');

    const environment = section(spec, 'Environment');
    assert.doesNotMatch(await page.content(), /hunter2/);
    const row = environment.locator('tr', { hasText: 'DB_PASSWORD' });
    await row.locator('button').click();
    assert.match(await row.innerText(), /hunter2/);

    const labels = section(spec, 'Annotations').locator('tr', { hasText: 'cri-o.Labels' });
    assert.match(await labels.innerText(), /io\.kubernetes\.pod\.name: counter-6f9c/);

    assert.deepEqual(await table(section(card(page, 'network\\.status'), 'Networks')), [
      ['podman', 'eth0', '10.88.0.9/16', '10.88.0.1', 'f2:99:9a:10:2b:3c'],
      ['podman', 'eth0', 'fd00::9/64', 'not set', 'f2:99:9a:10:2b:3c'],
    ]);
    assert.deepEqual(
      await table(section(card(page, 'pod\\.options'), 'Containers|Pod checkpoint')),
      [['counter', '0123abcd-counter']],
    );

    // The whole of what was shortened is copied.
    const id = section(card(page, 'config.dump'), 'Identity').locator('div', { hasText: /^ID/ });
    await id.locator('button').click();
    await id.getByText('Copied').waitFor();
    assert.equal(
      await page.evaluate(() => navigator.clipboard.readText()),
      decoded('config.dump', files[4]).id,
    );
  }));

test('an archive and a file of another kind say what they are; loose files may go together', () =>
  withPage('file', async (page) => {
    const archive = folder.write('dump.tar.gz', new Uint8Array([0x28, 0xb5, 0x2f, 0xfd, 0, 0]));
    const note = folder.write('notes.txt', 'Remember the milk.\n');
    await pick(page, [archive, note]);
    assert.match(await card(page, 'dump\\.tar\\.gz').innerText(), /Broken off.*zstd stream ends/s);
    const notes = card(page, 'notes\\.txt');
    assert.match(await notes.innerText(), /Not recognised/);
    await notes.locator('.raw').getByText('Remember the milk.').waitFor();
    assert.equal(
      await page.locator('#announcement').textContent(),
      '1 file with a problem, 1 file not recognised',
    );
  }));
