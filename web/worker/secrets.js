// SPDX-License-Identifier: Apache-2.0
// Which entries of the environment are hidden until clicked, until the core says it.

const NAME =
  /pass(w(or)?d|phrase)?$|passw(or)?d|secret|token|api[_-]?key|private[_-]?key|access[_-]?key|credential|auth[_-]?key|^auth$|_pwd$/i;
const HARMLESS = /(_file|_path|_dir|_name|_type|_url|_ttl|_length)$/i;
const URL_WITH_PASSWORD = /:\/\/[^/\s:@]*:[^/\s@]+@/;

/** @param {any} ckpt @param {Uint8Array} bytes of spec.dump @returns {Partial<import('../types.d.ts').Finding>[]} */
export function frameSecrets(ckpt, bytes) {
  const document = ckpt.document('spec.dump', bytes);
  const found = [];
  for (const [index, entry] of (document.value.process?.env ?? []).entries()) {
    const name = entry.slice(0, Math.max(0, entry.indexOf('=')));
    if (!(NAME.test(name) && !HARMLESS.test(name)) && !URL_WITH_PASSWORD.test(entry)) continue;
    const pointer = `/process/env/${index}`;
    const message = `${JSON.stringify(name)} may be a secret`;
    found.push({ pointer, message, ...document.locate(pointer) });
  }
  return found;
}
