// SPDX-License-Identifier: Apache-2.0
// What the API takes, and what it refuses, with what it says then.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { join, relative } from 'node:path';
import process from 'node:process';
import { test } from 'node:test';
import { fileURLToPath, pathToFileURL } from 'node:url';
import vm from 'node:vm';
import * as browser from 'container-checkpoint';
import { load, openCheckpoint } from 'container-checkpoint/node';
import { config, data, json, spec, temporaryFolder } from '../lib/checkpoints.mjs';
import { tar } from '../lib/tar.mjs';

const core = await load();
const utf8 = (/** @type {string} */ text) => new TextEncoder().encode(text);
const archive = tar(['config.dump', json(config)], ['spec.dump', spec({})], ['x', 'hello']);
const file = join(data, 'simple-zstd.tar.zst');
const folder = temporaryFolder();

test('validate refuses what is neither a checkpoint nor files by their names', async () => {
  const refuses = (/** @type {any} */ target, /** @type {RegExp} */ message) =>
    assert.throws(() => core.validate(target), { name: 'TypeError', message }, String(message));
  const promise = openCheckpoint(archive);
  refuses(promise, /not a promise \(is an "await" missing\?\)/);
  await promise;
  refuses(archive, /not a Buffer/);
  refuses(new Uint8Array(3), /not an Uint8Array|not a Uint8Array/);
  refuses(file, /not the text ".*simple-zstd/);
  for (const nothing of [undefined, null, 3, true, [], new Map(), () => {}])
    refuses(nothing, /validate takes an opened checkpoint or files by their names/);
  refuses({}, /there is no file/);
  refuses({ 'config.dmp': utf8('{}') }, /"config\.dmp"; did you mean "config\.dump"\?/);
  refuses({ 'entirely.else': utf8('{}') }, /there are config\.dump, /);
  refuses({ 'config.dump': '{}' }, /config\.dump must be bytes, not the text "\{\}"/);
  refuses({ 'config.dump': Promise.resolve() }, /must be bytes, not a promise/);
  for (const good of [utf8('{}'), utf8('{}').buffer, new DataView(utf8('{}').buffer)])
    assert.ok(core.validate({ status: good }).counts);
});

test('options that are not known, or of another type, are refused', async () => {
  const checkpoint = await openCheckpoint(archive);
  const refuses = async (
    /** @type {(options: any) => any} */ call,
    /** @type {any} */ options,
    /** @type {RegExp} */ message,
  ) => assert.rejects(async () => call(options), { name: 'TypeError', message });
  const validate = (/** @type {any} */ options) => core.validate(checkpoint, options);
  await refuses(validate, { target: ['cri-o'] }, /no option "target"; did you mean "targets"\?/);
  await refuses(validate, { targets: 'cri-o' }, /"targets" of validate must be a list of texts/);
  await refuses(validate, { reveal: 'yes' }, /must be true or false, not the text "yes"/);
  await refuses(validate, { now: NaN }, /"now" of validate must be a number/);
  await refuses(validate, null, /the options of validate must be an object, not null/);
  const opens = (/** @type {any} */ options) => openCheckpoint(archive, options);
  await refuses(opens, { onprogress() {} }, /did you mean "onProgress"\?/);
  await refuses(opens, { signal: {} }, /must be an AbortSignal/);
  await refuses(opens, { limits: { maxMember: 1 } }, /did you mean "maxMembers"\?/);
  await refuses(opens, { limits: { maxNonsense: 1 } }, /there are .*maxWindow/);
  for (const wrong of [-1, 0, 1.5, NaN, Infinity, '3', 3n, null, 2 ** 33])
    await refuses(
      opens,
      { limits: { maxMembers: wrong } },
      /must be a whole number from 1 to 4294967295/,
    );
  await refuses(opens, { limits: 3 }, /"limits" of openCheckpoint must be an object, not 3/);
  // The names of the C header are understood; undefined is as nothing.
  const limited = await opens({ limits: { max_members: 2, maxName: undefined } });
  assert.equal(limited.error?.code, 'limit-members');
  const reads = (/** @type {any} */ options) => checkpoint.read('x', options);
  await refuses(reads, { strat: 1 }, /no option "strat"; did you mean "start"\?/);
  await refuses(reads, { start: '1' }, /"start" of read must be a number/);
  await refuses(reads, { limit: -1 }, /"limit" of read must be a whole number/);
  const streams = async (/** @type {any} */ options) => checkpoint.stream('x', options).next();
  await refuses(streams, { begin: 1 }, /stream has no option "begin"/);
  const ranges = async (/** @type {any} */ list) => checkpoint.ranges(list).next();
  await refuses(ranges, 'x', /ranges takes a list/);
  await refuses(ranges, [{ name: 'x' }], /a range must name a member/);
  await refuses((options) => checkpoint.list('x', options), { sginal: 1 }, /list has no option/);
});

test('sources: what has bytes is read, whatever it is called', async () => {
  const view = new Uint8Array(archive);
  const other = vm.runInNewContext('new Uint8Array(new ArrayBuffer(size))', { size: view.length });
  other.set(view);
  const like = {
    size: view.length,
    slice: (/** @type {number} */ start, /** @type {number} */ end) => ({
      arrayBuffer: async () => view.slice(start, end).buffer,
    }),
  };
  const handle = await open(file);
  const sources = {
    view,
    ArrayBuffer: view.buffer,
    DataView: new DataView(view.buffer),
    Uint16Array: new Uint16Array(view.buffer),
    'of another realm': other,
    'ArrayBuffer of another realm': other.buffer,
    Blob: new Blob([view]),
    File: new File([view], 'a.tar'),
    'like a Blob': like,
    ReadableStream: new Blob([view]).stream(),
    Response: new Response(view),
    Readable: Readable.from([archive]),
    generator: (async function* () {
      yield view.subarray(0, 100);
      yield view.subarray(100);
    })(),
    'size and read': { size: view.length, read: (a, n) => view.subarray(a, a + n) },
  };
  for (const [name, source] of Object.entries(sources)) {
    const checkpoint = await browser.openCheckpoint(/** @type {any} */ (source));
    assert.equal(checkpoint.error, null, name);
    assert.equal(checkpoint.members.length, 3, name);
    await checkpoint.close();
  }
  const opened = await openCheckpoint(/** @type {any} */ (handle));
  assert.equal(opened.summary.container.name, 'simple');
  await opened.close();
  await handle.close();
  const spaced = join(folder, 'a b%25.tar');
  writeFileSync(spaced, archive);
  const named = await openCheckpoint(pathToFileURL(spaced));
  assert.equal(named.name, 'a b%25.tar');
  await named.close();
});

test('sources: everything else is refused, with what was expected', async () => {
  const refuses = async (/** @type {any} */ source, /** @type {RegExp} */ message) =>
    assert.rejects(browser.openCheckpoint(source), { name: 'TypeError', message });
  for (const nothing of [undefined, null, 3, 'path.tar', true, {}, [], () => {}])
    await refuses(nothing, /a checkpoint cannot be read from .*: expected a Blob or File/);
  await refuses(Promise.resolve(archive), /from a promise \(is an "await" missing\?\)/);
  const read = () => new Uint8Array();
  await refuses({ read }, /expected a Blob or File/);
  await refuses({ size: undefined, read }, /the source has no size/);
  for (const size of ['5', -1, NaN, 1.5, null])
    await refuses({ size, read }, /the size of a source must be a whole number/);
  await refuses(new Response('gone', { status: 404 }), /the response is no checkpoint: 404/);
  const used = new Response('x');
  await used.text();
  await refuses(used, /it was read already/);
  const text = (async function* () {
    yield 'text';
  })();
  await refuses(text, /the stream must give bytes, not the text "text"/);
});

test('an abort is heard at once, also by a source that never answers', async () => {
  const never = () => new Promise(() => {});
  let ended = 0;
  const sources = {
    'size and read': () => ({ size: 5000, read: never }),
    generator: () => ({
      [Symbol.asyncIterator]: () => ({ next: never, return: async () => void ended++ }),
    }),
    ReadableStream: () => new ReadableStream({ pull: never, cancel: () => void ended++ }),
    Readable: () => new Readable({ read() {}, destroy: () => void ended++ }),
  };
  for (const [name, make] of Object.entries(sources)) {
    const stop = new AbortController();
    const opening = browser.openCheckpoint(/** @type {any} */ (make()), { signal: stop.signal });
    setTimeout(() => stop.abort(new Error('enough')), 5);
    await assert.rejects(opening, /enough/, name);
  }
  await new Promise((resolve) => setTimeout(resolve));
  assert.equal(ended, 3);
  // A read that hangs.
  let hang = false;
  const checkpoint = await browser.openCheckpoint({
    size: archive.length,
    read: (at, n) =>
      hang ? /** @type {any} */ (never()) : new Uint8Array(archive.subarray(at, at + n)),
  });
  hang = true;
  const stop = new AbortController();
  const reading = checkpoint.read('x', { signal: stop.signal });
  setTimeout(() => stop.abort(new Error('enough')), 5);
  await assert.rejects(reading, /enough/);
});

test('old browsers: AbortSignal.any is not needed', () => {
  const script = `
    delete AbortSignal.any;
    const { openCheckpoint } = await import('container-checkpoint/node');
    const checkpoint = await openCheckpoint(${JSON.stringify(file)});
    const { signal } = new AbortController();
    const bytes = await checkpoint.read('checkpoint/pages-1.img', { signal, end: 10 });
    console.log(bytes.length);`;
  const { stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', script], {
    cwd: new URL('../../../', import.meta.url),
    encoding: 'utf8',
  });
  assert.equal(stdout.trim(), '10', stderr);
});

test('await using closes', async () => {
  const checkpoint = await openCheckpoint(file);
  const dispose = Symbol.asyncDispose ?? Symbol.for('Symbol.asyncDispose');
  await checkpoint[dispose]();
  await assert.rejects(checkpoint.read('checkpoint/pages-1.img'), /closed/);
});

test('a core that cannot be loaded says what can be done', async () => {
  const { load: fresh } = await import('../../../wasm/api/index.js?arguments');
  for (const wasm of [new URL('file:///none/core.wasm'), 'http://127.0.0.1:1/core.wasm'])
    await assert.rejects(
      fresh({ wasm }),
      /could not be loaded.*Copy container-checkpoint\/core\.wasm/s,
    );
  const response = new Response('no', { status: 404 });
  await assert.rejects(fresh({ wasm: Promise.resolve(response) }), /404.*load\(\{ wasm \}\)/s);
  await assert.rejects(fresh({ wasm: 3 }), { name: 'TypeError', message: /not 3/ });
  await assert.rejects(async () => fresh({ wsm: 3 }), /did you mean "wasm"/);
  const bytes = readFileSync(new URL('../../../dist/core.wasm', import.meta.url));
  const headers = { 'content-type': 'application/wasm' };
  assert.ok(await fresh({ wasm: Promise.resolve(new Response(bytes, { headers })) }));
});

const wasmFile = fileURLToPath(new URL('../../../dist/core.wasm', import.meta.url));
const wasm = readFileSync(wasmFile);
const headers = { 'content-type': 'application/wasm' };
/** Every form in which a module may be given. @type {[string, () => any][]} */
const MODULES = [
  ['bytes', () => wasm],
  ['an ArrayBuffer', () => new Uint8Array(wasm).buffer],
  ['a path', () => wasmFile],
  ['a relative path', () => relative(process.cwd(), wasmFile)],
  ['a relative path with a dot', () => `./${relative(process.cwd(), wasmFile)}`],
  ['an address', () => pathToFileURL(wasmFile).href],
  ['a URL', () => pathToFileURL(wasmFile)],
  ['a module', () => new WebAssembly.Module(wasm)],
  ['a promise of a module', () => WebAssembly.compile(wasm)],
  ['a response', () => new Response(wasm, { headers })],
  ['a response of another type', () => new Response(wasm)],
  ['a promise of bytes', () => Promise.resolve(wasm)],
];
for (const [i, [name, give]] of MODULES.entries())
  test(`load takes ${name}`, async () => {
    const { load: fresh } = await import(`../../../wasm/api/index.js?module${i}`);
    assert.deepEqual((await fresh({ wasm: give() })).kinds, core.kinds);
  });

/** What is no module, and what is said then. @type {[() => any, RegExp][]} */
const NO_MODULES = [
  [() => null, /"wasm" of load must be a compiled module, .* not null/],
  [() => 3, /not 3/],
  [() => '', /not the text ""/],
  [() => [], /not an array/],
  [() => ({}), /not an object/],
  [() => Promise.resolve(undefined), /must be a compiled module, .* not undefined/],
  [() => './none.wasm', /none\.wasm could not be loaded: ENOENT.*Copy .*core\.wasm there/],
  [() => '/none/core.debug.wasm', /Copy container-checkpoint\/core\.debug\.wasm there/],
  [() => new Response('<html>'), /the response is no WebAssembly module: .*Copy/],
  [() => Buffer.from('<html>'), /what was given is no WebAssembly module: .*load\(\{ wasm \}\)/],
];
test('load refuses what is no module', async () => {
  const { load: fresh } = await import('../../../wasm/api/index.js?none');
  for (const [give, message] of NO_MODULES) await assert.rejects(fresh({ wasm: give() }), message);
  await assert.rejects(fresh({ codecs: 3 }), /"codecs" of load must be .*, or a function, not 3/);
});

test('load of every entry checks its options', async () => {
  for (const entry of ['', '/node', '/inline', '/node-inline', '/debug']) {
    const { load: loads } = await import(`container-checkpoint${entry}`);
    for (const wrong of [null, 3, 'x', [], () => {}])
      await assert.rejects(loads(wrong), /the options of load must be an object/, entry);
    await assert.rejects(loads({ wsm: 1 }), /did you mean "wasm"\?/, entry);
  }
});
