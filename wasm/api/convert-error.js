// SPDX-License-Identifier: Apache-2.0
/** What cannot be converted, and where. */
export class ConversionError extends Error {
  /** @param {string} message */
  constructor(message) {
    super(message);
    this.name = 'ConversionError';
  }
}
