// SPDX-License-Identifier: Apache-2.0
// Secrets in the memory of processes: the shapes of the scan of metadata, anywhere in memory; nothing else.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { load, openCheckpoint } from 'container-checkpoint/node';
import { enums } from '../../../dist/tables.js';
import { maskArguments } from '../../../wasm/api/dump.js';
import { everywhere } from '../../../wasm/api/everywhere.js';
import { SecretStream } from '../../../wasm/api/secrets-stream.js';
import { PAGE, VMA, coreImage, dumpArchive, mmImage, pageMap, pstreeImage } from '../lib/dump.mjs';
import { tar } from '../lib/tar.mjs';
import { ckpt as run, data } from '../lib/cli-run.mjs';

const core = await load();
const read = (/** @type {string} */ name) =>
  JSON.parse(readFileSync(new URL(`../../data/secrets/${name}.json`, import.meta.url), 'utf8'));
const lists = [read('shapes'), read('more'), read('vendors')];
/** Arguments stand after each other. @param {string | string[]} text */
const inMemory = (text) => (Array.isArray(text) ? text.join('\0') : text);
const secrets = lists.flatMap((list) =>
  list.secrets.map(([where, kind, text, secret]) => [
    where,
    kind,
    inMemory(text),
    inMemory(secret),
  ]),
);
const lookalikes = lists.flatMap((list) =>
  list.lookalikes.map(([where, text]) => [where, inMemory(text)]),
);

/** A dump of one process with these texts in its heap, each after a zero byte or what `gap` says. */
function dumpOf(/** @type {(string | Uint8Array)[]} */ texts, gap = 37) {
  /** @type {number[]} */
  const places = [];
  const parts = [];
  let at = 0;
  for (const text of texts) {
    parts.push(Buffer.alloc(gap));
    at += gap;
    places.push(at);
    const bytes = Buffer.from(text);
    parts.push(bytes);
    at += bytes.length;
  }
  const count = Math.ceil((at + 1) / PAGE);
  const memory = Buffer.concat([...parts, Buffer.alloc(count * PAGE - at)]);
  const start = 0x10000n * BigInt(PAGE);
  const pages = Array.from({ length: count }, (_, i) => ({
    address: start + BigInt(i * PAGE),
    flags: 4,
    bytes: memory.subarray(i * PAGE, (i + 1) * PAGE),
  }));
  const map = pageMap(1, pages, '4.2');
  const end = start + BigInt(count * PAGE);
  return {
    places: places.map((place) => start + BigInt(place)),
    archive: dumpArchive({
      'pstree.img': pstreeImage([7]),
      'core-7.img': coreImage('keeper'),
      'mm-7.img': mmImage([{ start, end, prot: 3, status: VMA.heap }]),
      'pagemap-7.img': map.map,
      'pages-1.img': map.pages,
    }),
  };
}

/** @param {Buffer} archive */
async function found(archive, options = {}) {
  const checkpoint = await openCheckpoint(archive, { name: 'memory.tar' });
  const dump = await checkpoint.dump({ texts: false });
  try {
    const matches = [];
    for await (const match of dump.memory.search({ secrets: true }, options)) matches.push(match);
    return matches;
  } finally {
    dump.close();
    await checkpoint.close();
  }
}

test('the shapes are found in memory, also over the borders of pages', async () => {
  for (const gap of [37, 1, 613]) {
    const { archive, places } = dumpOf(
      secrets.map(([, , text]) => text),
      gap,
    );
    const matches = await found(archive);
    const missed = secrets.filter(([, , text], i) => {
      const from = places[i];
      const to = from + BigInt(Buffer.byteLength(text));
      return !matches.some(({ address, bytes, secret: what }) => {
        const value = Buffer.from(bytes.subarray(what?.start)).toString();
        return from <= address && address < to && text.includes(value.slice(0, 8));
      });
    });
    const rate = 1 - missed.length / secrets.length;
    assert.ok(
      rate >= 0.9,
      `${rate}: ${JSON.stringify(missed.map(([where, kind, text]) => [where, kind, text.slice(0, 60)]))}`,
    );
  }
});

test('over borders of pages, entries, blocks, mappings and pieces: each once, whole', async () => {
  const token = 'ghp_9fQ2xLr7VbT4mZ8kWc1YdN6sHj3PgEa0Ru5X';
  const COUNT = 12;
  const start = 0x10000n * BigInt(PAGE);
  for (const wide of [false, true]) {
    const bytes = Buffer.from(`\0\0API_TOKEN=${token}\0\0`, wide ? 'utf16le' : 'utf8');
    const memory = Buffer.alloc(COUNT * PAGE);
    /** @type {bigint[]} */
    const places = [];
    for (let i = 1; i < COUNT; i++) {
      // Every border lies within it, each at another character.
      const at = i * PAGE - Math.floor((bytes.length * i) / COUNT / 2) * 2;
      bytes.copy(memory, at);
      places.push(start + BigInt(at + (wide ? 4 : 2)));
    }
    const pages = Array.from({ length: COUNT }, (_, i) => ({
      address: start + BigInt(i * PAGE),
      flags: 4,
      bytes: memory.subarray(i * PAGE, (i + 1) * PAGE),
    }));
    const page = (/** @type {number} */ i) => start + BigInt(i * PAGE);
    const mappings = {
      one: [{ start, end: page(COUNT), prot: 3, status: VMA.heap }],
      adjoining: Array.from({ length: COUNT }, (_, i) => ({
        start: page(i),
        end: page(i + 1),
        prot: i % 2 === 0 ? 3 : 1,
      })),
    };
    for (const [name, vmas] of Object.entries(mappings))
      for (const [dialect, most, each] of /** @type {const} */ ([
        ['4.2', 256, 1],
        ['4.2', 1, 1],
        ['4.1', 1, 1],
        ['blocks', 256, 1],
        ['blocks', 256, 4],
        ['blocks', 1, 1],
      ])) {
        const { map, pages: stored } = pageMap(1, pages, dialect, most, each);
        const archive = dumpArchive({
          'pstree.img': pstreeImage([7]),
          'core-7.img': coreImage('keeper'),
          'mm-7.img': mmImage(vmas),
          'pagemap-7.img': map,
          'pages-1.img': stored,
        });
        const matches = await found(archive);
        matches.sort((a, b) => (a.address < b.address ? -1 : 1));
        const what = `${name} ${dialect} ${most} ${each} ${wide}`;
        assert.deepEqual(
          matches.map(({ address }) => address),
          places,
          what,
        );
        assert.ok(
          matches.every((match) => valueOf(match) === token),
          what,
        );
      }
  }
});

test('the shapes are found in files that the container wrote, and cut by redact', async () => {
  const texts = secrets.map(([, , text]) => `${text.replaceAll('\0', ' ')}\n`);
  const files = texts.map((text, i) => /** @type {[string, string]} */ ([`etc/${i}`, text]));
  const archive = tar(
    ['checkpoint/pstree.img', pstreeImage([7])],
    ['checkpoint/core-7.img', coreImage('keeper')],
    ['checkpoint/mm-7.img', mmImage([])],
    ['rootfs-diff.tar', tar(...files)],
  );
  const checkpoint = await openCheckpoint(archive, { name: 'files.tar' });
  const dump = await checkpoint.dump({ texts: false });
  const matches = await found(archive, { streams: everywhere(checkpoint, dump) });
  dump.close();
  await checkpoint.close();
  const stream = new SecretStream(core);
  const ways = [
    (/** @type {number} */ i) => matches.filter((one) => one.stream === `rootfs-diff.tar!etc/${i}`),
    (/** @type {number} */ i) => {
      stream.begin();
      return [...stream.feed(Buffer.from(texts[i])), ...stream.end()];
    },
  ];
  for (const way of ways) {
    const missed = texts.filter((_, i) => way(i).length === 0);
    assert.ok(missed.length <= 0.05 * texts.length, JSON.stringify(missed));
  }
  stream.free();
});

/** @param {any} match */
const valueOf = ({ bytes, secret: { start, wide } }) =>
  Buffer.from(bytes.subarray(start)).toString(wide ? 'utf16le' : 'utf8');

test('the shapes are found in UTF-16, also over the borders of pages', async () => {
  const texts = secrets.map(([, , text]) => text).filter((text) => /^[\t -~]+$/.test(text));
  for (const gap of [36, 37]) {
    const { archive, places } = dumpOf(
      texts.map((text) => Buffer.from(text, 'utf16le')),
      gap,
    );
    const matches = await found(archive);
    const missed = texts.filter((text, i) => {
      const to = places[i] + BigInt(2 * text.length);
      return !matches.some(
        (match) =>
          match.secret.wide &&
          places[i] <= match.address &&
          match.address < to &&
          text.includes(valueOf(match).slice(0, 8)),
      );
    });
    assert.ok(missed.length <= 0.1 * texts.length, JSON.stringify(missed));
  }
});

test('what only looks like them is not', async () => {
  const texts = lookalikes.map(([, text]) => text);
  for (const list of [texts, texts.map((text) => Buffer.from(text, 'utf16le'))]) {
    const matches = await found(dumpOf(list).archive);
    assert.deepEqual(
      matches.map(({ bytes }) => Buffer.from(bytes).toString()),
      [],
    );
  }
});

test('an argument and the one behind it', async () => {
  const pairs = [
    ['--password', 'correct-horse-7'],
    ['--db-passwd', 'letmein2024'],
    ['-p', '46lMUEZQPghOpzGpdCGA'],
    ['-u', 'me:GaftcLOIadn5rPvi2xqw'],
  ];
  for (const gap of [37, PAGE - 8]) {
    const { archive, places } = dumpOf(
      pairs.map((pair) => pair.join('\0')),
      gap,
    );
    const matches = await found(archive);
    assert.deepEqual(
      matches.map((match) => [match.address, valueOf(match)]),
      pairs.map(([option, value], i) => [places[i], option === '-u' ? value.slice(3) : value]),
    );
  }
  const none = [
    '--password\0--user',
    '--password\0Password of the database',
    '--token\0/run/token',
    '-p\x008080:80',
    '--secret\0id4711',
    '--password\0',
  ];
  assert.deepEqual(await found(dumpOf(none).archive), []);
});

test('texts of programs are not', async () => {
  const { archive } = dumpOf(
    [
      'password=%s',
      'token: %s',
      'Authorization: Bearer %s',
      '-----BEGIN PRIVATE KEY-----',
      '-----BEGIN RSA PRIVATE KEY-----\0 is missing',
      'https://user:pass@host/',
      'postgres://%s:%s@%s/',
      'set_password=function(a)',
      'secret_key={{ value }}',
      'SSL_CTX_use_PrivateKey_file',
    ].filter((text) => !text.startsWith('https')),
  );
  assert.deepEqual(
    (await found(archive)).map(({ bytes }) => Buffer.from(bytes).toString()),
    [],
  );
});

test('ckpt validate: only if asked for, without the value unless that is asked for', async () => {
  const name = `${data}dumps/bare-tcp/bare-tcp.tar.zst`;
  const report = async (/** @type {string[]} */ ...more) => {
    const { stdout } = await run(['validate', '--format', 'json', ...more, name]);
    return { text: stdout, report: JSON.parse(stdout) };
  };
  const rulesOf = (/** @type {any} */ one) => JSON.stringify(one).match(/CKP80[12]/g)?.length ?? 0;
  const without = await report();
  assert.equal(rulesOf(without.report), 0);
  assert.match(without.text, /"secrets in memory"/);
  const masked = await report('--memory');
  assert.ok(rulesOf(masked.report) > 0);
  assert.doesNotMatch(masked.text, /"secrets in memory"/);
  assert.doesNotMatch(masked.text, /fake-secret|fake_tok/);
  assert.match(masked.text, /FX_SECRET=(•|\\u2022){3}/);
  const revealed = await report('--memory', '--reveal');
  assert.match(revealed.text, /FX_SECRET=fake-secret-not-real-1234/);
});

test('the API tells kinds, places and counts', async () => {
  const token = 'ghp_abcdefghijklmnopqrstuvwxyz0123456789';
  const { archive } = dumpOf([token, token, 'x']);
  const checkpoint = await openCheckpoint(archive, { name: 'memory.tar' });
  try {
    const { findings, coverage } = await core.validate(checkpoint, { memory: true });
    const list = findings.filter(({ id }) => id === 'CKP802');
    assert.deepEqual(
      list.map(({ message, member }) => [message, member]),
      [
        [
          'Possible token of GitHub in the memory of process 7 (heap), first at 0x10000025, 2 times.',
          'checkpoint/mm-7.img',
        ],
      ],
    );
    assert.deepEqual(
      coverage.notChecked.filter(({ what }) => what.startsWith('secrets')),
      [],
    );
  } finally {
    await checkpoint.close();
  }
});

test('a command line: the value behind an option that names a secret is masked, and nothing else', () => {
  const mask = enums.mask;
  const line = [
    'mysql',
    '--password',
    'hunter2',
    '--host',
    'db',
    '',
    { hex: 'ff' },
    'TOKEN=Zx91kQ',
  ];
  assert.deepEqual(maskArguments(core, line), [
    ...['mysql', '--password', mask, '--host', 'db', '', { hex: 'ff' }, `TOKEN=${mask}`],
  ]);
  assert.deepEqual(maskArguments(core, ['--password']), ['--password']);
  assert.deepEqual(maskArguments(core, ['--password', '--user']), ['--password', '--user']);
  assert.deepEqual(maskArguments(core, []), []);
});
