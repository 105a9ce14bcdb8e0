// SPDX-License-Identifier: Apache-2.0
// The same members in every form in which a checkpoint may lie.
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { tar } from './tar.mjs';

const pipe =
  (program, ...options) =>
  (/** @type {Uint8Array} */ bytes) =>
    execFileSync(program, options, { input: bytes, maxBuffer: 2 ** 28 });
/** Compressions by their names. @type {Record<string, (bytes: Uint8Array) => Uint8Array>} */
export const PACK = {
  plain: (bytes) => bytes,
  gzip: (bytes) => gzipSync(bytes),
  zstd: pipe('zstd', '-qc'),
  xz: pipe('xz', '-c0'),
  bzip2: pipe('bzip2', '-c'),
};

/** An OCI layout with one layer. @param {Uint8Array} layer */
export function ociLayout(layer) {
  /** @type {[string, Uint8Array | string][]} */
  const blobs = [];
  const put = (/** @type {Uint8Array | string} */ body) => {
    const hex = createHash('sha256').update(body).digest('hex');
    blobs.push([`blobs/sha256/${hex}`, body]);
    return { digest: `sha256:${hex}`, size: body.length };
  };
  const config = put('{"architecture":"amd64","os":"linux"}');
  const manifest = put(JSON.stringify({ schemaVersion: 2, config, layers: [put(layer)] }));
  const index = JSON.stringify({ schemaVersion: 2, manifests: [manifest] });
  return tar(...blobs, ['index.json', index], ['oci-layout', '{"imageLayoutVersion":"1.0.0"}']);
}

/**
 * @typedef {{name: string, source: Uint8Array | string, inside?: string, container?: boolean, want: Record<string, Uint8Array>}} Form
 *   source: what openCheckpoint() takes; inside: the members are in this one; container: they are those of the first container
 */

/**
 * @param {Record<string, Uint8Array>} contents by name; checkpoint/pages-1.img is punched in the sparse ones
 * @param {string} folder for what must be on a disk
 * @returns {Form[]}
 */
export function forms(contents, folder) {
  const plain = tar(...Object.entries(contents));
  const write = (/** @type {string} */ below) => {
    for (const [name, bytes] of Object.entries(contents)) {
      mkdirSync(dirname(join(folder, below, name)), { recursive: true });
      writeFileSync(join(folder, below, name), bytes);
    }
    return join(folder, below);
  };
  const directory = write('directory');
  const holed = write('sparse');
  const pages = join(holed, 'checkpoint/pages-1.img');
  execFileSync('fallocate', ['--punch-hole', '-o', '4096', '-l', '8192', pages]);
  execFileSync('fallocate', ['--punch-hole', '-o', '20480', '-l', '4096', pages]);
  const holes = { ...contents, 'checkpoint/pages-1.img': readFileSync(pages) };
  const list = ['-C', holed, ...Object.keys(contents)];
  const sparse = (/** @type {string[]} */ ...how) =>
    execFileSync('tar', ['cf', '-', '-S', ...how, ...list], { maxBuffer: 2 ** 26 });
  const posix = sparse('--format=posix');
  const nested = (/** @type {Uint8Array} */ bytes) =>
    tar(['rootfs-diff.tar', bytes], ['config.dump', '{}']);
  const inside = 'rootfs-diff.tar';
  // The archive inside has holes itself: the zeros in front of its members' ends, and those of the pages.
  const layer = write('layer');
  writeFileSync(join(layer, inside), tar(...Object.entries(holes)));
  execFileSync('fallocate', ['--dig-holes', join(layer, inside)]);
  const holey = (/** @type {string[]} */ ...how) =>
    execFileSync('tar', ['cf', '-', '-S', ...how, '-C', layer, inside, 'config.dump'], {
      maxBuffer: 2 ** 26,
    });
  const below = Object.entries(contents).map(([name, bytes]) => [`web/${name}`, bytes]);
  const pod = tar(['pod.options', '{"version":1,"containers":{"web":"web"}}'], ...below);
  const archives = tar(
    ['checkpoint-manifest.json', '{"version":1,"containers":[{"archive":"containers/a.tar"}]}'],
    ['containers/a.tar', plain],
  );
  const want = contents;
  return [
    ...Object.entries(PACK).map(([name, pack]) => ({ name, source: pack(plain), want })),
    { name: 'directory', source: directory, want },
    { name: 'sparse', source: posix, want: holes },
    { name: 'sparse of GNU', source: sparse('--format=gnu'), want: holes },
    { name: 'sparse in gzip', source: PACK.gzip(posix), want: holes },
    { name: 'in plain', source: nested(plain), inside, want },
    { name: 'zstd in plain', source: nested(PACK.zstd(plain)), inside, want },
    { name: 'xz in plain', source: nested(PACK.xz(plain)), inside, want },
    { name: 'gzip in gzip', source: PACK.gzip(nested(PACK.gzip(plain))), inside, want },
    { name: 'bzip2 in zstd', source: PACK.zstd(nested(PACK.bzip2(plain))), inside, want },
    { name: 'in a sparse one', source: holey('--format=posix'), inside, want: holes },
    { name: 'in a sparse one of GNU', source: holey('--format=gnu'), inside, want: holes },
    { name: 'in a sparse one in gzip', source: PACK.gzip(holey()), inside, want: holes },
    { name: 'sparse in zstd', source: PACK.zstd(nested(posix)), inside, want: holes },
    ...['plain', 'gzip', 'zstd', 'xz'].map((name) => ({
      ...{ name: `layer in ${name}`, source: ociLayout(PACK[name](plain)), want },
    })),
    { name: 'image in gzip', source: PACK.gzip(ociLayout(PACK.zstd(plain))), want },
    { name: 'pod', source: pod, container: true, want },
    { name: 'pod in zstd', source: PACK.zstd(pod), container: true, want },
    { name: 'pod of archives', source: archives, container: true, want },
    { name: 'pod of archives in xz', source: PACK.xz(archives), container: true, want },
  ];
}
