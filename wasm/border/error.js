// SPDX-License-Identifier: Apache-2.0

/**
 * Why a document cannot be read or written, as the core says it.
 *
 * `message` begins with the Go package's own text (for example "invalid character '}' looking for
 * beginning of object key string"); where it is, what was found and what was expected follow.
 */
export class CheckpointError extends Error {
  /**
   * @param {string} message
   * @param {object} [details] the other properties; see the fields below
   */
  constructor(message, details = {}) {
    super(message);
    Object.assign(this, details);
  }

  /**
   * Of CRIU images also: no-image (without an image's magic number), other-type (than the name says), raw (no
   * entries), damaged.
   * @type {'syntax' | 'type' | 'time' | 'limit' | 'no-image' | 'other-type' | 'raw' | 'damaged'}
   */
  kind = 'limit';
  /** Stable id of the rule that is broken, for example "CKP100". */
  rule = 'CKP012';
  /** The Go package's text alone. */
  goMessage = '';
  /** Byte offset, from 0, of the offending byte or token; the input's length at an unexpected end; -1: none. */
  offset = -1;
  /** Length of the offending token in bytes. */
  length = 0;
  /** `Offset` of Go's error, which counts the bytes read; -1 where Go has none. */
  goOffset = -1;
  /** From 1; 0: none. */
  line = 0;
  /** In code points, from 1; 0: none. */
  column = 0;
  /** JSON pointer (RFC 6901) of the place, with the keys as the text spells them. */
  pointer = '';
  /** What stands there, in words. */
  found = '';
  /** What should stand there, in words. */
  expected = '';
  /** The value as far as Go fills it, after a type or time error; what could be read of a damaged image. @type {any} */
  partial = undefined;
}

Object.defineProperty(CheckpointError.prototype, 'name', {
  value: 'CheckpointError',
  configurable: true,
  writable: true,
});
