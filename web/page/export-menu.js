// SPDX-License-Identifier: Apache-2.0
// What can be done with a report elsewhere.
import { useEffect, useRef } from 'preact/hooks';
import { X } from '../text.js';
import { Copy } from './copy.js';
import { FORMS, framesOf, written } from './export.js';
import { h } from './h.js';
import { K } from '../text/make.js';
import { canMake, useMaking } from './make.js';
import { save } from './save.js';

/** @param {{item: import('./store.js').Item}} props */
export function ExportMenu({ item }) {
  const { making, start, stop } = useMaking(item);
  const menu = useRef(/** @type {HTMLDetailsElement | null} */ (null));
  // A menu that stays open lies over the list of views on a narrow screen.
  useEffect(() => {
    const elsewhere = (/** @type {PointerEvent} */ { target }) => {
      if (menu.current?.open && !menu.current.contains(/** @type {Node} */ (target)))
        menu.current.open = false;
    };
    const escape = (/** @type {KeyboardEvent} */ event) => {
      if (event.key !== 'Escape' || event.defaultPrevented || !menu.current?.open) return;
      event.preventDefault();
      event.stopPropagation();
      close();
    };
    document.addEventListener('pointerdown', elsewhere, true);
    document.addEventListener('keydown', escape, true);
    return () => {
      document.removeEventListener('pointerdown', elsewhere, true);
      document.removeEventListener('keydown', escape, true);
    };
  }, []);
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
  if (making)
    return h('button', { type: 'button', class: 'button slim export', onClick: stop }, K.stop);
  return h(
    'details',
    {
      class: 'export',
      ref: menu,
    },
    h('summary', { class: 'button slim' }, X.export),
    h(
      'ul',
      null,
      /** @type {(keyof typeof FORMS)[]} */ (Object.keys(FORMS)).map((form) =>
        button(X.forms[form], async () => {
          const frames = form === 'html' ? await framesOf(item).catch(() => undefined) : undefined;
          const name = `${item.name.slice(0, 100)}${FORMS[form]}`;
          save(new Blob([written(form, item, frames)]), name);
        }),
      ),
      button(X.print, () => print()),
      canMake(item) && [
        button(K.redacted, () => start({ what: 'redacted' })),
        button(K.image, () => start({ what: 'image' })),
      ],
      h(
        'li',
        null,
        h(Copy, { value: () => written('markdown', item), what: X.markdown, label: X.copy }),
      ),
    ),
  );
}
