// SPDX-License-Identifier: Apache-2.0
// A thousand needles in the memory of several processes, half of them over the borders of pages: all are
// found at their addresses, and nothing else, in every form in which a dump can hold them.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { load, openCheckpoint } from 'container-checkpoint/node';
import { PAGE, VMA, coreImage, dumpArchive, mmImage, pageMap, pstreeImage } from '../lib/dump.mjs';

/** The same numbers every time. */
function random(seed) {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

const NEEDLE = Buffer.from('n33dle:\x00\xff0123', 'latin1');
const hexOf = (bytes) => Buffer.from(bytes).toString('hex');
const COUNT = 1000;
const SHARED = 7;
const page = (value) => BigInt(value) * BigInt(PAGE);

/**
 * Memory of two processes: private mappings that adjoin, with pages that were never written, and shared
 * memory that both have mapped, at other places.
 */
function makeMemory(seed) {
  const next = random(seed);
  const noise = () => {
    const bytes = new Uint8Array(PAGE);
    const kind = next(3);
    for (let i = 0; i < PAGE; i++)
      bytes[i] = kind === 0 ? next(256) : kind === 1 ? 97 + (i % 7) : 0;
    return bytes;
  };
  const shared = Array.from({ length: 40 }, () => (next(4) === 0 ? null : noise()));
  const processes = [11, 12].map((pid, k) => {
    const base = page(0x10000 + k * 0x5000);
    const vmas = [];
    const pages = new Map();
    let at = base;
    for (let i = 0; i < 12; i++) {
      const size = 10 + next(110);
      vmas.push({
        start: at,
        end: at + page(size),
        prot: i % 3 === 0 ? 5 : 3,
        status: i === 2 ? VMA.heap : VMA.anonymous,
      });
      for (let n = 0; n < size; n++) if (next(6) > 0) pages.set(at + page(n), noise());
      at += page(size + (next(3) === 0 ? 3 : 0));
    }
    vmas.push({
      start: at,
      end: at + page(30),
      flags: 0x21,
      status: VMA.sysv,
      shmid: SHARED,
      offset: k * 5 * PAGE,
    });
    return { pid, vmas, pages, sharedAt: at, sharedFrom: k * 5 };
  });
  return { processes, shared, next };
}

/** A page of a process as it sees it; null: zero and not stored; undefined: nothing there. */
function pageOf({ vmas, pages, sharedAt, sharedFrom }, shared, address) {
  const vma = vmas.find(({ start, end }) => start <= address && address < end);
  if (!vma) return undefined;
  if (address < sharedAt) return pages.get(address) ?? null;
  return shared[sharedFrom + Number((address - sharedAt) / BigInt(PAGE))] ?? null;
}

/** Puts the needles, one kind after the other, where they do not touch each other; half of them over borders. */
function plant({ processes, shared, next }, kinds = [NEEDLE]) {
  const used = new Set();
  const names = new Map();
  let planted = 0;
  for (let tries = 0; planted < COUNT && tries < 200 * COUNT; tries++) {
    const process = processes[next(2)];
    const vma = process.vmas[next(process.vmas.length)];
    const pages = Number((vma.end - vma.start) / BigInt(PAGE));
    const needle = kinds[(planted >> 1) % kinds.length];
    const inPage =
      planted % 2 === 0 ? next(PAGE - needle.length) : PAGE - 1 - next(needle.length - 1);
    const start = vma.start + page(next(pages)) + BigInt(inPage);
    const bytes = Array.from(needle, (_, i) => {
      const at = start + BigInt(i);
      const base = at - (at % BigInt(PAGE));
      return { page: pageOf(process, shared, base), offset: Number(at - base), key: base };
    });
    const stamp = ({ page: where, offset }) => {
      if (where && !names.has(where)) names.set(where, names.size);
      return `${names.get(where)}/${offset >> 4}`;
    };
    if (bytes.some((byte) => !byte.page || used.has(stamp(byte)))) continue;
    for (const byte of bytes) used.add(stamp(byte));
    for (const [i, byte] of bytes.entries()) byte.page[byte.offset] = needle[i];
    planted++;
  }
  assert.equal(planted, COUNT);
}

/** All places of a pattern in the memory of the processes, by looking everywhere. */
function placesIn({ processes, shared }, pattern) {
  const places = [];
  for (const process of processes) {
    let run = [];
    let start = 0n;
    const flush = () => {
      if (run.length === 0) return;
      const whole = Buffer.concat(run.map((one) => one ?? new Uint8Array(PAGE)));
      for (
        let at = whole.indexOf(pattern);
        at >= 0;
        at = whole.indexOf(pattern, at + pattern.length)
      )
        if (
          run
            .slice(Math.floor(at / PAGE), Math.floor((at + pattern.length - 1) / PAGE) + 1)
            .some((one) => one)
        )
          places.push(`${process.pid} 0x${(start + BigInt(at)).toString(16)}`);
      run = [];
    };
    const { start: first } = process.vmas[0];
    const { end } = process.vmas.at(-1);
    for (let at = first; at < end; at += BigInt(PAGE)) {
      const bytes = pageOf(process, shared, at);
      if (bytes === undefined) flush();
      else {
        if (run.length === 0) start = at;
        run.push(bytes);
      }
    }
    flush();
  }
  return places.sort();
}

const entriesOf = (pages, flags) =>
  [...pages]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([address, bytes]) => ({ address, flags, bytes }));

/** The dump, and the one before it if some pages are there. */
function dumpsOf(
  { processes, shared, next },
  { dialect, incremental = false, most = 256, each = 4, order = (names) => names },
) {
  const images = { 'pstree.img': pstreeImage(processes.map(({ pid }) => pid)) };
  const before = {};
  const add = (name, id, pages) => {
    const entries = entriesOf(pages, 4);
    const old = [];
    for (const entry of entries) {
      if (!incremental || next(2) === 0) continue;
      old.push({ ...entry });
      entry.flags = 1;
    }
    // What the dump before has of other pages was changed since: it must not be looked at.
    if (incremental)
      for (const { address, flags } of entries)
        if (flags === 4 && next(3) === 0)
          old.push({ address, flags: 4, bytes: Buffer.alloc(PAGE, NEEDLE) });
    old.sort((a, b) => (a.address < b.address ? -1 : 1));
    const now = pageMap(id, entries, dialect, most, each);
    images[`pagemap-${name}.img`] = now.map;
    images[`pages-${id}.img`] = now.pages;
    const then = pageMap(id, old, dialect, most, each);
    before[`pagemap-${name}.img`] = then.map;
    before[`pages-${id}.img`] = then.pages;
  };
  for (const [i, { pid, vmas, pages }] of processes.entries()) {
    images[`core-${pid}.img`] = coreImage(`p${pid}`);
    images[`mm-${pid}.img`] = mmImage(vmas);
    add(String(pid), i + 1, pages);
  }
  const sharedPages = new Map(shared.flatMap((bytes, i) => (bytes ? [[page(i), bytes]] : [])));
  add(`shmem-${SHARED}`, 9, sharedPages);
  const ordered = order(Object.keys(images)).map((name) => [name, images[name]]);
  return { archive: dumpArchive(ordered), previous: incremental ? dumpArchive(before) : null };
}

/** What stands around a match, as far as there is memory, stored or zero. */
function around({ processes, shared }, pid, address, length, context) {
  const process = processes.find((one) => one.pid === pid);
  const byteAt = (at) => {
    const base = at - (at % BigInt(PAGE));
    const bytes = pageOf(process, shared, base);
    return bytes === undefined ? undefined : (bytes?.[Number(at - base)] ?? 0);
  };
  const side = (first, step) => {
    const bytes = [];
    for (let i = 0n; i < BigInt(context); i++) {
      const byte = byteAt(first + i * step);
      if (byte === undefined) break;
      bytes.push(byte);
    }
    return bytes;
  };
  const before = Buffer.from(side(address - 1n, -1n).reverse());
  return [before, Buffer.from(side(address + BigInt(length), 1n))].map((part) =>
    part.toString('hex'),
  );
}

async function found(dump, query, options) {
  const places = [];
  for await (const { pid, address, bytes } of dump.memory.search(query, options))
    places.push({ place: `${pid} 0x${address.toString(16)}`, bytes: Buffer.from(bytes) });
  return places;
}

async function withDump({ archive, previous }, use) {
  const checkpoint = await openCheckpoint(archive);
  const before = previous && (await openCheckpoint(previous));
  const dump = await checkpoint.dump(before ? { previous: before } : {});
  try {
    await use(dump);
  } finally {
    dump.close();
    await checkpoint.close();
    await before?.close();
  }
}

const FORMS = [
  { name: 'one entry a run', dialect: '4.2' },
  { name: 'an entry for each page', dialect: '4.2', most: 1 },
  { name: 'as CRIU 4.1', dialect: '4.1', most: 5 },
  { name: 'incremental', dialect: '4.2', incremental: true },
  { name: 'incremental, as CRIU 4.1', dialect: '4.1', incremental: true },
  { name: 'compressed', dialect: 'blocks', most: 64 },
  { name: 'compressed and incremental', dialect: 'blocks', incremental: true },
];

for (const [i, form] of FORMS.entries()) {
  test(`1000 needles: ${form.name}`, async () => {
    const memory = makeMemory(i + 1);
    plant(memory);
    const wanted = placesIn(memory, NEEDLE);
    assert.ok(wanted.length >= COUNT);
    const made = dumpsOf(memory, form);
    await withDump(made, async (dump) => {
      const queries = {
        bytes: { hex: hexOf(NEEDLE) },
        wildcards: { hex: hexOf(NEEDLE).replace(/^(....)..../, '$1??4?'.replace('4?', '6?')) },
        expression: { regex: 'n3+dle:\\x00\\xff\\d{4}' },
        many: {
          hex: [
            hexOf(NEEDLE),
            ...Array.from({ length: 120 }, (_, k) => hexOf(Buffer.from(`never there ${k}`))),
          ],
        },
      };
      for (const [name, query] of Object.entries(queries)) {
        const places = await found(dump, query);
        assert.deepEqual(places.map(({ place }) => place).sort(), wanted, name);
        assert.ok(
          places.every(({ bytes }) => bytes.equals(NEEDLE)),
          name,
        );
      }
      for (const context of [1, 20, 256])
        for await (const match of dump.memory.search(queries.bytes, { context }))
          assert.deepEqual(
            [hexOf(match.before), hexOf(match.after)],
            around(memory, match.pid, match.address, NEEDLE.length, context),
            `${context} bytes around 0x${match.address.toString(16)}`,
          );
      // What ends or begins in memory that was never written.
      for (const pattern of ['6162630000', '00616263']) {
        const places = (await found(dump, { hex: pattern })).map(({ place }) => place);
        assert.deepEqual(places.sort(), placesIn(memory, Buffer.from(pattern, 'hex')), pattern);
      }
    });
    await withDump({ ...made, archive: gzipSync(made.archive) }, async (dump) => {
      const places = await found(dump, { hex: hexOf(NEEDLE) });
      assert.deepEqual(places.map(({ place }) => place).sort(), wanted, 'in a compressed archive');
    });
  });
}

test('the memory of the core grows while matches are looked at', async () => {
  const { memory: coreMemory } = (await load()).exports;
  const memory = makeMemory(99);
  plant(memory);
  for (const form of [FORMS[0], FORMS[5]]) {
    const made = dumpsOf(memory, form);
    await withDump({ ...made, archive: gzipSync(made.archive) }, async (dump) => {
      const places = [];
      for await (const { pid, address } of dump.memory.search({ hex: hexOf(NEEDLE) })) {
        if (places.length % 100 === 0) coreMemory.grow(1); // views made before are empty now
        places.push(`${pid} 0x${address.toString(16)}`);
      }
      assert.deepEqual(places.sort(), placesIn(memory, NEEDLE), form.name);
    });
  }
});

/** What is looked for as text, in UTF-16, as bytes with wildcards, as an expression and as a pointer. */
const POINTER = 0x7f31c0de5a10n;
const KINDS = {
  text: {
    bytes: Buffer.from('Grüße an "n33dle"'),
    query: { text: 'Grüße an "n33dle"', encodings: ['utf8'] },
  },
  'UTF-16': {
    bytes: Buffer.from('n33dle in 日本', 'utf16le'),
    query: { text: 'n33dle in 日本', encodings: ['utf16'] },
  },
  wildcards: {
    bytes: NEEDLE,
    query: { hex: `${hexOf(NEEDLE.subarray(0, 5))} ?? 3a ?0 ff${hexOf(NEEDLE.subarray(9))}` },
  },
  expression: { bytes: Buffer.from('id=4711;end'), query: { regex: 'id=[0-9]{4};end' } },
  pointer: {
    bytes: Buffer.from(BigUint64Array.of(POINTER).buffer),
    query: { pointers: POINTER },
  },
};

for (const form of [FORMS[0], FORMS[2], FORMS[4], FORMS[5]])
  test(`1000 needles of ${Object.keys(KINDS).length} kinds: ${form.name}`, async () => {
    const memory = makeMemory(77);
    plant(
      memory,
      Object.values(KINDS).map(({ bytes }) => bytes),
    );
    await withDump(dumpsOf(memory, form), async (dump) => {
      let all = 0;
      for (const [name, { bytes, query }] of Object.entries(KINDS)) {
        const wanted = placesIn(memory, bytes);
        const places = await found(dump, query);
        assert.deepEqual(places.map(({ place }) => place).sort(), wanted, name);
        assert.ok(
          places.every((one) => one.bytes.equals(bytes)),
          name,
        );
        all += wanted.length;
      }
      assert.ok(all >= COUNT);
    });
  });

/** A source that counts what is read. @param {Uint8Array} bytes */
const countedSource = (bytes) => ({
  size: bytes.length,
  total: 0,
  read(offset, length) {
    const part = bytes.subarray(offset, offset + length);
    this.total += part.length;
    return part;
  },
});

const zstd = (bytes) => execFileSync('zstd', ['-qc1'], { input: bytes, maxBuffer: 2 ** 28 });
/** As engines write them; and so that nothing is known of the pages when they come. */
const byName = (names) => [...names].sort();
const pagesFirst = (names) => [...names].sort().reverse();

/** More pages than are kept while an archive is read. */
function pad(process) {
  const zeros = new Uint8Array(PAGE);
  const start = page(0x90000);
  const end = start + page(13 * 256);
  process.vmas.push({ start, end, status: VMA.anonymous });
  for (let at = start; at < end; at += page(1)) process.pages.set(at, zeros);
}

/** All matches as they come. */
async function searched(source, query, options, announced) {
  const checkpoint = await openCheckpoint(source, announced && { search: announced });
  try {
    const dump = await checkpoint.dump();
    const matches = [];
    const results = dump.memory.search(query, options);
    for (;;) {
      const { done, value } = await results.next();
      if (done) {
        dump.close();
        return { matches, left: value };
      }
      matches.push(value);
    }
  } finally {
    await checkpoint.close();
  }
}

for (const [form, padded] of [
  [FORMS[0], [0, 1]],
  [FORMS[5], [1]],
])
  test(`1000 needles in archives that are searched while they are opened: ${form.name}`, async () => {
    const memory = makeMemory(31);
    plant(
      memory,
      Object.values(KINDS).map(({ bytes }) => bytes),
    );
    for (const i of padded) pad(memory.processes[i]);
    const { archive } = dumpsOf(memory, { ...form, order: byName });
    const squeezed = zstd(archive);
    const queries = {
      ...KINDS,
      'any case': {
        bytes: KINDS.text.bytes,
        query: { text: 'GRüßE AN "N33DLE"', encodings: ['utf8'], ignoreCase: true },
      },
      many: {
        bytes: NEEDLE,
        query: { hex: [hexOf(NEEDLE), ...Array.from({ length: 99 }, (_, k) => `0bad${1000 + k}`)] },
      },
    };
    for (const [name, { bytes, query }] of Object.entries(queries)) {
      const source = countedSource(squeezed);
      const once = await searched(source, query, {}, { query });
      assert.ok(source.total <= squeezed.length + 512, `${name}: ${source.total} bytes`);
      assert.deepEqual(once, await searched(archive, query, {}), name);
      const places = once.matches.map(({ pid, address }) => `${pid} 0x${address.toString(16)}`);
      assert.deepEqual(places.sort(), placesIn(memory, bytes), name);
    }

    const { query } = KINDS.text;
    const options = { context: 16, pids: [11] };
    const wanted = await searched(archive, query, options);
    const few = { ...options, limit: 5 };
    const first = { ...wanted, matches: wanted.matches.slice(0, 5) };
    const packed = gzipSync(archive, { level: 1 });
    for (const [source, asked, announced, answer] of [
      [packed, options, { query, options }, wanted],
      [packed, few, { query, options: few }, first],
      [squeezed, few, { query, options }, first],
      // More than was announced, and something else: the archive is read once more.
      [squeezed, options, { query, options: few }, wanted],
      [squeezed, options, { query }, wanted],
      [squeezed, options, { query: { regex: 'n33dle' }, options }, wanted],
      [squeezed, options, { query: { regex: '(' }, options }, wanted],
    ]) {
      const got = await searched(source, query, asked, announced);
      assert.deepEqual(got.matches, answer.matches);
    }
  });

test('what is known only after the pages counts when an archive is searched while it is opened', async () => {
  const memory = makeMemory(32);
  plant(memory);
  pad(memory.processes[0]);
  const query = { hex: hexOf(NEEDLE) };
  const wanted = placesIn(memory, NEEDLE);
  const places = async (archive) =>
    (await searched(zstd(archive), query, {}, { query })).matches
      .map(({ pid, address }) => `${pid} 0x${address.toString(16)}`)
      .sort();
  const { archive } = dumpsOf(memory, { ...FORMS[0], order: pagesFirst });
  assert.deepEqual(await places(archive), wanted);
  // The mappings of one process come again after the pages, and lie elsewhere.
  const [moved] = memory.processes;
  const vmas = moved.vmas.slice(1);
  const again = dumpsOf(memory, { ...FORMS[0], order: byName }).archive.subarray(0, -1024);
  const more = Buffer.concat([again, dumpArchive([['mm-11.img', mmImage(vmas)]])]);
  const fewer = placesIn(
    { ...memory, processes: [{ ...moved, vmas }, memory.processes[1]] },
    NEEDLE,
  );
  assert.notDeepEqual(fewer, wanted);
  assert.deepEqual(await places(more), fewer);
});

test('parts of one block of a dump before, and none of what lies between them', async () => {
  const next = random(5);
  const count = 32 * 64;
  const start = page(0x10000);
  const bytesOf = () => {
    const bytes = Buffer.alloc(PAGE);
    for (let i = 0; i < PAGE / 2; i++) bytes[i] = next(256);
    return bytes;
  };
  const wanted = [];
  const now = [];
  const then = [];
  for (let n = 0; n < count; n++) {
    const bytes = bytesOf();
    const address = start + page(n);
    NEEDLE.copy(bytes, 3000);
    then.push({ address, flags: 4, bytes });
    if (n % 3 === 1) {
      now.push({ address, flags: 4, bytes: bytesOf() });
      continue;
    }
    now.push({ address, flags: 1 });
    wanted.push(`11 0x${(address + 3000n).toString(16)}`);
  }
  const [last, first] = [now, then].map((pages) => pageMap(1, pages, 'blocks', 256, 64));
  const archive = dumpArchive({
    'pstree.img': pstreeImage([11]),
    'core-11.img': coreImage('p'),
    'mm-11.img': mmImage([{ start, end: start + page(count) }]),
    'pagemap-11.img': last.map,
    'pages-1.img': last.pages,
  });
  const previous = dumpArchive({ 'pagemap-11.img': first.map, 'pages-1.img': first.pages });
  await withDump({ archive, previous }, async (dump) => {
    const places = await found(dump, { hex: hexOf(NEEDLE) });
    assert.deepEqual(places.map(({ place }) => place).sort(), wanted.sort());
  });
});

test('reading gives what the processes saw', async () => {
  for (const [i, form] of FORMS.entries()) {
    const memory = makeMemory(i + 1);
    await withDump(dumpsOf(memory, form), async (dump) => {
      for (const process of memory.processes)
        for (const { start, end } of process.vmas) {
          const parts = [];
          for (let at = start; at < end; at += BigInt(PAGE))
            parts.push(pageOf(process, memory.shared, at) ?? new Uint8Array(PAGE));
          const whole = Buffer.concat(parts);
          const bytes = await dump.memory.read(process.pid, start, whole.length);
          assert.ok(whole.equals(bytes), `${form.name}: ${process.pid} 0x${start.toString(16)}`);
          const part = await dump.memory.read(process.pid, start + 17n, whole.length - 40);
          assert.ok(whole.subarray(17, -23).equals(part));
        }
      const { pid, vmas } = memory.processes[0];
      const { end } = vmas.at(-1);
      await assert.rejects(dump.memory.read(pid, end - 8n, 16), {
        name: 'MemoryError',
        place: 'nowhere',
        address: end,
      });
    });
  }
});

test('a dump before that is not given is not made up', async () => {
  const memory = makeMemory(4);
  const { archive } = dumpsOf(memory, FORMS[3]);
  await withDump({ archive, previous: null }, async (dump) => {
    const { pid, vmas } = memory.processes[0];
    const { start, end } = vmas[0];
    await assert.rejects(dump.memory.read(pid, start, Number(end - start)), { place: 'previous' });
    const search = dump.memory.search({ hex: hexOf(NEEDLE) });
    let step = await search.next();
    while (!step.done) step = await search.next();
    assert.ok(step.value.bytes > 0);
  });
});

test('filters', async () => {
  const memory = makeMemory(1);
  plant(memory);
  const wanted = placesIn(memory, NEEDLE);
  await withDump(dumpsOf(memory, FORMS[0]), async (dump) => {
    const query = { hex: hexOf(NEEDLE) };
    const places = async (options) =>
      (await found(dump, query, options)).map(({ place }) => place).sort();
    assert.deepEqual(
      await places({ pids: [12] }),
      wanted.filter((place) => place.startsWith('12 ')),
    );
    const heap = memory.processes.map(({ pid, vmas }) => ({ pid, ...vmas[2] }));
    const inside = (place) =>
      heap.some(({ pid, start, end }) => {
        const [one, address] = place.split(' ');
        return (
          Number(one) === pid &&
          BigInt(address) >= start &&
          BigInt(address) + BigInt(NEEDLE.length) <= end
        );
      });
    assert.deepEqual(await places({ kinds: ['heap'] }), wanted.filter(inside));
    const some = wanted[300].split(' ')[1];
    assert.deepEqual(
      await places({ from: BigInt(some), to: BigInt(some) + BigInt(NEEDLE.length) }),
      wanted.filter((place) => place.endsWith(` ${some}`)),
    );
    assert.equal((await places({ limit: 3 })).length, 3);
    assert.deepEqual(await places({ limit: 0 }), []);
  });
});

test('patterns that cannot be searched for', async () => {
  await withDump(dumpsOf(makeMemory(1), FORMS[0]), async (dump) => {
    const refused = async (query, wanted) => assert.rejects(found(dump, query), wanted);
    await refused({ regex: 'a(' }, { name: 'PatternError', offset: 2 });
    await refused({ hex: '4' }, { name: 'PatternError' });
    await refused({ hex: '????' }, { name: 'PatternError' });
    await refused({ text: '' }, { name: 'PatternError' });
    await refused({}, TypeError);
    await refused({ text: 'a', hex: '41' }, TypeError);
    await refused({ text: [] }, TypeError);
    await refused({ strings: 0 }, TypeError);
  });
});
