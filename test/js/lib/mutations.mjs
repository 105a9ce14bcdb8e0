// SPDX-License-Identifier: Apache-2.0
// Damages the images of a dump as a mind that knows their structure would, looks at what is told of them then, and
// says where that is a wrong claim: no image that is refused may leave facts after, and each leaves a gap that names it.
import assert from 'node:assert/strict';
import { openCheckpoint } from '../../../wasm/api/node.js';
import { toJson } from '../../../wasm/border/value.js';
import { tar } from './tar.mjs';

/** A generator of numbers below a limit, the same ones every time. @param {number} seed */
export function numbers(seed) {
  let state = seed >>> 0;
  return (/** @type {number} */ limit) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * limit);
  };
}

/** @typedef {Map<string, Uint8Array>} Files members of an archive by their names */

/** All files of an archive. @param {string} path @returns {Promise<Files>} */
export async function filesOf(path) {
  const checkpoint = await openCheckpoint(path);
  /** @type {Files} */
  const files = new Map();
  for await (const { member, bytes } of checkpoint.readAll(() => true))
    if (member.type === 'file') files.set(member.name, bytes.slice());
  await checkpoint.close();
  return files;
}

/** What a dump is described by. @param {Files} files @returns {Promise<{facts: string, gaps: any[]}>} */
export async function look(files) {
  const checkpoint = await openCheckpoint(tar(...files));
  try {
    const dump = await checkpoint.dump();
    try {
      const { processes } = dump;
      const facts = {
        ...{ processes, files: dump.files(), sockets: dump.sockets(), mounts: dump.mounts() },
        ...{ namespaces: dump.namespaces(), maps: dump.memory.maps().maps },
      };
      return { facts: toJson(facts), gaps: dump.gaps };
    } finally {
      dump.close();
    }
  } finally {
    await checkpoint.close();
  }
}

// ---- the wire -------------------------------------------------------------------------------------

/** @param {Uint8Array} bytes @param {number} at @returns {{value: bigint, end: number} | null} */
function varint(bytes, at) {
  let value = 0n;
  for (let i = 0; i < 10 && at + i < bytes.length; i++) {
    value |= BigInt(bytes[at + i] & 127) << BigInt(7 * i);
    if (bytes[at + i] < 128) return { value, end: at + i + 1 };
  }
  return null;
}

/** @param {bigint} value */
function varintBytes(value) {
  const bytes = [];
  for (let rest = BigInt.asUintN(64, value); ; rest >>= 7n) {
    bytes.push(Number(rest & 127n) | (rest > 127n ? 128 : 0));
    if (rest <= 127n) return Uint8Array.from(bytes);
  }
}

/**
 * @typedef {object} Field of a message
 * @property {number} number
 * @property {number} wire its wire type
 * @property {Uint8Array} head its tag, and its length
 * @property {Uint8Array} body
 */

/** The fields of a message; null: it is none. @param {Uint8Array} bytes @returns {Field[] | null} */
function fieldsOf(bytes) {
  const fields = [];
  for (let at = 0; at < bytes.length;) {
    const tag = varint(bytes, at);
    if (!tag || tag.value >> 3n === 0n) return null;
    const wire = Number(tag.value & 7n);
    let from = tag.end;
    let end = from + (wire === 1 ? 8 : 4);
    if (wire === 0) end = varint(bytes, from)?.end ?? Infinity;
    else if (wire === 2) {
      const size = varint(bytes, from);
      if (!size) return null;
      from = size.end;
      end = from + Number(size.value);
    } else if (wire !== 1 && wire !== 5) return null;
    if (end > bytes.length) return null;
    const number = Number(tag.value >> 3n);
    fields.push({
      number,
      wire,
      head: bytes.subarray(at, tag.end),
      body: bytes.subarray(from, end),
    });
    at = end;
  }
  return fields;
}

/** @param {Field[]} fields */
const messageOf = (fields) =>
  Buffer.concat(
    fields.flatMap(({ wire, head, body }) =>
      wire === 2 ? [head, varintBytes(BigInt(body.length)), body] : [head, body],
    ),
  );

/**
 * The entries of an image that has nothing but entries; null: it has something else.
 * @param {string} name @param {Uint8Array} bytes
 */
function entriesOf(name, bytes) {
  const head = name.endsWith('inventory.img') ? 4 : 8;
  const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  const entries = [];
  for (let at = head; at < bytes.length;) {
    if (at + 4 > bytes.length) return null;
    const end = at + 4 + view.readUInt32LE(at);
    if (end > bytes.length || !fieldsOf(bytes.subarray(at + 4, end))) return null;
    entries.push(bytes.subarray(at + 4, end));
    at = end;
  }
  return bytes.length > head ? { head: bytes.subarray(0, head), entries } : null;
}

/** @param {{head: Uint8Array, entries: Uint8Array[]}} image */
const imageOf = ({ head, entries }) =>
  Buffer.concat([
    head,
    ...entries.flatMap((entry) => {
      const size = Buffer.alloc(4);
      size.writeUInt32LE(entry.length);
      return [size, entry];
    }),
  ]);

// ---- mutations ------------------------------------------------------------------------------------

const HOSTILE = [
  ...['', '\0', '\x1b[31m\u202e\n', '../../etc/passwd', 'a'.repeat(70000)],
  ...['%s%n', '{"a":1}', '=1+1', '/proc/self/fd/1', ' (deleted)'],
].map((text) => Buffer.from(text));
HOSTILE.push(Buffer.from([0xff, 0xfe, 0x80]), Buffer.alloc(300, 0xff));

const NUMBERS = [
  0n,
  1n,
  2n ** 31n - 1n,
  2n ** 31n,
  2n ** 32n - 1n,
  2n ** 32n,
  2n ** 63n,
  2n ** 64n - 1n,
];

/**
 * Changes a field somewhere in a message, or in one inside it.
 * @param {Uint8Array} message @param {(limit: number) => number} random
 * @returns {{what: string, bytes: Uint8Array}}
 */
function changeMessage(message, random) {
  const fields = fieldsOf(message) ?? [];
  if (fields.length === 0) return { what: 'field added', bytes: Buffer.from([0x08, 0x01]) };
  const at = random(fields.length);
  const field = fields[at];
  const inner = field.wire === 2 && field.body.length > 0 ? fieldsOf(field.body) : null;
  if (inner && random(2) === 0) {
    const { what, bytes } = changeMessage(field.body, random);
    fields[at] = { ...field, body: bytes };
    return { what: `${field.number}.${what}`, bytes: messageOf(fields) };
  }
  const done = (/** @type {string} */ what) => ({
    what: `${field.number}: ${what}`,
    bytes: messageOf(fields),
  });
  switch (random(8)) {
    case 0:
      fields.splice(at, 1);
      return done('removed');
    case 1: {
      const many = [100, 2000, 20000][random(3)];
      fields.splice(
        at,
        1,
        ...Array(Math.min(many, Math.ceil(2 ** 20 / (field.body.length + 2)))).fill(field),
      );
      return done('repeated');
    }
    case 2: // as another wire type
      fields[at] = {
        ...field,
        wire: 5,
        head: varintBytes(BigInt(field.number * 8 + 5)),
        body: Buffer.alloc(4, 9),
      };
      return done('of another wire type');
    case 3: {
      const other = fields[random(fields.length)];
      fields[at] = {
        ...field,
        wire: other.wire,
        body: other.body,
        head: varintBytes(BigInt(field.number * 8 + other.wire)),
      };
      return done('has the value of another');
    }
    case 4: // a field that nobody knows
      fields.push({ ...field, number: 500, head: varintBytes(BigInt(4000 + field.wire)) });
      return done('also as a field that is not known');
    default:
      if (field.wire === 0)
        fields[at] = { ...field, body: varintBytes(NUMBERS[random(NUMBERS.length)]) };
      else if (field.wire === 2) fields[at] = { ...field, body: HOSTILE[random(HOSTILE.length)] };
      else
        fields[at] = { ...field, body: Buffer.alloc(field.body.length, [0, 255, 127][random(3)]) };
      return done('has an extreme value');
  }
}

/**
 * @typedef {object} Mutation
 * @property {string} what was done
 * @property {Files} files
 * @property {string} member the image
 * @property {Files} [same] files of which the same must be told: without what is refused
 * @property {number} [entry] what is refused: an entry; -1: the image
 */

/**
 * One mutation of a dump.
 * @param {any} ckpt the loaded core @param {Files} files @param {(limit: number) => number} random
 * @returns {Mutation}
 */
export function mutate(ckpt, files, random) {
  const isImage = (/** @type {string} */ name) =>
    /(^|\/)(pre-)?checkpoint\/[^/]*\.img$/.test(name) &&
    !/pages-|tar\.gz|(ifaddr|route6?|rule|ip6?tables|nftables)-/.test(name);
  const names = [...files.keys()].filter(isImage);
  const member = names[random(names.length)];
  const bytes = /** @type {Uint8Array} */ (files.get(member));
  const base = member.slice(member.lastIndexOf('/') + 1);
  /** As the magic number says. */
  const typeOf = (/** @type {string} */ name) => ckpt.imageInfo(files.get(name)).type;
  const with_ = (/** @type {Uint8Array} */ changed) => new Map(files).set(member, changed);
  const without = () => {
    const copy = new Map(files);
    copy.delete(member);
    return copy;
  };
  const image = entriesOf(base, bytes);
  const kind = random(12);
  if (kind === 0) return { what: 'removed', member, files: without() };
  if (kind === 1 || !image) {
    const changed = Buffer.from(bytes);
    changed.writeUInt32LE(random(2 ** 32), base === 'inventory.img' ? 0 : 4 * random(2));
    return { what: 'wrong magic', member, files: with_(changed), same: without(), entry: -1 };
  }
  if (kind === 2) {
    const others = names.filter((name) => typeOf(name) !== typeOf(member));
    const other = /** @type {Uint8Array} */ (files.get(others[random(others.length)]));
    return {
      what: 'content of another type',
      member,
      files: with_(other),
      same: without(),
      entry: -1,
    };
  }
  if (kind === 3)
    return { what: 'empty', member, files: with_(new Uint8Array()), same: without(), entry: -1 };
  const { head, entries } = image;
  const k = random(entries.length);
  if (kind === 4) {
    // cut within entry k
    const whole = imageOf({ head, entries: entries.slice(0, k) });
    const part = whole.length + 1 + random(3 + entries[k].length);
    const cut = Buffer.concat([imageOf({ head, entries: entries.slice(0, k + 1) })]).subarray(
      0,
      part,
    );
    if (base.startsWith('pagemap-'))
      return k === 0
        ? { what: 'cut in entry 0', member, files: with_(cut), same: without(), entry: -1 }
        : { what: `cut in entry ${k}`, member, files: with_(cut), entry: k };
    return { what: `cut in entry ${k}`, member, files: with_(cut), same: with_(whole), entry: k };
  }
  if (kind === 5) {
    const changed = [...entries];
    changed.splice(random(entries.length), 0, entries[k]);
    return { what: `entry ${k} twice`, member, files: with_(imageOf({ head, entries: changed })) };
  }
  if (kind === 6) {
    const many = Math.min(5000, Math.ceil(2 ** 20 / (entries[k].length + 4)));
    const changed = [...entries, ...Array(many).fill(entries[k])];
    return {
      what: `entry ${k} ${many} times`,
      member,
      files: with_(imageOf({ head, entries: changed })),
    };
  }
  if (kind === 7 && entries.length > 1) {
    // an id of another entry, or the parent that makes a circle
    const from = fieldsOf(entries[(k + 1) % entries.length]) ?? [];
    const to = fieldsOf(entries[k]) ?? [];
    const number = base === 'pstree.img' ? 1 : (from[random(from.length)]?.number ?? 1);
    const at = base === 'pstree.img' && random(2) === 0 ? 2 : number;
    const value = from.find((field) => field.number === number);
    const changed = [...entries];
    changed[k] = messageOf(
      to.map((field) => (field.number === at && value ? { ...field, body: value.body } : field)),
    );
    return {
      what: `entry ${k} refers to another`,
      member,
      files: with_(imageOf({ head, entries: changed })),
    };
  }
  const changed = [...entries];
  const { what, bytes: message } = changeMessage(entries[k], random);
  changed[k] = message;
  const result = imageOf({ head, entries: changed });
  /** @type {Mutation} */
  const mutation = { what: `entry ${k}, field ${what}`, member, files: with_(result) };
  try {
    ckpt.decodeImage(result, { name: base });
  } catch (error) {
    // Nothing is known of a page map without its head; of one with a damaged entry only what is before that.
    const map = base.startsWith('pagemap-');
    mutation.entry = map && k === 0 ? -1 : (/** @type {any} */ (error).entry ?? k);
    mutation.same =
      map && k === 0
        ? without()
        : map
          ? undefined
          : with_(imageOf({ head, entries: entries.toSpliced(k, 1) }));
  }
  return mutation;
}

/** What is told of some files, each only looked at once. */
export class Told {
  #known = new Map();

  /** @param {string} key @param {Files} files */
  async of(key, files) {
    const known = this.#known.get(key) ?? (await look(files));
    this.#known.set(key, known);
    return known;
  }
}

/** Bytes that are said never to have been written. @param {string} facts */
const untouched = (facts) =>
  JSON.parse(facts).maps.reduce(
    (/** @type {number} */ sum, /** @type {any} */ { zero, file }) => sum + zero + file,
    0,
  );

/** Whether a file was deleted. */
const NOT_KNOWN = /("(?:deleted|exeDeleted|cwdDeleted)"):null/g;

/**
 * Holds what is told of a mutation to what may be told.
 * @param {Files} original @param {Mutation} mutation @param {Told} told
 */
export async function holds(original, mutation, told) {
  const { member, same, entry, files } = mutation;
  const { facts, gaps } = await look(files);
  assert.ok(gaps.length <= 1000);
  for (const gap of gaps) assert.ok(gap.message !== '');
  const whole = await told.of('', original);
  if (entry === undefined || facts === whole.facts) return;
  if (/pagemap/.test(member))
    assert.ok(
      untouched(facts) <= untouched(whole.facts),
      'pages that were stored are said to be zero',
    );
  // Where entries of remap-fpath.img are refused, what they may have said of other files is not known.
  const plain = (/** @type {string} */ text) =>
    /remap-fpath/.test(member) ? text.replaceAll(NOT_KNOWN, '$1:false') : text;
  const found = plain(facts);
  const expected = same ? plain((await look(same)).facts) : found;
  if (found !== expected) {
    const at = found.split('').findIndex((c, i) => c !== expected[i]);
    const around = (/** @type {string} */ text) => text.slice(Math.max(0, at - 100), at + 80);
    assert.fail(`it says …${around(found)}… and without what is refused …${around(expected)}…`);
  }
  // What nobody looks at leaves no gap.
  const copy = new Map(original);
  copy.delete(member);
  const missing = await told.of(member, copy);
  if (missing.facts === whole.facts && missing.gaps.length === whole.gaps.length) return;
  const own = gaps.filter((/** @type {any} */ gap) => gap.member === member);
  const places = own.map((/** @type {any} */ gap) => gap.entry ?? -1);
  assert.ok(
    places.includes(entry),
    `no gap names ${member}, entry ${entry}: ${JSON.stringify(own)}`,
  );
}
