// SPDX-License-Identifier: Apache-2.0
/**
 * Writing checkpoints, in browsers and Node: container-checkpoint/write. Everything is a stream of bytes;
 * nothing is written to disk.
 * @module
 */
import { checkedOptions, kindOf, must } from '../border/arguments.js';
import { Sha256, sha256 } from '../border/hash.js';
import { Checkpoint } from './checkpoint.js';
import { ConversionError, convertWith } from './convert.js';
import { load, openCheckpoint } from './index.js';
import {
  LAYER_TYPES,
  TYPES,
  configBytes,
  indexBytes,
  layoutBytes,
  manifestBytes,
} from './image-documents.js';
import { annotationsOf, architectureOf } from './image-facts.js';
import { Redaction, dropper, redactionManifest } from './redact.js';
import { redacted } from './redact-write.js';
import { BLOCK, headers } from './tar-header.js';

export { ConversionError };

/**
 * @typedef {'none' | 'gzip'} Compression
 * @typedef {() => AsyncGenerator<Uint8Array>} Bytes
 */

/** Compressed files inside of archives inside are held whole. */
const DEEP = 256 * 2 ** 20;
/** Of an image: which forms are one checkpoint. */
const WHOLE = ['archive', 'directory', 'oci-layout', 'docker-archive'];

/** @param {any} value @param {string} name of the function */
function checked(value, name) {
  if (!(value instanceof Checkpoint))
    throw new TypeError(`${name} takes an opened checkpoint, not ${kindOf(value)}`);
  if (value.error) throw value.error;
  if (!WHOLE.includes(value.form))
    throw new TypeError(`${name}: it is not one checkpoint of a container (${value.form})`);
  return value;
}

/** @param {unknown} value @returns {Compression} */
function compressionOf(value = 'none') {
  if (value === 'none' || value === 'gzip') return value;
  throw new TypeError(`compress: expected none or gzip, not ${String(value)}`);
}

/** @param {AsyncIterable<Uint8Array>} bytes @param {Compression} compression @returns {AsyncGenerator<Uint8Array>} */
async function* packed(bytes, compression) {
  if (compression === 'none') {
    yield* bytes;
    return;
  }
  const stream = new CompressionStream('gzip');
  const writer = stream.writable.getWriter();
  const feed = async () => {
    for await (const piece of bytes)
      await writer.write(/** @type {Uint8Array<ArrayBuffer>} */ (piece));
    await writer.close();
  };
  /** @type {unknown} */
  let failed;
  const fed = feed().catch((error) => {
    failed = error;
    return writer.abort(error).catch(() => {});
  });
  const reader = stream.readable.getReader();
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) break;
      yield value;
    }
  } catch (error) {
    throw failed ?? error;
  } finally {
    await reader.cancel().catch(() => {});
    await fed;
  }
}

/** @param {AsyncIterable<Uint8Array>} pieces */
async function joined(pieces) {
  const parts = [];
  let size = 0;
  for await (const piece of pieces) {
    parts.push(piece);
    size += piece.length;
    if (size > DEEP) throw new RangeError(`more than ${DEEP} bytes`);
  }
  const all = new Uint8Array(size);
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

/** @param {Uint8Array} bytes */
async function* alone(bytes) {
  yield bytes;
}

/**
 * An OCI image of one layer, the checkpoint; the same bytes every time. The archive is read once to know its
 * digest, and once more as the image is read.
 * @param {Checkpoint} checkpoint
 * @param {{architecture?: string, tag?: string, created?: string, compress?: Compression}} [options]
 */
export async function build(checkpoint, options) {
  const given = checkedOptions(
    options,
    { architecture: must.text, tag: must.text, created: must.text, compress: must.text },
    'build',
  );
  checked(checkpoint, 'build');
  const core = await load();
  const { tag, created } = given;
  const compress = compressionOf(given.compress);
  const architecture = given.architecture ?? (await architectureOf(core, checkpoint));
  if (architecture === undefined)
    throw new TypeError('no image of a process tells the architecture; give it');
  const annotations = annotationsOf(checkpoint, { architecture });
  const [plain, stored] = [new Sha256(core.exports), new Sha256(core.exports)];
  const layerBytes = async function* () {
    yield* packed(checkpoint.tar(), compress);
  };
  const measured = async function* () {
    for await (const bytes of checkpoint.tar()) {
      plain.add(bytes);
      yield bytes;
    }
  };
  let size = 0;
  try {
    for await (const bytes of packed(measured(), compress)) {
      stored.add(bytes);
      size += bytes.length;
    }
  } catch (error) {
    plain.free();
    stored.free();
    throw error;
  }
  const [diffId, layerDigest] = [plain, stored].map((hash) => `sha256:${hash.end()}`);
  const digestOf = (/** @type {Uint8Array} */ bytes) => `sha256:${sha256(core.exports, bytes)}`;
  const config = configBytes({ architecture, diffId, created });
  const about = {
    config: { mediaType: TYPES.config, digest: digestOf(config), size: config.length },
    layer: { mediaType: LAYER_TYPES[compress], digest: layerDigest, size },
  };
  const document = manifestBytes({ ...about, annotations });
  const manifest = {
    ...{ mediaType: TYPES.manifest, digest: digestOf(document), size: document.length },
  };
  const blob = (/** @type {string} */ digest) => `blobs/${digest.replace(':', '/')}`;
  /** @type {[string, number, Bytes][]} */
  const members = [
    [blob(layerDigest), size, layerBytes],
    [blob(about.config.digest), config.length, () => alone(config)],
    [blob(manifest.digest), document.length, () => alone(document)],
  ];
  for (const [name, bytes] of /** @type {[string, Uint8Array][]} */ ([
    ['index.json', indexBytes({ manifest, tag })],
    ['oci-layout', layoutBytes()],
  ]))
    members.push([name, bytes.length, () => alone(bytes)]);
  return {
    ...{ manifest, config: about.config, layer: { ...about.layer, diffId } },
    ...{ architecture, annotations },
    async *tar() {
      for (const folder of ['blobs/', 'blobs/sha256/'])
        yield headers(folder, '5', { mode: 0o755 }, '');
      for (const [name, length, read] of members) {
        yield headers(name, '0', { size: length, mode: 0o644 }, '');
        yield* read();
        yield new Uint8Array(-length & (BLOCK - 1));
      }
      yield new Uint8Array(2 * BLOCK);
    },
  };
}

/**
 * An archive for another version of CRIU, with other ports or addresses, or of an incremental dump and those
 * before it.
 * @param {Checkpoint} checkpoint
 * @param {import('./convert.js').Conversion & {compress?: Compression}} [options]
 */
export async function convert(checkpoint, options) {
  const { compress, ...conversion } = checkedOptions(
    options,
    {
      ...{ criu: must.text, ports: must.object, addresses: must.object, previous: must.any },
      ...{ spool: must.object, compress: must.text },
    },
    'convert',
  );
  const form = compressionOf(compress);
  checked(checkpoint, 'convert');
  const { changed, tar } = await convertWith(await load(), checkpoint, conversion);
  return { changed, tar: () => packed(tar(), form) };
}

/**
 * A copy without the secrets in it. The manifest lists what was cut, never the values.
 * @param {Checkpoint} checkpoint @param {{drop?: string[], compress?: Compression}} [options]
 */
export async function redact(checkpoint, options) {
  const { drop = [], compress } = checkedOptions(
    options,
    { drop: must.texts, compress: must.text },
    'redact',
  );
  const form = compressionOf(compress);
  checked(checkpoint, 'redact');
  const drops = dropper(drop);
  const tools = {
    ckpt: await load(),
    gzip: (/** @type {Uint8Array} */ bytes) => joined(packed(alone(bytes), 'gzip')),
    async unpack(/** @type {Uint8Array} */ bytes) {
      const inner = await openCheckpoint(bytes);
      try {
        return await joined(inner.tar());
      } finally {
        await inner.close();
      }
    },
  };
  const found = new Redaction(tools, checkpoint, { drop });
  await found.find();
  /** @type {Map<import('./redact-layers.js').Layer, import('./redact-write.js').Rebuilt>} */
  const rebuilt = new Map();
  for (const layer of found.layers) {
    if (layer.path === '' || layer.edits.length === 0) continue;
    const bytes = await joined(packed(redacted(layer), 'gzip'));
    rebuilt.set(layer, { size: bytes.length, read: () => [bytes] });
  }
  return {
    manifest: redactionManifest(found, checkpoint, drop, rebuilt.keys()),
    tar: () => packed(redacted(found.layers[0], { dropped: drops, rebuilt }), form),
    /** What is left in the copy, once it is opened. @param {Checkpoint} copy */
    async left(copy) {
      const again = new Redaction(tools, checked(copy, 'left'));
      await again.find(found.values);
      return again.cuts;
    },
  };
}
