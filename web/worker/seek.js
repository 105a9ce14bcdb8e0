// SPDX-License-Identifier: Apache-2.0
// One search through an item: paths of members, values in metadata, what was running.
import { indexOf } from './report.js';

/** How many of each kind are listed. */
const MOST = 12;
/** Characters before and after a value. */
const AROUND = 30;
const decoder = new TextDecoder();

/**
 * @param {any} checkpoint
 * @param {string} text
 * @param {{spans: (member: string) => import('../types.d.ts').Span[], rows: () => Promise<import('../types.d.ts').Found['rows']>}} more
 *   spans: where secrets stand, which are not shown
 * @returns {Promise<import('../types.d.ts').Found>}
 */
export async function seek({ members, files }, text, { spans, rows }) {
  const wanted = text.toLowerCase();
  if (wanted === '') return { paths: [], values: [], rows: [] };
  /** @type {import('../types.d.ts').Found['paths']} */
  const paths = [];
  let index = -1;
  for (const { name: path } of members) {
    index++;
    if (paths.length < MOST && path.toLowerCase().includes(wanted)) paths.push({ index, path });
  }
  const indexes = indexOf(members, new Set(files.keys()));
  /** @type {import('../types.d.ts').Found['values']} */
  const values = [];
  for (const [path, bytes] of files)
    for (const offset of placesOf(bytes, wanted)) {
      if (values.length >= MOST) break;
      const length = new TextEncoder().encode(text).length;
      const hidden = spans(path).some(
        (span) => offset < span.offset + span.length && span.offset < offset + length,
      );
      const found = { index: indexes.get(path) ?? -1, path, offset, length };
      if (found.index >= 0)
        values.push({
          ...found,
          text: hidden ? '••••••••' : around(bytes, offset, length, spans(path)),
        });
    }
  return { paths, values, rows: await rows().catch(() => []) };
}

/** Where a text is, whatever the case of ASCII letters. @param {Uint8Array} bytes @param {string} wanted */
function placesOf(bytes, wanted) {
  // One byte is one character, so that places are those of the bytes.
  const text = new TextDecoder('latin1').decode(bytes).toLowerCase();
  const needle = new TextDecoder('latin1').decode(new TextEncoder().encode(wanted)).toLowerCase();
  const found = [];
  for (
    let at = text.indexOf(needle);
    at >= 0 && found.length < MOST;
    at = text.indexOf(needle, at + 1)
  )
    found.push(at);
  return found;
}

/** The line around a place, without the secrets in it. @param {Uint8Array} bytes @param {number} offset @param {number} length @param {import('../types.d.ts').Span[]} secrets */
function around(bytes, offset, length, secrets) {
  let start = Math.max(0, offset - AROUND);
  let end = Math.min(bytes.length, offset + length + AROUND);
  for (const secret of secrets) {
    if (secret.offset + secret.length > start && secret.offset < offset) start = offset;
    if (secret.offset < end && secret.offset >= offset) end = offset + length;
  }
  return decoder.decode(bytes.subarray(start, end)).replace(/\s+/g, ' ').trim();
}
