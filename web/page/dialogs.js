// SPDX-License-Identifier: Apache-2.0
// What lies over the page.
import { useEffect, useRef, useState } from 'preact/hooks';
import { T } from '../text.js';
import { takeText } from './actions.js';
import { h } from './h.js';
import { icon } from './icons.js';
import { update } from './store.js';

const leave = () => update({ help: false, paste: false });

/** @param {{title: string, children?: any}} props */
function Dialog({ title, children }) {
  const dialog = useRef(/** @type {HTMLDialogElement | null} */ (null));
  useEffect(() => {
    const before = /** @type {HTMLElement | null} */ (document.activeElement);
    dialog.current?.showModal();
    return () => before?.focus();
  }, []);
  return h(
    'dialog',
    {
      ref: dialog,
      'aria-labelledby': 'dialog-title',
      onClose: leave,
      onClick: (/** @type {any} */ event) => event.target === dialog.current && leave(),
    },
    h(
      'div',
      { class: 'dialog' },
      h(
        'header',
        null,
        h('h2', { id: 'dialog-title' }, title),
        h(
          'button',
          { type: 'button', class: 'plain-button', 'aria-label': T.closeDialog, onClick: leave },
          icon('close'),
        ),
      ),
      children,
    ),
  );
}

export function Help() {
  return h(
    Dialog,
    { title: T.help },
    h(
      'dl',
      { class: 'keys' },
      T.keys.map(([keys, words]) =>
        h(
          'div',
          { key: words },
          h(
            'dt',
            null,
            keys.map((key) => [h('kbd', null, key), ' ']),
          ),
          h('dd', null, words),
        ),
      ),
    ),
    h('p', { class: 'quiet' }, T.privacy),
  );
}

export function Paste() {
  const [text, setText] = useState('');
  const readIt = (/** @type {Event} */ event) => {
    event.preventDefault();
    if (text === '') return;
    leave();
    takeText(text);
  };
  return h(
    Dialog,
    { title: T.pasteTitle },
    h(
      'form',
      { onSubmit: readIt },
      h('label', { for: 'paste-text' }, T.pasteLabel),
      h('textarea', {
        id: 'paste-text',
        rows: 10,
        spellcheck: false,
        autocomplete: 'off',
        value: text,
        onInput: (/** @type {any} */ event) => setText(event.currentTarget.value),
      }),
      h('p', { class: 'quiet' }, T.pasteHint),
      h('button', { class: 'button primary', type: 'submit', id: 'paste-read' }, T.pasteRead),
    ),
  );
}
