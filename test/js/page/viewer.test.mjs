// SPDX-License-Identifier: Apache-2.0
// Members looked at: rows of text, of JSON and of bytes; in a real browser, compared with the files.
/* global document */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { load, openCheckpoint } from '../../../wasm/api/index.js';
import { safeName } from '../../../web/page/save.js';
import { Content } from '../../../web/worker/content.js';
import { hexRow } from '../../../web/worker/hex-rows.js';
import { JsonRows } from '../../../web/worker/json-rows.js';
import { JsonTree } from '../../../wasm/api/json-tree.js';
import { Marks } from '../../../web/worker/pieces.js';
import { TextRows } from '../../../web/worker/text-rows.js';
import {
  accessibleInBoth,
  archives,
  pick,
  shown,
  view,
  browserTests,
} from '../lib/page-browser.mjs';
import { tar } from '../lib/tar.mjs';

const ckpt = await load();
const { folder, run } = browserTests();
const bytes = (/** @type {string} */ text) => new TextEncoder().encode(text);
const words = (/** @type {import('../../../web/types.d.ts').ContentRow} */ { pieces }) =>
  pieces.map(([text]) => text).join('');

// ---- rows ------------------------------------------------------------------------------------------

/** The rows of a text, found in the plainest way. @param {string} text ASCII @returns {[number, number][]} line or 0, offset */
function plainRows(text) {
  /** @type {[number, number][]} */
  const rows = [];
  let start = 0;
  text.split('\n').forEach((line, index) => {
    for (let at = 0; at === 0 || at < line.length; at += 200)
      rows.push([at === 0 ? index + 1 : 0, start + at]);
    start += line.length + 1;
  });
  return rows;
}

test('lines are told, and long ones cut, wherever one begins to look', () => {
  let text = '';
  for (let line = 0; line < 700; line++) text += `${'x'.repeat((line * 37) % 450)}\n`;
  for (const each of [text, text.slice(0, -1), '', '\n', 'a', '\n\n\n', 'y'.repeat(401)]) {
    const rows = new TextRows(bytes(each));
    const wanted = plainRows(each);
    assert.equal(rows.total, wanted.length);
    const order = wanted.map((_, i) => i);
    for (const row of [
      ...order,
      ...[...order].reverse(),
      ...order.map((i) => (i * 97) % rows.total),
    ]) {
      const { line, pieces } = rows.row(row, new Marks());
      assert.deepEqual([line, rows.offsetOf(row)], wanted[row], `row ${row}`);
      const end = wanted[row + 1]?.[1] ?? each.length;
      assert.equal(
        pieces.map(([piece]) => piece).join(''),
        each.slice(wanted[row][1], end).replace('\n', ''),
      );
    }
    for (let offset = 0; offset < each.length; offset += 61) {
      assert.equal(
        rows.rowAt(offset),
        wanted.findLastIndex(([, start]) => start <= offset),
      );
      const line = each.slice(0, offset).split('\n').length;
      assert.equal(rows.lineAt(offset).line, line);
      assert.equal(
        rows.offsetOfLine(line),
        offset === 0 ? 0 : each.lastIndexOf('\n', offset - 1) + 1,
      );
    }
  }
});

test('long lines are cut between characters; what acts or hides is written out', () => {
  const all = bytes(`${'é'.repeat(150)}\r\nx\u202ey\x1b[31m\t\xff\n`);
  const rows = new TextRows(all);
  const found = Array.from({ length: rows.total }, (_, row) => rows.row(row, new Marks()));
  assert.equal(
    found.map(words).join('|'),
    `${'é'.repeat(100)}|${'é'.repeat(50)}|x\\u202ey\\x1b[31m    ÿ|`,
  );
  assert.deepEqual(
    found.map(({ line }) => line),
    [1, 0, 2, 3],
  );
  assert.deepEqual(
    found[2].pieces.filter(([, kind]) => kind === 'escape').map(([text]) => text),
    ['\\u202e', '\\x1b'],
  );
});

test('marks: the place, what is searched for, secrets', () => {
  const rows = new TextRows(bytes('one secret two two'));
  const marks = new Marks();
  marks.here = { offset: 0, length: 3 };
  marks.secrets = [{ offset: 4, length: 6 }];
  marks.places = Float64Array.from([11, 15]);
  marks.length = 3;
  marks.at = 1;
  const { pieces, here } = rows.row(0, marks);
  assert.ok(here);
  assert.deepEqual(pieces, [
    ['one', 'here'],
    [' ', ''],
    ['••••••••', 'secret'],
    [' ', ''],
    ['two', 'match'],
    [' ', ''],
    ['two', 'match now'],
  ]);
  const { pieces: figures, ascii } = hexRow(
    bytes('\0secret?'),
    3,
    { columns: 8, digits: 4 },
    marks,
  );
  assert.equal(figures.map(([text]) => text).join(''), '00 •• •• •• •• •• •• 3f');
  assert.deepEqual(ascii, [
    ['·', 'zero'],
    ['••••••', 'secret'],
    ['?', ''],
  ]);
});

const DOCUMENT = `{"a":[1,-2.50e+10,{"b/c":null,"d~":[]}],"__proto__":{},"n":18446744073709551615,
  "s":"\\u0041\\"}{][,:","long":"${'z'.repeat(1000)}","e":[[],[[]],{"":true}]}`;

test('JSON is laid out by values, each token as it stands in the file', () => {
  const rows = new JsonRows(bytes(DOCUMENT));
  const at = (/** @type {number} */ offset) => (offset > DOCUMENT.indexOf('\n') ? 2 : 1);
  const laid = Array.from({ length: rows.total }, (_, row) => rows.row(row, new Marks(), at));
  const lines = laid.map((row) => `${'  '.repeat(row.depth ?? 0)}${words(row)}`);
  assert.deepEqual(lines.slice(0, 12), [
    '{',
    '  "a": [',
    '    1,',
    '    -2.50e+10,',
    '    {',
    '      "b/c": null,',
    '      "d~": []',
    '    }',
    '  ],',
    '  "__proto__": {},',
    '  "n": 18446744073709551615,',
    '  "s": "\\u0041\\"}{][,:",',
  ]);
  assert.match(lines[12], /^ {2}"long": "z{399} … 1,002,$/);
  assert.deepEqual(laid.map(({ line }) => line).filter(Boolean), [1, 2]);
  assert.deepEqual(
    laid[10].pieces.map(([, kind]) => kind),
    ['key', '', 'number', ''],
  );

  // Every pointer leads to the value that JSON.parse finds there.
  const { tree } = rows;
  const value = JSON.parse(DOCUMENT);
  for (let row = 0; row < tree.total; row++) {
    const pointer = tree.pointer(row);
    const [from, to] = tree.value(tree.opener(row));
    let wanted = value;
    for (const part of pointer.split('/').slice(1))
      wanted = wanted[part.replaceAll('~1', '/').replaceAll('~0', '~')];
    assert.deepEqual(JSON.parse(DOCUMENT.slice(from, to)), wanted, pointer);
    const place = ckpt.document('any', bytes(DOCUMENT)).locate(pointer);
    assert.deepEqual([place?.offset, place?.length], [from, to - from], pointer);
  }
});

test('folding hides what is inside, and finding shows it again', () => {
  const rows = new JsonRows(bytes(DOCUMENT));
  const { tree, total } = rows;
  const all = (/** @type {JsonRows} */ some) =>
    Array.from({ length: some.total }, (_, row) => some.rowOf(row));
  rows.toggle(8); // the end of "a"
  assert.equal(rows.total, total - 7);
  assert.equal(words(rows.row(1, new Marks(), () => 1)), '"a": [ 3 … ],');
  assert.equal(rows.row(1, new Marks(), () => 1).open, false);
  rows.toggleAll(true);
  const seen = all(rows);
  assert.deepEqual(
    seen,
    [0, ...tree.children(0), total - 1].sort((a, b) => a - b),
  );
  for (const [visible, row] of seen.entries()) assert.equal(rows.visible(row), visible);
  assert.equal(rows.visible(5), 1); // it is in "a"
  rows.reveal(5);
  assert.equal(rows.rowOf(rows.visible(5)), 5);
  rows.toggle(0);
  assert.equal(rows.total, 1);
  rows.toggleAll(false);
  assert.deepEqual(
    all(rows),
    Array.from({ length: total }, (_, i) => i),
  );
  const scalar = new JsonTree(bytes(' 12 '));
  assert.deepEqual([scalar.total, scalar.pointer(0), scalar.value(0)], [1, '', [1, 3]]);
  const deep = new JsonTree(bytes('['.repeat(5000) + ']'.repeat(5000)));
  assert.equal(deep.depth(4998), 4998);
  assert.equal(deep.pointer(4998).length, 2 * 4998);
});

test('large members are read in parts, and searched across them', async () => {
  const size = 200 * 2 ** 20;
  const needle = bytes('Needle');
  const places = [0, 2 ** 20 - 3, 2 ** 22 - 1, 32 * 2 ** 20 - 2, size - 6];
  let read = 0;
  const content = new Content(size, async function* ({ start, end }) {
    const part = new Uint8Array(end - start);
    read += part.length;
    for (const place of places)
      needle.forEach((byte, i) => {
        if (place + i >= start && place + i < end) part[place + i - start] = byte;
      });
    yield part;
  });
  await content.open();
  assert.equal(content.head.length, 32 * 2 ** 20);
  const head = read;
  const end = await content.slice(size - 20, size + 100);
  assert.equal(Buffer.from(end).toString('latin1'), `${'\0'.repeat(14)}Needle`);
  await content.slice(size - 10, size);
  assert.equal(read - head, 2 ** 20);
  const hits = await content.find(bytes('nEEDLE'), () => false);
  assert.deepEqual([...hits.places], places);
  assert.equal((await content.find(bytes('needle'), () => true)).places.length, 0);
  const { places: many, more } = await content.find(new Uint8Array(1), () => false);
  assert.deepEqual([many.length, more], [10_000, true]);
});

test('files are saved under names that no system minds', () => {
  assert.equal(safeName('spec.dump'), 'spec.dump');
  assert.equal(safeName('../../etc/passwd\0'), '_.._etc_passwd_');
  assert.equal(safeName('a\u202etxt.exe'), 'a_txt.exe');
  assert.equal(safeName('..'), 'file');
  assert.ok(safeName('x'.repeat(1000)).length <= 150);
});

// ---- in the browser --------------------------------------------------------------------------------

/** Opens a member of what is shown. @param {import('playwright-core').Page} page @param {string} name */
async function open(page, name) {
  await page.locator('.list .search').fill(name);
  await page.locator('.list .rows.members .row', { hasText: name }).first().click();
  await page.locator('.viewer h2', { hasText: name }).waitFor();
}
/** @param {import('playwright-core').Page} page @param {string} mode */
async function as(page, mode) {
  await page.locator('.modes button', { hasText: mode }).click();
  const kind = { JSON: 'json', Text: 'text', Bytes: 'hex' }[mode];
  await page.locator(`.viewer .rows.text.${kind} .row`).first().waitFor();
}
/** What is seen of the rows: gutter and text. @param {import('playwright-core').Page} page */
const seen = (page) =>
  page
    .locator('.viewer .rows.text .row')
    .evaluateAll((rows) =>
      rows.map((row) => [
        row.querySelector('.number')?.textContent,
        row.querySelector('code')?.textContent,
        row.querySelector('.ascii')?.textContent,
      ]),
    );

test('a member as JSON, text and bytes; searched, folded, its pointers copied', () =>
  run(async (page) => {
    const path = join(archives, 'features-gzip.tar.gz');
    const checkpoint = await openCheckpoint(readFileSync(path));
    const spec = Buffer.from(/** @type {Uint8Array} */ (checkpoint.files.get('spec.dump')));
    await pick(page, [path]);
    await shown(page);
    await view(page, 'Files');
    await open(page, 'spec.dump');

    await as(page, 'Text');
    const lines = spec.toString().split('\n');
    for (const [number, text] of await seen(page))
      if (number && lines[Number(number) - 1].length < 200)
        assert.equal(text, lines[Number(number) - 1]);

    await as(page, 'Bytes');
    for (const [label, figures, ascii] of await seen(page)) {
      const own = spec.subarray(parseInt(label ?? '', 16)).subarray(0, 16);
      assert.equal(figures?.replace(/\s/g, ''), own.toString('hex'));
      assert.equal(ascii, own.toString('latin1').replace(/[^ -~]/g, '·'));
    }
    await page.locator('.content .search').fill('70 72 6f 63'); // "proc"
    await page.locator('.hits', { hasText: / of / }).waitFor();
    const places = [...spec.toString('latin1').matchAll(/proc/gi)].map(({ index }) => index);
    assert.equal(await page.locator('.hits').textContent(), `1 of ${places.length}`);
    const offset = new Intl.NumberFormat('en').format(places[0] - (places[0] % 16));
    await page.locator('.spot', { hasText: `byte ${offset} ` }).waitFor();

    await as(page, 'JSON');
    const paths = spec.toString('latin1').match(/path/gi)?.length ?? 0;
    assert.ok(paths > 1 && paths !== places.length);
    await page.locator('.content .search').fill('path');
    await page.locator('.hits', { hasText: ` of ${paths}` }).waitFor();
    const first = await page.locator('.spot .pointer').textContent();
    await page.keyboard.press('Enter');
    await page.locator('.hits', { hasText: /^2 of / }).waitFor();
    await page.locator('mark.now').waitFor();
    assert.equal((await page.locator('mark.now').textContent())?.toLowerCase(), 'path');
    await page.waitForFunction(
      (old) => document.querySelector('.spot .pointer')?.textContent !== old,
      first,
    );

    // By keyboard alone: into the list, down to a value, its pointer and text.
    await page.locator('.content .search').fill(':1');
    await page.locator('.spot', { hasText: 'the whole document' }).waitFor();
    await page.locator('.viewer .rows.text').focus();
    for (const key of ['j', 'ArrowDown', 'k']) await page.keyboard.press(key);
    await page.locator('.spot .pointer', { hasText: '/ociVersion' }).waitFor();
    const total = await page.locator('.viewer .row').first().getAttribute('aria-setsize');
    await page.keyboard.press('Home');
    await page.keyboard.press('Enter');
    await page.locator('.viewer .row[aria-setsize="1"][aria-expanded="false"]').waitFor();
    await page.keyboard.press('ArrowRight');
    await page.locator(`.viewer .row[aria-setsize="${total}"]`).first().waitFor();
    await page.getByRole('button', { name: 'Fold all', exact: true }).click();
    const { length } = Object.keys(JSON.parse(spec.toString()));
    await page
      .locator(`.viewer .row[aria-setsize="${length + 2}"]`)
      .first()
      .waitFor();
    await page.getByRole('button', { name: 'Unfold all' }).click();
    await page.locator('.viewer .row', { hasText: '"cwd"' }).click();
    await page.locator('.spot .pointer', { hasText: '/process/cwd' }).waitFor();
  }));

test('pointers and values are copied exactly, 64-bit numbers included', () =>
  run(async (page) => {
    const text = '{"a/b":{"big":18446744073709551615,"x":[1e3]}}';
    await pick(page, [folder.write('bind.mounts', text)]);
    await shown(page);
    await view(page, 'Files');
    await page.locator('.rows.members .row').first().click();
    await page.locator('.viewer .row', { hasText: '18446744073709551615' }).click();
    await page.locator('.spot .pointer', { hasText: '/a~1b/big' }).waitFor();
    const clipboard = () => page.evaluate(() => navigator.clipboard.readText());
    await page.getByRole('button', { name: 'Copy pointer' }).click();
    await page.locator('.spot', { hasText: 'Copied' }).waitFor();
    assert.equal(await clipboard(), '/a~1b/big');
    await page.locator('.viewer .row', { hasText: 'a/b' }).click();
    await page.locator('.spot .pointer', { hasText: /^\/a~1b$/ }).waitFor();
    await page.getByRole('button', { name: 'Copy value' }).click();
    await page.waitForTimeout(200);
    assert.equal(await clipboard(), '{"big":18446744073709551615,"x":[1e3]}');
  }, 'http'));

test('members of archives inside are listed, looked at and saved', () =>
  run(async (page) => {
    const path = join(archives, 'features-gzip.tar.gz');
    const checkpoint = await openCheckpoint(readFileSync(path));
    await pick(page, [path]);
    await shown(page);
    await view(page, 'Files');
    await open(page, 'rootfs-diff.tar');
    const inside = page.locator('.viewer .rows.members');
    await inside.locator('.row', { hasText: 'passwd' }).click();
    await page.locator('.viewer h2', { hasText: 'rootfs-diff.tar › etc/passwd' }).waitFor();
    assert.match(page.url(), /#\d+\.\w{8}\/files\/\d+!\d+$/);
    const wanted = Buffer.from(await checkpoint.read('etc/passwd', { inside: 'rootfs-diff.tar' }));
    await page.locator('.viewer .rows.text .row').first().waitFor();
    const [[number, text]] = await seen(page);
    assert.deepEqual([number, text], ['1', wanted.toString().split('\n')[0]]);
    const coming = page.waitForEvent('download');
    await page.getByRole('button', { name: 'Save rootfs-diff.tar!etc/passwd to the disk' }).click();
    const download = await coming;
    assert.equal(download.suggestedFilename(), 'passwd');
    assert.deepEqual(readFileSync(await download.path()), wanted);
    await page.goBack();
    await inside.waitFor();
    await page.reload();
  }));

test('a finding about a member of an archive inside leads to it', () =>
  run(async (page) => {
    const path = join(archives, 'features-gzip.tar.gz');
    const checkpoint = await openCheckpoint(readFileSync(path), { name: 'features-gzip.tar.gz' });
    const { findings } = await ckpt.validate(checkpoint);
    const { member } = findings.find((/** @type {any} */ each) => each.member.includes('!'));
    await pick(page, [path]);
    await shown(page);
    await view(page, 'Findings');
    await page.evaluate(() => {
      for (const group of document.querySelectorAll('details.group'))
        /** @type {HTMLDetailsElement} */ (group).open = true;
    });
    await page.locator('.places a', { hasText: member }).first().click();
    await page.locator('.viewer h2', { hasText: member.replace('!', ' › ') }).waitFor();
    await page.locator('.viewer .rows.text .row').first().waitFor();
    assert.match(page.url(), /#\d+\.\w{8}\/files\/\d+!\d+/);
  }));

test('hostile members show as text and do nothing', () =>
  run(async (page) => {
    const name = 'logs/<img src=x onerror=alert(1)>\u202e.txt';
    const evil = '<script>alert(1)</script>\x1b[31m\u202e<img src=x onerror=alert(2)>"__proto__"';
    const file = folder.write('evil.tar', tar(['config.dump', '{"id":"<b>"}'], [name, evil]));
    await pick(page, [file]);
    await shown(page);
    await view(page, 'Files');
    await page.locator('.rows.members .row', { hasText: 'onerror' }).click();
    await page.locator('.viewer .rows.text .row').first().waitFor();
    const [[, text]] = await seen(page);
    assert.equal(text, evil.replace('\x1b', '\\x1b').replace('\u202e', '\\u202e'));
    assert.equal(await page.locator('main img, main script, main b').count(), 0);
    assert.ok(!(await page.locator('.viewer').innerText()).includes('\u202e'));
  }));

test('every form of a member is accessible, light and dark', () =>
  run(async (page) => {
    await pick(page, [join(archives, 'features-gzip.tar.gz')]);
    await shown(page);
    await view(page, 'Files');
    const check = (/** @type {string} */ what) => accessibleInBoth(page, what, '.viewer');
    await open(page, 'spec.dump');
    for (const mode of ['Text', 'Bytes', 'JSON']) {
      await as(page, mode);
      await page.locator('.content .search').fill('process');
      await page.locator('.hits', { hasText: / of / }).waitFor();
      await check(mode);
    }
    await open(page, 'rootfs-diff.tar');
    await page.locator('.viewer .rows.members .row').first().waitFor();
    await check('members');
  }));
