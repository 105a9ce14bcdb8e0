// SPDX-License-Identifier: Apache-2.0
// Saving: the browser asks, or puts it with its downloads.

/** A name of a file from outside, made one that no system minds. @param {string} name */
export function safeName(name) {
  const plain = name.replace(/[^\p{L}\p{N} ._+@-]+/gu, '_').slice(-150);
  return plain.replace(/^[. ]+|[. ]+$/g, '') || 'file';
}

/** @param {Blob} blob @param {string} name */
export function save(blob, name) {
  const url = URL.createObjectURL(new Blob([blob], { type: 'application/octet-stream' }));
  const link = document.createElement('a');
  link.href = url;
  link.download = safeName(name);
  link.hidden = true;
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}
