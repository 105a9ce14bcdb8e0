// SPDX-License-Identifier: Apache-2.0
// Archives on the page, in a real browser, compared with what openCheckpoint says in Node.
/* global document, requestAnimationFrame, window */
import assert from 'node:assert/strict';
import { closeSync, ftruncateSync, openSync, readFileSync, writeSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { load, openCheckpoint } from '../../wasm/index.js';
import { A } from '../../web/text.js';
import { Opener } from '../../web/worker/sources.js';
import { drop, facts, openBrowser, pick, scratch, section, settled } from './page-browser.mjs';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const archives = fileURLToPath(new URL('../data/archives/', import.meta.url));
const ckpt = await load();

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

/** Opens a page for one test; asks that nothing was complained about and nothing left the page. @param {(page: import('playwright-core').Page) => Promise<void>} run */
async function withPage(run) {
  browser.requests.length = 0;
  const page = await browser.openPage('file');
  try {
    await run(page);
    assert.deepEqual(browser.complaints, []);
    assert.deepEqual(
      browser.requests.filter((url) => url !== browser.viewer && !/^(blob|data):/.test(url)),
      [],
    );
  } finally {
    browser.complaints.length = 0;
    await page.close();
  }
}

/** The card of an archive. @param {import('playwright-core').Page} page @param {string} name */
const cardOf = (page, name) =>
  page.locator('.card', { has: page.locator('h3').getByText(name, { exact: true }) });

/** @param {import('playwright-core').Locator} card */
const members = (card) =>
  section(card, 'Members \\([0-9,]+\\)').locator('.rows .row .amount + code').allTextContents();

/** A tar of small files. @param {[name: string, content: string][]} files */
function tar(files) {
  const blocks = [];
  for (const [name, content] of files) {
    const header = Buffer.alloc(512);
    header.write(name, 0, 100);
    header.write('0000644\0' + '0000000\0'.repeat(2), 100);
    const size = Buffer.byteLength(content);
    header.write(`${size.toString(8).padStart(11, '0')}\0${'0'.repeat(11)}\0        0`, 124);
    header.write('ustar\x0000', 257, 'latin1');
    const sum = header.reduce((all, byte) => all + byte, 0);
    header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
    const body = Buffer.alloc(Math.ceil(size / 512) * 512);
    body.write(content);
    blocks.push(header, body);
  }
  return Buffer.concat([...blocks, Buffer.alloc(1024)]);
}

const DROPPED = ['simple-zstd.tar.zst', 'simple-none.tar', 'features-gzip.tar.gz', 'crio.tar'];

test('archives are dropped: identity, engine, sizes, members and metadata as openCheckpoint says', () =>
  withPage(async (page) => {
    const paths = DROPPED.map((name) => join(archives, name));
    await drop(page, paths);
    await settled(page, paths.length);
    assert.equal(await page.locator('#announcement').textContent(), '4 files fine');
    for (const [i, name] of DROPPED.entries()) {
      const checkpoint = await openCheckpoint(readFileSync(paths[i]), { name });
      const { container, engine, sizes } = checkpoint.summary;
      const card = cardOf(page, name);
      assert.equal(await card.locator('header .badge').textContent(), 'Fine');
      assert.equal(
        await card.locator('.about').textContent(),
        [
          A.forms[checkpoint.form],
          A.compressions[checkpoint.compression ?? ''],
          ckpt.byteToString(sizes.archive),
        ].join(' · '),
      );
      const identity = section(card, 'Identity');
      const shown = await facts(identity);
      assert.equal(shown.Name, container.name);
      assert.equal(shown.Image, container.image);
      assert.equal(shown.Runtime, container.runtime);
      assert.equal(shown.Engine, engine.display);
      assert.equal(shown.Namespace, container.namespace);
      assert.equal(shown.Pod, container.pod);
      assert.ok(engine.evidence.length > 0);
      for (const { file, text } of engine.evidence)
        assert.ok(shown['Known by'].includes(text) && shown['Known by'].includes(file));
      assert.ok(await identity.locator(`code[title="${container.id}"]`).isVisible());
      assert.equal(
        await identity.locator('time').first().getAttribute('datetime'),
        container.created,
      );

      const { checkpoint: all, pages, gpuPages, rootfsDiff, volumes, devshm, logs, other } = sizes;
      const images = all - pages - gpuPages;
      const parts = { pages, images, gpuPages, rootfsDiff, volumes, devshm, logs, other };
      const present = Object.entries(parts).filter(([, bytes]) => bytes > 0);
      const picture = section(card, 'Sizes');
      assert.deepEqual(
        await picture
          .locator('.legend li')
          .evaluateAll((rows) =>
            rows.map((row) =>
              ['.part', '.amount'].map((part) => row.querySelector(part)?.textContent),
            ),
          ),
        present.map(([part, bytes]) => [A.parts[part], ckpt.byteToString(bytes)]),
      );
      const widths = await picture
        .locator('.bar > span')
        .evaluateAll((bars) => bars.map((bar) => bar.getBoundingClientRect().width));
      const widest = widths.indexOf(Math.max(...widths));
      assert.equal(present[widest][1], Math.max(...present.map(([, bytes]) => bytes)));
      assert.ok(widths.every((width) => width >= 3));

      await section(card, `Members \\(${checkpoint.members.length}\\)`).waitFor();
      const names = await members(card);
      assert.ok(names.includes('checkpoint/') || names.length > 20, String(names));
      assert.equal(
        (await facts(section(card, 'Dump statistics')))['Pages written'],
        String(checkpoint.summary.statistics.pages_written),
      );
      const files = await card.locator('.file > summary h5').allTextContents();
      assert.ok(Object.keys(checkpoint.documents).every((file) => files.includes(file)));
      const config = card.locator('.file', { has: page.locator('h5', { hasText: 'config.dump' }) });
      await config.locator('> summary').click();
      await config.getByText('Times').waitFor();
      const decoded = /** @type {any} */ (checkpoint.documents['config.dump']).value;
      const own = await facts(config);
      assert.equal(own.Name, decoded.name);
      assert.equal(own.Image, decoded.rootfsImageName);
    }
  }));

test('a truncated archive shows what came before, and where it broke', () =>
  withPage(async (page) => {
    const whole = readFileSync(join(archives, 'simple-none.tar'));
    const cut = whole.subarray(0, Math.floor((whole.length * 0.8) / 512) * 512 + 100);
    const checkpoint = await openCheckpoint(cut);
    assert.ok(checkpoint.error && checkpoint.members.length > 5);
    await pick(page, [folder.write('cut.tar', cut)]);
    const card = cardOf(page, 'cut.tar');
    assert.equal(await card.locator('header .badge').textContent(), 'Broken off');
    const problem = card.locator('.problem');
    assert.equal(await problem.locator('.message').textContent(), checkpoint.error.message);
    const offset = new Intl.NumberFormat('en').format(checkpoint.error.offset);
    assert.ok((await problem.locator('.where').textContent())?.startsWith(`byte ${offset}`));
    await section(card, `Members \\(${checkpoint.members.length}\\)`).waitFor();
    assert.equal(
      (await facts(section(card, 'Identity'))).Name ?? undefined,
      checkpoint.summary.container.name,
    );
    assert.equal(await page.locator('#announcement').textContent(), '1 file with a problem');

    await pick(page, [folder.write('none.tar', 'no archive at all')]);
    const none = cardOf(page, 'none.tar');
    assert.equal(await none.locator('header .badge').textContent(), 'Not recognised');
    assert.ok((await none.innerText()).includes(A.noArchive));
  }));

test('names in a hostile archive are text', () =>
  withPage(async (page) => {
    const names = [
      '<img src=x onerror="window.pwned=1">',
      'a\u001b[31m\u0007\nb',
      'x\u202ecod.exe',
      '../../etc/passwd',
      'volumes/<script>window.pwned=1</script>.tar',
    ];
    const config = JSON.stringify({ id: names[0], name: names[1], rootfsImageName: names[2] });
    const bytes = tar([
      ['config.dump', config],
      ['spec.dump', '{"annotations":'],
      ...names.map((name) => /** @type {[string, string]} */ ([name, 'x'])),
    ]);
    const name = 'hostile.tar';
    await pick(page, [folder.write(name, bytes)]);
    const card = cardOf(page, name);
    const checkpoint = await openCheckpoint(bytes);
    assert.equal(await card.locator('header .badge').textContent(), 'Problem');
    assert.equal(await page.evaluate('window.pwned'), undefined);
    assert.equal(await page.locator('img, #results script, [onerror]').count(), 0);
    await card.locator('.rows .row').first().waitFor();
    const rows = await members(card);
    for (const text of [names[0], 'a\\x1b[31m\\x07\\nb', 'x\\u202ecod.exe', 'passwd'])
      assert.ok(rows.includes(text), `${text}: ${rows}`);
    const text = await card.evaluate((element) => element.textContent ?? '');
    for (const acting of ['\u001b', '\u0007', '\u202e']) assert.ok(!text.includes(acting));
    const problems = await section(card, 'Problems').locator('tbody tr').allTextContents();
    assert.equal(problems.length, checkpoint.problems.length + 1);
    assert.match(problems[0], /unexpected end of JSON input.*spec\.dump$/s);
    assert.ok(problems.some((problem) => problem.includes('leads out of the archive')));
  }));

test('a pod checkpoint shows its containers, an image the checkpoint in it', () =>
  withPage(async (page) => {
    const config = (/** @type {string} */ name) => JSON.stringify({ id: name, name });
    const bytes = tar([
      ['pod.options', '{"version":1,"containers":{"web":"one","db":"two"},"annotations":{}}'],
      ...['one', 'two'].flatMap((name) => [
        /** @type {[string, string]} */ ([`${name}/config.dump`, config(`name-${name}`)]),
        /** @type {[string, string]} */ ([`${name}/checkpoint/pages-1.img`, 'x'.repeat(4096)]),
      ]),
    ]);
    const checkpoint = await openCheckpoint(bytes);
    const inner = await checkpoint.containers();
    assert.equal(inner.length, 2);
    await pick(page, [folder.write('pod.tar', bytes), join(archives, 'simple-image.oci.tar')]);
    const containers = cardOf(page, 'pod.tar').locator('.container');
    assert.equal(await containers.count(), 2);
    for (const [i, { name, summary }] of inner.entries()) {
      const one = containers.nth(i);
      assert.ok((await one.locator('> h5').textContent())?.startsWith(name));
      assert.equal((await facts(section(one, 'Identity'))).Name, summary.container.name);
      await one.locator('.file > summary').click();
      await one.locator('.file').getByText('Times').waitFor();
      assert.equal((await facts(one.locator('.file'))).Name, summary.container.name);
    }
    const image = cardOf(page, 'simple-image.oci.tar');
    assert.ok((await image.locator('.about').textContent())?.startsWith(A.forms['oci-layout']));
    assert.equal((await facts(section(image, 'Identity'))).Name, 'simple-restored');
  }));

test('a large archive is cancelled, and the page answers meanwhile', (t) =>
  withPage(async (page) => {
    const path = join(folder.path, 'large.tar.zst');
    const file = openSync(path, 'w');
    // An empty frame, then frames to be skipped, each of nearly 4 GiB of nothing.
    writeSync(file, Buffer.from('28b52ffd2000010000', 'hex'), 0, 9, 0);
    const frame = Buffer.from('502a4d18f0ffffff', 'hex');
    let at = 9;
    for (let i = 0; i < 16; i++, at += 8 + 0xfffffff0) writeSync(file, frame, 0, 8, at);
    ftruncateSync(file, at);
    closeSync(file);
    await page.setInputFiles('#files', [path, join(archives, 'simple-zstd.tar.zst')]);
    const large = cardOf(page, 'large.tar.zst');
    await large
      .locator('.progress')
      .getByText(/GiB of 64\.0 GiB · 0 % · .*\/s|MiB of .*\/s/)
      .waitFor();
    const answers = await page.evaluate(async () => {
      const start = performance.now();
      await new Promise((done) => setTimeout(() => requestAnimationFrame(done), 10));
      return performance.now() - start;
    });
    assert.ok(answers < 1000, `${answers} ms`);
    assert.ok((await large.locator('progress').evaluate((bar) => bar.value)) > 0);
    await large.getByRole('button', { name: 'Cancel' }).click();
    const start = performance.now();
    await settled(page, 2);
    t.diagnostic(
      `cancelled, and the next one read, after ${(performance.now() - start).toFixed(0)} ms`,
    );
    assert.equal(await large.locator('header .badge').textContent(), 'Cancelled');
    await large.getByRole('button', { name: A.again }).waitFor();
    assert.equal(
      await page.locator('#announcement').textContent(),
      '1 file fine, 1 file cancelled',
    );
    // Clearing all stops it, too.
    await large.getByRole('button', { name: A.again }).click();
    await large.locator('.progress').getByText('/s').waitFor();
    await page.click('#clear');
    await page.waitForTimeout(400);
    assert.equal(await page.locator('.card').count(), 0);
    assert.equal(await page.locator('#announcement').textContent(), '');
  }));

test('100,000 members: listed, searched, and the page is not blocked', (t) =>
  withPage(async (page) => {
    const header = tar([['checkpoint/000000.img', '']]).subarray(0, 512);
    const bytes = Buffer.alloc(100_000 * 512 + 1024);
    for (let i = 0; i < 100_000; i++) {
      header.write(String(i).padStart(6, '0'), 11);
      header.write('        ', 148);
      const sum = header.reduce((all, byte) => all + byte, 0);
      header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
      header.copy(bytes, i * 512);
    }
    const path = folder.write('many.tar', bytes);
    await page.evaluate(() => {
      const gaps = { longest: 0 };
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
    const card = cardOf(page, 'many.tar');
    await section(card, 'Members \\(100,000\\)').waitFor();
    t.diagnostic(`shown after ${(performance.now() - start).toFixed(0)} ms`);
    assert.ok((await card.locator('.rows .row').count()) < 200);
    await card.locator('.filter input').fill('09999');
    await card.getByText('11 found').waitFor();
    await card.locator('.rows').getByText('checkpoint/099990.img').waitFor();
    const { longest } = /** @type {any} */ (await page.evaluate('gaps'));
    t.diagnostic(`longest pause of the page ${longest.toFixed(0)} ms`);
    assert.ok(longest < 1000);
  }));

test('a folder of archives; an unpacked checkpoint keeps its archives as files', async () => {
  const bytes = readFileSync(join(archives, 'simple-none.tar'));
  const given = (/** @type {string[]} */ ...paths) =>
    paths.map((path) => ({ path, blob: new Blob([path.endsWith('.dump') ? '{}' : bytes]) }));
  const open = async (/** @type {string[]} */ ...paths) =>
    (await new Opener(ckpt.files).open(given(...paths))).map((source) => [
      source.name,
      source.archive !== undefined,
      source.members.map(({ path }) => path),
    ]);
  assert.deepEqual(await open('checkpoints/a.tar', 'checkpoints/b.tar.gz', 'checkpoints/notes'), [
    ['checkpoints/a.tar', true, []],
    ['checkpoints/b.tar.gz', true, []],
    ['checkpoints', false, ['notes']],
  ]);
  assert.deepEqual(await open('one/config.dump', 'one/rootfs-diff.tar', 'one/volumes/v.tar'), [
    ['one', false, ['config.dump', 'rootfs-diff.tar', 'volumes/v.tar']],
  ]);
  assert.deepEqual(await open('config.dump', 'checkpoint'), [
    ['checkpoint', true, []],
    ['', false, ['config.dump']],
  ]);
});

test('axe finds nothing to object to on archives', () =>
  withPage(async (page) => {
    await page.evaluate(axe);
    const whole = readFileSync(join(archives, 'crio.tar'));
    await pick(page, [
      join(archives, 'podman5-network.tar.zst'),
      folder.write('cut-crio.tar', whole.subarray(0, 150_000)),
    ]);
    for (const summary of await page.locator('.file > summary').all()) await summary.click();
    await page.locator('.file').getByText('Container configuration').first().waitFor();
    for (const colorScheme of /** @type {const} */ (['light', 'dark'])) {
      await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
      const options = colorScheme === 'dark' ? { runOnly: ['color-contrast'] } : {};
      const run = `axe.run(document, ${JSON.stringify(options)})`;
      const { violations } = /** @type {any} */ (await page.evaluate(run));
      assert.deepEqual(
        violations.flatMap((/** @type {any} */ { id, nodes }) =>
          nodes.map((/** @type {any} */ { html }) => `${id}: ${html}`),
        ),
        [],
      );
    }
    await page.setViewportSize({ width: 360, height: 640 });
    await page.waitForTimeout(100);
    const wider = await page.evaluate(() =>
      [...document.querySelectorAll('body *')]
        .filter((e) => e.getBoundingClientRect().right > 361 && !e.closest('.rows, .frame'))
        .map((e) => e.outerHTML.slice(0, 200)),
    );
    assert.deepEqual(wider, [], 'nothing is wider than a telephone');
  }));
