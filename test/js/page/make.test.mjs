// SPDX-License-Identifier: Apache-2.0
// Files that the page makes of a checkpoint: the same as the API makes.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { openCheckpoint } from '../../../wasm/api/node.js';
import { redact } from '../../../wasm/api/write.js';
import { K } from '../../../web/text/make.js';
import { archives, browserTests, pick, shown, view } from '../lib/page-browser.mjs';

const { run } = browserTests();
const path = join(archives, 'multi-gzip.tar.gz');

/** @param {import('playwright-core').Page} page @param {string} label a button that saves something */
async function download(page, label) {
  const coming = page.waitForEvent('download');
  await page.getByRole('button', { name: label, exact: true }).click();
  const saved = await coming;
  return { name: saved.suggestedFilename(), bytes: readFileSync(await saved.path()) };
}

/** @param {AsyncIterable<Uint8Array>} pieces */
async function joined(pieces) {
  const all = [];
  for await (const piece of pieces) all.push(Buffer.from(piece));
  return Buffer.concat(all);
}

test('a copy without secrets, an image, and the core file of a process are made in the page', () =>
  run(async (page) => {
    const checkpoint = await openCheckpoint(readFileSync(path), { name: 'x' });
    await pick(page, [path]);
    await shown(page);

    await page.locator('.export summary').click();
    const copy = await download(page, K.redacted);
    assert.equal(copy.name, 'multi-gzip-redacted.tar.gz');
    const { tar, manifest } = await redact(checkpoint);
    assert.ok(manifest.cut.length > 0);
    assert.ok(gunzipSync(copy.bytes).equals(await joined(tar())));
    await page.getByText(K.cut(manifest)).first().waitFor();

    await page.locator('.export summary').click();
    const image = await download(page, K.image);
    assert.equal(image.name, 'multi-gzip.oci.tar');
    const opened = await openCheckpoint(image.bytes, { name: 'image' });
    assert.equal(opened.error, null);
    assert.equal(opened.form, 'oci-layout');
    assert.equal(opened.summary.container.id, checkpoint.summary.container.id);
    await opened.close();

    await view(page, 'Processes');
    await page.locator('.rows.grid .row').first().click();
    const core = await download(page, K.core);
    const dump = await checkpoint.dump();
    const [{ pid }] = dump.processes;
    const wanted = Buffer.alloc(dump.memory.core(pid).size);
    for await (const { position, bytes } of dump.memory.coreFile(pid)) wanted.set(bytes, position);
    assert.equal(core.name, `multi-gzip-core.${pid}`);
    assert.ok(core.bytes.equals(wanted));
    dump.close();
    await checkpoint.close();
  }));
