// SPDX-License-Identifier: Apache-2.0
// Elements. Text becomes text nodes and nothing else, with what acts or hides written out.
import { escapeForTerminal as escapeText } from '../../wasm/escape.js';
import { T } from '../text.js';

/** @typedef {Node | string | null | undefined | false | Child[]} Child */

/** A text from anywhere, safe to show; what had to be written out is marked. @param {string} text @returns {Node} */
export function textNode(text) {
  const escaped = escapeText(text);
  if (escaped === text) return document.createTextNode(text);
  const parts = document.createDocumentFragment();
  let plain = '';
  for (const character of text) {
    const shown = escapeText(character);
    if (shown === character) {
      plain += character;
      continue;
    }
    const mark = document.createElement('span');
    mark.className = 'escape';
    mark.append(shown);
    parts.append(plain, mark);
    plain = '';
  }
  parts.append(plain);
  return parts;
}

/**
 * @template {keyof HTMLElementTagNameMap} Tag
 * @param {Tag} tag
 * @param {Record<string, any> | null} [properties] attributes; `onclick` and the like are listeners
 * @param {...Child} children
 * @returns {HTMLElementTagNameMap[Tag]}
 */
export function h(tag, properties, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties ?? {})) {
    if (value === undefined || value === null || value === false) continue;
    if (name.startsWith('on')) element.addEventListener(name.slice(2), value);
    else element.setAttribute(name, value === true ? '' : escapeText(String(value)));
  }
  append(element, children);
  return element;
}

/** @param {Node} parent @param {Child[]} children */
function append(parent, children) {
  for (const child of children) {
    if (child === null || child === undefined || child === false) continue;
    if (Array.isArray(child)) append(parent, child);
    else parent.appendChild(typeof child === 'string' ? textNode(child) : child);
  }
}

/**
 * A part that opens and closes; `fill` makes its content when that is seen first.
 * @param {{class?: string, open?: boolean}} properties `open`: from the beginning; then `fill` must not wait
 * @param {Child} title
 * @param {() => Child | Promise<Child>} fill
 */
export function fold({ open = false, ...properties }, title, fill) {
  const body = h('div', { class: 'fold-body' });
  const element = h('details', properties, h('summary', null, title), body);
  const run = async () => {
    const waiting = h('p', { class: 'quiet' }, T.reading);
    body.append(waiting);
    try {
      append(body, [await fill()]);
    } catch (error) {
      append(body, [
        h('p', { class: 'failed' }, error instanceof Error ? error.message : String(error)),
      ]);
    }
    waiting.remove();
  };
  /** @type {Promise<void> | undefined} */
  let filled;
  const ready = () => (filled ??= run());
  if (open) {
    element.open = true;
    append(body, [/** @type {Child} */ (fill())]);
    filled = Promise.resolve();
  }
  element.addEventListener('toggle', () => element.open && ready());
  return { element, ready };
}

/** @param {() => string | Promise<string>} value what to copy @param {string} what the same for screen readers */
export function copyButton(value, what, label = T.copy) {
  const button = h(
    'button',
    { class: 'small', type: 'button', 'aria-label': T.copyWhat(what) },
    label,
  );
  button.addEventListener('click', async () => {
    button.textContent = (await copy(await value())) ? T.copied : T.copyFailed;
    setTimeout(() => (button.textContent = label), 1500);
  });
  return button;
}

/** @param {string} text @returns {Promise<boolean>} */
async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    // Not allowed, or not there: the page was not served securely.
    const area = h('textarea', { class: 'offscreen', 'aria-hidden': 'true' });
    area.value = text;
    document.body.append(area);
    area.select();
    const done = document.execCommand('copy');
    area.remove();
    return done;
  }
}

/** Tells screen readers, and the line under the heading. @param {string} text */
export function announce(text) {
  const line = document.getElementById('announcement');
  if (line) line.textContent = text;
}
