// SPDX-License-Identifier: Apache-2.0
// What can be done with a report elsewhere.
import { useRef } from 'preact/hooks';
import { X } from '../text.js';
import { Copy } from './copy.js';
import { FORMS, written } from './export.js';
import { h } from './h.js';
import { save } from './save.js';

/** @param {{item: import('./store.js').Item}} props */
export function ExportMenu({ item }) {
  const menu = useRef(/** @type {HTMLDetailsElement | null} */ (null));
  const close = () => {
    if (!menu.current?.open) return;
    menu.current.open = false;
    menu.current.querySelector('summary')?.focus();
  };
  const button = (/** @type {string} */ label, /** @type {() => void} */ run) =>
    h(
      'li',
      null,
      h(
        'button',
        {
          type: 'button',
          class: 'small',
          onClick: () => {
            close();
            run();
          },
        },
        label,
      ),
    );
  return h(
    'details',
    {
      class: 'export',
      ref: menu,
      onKeyDown: (/** @type {KeyboardEvent} */ event) => {
        if (event.key !== 'Escape' || !menu.current?.open) return;
        event.preventDefault();
        close();
      },
    },
    h('summary', { class: 'button slim' }, X.export),
    h(
      'ul',
      null,
      /** @type {(keyof typeof FORMS)[]} */ (Object.keys(FORMS)).map((form) =>
        button(X.forms[form], () =>
          save(new Blob([written(form, item)]), `${item.name.slice(0, 100)}${FORMS[form]}`),
        ),
      ),
      button(X.print, () => print()),
      h(
        'li',
        null,
        h(Copy, { value: () => written('markdown', item), what: X.markdown, label: X.copy }),
      ),
    ),
  );
}
