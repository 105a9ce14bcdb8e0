// SPDX-License-Identifier: Apache-2.0
// What stands in this script as compressed bytes: the decoders with gzip, which browsers unpack; all else with xz,
// which is smaller and which the decoders unpack.
/// <reference path="../modules.d.ts" />
import packed from 'page:codecs';
import { bytesOf } from '../base64.js';
import { Decoder, loadCodecs, provideCodecs } from '../../wasm/border/codecs.js';
import { layout } from '../../wasm/border/archive-layout.js';

const [XZ] = Object.entries(layout.compressions).find(([, name]) => name === 'xz') ?? [];
/** Memory of the decoder; more than the dictionary that build.mjs gives. */
const WINDOW = 8 * 2 ** 20;

/** The module of the decoders. */
export async function codecs() {
  const stream = new Blob([bytesOf(packed)]).stream().pipeThrough(new DecompressionStream('gzip'));
  return new Response(stream).arrayBuffer();
}

/** @param {string} base64 @returns {Promise<Uint8Array<ArrayBuffer>>} */
export async function unpackXz(base64) {
  provideCodecs(codecs);
  await loadCodecs();
  const decoder = new Decoder(Number(XZ), WINDOW);
  try {
    decoder.feed(bytesOf(base64), true);
    /** @type {Uint8Array<ArrayBuffer>[]} */
    const parts = [];
    for (let step; (step = decoder.next()) && step.output.length > 0;)
      parts.push(step.output.slice());
    return new Uint8Array(await new Blob(parts).arrayBuffer());
  } finally {
    decoder.free();
  }
}
