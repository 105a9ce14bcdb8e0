// SPDX-License-Identifier: Apache-2.0
// Which layer of an image holds a checkpoint.
import { ArchiveError } from './archive-reader.js';
import { list, parse, text, textsOf } from './loose-json.js';
import { USE } from './summary.js';

/**
 * @typedef {import('./archive.js').Member} Member
 * @typedef {import('./checkpoint.js').Checkpoint} Checkpoint
 * @typedef {object} Image
 * @property {import('./members.js').Members} members
 * @property {(member: Member) => Promise<Uint8Array | undefined>} json content of a small member
 * @property {(member: Member) => number} wish
 * @property {(bytes: Uint8Array) => void} addIndex tells the index that lies in a blob
 * @property {(member: Member) => Promise<Checkpoint>} open
 * @property {(checkpoint: Checkpoint, member: Member) => Promise<Checkpoint>} inside opens a member of what is in a layer
 */

/**
 * The manifest of an image, as it lies there, with the index that lists it and its configuration.
 * @typedef {{name: string, bytes: Uint8Array}} Blob
 * @typedef {Blob & {layers: number, layerNames?: string[], config: string, configuration?: Uint8Array, index?: Blob}} Manifest
 * @typedef {{layer: string, member: string}} Packed an archive of a checkpoint that lies in a layer as a file
 * @typedef {{name: string, annotations: Record<string, string>, manifest?: Manifest}} Layer
 */

/** What says that a blob is no layer. */
const NO_ARCHIVE = new Set(['', 'empty', 'short', 'not-tar']);
/** Blobs that are opened, at most. */
const MOST = 64;
/**
 * The blobs that manifests name as layers, by member name, with the annotations of their manifest.
 * @param {Image} image @param {Map<string, Member>} members
 */
async function layersByManifest(image, members) {
  /** @type {Layer[]} */
  const layers = [];
  const index = members.get('index.json');
  /** @type {{value: any, annotations: Record<string, string>, name?: string, bytes?: Uint8Array, index?: Blob}[]} */
  const open = index ? [{ value: parse(await image.json(index)), annotations: {} }] : [];
  const seen = new Set();
  while (open.length > 0) {
    const {
      value,
      annotations,
      name: ownName = '',
      bytes: whole,
      index: outer,
    } = /** @type {any} */ (open.shift());
    const own = { ...annotations, ...textsOf(value?.annotations) };
    const manifest = whole && {
      name: ownName,
      bytes: whole,
      layers: list(value?.layers).length,
      layerNames: list(value?.layers).map((entry) => blobName(entry?.digest)),
      config: blobName(value?.config?.digest),
      index: outer,
    };
    for (const entry of list(value?.layers)) {
      layers.push({ name: blobName(entry?.digest), annotations: own, manifest });
    }
    for (const entry of list(value?.manifests)) {
      const name = blobName(entry?.digest);
      if (seen.has(name)) continue; // however often it is named
      if (seen.size === MOST) break;
      seen.add(name);
      const member = members.get(name);
      const bytes = member && (await image.json(member));
      const inner = parse(bytes);
      if (inner) {
        if (bytes) image.addIndex(bytes);
        const around = whole && { name: ownName, bytes: whole };
        open.push({ value: inner, annotations: own, name, bytes, index: around });
      } else if (member) {
        layers.push({ name, annotations: own });
      }
    }
  }
  const manifest = members.get('manifest.json');
  const bytes = manifest && (await image.json(manifest));
  for (const entry of list(parse(bytes))) {
    const named = list(entry?.Layers);
    const about = bytes && {
      name: 'manifest.json',
      bytes,
      layers: named.length,
      config: text(entry?.Config),
    };
    for (const layer of named) layers.push({ name: text(layer), annotations: {}, manifest: about });
  }
  return layers;
}

/** Archives in layers that are looked into, at most, and what their names look like. */
const MOST_PACKED = 4;
const ARCHIVE_NAME = /\.(?:tar(?:\.\w+)?|tgz|tzst)$/u;

/**
 * The archive of a checkpoint that was copied into a layer instead of being unpacked there.
 * @param {Image} image @param {Checkpoint} layer
 */
async function packedIn(image, layer) {
  let looked = 0;
  for (const member of layer.members) {
    if (member.type !== 'file' || !ARCHIVE_NAME.test(member.name)) continue;
    if (looked++ === MOST_PACKED) break;
    if ((await image.inside(layer, member)).form === 'archive') return member.name;
  }
  return undefined;
}

/** Where the blob of a digest lies. @param {unknown} digest */
const blobName = (digest) => `blobs/${text(digest).replace(':', '/')}`;

const tooMany = () =>
  new ArchiveError(
    `The image has more than ${MOST} layers, of which the others were not looked at.`,
    {
      code: 'limit-layers',
      stop: 'limit',
    },
  );

/**
 * The first layer that holds a checkpoint. Manifests say where to look first; what a layer holds
 * decides. `stopped`: why layers in front of it, or all, were not read to their ends.
 * @param {Image} image
 * @returns {Promise<{found?: {checkpoint: Checkpoint, member: Member, annotations: Record<string, string>,
 *   manifest?: Manifest}, stopped: import('./archive.js').ArchiveError | null, named?: Manifest, packed?: Packed}>} named:
 *   without a checkpoint, the manifest of the first layer that is named
 */
export async function layersOf(image) {
  /** @type {Map<string, Member>} */
  const members = new Map();
  for (const member of image.members) members.set(member.name, member);
  const named = await layersByManifest(image, members);
  const others = [...members.values()].filter((member) =>
    [USE.keep, USE.archive].includes(image.wish(member)),
  );
  /** @type {Layer[]} */
  const candidates = [...named, ...others.map(({ name }) => ({ name, annotations: {} }))];
  const seen = new Set();
  /** @type {import('./archive.js').ArchiveError | null} */
  let stopped = null;
  /** @type {Packed | undefined} */
  let packed;
  for (const { name, annotations, manifest } of candidates) {
    let member = members.get(name);
    // `docker save` has links to the layers beside them.
    if (member?.type === 'symlink') member = members.get(member.link.replace(/^(\.\.\/)+/, ''));
    if (!member || member.type !== 'file' || seen.has(member.name)) continue;
    if (seen.size === MOST) return { stopped: stopped ?? tooMany() };
    seen.add(member.name);
    const checkpoint = await image.open(member);
    if (!NO_ARCHIVE.has(checkpoint.error?.code ?? '')) stopped ??= checkpoint.error;
    if (['archive', 'criu-directory'].includes(checkpoint.form)) {
      const config = manifest && members.get(manifest.config);
      if (config) manifest.configuration = await image.json(config);
      return { found: { checkpoint, member, annotations, manifest }, stopped };
    }
    if (packed || checkpoint.error) continue;
    const archive = await packedIn(image, checkpoint);
    if (archive !== undefined) packed = { layer: member.name, member: archive };
  }
  return { stopped, named: named[0]?.manifest, packed };
}

/**
 * The members whose digests stand in the manifest of an image, or in the index around it.
 * @param {import('./archive-members.js').MemberList} members @param {Manifest} [manifest] @returns {Member[]}
 */
export function blobsOf(members, manifest) {
  if (!manifest?.name.startsWith('blobs/')) return [];
  const { name, index, config, layerNames = [] } = manifest;
  const names = [index?.name ?? '', name, config, ...layerNames.slice(0, MOST)];
  return [...members.filesNamed(new Set(names)).values()];
}
