// SPDX-License-Identifier: Apache-2.0
// Parts of the page that need no browser: guessing, lines and frames, secrets, trees, durations.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { load } from '../../../wasm/api/index.js';
import { hashOf, parsePlace } from '../../../web/page/store.js';
import { connect, serve } from '../../../web/rpc.js';
import { duration } from '../../../web/text.js';
import { nanoTime, time } from '../../../web/worker/cells.js';
import { archiveFormat, guessKind } from '../../../web/worker/guess.js';
import { treemap } from '../../../web/page/treemap.js';
import { frame } from '../../../web/worker/lines.js';
import { Shelf, rowsOf } from '../../../web/worker/shelf.js';
import { Opener } from '../../../web/worker/sources.js';
import { Tree } from '../../../web/worker/tree.js';
import { timeline } from '../../../web/worker/view-config.js';

const ckpt = await load();
const bytes = (/** @type {string} */ text) => new TextEncoder().encode(text);
const data = (/** @type {string} */ path) =>
  readFileSync(new URL(`../../data/${path}`, import.meta.url));

test('the kind of a file without a name is guessed, also of a broken one', () => {
  for (const [path, kind] of [
    ['example/config.dump', 'config.dump'],
    ['example/spec.dump', 'spec.dump'],
    ['example/deleted.files', 'deleted.files'],
    ['example/network.status', 'network.status'],
    ['page/kubernetes/config.dump', 'config.dump'],
    ['page/kubernetes/status', 'status'],
    ['page/kubernetes/pod.options', 'pod.options'],
    ['page/kubernetes/network.status', 'network.status'],
    ['page/kubernetes/status.dump', 'any'],
    ['page/broken-syntax/spec.dump', 'spec.dump'],
    ['page/broken-time/config.dump', 'config.dump'],
  ])
    assert.equal(guessKind(data(path).toString()), kind, path);
  for (const [text, kind] of /** @type {const} */ ([
    ['{"podFullName":"a","checkpoints":[]}', 'kubernetes-checkpoint-metadata'],
    ['[]', 'deleted.files'],
    ['[1]', 'any'],
    ['{"__proto__": 1, "constructor": 2}', 'any'],
    ['{', 'any'],
    ['"text"', null],
    ['', null],
    ['# notes', null],
  ]))
    assert.equal(guessKind(text), kind, text);
});

test('archives are told by their first bytes', () => {
  const tar = new Uint8Array(512);
  tar.set(bytes('ustar'), 257);
  assert.equal(archiveFormat(tar), 'tar');
  assert.equal(archiveFormat(new Uint8Array([0x28, 0xb5, 0x2f, 0xfd, 1])), 'zstd');
  assert.equal(archiveFormat(new Uint8Array([0x1f, 0x8b])), 'gzip');
  assert.equal(archiveFormat(bytes('{"a":1}')), undefined);
});

test('source frames: context, caret, long lines, the end, bytes that are not UTF-8', () => {
  const text = '{\n  "a": 1,\n  "b": x\n}\nlast\n';
  const lines = frame(bytes(text), { offset: text.indexOf('x'), length: 1, line: 3 });
  assert.deepEqual(lines, [
    { line: 1, text: '{' },
    { line: 2, text: '  "a": 1,' },
    { line: 3, text: '  "b": x', mark: [7, 8] },
    { line: 4, text: '}' },
    { line: 5, text: 'last' },
  ]);

  const long = `{"${'é'.repeat(5000)}": x${' '.repeat(9000)}}`;
  const at = bytes(long.slice(0, long.indexOf(' x') + 1)).length;
  const [cut] = frame(bytes(long), { offset: at, length: 1, line: 1 });
  assert.ok(cut.text.length < 130 && cut.text.startsWith('…éé') && cut.text.endsWith('…'));
  assert.equal(cut.text.slice(.../** @type {[number, number]} */ (cut.mark)), 'x');

  assert.deepEqual(frame(bytes(''), { offset: 0, length: 0, line: 1 }), [
    { line: 1, text: '', mark: [0, 0] },
  ]);
  assert.deepEqual(frame(bytes('{\r\n'), { offset: 3, length: 0, line: 2 }), [
    { line: 1, text: '{' },
    { line: 2, text: '', mark: [0, 0] },
  ]);
  const binary = new Uint8Array([0x22, 0xff, 0x1b, 0xe2, 0x80, 0xae, 0x22]);
  const [{ text: shown }] = frame(binary, { offset: 2, length: 1, line: 1 });
  assert.equal(shown, '"\\xff\\x1b\\u202e"');
});

test('trees: exact integers, JSON in strings, no depth is too much', () => {
  const text =
    '{"big": 9223372036854775807, "small": 1, "neg": -0, "frac": 1.5, "huge": 1e400, "__proto__": {"x": 1},' +
    ' "in": "{\\"n\\": 18446744073709551615}", "a/b~": {"c": 1}}';
  assert.throws(() => new Tree(ckpt, new Shelf(), bytes(text)), /1e400/);
  const tree = new Tree(ckpt, new Shelf(), bytes(text.replace('"huge": 1e400, ', '')));
  const children = tree.children().rows;
  const of = (/** @type {string} */ key) => children.find((row) => row.key === key);
  const code = (/** @type {string} */ value) => ({ t: 'code', text: value });
  assert.deepEqual(of('big')?.cell, code('9223372036854775807'));
  assert.deepEqual(of('small')?.cell, code('1'));
  assert.deepEqual(of('neg')?.cell, code('-0'));
  assert.deepEqual(of('frac')?.cell, code('1.5'));
  assert.equal(of('__proto__')?.children?.rows[0].key, 'x');
  assert.equal(of('in')?.embedded, true);
  assert.deepEqual(of('in')?.children?.rows[0].cell, code('18446744073709551615'));
  assert.equal(of('a/b~')?.children?.rows[0].pointer, '/a~1b~0/c');

  let seq = new Tree(
    ckpt,
    new Shelf(),
    bytes(`${'['.repeat(9000)}7${']'.repeat(9000)}`),
  ).children();
  let depth = 1;
  for (;;) {
    const [row] = seq.rows.length > 0 ? seq.rows : rowsOf(seq.id, 0, 1);
    if (!row.children) {
      assert.deepEqual(row.cell, code('7'));
      break;
    }
    seq = row.children;
    depth++;
  }
  assert.equal(depth, 9000);
});

test('times and durations', () => {
  assert.equal(duration(0.8), '800 microseconds');
  assert.equal(duration(3.054), '3.1 milliseconds');
  assert.equal(duration(0), '0 milliseconds');
  assert.equal(duration(1), '1 millisecond');
  assert.equal(duration(1500), '1.5 seconds');
  assert.equal(duration(61_000), '1 minute 1 second');
  assert.equal(duration(786_864), '13 minutes 6 seconds');
  assert.equal(duration(3_600_000), '1 hour');
  assert.equal(duration(3_605_000), '1 hour');
  assert.equal(duration(90_000_000), '1 day 1 hour');
  assert.equal(time('0001-01-01T00:00:00Z'), null);
  assert.equal(nanoTime(0n), null);
  assert.deepEqual(nanoTime(-1n), {
    t: 'time',
    exact: '1969-12-31T23:59:59.999999999Z',
    ms: -1,
    ns: '-1',
  });
  assert.equal(nanoTime(9223372036854775807n)?.exact, '2262-04-11T23:47:16.854775807Z');
  const [, later, missing, earlier] = timeline([
    ['a', time('2024-01-01T00:00:00Z')],
    ['b', time('2024-01-01T02:00:00+01:00')],
    ['c', null],
    ['d', time('2023-12-31T23:00:00Z')],
  ]);
  assert.equal(later.after, '1 hour later');
  assert.equal(missing.known, false);
  assert.equal(earlier.after, '2 hours earlier');
});

test('what is given becomes items: archives, folders with metadata, loose files that fit together', async () => {
  const opener = new Opener(ckpt.files);
  const given = (/** @type {string[]} */ ...paths) =>
    paths.map((path) => ({ path, blob: new Blob([/img|readme/.test(path) ? '' : '{}']) }));
  const names = async (/** @type {string[]} */ ...paths) =>
    (await opener.open(given(...paths))).map(({ name, archive, files, kind }) => [
      name,
      archive ? 'archive' : (files ?? []).map(({ path }) => path),
      kind,
    ]);
  assert.deepEqual(await names('config.dump', 'x.json', 'spec.dump', 'status.dump'), [
    ['config.dump, spec.dump, status.dump', ['config.dump', 'spec.dump', 'status.dump'], ''],
    ['x.json', ['any'], 'any'],
  ]);
  assert.deepEqual(
    await names('d/a/config.dump', 'd/a/checkpoint/x.img', 'd/b/spec.dump', 'd/readme', 'status'),
    [
      ['d/a', ['config.dump', 'checkpoint/x.img'], ''],
      ['d/b', ['spec.dump'], ''],
      ['d', ['readme'], ''],
      ['status', ['status'], ''],
    ],
  );
  assert.deepEqual(await names('c/a.tar', 'c/b.tar.gz', 'c/notes'), [
    ['c/a.tar', 'archive', ''],
    ['c/b.tar.gz', 'archive', ''],
  ]);
  assert.deepEqual(await names('one/config.dump', 'one/rootfs-diff.tar', 'one/volumes/v.tar'), [
    ['one', ['config.dump', 'rootfs-diff.tar', 'volumes/v.tar'], ''],
  ]);
  const [tar] = await opener.open([
    { path: 'download', blob: new Blob([data('archives/simple-zstd.tar.zst')]) },
  ]);
  assert.ok(tar.archive, 'an archive is known by its content');
});

test('the address holds numbers and words of ours, and nothing else is read from it', () => {
  for (const place of [
    { item: 3, view: 'files', index: 12, offset: 340, length: 20 },
    { item: 3, view: 'files', index: 12, inner: 5, offset: 340, length: 20 },
    { item: 3, view: 'files', index: 12, inner: 0 },
    { item: 1, view: 'findings', index: 7 },
    { item: 2, view: 'overview' },
    { item: 2, view: 'overview', finding: 3 },
    { item: 3, view: 'memory', index: 12, offset: 140737488355328, length: 1, finding: 0 },
  ])
    assert.deepEqual(parsePlace(hashOf(place)), place);
  for (const hash of [
    '',
    '#',
    '#x',
    '#1/<img>',
    '#1/files/x',
    '#1/files/1/2',
    '#99999999999',
    '#1.abc',
    '#1;x',
  ])
    assert.deepEqual(parsePlace(hash), { item: 0, view: '' }, hash);
});

test('questions and answers: results, errors, the end of the worker', async () => {
  const { port1, port2 } = new MessageChannel();
  serve(
    /** @type {any} */ (port2),
    /** @type {any} */ ({
      hello: async () => ({ kinds: ['any'] }),
      rows: () => {
        throw new Error('this source is closed');
      },
      text: () => new Promise(() => {}),
    }),
  );
  const { api, fail } = connect(/** @type {any} */ (port1));
  assert.deepEqual(await api.hello(), { kinds: ['any'] });
  await assert.rejects(api.rows({ seq: 1, from: 0, count: 1 }), /closed/);
  const waiting = api.text({ id: 1, from: 0, count: 1 });
  fail(new Error('stopped'));
  await assert.rejects(waiting, /stopped/);
  await assert.rejects(api.hello(), /stopped/);
  port1.close();
});

test('secrets in lines are as long as each other, and variables keep their names', () => {
  const text = '["DB_PASSWORD=hunter2-and-more", "A=b", "cGFzcw==", "x"]\n';
  const span = (/** @type {string} */ part, variable = false) => ({
    offset: text.indexOf(part),
    length: part.length,
    variable,
  });
  const hidden = [span('"DB_PASSWORD=hunter2-and-more"', true), span('"cGFzcw=="')];
  const shown = (/** @type {string} */ part) => {
    const [{ text: line, mark = [0, 0] }] = frame(bytes(text), { ...span(part), line: 1 }, hidden);
    return [line, line.slice(...mark)];
  };
  const line = '["DB_PASSWORD=••••••••", "A=b", "••••••••", "x"]';
  assert.deepEqual(shown('"DB_PASSWORD=hunter2-and-more"'), [line, '"DB_PASSWORD=••••••••"']);
  assert.deepEqual(shown('"cGFzcw=="'), [line, '"••••••••"']);
  assert.deepEqual(shown('"A=b"'), [line, '"A=b"']);
  assert.deepEqual(shown('"x"'), [line, '"x"']);
  // Two that overlap hide all of both.
  const both = [span('hunter2-and'), span('and-more')];
  const [{ text: cut }] = frame(bytes(text), { ...span('"x"'), line: 1 }, both);
  assert.equal(cut, '["DB_PASSWORD=••••••••", "A=b", "cGFzcw==", "x"]');
});

test('sizes as areas fill the whole, each as large as it says', () => {
  const sizes = [600, 600, 400, 300, 200, 200, 100];
  const boxes = treemap(sizes, 4);
  const total = sizes.reduce((sum, size) => sum + size, 0);
  assert.equal(boxes.length, sizes.length);
  for (const [at, { x, y, width, height }] of boxes.entries()) {
    assert.ok(Math.abs(width * height - sizes[at] / total) < 1e-9);
    assert.ok(x >= 0 && y >= 0 && x + width < 1 + 1e-9 && y + height < 1 + 1e-9);
    for (const other of boxes.slice(0, at))
      assert.ok(
        x + 1e-9 >= other.x + other.width ||
          other.x + 1e-9 >= x + width ||
          y + 1e-9 >= other.y + other.height ||
          other.y + 1e-9 >= y + height,
        'none lies on another',
      );
  }
  assert.deepEqual(treemap([], 4), []);
  assert.deepEqual(treemap([0], 4), []);
});
