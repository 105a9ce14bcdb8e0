// SPDX-License-Identifier: Apache-2.0
// document().locate: where the values of a decoded file stood.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import test from 'node:test';
import { inspect } from 'node:util';
import { load } from 'container-checkpoint';
import { cases } from '../lib/answers.mjs';
import { utf8 } from '../lib/instance.mjs';

const ckpt = await load();

/**
 * Expects the token between two @ at the pointer; without them nothing.
 * @param {string} kind @param {string} marked @param {string} pointer
 */
function check(kind, marked, pointer) {
  const [before, token] = marked.split('@');
  const bytes = utf8(marked.replaceAll('@', ''));
  const found = ckpt.document(kind, bytes).locate(pointer);
  if (token === undefined) {
    assert.equal(found, null, `${marked}: ${pointer}`);
    return;
  }
  const lines = before.split('\n');
  assert.deepEqual(
    found,
    {
      offset: utf8(before).length,
      length: utf8(token).length,
      line: lines.length,
      column: [...(lines.at(-1) ?? '')].length + 1,
    },
    `${marked}: ${pointer}`,
  );
}

test('a pointer leads to the token of the value', () => {
  check('any', ' @[1]@', '');
  check('any', '{"a":[1,\n{"b":@"é"@}]}', '/a/1/b');
  check('any', '{"é\u{1F433}":@1@}', '/é\u{1F433}');
  check('any', '{"a/b":{"~":@2@}}', '/a~1b/~0');
  check('any', '{"":@1@}', '/');
  check('config.dump', '{\r\n\t"name": @"x"@\r\n}', '/name');
  check('deleted.files', '["a",\n @"b"@]', '/1');
  check('any', '[1]', '/1');
  check('any', '[1]', '/01');
  check('any', '[1]', '1');
  check('any', '{"a~":1}', '/a~');
  check('config.dump', '{"id":"x"}', '/name');
});

test('folded, repeated and merged members: the place of the value that counts', () => {
  check('config.dump', '{"ID":"a","id":"b","Id":@"c"@}', '/id');
  check('config.dump', '{"id":@"a"@,"id":null}', '/ID');
  check('spec.dump', '{"process":{"cwd":@"/x"@},"PROCESS":{"args":["a"]}}', '/process/cwd');
  check(
    'spec.dump',
    '{"process":{"args":["a",@"b"@],"args":["c"],"args":[null,null]}}',
    '/process/args/1',
  );
  check('spec.dump', '{"process":{"cwd":"/x"},"process":null,"process":{}}', '/process/cwd');
  check('spec', '{"annotations":{"a":@"1"@,"A":"2"},"annotations":{"b":"3"}}', '/annotations/a');
  check('spec', '{"annotations":{"__proto__":@"1"@}}', '/annotations/__proto__');
});

test('documents keep their places while others are decoded', () => {
  const first = ckpt.document('any', utf8('{"a":[1,2,3]}'));
  const second = ckpt.document('config.dump', utf8(' {"id":"x"}'));
  for (let i = 0; i < 3; i++) {
    assert.equal(first.locate('/a/2')?.offset, 10);
    assert.equal(second.locate('/id')?.offset, 7);
    assert.throws(() => ckpt.decode('any', utf8('{')));
    assert.equal(ckpt.encode('any', [1]), '[\n  1\n]');
    assert.equal(first.locate('/b'), null);
    assert.equal(ckpt.check('any', utf8('1')), null);
    assert.equal(second.locate('')?.length, 10);
    assert.equal(ckpt.byteToString(5), '5 B');
    assert.equal(second.locate('/ID')?.offset, 7);
  }
  assert.deepEqual(structuredClone(first.value), { a: [1, 2, 3] });
});

test('a long pointer, and one that is no text, lead nowhere', () => {
  const { locate } = ckpt.document('any', utf8('{"a":1}'));
  assert.equal(locate(`/${'a'.repeat(300_000)}`), null);
  assert.equal(locate('/a')?.offset, 5);
  assert.equal(locate('/\ud800'), null);
});

test('a document of a refused text is an error, with the partial value', () => {
  assert.throws(() => ckpt.document('any', utf8('{')), { kind: 'syntax' });
  assert.throws(() => ckpt.document('status', utf8('{"Pid":-1,"Reason":"r"}')), {
    kind: 'type',
    partial: {
      CreatedAt: 0n,
      StartedAt: 0n,
      FinishedAt: 0n,
      ExitCode: 0,
      Pid: 0,
      Reason: 'r',
      Message: '',
    },
  });
});

/** The pointers of all values, and the values. @param {any} value @param {string} pointer @returns {Generator<[string, any]>} */
function* walk(value, pointer = '') {
  yield [pointer, value];
  if (typeof value !== 'object' || value === null) return;
  for (const [key, member] of Object.entries(value))
    yield* walk(member, `${pointer}/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`);
}

/** How a time is written again. @param {string} token */
function asTime(token) {
  const bytes = utf8(`{"createdTime":${token}}`);
  const [, time] =
    (ckpt.check('config.dump', bytes) ? '' : ckpt.reencode('config.dump', bytes)).match(
      /"createdTime": "(.*)"/,
    ) ?? [];
  return time;
}

/** Whether a token can have given the value. @param {string} token @param {any} value */
function gives(token, value) {
  const isObject = typeof value === 'object' && value !== null;
  if (token === 'null') return isObject || !value || value === '0001-01-01T00:00:00Z';
  if (isObject) return token[0] === (Array.isArray(value) ? '[' : '{');
  if (typeof value === 'string' && token[0] === '"') {
    const text = Buffer.from(JSON.parse(token)).toString(); // without lone surrogates
    return text === value || asTime(token) === value;
  }
  if (typeof value === 'bigint') return BigInt(token) === value;
  return Object.is(JSON.parse(token), value) || (value === 0 && token === '-0');
}

test('every value of the recorded cases and of the example stands where locate() says', () => {
  const example = ['config.dump', 'spec.dump', 'deleted.files', 'network.status'].map((kind) => ({
    kind,
    bytes: new Uint8Array(readFileSync(new URL(`../../data/example/${kind}`, import.meta.url))),
    answer: { ok: true },
    where: kind,
  }));
  let located = 0;
  for (const { kind, bytes, answer, where } of [...example, ...cases('fuzz'), ...cases('more')]) {
    if (!answer.ok || bytes.length > 30_000) continue;
    const text = Buffer.from(bytes);
    if (!Buffer.from(text.toString()).equals(text)) continue; // JSON.parse below wants UTF-8
    const { value, locate } = ckpt.document(kind, bytes);
    for (const [pointer, member] of walk(value)) {
      const place = locate(pointer);
      if (place) {
        const token = text.subarray(place.offset, place.offset + place.length).toString();
        if (!gives(token, member))
          assert.fail(`${where}: ${pointer} is ${token}, not ${inspect(member)}`);
        located++;
      } else {
        // not in the text: Go's zero value
        assert.ok(
          !member || typeof member === 'object' || member === '0001-01-01T00:00:00Z',
          `${where}: ${pointer} is not found`,
        );
      }
    }
  }
  assert.ok(located > 10_000, `${located} values`);
});
