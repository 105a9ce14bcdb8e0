// SPDX-License-Identifier: Apache-2.0
// The bytes of a checkpoint, layer by layer: the archive, and what is compressed inside of it. Each is cut
// into segments, so that no text runs from one file into the next.

/**
 * @typedef {import('./checkpoint.js').Checkpoint} Checkpoint
 * @typedef {import('./archive.js').Member} Member
 *
 * What is done to the bytes of a segment: stars in their place (wide: as UTF-16LE), or other bytes.
 * @typedef {{offset: number, length: number, wide?: boolean, bytes?: Uint8Array}} Edit offset: in the layer
 *
 * head: headers of a member. data: its content. packed: its content is compressed, and a layer of its own.
 * deep: the same, inside of an archive inside. gap: padding.
 * @typedef {object} Segment
 * @property {number} from in the layer
 * @property {number} to the byte after the last
 * @property {'head' | 'data' | 'packed' | 'deep' | 'gap'} kind
 * @property {string} name of the member, "rootfs-diff.tar!etc/passwd"
 * @property {string} member of the archive: "rootfs-diff.tar"
 * @property {Layer} [layer] of a packed one
 * @property {import('./redact-write.js').Rebuilt} [rebuilt] what is written in its place
 *
 * @typedef {object} Layer
 * @property {string} path '' or the member that it is the content of
 * @property {() => AsyncIterable<Uint8Array>} read its bytes, decompressed
 * @property {Segment[]} segments all of it, by place
 * @property {Edit[]} edits by place
 */

const HEAD = 265;
/** Members that are nothing but pages. */
const PAGES = /(^|\/)(amdgpu-)?pages-[^/]*\.img$/;
const PACKED = [
  [0x1f, 0x8b, 0x08],
  [0x28, 0xb5, 0x2f, 0xfd],
  [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00],
  [0x42, 0x5a, 0x68],
];

/** @param {Uint8Array} bytes of the start of a file @returns {'packed' | 'tar' | 'data'} */
function formOf(bytes) {
  if (PACKED.some((magic) => magic.every((byte, i) => bytes[i] === byte))) return 'packed';
  return String.fromCharCode(...bytes.subarray(257, 262)) === 'ustar' ? 'tar' : 'data';
}

/**
 * What files are, by their first bytes.
 * @param {Checkpoint} checkpoint @param {Iterable<Member>} members @param {Member} [inside]
 */
async function forms(checkpoint, members, inside) {
  /** @type {Map<number, 'packed' | 'tar' | 'data'>} */
  const found = new Map();
  const list = [];
  for (const member of members)
    if (member.type === 'file' && member.size >= 18 && !PAGES.test(member.name))
      list.push({ member, length: HEAD, tag: member.index });
  /** @type {Map<number, Uint8Array>} */
  const heads = new Map();
  for await (const { tag, bytes } of checkpoint.ranges(list, inside && { inside })) {
    const before = heads.get(tag) ?? new Uint8Array();
    const joined = new Uint8Array(before.length + bytes.length);
    joined.set(before);
    joined.set(bytes, before.length);
    heads.set(tag, joined);
  }
  for (const [index, bytes] of heads) found.set(index, formOf(bytes));
  return found;
}

/** Fills what lies between. @param {Segment[]} segments @returns {Segment[]} */
function covered(segments) {
  const sorted = segments.filter(({ from, to }) => from < to).sort((a, b) => a.from - b.from);
  /** @type {Segment[]} */
  const all = [];
  let at = 0;
  for (const segment of sorted) {
    if (segment.from < at) continue; // of a damaged list
    if (segment.from > at)
      all.push({ from: at, to: segment.from, kind: 'gap', name: '', member: '' });
    all.push(segment);
    at = segment.to;
  }
  all.push({ from: at, to: Infinity, kind: 'gap', name: '', member: '' });
  return all;
}

/**
 * The segments of the members of an archive.
 * @param {readonly Member[]} members @param {{base?: number, path?: string, member?: string, kindOf: (member: Member) => Segment['kind']}} how
 */
function segmentsOf(members, { base = 0, path = '', member = '', kindOf }) {
  /** @type {Segment[]} */
  const segments = [];
  const sorted = [...members].sort((a, b) => a.headerOffset - b.headerOffset);
  for (const [i, one] of sorted.entries()) {
    const name = path + one.name;
    const about = { name, member: member || one.name };
    const next = sorted[i + 1]?.headerOffset ?? Infinity;
    const sparse = one.flags.includes('sparse');
    const stored =
      one.type !== 'file' ? 0 : sparse && next < Infinity ? next - one.dataOffset : one.size;
    segments.push({
      from: base + one.headerOffset,
      to: base + one.dataOffset,
      kind: 'head',
      ...about,
    });
    segments.push({
      ...{ from: base + one.dataOffset, to: base + Math.min(one.dataOffset + stored, next) },
      ...{ kind: sparse ? 'data' : kindOf(one), ...about },
    });
  }
  return segments;
}

/** A compressed member. @param {Checkpoint} checkpoint @param {Member} member @returns {Promise<Layer>} */
async function packedLayer(checkpoint, member) {
  const { members, error } = await checkpoint.list(member);
  const path = `${member.name}!`;
  /** @type {Segment[]} */
  let segments = [{ from: 0, to: Infinity, kind: 'data', name: member.name, member: member.name }];
  if (!error) {
    const kinds = await forms(checkpoint, members, member);
    segments = segmentsOf([...members], {
      path,
      member: member.name,
      kindOf: ({ index }) => (kinds.get(index) === 'packed' ? 'deep' : 'data'),
    });
  }
  const read = () => checkpoint.tar({ inside: member });
  return { path: member.name, read, segments: covered(segments), edits: [] };
}

/**
 * All layers, the archive itself first.
 * @param {Checkpoint} checkpoint @param {(name: string) => boolean} leaveOut members that nobody looks into
 * @returns {Promise<Layer[]>}
 */
export async function layersOf(checkpoint, leaveOut) {
  const members = [...checkpoint.members].filter((member) => !member.name.startsWith('/'));
  const wanted = members.filter(({ name }) => !leaveOut(name));
  const kinds = await forms(checkpoint, wanted);
  /** @type {Segment[]} */
  const segments = [];
  /** @type {Layer[]} */
  const layers = [];
  /** @type {Map<number, Layer>} */
  const packed = new Map();
  for (const member of wanted) {
    const form = kinds.get(member.index);
    if (form === 'packed') {
      const layer = await packedLayer(checkpoint, member);
      layers.push(layer);
      packed.set(member.dataOffset, layer);
    } else if (form === 'tar') {
      const inner = await checkpoint.list(member);
      if (inner.error) continue;
      const deep = await forms(checkpoint, inner.members, member);
      segments.push(
        ...segmentsOf([...inner.members], {
          base: member.dataOffset,
          path: `${member.name}!`,
          member: member.name,
          kindOf: ({ index }) => (deep.get(index) === 'packed' ? 'deep' : 'data'),
        }),
      );
      kinds.set(member.index, 'data');
    }
  }
  const expanded = new Set(segments.map(({ member }) => member));
  for (const segment of segmentsOf(members, {
    kindOf: ({ index }) => (kinds.get(index) === 'packed' ? 'packed' : 'data'),
  })) {
    if (segment.kind !== 'head' && expanded.has(segment.member)) continue;
    const layer = segment.kind === 'packed' ? packed.get(segment.from) : undefined;
    segments.push(layer ? { ...segment, layer } : segment);
  }
  const own = { path: '', read: () => checkpoint.tar(), segments: covered(segments), edits: [] };
  return [own, ...layers];
}

/**
 * The bytes of a layer by its segments, in order. The last piece of each has `last` set.
 * @param {Layer} layer @returns {AsyncGenerator<{segment: Segment, offset: number, bytes: Uint8Array, last: boolean}>} offset: in the layer
 */
export async function* pieces(layer) {
  let at = 0;
  let i = 0;
  for await (const bytes of layer.read())
    for (let from = 0; from < bytes.length;) {
      const segment = layer.segments[i];
      const to = Math.min(bytes.length, from + segment.to - at);
      const last = at + to - from === segment.to;
      yield { segment, offset: at, bytes: bytes.subarray(from, to), last };
      at += to - from;
      from = to;
      if (last) i++;
    }
}
