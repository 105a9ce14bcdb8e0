// SPDX-License-Identifier: Apache-2.0
// The JavaScript API: loading, arguments, values, errors.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import test from 'node:test';
import vm from 'node:vm';
import * as inline from 'container-checkpoint/inline';
import { CheckpointError, load } from 'container-checkpoint';
import { freshInstance, freshModule, utf8 } from '../lib/instance.mjs';
import { thrown } from '../lib/thrown.mjs';

const root = new URL('../../../', import.meta.url);
const wasm = new URL('dist/core.wasm', root);
const ckpt = await load();

// ---- loading -------------------------------------------------------------------------------------

test('load() gives one core, whatever its later options', async () => {
  assert.equal(await load(), ckpt);
  assert.equal(await load({}), ckpt);
  assert.equal(await load({ wasm: new Uint8Array([1, 2, 3]) }), ckpt);
  const [a, b] = await Promise.all([load(), load()]);
  assert.equal(a, b);
});

test('the inline entry is the same API and shares its core', async () => {
  assert.equal(await inline.load(), ckpt);
  assert.equal(inline.CheckpointError, CheckpointError);
  const node = await import('container-checkpoint/node');
  const nodeInline = await import('container-checkpoint/node-inline');
  assert.equal(await nodeInline.load(), ckpt);
  assert.deepEqual({ ...nodeInline }, { ...node });
});

test('load({wasm}) takes a module, bytes and a URL', async () => {
  const bytes = readFileSync(wasm);
  const padded = new Uint8Array(bytes.length + 8);
  padded.set(bytes, 8);
  const sources = [
    new WebAssembly.Module(bytes),
    bytes,
    padded.subarray(8),
    new DataView(padded.buffer, 8),
    padded.slice(8).buffer,
    wasm,
  ];
  for (const source of sources) {
    const fresh = await freshModule();
    const own = await fresh.load({ wasm: source });
    assert.notEqual(own, ckpt);
    assert.equal(own.encode('deleted.files', ['/a']), '[\n  "/a"\n]');
  }
});

test('load({wasm}) fetches from a server, however that names the type', async () => {
  const server = createServer((request, response) => {
    const found = request.url !== '/none';
    const type = request.url === '/typed' ? 'application/wasm' : 'application/octet-stream';
    response.writeHead(found ? 200 : 404, { 'content-type': type });
    response.end(found ? readFileSync(wasm) : '');
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(undefined)));
  const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
  try {
    for (const path of ['typed', 'untyped']) {
      const fresh = await freshModule();
      const own = await fresh.load({ wasm: new URL(`http://127.0.0.1:${port}/${path}`) });
      assert.equal(own.byteToString(1280), '1.2 KiB');
    }
    const fresh = await freshModule();
    const none = new URL(`http://127.0.0.1:${port}/none`);
    await assert.rejects(fresh.load({ wasm: none }), /none could not be loaded: 404/);
  } finally {
    server.closeAllConnections();
    server.close();
  }
});

test('after load() has failed it can be called again', async () => {
  const fresh = await freshModule();
  await assert.rejects(
    fresh.load({ wasm: new Uint8Array([0, 1, 2, 3]) }),
    (error) => error.cause instanceof WebAssembly.CompileError,
  );
  await assert.rejects(fresh.load({ wasm: /** @type {any} */ ({}) }), TypeError);
  await assert.rejects(fresh.load({ wasm: new URL('missing.wasm', root) }), /ENOENT/);
  assert.equal((await fresh.load()).byteToString(0), '0 B');
});

test('the module imports nothing', () => {
  const module = new WebAssembly.Module(readFileSync(wasm));
  assert.deepEqual(WebAssembly.Module.imports(module), []);
});

// ---- tables --------------------------------------------------------------------------------------

test('kinds, files and constants are those of the tables, and cannot be changed', () => {
  const tables = JSON.parse(readFileSync(new URL('build/describe.json', root), 'utf8'));
  assert.deepEqual(
    ckpt.kinds,
    tables.kinds.map((/** @type {any} */ { name }) => name),
  );
  assert.deepEqual(
    ckpt.files,
    tables.kinds
      .filter((/** @type {any} */ { file }) => file)
      .map((/** @type {any} */ { name, file, reader }) => ({ name, file, reader })),
  );
  assert.deepEqual(
    { ...ckpt.constants },
    Object.fromEntries(tables.constants.map((/** @type {any} */ { name, value }) => [name, value])),
  );
  for (const frozen of [ckpt.kinds, ckpt.files, ...ckpt.files, ckpt.constants])
    assert.ok(Object.isFrozen(frozen));
  assert.equal(ckpt.constants.ConfigDumpFile, 'config.dump');
  assert.equal(ckpt.constants.CheckpointAnnotationPod, 'org.criu.checkpoint.pod.name');
});

// ---- arguments -----------------------------------------------------------------------------------

test('an unknown kind is a RangeError that names the known ones', () => {
  for (const kind of ['', 'config', 'Config.dump', '__proto__', 'constructor']) {
    const unknown = /** @type {string} */ (kind);
    for (const run of [
      () => ckpt.decode(unknown, utf8('{}')),
      () => ckpt.check(unknown, utf8('{}')),
      () => ckpt.document(unknown, utf8('{}')),
      () => ckpt.encode(unknown, {}),
      () => ckpt.reencode(unknown, utf8('{}')),
    ])
      assert.throws(run, { name: 'RangeError', message: /known are config\.dump, spec\.dump/ });
  }
});

test('bytes must be a Uint8Array, of any origin', () => {
  const text = '{"id":"x"}';
  const id = (/** @type {any} */ bytes) => ckpt.decode('config.dump', bytes).id;
  for (const wrong of [
    text,
    [...utf8(text)],
    utf8(text).buffer,
    new DataView(utf8(text).buffer),
    new Uint16Array(5),
    new Uint8ClampedArray(5),
    null,
    undefined,
    {},
    { length: 0 },
    7,
  ])
    assert.throws(() => id(wrong), {
      name: 'TypeError',
      message: /^the bytes must be a Uint8Array, not /,
    });

  assert.equal(id(Buffer.from(text)), 'x');
  assert.equal(id(utf8(` ${text} `).subarray(1, 11)), 'x');
  assert.equal(id(vm.runInNewContext(`Uint8Array.from(${JSON.stringify([...utf8(text)])})`)), 'x');
  const shared = new Uint8Array(new SharedArrayBuffer(text.length));
  shared.set(utf8(text));
  assert.equal(id(shared), 'x');
  class Bytes extends Uint8Array {
    get length() {
      return 1e9; // what set() copies counts
    }
  }
  assert.equal(id(new Bytes(utf8(text))), 'x');
});

test('the input is not changed, and values do not depend on later calls', () => {
  const bytes = utf8('{"id":"\\u0061é","name":"b"}');
  const copy = bytes.slice();
  const value = ckpt.decode('config.dump', bytes);
  assert.deepEqual(bytes, copy);
  const error = thrown(() => ckpt.decode('config.dump', utf8('{"id":5,"name":"kept"}')));
  for (let i = 0; i < 50; i++) ckpt.decode('any', utf8(`["${'x'.repeat(i * 100)}"]`));
  bytes.fill(0);
  assert.equal(value.id, 'aé');
  assert.equal(error.partial.name, 'kept');
  assert.match(error.message, /ContainerConfig\.id of type string \(line 1, column 7, at \/id:/);
});

test('the first input of an instance may be empty', async () => {
  const { ckpt: own } = await freshInstance();
  const error = thrown(() => own.decode('any', new Uint8Array()));
  assert.equal(error.goMessage, 'unexpected end of JSON input');
  assert.equal(error.offset, 0);
});

test('an input that is too large is a limit, and the next one is read', async () => {
  const { ckpt: own } = await freshInstance();
  for (const size of [2 ** 28 + 1, 2 ** 28]) {
    const error = thrown(() => own.decode('any', new Uint8Array(size)));
    assert.ok(error instanceof CheckpointError);
    assert.equal(error.kind, 'limit');
    assert.match(error.message, new RegExp(`${size}`));
    assert.deepEqual([error.offset, error.line, error.column, error.goOffset], [-1, 0, 0, -1]);
    assert.equal(own.check('any', new Uint8Array(size))?.kind ?? 'thrown', 'limit');
    assert.equal(own.decode('any', utf8('"next"')), 'next');
  }
});

// ---- values --------------------------------------------------------------------------------------

test('Go integers of 64 bits are bigint, the others numbers', () => {
  const status = ckpt.decode(
    'status',
    utf8(
      '{"CreatedAt":9007199254740993,"StartedAt":-9223372036854775808,"ExitCode":-2147483648,"Pid":4294967295}',
    ),
  );
  assert.deepEqual(status, {
    CreatedAt: 9007199254740993n,
    StartedAt: -9223372036854775808n,
    FinishedAt: 0n,
    ExitCode: -2147483648,
    Pid: 4294967295,
    Reason: '',
    Message: '',
  });
  assert.equal(ckpt.decode('pod.options', utf8('{"version":1}')).version, 1n);
  const max = ckpt.decode(
    'spec.dump',
    utf8('{"process":{"rlimits":[{"hard":18446744073709551615}]}}'),
  );
  assert.equal(max.process.rlimits[0].hard, 18446744073709551615n);
  assert.equal(Object.is(ckpt.decode('any', utf8('-0')), -0), true);
  assert.equal(ckpt.decode('any', utf8('9007199254740993')), 9007199254740992);
});

test('keys that JavaScript treats as special are data', () => {
  const names = [
    '__proto__',
    'constructor',
    'toString',
    'hasOwnProperty',
    '__defineGetter__',
    '',
    '\0',
    '10',
    '9',
    '-1',
    '01',
    'é',
    '\u{1F433}',
  ];
  const text = `{"annotations":{${names.map((name) => `${JSON.stringify(name)}:"v"`).join()}}}`;
  const value = ckpt.decode('spec', utf8(text));
  assert.equal(Object.getPrototypeOf(value.annotations), null);
  assert.deepEqual(Object.keys(value.annotations).sort(), [...names].sort());
  assert.equal(value.annotations['__proto__'], 'v');
  assert.equal(/** @type {any} */ ({}).v, undefined);
  // integers come first among the keys of an object, but not in Go's order of bytes
  const written = ckpt.encode('spec', value);
  assert.equal(written, ckpt.reencode('spec', utf8(text)));
  assert.ok(written.indexOf('"10"') < written.indexOf('"9"'));
  assert.ok(written.indexOf('"01"') < written.indexOf('"10"'));

  const any = ckpt.decode('any', utf8('{"__proto__":{"__proto__":[1]}}'));
  assert.equal(Object.getPrototypeOf(any), null);
  assert.deepEqual(any['__proto__']['__proto__'], [1]);
  assert.equal(
    ckpt.encode('any', any),
    '{\n  "__proto__": {\n    "__proto__": [\n      1\n    ]\n  }\n}',
  );
  // no member of a struct has that name, and none is made
  const config = ckpt.decode('config.dump', utf8('{"__proto__":{"id":"x"},"constructor":1}'));
  assert.equal(config.id, '');
  assert.equal(Object.getPrototypeOf(config), Object.prototype);
});

test('deeply nested values come and go', async () => {
  const { ckpt: own } = await freshInstance();
  const deep = (/** @type {number} */ n) => utf8('['.repeat(n) + ']'.repeat(n));
  for (const [kind, wrap] of /** @type {const} */ ([['any', (/** @type {Uint8Array} */ b) => b]])) {
    let value = own.decode(kind, wrap(deep(10000)));
    let depth = 0;
    for (; value.length; [value] = value) depth++;
    assert.equal(depth, 9999);
  }
  const error = thrown(() => own.decode('any', deep(10001)));
  assert.equal(error.goMessage, "invalid character '[' exceeded max depth");
  assert.equal(error.offset, 10000);
  const text = own.encode('any', own.decode('any', deep(1000)));
  assert.equal(text.replaceAll(/\s/g, ''), '['.repeat(1000) + ']'.repeat(1000));
});

// ---- encoding ------------------------------------------------------------------------------------

/** @param {any} value */
const any = (value) => ckpt.encode('any', value);

test('encode() takes what JSON.stringify takes, and bigint', () => {
  assert.throws(() => any(undefined), TypeError);
  assert.equal(any(null), 'null');
  const list = [undefined, () => 1, Symbol('x')];
  list[4] = undefined; // and a hole before it
  assert.equal(any(list), '[\n  null,\n  null,\n  null,\n  null,\n  null\n]');
  assert.equal(any({ a: undefined, b: () => 1, c: Symbol('x'), d: 1 }), '{\n  "d": 1\n}');
  assert.equal(any(new Date(0)), '"1970-01-01T00:00:00.000Z"');
  assert.equal(any({ toJSON: () => ({ a: 1 }) }), '{\n  "a": 1\n}');
  assert.equal(any({ b: 1, a: 2 }), '{\n  "a": 2,\n  "b": 1\n}');
  assert.equal(any(Object.create(null)), '{}');
  assert.equal(any([]), '[]');
  assert.equal(any(-0), '-0');
  assert.equal(
    any([1.5, 1e21, 1e-7, 5e-324, 1.7976931348623157e308]),
    '[\n  1.5,\n  1e+21,\n  1e-7,\n  5e-324,\n  1.7976931348623157e+308\n]',
  );
  assert.equal(
    any('<&>\u2028\u2029"\\/\u007f'),
    '"\\u003c\\u0026\\u003e\\u2028\\u2029\\"\\\\/\u007f"',
  );
  assert.equal(any('\ud800 \udc00\ud83d \ud83d\udc33'), '"\ufffd \ufffd\ufffd \u{1F433}"');
  assert.equal(any({ '\ud800': 1 }), '{\n  "\ufffd": 1\n}');
  assert.equal(any(123456789012345678901n), '123456789012345680000');
  class Own {
    a = 1;
    get b() {
      return 2;
    }
  }
  assert.equal(any(new Own()), '{\n  "a": 1\n}');
});

test('encode() refuses what JSON cannot hold', () => {
  for (const value of [NaN, Infinity, -Infinity, [NaN], { a: Infinity }])
    assert.throws(() => any(value), { name: 'RangeError', message: /cannot be written as JSON/ });
  /** @type {any} */
  const cycle = {};
  cycle.self = [cycle];
  assert.throws(() => any(cycle), { name: 'RangeError', message: /holds itself/ });
  /** @type {any} */
  let deep = [];
  for (let i = 0; i < 20000; i++) deep = [deep];
  assert.throws(() => any(deep), { name: 'RangeError', message: /too deeply/ });
  deep = [];
  for (let i = 0; i < 10000; i++) deep = { a: deep };
  assert.throws(() => any(deep), { name: 'CheckpointError', kind: 'syntax' });
  assert.equal(any(1), '1');
});

test('encode() checks values against the kind', () => {
  const status = (/** @type {any} */ value) => ckpt.encode('status', value);
  for (const [value, message] of /** @type {const} */ ([
    [
      { Pid: -1 },
      'json: cannot unmarshal number -1 into Go struct field ContainerdStatus.Pid of type uint32',
    ],
    [
      { Pid: 2 ** 32 },
      'json: cannot unmarshal number 4294967296 into Go struct field ContainerdStatus.Pid of type uint32',
    ],
    [
      { CreatedAt: 2n ** 63n },
      'json: cannot unmarshal number 9223372036854775808 into Go struct field ContainerdStatus.CreatedAt of type int64',
    ],
    [
      { CreatedAt: 1e21 },
      'json: cannot unmarshal number 1e+21 into Go struct field ContainerdStatus.CreatedAt of type int64',
    ],
    [
      { CreatedAt: 1.5 },
      'json: cannot unmarshal number 1.5 into Go struct field ContainerdStatus.CreatedAt of type int64',
    ],
    [
      { Reason: 1 },
      'json: cannot unmarshal number into Go struct field ContainerdStatus.Reason of type string',
    ],
    [[], 'json: cannot unmarshal array into Go value of type metadata.ContainerdStatus'],
  ])) {
    const error = thrown(() => status(value));
    assert.ok(error instanceof CheckpointError);
    assert.deepEqual([error.kind, error.goMessage, error.partial], ['type', message, undefined]);
    // The text that it would be a place in is nobody's: only the pointer says where.
    const { offset, goOffset, line, column, pointer } = error;
    assert.deepEqual([offset, goOffset, line, column], [-1, -1, 0, 0]);
    assert.equal(error.message, pointer ? `${message} (at ${pointer})` : message);
    assert.equal(pointer, Array.isArray(value) ? '' : `/${Object.keys(value)[0]}`);
  }
  assert.match(
    status({ CreatedAt: 2 ** 53, StartedAt: -(2n ** 63n) }),
    /"CreatedAt": 9007199254740992,\n {2}"StartedAt": -9223372036854775808/,
  );
  assert.match(
    ckpt.encode('config.dump', { createdTime: new Date(1.7e12) }),
    /"createdTime": "2023-11-14T22:13:20Z"/,
  );
  assert.throws(() => ckpt.encode('config.dump', { createdTime: 'now' }), { kind: 'time' });
  assert.throws(() => ckpt.encode('config.dump', { createdTime: '2024-01-01T00:00:00+24:00' }), {
    kind: 'time',
    message:
      'json: error calling MarshalJSON for type time.Time: Time.MarshalJSON: timezone hour outside of range [0,23]',
  });
});

test('a value whose text does not fit the memory is a limit', async () => {
  const { ckpt: own } = await freshInstance();
  // indented, a depth of 9999 is 200 MB
  const deep = '['.repeat(9999) + ']'.repeat(9999);
  const value = own.decode('any', utf8(`[${deep},${deep}]`));
  const error = thrown(() => own.encode('any', value));
  assert.ok(error instanceof CheckpointError);
  assert.deepEqual([error.kind, error.message], ['limit', 'out of memory']);
  assert.equal(own.encode('any', [1]), '[\n  1\n]');
});

// ---- errors --------------------------------------------------------------------------------------

test('a CheckpointError says all there is to say', () => {
  const error = thrown(() => ckpt.decode('config.dump', utf8('{\n  "id": 5,\n  "name": "x"}')));
  assert.ok(error instanceof CheckpointError && error instanceof Error);
  assert.equal(error.name, 'CheckpointError');
  assert.match(String(error), /^CheckpointError: json: cannot unmarshal number/);
  assert.match(error.stack ?? '', /api\.test\.mjs/);
  const fields = { ...error };
  assert.equal(
    error.message,
    'json: cannot unmarshal number into Go struct field ContainerConfig.id of type string ' +
      '(line 2, column 9, at /id: found the number 5; expected a string)',
  );
  assert.deepEqual(fields, {
    kind: 'type',
    rule: 'CKP100',
    goMessage:
      'json: cannot unmarshal number into Go struct field ContainerConfig.id of type string',
    offset: 10,
    length: 1,
    goOffset: 11,
    line: 2,
    column: 9,
    pointer: '/id',
    found: 'the number 5',
    expected: 'a string',
    partial: {
      id: '',
      name: 'x',
      createdTime: '0001-01-01T00:00:00Z',
      checkpointedTime: '0001-01-01T00:00:00Z',
      restoredTime: '0001-01-01T00:00:00Z',
      restored: false,
    },
    goValue: 'number',
    goType: 'string',
    goStruct: 'ContainerConfig',
    goField: 'id',
  });
});

test('offsets count bytes from 0: of the offending byte or token, or the length at the end', () => {
  for (const [text, offset, goOffset, line, column] of /** @type {const} */ ([
    ['{"id":1,}', 8, 9, 1, 9],
    ['{} x', 3, 4, 1, 4],
    ['', 0, 0, 1, 1],
    ['{"id":', 6, 6, 1, 7],
    ['[1.', 3, 3, 1, 4],
    ['["é€\u{1F433}",\r\n x]', 16, 17, 2, 2],
  ])) {
    const error = thrown(() => ckpt.decode('any', utf8(text)));
    assert.deepEqual(
      [error.kind, error.offset, error.goOffset, error.line, error.column],
      ['syntax', offset, goOffset, line, column],
      text,
    );
  }
});

test('check() says what decode() throws, without a value', () => {
  assert.equal(ckpt.check('config.dump', utf8('{}')), null);
  for (const text of ['{"id":5}', '{"createdTime":5}', '{']) {
    const error = ckpt.check('config.dump', utf8(text));
    const want = thrown(() => ckpt.decode('config.dump', utf8(text)));
    assert.equal(error?.message, want.message);
    assert.equal(error?.partial, undefined);
  }
});

// ---- sizes ---------------------------------------------------------------------------------------

test('byteToString() takes the whole range of int64, and nothing else', () => {
  for (const [value, text] of /** @type {const} */ ([
    [0, '0 B'],
    [-0, '0 B'],
    [1023, '1023 B'],
    [1024, '1.0 KiB'],
    [1280, '1.2 KiB'],
    [1792, '1.8 KiB'],
    [1048575, '1024.0 KiB'],
    [2 ** 53, '8.0 PiB'],
    [2n ** 63n - 1n, '8.0 EiB'],
    [-(2n ** 63n), '-9223372036854775808 B'],
    [-(2 ** 63), '-9223372036854775808 B'],
  ]))
    assert.equal(ckpt.byteToString(value), text);
  for (const value of [2n ** 63n, -(2n ** 63n) - 1n, 2 ** 63, 1e300, 1.5, NaN, Infinity])
    assert.throws(() => ckpt.byteToString(value), RangeError, String(value));
});
