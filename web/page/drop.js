// SPDX-License-Identifier: Apache-2.0
// Dropping on the whole window, and pasting.

/** @param {DataTransfer | null} data */
const hasFiles = (data) => data?.types.includes('Files') ?? false;

/**
 * Shows the overlay while files are dragged over the window. Entering one element and leaving
 * another come in any order, so the elements that were entered are counted.
 * @param {HTMLElement} overlay
 * @param {(data: DataTransfer) => void} dropped
 */
export function acceptDrops(overlay, dropped) {
  /** @type {Set<EventTarget | null>} */
  const entered = new Set();
  const show = () => overlay.classList.toggle('shown', entered.size > 0);
  addEventListener('dragenter', (event) => {
    if (!hasFiles(event.dataTransfer)) return;
    event.preventDefault();
    entered.add(event.target);
    show();
  });
  addEventListener('dragover', (event) => {
    if (!event.dataTransfer || !hasFiles(event.dataTransfer)) return;
    event.preventDefault();
    event.dataTransfer.dropEffect = 'copy';
  });
  addEventListener('dragleave', (event) => {
    entered.delete(event.target);
    show();
  });
  addEventListener('drop', (event) => {
    entered.clear();
    show();
    if (!event.dataTransfer || !hasFiles(event.dataTransfer)) return;
    event.preventDefault(); // the browser would leave the page
    dropped(event.dataTransfer);
  });
}

/**
 * Pasting anywhere but into a field.
 * @param {(data: DataTransfer) => void} files
 * @param {(text: string) => void} text
 */
export function acceptPastes(files, text) {
  document.addEventListener('paste', (event) => {
    const data = event.clipboardData;
    const target = /** @type {Element} */ (event.target);
    if (!data || (target instanceof Element && target.closest('input, textarea'))) return;
    event.preventDefault();
    if (hasFiles(data)) files(data);
    else if (data.getData('text/plain') !== '') text(data.getData('text/plain'));
  });
}
