// SPDX-License-Identifier: Apache-2.0
// Writes small tar archives for tests: also such as no tar program would write.

/**
 * A header block.
 * @param {string} name @param {{size?: number, type?: string, mode?: number, link?: string}} [facts]
 */
export function header(name, { size = 0, type = '0', mode = 0o644, link = '' } = {}) {
  const block = new Uint8Array(512);
  const put = (/** @type {number} */ at, /** @type {string} */ text) =>
    block.set(new TextEncoder().encode(text), at);
  put(0, name);
  put(100, mode.toString(8).padStart(7, '0'));
  put(108, '0000000');
  put(116, '0000000');
  if (size < 8 ** 11) put(124, size.toString(8).padStart(11, '0'));
  else {
    block[124] = 0x80;
    new DataView(block.buffer).setBigUint64(128, BigInt(size));
  }
  put(136, '00000000000');
  block[156] = type.charCodeAt(0);
  put(157, link);
  put(257, 'ustar\u000000');
  put(148, '        ');
  const sum = block.reduce((total, byte) => total + byte, 0);
  put(148, `${sum.toString(8).padStart(6, '0')}\0`);
  return block;
}

/**
 * An archive of [name, data, facts] members, with an end mark.
 * @param {[string, (string | Uint8Array)?, {type?: string, mode?: number, link?: string, size?: number}?][]} members
 */
export function tar(...members) {
  const parts = [];
  for (const [name, data = '', facts = {}] of members) {
    const body = typeof data === 'string' ? Buffer.from(data) : data;
    parts.push(
      header(name, { size: body.length, ...facts }),
      body,
      new Uint8Array(-body.length & 511),
    );
  }
  return Buffer.concat([...parts, new Uint8Array(1024)]);
}
