// SPDX-License-Identifier: Apache-2.0
// Makes dumps as CRIU would write them, of memory that is given: all dialects of page maps.
import { tar } from './tar.mjs';

export const PAGE = 4096;

const varint = (value) => {
  const bytes = [];
  let left = BigInt(value);
  for (; left >= 128n; left >>= 7n) bytes.push(Number(left & 127n) | 128);
  bytes.push(Number(left));
  return bytes;
};

/** A message of [number, value] fields: numbers, bytes, texts, or lists of fields. */
export function message(...fields) {
  const out = [];
  for (const [number, value] of fields) {
    if (typeof value === 'number' || typeof value === 'bigint') {
      out.push(...varint(number << 3), ...varint(value));
    } else {
      const bytes =
        typeof value === 'string'
          ? Buffer.from(value)
          : Array.isArray(value)
            ? message(...value)
            : value;
      out.push(...varint((number << 3) | 2), ...varint(bytes.length), ...bytes);
    }
  }
  return Uint8Array.from(out);
}

const word = (value) => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
};

/** An image of these messages. */
export const image = (magic, ...messages) =>
  Buffer.concat([
    word(0x54564319),
    word(magic),
    ...messages.flatMap((bytes) => [word(bytes.length), bytes]),
  ]);

const MAGIC = {
  pstree: 0x50273030,
  core: 0x55053847,
  mm: 0x57492820,
  pagemap: 0x56084025,
  files: 0x56303138,
  memfd: 0x48453499,
};

/** A block of LZ4, not well compressed; null if it would not be smaller. */
export function lz4(raw) {
  const out = [];
  const seen = new Int32Array(1 << 14).fill(-1);
  const number = (value) => {
    for (; value >= 255; value -= 255) out.push(255);
    out.push(value);
  };
  const sequence = (from, to, length, distance) => {
    const literals = to - from;
    const token = (Math.min(literals, 15) << 4) | (length ? Math.min(length - 4, 15) : 0);
    out.push(token);
    if (literals >= 15) number(literals - 15);
    for (let i = from; i < to; i++) out.push(raw[i]);
    if (!length) return;
    out.push(distance & 255, distance >> 8);
    if (length - 4 >= 15) number(length - 19);
  };
  let anchor = 0;
  for (let i = 0; i + 12 < raw.length;) {
    const key = raw[i] | (raw[i + 1] << 8) | (raw[i + 2] << 16) | (raw[i + 3] << 24);
    const slot = Math.imul(key, 0x9e3779b1) >>> 18;
    const at = seen[slot];
    seen[slot] = i;
    let length = 0;
    if (at >= 0 && i - at <= 65535)
      while (i + length < raw.length - 5 && raw[at + length] === raw[i + length]) length++;
    if (length < 4) {
      i++;
      continue;
    }
    sequence(anchor, i, length, i - at);
    i += length;
    anchor = i;
  }
  sequence(anchor, raw.length, 0, 0);
  return out.length < raw.length ? Uint8Array.from(out) : null;
}

/** What an entry of so many pages says of its blocks. */
function compressed(bytes, each) {
  const sizes = [];
  const payload = [];
  for (let at = 0; at < bytes.length; at += each * PAGE) {
    const raw = bytes.subarray(at, at + each * PAGE);
    const block = raw.every((byte) => byte === 0) ? new Uint8Array() : (lz4(raw) ?? raw);
    sizes.push(...varint(block.length));
    payload.push(block);
  }
  const stored = Buffer.concat(payload);
  const blocks = [
    [1, Uint8Array.from(sizes)],
    [2, stored.length],
    [3, each],
  ];
  return { stored, blocks };
}

/**
 * A page map and its pages file.
 * @param {number} id of the pages file
 * @param {{address: bigint, flags: number, bytes?: Uint8Array}[]} pages sorted; bytes: those of PRESENT ones
 * @param {'4.2' | '4.1' | 'blocks'} dialect
 * @param {number} most pages of an entry
 * @param {number} each pages of a block
 */
export function pageMap(id, pages, dialect, most = 256, each = 4) {
  const entries = [];
  const data = [];
  for (let i = 0; i < pages.length;) {
    const { address, flags } = pages[i];
    let n = 1;
    while (
      n < most &&
      pages[i + n]?.flags === flags &&
      pages[i + n].address === address + BigInt(n * PAGE)
    )
      n++;
    const present = (flags & 4) !== 0;
    const bytes = present && Buffer.concat(pages.slice(i, i + n).map((page) => page.bytes));
    const fields = [
      [1, address],
      [2, dialect === '4.1' ? n : 0],
      [4, flags],
    ];
    if (dialect !== '4.1') fields.push([5, n]);
    if (present && dialect === 'blocks') {
      const { stored, blocks } = compressed(bytes, each);
      fields.push([6, blocks]);
      data.push(stored);
    } else if (present) {
      data.push(bytes);
    }
    entries.push(message(...fields));
    i += n;
  }
  return {
    map: image(MAGIC.pagemap, message([1, id]), ...entries),
    pages: Buffer.concat(data),
  };
}

/** Status of mappings, as CRIU has it. */
export const VMA = { anonymous: 1 | 512, sysv: 1 | 256 | 1024, heap: 1 | 32 | 512 };

/** @param {{start: bigint, end: bigint, prot?: number, flags?: number, status?: number, shmid?: number, offset?: number}} vma */
const vmaMessage = ({
  start,
  end,
  prot = 3,
  flags = 0x22,
  status = VMA.anonymous,
  shmid = 0,
  offset = 0,
}) => [
  [1, start],
  [2, end],
  [3, offset],
  [4, shmid],
  [5, prot],
  [6, flags],
  [7, status],
  [8, 1], // -1, zigzag
];

/**
 * mm-PID.img. @param {any[]} vmas @param {(number | bigint)[]} auxv keys and values, beside AT_PAGESZ
 * @param {Record<number, bigint>} fields 8, 9: where the command line begins and ends; 10, 11: the environment
 */
export const mmImage = (vmas, auxv = [], fields = {}) =>
  image(
    MAGIC.mm,
    message(
      ...Array.from({ length: 12 }, (_, i) => [i + 1, fields[i + 1] ?? 0]),
      [13, 6],
      [13, PAGE],
      ...auxv.map((value) => [13, value]),
      ...vmas.map((vma) => [14, vmaMessage(vma)]),
    ),
  );

/** pstree.img. @param {number[]} pids */
export const pstreeImage = (pids) =>
  image(
    MAGIC.pstree,
    ...pids.map((pid, i) =>
      message([1, pid], [2, i === 0 ? 0 : pids[0]], [3, pid], [4, pid], [5, pid]),
    ),
  );

/** core-PID.img of a process that was alive. @param {string} comm @param {number} mtype architecture */
export const coreImage = (comm, mtype = 1) =>
  image(
    MAGIC.core,
    message(
      [1, mtype],
      [
        3,
        [
          [1, 1],
          [2, 0],
          [3, 0],
          [4, 0],
          [5, 0],
          [6, comm],
        ],
      ],
    ),
  );

/** files.img: regular files by their ids. @param {Record<number, string>} paths */
export const filesImage = (paths) =>
  image(
    MAGIC.files,
    ...Object.entries(paths).map(([id, path]) =>
      message(
        [1, 1],
        [2, Number(id)],
        [
          3,
          [
            [1, Number(id)],
            [2, 0],
            [3, 0],
            [5, [1, 2, 3, 4, 5].map((field) => [field, 0])],
            [6, path],
          ],
        ],
      ),
    ),
  );

/** @param {Record<string, Uint8Array> | [string, Uint8Array][]} images in their order */
export const dumpArchive = (images) =>
  tar(
    ...(Array.isArray(images) ? images : Object.entries(images)).map(([name, bytes]) => [
      `checkpoint/${name}`,
      bytes,
    ]),
  );

/**
 * An archive with one process, whose stack holds its command line and its environment.
 * @param {string[]} cmdline @param {string[]} environ
 * @param {{files?: [string, string][], heap?: string}} [more] files: other members; heap: text in its memory
 */
export function processArchive(cmdline, environ, { files = [], heap = '' } = {}) {
  const [at, stack] = [0x10000n, 0x7ff000000000n];
  const args = Buffer.from(cmdline.map((text) => `${text}\0`).join(''));
  const env = Buffer.from(environ.map((text) => `${text}\0`).join(''));
  const [one, two] = [Buffer.alloc(PAGE), Buffer.alloc(PAGE)];
  one.write(heap, 2048);
  Buffer.concat([args, env]).copy(two, 1024);
  const pages = [
    { address: at, flags: 4, bytes: one },
    { address: stack, flags: 4, bytes: two },
  ];
  const { map, pages: bytes } = pageMap(1, pages, '4.2');
  const from = stack + 1024n;
  const [middle, end] = [
    from + BigInt(args.length),
    from + BigInt(args.length) + BigInt(env.length),
  ];
  const size = BigInt(PAGE);
  const vmas = [
    { start: at, end: at + size, status: VMA.heap },
    { start: stack, end: stack + size },
  ];
  const images = {
    'pstree.img': pstreeImage([7]),
    'core-7.img': coreImage('keeper'),
    'mm-7.img': mmImage(vmas, [], { 8: from, 9: middle, 10: middle, 11: end }),
    'pagemap-7.img': map,
    'pages-1.img': bytes,
  };
  return Buffer.concat([tar(...files).subarray(0, -1024), dumpArchive(images)]);
}
