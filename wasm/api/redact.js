// SPDX-License-Identifier: Apache-2.0
// A copy of a checkpoint without the secrets in it: found anywhere, overwritten in place.
import { enums } from '../../dist/tables.js';
import { Edits } from './redact-edits.js';
import { layersOf, pieces } from './redact-layers.js';
import { knownForms } from './redact-known.js';
import { ONLY_SECRETS } from './secrets.js';
import { SecretStream } from './secrets-stream.js';

/**
 * @typedef {import('./checkpoint.js').Checkpoint} Checkpoint
 * @typedef {import('./redact-layers.js').Layer} Layer
 * @typedef {import('./redact-layers.js').Segment} Segment
 *
 * What was cut. `kind`: "a private key", or "named"; `name`: what it is called there. Never the value.
 * @typedef {{kind: string, name: string, member: string, offset: number, length: number}} Cut offset: in the
 *   member, decompressed
 *
 * What the core and its user do for it.
 * @typedef {object} Tools
 * @property {any} ckpt the loaded core
 * @property {(bytes: Uint8Array) => Promise<Uint8Array>} unpack decompresses; throws if it cannot
 * @property {(bytes: Uint8Array) => Promise<Uint8Array>} gzip
 */

export const DROPS = /** @type {const} */ (['memory', 'rootfs', 'volumes']);
/** @type {Record<string, RegExp>} */
const DROPPED = {
  memory: /^((pre-)?checkpoint\/)?(amdgpu-)?pages-[^/]*\.img$/,
  rootfs: /^(rootfs-diff\.tar|deleted\.files)$/,
  volumes: /^(volumes\/.+|devshm-checkpoint\.tar)$/,
};
/** Compressed files inside of archives inside are held whole, these and what they hold. */
const DEEP = 64 * 2 ** 20;
/** Images whose structure is looked after. */
const IMAGE = /(^|\/)(?!pages-|amdgpu-pages-|tmpfs-)[^/]+\.img$/;
const STAR = 42;
const decoder = new TextDecoder();
const encoder = new TextEncoder();

/** What a copy cannot do without some parts. @type {Record<string, string[]>} */
const LOST = {
  memory: [
    'It cannot be restored: the pages of its processes are not in it.',
    'Command lines, environments and what is in memory cannot be shown or searched.',
  ],
  rootfs: [
    'Files that the container wrote or deleted are not in it: what is restored sees those of its base image, and a process that has such a file open cannot be restored.',
  ],
  volumes: [
    'Volumes and /dev/shm are not in it: Podman does not restore it without --ignore-volumes, and a process that has a file in them open cannot be restored.',
  ],
};

/** @param {readonly string[]} drop @returns {string[]} */
const lostBy = (drop) => DROPS.filter((what) => drop.includes(what)).flatMap((what) => LOST[what]);

/** @param {readonly string[]} drop @returns {(name: string) => boolean} */
export const dropper = (drop) => (name) => drop.some((what) => DROPPED[what].test(name));

/** Bytes that grow. */
class Collector {
  /** @type {Uint8Array[]} */
  #parts = [];
  length = 0;

  /** @param {Uint8Array} bytes */
  add(bytes) {
    this.#parts.push(bytes.slice());
    this.length += bytes.length;
  }

  whole() {
    const all = new Uint8Array(this.length);
    let at = 0;
    for (const part of this.#parts) {
      all.set(part, at);
      at += part.length;
    }
    return all;
  }
}

/** Looks for secrets in a checkpoint, and says what is to be overwritten. */
export class Redaction {
  #tools;
  #checkpoint;
  #leaveOut;
  /** Values, by what they are as text. @type {Set<string>} */
  #values = new Set();
  /** Values that are too short to be looked for without their names. @type {Set<string>} */
  short = new Set();
  /** @type {Layer[]} */
  layers = [];
  /** @type {Cut[]} */
  cuts = [];
  /** Members that could not be looked into, and why. @type {{member: string, why: string}[]} */
  closed = [];

  /** @param {Tools} tools @param {Checkpoint} checkpoint @param {{drop?: readonly string[]}} [options] */
  constructor(tools, checkpoint, { drop = [] } = {}) {
    this.#tools = tools;
    this.#checkpoint = checkpoint;
    this.#leaveOut = dropper(drop);
  }

  /** Values that are known to be secret, as they were found. */
  get values() {
    return this.#values;
  }

  /** Finds all: first by names and shapes, then the same values wherever else they are. @param {Iterable<string>} [known] */
  async find(known = []) {
    for (const value of known) this.#values.add(value);
    // Of a copy, one pass will do. Otherwise names come first: they are told in the manifest.
    const together = this.#values.size > 0;
    this.layers = await layersOf(this.#checkpoint, this.#leaveOut);
    const edits = new Map(this.layers.map((layer) => [layer, new Edits()]));
    this.#metadata(edits);
    const before = this.#values.size;
    for (const layer of this.layers)
      await this.#scan(layer, edits, { shapes: true, known: together });
    if (!together || this.#values.size > before)
      for (const layer of this.layers) await this.#scan(layer, edits, { known: true });
    for (const layer of this.layers) {
      const own = /** @type {Edits} */ (edits.get(layer));
      await this.#keepImages(layer, own);
      layer.edits = own.list();
    }
    this.cuts.sort((a, b) =>
      a.member < b.member ? -1 : a.member > b.member ? 1 : a.offset - b.offset,
    );
  }

  /** @param {string} value */
  #learn(value) {
    if (knownForms(value).length === 0) this.short.add(value);
    else this.#values.add(value);
  }

  /** What the rules find in metadata: whole strings of JSON. @param {Map<Layer, Edits>} edits */
  #metadata(edits) {
    const own = this.layers[0];
    /** @type {Record<string, Uint8Array>} */
    const files = Object.fromEntries(this.#checkpoint.files);
    const places = new Map(
      own.segments.flatMap((one) => (one.kind === 'data' ? [[one.name, one]] : [])),
    );
    for (const { member, offset, length, pointer } of this.#tools.ckpt.validate(files, ONLY_SECRETS)
      .findings) {
      const bytes = files[member]?.subarray(offset, offset + length);
      const segment = places.get(member);
      if (!bytes || !segment || bytes.length !== length || bytes[0] !== 0x22) continue;
      const name = pointer.slice(pointer.lastIndexOf('/') + 1);
      for (const [from, to] of this.#inString(bytes)) {
        const at = segment.from + offset + from;
        edits.get(own)?.add({ offset: at, length: to - from });
        this.#cut({ kind: 'named', name, segment, at, length: to - from });
      }
    }
  }

  /** What is secret of a string of JSON that holds a secret. @param {Uint8Array} bytes with quotes @returns {[number, number][]} */
  #inString(bytes) {
    const text = decoder.decode(bytes);
    /** @type {string} */
    let value;
    try {
      value = JSON.parse(text);
    } catch {
      return [[1, bytes.length - 1]];
    }
    const stream = new SecretStream(this.#tools.ckpt);
    try {
      stream.begin();
      const inner = encoder.encode(value);
      const hits = [...stream.feed(inner), ...stream.end()];
      for (const hit of hits) this.#learn(decoder.decode(hit.value));
      const escaped = text.includes('\\');
      if (hits.length > 0 && !escaped)
        return hits.map(({ offset, length }) => [1 + offset, 1 + offset + length]);
      // By the name of its key, or with escapes in it: all but the name in front of "=".
      const [, name = ''] = /^([A-Za-z_][A-Za-z0-9_.-]*=)/.exec(value) ?? [];
      if (hits.length === 0) this.#learn(value.slice(name.length));
      return [[1 + name.length, bytes.length - 1]];
    } finally {
      stream.free();
    }
  }

  /** @param {{kind: string, name: string, segment: Segment, at: number, length: number, base?: number}} cut */
  #cut({ kind, name, segment, at, length, base = segment.from }) {
    this.cuts.push({ kind, name, member: segment.name, offset: at - base, length });
  }

  /**
   * Looks through a layer.
   * @param {Layer} layer @param {Map<Layer, Edits>} edits
   * @param {{shapes?: boolean, known?: boolean}} what by names and shapes; values that are known
   */
  async #scan(layer, edits, { shapes = false, known = false }) {
    const own = /** @type {Edits} */ (edits.get(layer));
    const stream = new SecretStream(this.#tools.ckpt);
    /** @type {Collector | null} */
    let deep = null;
    try {
      const any = known && this.#know(stream);
      if (!any && !shapes) return;
      let begun = false;
      for await (const { segment, bytes, last } of pieces(layer)) {
        if (segment.kind === 'packed' || this.#leaveOut(segment.member)) continue;
        if (segment.kind === 'deep' && segment.to - segment.from <= DEEP) {
          deep ??= new Collector();
          deep.add(bytes);
          if (last) await this.#deep(stream, own, segment, deep.whole(), !shapes);
          if (last) deep = null;
          continue;
        }
        if (!begun) stream.begin(!shapes);
        begun = !last;
        const hits = [...stream.feed(bytes), ...(last ? stream.end() : [])];
        this.#take(own, segment, hits, segment.from);
      }
      const rest = layer.segments[layer.segments.length - 1]; // its end is not known
      if (begun) this.#take(own, rest, stream.end(), rest.from);
    } finally {
      stream.free();
    }
  }

  /** @param {SecretStream} stream @returns {boolean} whether there is anything to look for */
  #know(stream) {
    let any = false;
    for (const value of this.#values)
      for (const form of knownForms(value)) any = stream.know(form) || any;
    return any;
  }

  /** @param {Edits} edits @param {Segment} segment @param {import('./secrets-stream.js').Hit[]} hits @param {number} base */
  #take(edits, segment, hits, base) {
    for (const { offset, length, how, name, what, value } of hits) {
      const edit = { offset: base + offset, length, wide: how === 'wide' };
      if (how !== 'known') this.#learn(decoder.decode(value));
      if (!edits.add(edit)) continue;
      const kind = how === 'known' ? 'known' : what || 'named';
      this.#cut({ kind, name, segment, at: edit.offset, length, base });
    }
  }

  /**
   * A compressed file inside of an archive inside: it keeps its length.
   * @param {SecretStream} stream @param {Edits} edits @param {Segment} segment @param {Uint8Array} bytes @param {boolean} known
   */
  async #deep(stream, edits, segment, bytes, known) {
    /** @type {Uint8Array} */
    let content;
    try {
      content = await this.#tools.unpack(bytes);
    } catch (error) {
      if (!known)
        this.closed.push({ member: segment.name, why: /** @type {Error} */ (error).message });
      return;
    }
    stream.begin(known);
    const hits = [...stream.feed(content), ...stream.end()];
    if (hits.length === 0) return;
    const before = edits.deep.get(segment) ?? new Edits();
    edits.deep.set(segment, before);
    this.#take(before, segment, hits, 0);
    edits.add(
      {
        offset: segment.from,
        length: bytes.length,
        bytes: await this.#repacked(content, before, bytes.length),
      },
      true,
    );
  }

  /** @param {Uint8Array} content @param {Edits} edits @param {number} length @returns {Promise<Uint8Array>} as long as before */
  async #repacked(content, edits, length) {
    const whole = content.slice();
    for (const edit of edits.list()) overwrite(whole, 0, edit);
    const packed = await this.#tools.gzip(whole);
    return padGzip(packed, length) ?? new Uint8Array(length);
  }

  /** Takes back edits by which images would no longer be what they are. @param {Layer} layer @param {Edits} edits */
  async #keepImages(layer, edits) {
    if (layer.path !== '') return;
    const list = edits.list();
    for (const segment of layer.segments) {
      if (segment.kind !== 'data' || !IMAGE.test(segment.name) || segment.name.includes('!'))
        continue;
      if (segment.to - segment.from > DEEP) continue;
      const own = list.filter(({ offset }) => offset >= segment.from && offset < segment.to);
      if (own.length === 0) continue;
      const bytes = await this.#checkpoint.read(segment.name, { limit: DEEP });
      this.#keepImage(bytes, segment.from, own);
    }
  }

  /** @param {Uint8Array} bytes of an image @param {number} base @param {import('./redact-layers.js').Edit[]} edits */
  #keepImage(bytes, base, edits) {
    const shape = this.#shape(bytes);
    const fits = (/** @type {import('./redact-layers.js').Edit[]} */ list) => {
      const changed = bytes.slice();
      for (const edit of list) overwrite(changed, base, edit);
      return this.#shape(changed) === shape;
    };
    if (fits(edits)) return;
    // Of a text field, the tag of the next one may look like its last character.
    for (const edit of edits)
      for (let i = 0; i < 8 && edit.length > 0 && !fits([edit]); i++) edit.length--;
  }

  /** What of an image must not change. @param {Uint8Array} bytes */
  #shape(bytes) {
    const { text, error } = this.#tools.ckpt.imageText(bytes);
    if (error && text === '') return 'none';
    return JSON.stringify(JSON.parse(text), (key, value) =>
      typeof value === 'string' && key !== 'magic' ? typeof value : value,
    );
  }
}

/** Overwrites what an edit says, in bytes that start at `base` of the layer. @param {Uint8Array} bytes @param {number} base @param {import('./redact-layers.js').Edit} edit */
export function overwrite(bytes, base, { offset, length, wide, bytes: other }) {
  const from = Math.max(0, offset - base);
  const to = Math.min(bytes.length, offset + length - base);
  for (let i = from; i < to; i++) {
    const at = i + base - offset;
    if (other) bytes[i] = other[at];
    else if (!wide || at % 2 === 0) bytes[i] = STAR;
  }
}

/** A gzip file, made longer; null if it is longer already, or by fewer bytes than can be added. @param {Uint8Array} bytes @param {number} length */
export function padGzip(bytes, length) {
  const more = length - bytes.length;
  if (more === 0) return bytes;
  if (more < 20) return null;
  // Empty members after it, with a name as long as it takes (RFC 1952).
  const all = new Uint8Array(length);
  all.set(bytes);
  let at = bytes.length;
  for (let left = more; left > 0;) {
    const size = left > 60000 ? 40000 : left;
    // header, name with a NUL, an empty block, checksum and length
    all.set([0x1f, 0x8b, 8, size > 20 ? 8 : 0, 0, 0, 0, 0, 0, 255], at);
    if (size > 20) all.fill(0x78, at + 10, at + size - 11);
    all.set([3, 0], at + size - 10);
    at += size;
    left -= size;
  }
  return more === 20 || more > 20 ? all : null;
}

/**
 * Names of members without what was found to be secret: a file may be named by a token. Of each place only the values
 * that begin as it does are compared: there may be as many values as names.
 * @param {Iterable<string>} values @returns {(name: string) => string}
 */
function withoutSecrets(values) {
  const all = new Set([...values].filter((value) => value !== ''));
  const head = [...all].reduce((least, { length }) => Math.min(least, length), 16);
  /** Lengths of the values, by how they begin, longest first. @type {Map<string, number[]>} */
  const lengths = new Map();
  for (const value of [...all].sort((a, b) => b.length - a.length)) {
    const start = value.slice(0, head);
    const found = lengths.get(start);
    if (!found) lengths.set(start, [value.length]);
    else if (found.at(-1) !== value.length) found.push(value.length);
  }
  return (name) => {
    let [text, end] = ['', 0];
    for (let at = 0; at < name.length; at++) {
      const long = lengths
        .get(name.slice(at, at + head))
        ?.find((length) => all.has(name.slice(at, at + length)));
      if (long !== undefined && at >= end) text += enums.mask;
      if (long !== undefined) end = Math.max(end, at + long);
      if (at >= end) text += name[at];
    }
    return text;
  };
}

/** What was cut; never the values. @param {Redaction} found @param {Checkpoint} checkpoint @param {readonly string[]} drop @param {Iterable<Layer>} rebuilt */
export function redactionManifest(found, checkpoint, drop, rebuilt) {
  const drops = dropper(drop);
  const shown = withoutSecrets(found.values);
  return {
    version: 1,
    dropped: [...checkpoint.members].flatMap(({ name, size }) =>
      drops(name) ? [{ member: shown(name), size }] : [],
    ),
    lost: lostBy(drop),
    cut: found.cuts.map((cut) => ({ ...cut, member: shown(cut.member) })),
    recompressed: [...rebuilt].map(({ path }) => shown(path)),
    notLookedInto: found.closed.map(({ member, why }) => ({ member: shown(member), why })),
    tooShort: found.short.size,
  };
}
