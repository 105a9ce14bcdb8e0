// SPDX-License-Identifier: Apache-2.0
// Reports taken along from the page, and reports that came with it.
/* global document */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { chmodSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { load, openCheckpoint } from '../../../wasm/api/index.js';
import { V, X } from '../../../web/text.js';
import { fitting } from '../../../web/page/fitting.js';
import { TABLES } from '../../../web/worker/grids.js';
import { tableOf } from '../../../web/worker/tables.js';
import { sha256 } from '../../../wasm/report/sha256.js';
import {
  accessibleInBoth,
  archives,
  browserTests,
  facts,
  pick,
  section,
  shown,
  view,
  withPage,
} from '../lib/page-browser.mjs';
import { ckpt as command } from '../lib/cli-run.mjs';
import { tar } from '../lib/tar.mjs';

const { folder, run, theBrowser } = browserTests();

const ckpt = await load();

test('SHA-256 is what Node says it is', () => {
  for (const text of [
    '',
    'abc',
    'é'.repeat(27),
    ...[54, 55, 56, 63, 64, 65, 1000].map((n) => 'x'.repeat(n)),
  ])
    assert.equal(sha256(text), createHash('sha256').update(text).digest('hex'), `${text.length}`);
});

/** What the menu saves. @param {import('playwright-core').Page} page @param {keyof typeof X.forms} form */
async function saved(page, form) {
  await page.locator('.export summary').click();
  const coming = page.waitForEvent('download');
  await page.getByRole('button', { name: X.forms[form], exact: true }).click();
  const download = await coming;
  return { name: download.suggestedFilename(), text: readFileSync(await download.path(), 'utf8') };
}

/** What the command line says, run in the folder of the file. @param {string} format @param {string} name */
const said = async (format, name) =>
  (await command(['validate', '--format', format, name], { cwd: folder.path })).stdout;

/** A checkpoint with findings of all kinds and names that hurt. */
const evil = tar(
  ['config.dump', '{"id": "a", "name": "<img src=x onerror=alert(1)>", "createdTime": "never"}'],
  ['spec.dump', '{"process": {}, "annotations": {"</script><b>": "\\u202e"}}'],
  ['logs/</script><script>alert(2)</script>\u202e|x', 'text'],
);

test('the report as JSON, SARIF and Markdown is what the command line writes', () =>
  run(async (page) => {
    const name = 'evil dump.tar';
    const file = folder.write(name, evil);
    chmodSync(file, 0o600); // the page does not know it, and there is a rule about it
    await pick(page, [file]);
    await shown(page);
    /** Without what the page leaves out: the texts of rules, and the digest of the file. @param {string} text */
    const bare = (text) =>
      text.replace(/^"tool": .*$/m, '').replace(/"sha256": "[0-9a-f]{64}"/g, '"sha256": ""');
    for (const [form, format, ending] of /** @type {const} */ ([
      ['json', 'json', 'json'],
      ['sarif', 'sarif', 'sarif'],
      ['markdown', 'markdown', 'md'],
    ])) {
      const { name: own, text } = await saved(page, form);
      assert.equal(own, `${name}.${ending}`);
      assert.equal(bare(text), bare(await said(format, name)), form);
      assert.ok(!/<script|<img|\u202e/.test(form === 'markdown' ? text : ''));
    }
  }));

test('secrets do not go along', () =>
  run(async (page) => {
    const path = join(archives, 'multi-gzip.tar.gz');
    const { documents } = await openCheckpoint(readFileSync(path));
    const { env } = /** @type {any} */ (documents['spec.dump']).value.process;
    const secret = env.find((/** @type {string} */ entry) => /PASSWORD=/.test(entry)).split('=')[1];
    assert.ok(secret.length > 4);
    await pick(page, [path]);
    await shown(page);
    for (const form of /** @type {const} */ (['json', 'sarif', 'markdown', 'html']))
      assert.ok(!(await saved(page, form)).text.includes(secret), form);
  }));

/** @param {import('playwright-core').Page} page */
const openAll = (page) =>
  page.evaluate(() => {
    for (const group of document.querySelectorAll('details.group'))
      /** @type {HTMLDetailsElement} */ (group).open = true;
  });

/** What is told of the findings. @param {import('playwright-core').Page} page */
const told = async (page) => {
  await view(page, 'Findings');
  await openAll(page);
  await page.locator('.finding .message').first().waitFor();
  return (await page.locator('.finding .message').allTextContents()).sort();
};

test('the page with the report inside shows it again, anywhere, and does nothing else', () =>
  run(async (page) => {
    const path = folder.write('evil.tar', evil);
    chmodSync(path, 0o600);
    await pick(page, [path]);
    await shown(page);
    const { name, text } = await saved(page, 'html');
    assert.equal(name, 'evil.tar.html');
    assert.ok(text.includes('id="third-party-notices"'));
    const before_ = await told(page);
    for (const [file, html] of [
      ['saved.html', text],
      ['said.html', await said('html', 'evil.tar')],
    ]) {
      await page.goto(pathToFileURL(folder.write(file, html)).href);
      await shown(page, '<img src=x onerror=alert(1)>');
      assert.deepEqual(await told(page), before_);
      assert.equal(await page.locator('main img, main script, main b').count(), 0);
      theBrowser().requests.length = 0; // the file itself was asked for
    }
    // And from there once more.
    const again = await saved(page, 'html');
    const embedded = (/** @type {string} */ html) =>
      JSON.parse(/id="ckpt-embedded">(.*?)<\/script>/s.exec(html)?.[1] ?? '');
    assert.deepEqual(embedded(again.text).reports[0].findings, embedded(text).reports[0].findings);
    assert.equal(
      again.text.match(/id="ckpt-embedded"/g)?.length,
      text.match(/id="ckpt-embedded"/g)?.length,
    );
    assert.deepEqual(theBrowser().complaints, []);
  }));

test('the lines around findings go along with the page', () =>
  run(async (page) => {
    await pick(page, [folder.write('lines.tar', evil)]);
    await shown(page);
    const framesOf = async () => {
      await told(page);
      await page.locator('.finding .frame').first().waitFor();
      return page.locator('.finding .frame').allInnerTexts();
    };
    const before_ = await framesOf();
    assert.ok(before_.length > 0);
    const { text } = await saved(page, 'html');
    await page.goto(pathToFileURL(folder.write('lines.html', text)).href);
    await shown(page, '<img src=x onerror=alert(1)>');
    assert.deepEqual(await framesOf(), before_);
    theBrowser().requests.length = 0; // the file itself was asked for
  }));

/** Opens the page with something in it. @param {import('playwright-core').Page} page @param {any} content */
async function withEmbedded(page, content) {
  const html = readFileSync(new URL('../../../dist/viewer.html', import.meta.url), 'utf8');
  const json = typeof content === 'string' ? content : JSON.stringify(content);
  const script = `<script type="application/json" id="ckpt-embedded">${json.replaceAll('<', '\\u003c')}</script>`;
  const file = folder.write(
    'embedded.html',
    html.replace('<body>', () => `<body>${script}`),
  );
  await page.goto(pathToFileURL(file).href);
  await page.waitForSelector('html[data-ready]', { state: 'attached' });
  theBrowser().requests.length = 0;
}

test('reports in the page: with files, of a pod, several, unreadable ones, nonsense', () =>
  run(async (page) => {
    const text = '{\n  "id": "4f2c",\n  "createdTime": "yesterday"\n}\n';
    const report = ckpt.validate({ 'config.dump': new TextEncoder().encode(text) });
    await withEmbedded(page, { version: 1, reports: [{ report, files: { 'config.dump': text } }] });
    await shown(page);
    await view(page, 'Findings');
    await openAll(page);
    await page.locator('.frame mark', { hasText: '"yesterday"' }).waitFor();

    const path = join(archives, 'crio.tar');
    const checkpoint = await openCheckpoint(readFileSync(path), { name: 'crio.tar' });
    const real = await ckpt.validate(checkpoint);
    const pod = { ...real, form: 'pod', name: 'pod.tar', containers: [real, real] };
    await withEmbedded(page, {
      version: 1,
      reports: [pod, real],
      unreadable: [{ path: 'x\u202e', message: 'gone' }],
    });
    await page.locator('.given .items > li').nth(3).waitFor();
    assert.equal(await page.locator('.given .items > li').count(), 4);
    assert.equal(await page.locator('.trouble p').textContent(), 'x\\u202e: gone');
    await page.locator('.given .items a').last().click();
    await shown(page, 'count-up');
    const identity = await facts(section(page, 'Identity'));
    assert.equal(identity.Image, real.container.image);
    assert.equal(identity.Engine, real.engine.display);
    const foreign = real.targets.filter((/** @type {any} */ { reasons }) =>
      reasons.some((/** @type {any} */ { id }) => id === 'CKP700'),
    );
    assert.equal(
      await page.locator('.matrix .target .word').count(),
      real.targets.length - foreign.length,
    );
    assert.deepEqual(
      (await page.locator('.views a').allTextContents()).map((words) => words.replace(/\d/g, '')),
      ['Overview', 'Findings'],
    );

    for (const nonsense of [
      '{',
      '[]',
      '{"version":2,"reports":[]}',
      '{"version":1,"reports":{}}',
      '{"version":1,"reports":[null]}',
    ]) {
      await withEmbedded(page, nonsense);
      assert.equal(await page.locator('.trouble p').textContent(), X.badReports, nonsense);
    }
    await withEmbedded(page, { version: 1, reports: [{ report: { findings: [{ id: 'x' }] } }] });
    await shown(page);
  }));

test('the menu works by keyboard and is accessible', () =>
  withPage(theBrowser, 'http', async (page) => {
    await pick(page, [join(archives, 'crio.tar')]);
    await shown(page);
    await page.locator('.export summary').focus();
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: X.forms.json, exact: true }).waitFor();
    await accessibleInBoth(page, 'menu', '.item-head');
    await page.getByRole('button', { name: X.copy }).click();
    await page.waitForTimeout(200);
    const copied = await page.evaluate(() => navigator.clipboard.readText());
    assert.match(copied, /^# Container checkpoints\n/);
    await page.keyboard.press('Escape');
    await page
      .getByRole('button', { name: X.forms.json, exact: true })
      .waitFor({ state: 'hidden' });
    assert.equal(await page.evaluate(() => document.activeElement?.tagName), 'SUMMARY');
  }));

test('the menu closes by a click elsewhere and by Escape, wherever the focus is', () =>
  withPage(theBrowser, 'http', async (page) => {
    await pick(page, [join(archives, 'crio.tar')]);
    await shown(page);
    const entry = page.getByRole('button', { name: X.forms.json, exact: true });
    const open = async () => {
      await page.locator('.export summary').click();
      await entry.waitFor();
    };
    await open();
    await page.locator('main h1, main h2').first().click();
    await entry.waitFor({ state: 'hidden' });
    await open();
    await page.evaluate(() => /** @type {HTMLElement} */ (document.activeElement)?.blur());
    await page.keyboard.press('Escape');
    await entry.waitFor({ state: 'hidden' });
    assert.equal(await page.locator('.views').first().isVisible(), true);
  }));

test('chosen tables go along with the page, without environments', () =>
  run(async (page) => {
    const path = join(archives, 'multi-gzip.tar.gz');
    const checkpoint = await openCheckpoint(readFileSync(path));
    const dump = await checkpoint.dump();
    const environ = dump.processes.flatMap((/** @type {any} */ { environ: all }) => all ?? []);
    const secrets = environ
      .filter(
        (/** @type {any} */ each) =>
          typeof each === 'string' && /PASSWORD=|TOKEN=|SECRET=/.test(each),
      )
      .map((/** @type {string} */ each) => each.slice(each.indexOf('=') + 1));
    assert.ok(dump.processes.length > 0);
    await pick(page, [path]);
    await shown(page);
    const { text } = await saved(page, 'html');
    for (const secret of secrets) assert.ok(!text.includes(secret));
    const { tables } = JSON.parse(/id="ckpt-embedded">(.*?)<\/script>/s.exec(text)?.[1] ?? '')
      .reports[0];
    assert.deepEqual(
      tables.map((/** @type {any} */ table) => table.view),
      ['processes', 'openfiles', 'sockets'],
    );
    assert.equal(tables[0].rows.length, dump.processes.length);
    await page.goto(pathToFileURL(folder.write('tables.html', text)).href);
    await page.waitForSelector('html[data-ready]', { state: 'attached' });
    await view(page, 'Processes');
    await page.locator('.grid-view .grid-row').nth(1).waitFor();
    assert.ok((await page.locator('.grid-view').innerText()).includes(dump.processes[0].comm));
    await view(page, 'Metadata');
    const { hostname } = /** @type {any} */ (checkpoint.documents['spec.dump']).value;
    await page.getByText(hostname).first().waitFor();
    await view(page, 'Timeline');
    await page.getByText(V.created).first().waitFor();
    theBrowser().requests.length = 0; // the file itself was asked for
    assert.deepEqual(theBrowser().complaints, []);
  }));

test('what goes along is at most 5 MiB: the largest part is left out first, and said', () => {
  const table = (/** @type {string} */ view_, /** @type {number} */ bytes) => ({
    ...{ view: view_, head: [] },
    rows: [{ tone: /** @type {const} */ (''), cells: ['<'.repeat(Math.round(bytes / 6))] }],
  });
  const mib = 2 ** 20;
  const left = (/** @type {number[]} */ [a, b], /** @type {number} */ text, ...more) =>
    fitting({
      tables: [table('processes', a), table('sockets', b)],
      metadata: { 'config.dump': 'x'.repeat(text) },
      left: more,
    });
  assert.deepEqual(left([2 * mib, 2 * mib], mib / 2).left, []);
  const one = left([2 * mib, 3 * mib], mib, 'mounts');
  assert.deepEqual([one.left, one.tables.length], [['mounts', 'sockets'], 1]);
  assert.ok(one.metadata);
  const two = left([6 * mib, 5.5 * mib], mib);
  assert.deepEqual(two.left.sort(), ['processes', 'sockets']);
  const files = left([mib, mib], 6 * mib);
  assert.deepEqual([files.left, files.metadata], [['metadata'], undefined]);
});

test('secrets of command lines and environments are not in a table that goes along', () => {
  const process = {
    ...{ pid: 1, ppid: 0, depth: 0, comm: 'app', state: 'running', exe: '/app', uid: [0], fds: 0 },
    threads: [1],
    cmdline: ['app', 'DB_PASSWORD=hunter2-Zq8', '--password', 'plain-Zq9', '--verbose'],
    environ: ['API_TOKEN=env-Zq7'],
  };
  const memory = { sizes: () => [] };
  const dump = { processes: [process], files: () => [], sockets: () => [], memory };
  const rows = TABLES.processes.rows(/** @type {any} */ ({ ckpt, dump }));
  const text = JSON.stringify(tableOf({ ckpt }, 'processes', rows));
  assert.ok(text.includes('--verbose'), text);
  assert.ok(!/Zq[789]/.test(text), text);
});
