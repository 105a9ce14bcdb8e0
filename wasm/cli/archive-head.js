// SPDX-License-Identifier: Apache-2.0
// How archives begin.

/** How compressed files begin. */
const MAGICS = [
  [0x1f, 0x8b],
  [0x28, 0xb5, 0x2f, 0xfd],
  [0xfd, 0x37, 0x7a, 0x58, 0x5a],
  [0x42, 0x5a, 0x68],
];
const USTAR = 257;

/**
 * Whether bytes are the beginning of a compressed file or a tar archive. What it really is, the core finds out.
 * @param {Uint8Array} head the first 512 bytes
 */
export function looksCompressedOrTar(head) {
  if (MAGICS.some((magic) => magic.every((byte, i) => head[i] === byte))) return true;
  if (head[0] >= 0x50 && head[0] <= 0x5f && head[1] === 0x2a && head[2] === 0x4d) return true;
  return String.fromCharCode(...head.subarray(USTAR, USTAR + 5)) === 'ustar';
}
