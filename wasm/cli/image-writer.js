// SPDX-License-Identifier: Apache-2.0
// Writes an OCI image of one layer: as an archive or a folder of a layout, or as docker save does.
import { createHash } from 'node:crypto';
import { renameSync } from '../api/node-fs.js';
import {
  LAYER_TYPES,
  TYPES,
  configBytes,
  dockerManifestBytes,
  indexBytes,
  layoutBytes,
  manifestBytes,
} from '../api/image-documents.js';
import { BLOCK, headers } from '../api/tar-header.js';
import { NewFile, NewFolder } from './new-file.js';
import { packer } from './pack.js';

/**
 * @typedef {import('../api/image-documents.js').Descriptor} Descriptor
 * @typedef {import('../api/checkpoint.js').Checkpoint} Checkpoint
 * @typedef {{architecture: string, annotations: Record<string, string>, created?: string, tag?: string}} Facts
 * @typedef {object} Place where an image goes
 * @property {(write: (put: (bytes: Uint8Array) => void) => Promise<string>) => Promise<void>} large a
 *   file whose name is known when it is written
 * @property {(name: string, bytes: Uint8Array) => void} small
 * @property {() => void} commit
 * @property {() => void} discard
 */

const digestOf = (/** @type {Uint8Array} */ bytes) =>
  `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
const blobName = (/** @type {string} */ digest) => `blobs/${digest.replace(':', '/')}`;

/** A tar archive, whose headers come when their names are known. @param {string} path @param {readonly string[]} folders @returns {Place} */
export function tarPlace(path, folders) {
  const file = new NewFile(path);
  const header = (/** @type {string} */ name, /** @type {number} */ size) =>
    headers(name, '0', { size, mode: 0o644 }, '');
  const pad = () => file.write(new Uint8Array(-file.length & (BLOCK - 1)));
  for (const name of folders) file.write(headers(name, '5', { mode: 0o755 }, ''));
  return {
    async large(write) {
      const at = file.length;
      file.write(new Uint8Array(BLOCK));
      const name = await write((bytes) => file.write(bytes));
      file.write(header(name, file.length - at - BLOCK), at);
      pad();
    },
    small(name, bytes) {
      file.write(header(name, bytes.length));
      file.write(bytes);
      pad();
    },
    commit() {
      file.write(new Uint8Array(2 * BLOCK));
      file.commit();
    },
    discard: () => file.discard(),
  };
}

/** A folder. @param {string} path @returns {Place} */
export function folderPlace(path) {
  const folder = new NewFolder(path);
  const put = (/** @type {string} */ name, /** @type {Uint8Array} */ bytes) => {
    const file = new NewFile(folder.at(name));
    file.write(bytes);
    file.commit();
  };
  return {
    async large(write) {
      const part = folder.at('blobs/sha256/layer');
      const file = new NewFile(part);
      try {
        const name = await write((bytes) => file.write(bytes));
        file.commit();
        renameSync(part, folder.at(name));
      } finally {
        file.discard();
      }
    },
    small: put,
    commit: () => folder.commit(),
    discard: () => folder.discard(),
  };
}

/**
 * Writes the archive of a checkpoint as a layer.
 * @param {Checkpoint} checkpoint @param {'keep' | import('./pack.js').Compression} compress keep: as it lies there
 * @param {(bytes: Uint8Array) => void} put @param {(read: number) => void} progress
 * @returns {Promise<{digest: string, diffId: string, size: number}>}
 */
async function writeLayer(checkpoint, compress, put, progress) {
  const stored = createHash('sha256');
  const plain = createHash('sha256');
  let size = 0;
  let read = 0;
  const write = (/** @type {Uint8Array} */ bytes) => {
    stored.update(bytes);
    size += bytes.length;
    put(bytes);
  };
  if (compress === 'keep') {
    for await (const bytes of checkpoint.tar({ stored: true })) {
      write(bytes);
      progress((read += bytes.length));
    }
    for await (const bytes of checkpoint.tar()) plain.update(bytes);
  } else {
    const pack = packer(compress, write);
    for await (const bytes of checkpoint.tar()) {
      if (compress !== 'none') plain.update(bytes);
      await pack.add(bytes);
      progress((read += bytes.length));
    }
    await pack.end();
  }
  const digest = stored.digest('hex');
  return {
    digest: `sha256:${digest}`,
    diffId: `sha256:${compress === 'none' ? digest : plain.digest('hex')}`,
    size,
  };
}

/**
 * @param {Checkpoint} checkpoint @param {Place} place @param {Facts} facts
 * @param {{compress: 'keep' | import('./pack.js').Compression, docker: boolean, progress: (read: number) => void}} how
 */
export async function writeImage(checkpoint, place, facts, { compress, docker, progress }) {
  const { architecture, annotations, created, tag } = facts;
  /** @type {{digest: string, diffId: string, size: number}} */
  let layer = { digest: '', diffId: '', size: 0 };
  await place.large(async (put) => {
    layer = await writeLayer(checkpoint, compress, put, progress);
    return docker ? `${layer.digest.slice(7)}.tar` : blobName(layer.digest);
  });
  const { diffId } = layer;
  const labels = docker ? annotations : undefined;
  const config = configBytes({ architecture, diffId, created, labels });
  const configDigest = digestOf(config);
  const compression =
    compress === 'keep' ? (checkpoint.image?.compression ?? checkpoint.compression) : compress;
  const mediaType = LAYER_TYPES[String(compression)];
  const about = {
    config: { mediaType: TYPES.config, digest: configDigest, size: config.length },
    layer: { mediaType, digest: layer.digest, size: layer.size },
  };
  if (docker) {
    const names = {
      config: `${configDigest.slice(7)}.json`,
      layer: `${layer.digest.slice(7)}.tar`,
    };
    place.small(names.config, config);
    place.small('manifest.json', dockerManifestBytes({ ...names, tag }));
    return { ...about, diffId, manifest: undefined };
  }
  const bytes = manifestBytes({ ...about, annotations });
  const manifest = { mediaType: TYPES.manifest, digest: digestOf(bytes), size: bytes.length };
  place.small(blobName(configDigest), config);
  place.small(blobName(manifest.digest), bytes);
  place.small('index.json', indexBytes({ manifest, tag }));
  place.small('oci-layout', layoutBytes());
  return { ...about, diffId, manifest };
}
