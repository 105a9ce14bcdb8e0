// SPDX-License-Identifier: Apache-2.0
// The JSON documents of an OCI image of one layer. The same facts give the same bytes.

/** @typedef {{mediaType: string, digest: string, size: number}} Descriptor digest: with "sha256:" */

const encoder = new TextEncoder();
const LAYER = 'application/vnd.oci.image.layer.v1.tar';

/** By the compression of the layer. @type {Record<string, string>} */
export const LAYER_TYPES = { none: LAYER, gzip: `${LAYER}+gzip`, zstd: `${LAYER}+zstd` };
export const TYPES = {
  config: 'application/vnd.oci.image.config.v1+json',
  manifest: 'application/vnd.oci.image.manifest.v1+json',
  index: 'application/vnd.oci.image.index.v1+json',
};

/** @param {unknown} value */
const bytesOf = (value) => encoder.encode(JSON.stringify(value));

/**
 * @param {{architecture: string, diffId: string, created?: string, labels?: Record<string, string>}} facts diffId:
 *   digest of the layer's tar
 */
export const configBytes = ({ architecture, diffId, created, labels }) =>
  bytesOf({
    ...(created && { created }),
    architecture,
    os: 'linux',
    config: labels ? { Labels: labels } : {},
    rootfs: { type: 'layers', diff_ids: [diffId] },
    history: [{ ...(created && { created }), created_by: 'ckpt build' }],
  });

/** @param {{config: Descriptor, layer: Descriptor, annotations: Record<string, string>}} parts */
export const manifestBytes = ({ config, layer, annotations }) =>
  bytesOf({
    schemaVersion: 2,
    mediaType: TYPES.manifest,
    config,
    layers: [layer],
    annotations,
  });

/**
 * index.json of a layout. A name gets where skopeo and Podman look for it, and containerd.
 * @param {{manifest: Descriptor, tag?: string}} parts
 */
export const indexBytes = ({ manifest, tag }) =>
  bytesOf({
    schemaVersion: 2,
    mediaType: TYPES.index,
    manifests: [
      {
        ...manifest,
        ...(tag && {
          annotations: {
            'io.containerd.image.name': tag,
            'org.opencontainers.image.ref.name': tag,
          },
        }),
      },
    ],
  });

export const layoutBytes = () => bytesOf({ imageLayoutVersion: '1.0.0' });

/** manifest.json of an archive as docker save writes it. @param {{config: string, layer: string, tag?: string}} names */
export const dockerManifestBytes = ({ config, layer, tag }) =>
  bytesOf([{ Config: config, RepoTags: tag ? [tag] : null, Layers: [layer] }]);
