// SPDX-License-Identifier: Apache-2.0
// What lies over the page.
/// <reference path="../modules.d.ts" />
import { useEffect, useRef, useState } from 'preact/hooks';
import version from 'page:version';
import { T } from '../text.js';
import { U, H } from '../text/views.js';
import { chooseHost, takeText } from './actions.js';
import { Copy } from './copy.js';
import { allRules } from './rules.js';
import { h } from './h.js';
import { icon } from './icons.js';
import { update } from './store.js';

const leave = () => update({ help: false, paste: false, host: false });

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
  const rules = allRules();
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
    chapter(
      U.guide,
      Object.entries(U.views).map(([view, words]) => [/** @type {any} */ (T.views)[view], words]),
    ),
    chapter(U.words, U.glossary),
    chapter(
      U.rules(rules.length),
      rules.map(([id, { title, what, why }]) => [`${id} ${title}`, `${what} ${why}`]),
    ),
    h('p', { class: 'quiet' }, T.privacy),
    h('p', { class: 'quiet' }, U.version(version, rules.length)),
  );
}

/** Words and what they mean, opened on wish. @param {string} title @param {[string, string][]} entries */
const chapter = (title, entries) =>
  h(
    'details',
    { class: 'chapter' },
    h('summary', null, title),
    h(
      'dl',
      { class: 'facts' },
      entries.map(([name, words]) =>
        h('div', { key: name }, h('dt', null, name), h('dd', null, words)),
      ),
    ),
  );

/** What `ckpt host` printed, to be compared with. */
export function HostDialog() {
  const [text, setText] = useState('');
  const [failure, setFailure] = useState('');
  const use = async (/** @type {Event} */ event) => {
    event.preventDefault();
    if (text.trim() === '') return;
    try {
      await chooseHost(text);
      leave();
    } catch (error) {
      setFailure(/** @type {Error} */ (error).message);
    }
  };
  return h(
    Dialog,
    { title: H.title },
    h(
      'form',
      { onSubmit: use },
      h('p', null, H.hint),
      h(
        'p',
        { class: 'command' },
        h('code', null, H.command),
        h(Copy, { value: () => H.command, what: H.command }),
      ),
      h('label', { for: 'host-text' }, H.label),
      h('textarea', {
        id: 'host-text',
        rows: 10,
        spellcheck: false,
        autocomplete: 'off',
        value: text,
        onInput: (/** @type {any} */ event) => setText(event.currentTarget.value),
      }),
      failure !== '' && h('p', { class: 'failed', role: 'alert' }, failure),
      h('button', { class: 'button primary', type: 'submit', id: 'host-use' }, H.use),
    ),
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
