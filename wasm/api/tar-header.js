// SPDX-License-Identifier: Apache-2.0
// Headers of a tar that is made up around the files of a directory.

/** Everything in a tar begins at a multiple of this. */
export const BLOCK = 512;
const encoder = new TextEncoder();

/** @param {Uint8Array} block @param {number} at @param {string} text */
const put = (block, at, text) => void encoder.encodeInto(text, block.subarray(at));

/**
 * A tar header. @param {Uint8Array} name @param {string} type
 * @param {{size?: number, mode?: number, mtime?: number, uid?: number, gid?: number, link?: Uint8Array}} facts
 */
function header(
  name,
  type,
  { size = 0, mode = 0, mtime = 0, uid = 0, gid = 0, link = new Uint8Array() },
) {
  const block = new Uint8Array(BLOCK);
  const number = (
    /** @type {number} */ at,
    /** @type {number} */ length,
    /** @type {number} */ value,
  ) => {
    if (value >= 0 && value < 8 ** (length - 1)) {
      put(block, at, value.toString(8).padStart(length - 1, '0'));
      return;
    }
    let rest = BigInt.asUintN(8 * length, BigInt(value));
    for (let i = length - 1; i >= 0; i--, rest >>= 8n) block[at + i] = Number(rest & 255n);
    block[at] = value < 0 ? 0xff : 0x80;
  };
  block.set(name.subarray(0, 100));
  number(100, 8, mode & 0o7777);
  number(108, 8, uid);
  number(116, 8, gid);
  number(124, 12, size);
  number(136, 12, Math.floor(mtime));
  block[156] = type.charCodeAt(0);
  block.set(link.subarray(0, 100), 157);
  put(block, 257, 'ustar  ');
  setChecksum(block);
  return block;
}

/** Of a header that was changed. @param {Uint8Array} block */
export function setChecksum(block) {
  block.fill(32, 148, 156);
  const sum = block.reduce((total, byte) => total + byte, 0);
  put(block, 148, `${sum.toString(8).padStart(6, '0')}\0 `);
}

/** The size that a header of a small file tells. @param {Uint8Array} block */
export const sizeOf = (block) =>
  parseInt(String.fromCharCode(...block.subarray(124, 136)).replace(/[\0 ].*$/s, ''), 8) || 0;

/** @param {Uint8Array} block a header @param {number} size */
export function setSize(block, size) {
  block.fill(0, 124, 136);
  if (size < 8 ** 11) put(block, 124, size.toString(8).padStart(11, '0'));
  else new DataView(block.buffer, block.byteOffset).setBigUint64(128, BigInt(size));
  if (size >= 8 ** 11) block[124] = 0x80;
}

/** Headers for one file: with long names in members of their own, as GNU tar does. @param {Uint8Array | string} name @param {string} type @param {any} facts @param {Uint8Array | string} target */
export function headers(name, type, facts, target) {
  const nameBytes = typeof name === 'string' ? encoder.encode(name) : name;
  const link = typeof target === 'string' ? encoder.encode(target) : target;
  const parts = [];
  for (const [bytes, kind] of /** @type {[Uint8Array, string][]} */ ([
    [nameBytes, 'L'],
    [link, 'K'],
  ])) {
    if (bytes.length <= 100) continue;
    const body = new Uint8Array(Math.ceil((bytes.length + 1) / BLOCK) * BLOCK);
    body.set(bytes);
    parts.push(header(encoder.encode('././@LongLink'), kind, { size: bytes.length + 1 }), body);
  }
  parts.push(header(nameBytes, type, { ...facts, link }));
  const all = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}
