// SPDX-License-Identifier: Apache-2.0
// A checkpoint in a layer of an image.
import { Checkpoint, EVIDENCE, PARTS } from './checkpoint.js';
import { digestsIn, evidenceOf } from './evidence.js';
import { archiveFacts, factsOf, readingOf } from './facts.js';
import { joined } from './metadata.js';
import { blobsOf, layersOf } from './oci-layers.js';
import { openInside } from './parts.js';
import { memberUse, Summary } from './summary.js';

/**
 * @typedef {import('./archive.js').ArchiveError} ArchiveError
 * @typedef {import('./oci-layers.js').Manifest} Manifest
 * @typedef {import('./oci-layers.js').Packed} Packed
 * @typedef {import('./parts.js').Parts} Parts
 * @typedef {{checkpoint: Checkpoint, member: import('./archive.js').Member, annotations: Record<string, string>}} Layer
 */

/** An image in no layer of which a checkpoint was found. */
class EmptyImage extends Checkpoint {
  #manifest;
  #packed;

  /** @param {Parts} parts @param {ArchiveError | null} stopped @param {Manifest} [manifest] of its first layer @param {Packed} [packed] */
  constructor(parts, stopped, manifest, packed) {
    super(parts);
    this.error ??= stopped;
    this.#manifest = manifest;
    this.#packed = packed;
  }

  /** The manifest may tell why. @override @param {boolean} digests */
  [EVIDENCE](digests) {
    const manifest = this.#manifest;
    const packed = this.#packed;
    return evidenceOf(this[PARTS], { digests, error: this.error, manifest, packed });
  }
}

/** What is read of it is read of the checkpoint in the layer. */
class OciImage extends Checkpoint {
  /** The image itself. */
  #outer;
  #layer;
  #manifest;

  /** @param {Parts} outer @param {Layer} layer @param {ArchiveError | null} stopped @param {Manifest} [manifest] that names the layer */
  constructor(outer, { checkpoint, member, annotations }, stopped, manifest) {
    const inner = checkpoint[PARTS];
    const { form, sizes, engine } = outer.summary;
    const summary = {
      ...{ ...checkpoint.summary, form },
      engine: form === 'containerd-ctr' ? engine : checkpoint.summary.engine,
      sizes: { ...checkpoint.summary.sizes, archive: sizes.archive },
    };
    const metadata = joined(outer.metadata, inner.metadata);
    super({ ...inner, options: outer.options, metadata, summary });
    this.#outer = outer;
    this.#layer = checkpoint;
    this.#manifest = manifest;
    this.compression = outer.content.compression;
    this.error = outer.content.error ?? stopped ?? checkpoint.error;
    const { compression } = checkpoint;
    this.image = { annotations, layer: member.name, compression };
  }

  /** @override */
  async containers() {
    return [this.#layer];
  }

  /** @override @param {boolean} digests @param {Checkpoint[]} [previous] @returns {Promise<import('./evidence.js').Evidence>} */
  async [EVIDENCE](digests, previous) {
    const evidence = await this.#layer[EVIDENCE](digests, previous);
    const { content, metadata } = this.#outer;
    const { input } = content.origin;
    const outer = archiveFacts(content.archive, input?.size);
    const manifest = this.#manifest;
    const { name = '', config = '', layers = 1, index } = manifest ?? {};
    const other = evidence.facts.error ? undefined : factsOf(this.error);
    const files = new Map([...metadata.files, ...evidence.files]);
    /** @type {[string, Uint8Array | undefined][]} */
    const blobs = [
      [name, manifest?.bytes],
      [config, manifest?.configuration],
      [index?.name ?? '', index?.bytes],
    ];
    for (const [blob, bytes] of blobs) if (bytes && !files.has(blob)) files.set(blob, bytes);
    // Where the image itself cannot be read to its end, that is what the report is about.
    const own = outer.error ? readingOf('', content.archive) : [];
    const others = evidence.readings?.filter(([scope]) => !outer.error || scope !== '') ?? [];
    const image = {
      ...{ form: this.form, manifest: name, index: index?.name ?? '', config, layers },
      layer: this.image?.layer,
    };
    return {
      ...evidence,
      summary: undefined,
      readings: [...own, ...others, ...readingOf('image:', content.archive)],
      files,
      facts: {
        ...evidence.facts,
        ...(outer.error ? outer : other && { error: other }),
        directory: input?.directory,
        sha256: outer.sha256,
        digests: await digestsIn(this.#outer, blobsOf(content.own, manifest), digests),
        image,
      },
      imageRecords: content.archive?.members.records(),
    };
  }

  /** @override */
  async close() {
    this[PARTS].known.drop();
    this.#outer.known.drop();
    await this.#outer.content.origin.close();
  }
}

/** An index that lies in a blob may tell what the image is. @param {Parts} parts @param {Uint8Array} bytes */
function addIndex({ core, summary: known }, bytes) {
  const summary = new Summary(core.exports);
  summary.addFiles([['index.json', bytes]]);
  const { form, engine } = summary.finish(0, false);
  summary.drop();
  if (form === 'containerd-ctr') Object.assign(known, { form, engine });
}

/**
 * Finds the layer that holds a checkpoint.
 * @param {Parts} parts of the image @returns {Promise<Checkpoint>}
 */
export async function imageIn(parts) {
  const { core, content, options } = parts;
  const { found, stopped, named, packed } = await layersOf({
    members: content.members,
    json: (member) => content.small(member, options.signal),
    wish: (member) => memberUse(core.exports, member.name, member.size),
    addIndex: (bytes) => addIndex(parts, bytes),
    open: (member) => openInside(parts, member),
    inside: (layer, member) => openInside(layer[PARTS], member),
  });
  if (!found) return new EmptyImage(parts, stopped, named, packed);
  return new OciImage(parts, found, stopped, found.manifest ?? named);
}
