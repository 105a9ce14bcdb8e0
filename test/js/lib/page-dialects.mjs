// SPDX-License-Identifier: Apache-2.0
// Writes the page maps and pages files of real dumps again in other dialects. It reads them by itself, so that a
// fault of the core does not hide behind the same fault here.
import { PAGE, image, lz4, message } from './dump.mjs';

const MAGIC = 0x56084025;

/** The fields of a message: number -> values. @param {Uint8Array} bytes */
function fieldsOf(bytes) {
  /** @type {Map<number, (bigint | Uint8Array)[]>} */
  const fields = new Map();
  let at = 0;
  const varint = () => {
    let value = 0n;
    for (let shift = 0n; ; shift += 7n) {
      const byte = bytes[at++];
      value |= BigInt(byte & 127) << shift;
      if (byte < 128) return value;
    }
  };
  while (at < bytes.length) {
    const tag = Number(varint());
    const list = fields.get(tag >> 3) ?? [];
    fields.set(tag >> 3, list);
    if ((tag & 7) === 0) list.push(varint());
    else if ((tag & 7) === 2) {
      const length = Number(varint());
      list.push(bytes.subarray(at, (at += length)));
    } else throw new Error(`wire type ${tag & 7}`);
  }
  return fields;
}

/** The messages of an image. @param {Uint8Array} bytes */
function messagesOf(bytes) {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const list = [];
  for (let at = 8; at < bytes.length;) {
    const length = view.getUint32(at, true);
    list.push(bytes.subarray(at + 4, at + 4 + length));
    at += 4 + length;
  }
  return list;
}

/**
 * The entries of a plain page map, of CRIU 4.2 or older.
 * @param {Uint8Array} bytes
 * @returns {{id: number, entries: {address: bigint, pages: number, flags: number}[]}}
 */
export function readPageMap(bytes) {
  const [head, ...rest] = messagesOf(bytes).map(fieldsOf);
  return {
    id: Number(head.get(1)?.[0]),
    entries: rest.map((entry) => {
      const number = (/** @type {number} */ field) => Number(entry.get(field)?.[0] ?? 0);
      return {
        address: BigInt(/** @type {bigint} */ (entry.get(1)?.[0])),
        pages: number(5) || number(2),
        flags: entry.has(4) ? number(4) : number(3) ? 1 : 4,
      };
    }),
  };
}

const PRESENT = 4;
const ALIGNED = 8;

/** @param {Uint8Array} bytes @param {number} size of a block; the last one may be shorter */
function blocksOf(bytes, size) {
  const blocks = [];
  for (let at = 0; at < bytes.length; at += size) {
    const raw = bytes.subarray(at, at + size);
    const packed = raw.every((byte) => byte === 0) ? new Uint8Array() : lz4(raw);
    // What does not become smaller than 7/8 is stored as it is.
    blocks.push(packed && packed.length < raw.length - raw.length / 8 ? packed : raw);
  }
  return blocks;
}

/** @param {Uint8Array[]} blocks */
const sizesOf = (blocks) => blocks.map(({ length }) => length);
/** A packed list: a message of fields without tags. @param {number[]} numbers */
const packedList = (numbers) =>
  Uint8Array.from(
    numbers.flatMap((value) => {
      const bytes = [];
      for (; value >= 128; value >>>= 7) bytes.push((value & 127) | 128);
      return [...bytes, value];
    }),
  );

/** Fields 6 to 8 of an entry. @type {Record<string, (sizes: number[], each: number, total: number) => [number, any][]>} */
const COMPRESSED = {
  unpacked: (sizes, each, total) => [
    ...sizes.map((size) => /** @type {[number, any]} */ ([6, size])),
    [7, total],
    [8, each],
  ],
  packed: (sizes, each, total) => [
    [6, packedList(sizes)],
    [7, total],
    [8, each],
  ],
  message: (sizes, each, total) => [
    [
      6,
      [
        [1, packedList(sizes)],
        [2, total],
        [3, each],
      ],
    ],
  ],
  padded: (sizes, each, total) => [
    [
      6,
      [
        [1, packedList(sizes)],
        [2, total],
        [3, each],
        [4, 1],
      ],
    ],
  ],
};

/**
 * @typedef {object} Form
 * @property {string} name
 * @property {'4.2' | '4.1' | 'in_parent' | 'unpacked' | 'packed' | 'message' | 'padded'} dialect
 * @property {number} [each] pages in a block
 */
/** Every way in which page maps were written. @type {Form[]} */
export const FORMS = [
  { name: 'CRIU 4.2', dialect: '4.2' },
  { name: 'CRIU 4.1', dialect: '4.1' },
  { name: 'before flags', dialect: 'in_parent' },
  { name: 'compressed, a list of sizes', dialect: 'unpacked', each: 1 },
  { name: 'compressed, a packed list', dialect: 'packed', each: 1 },
  { name: 'compressed in regions, a packed list', dialect: 'packed', each: 64 },
  { name: 'compressed, a message', dialect: 'message', each: 1 },
  { name: 'compressed in regions, a message', dialect: 'message', each: 64 },
  { name: 'compressed, padded', dialect: 'padded', each: 4 },
];

/** @param {Uint8Array[]} parts */
const lengthOf = (parts) => parts.reduce((sum, { length }) => sum + length, 0);
const padding = (/** @type {number} */ length) => new Uint8Array(-length & (PAGE - 1));

/**
 * A page map and its pages file in another form.
 * @param {Uint8Array} map @param {Uint8Array} pages @param {Form} form
 * @returns {{map: Uint8Array, pages: Uint8Array}}
 */
export function rewritePageMap(map, pages, { dialect, each = 1 }) {
  const { id, entries } = readPageMap(map);
  /** @type {Uint8Array[]} */
  const out = [];
  let at = 0;
  let written = 0;
  const put = (/** @type {Uint8Array} */ bytes) => {
    out.push(bytes);
    written += bytes.length;
  };
  const messages = entries.map(({ address, pages: count, flags }) => {
    const compress = Object.hasOwn(COMPRESSED, dialect);
    /** @type {[number, any][]} */
    const head = [
      [1, address],
      [2, dialect === '4.1' || dialect === 'in_parent' ? count : 0],
    ];
    if (dialect === 'in_parent' && flags & 1) head.push([3, 1]);
    /** @type {[number, any][]} */
    const tail = dialect === '4.1' || dialect === 'in_parent' ? [] : [[5, count]];
    const flag = (/** @type {number} */ value) =>
      /** @type {[number, any][]} */ (dialect === 'in_parent' ? [] : [[4, value]]);
    if (!(flags & PRESENT)) return message(...head, ...flag(flags), ...tail);
    const bytes = pages.subarray(at, (at += count * PAGE));
    if (!compress) {
      put(bytes);
      return message(...head, ...flag(flags), ...tail);
    }
    const blocks = blocksOf(bytes, each * PAGE);
    if (lengthOf(blocks) === bytes.length) {
      put(padding(written));
      put(bytes);
      return message(...head, ...flag(flags | ALIGNED), ...tail);
    }
    const start = written;
    for (const block of blocks) {
      if (dialect === 'padded' && block.length > 0) put(padding(written));
      put(block);
    }
    const total = dialect === 'padded' ? written - start : lengthOf(blocks);
    if (dialect === 'padded') put(padding(written));
    return message(
      ...head,
      ...flag(flags),
      ...tail,
      ...COMPRESSED[dialect](sizesOf(blocks), each, total),
    );
  });
  return { map: image(MAGIC, message([1, id]), ...messages), pages: Buffer.concat(out) };
}

/** Whether a page map is of these pages. @param {Uint8Array} map @param {Uint8Array} pages */
export const isMapOf = (map, pages) =>
  readPageMap(map).entries.reduce(
    (sum, { flags, pages: count }) => sum + (flags & PRESENT ? count * PAGE : 0),
    0,
  ) === pages.length;

/** Whether a page map can be written so. @param {Uint8Array} map @param {Form} form */
export const canRewrite = (map, { dialect }) =>
  dialect !== 'in_parent' ||
  readPageMap(map).entries.every(({ flags }) => (flags & 2) === 0 || flags & 4);
