// SPDX-License-Identifier: Apache-2.0
// What is declared, against what is: every function of every entry refuses arguments of other types with a TypeError that
// says what was expected. A new function must be in this table.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, test } from 'node:test';
import * as api from 'container-checkpoint';
import * as debug from 'container-checkpoint/debug';
import * as inline from 'container-checkpoint/inline';
import * as node from 'container-checkpoint/node';
import * as report from 'container-checkpoint/report';
import * as rules from 'container-checkpoint/rules';
import * as write from 'container-checkpoint/write';
import { data } from '../lib/checkpoints.mjs';

const core = await node.load();
const checkpoint = await node.openCheckpoint(join(data, 'simple-none.tar'));
const dump = await checkpoint.dump();
const { memory } = dump;
const made = await core.validate(checkpoint);
const bytes = new TextEncoder().encode('{}');
after(async () => {
  dump.close();
  await checkpoint.close();
});

/** @type {Record<string, any>} */
const WRONG = {
  undefined,
  null: null,
  number: 3,
  fraction: 0.5,
  bigint: 3n,
  text: 'x',
  boolean: true,
  array: [],
  object: { nonsense: 1 },
  function: () => 1,
  promise: Promise.resolve(1),
};
/** Options: objects with known names. */
const options = { not: ['undefined'] };
/** Files of metadata, sources of bytes and the like: bytes. */
const some = (/** @type {string[]} */ ...not) => ({ not });
/** A text: what another text does is tested elsewhere. */
const text = { not: ['text'] };
/** A process, or all. */
const pid = { not: ['undefined', 'number'] };
const address = { not: ['undefined', 'number', 'bigint'] };

/**
 * A function, with its wrong argument; what is given and is no mistake of type.
 * @type {[string, (wrong: any) => any, {not: string[]}][]}
 */
const CALLS = [
  ...[api, inline, debug].flatMap((entry) => [
    /** @type {any} */ (['load', (wrong) => entry.load(wrong), options]),
    /** @type {any} */ (['openCheckpoint', (wrong) => entry.openCheckpoint(wrong), some()]),
    /** @type {any} */ ([
      'openCheckpoint options',
      (wrong) => entry.openCheckpoint(bytes, wrong),
      options,
    ]),
    /** @type {any} */ (['loadSync', (wrong) => entry.loadSync(wrong), options]),
  ]),
  ['load', (wrong) => node.load(wrong), options],
  ['openCheckpoint', (wrong) => node.openCheckpoint(wrong), text],
  ['openCheckpoint options', (wrong) => node.openCheckpoint(bytes, wrong), options],
  ['decode kind', (wrong) => core.decode(wrong, bytes), text],
  ['decode', (wrong) => core.decode('status', wrong), some()],
  ['check kind', (wrong) => core.check(wrong, bytes), text],
  ['check', (wrong) => core.check('status', wrong), some()],
  ['document kind', (wrong) => core.document(wrong, bytes), text],
  ['document', (wrong) => core.document('status', wrong), some()],
  ['locate', (wrong) => core.document('status', bytes).locate(wrong), text],
  ['encode kind', (wrong) => core.encode(wrong, {}), text],
  [
    'encode', // of data a CheckpointError says where it is wrong, as Go does
    (wrong) => core.encode('status', wrong),
    some('null', 'number', 'fraction', 'bigint', 'text', 'boolean', 'array', 'object'),
  ],
  ['reencode kind', (wrong) => core.reencode(wrong, bytes), text],
  ['reencode', (wrong) => core.reencode('status', wrong), some()],
  ['byteToString', (wrong) => core.byteToString(wrong), some('number', 'fraction', 'bigint')],
  ['describe', (wrong) => core.describe(wrong), some()],
  ['decodeImage', (wrong) => core.decodeImage(wrong), some()],
  ['decodeImage options', (wrong) => core.decodeImage(bytes, wrong), options],
  ['imageText', (wrong) => core.imageText(wrong), some()],
  ['imageText options', (wrong) => core.imageText(bytes, wrong), options],
  ['imageInfo', (wrong) => core.imageInfo(wrong), some()],
  ['imageInfo options', (wrong) => core.imageInfo(bytes, wrong), options],
  ['encodeImage name', (wrong) => core.encodeImage(wrong, {}), text],
  [
    'encodeImage',
    (wrong) => core.encodeImage('core-1.img', wrong),
    some('null', 'number', 'fraction', 'bigint', 'text', 'boolean', 'array', 'object'),
  ],
  ['validate', (wrong) => core.validate(wrong), some()],
  ['validate options', (wrong) => core.validate(checkpoint, wrong), options],
  ['diff a', (wrong) => core.diff(wrong, checkpoint), some()],
  ['diff b', (wrong) => core.diff(checkpoint, wrong), some()],
  ['diff options', (wrong) => core.diff(checkpoint, checkpoint, wrong), options],
  ['read', (wrong) => checkpoint.read(wrong), text],
  ['read options', (wrong) => checkpoint.read('config.dump', wrong), options],
  ['stream', (wrong) => checkpoint.stream(wrong), text],
  ['stream options', (wrong) => checkpoint.stream('config.dump', wrong), options],
  ['ranges', (wrong) => checkpoint.ranges(wrong), some('array')],
  ['ranges options', (wrong) => checkpoint.ranges([], wrong), options],
  ['readAll', (wrong) => checkpoint.readAll(wrong), some('text', 'function')],
  ['readAll options', (wrong) => checkpoint.readAll('config.dump', wrong), options],
  ['list', (wrong) => checkpoint.list(wrong), text],
  ['list options', (wrong) => checkpoint.list('config.dump', wrong), options],
  ['tar', (wrong) => checkpoint.tar(wrong), options],
  ['dump', (wrong) => checkpoint.dump(wrong), options],
  ['processesBelow', (wrong) => dump.processesBelow(wrong), pid],
  ['files', (wrong) => dump.files(wrong), pid],
  ['sockets', (wrong) => dump.sockets(wrong), pid],
  ['mounts', (wrong) => dump.mounts(wrong), pid],
  ['namespaces', (wrong) => dump.namespaces(wrong), pid],
  ['maps', (wrong) => memory.maps(wrong), pid],
  ['refusal', (wrong) => memory.refusal(wrong, 0n, 'nowhere'), pid],
  ['segments pid', (wrong) => memory.segments(wrong), some('number')],
  ['segments from', (wrong) => memory.segments(1, wrong), address],
  ['segments to', (wrong) => memory.segments(1, 0n, wrong), address],
  ['memory.read pid', (wrong) => memory.read(wrong, 0n, 1), some('number')],
  ['memory.read address', (wrong) => memory.read(1, wrong, 1), some('number', 'bigint')],
  ['memory.read length', (wrong) => memory.read(1, 0n, wrong), some('number')],
  ['memory.read options', (wrong) => memory.read(1, 0n, 1, wrong), options],
  ['core', (wrong) => memory.core(wrong), some('number')],
  ['coreFile', (wrong) => memory.coreFile(wrong), some('number')],
  ['usage', (wrong) => memory.usage(wrong), options],
  ['search', (wrong) => memory.search(wrong), some()],
  ['search options', (wrong) => memory.search({ text: ['x'] }, wrong), options],
  ['readJSONFile kind', (wrong) => node.readJSONFile(wrong, data, 'x'), text],
  ['readJSONFile dir', (wrong) => node.readJSONFile('status', wrong, 'x'), text],
  ['readJSONFile file', (wrong) => node.readJSONFile('status', data, wrong), text],
  ['writeJSONFile kind', (wrong) => node.writeJSONFile(wrong, {}, '/none', 'x'), text],
  ['writeJSONFile dir', (wrong) => node.writeJSONFile('status', {}, wrong, 'x'), text],
  ['writeJSONFile file', (wrong) => node.writeJSONFile('status', {}, '/none', wrong), text],
  ...Object.entries(node).flatMap(([name, read]) =>
    /^read(Container|Checkpoint)/.test(name)
      ? [/** @type {any} */ ([name, (wrong) => /** @type {any} */ (read)(wrong), text])]
      : [],
  ),
  ['render form', (wrong) => report.render(wrong, []), some()],
  ['render results', (wrong) => report.render('text', wrong), some('array')],
  ['render result', (wrong) => report.render('text', [wrong]), some()],
  ['render options', (wrong) => report.render('text', [], wrong), options],
  ['fails', (wrong) => report.fails(wrong), some()],
  ['fails options', (wrong) => report.fails(made, wrong), options],
  ['build', (wrong) => write.build(wrong), some()],
  ['build options', (wrong) => write.build(checkpoint, wrong), options],
  ['convert', (wrong) => write.convert(wrong), some()],
  ['convert options', (wrong) => write.convert(checkpoint, wrong), options],
  ['redact', (wrong) => write.redact(wrong), some()],
  ['redact options', (wrong) => write.redact(checkpoint, wrong), options],
];

/** Words of engines, which help nobody. */
const ENGINE =
  /cannot (read|destructure|convert|mix)|is not (a function|iterable)|object null|must be of type|is not defined/i;

/** Calls, and where the answer comes bit by bit, asks for the first. @param {() => any} call */
async function ask(call) {
  const answer = await call();
  if (typeof answer?.next === 'function') await answer.next();
}

for (const [name, call, { not }] of CALLS)
  test(`${name} refuses what is of another type`, async () => {
    for (const [what, wrong] of Object.entries(WRONG)) {
      // An empty list of options is a list, not options; lists of bytes are none.
      if (not.includes(what)) continue;
      const said = await ask(() => call(wrong)).then(
        () => assert.fail(`${name} takes ${what}`),
        (error) => error,
      );
      assert.equal(said.name, 'TypeError', `${name}, ${what}: ${said.message}`);
      assert.doesNotMatch(said.message, ENGINE, `${name}, ${what}`);
      assert.ok(said.message.length > 20, `${name}, ${what}: ${said.message}`);
      if (what === 'promise') assert.match(said.message, /await|none|expected one of/, name);
    }
  });

test('every function of every entry is in the table', () => {
  const called = new Set(CALLS.map(([name]) => name.split(' ')[0].replace('memory.', '')));
  /** Made by the package, given to nobody to call; or without arguments. */
  const others = new Set([
    'close',
    'containers',
    'constructor',
    'sizes',
    'pieces',
    'cpu',
    'takeCpu',
  ]);
  const entries = { api, debug, inline, node, report, rules, write };
  for (const [entry, functions] of Object.entries(entries))
    for (const [name, value] of Object.entries(functions))
      if (typeof value === 'function' && !/^[A-Z]/.test(name))
        assert.ok(called.has(name), `${entry}: ${name}`);
  for (const one of [core, checkpoint, dump, memory])
    for (
      let proto = Object.getPrototypeOf(one);
      proto !== Object.prototype;
      proto = Object.getPrototypeOf(proto)
    )
      for (const [name, { value }] of Object.entries(Object.getOwnPropertyDescriptors(proto)))
        if (typeof value === 'function' && !others.has(name))
          assert.ok(called.has(name), `${proto.constructor.name}: ${name}`);
});
