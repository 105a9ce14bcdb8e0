// SPDX-License-Identifier: Apache-2.0
// What was running, as a real browser shows it, against what the API says.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { openCheckpoint } from '../../../wasm/api/node.js';
import { G, P } from '../../../web/text/dump.js';
import { commandLine, dumpSections } from '../../../web/worker/dump.js';
import { Shelf } from '../../../web/worker/shelf.js';
import {
  accessible,
  archives,
  browserTests,
  gridOf,
  pick,
  section,
  shown,
  table,
  view,
} from '../lib/page-browser.mjs';
import { tar } from '../lib/tar.mjs';

const { folder, run } = browserTests();
const sample = join(archives, 'simple-zstd.tar.zst');

test('processes, their environment and credentials are those of the images', () =>
  run(async (page) => {
    const checkpoint = await openCheckpoint(readFileSync(sample), { name: 'simple' });
    const dump = await checkpoint.dump();
    await pick(page, [sample]);
    await shown(page);
    await view(page, 'Processes');
    const cells = await gridOf(page, 'Processes');
    assert.ok(dump.processes.length > 0);
    assert.deepEqual(
      cells.map(([pid, name, , line, , parent]) => [
        Number(pid.replace('└', '')),
        Number(parent),
        name,
        line,
      ]),
      dump.processes.map((/** @type {any} */ { pid, ppid, comm, cmdline }) => [
        pid,
        ppid,
        comm,
        commandLine(cmdline),
      ]),
    );
    await section(page, P.environments).waitFor();
    // Values are not in the page before they are asked for.
    const values = dump.processes.flatMap(({ environ }) => environ ?? []);
    assert.ok(values.length > 0);
    const html = await page.content();
    for (const text of values)
      if (typeof text === 'string' && text.split('=')[1]?.length > 12)
        assert.ok(!html.includes(text.slice(text.indexOf('=') + 1)), text);
    await accessible(page, 'processes');
    dump.close();
    await checkpoint.close();
  }));

test('images that cannot be read are said, and do not take the page away', () =>
  run(async (page) => {
    const path = folder.write(
      'garbage.tar',
      tar(
        ['config.dump', '{"id":"a"}'],
        ['checkpoint/pstree.img', 'no image'],
        ['checkpoint/inventory.img', '<img src=x onerror=alert(1)>'],
      ),
    );
    await pick(page, [path]);
    await shown(page);
    await view(page, 'Processes');
    await section(page, P.gaps).waitFor();
    const rows = await table(section(page, P.gaps));
    assert.ok(rows.some(([image]) => image?.includes('pstree.img')));
    assert.equal(await page.locator('main img').count(), 0);
  }));

test('what processes inherit is told once: equal variables and rights in one row', () => {
  const rights = {
    uid: [0],
    gid: [0],
    capabilities: null,
    seccomp: null,
    noNewPrivs: false,
    lsm: '',
  };
  const process = (/** @type {number} */ pid, /** @type {any} */ environ, more = {}) => ({
    ...{ pid, environ, state: 'alive', ...rights, ...more },
  });
  const shelf = new Shelf();
  const sections = dumpSections(
    {
      gaps: [],
      processes: [
        process(1, ['A=1', 'B=2', '']),
        process(2, ['A=1', 'B=3']),
        process(3, ['A=1', 'B=2', 'C']),
        process(4, null, { uid: [1000] }),
      ],
    },
    { ckpt: null, shelf },
  );
  const rows = (/** @type {string} */ title) =>
    sections.flatMap(({ title: own, blocks: [block] }) =>
      own === title && block.t === 'table' ? /** @type {any[]} */ (block.seq.rows) : [],
    );
  const words = (/** @type {any} */ cell) =>
    typeof cell === 'string' ? cell : words(cell.text ?? cell.cell ?? '');
  assert.deepEqual(
    rows(P.environments).map((cells) => cells.map(words)),
    [
      ['A', '1', P.allOf(3)],
      ['B', '2', P.allBut('2')],
      ['B', '3', '2'],
      ['C', P.noValue, '3'],
    ],
  );
  assert.deepEqual(
    rows(P.credentials).map((cells) => [words(cells[0]), words(cells.at(-1))]),
    [
      ['0', P.allBut('4')],
      ['1000', '4'],
    ],
  );
});

test('a command line is written so that a shell takes it apart as it was', () => {
  assert.equal(commandLine(['sh', '-c', "echo 'a b'"]), `sh -c 'echo '\\''a b'\\'''`);
  assert.equal(commandLine(['', 'a\nb']), `'' 'a\nb'`);
  assert.equal(commandLine([{ hex: 'ff' }]), `'hex ff'`);
  assert.equal(commandLine(null), null);
});

test('beside the details of a row a table has the columns that there is room for; short bytes leave it the rest', () =>
  run(async (page) => {
    await page.setViewportSize({ width: 1440, height: 900 });
    await pick(page, [sample]);
    await shown(page);
    const list = page.locator('.rows.grid');
    const sideways = () => list.evaluate((box) => box.scrollWidth - box.clientWidth);
    for (const name of ['Processes', 'Memory']) {
      await view(page, name);
      await list.locator('.row').first().click();
      for (const width of [1440, 1280]) {
        await page.setViewportSize({ width, height: 900 });
        await page.locator('.drawer').waitFor();
        assert.ok((await sideways()) <= 0, `${name} at ${width}`);
      }
    }
    const before = (await list.boundingBox())?.height ?? 0;
    await page.locator('.drawer').getByRole('button', { name: G.bytes }).click();
    const bytes = page.locator('.memory > .bytes');
    await bytes.locator('.row').first().waitFor();
    const rows = await bytes.locator('.rows').boundingBox();
    const after = (await list.boundingBox())?.height ?? 0;
    const below = (await bytes.boundingBox()) ?? { y: 0, height: 0 };
    assert.ok(rows && rows.height < 60, 'of a file there are no bytes here');
    assert.ok(after > 0.7 * before, `${after} of ${before}`);
    assert.ok(below.y + below.height <= 874, 'both are seen');
  }));
