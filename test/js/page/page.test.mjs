// SPDX-License-Identifier: Apache-2.0
// The page in a real browser: what it shows of real archives, compared with the core's own answers.
/* global document */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { load, openCheckpoint } from '../../../wasm/api/index.js';
import { A } from '../../../web/text.js';
import {
  archives,
  drop,
  facts,
  listed,
  pick,
  section,
  shown,
  table,
  treeRows,
  view,
  viewLink,
  browserTests,
} from '../lib/page-browser.mjs';

const ckpt = await load();
const { folder, run } = browserTests();

const DROPPED = ['simple-zstd.tar.zst', 'features-gzip.tar.gz', 'crio.tar', 'containerd21.tar'];

test('archives are dropped: identity, engine, times, sizes, members as openCheckpoint says', () =>
  run(async (page) => {
    await drop(
      page,
      DROPPED.map((name) => join(archives, name)),
    );
    await listed(page, DROPPED.length);
    for (const name of DROPPED) {
      const bytes = readFileSync(join(archives, name));
      const checkpoint = await openCheckpoint(bytes, { name });
      const { container, engine, sizes, statistics } = checkpoint.summary;
      await page.locator('.items a', { hasText: name }).click();
      await shown(page, container.name);
      assert.equal(
        await page.locator('.item-head .about').textContent(),
        [
          name,
          A.forms[checkpoint.form],
          A.compressions[checkpoint.compression ?? ''],
          ckpt.byteToString(bytes.length),
          engine.display,
        ].join(' · '),
      );
      const identity = await facts(section(page, 'Identity'));
      assert.equal(identity.Name, container.name);
      assert.equal(identity.Image, container.image);
      assert.equal(identity.Runtime, container.runtime);
      assert.equal(identity.Engine, engine.display);
      assert.equal(identity.Namespace, container.namespace);
      assert.equal(identity.Pod, container.pod);
      for (const { file, text } of engine.evidence)
        assert.ok(identity['Known by'].includes(text) && identity['Known by'].includes(file));
      assert.ok(await page.locator(`code[title="${container.id}"]`).isVisible());
      const config = /** @type {any} */ (checkpoint.documents['config.dump']).value;
      assert.equal(
        await section(page, 'Times').locator('time').first().getAttribute('datetime'),
        config.createdTime,
      );

      const { checkpoint: all, pages, gpuPages, rootfsDiff, volumes, devshm, logs, other } = sizes;
      const images = all - pages - gpuPages;
      const parts = { pages, images, gpuPages, rootfsDiff, volumes, devshm, logs, other };
      const present = Object.entries(parts)
        .filter(([, size]) => size > 0)
        .sort(([, a], [, b]) => b - a);
      const picture = section(page, 'Sizes');
      assert.deepEqual(
        await picture
          .locator('.legend li:not(.total)')
          .evaluateAll((rows) =>
            rows.map((row) =>
              ['.part-name', '.amount'].map((part) => row.querySelector(part)?.textContent),
            ),
          ),
        present.map(([part, size]) => [A.parts[part], ckpt.byteToString(size)]),
      );
      assert.ok(
        (await picture.locator('.checkpoint-size').textContent())?.endsWith(ckpt.byteToString(all)),
      );
      const areas = await picture
        .locator('.bar > .bar-part')
        .evaluateAll((boxes) => boxes.map((box) => box.getBoundingClientRect().width));
      const share = present[0][1] / present.reduce((sum, [, size]) => sum + size, 0);
      const shownShare = areas[0] / areas.reduce((sum, area) => sum + area, 0);
      assert.ok(Math.abs(share - shownShare) < 0.06, `${share} is drawn as ${shownShare}`);
      assert.equal(
        (await facts(section(page, 'Dump statistics')))['Pages written'],
        String(statistics.pages_written),
      );

      await view(page, 'Files');
      await page.locator('.rows.members .row').first().waitFor();
      const rows = await treeRows(page);
      const sum = [...checkpoint.members]
        .filter((member) => member.name.startsWith('checkpoint/') && member.type === 'file')
        .reduce((total, { size }) => total + size, 0);
      const images1 = rows.find(([path]) => path === 'checkpoint/');
      assert.equal(images1?.[1], ckpt.byteToString(sum));
      for (const { name: path, size, type } of checkpoint.members) {
        if (path.includes('/') || type !== 'file') continue;
        await page.locator('.rows.members').evaluate((list) => (list.scrollTop = 0));
        await page.locator('.search').fill(path);
        const row = page.locator('.rows.members .row', { hasText: path }).first();
        await row.waitFor();
        assert.equal(await row.locator('.amount').textContent(), ckpt.byteToString(size));
      }
      await page.keyboard.press('Escape');
      await page.locator('.brand').click();
    }
  }));

test('metadata is shown for people; the environment hides secrets until they are asked for', () =>
  run(async (page) => {
    const path = join(archives, 'multi-gzip.tar.gz');
    const checkpoint = await openCheckpoint(readFileSync(path));
    const spec = /** @type {any} */ (checkpoint.documents['spec.dump']).value;
    await pick(page, [path]);
    await shown(page);
    await view(page, 'Metadata');
    const environment = section(page, 'Environment');
    await environment.waitFor();
    const { process, linux } = spec;
    const shownProcess = await facts(section(page, 'Process'));
    assert.deepEqual(shownProcess.Command, process.args);
    assert.equal(shownProcess['Working directory'], process.cwd);
    const env = new Map(await /** @type {any} */ (table(environment)));
    let hidden = 0;
    for (const entry of process.env) {
      const at = entry.indexOf('=');
      const [name, value] = [entry.slice(0, at), entry.slice(at + 1)];
      if (env.get(name)?.startsWith('••••')) hidden++;
      else assert.equal(env.get(name), value);
    }
    assert.ok(hidden > 0);
    const secret = process.env.find((/** @type {string} */ entry) => /PASSWORD=/.test(entry));
    const value = secret.slice(secret.indexOf('=') + 1);
    assert.ok(!(await page.content()).includes(value));
    const row = environment.locator('tr', { hasText: 'PASSWORD' });
    await row.locator('button').click();
    assert.ok((await row.innerText()).includes(value));
    assert.deepEqual(
      (await table(section(page, 'Namespaces'))).map(([type]) => type),
      linux.namespaces.map((/** @type {any} */ { type }) => type),
    );
    assert.deepEqual(
      (await table(section(page, 'Mounts'))).map(([destination]) => destination),
      spec.mounts.map((/** @type {any} */ { destination }) => destination),
    );
  }));

test('a finding leads to its place in the file', () =>
  run(async (page) => {
    const text = '{\n  "id": "4f2c",\n  "name": "web",\n  "createdTime": "yesterday"\n}\n';
    const error = /** @type {any} */ (ckpt.check('config.dump', new TextEncoder().encode(text)));
    assert.ok(error.line > 0);
    await pick(page, [folder.write('config.dump', text)]);
    await shown(page);
    await view(page, 'Findings');
    const finding = page.locator('.group', { hasText: error.rule }).locator('.finding').first();
    assert.match(await finding.locator('.places').innerText(), /config\.dump line 4, column 18/);
    await finding.locator('.frame mark').waitFor();
    assert.equal(await finding.locator('.frame mark').textContent(), '"yesterday"');
    assert.equal(await finding.locator('.frame .here .number').textContent(), String(error.line));
    await finding.locator('.places a').first().click();
    const mark = page.locator('.viewer .rows.text mark');
    await mark.waitFor();
    assert.equal(await mark.textContent(), '"yesterday"');
    assert.match(page.url(), /#\d+\.\w{8}\/files\/\d+\/\d+-\d+;\d+$/);
    await page.goBack();
    await page.locator('.findings').waitFor();
  }));

test('a truncated archive shows what came before, and where it broke; what is none says so', () =>
  run(async (page) => {
    const whole = readFileSync(join(archives, 'simple-none.tar'));
    const cut = whole.subarray(0, Math.floor((whole.length * 0.8) / 512) * 512 + 100);
    const checkpoint = await openCheckpoint(cut);
    assert.ok(checkpoint.error && checkpoint.members.length > 5);
    await pick(page, [folder.write('cut.tar', cut)]);
    await shown(page, checkpoint.summary.container.name);
    assert.equal(await page.locator('.item-head .badge').textContent(), 'Damaged');
    const verdict = page.locator('.verdict');
    assert.equal(await verdict.locator('.message').textContent(), checkpoint.error.message);
    const offset = new Intl.NumberFormat('en').format(checkpoint.error.offset);
    assert.ok((await verdict.locator('.where').textContent())?.startsWith(`byte ${offset}`));
    assert.equal(
      await viewLink(page, 'Files').locator('.amount').textContent(),
      String(checkpoint.members.length),
    );

    await pick(page, [folder.write('none.tar', 'no archive at all')]);
    await shown(page, 'none.tar');
    assert.equal(await page.locator('.item-head .badge').textContent(), 'No checkpoint');
    assert.ok((await verdict.innerText()).includes('cannot be read as an archive'));
  }));

test('secrets are hidden also beyond what is listed of the findings', () =>
  run(async (page) => {
    const env = Array.from({ length: 300 }, (_, i) => `S${i}_PASSWORD=hunter-${i}-x`);
    const spec = { ociVersion: '1.0.2', process: { cwd: '/', args: ['sh'], env } };
    await pick(page, [folder.write('spec.dump', JSON.stringify(spec, null, 1))]);
    await shown(page);
    await view(page, 'Metadata');
    const environment = section(page, 'Environment');
    await environment.locator('.more').click();
    await page.waitForFunction(() => document.querySelectorAll('tbody tr').length === 300);
    assert.equal(await environment.locator('.dots').count(), 300);
    for (const title of ['Overview', 'Findings', 'Metadata', 'Files']) {
      await view(page, title);
      assert.ok(!(await page.content()).includes('hunter-'), title);
    }
    await page.locator('.rows.members .row').first().click();
    await page.locator('.viewer .rows .row').first().waitFor();
    assert.ok(!(await page.content()).includes('hunter-'), 'the file itself');
  }));
