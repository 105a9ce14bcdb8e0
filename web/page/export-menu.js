// SPDX-License-Identifier: Apache-2.0
// What can be done with a report elsewhere.
import { useEffect, useRef, useState } from 'preact/hooks';
import { T, X } from '../text.js';
import { Copy } from './copy.js';
import { FORMS, TAKEN, carriedOf, framesOf, written } from './export.js';
import { h } from './h.js';
import { K } from '../text/make.js';
import { canMake, useMaking } from './make.js';
import { save } from './save.js';
import { update } from './store.js';

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
  const [views, setViews] = useState(['metadata', 'processes', 'openfiles', 'sockets']);
  const can = TAKEN.filter((view) =>
    view === 'metadata'
      ? item.model?.metadata
      : item.model?.images || item.model?.tables.includes(view),
  );
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
          const whole = form === 'html';
          const frames = whole ? await framesOf(item).catch(() => undefined) : undefined;
          const chosen = whole ? can.filter((view) => views.includes(view)) : [];
          const carried = await carriedOf(item, chosen).catch(() => ({ tables: [], left: chosen }));
          if (carried.left.length > 0)
            update({
              trouble: X.leftOut(carried.left.map((view) => /** @type {any} */ (T.views)[view])),
            });
          const name = `${item.name.slice(0, 100)}${FORMS[form]}`;
          save(new Blob([written(form, item, frames, carried)]), name);
        }),
      ),
      can.length > 0 &&
        h(
          'li',
          null,
          h(
            'fieldset',
            null,
            h('legend', null, X.along),
            can.map((view) =>
              h(
                'label',
                { key: view },
                h('input', {
                  type: 'checkbox',
                  checked: views.includes(view),
                  onChange: () =>
                    setViews(
                      views.includes(view) ? views.filter((one) => one !== view) : [...views, view],
                    ),
                }),
                ' ',
                /** @type {any} */ (T.views)[view],
              ),
            ),
          ),
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
