// SPDX-License-Identifier: Apache-2.0
// Images of CRIU made into what another version reads, with other ports and addresses, or whole.
import { ConversionError } from './convert-error.js';
import { merged } from './convert-merge.js';
import { layersOf } from './redact-layers.js';
import { redacted } from './redact-write.js';

export { ConversionError };

/**
 * @typedef {import('./checkpoint.js').Checkpoint} Checkpoint
 * @typedef {object} Conversion
 * @property {'4.1' | '4.2'} [criu] dialect of the page maps
 * @property {Map<number, number>} [ports] of TCP sockets that listen: the new one by the old one
 * @property {Map<string, string>} [addresses] of sockets: the new one by the old one
 * @property {Checkpoint[]} [previous] dumps before an incremental one, the latest first, to be merged with it
 * @property {import('./convert-merge.js').Spool} [spool] where merged pages are put down; by default in memory
 * @typedef {{member: string, bytes: Uint8Array, changed: number}} Converted changed: entries
 */

export const DIALECTS = /** @type {const} */ (['4.1', '4.2']);
const PAGEMAP = /(^|\/)pagemap-(shmem-)?\d+\.img$/;
const SOCKETS = /(^|\/)(files|inetsk)\.img$/;
/** As the field of CRIU up to 4.1.1 holds them. */
const MOST_PAGES = 2n ** 32n - 1n;
/** TCP_LISTEN of Linux. */
const LISTEN = 10;
const TCP = 6;

/**
 * A page map in the other dialect: CRIU 4.2 counts pages in field 5 (nr_pages) and writes 0 to field 2, which is
 * the only one that older versions know (images/pagemap.proto).
 * @param {any} value as decodeImage gives it, which is changed @param {'4.1' | '4.2'} criu @param {string} member @returns {number} entries that were changed
 */
function convertPagemap({ entries }, criu, member) {
  let changed = 0;
  for (const [i, entry] of entries.entries()) {
    if (entry.vaddr === undefined) continue; // the head
    const {
      vaddr,
      compat_nr_pages: compat,
      in_parent: parent,
      flags,
      nr_pages: pages,
      ...other
    } = entry;
    if (Object.keys(other).length > 0)
      throw new ConversionError(
        `${member}, entry ${i}: holds ${Object.keys(other)[0]}, which CRIU ${criu} does not know`,
      );
    const count = BigInt(pages ?? compat ?? 0);
    if (criu === '4.1' ? pages === undefined : pages !== undefined) continue;
    if (count > MOST_PAGES)
      throw new ConversionError(
        `${member}, entry ${i}: ${count} pages are more than CRIU 4.1 can count`,
      );
    for (const key of Object.keys(entry)) delete entry[key];
    Object.assign(
      entry,
      { vaddr, compat_nr_pages: criu === '4.1' ? Number(count) : 0 },
      parent === undefined ? {} : { in_parent: parent },
      flags === undefined ? {} : { flags },
      criu === '4.2' ? { nr_pages: count } : {},
    );
    changed++;
  }
  return changed;
}

/** The words of an address as images hold them: in the order of the network, each little-endian. @param {string} text @returns {number[] | null} */
export function addressWords(text) {
  const dotted = /^(?:(.*:))?(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/.exec(text);
  if (dotted) {
    const bytes = dotted.slice(2).map(Number);
    if (bytes.some((byte) => byte > 255)) return null;
    if (dotted[1] === undefined) return wordsOf(bytes);
    const hex = (/** @type {number} */ i) => ((bytes[i] << 8) | bytes[i + 1]).toString(16);
    return addressWords(`${dotted[1]}${hex(0)}:${hex(2)}`);
  }
  const halves = text.split('::');
  const groups = halves.map((half) => (half === '' ? [] : half.split(':')));
  const count = groups.flat().length;
  if (halves.length > 2 || (halves.length === 2 ? count > 7 : count !== 8)) return null;
  if (groups.flat().some((group) => !/^[0-9a-f]{1,4}$/i.test(group))) return null;
  const all = [...groups[0], ...Array(8 - count).fill('0'), ...(groups[1] ?? [])];
  return wordsOf(
    all.map((group) => parseInt(group, 16)).flatMap((group) => [group >> 8, group & 255]),
  );
}

/** @param {number[]} bytes */
const wordsOf = (bytes) => [...new Uint32Array(Uint8Array.from(bytes).buffer)];

/** @param {any[] | undefined} words */
const wordsKey = (words) => (words ?? []).map(Number).join(' ');

/** What is done to sockets. */
class Remap {
  /** Sockets by old port or address. @type {Map<number | string, number>} */
  counts = new Map();
  #ports;
  /** @type {Map<string, {from: string, to: number[]}>} by the words of the old one */
  #addresses = new Map();

  /** @param {Map<number, number>} ports @param {Map<string, string>} addresses */
  constructor(ports, addresses) {
    this.#ports = ports;
    for (const [from, text] of addresses) {
      const [before, to] = [addressWords(from), addressWords(text)];
      if (!before || !to || before.length !== to.length)
        throw new ConversionError(`${from} and ${text} are not two addresses of one family`);
      this.#addresses.set(wordsKey(before), { from, to });
    }
  }

  /** @param {number | string} what */
  #count(what) {
    this.counts.set(what, (this.counts.get(what) ?? 0) + 1);
  }

  /** @param {any} socket which is changed @param {'src_addr' | 'dst_addr'} field */
  #address(socket, field) {
    const known = this.#addresses.get(wordsKey(socket[field]));
    if (!known) return false;
    socket[field] = [...known.to];
    this.#count(known.from);
    return true;
  }

  /** @param {any} value as decodeImage gives it, which is changed @returns {number} entries that were changed */
  run({ entries }) {
    let changed = 0;
    for (const entry of entries) {
      const socket = entry.isk ?? entry;
      if (socket.proto === undefined) continue;
      let some = this.#address(socket, 'src_addr');
      if (this.#address(socket, 'dst_addr')) some = true;
      const port = this.#ports.get(socket.src_port);
      if (port !== undefined && socket.state === LISTEN && socket.proto === TCP) {
        this.#count(socket.src_port);
        socket.src_port = port;
        some = true;
      }
      if (some) changed++;
    }
    return changed;
  }
}

/**
 * The images of a checkpoint that a conversion changes, with their new bytes.
 * @param {any} core the loaded core @param {Checkpoint} checkpoint @param {Conversion} conversion
 * @returns {Promise<{images: Converted[], pages: Map<string, import('./redact-write.js').Rebuilt>}>}
 * @throws {ConversionError} something cannot be said in the other dialect, nobody listens on a port, or a page is in
 *   none of the dumps
 */
export async function convertedImages(core, checkpoint, conversion) {
  const { criu, ports = new Map(), addresses = new Map(), previous = [] } = conversion;
  const sockets = new Remap(ports, addresses);
  /** @type {Map<string, {value: any, changed: number}>} */
  const found = new Map();
  /** @type {Map<string, import('./redact-write.js').Rebuilt>} */
  let pages = new Map();
  if (previous.length > 0) {
    const whole = await merged(core, checkpoint, previous, conversion.spool ?? memorySpool());
    pages = whole.pages;
    for (const { member, ...image } of whole.images) found.set(member, image);
  }
  const changesSockets = ports.size + addresses.size > 0;
  const concerns = (/** @type {{name: string}} */ { name }) =>
    (criu !== undefined && PAGEMAP.test(name)) || (changesSockets && SOCKETS.test(name));
  for await (const { member, bytes } of checkpoint.readAll(concerns)) {
    const { name } = member;
    const before = found.get(name);
    const value = before?.value ?? core.decodeImage(bytes, { name });
    const changed = PAGEMAP.test(name)
      ? convertPagemap(value, /** @type {any} */ (criu), name)
      : sockets.run(value);
    if (changed > 0) found.set(name, { value, changed: Math.max(changed, before?.changed ?? 0) });
  }
  for (const port of ports.keys())
    if (!sockets.counts.has(port))
      throw new ConversionError(`no process listens on TCP port ${port}`);
  for (const address of addresses.keys())
    if (!sockets.counts.has(address))
      throw new ConversionError(`no socket has the address ${address}`);
  const images = [...found].map(([member, { value, changed }]) => ({
    ...{ member, bytes: core.encodeImage('', value), changed },
  }));
  return { images, pages };
}

/** Keeps bytes in memory. @returns {import('./convert-merge.js').Spool} */
function memorySpool() {
  let all = new Uint8Array(2 ** 20);
  return {
    write(bytes, position) {
      const end = position + bytes.length;
      if (end > all.length) {
        const larger = new Uint8Array(Math.max(end, 2 * all.length));
        larger.set(all);
        all = larger;
      }
      all.set(bytes, position);
    },
    read: (position, length) => all.subarray(position, position + length),
  };
}

/** The link of an incremental dump to the one before it. */
const PARENT_LINK = /^((pre-)?checkpoint\/)?parent$/;

/**
 * A checkpoint as an archive with images changed; all other members stay as they are.
 * @param {any} core @param {Checkpoint} checkpoint @param {Conversion} conversion
 * @returns {Promise<{changed: {member: string, entries: number}[], tar: () => AsyncGenerator<Uint8Array>}>}
 * @throws {ConversionError}
 */
export async function convertWith(core, checkpoint, conversion) {
  const { images, pages } = await convertedImages(core, checkpoint, conversion);
  const [layer] = await layersOf(checkpoint, () => true);
  /** @type {Map<string, import('./redact-write.js').Rebuilt>} */
  const anew = new Map([
    ...images.map(
      ({ member, bytes }) =>
        /** @type {[string, any]} */ ([member, { size: bytes.length, read: () => [bytes] }]),
    ),
    ...pages,
  ]);
  const full = new Set(layer.segments.map(({ kind, name }) => (kind === 'data' ? name : '')));
  for (const segment of layer.segments) {
    const rebuilt = anew.get(segment.name);
    const empty = segment.kind === 'head' && !full.has(segment.name);
    if (rebuilt && (segment.kind === 'data' || empty)) segment.rebuilt = rebuilt;
  }
  const dropped = (/** @type {string} */ name) =>
    (conversion.previous?.length ?? 0) > 0 && PARENT_LINK.test(name);
  return {
    changed: images.map(({ member, changed }) => ({ member, entries: changed })),
    tar: () => redacted(layer, { dropped }),
  };
}
