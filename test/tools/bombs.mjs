// SPDX-License-Identifier: Apache-2.0
// node test/tools/bombs.mjs: makes test/data/bombs, small files that could cost much. Needs zstd, xz and bzip2.
import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { header, tar } from '../js/lib/tar.mjs';

const folder = fileURLToPath(new URL('../data/bombs/', import.meta.url));
mkdirSync(folder, { recursive: true });
const MIB = 2 ** 20;
const pipe =
  (program, ...options) =>
  (/** @type {Uint8Array} */ bytes) =>
    execFileSync(program, options, { input: bytes, maxBuffer: 2 ** 31 });
const gzip = (/** @type {Uint8Array} */ bytes) => gzipSync(bytes, { level: 9 });
const zstd = pipe('zstd', '-qc19', '--long=27');
const xz = pipe('xz', '-c9');
const bzip2 = pipe('bzip2', '-c9');

const list = (/** @type {number} */ n, /** @type {(i: number) => any} */ make) =>
  Array.from({ length: n }, (_, i) => make(i));
const config = JSON.stringify({
  id: 'a'.repeat(64),
  name: 'n',
  createdTime: '2026-01-02T03:04:05Z',
});
const base = [
  ['config.dump', config],
  ['spec.dump', '{"ociVersion":"1.0.2"}'],
];
const of = (/** @type {any[]} */ ...members) => tar(...base, ...members);
const padded = (/** @type {Uint8Array | string} */ bytes) =>
  Buffer.concat([Buffer.from(bytes), Buffer.alloc(-bytes.length & 511)]);
/** An extended header in front of a member. @param {string} records @param {Uint8Array} member */
const pax = (records, member) =>
  Buffer.concat([
    header('x', { type: 'x', size: Buffer.byteLength(records) }),
    padded(records),
    member,
  ]);
/** @param {string} key @param {string} value */
function record(key, value) {
  const rest = ` ${key}=${value}\n`;
  let size = rest.length;
  while (String(size).length + rest.length !== size) size = String(size).length + rest.length;
  return size + rest;
}
const end = Buffer.alloc(1024);
const zeros = (/** @type {number} */ size) => Buffer.alloc(size);
const hex = (/** @type {number} */ i) => i.toString(16).padStart(64, '0');
const digest = (/** @type {number} */ i) => ({ digest: `sha256:${hex(i)}` });
const layout = ['oci-layout', '{"imageLayoutVersion":"1.0.0"}'];
const sparse = (
  /** @type {string} */ name,
  /** @type {string} */ size,
  /** @type {string} */ map,
) =>
  pax(
    record('GNU.sparse.major', '1') +
      record('GNU.sparse.minor', '0') +
      record('GNU.sparse.name', name) +
      record('GNU.sparse.realsize', size),
    Buffer.concat([header(`GNUSparseFile.0/${name}`, { size: padded(map).length }), padded(map)]),
  );
const pages = ['checkpoint/pages-1.img', zeros(384 * MIB)];

let deep = of(['checkpoint/', '', { type: '5' }]);
for (let i = 0; i < 60; i++) deep = of(['rootfs-diff.tar', deep]);
let layers = of(pages);
for (let i = 0; i < 8; i++) layers = tar(['rootfs-diff.tar', gzip(layers)]);

/** @type {Record<string, Uint8Array>} */
const bombs = {
  'gzip.tar.gz': gzip(of(['rootfs-diff.tar', gzip(of(pages))])),
  'zstd.tar.zst': zstd(of(pages)),
  'xz.tar.xz': xz(of(['checkpoint/pages-1.img', zeros(192 * MIB)])),
  'bzip2.tar.bz2': bzip2(of(['checkpoint/pages-1.img', zeros(192 * MIB)])),
  'gzip-in-gzip.tar.gz': gzip(layers),
  'kept.tar.zst': zstd(
    of(...list(12, () => ['deleted.files', Buffer.from(`[${' '.repeat(15 * MIB)}]`)])),
  ),
  'archives-deep.tar.gz': gzip(deep),
  'archives-wide.tar.zst': zstd(of(...list(6000, (i) => [`volumes/${i}.tar`, tar(['a', ''])]))),
  'one-blob-40000.tar.gz': gzip(
    tar(
      [`blobs/sha256/${hex(1)}`, tar(['etc/passwd', ''])],
      ['index.json', JSON.stringify({ manifests: list(40_000, () => digest(1)) })],
      layout,
    ),
  ),
  'blobs.tar.zst': zstd(
    tar(
      ...list(8000, (i) => [`blobs/sha256/${hex(i)}`, JSON.stringify({ layers: [digest(i + 1)] })]),
      ['index.json', JSON.stringify({ manifests: list(8000, digest) })],
      layout,
    ),
  ),
  'holes.tar': Buffer.concat([
    sparse('spec.dump', '9223372036854775807', '0\n'),
    sparse('checkpoint/pages-1.img', '1099511627776', '0\n'),
    sparse('rootfs-diff.tar', '1099511627776', '0\n'),
    of(),
  ]),
  'holes-inside.tar.gz': gzip(
    of([
      'rootfs-diff.tar',
      Buffer.concat([
        sparse('a', '1099511627776', '0\n'),
        sparse('volumes/a.tar', '1099511627776', '0\n'),
        end,
      ]),
    ]),
  ),
  'sparse-map.tar.gz': gzip(
    Buffer.concat([sparse('spec.dump', '1000000', `100000\n${'0\n0\n'.repeat(100_000)}`), of()]),
  ),
  'pax-size.tar': Buffer.concat([
    pax(record('size', '9223372036854775807'), header('spec.dump', { size: 1 })),
    of(),
  ]),
  'pax-large.tar.zst': zstd(
    Buffer.concat([
      ...list(60, () => pax(record('comment', 'x'.repeat(MIB - 100)), header('a'))),
      of(),
    ]),
  ),
  'xattrs.tar.gz': gzip(
    Buffer.concat([
      pax(list(30_000, (i) => record(`SCHILY.xattr.user.${i}`, 'x')).join(''), header('a')),
      of(),
    ]),
  ),
  'members.tar.zst': zstd(
    Buffer.concat([of().subarray(0, -1024), ...list(1_000_001, () => header('logs/a')), end]),
  ),
  'names.tar.zst': zstd(
    Buffer.concat([
      ...list(200, () =>
        Buffer.concat([
          header('././@LongLink', { type: 'L', size: MIB }),
          Buffer.alloc(MIB, 'n'),
          header('a'),
        ]),
      ),
      of(),
    ]),
  ),
  'json-deep.tar.zst': zstd(of(['network.status', Buffer.alloc(15 * MIB, '[')])),
  'secrets.tar.zst': zstd(
    of(['spec.dump', JSON.stringify({ annotations: { a: 'TOKEN=$'.repeat(MIB) } })]),
  ),
  'pod.tar.zst': zstd(
    tar(
      ['pod.options', '{"version":1}'],
      ...list(1100, (i) => [`c${i}/config.dump`, config]),
      ...list(20_000, (i) => [`c${i % 1100}/checkpoint/core-${i}.img`, '']),
    ),
  ),
  'gzip-members.tar.gz': Buffer.concat([...list(3000, () => gzip(zeros(0))), gzip(of())]),
};
for (const [name, bytes] of Object.entries(bombs)) {
  writeFileSync(join(folder, name), bytes);
  process.stdout.write(`${String(bytes.length).padStart(8)} ${name}\n`);
}
