// SPDX-License-Identifier: Apache-2.0
// The decoders of xz and bzip2: a module of their own (codecs/codecs.c), loaded when a file needs it.
import { field, layout } from './archive-layout.js';
import { compile } from './module.js';

/**
 * The module, its bytes, where it is, or a function that gives any of these.
 * @typedef {WebAssembly.Module | BufferSource | URL} Wasm
 * @typedef {Wasm | (() => Wasm | Promise<Wasm>)} Provided
 */

/** More memory than this is given back when no decoder needs it any more. */
const KEPT = 32 << 20;
const { size: STATE_SIZE, fields } = layout.decoder;

/**
 * Made when it is asked for: where this module comes from a blob, as in the page's worker, nothing
 * can be addressed from there.
 * @type {Provided}
 */
let provided = () => new URL('../../dist/codecs.wasm', import.meta.url);
/** @type {Promise<void> | null} */
let loading = null;
/** @type {WebAssembly.Module | null} */
let module = null;
/** The instance that decoders share, and how many they are. @type {any} */
let instance = null;
let users = 0;

/** Where to take the module from. @param {Provided} from */
export function provideCodecs(from) {
  provided = from;
  if (!module) loading = null;
}

/** Whether `new Decoder` may be called. */
export const codecsLoaded = () => module !== null;

/** Loads the module if it is not loaded yet. @returns {Promise<void>} */
export function loadCodecs() {
  loading ??= (async () => {
    module = await compile(typeof provided === 'function' ? await provided() : provided);
  })().catch((error) => {
    loading = null; // another attempt may do better
    throw error;
  });
  return loading;
}

/** The exports of the instance. */
function shared() {
  if (!instance) {
    if (!module) throw new Error('the decoders are not loaded');
    instance = new WebAssembly.Instance(module, {}).exports;
    instance._initialize();
  }
  return instance;
}

/** Decodes one stream, piece by piece. */
export class Decoder {
  #codecs;
  #handle;
  /** What is still to be given to the module. @type {Uint8Array[]} */
  #queue = [];
  #ended = false;
  /** Bytes that were fed. */
  position = 0;

  /** @param {number} compression CKPT_COMPRESSION_... @param {number} maxWindow bytes */
  constructor(compression, maxWindow) {
    this.#codecs = shared();
    this.#handle = this.#codecs.ckpt_codec_new(compression, maxWindow);
    /** Whether there was memory for it. */
    this.ready = this.#handle !== 0;
    if (this.ready) users++;
  }

  /** Takes the next bytes, which are not copied yet. @param {Uint8Array} bytes @param {boolean} atEnd */
  feed(bytes, atEnd) {
    if (bytes.length > 0) this.#queue.push(bytes);
    this.#ended ||= atEnd;
    this.position += bytes.length;
  }

  /**
   * Decodes until something comes out.
   * @returns {{output: Uint8Array, state: Uint8Array} | null} the output, good until the next call, and
   *   the decoder's state (ckpt_decoder_state); without output, the state is the last. null: needs bytes
   */
  next() {
    for (;;) {
      const length = this.#codecs.ckpt_codec_run(this.#handle);
      const { buffer } = this.#codecs.memory;
      const at = this.#codecs.ckpt_codec_state(this.#handle);
      const state = new Uint8Array(buffer, at, STATE_SIZE);
      const view = new DataView(buffer);
      if (length > 0 || field(view, at, fields.code) || field(view, at, fields.ended)) {
        const output = new Uint8Array(
          buffer,
          length > 0 ? this.#codecs.ckpt_codec_output(this.#handle) : 0,
          length,
        );
        return { output, state };
      }
      if (!this.#feedPiece()) return null;
    }
  }

  /** Gives the module as much as it takes at once; false if there is nothing to give. */
  #feedPiece() {
    const room = this.#codecs.ckpt_codec_input_size();
    const [first] = this.#queue;
    if (!first && !this.#ended) return false;
    const piece = first ? first.subarray(0, room) : new Uint8Array();
    if (first) {
      if (first.length > room) this.#queue[0] = first.subarray(room);
      else this.#queue.shift();
    }
    const at = this.#codecs.ckpt_codec_input(this.#handle);
    new Uint8Array(this.#codecs.memory.buffer, at, piece.length).set(piece);
    const last = this.#ended && this.#queue.length === 0;
    this.#codecs.ckpt_codec_feed(this.#handle, piece.length, last ? 1 : 0);
    return true;
  }

  free() {
    if (this.#handle === 0) return;
    this.#codecs.ckpt_codec_free(this.#handle);
    this.#handle = 0;
    this.#queue = [];
    if (--users === 0 && this.#codecs.memory.buffer.byteLength > KEPT) instance = null;
  }
}
