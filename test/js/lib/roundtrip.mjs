// SPDX-License-Identifier: Apache-2.0
// CRIU images decoded and encoded again, from the JSON, its pretty form and the value: the same bytes.
import { openCheckpoint } from '../../../wasm/api/node.js';

const encoder = new TextEncoder();
const base = (/** @type {string} */ path) => path.slice(path.lastIndexOf('/') + 1);

/**
 * What does not come back as it was.
 * @param {any} ckpt the loaded core @param {string} name of the image @param {Uint8Array} bytes
 * @returns {string[]}
 */
export function goRound(ckpt, name, bytes) {
  const faults = [];
  for (const pretty of [false, true]) {
    const { text, error } = ckpt.imageText(bytes, { name, pretty });
    if (error) return [`decode: ${error.message}`];
    const back = ckpt.encodeImage(name, encoder.encode(text));
    if (Buffer.compare(back, bytes) !== 0)
      faults.push(`not the same bytes${pretty ? ' (pretty)' : ''}`);
  }
  const back = ckpt.encodeImage(name, ckpt.decodeImage(bytes, { name }));
  if (Buffer.compare(back, bytes) !== 0) faults.push('not the same bytes (value)');
  return faults;
}

/**
 * The images in an archive, known by their names.
 * @param {any} ckpt the loaded core @param {string} path
 * @returns {AsyncGenerator<{path: string, name: string, bytes: Uint8Array, info: any}>}
 */
export async function* imagesOf(ckpt, path) {
  const checkpoint = await openCheckpoint(path);
  try {
    const isImage = (/** @type {{name: string}} */ { name }) =>
      ckpt.imageInfo(new Uint8Array(), { name: base(name) }).kind !== '';
    for await (const { member, bytes } of checkpoint.readAll(isImage)) {
      const name = base(member.name);
      yield { path: member.name, name, bytes, info: ckpt.imageInfo(bytes, { name }) };
    }
  } finally {
    await checkpoint.close();
  }
}
