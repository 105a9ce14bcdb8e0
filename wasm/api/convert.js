// SPDX-License-Identifier: Apache-2.0
// Images of CRIU made into what another version reads, or with other ports.

/**
 * @typedef {import('./checkpoint.js').Checkpoint} Checkpoint
 * @typedef {{criu?: '4.1' | '4.2', ports?: Map<number, number>}} Conversion
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

/** What cannot be converted, and where. */
export class ConversionError extends Error {
  /** @param {string} message */
  constructor(message) {
    super(message);
    this.name = 'ConversionError';
  }
}

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

/** Listening TCP sockets with other ports. @param {any} value @param {Map<number, number>} ports @param {Map<number, number>} counts of sockets by old port, added to */
function remap({ entries }, ports, counts) {
  let changed = 0;
  for (const entry of entries) {
    const socket = entry.isk ?? entry;
    const port = ports.get(socket.src_port);
    if (port === undefined || socket.state !== LISTEN || socket.proto !== TCP) continue;
    counts.set(socket.src_port, (counts.get(socket.src_port) ?? 0) + 1);
    socket.src_port = port;
    changed++;
  }
  return changed;
}

/**
 * The images of a checkpoint that a conversion changes, with their new bytes.
 * @param {any} core the loaded core @param {Checkpoint} checkpoint @param {Conversion} conversion
 * @returns {Promise<Converted[]>}
 * @throws {ConversionError} something cannot be said in the other dialect, or nobody listens on a port
 */
export async function convertedImages(core, checkpoint, { criu, ports }) {
  /** @type {Converted[]} */
  const converted = [];
  /** @type {Map<number, number>} */
  const counts = new Map();
  const concerns = (/** @type {{name: string}} */ { name }) =>
    (criu !== undefined && PAGEMAP.test(name)) || (ports !== undefined && SOCKETS.test(name));
  for await (const { member, bytes } of checkpoint.readAll(concerns)) {
    const { name } = member;
    const value = core.decodeImage(bytes, { name });
    const isMap = PAGEMAP.test(name);
    const changed = isMap
      ? convertPagemap(value, /** @type {any} */ (criu), name)
      : remap(value, ports ?? new Map(), counts);
    if (changed > 0) converted.push({ member: name, bytes: core.encodeImage('', value), changed });
  }
  for (const port of ports?.keys() ?? [])
    if (!counts.has(port)) throw new ConversionError(`no process listens on TCP port ${port}`);
  return converted;
}
