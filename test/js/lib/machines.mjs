// SPDX-License-Identifier: Apache-2.0
// A dump of two threads on each architecture that CRIU knows.
import { PAGE, dumpArchive, image, message, mmImage, pageMap } from './dump.mjs';

const list = (field, count, from) => Array.from({ length: count }, (_, i) => [field, from + i]);
const each = (first, last, from) =>
  Array.from({ length: last - first + 1 }, (_, i) => [first + i, from + i]);

/** Field of core_entry, its content, e_machine, size of NT_PRSTATUS, which register is the program counter, other notes with their sizes. */
export const MACHINES = {
  'x86-64': {
    march: 1,
    field: 2,
    machine: 62,
    status: 336,
    counter: [16, 0x1010],
    info: [
      [1, 0],
      [2, each(1, 27, 0x1000)],
      [
        3,
        [
          ...each(1, 8, 1),
          ...list(9, 32, 0),
          ...list(10, 64, 0),
          [13, [[1, 7], ...list(2, 64, 5)]],
        ],
      ],
    ],
    notes: { 2: 512, 0x202: 832 },
  },
  arm: {
    march: 2,
    field: 6,
    machine: 40,
    status: 148,
    narrow: true,
    counter: [15, 0x100f],
    info: [
      [1, 0],
      [2, 7],
      [3, each(1, 18, 0x1000)],
      [4, [...list(1, 32, 9), ...each(2, 5, 1)]],
    ],
    notes: { 0x400: 260, 0x401: 4 },
  },
  aarch64: {
    march: 3,
    field: 8,
    machine: 183,
    status: 392,
    counter: [32, 0x2001],
    info: [
      [1, 0],
      [2, 7],
      [3, [...list(1, 31, 0x1000), ...each(2, 4, 0x2000)]],
      [4, [...list(1, 64, 9), [2, 1], [3, 2]]],
      [5, [[6, each(1, 9, 1)]]],
    ],
    notes: { 2: 528, 0x401: 8, 0x407: 64 },
  },
  ppc64: {
    march: 4,
    field: 9,
    machine: 21,
    status: 504,
    counter: [32, 0x2001],
    info: [
      [1, 0],
      [2, [...list(1, 32, 0x1000), ...each(2, 9, 0x2001)]],
      [3, list(1, 33, 1)],
      [4, [...list(1, 66, 1), [2, 3]]],
      [5, list(1, 32, 1)],
    ],
    notes: { 2: 264, 0x100: 544, 0x102: 256 },
  },
  s390: {
    march: 5,
    field: 10,
    machine: 22,
    status: 336,
    big: true,
    counter: [1, 0x2001],
    info: [
      [1, 0],
      [2, [[1, 0x2000], [2, 0x2001], ...list(3, 16, 0x1000), ...list(4, 16, 1), [5, 1], [6, 4]]],
      [3, [[1, 1], ...list(2, 16, 1)]],
      [4, list(1, 16, 1)],
      [5, list(1, 32, 1)],
    ],
    notes: { 2: 136, 0x307: 4, 0x309: 128, 0x30a: 256 },
  },
  mips: {
    march: 6,
    field: 11,
    machine: 8,
    status: 480,
    counter: [34, 0x1022],
    info: [
      [1, 0],
      [2, 7],
      [3, each(1, 38, 0x1000)],
      [4, each(1, 36, 1)],
    ],
    notes: { 2: 264 },
  },
  loongarch64: {
    march: 7,
    field: 12,
    machine: 258,
    status: 480,
    counter: [33, 0x2000],
    info: [
      [1, 0],
      [2, 7],
      [3, [...list(1, 32, 0x1000), [2, 0x2000]]],
      [4, [...list(1, 32, 1), [2, 1], [3, 1]]],
    ],
    notes: { 2: 272 },
  },
  riscv64: {
    march: 8,
    field: 13,
    machine: 243,
    status: 376,
    counter: [0, 0x1000],
    info: [
      [1, 0],
      [2, 7],
      [3, each(1, 32, 0x1000)],
      [4, [...list(1, 32, 1), [2, 1]]],
    ],
    notes: { 2: 264 },
  },
};

const tc = [
  [1, 1],
  [2, 0],
  [3, 0],
  [4, 0],
  [5, 0xff],
  [6, 'name'],
];
const coreOf = ({ march, field, info }, extra = []) =>
  image(0x55053847, message([1, march], [field, info], ...extra));

export const START = 0x400000n;
export const bytes = Uint8Array.from({ length: 3 * PAGE }, (_, i) => i * 7 + (i >> 8));

/** Two threads; three pages, of which the middle one was never written, and one of a file. */
export function archiveOf(machine) {
  const stored = [0, 2].map((n) => ({
    address: START + BigInt(n * PAGE),
    flags: 4,
    bytes: bytes.subarray(n * PAGE, (n + 1) * PAGE),
  }));
  const { map, pages } = pageMap(1, stored, '4.2');
  return dumpArchive({
    'pstree.img': image(0x50273030, message([1, 5], [2, 0], [3, 5], [4, 5], [5, 5], [5, 6])),
    'core-5.img': coreOf(machine, [[3, tc]]),
    'core-6.img': coreOf(machine),
    'mm-5.img': mmImage([
      { start: START, end: START + BigInt(3 * PAGE), prot: 3 },
      {
        start: 0x500000n,
        end: 0x500000n + BigInt(PAGE),
        prot: 5,
        status: 1 | 64,
        flags: 2,
        shmid: 9,
        offset: 2 * PAGE,
      },
    ]),
    'files.img': image(
      0x56303138,
      message(
        [1, 1],
        [2, 9],
        [
          3,
          [
            [1, 9],
            [2, 0],
            [3, 0],
            [5, each(1, 5, 0)],
            [6, '/bin/true'],
          ],
        ],
      ),
    ),
    'pagemap-5.img': map,
    'pages-1.img': pages,
  });
}
