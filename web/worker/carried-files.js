// SPDX-License-Identifier: Apache-2.0
// The metadata files of a checkpoint, to be taken along with a page that is sent on: secrets are overwritten as in a
// redacted copy, of which these are.
import { openCheckpoint } from '../../wasm/api/index.js';
import { BLOCK, headers } from '../../wasm/api/tar-header.js';
import { redact } from '../../wasm/api/write.js';

/** Bytes of all of them, at most. */
const MOST = 2 ** 20;

/** An archive of nothing but these files. @param {Iterable<[string, Uint8Array]>} files */
function tarOf(files) {
  /** @type {Uint8Array<ArrayBuffer>[]} */
  const parts = [];
  for (const [name, bytes] of files)
    parts.push(
      headers(name, '0', { size: bytes.length, mode: 0o600 }, ''),
      new Uint8Array(bytes),
      new Uint8Array(-bytes.length & (BLOCK - 1)),
    );
  return new Blob([...parts, new Uint8Array(2 * BLOCK)]);
}

/** The bytes as text; undefined: they are not UTF-8. @param {Uint8Array} bytes */
function textOf(bytes) {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

/**
 * @param {any} checkpoint @returns {Promise<Record<string, string> | null>} texts by the names of the files; null: they
 *   are too large, or not all secrets could be taken out
 */
export async function filesToCarry({ files, documents }) {
  const chosen = [...files].filter(([name]) => Object.hasOwn(documents, name));
  if (chosen.reduce((sum, [, bytes]) => sum + bytes.length, 0) > MOST) return null;
  const whole = await openCheckpoint(tarOf(chosen));
  try {
    const { tar, left } = await redact(whole);
    const pieces = [];
    for await (const piece of tar()) pieces.push(new Uint8Array(piece));
    const copy = await openCheckpoint(new Blob(pieces));
    try {
      if ((await left(copy)).length > 0) return null;
      return Object.fromEntries(
        [...copy.files].flatMap(([name, bytes]) => {
          const text = textOf(bytes);
          return text === undefined ? [] : [[name, text]];
        }),
      );
    } finally {
      await copy.close();
    }
  } finally {
    await whole.close();
  }
}

/** Those that came with a page. @param {unknown} given @returns {[string, Uint8Array][]} */
export const carriedFiles = (given) =>
  Object.entries(given && typeof given === 'object' ? given : {}).flatMap(([name, text]) =>
    typeof text === 'string' ? [[name, new TextEncoder().encode(text)]] : [],
  );
